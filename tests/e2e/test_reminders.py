"""Reminders from end to end: set offline, sent by the real server, shown by the real service worker, answered on it."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.pushes import SUBSCRIBED, PushEnd, ServiceWorker, expect_state
from e2e.screens import go
from e2e.steps import wait_for_service_worker
from e2e.wire import Wire
from e2e.words import pattern, word
from reading import read_rows
from server.push_service import Message

pytestmark = pytest.mark.e2e

ASKED = """
let permission = "default";
window.asked = 0;
Object.defineProperty(Notification, "permission", { get: () => permission });
Notification.requestPermission = async () => { window.asked += 1; permission = "granted"; return permission; };
"""
DENIED = """Object.defineProperty(Notification, "permission", { get: () => "denied" });"""
WITHOUT_PUSH = """delete window.PushManager;"""
ON_AN_IPHONE = f"""{WITHOUT_PUSH}
Object.defineProperty(navigator, "userAgent", {{ get: () => "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5) Safari/604.1" }});
"""
CLEAR = """navigator.serviceWorker.ready
  .then((registration) => registration.getNotifications())
  .then((shown) => shown.forEach((one) => one.close()))"""


class Phone(NamedTuple):
    """Marek's phone, to which his reminders come at any hour."""

    browser: Browser
    page: Page
    wire: Wire
    pushes: PushEnd
    house: House
    title: str = ""
    """Of the reminder that a test sets: its own, because a phone has those of the tests before as well."""

    def message(self) -> Message:
        """Return the push that the server sends of it."""
        return self.pushes.message(self.title)

    def entry(self) -> dict[str, Any]:
        """Return what the log says of the reminder."""
        log = self.page.evaluate("fetch('/api/reminders').then((answer) => answer.json())")
        [found] = [one for one in log["entries"] if one["title"] == self.title]
        assert isinstance(found, dict)
        return found

    def delivery(self) -> dict[str, Any]:
        """Return what the log says of its way to this phone."""
        [found] = self.entry()["deliveries"]
        assert isinstance(found, dict)
        return found

    def task(self) -> dict[str, Any]:
        """Return the task as the server has it."""
        [found] = [one for one in self.house.records("task") if one.values["title"] == self.title]
        return {"id": found.id, **found.values}

    def set_reminder(self, repeat: str = "tasks_repeat_never") -> None:
        """Write a task at a customer that rings at once."""
        customer = self.house.customers_of(MAREK.email)[0]
        go(self.page, f"/customers/{customer.id}")
        self.page.get_by_test_id("remind").click()
        self.page.get_by_test_id("task-title").fill(self.title)
        self.page.get_by_role("radio", name=word("en", repeat), exact=True).click()
        self.page.get_by_test_id("date-choose").click()
        for part in ("hour", "minute"):
            self.page.get_by_test_id("date-time").locator(f"[data-part={part}]").select_option("0")
        self.page.get_by_test_id("date-set").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)


@pytest.fixture(scope="module")
def reminding(filled_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server that also sends pushes to this machine."""
    data = tmp_path_factory.mktemp("reminding") / "data"
    shutil.copytree(filled_data, data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROUTEBOOK_PUSH_ANYWHERE", "true")
        with House(data) as running:
            yield running


@pytest.fixture(scope="module")
def subscribed(reminding: House, shared_browser: MakeBrowser) -> Iterator[Phone]:
    """The phone of most of these tests: subscribing takes longer than what they look at."""
    with subscribe(reminding, shared_browser) as made:
        keep_no_quiet_hours(made)
        yield made


@pytest.fixture
def phone(subscribed: Phone, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """That phone with nothing shown on it, for one test."""
    words = request.node.name.removeprefix("test_").replace("_", " ")
    yield subscribed._replace(title=f"Ring me: {words[:40].strip()}")
    subscribed.browser.regain_network(subscribed.wire)
    subscribed.page.evaluate(CLEAR)


@pytest.fixture
def own_phone(reminding: House, make_browser: MakeBrowser) -> Iterator[Phone]:
    """A phone that is not subscribed as it was when its test is over."""
    with subscribe(reminding, make_browser) as made:
        yield made


@contextlib.contextmanager
def subscribe(house: House, make: MakeBrowser) -> Iterator[Phone]:
    """Sign Marek in on a phone that is subscribed to a push service of its own."""
    with PushEnd(house) as pushes, Wire(house.port) as wire:
        browser = make("phone", whole=True, **MAREK.surroundings)
        page = browser.open()
        browser.context.grant_permissions(["notifications"])
        pushes.subscribe_pages_of(browser)
        sign_in(page, wire.address, MAREK)
        wait_for_service_worker(page)
        yield Phone(browser, page, wire, pushes, house)


def keep_no_quiet_hours(phone: Phone) -> None:
    """Turn the quiet hours off with the network off, and wait until the server has it."""
    phone.browser.lose_network(phone.wire)
    go(phone.page, "/settings/reminders")
    switch = phone.page.get_by_test_id("quiet-switch")
    expect(switch).to_be_checked()
    switch.click()
    expect(phone.page.get_by_text(word("en", "reminders_quiet_none"))).to_be_visible()
    assert quiet_hours_at(phone.house) == []
    phone.browser.regain_network(phone.wire)
    wait_until(lambda: quiet_hours_at(phone.house) == [{"from": "00:00", "to": "00:00"}], 30, "the server has it")


def quiet_hours_at(house: House) -> list[Any]:
    """Return the quiet hours of Marek's that the server knows."""
    return [one.values["value"] for one in house.records("setting") if one.values["name"] == "quiet_hours"]


def test_quiet_hours_edited_offline_are_taken_by_the_server_and_the_reminder_comes_at_once(phone: Phone) -> None:
    phone.set_reminder()
    message = phone.message()
    assert [one["action"] for one in message.payload["actions"]] == ["done", "snooze_hour", "snooze_tomorrow"]
    assert phone.entry()["moved"] == ""


def test_a_push_is_shown_once_and_twice_delivered_still_once(phone: Phone) -> None:
    phone.set_reminder()
    message = phone.message()
    worker = ServiceWorker(phone.browser, phone.page)
    worker.push(message)
    shown = worker.expect_shown(message.payload["id"])
    assert (shown["title"], shown["dir"]) == (message.payload["title"], "ltr")
    wait_until(lambda: phone.delivery()["state"] == "shown", 15, "the phone has said that it is shown")
    worker.push(message)
    worker.expect_shown(message.payload["id"], silent=True)
    assert len(worker.notifications()) == 1


def test_what_its_person_put_away_does_not_come_back(phone: Phone) -> None:
    phone.set_reminder()
    message = phone.message()
    worker = ServiceWorker(phone.browser, phone.page)
    worker.push(message)
    worker.expect_shown(message.payload["id"])
    worker.tap(message.payload["id"], "snooze_tomorrow")
    wait_until(lambda: phone.entry()["action"] == "snooze_tomorrow", 15, "the server has put it off")
    worker.push(message)
    # One that came after it is shown by then.
    later = {**message.payload, "id": "later", "tag": "later"}
    worker.push(message._replace(payload=later))
    worker.expect_shown("later")
    wait_until(lambda: [one["tag"] for one in worker.notifications()] == ["later"], 15, "only the later one stays")


def test_done_on_the_notification_closes_the_task_at_the_server_and_then_on_the_phone(phone: Phone) -> None:
    phone.set_reminder()
    message = phone.message()
    go(phone.page, "/tasks")
    row = phone.page.get_by_test_id("task").filter(has_text=phone.title)
    expect(row.get_by_test_id("task-done")).not_to_be_checked()
    worker = ServiceWorker(phone.browser, phone.page)
    worker.push(message)
    worker.expect_shown(message.payload["id"])
    worker.tap(message.payload["id"], "done")
    wait_until(lambda: phone.task()["status"] == "done", 15, "the server has closed the task")
    expect(row.get_by_test_id("task-done")).to_be_checked(timeout=20_000)
    assert worker.notifications() == []


def test_a_weekly_task_done_on_the_notification_comes_again(phone: Phone) -> None:
    phone.set_reminder("tasks_repeat_week")
    message = phone.message()
    worker = ServiceWorker(phone.browser, phone.page)
    worker.push(message)
    worker.expect_shown(message.payload["id"])
    worker.tap(message.payload["id"], "done")

    def standing() -> list[str]:
        return sorted(one.values["status"] for one in phone.house.records("task") if one.values["title"] == phone.title)

    wait_until(lambda: standing() == ["done", "open"], 30, "the next one is there, once")


def test_a_row_is_swiped_to_be_done_and_the_other_way_to_be_put_off(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", **MAREK.surroundings)
    page = browser.open()
    sign_in(page, shared_house.address, MAREK)
    go(page, "/tasks")
    row = page.get_by_test_id("task").first
    title = row.locator(".title").inner_text()
    swipe(browser, row, -160)
    expect(page.get_by_role("dialog", name=word("en", "tasks_snooze_title"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    swipe(browser, row, 40)
    swipe(browser, row, 160)
    expect(page.get_by_text(word("en", "tasks_completed", title=title))).to_be_visible()


def swipe(browser: Browser, row: Locator, pixels: int) -> None:
    """Move a finger sideways over a row."""
    box = row.bounding_box()
    assert box is not None
    devtools = browser.context.new_cdp_session(row.page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def touch(kind: str, *points: dict[str, float]) -> None:
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for step in range(1, 6):
        touch("touchMove", {"x": x + pixels * step / 5, "y": y})
    touch("touchEnd")
    devtools.detach()


def test_done_without_the_network_is_said_at_the_next_start(phone: Phone) -> None:
    phone.set_reminder()
    message = phone.message()
    phone.browser.lose_network(phone.wire)
    worker = ServiceWorker(phone.browser, phone.page)
    worker.push(message)
    worker.expect_shown(message.payload["id"])
    worker.tap(message.payload["id"], "done")
    wait_until(lambda: worker.notifications() == [], 10, "it is put away")
    assert phone.task()["status"] == "open"
    phone.browser.regain_network(phone.wire)
    phone.page.reload()
    wait_until(lambda: phone.task()["status"] == "done", 20, "the server has heard it")
    # The server writes this down after the task.
    wait_until(lambda: phone.delivery()["state"] == "acted", 15, "the log says that it was acted on")


def test_a_tap_on_the_notification_brings_the_open_app_to_its_customer(phone: Phone) -> None:
    phone.set_reminder()
    message = phone.message()
    go(phone.page, "/today")
    worker = ServiceWorker(phone.browser, phone.page)
    worker.push(message)
    worker.expect_shown(message.payload["id"])
    worker.tap(message.payload["id"])
    phone.page.wait_for_url(f"**{message.payload['url']}")


def test_the_log_says_that_it_was_shown_and_what_it_needs_without_the_network(phone: Phone) -> None:
    phone.set_reminder()
    message = phone.message()
    worker = ServiceWorker(phone.browser, phone.page)
    worker.push(message)
    wait_until(lambda: phone.delivery()["state"] == "shown", 15, "the phone has said that it is shown")
    go(phone.page, "/settings/reminders/sent")
    entry = phone.page.get_by_test_id("sent").filter(has_text=phone.title)
    expect(entry).to_contain_text(word("en", "reminders_state_shown"))
    phone.browser.lose_network(phone.wire)
    go(phone.page, "/today")
    go(phone.page, "/settings/reminders/sent")
    expect(phone.page.get_by_text(word("en", "reminders_log_offline"))).to_be_visible()


def test_a_subscription_that_the_browser_changes_is_told_to_the_server_with_no_page_asking(own_phone: Phone) -> None:
    asked = "fetch('/api/push/subscription').then((answer) => answer.json())"
    before = own_phone.pushes.subscriber.endpoint
    wait_until(lambda: own_phone.page.evaluate(asked)["endpoint"] == before, 15, "the phone is subscribed")
    after = own_phone.pushes.service.browser("phone-anew")
    [worker] = own_phone.browser.context.service_workers
    worker.evaluate(SUBSCRIBED, after.subscription())
    worker.evaluate("() => void self.dispatchEvent(new ExtendableEvent('pushsubscriptionchange'))")
    wait_until(lambda: own_phone.page.evaluate(asked)["endpoint"] == after.endpoint, 15, "the server has the new one")


def test_signing_out_ends_the_subscription(own_phone: Phone) -> None:
    page, endpoint = own_phone.page, own_phone.pushes.subscriber.endpoint

    def is_subscribed() -> bool:
        select = "SELECT device FROM push_subscription WHERE endpoint = ?"
        return bool(read_rows(own_phone.house.database, select, endpoint))

    wait_until(is_subscribed, 15, "the phone is subscribed")
    with page.expect_request(lambda request: request.method == "DELETE" and "/api/push" in request.url):
        go(page, "/more")
        page.get_by_test_id("sign-out").click()
        page.get_by_test_id("sign-out-confirm").click()
    page.wait_for_url("**/signin**")
    assert not is_subscribed()


def test_a_person_is_asked_only_by_his_tap(reminding: House, make_browser: MakeBrowser) -> None:
    with PushEnd(reminding) as pushes:
        browser = make_browser("phone", **MAREK.surroundings)
        page = browser.open()
        pushes.subscribe_pages_of(browser)
        browser.context.add_init_script(ASKED)
        sign_in(page, reminding.address, MAREK)
        go(page, "/settings/reminders")
        expect_state(page, "ask")
        assert page.evaluate("asked") == 0
        page.get_by_test_id("reminders-on").click()
        expect_state(page, "on")
        asked = "fetch('/api/push/subscription').then((answer) => answer.json())"
        wait_until(
            lambda: page.evaluate(asked)["endpoint"] == pushes.subscriber.endpoint,
            15,
            "the server has the subscription",
        )
        page.get_by_test_id("reminders-off").click()
        expect_state(page, "off")
        wait_until(lambda: page.evaluate(asked)["endpoint"] == "", 15, "the server has forgotten it")
        assert page.evaluate("asked") == 1


@pytest.mark.parametrize(
    ("script", "state", "title"),
    [
        (DENIED, "denied", "reminders_denied_title"),
        (WITHOUT_PUSH, "unsupported", "reminders_unsupported_title"),
        (ON_AN_IPHONE, "install", "reminders_install_title"),
    ],
    ids=["denied", "unsupported", "not_installed"],
)
def test_where_reminders_cannot_come_it_is_told_in_words(
    script: str, state: str, title: str, shared_house: House, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", **MAREK.surroundings)
    page = browser.open()
    browser.context.add_init_script(script)
    sign_in(page, shared_house.address, MAREK)
    go(page, "/settings/reminders")
    expect_state(page, state)
    expect(page.get_by_text(word("en", title))).to_be_visible()


def test_the_calendar_link_is_made_shown_once_renewed_and_removed(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    page = make_browser("phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    go(page, "/settings/reminders")
    page.get_by_test_id("calendar-make").click()
    first = page.get_by_test_id("calendar-link").input_value()
    status = "(url) => fetch(url).then((answer) => answer.status)"
    assert page.evaluate(status, first) == 200
    page.reload()
    expect(page.get_by_test_id("calendar-since")).to_be_visible()
    expect(page.get_by_test_id("calendar-link")).to_have_count(0)
    page.get_by_test_id("calendar-renew").click()
    page.get_by_test_id("calendar-confirm").click()
    second = page.get_by_test_id("calendar-link").input_value()
    assert [page.evaluate(status, one) for one in (first, second)] == [404, 200]
    page.get_by_test_id("calendar-remove").click()
    page.get_by_test_id("calendar-confirm").click()
    expect(page.get_by_test_id("calendar-make")).to_be_visible()
    assert page.evaluate(status, second) == 404


def test_a_repeating_task_done_offline_comes_again_and_an_undo_takes_both_back(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    with Wire(shared_house.port) as wire:
        browser = make_browser("phone", **MAREK.surroundings)
        page = browser.open()
        sign_in(page, wire.address, MAREK)
        wait_for_service_worker(page)
        browser.lose_network(wire)
        go(page, "/tasks")
        page.get_by_test_id("add").click()
        page.get_by_test_id("add-task").click()
        page.get_by_test_id("task-title").fill("Weekly report")
        page.get_by_role("radio", name=word("en", "tasks_repeat_week")).click()
        page.get_by_test_id("date-tomorrow").click()
        rows = page.get_by_test_id("task").filter(has_text="Weekly report")
        expect(rows).to_have_count(1)
        expect(rows.get_by_test_id("task-repeat")).to_have_text(word("en", "fields_task_repeat_week"))
        rows.get_by_test_id("task-done").click()
        expect(page.get_by_text(pattern("en", "tasks_completed_next"))).to_be_visible()
        expect(rows).to_have_count(2)
        page.get_by_role("button", name=word("en", "common_undo")).click()
        expect(rows).to_have_count(1)
        expect(rows.get_by_test_id("task-done")).not_to_be_checked()
        rows.get_by_test_id("task-done").click()
        expect(rows).to_have_count(2)
        browser.regain_network(wire)

        def at_server() -> list[Any]:
            found = [one.values for one in shared_house.records("task") if one.values["title"] == "Weekly report"]
            return sorted(one["status"] for one in found if not one.get("deleted"))

        wait_until(lambda: at_server() == ["done", "open"], 30, "the server has both")
