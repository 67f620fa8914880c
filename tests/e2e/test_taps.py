"""Taps: what a visit costs a rep's thumb, counted in the page with the network off."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MANAGER, MAREK, MARYAM, Rep, sign_in
from e2e.pictures import take, tap_and_choose
from e2e.steps import field_row, wait_for_service_worker
from e2e.wire import Wire
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e

COUNT = """
window.counted = { taps: 0, characters: 0 };
document.addEventListener("pointerup", (event) => { if (event.isTrusted) counted.taps += 1; }, true);
// There is no telephone here, and the browser's question for one would lie over the page.
document.addEventListener("click", (event) => event.target.closest("a[href^='tel:']") && event.preventDefault());
document.addEventListener("beforeinput", (event) => { counted.characters += (event.data ?? "").length; }, true);
"""


@pytest.fixture(scope="module", params=[MAREK, MARYAM], ids=["english", "persian"])
def rep(request: pytest.FixtureRequest) -> Rep:
    """The rep whose thumb is counted."""
    assert isinstance(request.param, Rep)
    return request.param


@pytest.fixture(scope="module")
def offline_today(shared_house: House, shared_browser: MakeBrowser, rep: Rep) -> Iterator[Page]:
    """The rep's phone with the app open on Today and the network off."""
    with Wire(shared_house.port) as wire:
        phone = shared_browser(f"phone-{rep.locale}", **rep.surroundings)
        page = phone.open()
        page.add_init_script(COUNT)
        sign_in(page, wire.address, rep)
        wait_for_service_worker(page)
        phone.lose_network(wire)
        yield page


def _counted(page: Page) -> dict[str, int]:
    found: dict[str, int] = page.evaluate("counted")
    return found


def _open_today(page: Page) -> None:
    """Open Today anew, which sets the count to zero."""
    page.goto(page.evaluate("location.origin") + "/today")
    expect(page.get_by_test_id("plan")).to_be_visible()  # the stops are drawn a few at a time, then this
    # Today stands where the test before has left it; a person sees the same and scrolls.
    page.get_by_test_id("check-in").first.scroll_into_view_if_needed()
    expect(page.get_by_test_id("check-in").first).to_be_in_viewport()
    assert _counted(page) == {"taps": 0, "characters": 0}


def _puts_away(page: Page, question: str) -> bool:
    """Tap beside a question; it does not listen yet in the moment in which it comes."""
    page.touchscreen.tap(20, 20)
    with contextlib.suppress(AssertionError):
        expect(page.get_by_test_id(question)).to_have_count(0, timeout=1_000)
        return True
    return False


def test_the_best_order_of_the_day_is_one_tap_and_leaves_appointments_where_they_are(
    offline_today: Page, rep: Rep
) -> None:
    # At breakfast, whatever the hour of the test: what is missed already may well be put behind what is not.
    breakfast = datetime.now(ZoneInfo(rep.zone)).replace(hour=8, minute=0)
    page = offline_today.context.new_page()
    page.clock.set_fixed_time(breakfast)
    page.add_init_script(COUNT)
    page.goto(offline_today.evaluate("location.origin") + "/today")
    expect(page.get_by_test_id("check-in").first).to_be_in_viewport()
    expect(page.get_by_test_id("best-order")).to_be_visible()  # the stops are drawn a few at a time, then this
    names = page.get_by_test_id("stop").all_inner_texts()
    page.get_by_test_id("best-order").tap()
    # Every visit of the demo has its hour, and they stand in the order of these.
    expect(page.get_by_text(pattern(rep.locale, "today_best_order_already"))).to_be_visible()
    assert _counted(page) == {"taps": 1, "characters": 0}
    assert len(page.get_by_test_id("stop").all_inner_texts()) == len(names)
    page.close()


def test_a_planned_visit_with_its_outcome_takes_two_taps(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    _open_today(page)
    done_before = page.locator("[data-testid=stop][data-status=done]").count()
    page.get_by_test_id("check-in").first.tap()
    expect(page.get_by_test_id("outcome-order")).to_be_in_viewport()
    page.get_by_test_id("outcome-order").tap()
    expect(page.get_by_text(pattern(rep.locale, "visit_finished")).first).to_be_visible()
    assert _counted(page) == {"taps": 2, "characters": 0}
    _open_today(page)
    expect(page.locator("[data-testid=stop][data-status=done]")).to_have_count(done_before + 1)


def test_a_planned_visit_with_outcome_next_step_and_reminder_takes_three_taps(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    _open_today(page)
    page.get_by_test_id("check-in").first.tap()
    expect(page.get_by_test_id("date-tomorrow")).to_be_in_viewport()
    page.get_by_test_id("date-tomorrow").tap()
    expect(page.get_by_test_id("next-step")).to_contain_text(pattern(rep.locale, "visit_reminder"))
    customer = page.get_by_test_id("visit-customer").inner_text()
    page.get_by_test_id("outcome-interested").tap()
    expect(page.get_by_text(pattern(rep.locale, "visit_finished")).first).to_be_visible()
    assert _counted(page) == {"taps": 3, "characters": 0}
    page.goto(page.evaluate("location.origin") + "/tasks")
    expect(page.get_by_test_id("task").filter(has_text=customer).first).to_be_visible()


def test_a_photo_on_the_open_visit_takes_two_taps(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    _open_today(page)
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    photo = take(page)
    _open_today(page)
    page.get_by_test_id("resume").tap()
    expect(page.get_by_test_id("take-photo")).to_be_in_viewport()
    tap_and_choose(page, page.get_by_test_id("take-photo"), photo)
    expect(page.get_by_test_id("photo-picture")).to_have_count(1)
    assert _counted(page) == {"taps": 2, "characters": 0}
    page.get_by_test_id("outcome-order").tap()
    expect(page.get_by_text(pattern(rep.locale, "visit_finished")).first).to_be_visible()


def test_a_reminder_from_a_customer_takes_three_taps(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    _open_today(page)
    page.locator("[data-testid=stop]:has([data-testid=check-in]) .face").first.tap()
    expect(page.get_by_test_id("remind")).to_be_in_viewport()
    customer = page.get_by_role("heading", level=1).inner_text()
    page.get_by_test_id("remind").tap()
    expect(page.get_by_test_id("date-tomorrow")).to_be_in_viewport()
    page.get_by_test_id("date-tomorrow").tap()
    expect(page.get_by_text(pattern(rep.locale, "add_task_saved_for"))).to_be_visible()
    assert _counted(page) == {"taps": 3, "characters": 0}
    page.goto(page.evaluate("location.origin") + "/tasks")
    title = word(rep.locale, "tasks_default_todo")
    row = page.get_by_test_id("task").filter(has_text=customer).filter(has_text=title)
    expect(row.get_by_test_id("task-reminder").first).to_be_visible()


def _stop_of(page: Page, address: str | None) -> Locator:
    """Return the stop whose face leads to this customer: several of a day may have one name."""
    return page.get_by_test_id("stop").filter(has=page.locator(f"a.face[href='{address}']"))


def _complain(page: Page, rep: Rep) -> None:
    """Note on a customer's page that he is not content."""
    page.get_by_test_id("remind").tap()
    page.get_by_role("radio", name=word(rep.locale, "fields_task_type_complaint")).tap()
    page.get_by_test_id("date-tomorrow").tap()
    expect(page.get_by_test_id("complaint")).to_be_visible()


def test_a_complaint_is_a_reason_to_go_until_a_tap_at_the_customer_settles_it(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    _open_today(page)
    stop = page.locator("[data-testid=stop]:has([data-testid=check-in])").first
    address = stop.locator("a.face").get_attribute("href")
    complaint = page.get_by_test_id("complaint")
    # Whoever comes next may have complained already: it depends on the time of day.
    has_complained = stop.get_by_text(pattern(rep.locale, "today_complaints")).count() > 0
    stop.locator(".face").tap()
    if has_complained:
        page.get_by_test_id("complaint-settled").tap()
        expect(complaint).to_have_count(0)
        page.evaluate("counted.taps = 1")
    _complain(page, rep)
    expect(complaint).to_have_text(word(rep.locale, "tasks_default_complaint"))
    assert _counted(page) == {"taps": 4, "characters": 0}
    page.goto(page.evaluate("location.origin") + "/today")
    stop = _stop_of(page, address)
    reason = stop.get_by_text(pattern(rep.locale, "today_complaints"))
    expect(reason).to_be_visible()
    stop.locator("a.face").tap()
    page.evaluate("counted.taps = 0")
    page.get_by_test_id("complaint-settled").tap()
    expect(complaint).to_have_count(0)
    assert _counted(page) == {"taps": 1, "characters": 0}
    page.goto(page.evaluate("location.origin") + "/today")
    expect(stop).to_be_visible()
    expect(reason).to_have_count(0)


def test_a_complaint_brings_its_customer_into_the_plan_as_such(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    page.goto(page.evaluate("location.origin") + "/plan")
    suggested = page.get_by_test_id("suggested").last
    his = page.locator(f"a[href='{suggested.locator('a.who').get_attribute('href')}']")
    complained = page.get_by_test_id("suggested").filter(has_text=pattern(rep.locale, "today_complaints"))
    expect(complained.filter(has=his)).to_have_count(0)
    suggested.locator("a.who").tap()
    _complain(page, rep)
    expect(page.get_by_test_id("complaint")).to_be_visible()
    page.goto(page.evaluate("location.origin") + "/plan")
    expect(complained.filter(has=his)).to_be_visible()


def _days_ahead(house: House, rep: Rep) -> tuple[int, int]:
    """Return in how many days shops are open as usual, and in how many they are not; holidays are neither."""
    today = datetime.now(ZoneInfo(rep.zone)).date()
    usual = {"en": (0, 1, 2, 3, 4), "fa": (5, 6, 0, 1, 2)}[rep.locale]
    holidays = {holiday.values["day"] for holiday in house.records("holiday")}
    week = [(ahead, today + timedelta(days=ahead)) for ahead in range(7)]
    ordinary = [(ahead, day.weekday() in usual) for ahead, day in week if day.isoformat() not in holidays]
    # Of today the hours may be over.
    return next(ahead for ahead, is_open in ordinary if is_open and ahead > 0), next(
        ahead for ahead, is_open in ordinary if not is_open
    )


def test_who_is_closed_on_the_day_that_is_planned_is_not_suggested_for_it(
    offline_today: Page, rep: Rep, shared_house: House
) -> None:
    page = offline_today
    page.goto(page.evaluate("location.origin") + "/plan")
    suggested = page.get_by_test_id("suggested")
    # The best of one day is among the twenty that are shown for another, too.
    address = suggested.first.locator("a.who").get_attribute("href")
    his = page.locator(f"a[href='{address}']")
    suggested.locator(f"a.who[href='{address}']").tap()
    page.wait_for_url(f"**{address}")
    # A complaint is a reason on any day.
    _complain(page, rep)
    page.get_by_role("tab", name=word(rep.locale, "customer_tab_details")).tap()
    row = field_row(page, "opening_hours").get_by_role("button")
    if word(rep.locale, "fields_not_set") not in row.inner_text():
        row.tap()
        page.get_by_test_id("hours-clear").tap()
    expect(row).to_contain_text(word(rep.locale, "fields_not_set"))
    row.tap()
    page.get_by_test_id("hours-save").tap()
    expect(row).to_contain_text({"en": "Mon–Fri", "fa": "شنبه تا چهارشنبه"}[rep.locale])

    page.goto(page.evaluate("location.origin") + "/plan")
    days = page.get_by_role("radiogroup", name=word(rep.locale, "today_plan_day")).get_by_role("radio")
    when_open, when_closed = _days_ahead(shared_house, rep)
    days.nth(when_open).tap()
    expect(suggested.filter(has=his)).to_be_visible()
    days.nth(when_closed).tap()
    expect(page.get_by_test_id("plan-closed")).to_be_visible()
    expect(suggested.filter(has=his)).to_have_count(0)


def test_when_a_customer_is_open_is_said_with_three_taps_and_stands_on_his_stop(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    _open_today(page)
    stop = page.locator("[data-testid=stop]:has([data-testid=check-in])").first
    address = stop.locator("a.face").get_attribute("href")
    stop.locator(".face").tap()
    details = page.get_by_role("tab", name=word(rep.locale, "customer_tab_details"))
    details.tap()
    row = field_row(page, "opening_hours").get_by_role("button")
    if word(rep.locale, "fields_not_set") not in row.inner_text():
        row.tap()
        page.get_by_test_id("hours-clear").tap()
    expect(row).to_contain_text(word(rep.locale, "fields_not_set"))
    page.evaluate("counted.taps = 0")
    details.tap()
    row.tap()
    page.get_by_test_id("hours-save").tap()
    expect(row).to_contain_text({"en": "Mon–Fri", "fa": "شنبه تا چهارشنبه"}[rep.locale])
    assert _counted(page) == {"taps": 3, "characters": 0}
    page.goto(page.evaluate("location.origin") + "/today")
    expect(_stop_of(page, address).get_by_test_id("hours")).to_be_visible()


def test_repeating_the_last_order_takes_three_taps(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    orders = page.get_by_role("tab", name=word(rep.locale, "customer_tab_orders"))
    stop = page.locator("[data-testid=stop]:has([data-testid=check-in])").first
    _open_today(page)
    # Whether he has ordered before depends on the day: now he has.
    stop.locator(".face").tap()
    orders.tap()
    page.get_by_test_id("take-order").tap()
    page.get_by_test_id("add-product").tap()
    page.get_by_test_id("product").first.tap()
    page.get_by_test_id("place-order").tap()
    expect(page.get_by_test_id("place-order")).to_have_count(0)

    _open_today(page)
    stop.locator(".face").tap()
    orders.tap()
    expect(page.get_by_test_id("repeat-order")).to_be_in_viewport()
    page.get_by_test_id("repeat-order").tap()
    placed = page.get_by_text(word(rep.locale, "order_repeated"), exact=True)
    # Some prices have changed since in the demo, of which the words then speak.
    expect(placed.or_(page.get_by_text(word(rep.locale, "order_repeated_prices"), exact=True))).to_be_visible()
    assert _counted(page) == {"taps": 3, "characters": 0}
    expect(page.get_by_test_id("order-line").first).to_be_visible()


def test_an_unplanned_visit_at_a_customer_nearby_takes_three_taps(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    _open_today(page)
    page.get_by_test_id("add").first.tap()
    nearest = page.get_by_test_id("choose-customer").first
    name = nearest.locator(".title").inner_text()
    nearest.tap()
    expect(page.get_by_test_id("visit-customer")).to_have_text(name)
    page.get_by_test_id("outcome-interested").tap()
    expect(page.get_by_text(pattern(rep.locale, "visit_finished")).first).to_be_visible()
    assert _counted(page) == {"taps": 3, "characters": 0}


def _letters(name: str) -> str:
    return name.rsplit(maxsplit=1)[-1][:3]  # what tells it from other shops


def test_a_customer_is_found_by_three_letters_with_two_taps(offline_today: Page, rep: Rep, shared_house: House) -> None:
    page = offline_today
    _open_today(page)
    words = [str(shop.values["name"]).casefold().split() for shop in shared_house.customers_of(rep.email)]

    def alike(name: str) -> int:
        return sum(any(word.startswith(_letters(name).casefold()) for word in shop) for shop in words)

    # A branch of a chain ends with its town, as many do.
    name = min(page.get_by_test_id("stop").locator(".name").all_inner_texts(), key=alike)
    page.locator("nav a[href='/customers']").tap()
    page.get_by_role("searchbox").tap()
    page.keyboard.type(_letters(name))
    expect(page.get_by_role("link").filter(has_text=name).first).to_be_in_viewport()
    assert _counted(page) == {"taps": 2, "characters": 3}


def test_whoever_is_in_the_book_already_is_shown_while_he_is_typed_and_opens_with_a_tap(
    offline_today: Page, rep: Rep
) -> None:
    page = offline_today
    page.goto(page.evaluate("location.origin") + "/today")
    name = page.get_by_test_id("stop").last.locator(".name").inner_text()
    page.get_by_test_id("add").first.tap()
    page.get_by_test_id("add-customer").tap()
    typed = page.locator("#new-customer input").first
    typed.fill(f"{name[:-1]}z")  # a slip of the finger
    page.get_by_test_id("duplicate").filter(has_text=name).first.tap()  # shops of a chain have one name
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_test_id("add").first.tap()
    page.get_by_test_id("add-customer").tap()
    expect(typed, "what was typed stays").to_have_value(f"{name[:-1]}z")
    page.get_by_role("button", name=word(rep.locale, "customers_add_save")).tap()
    expect(page.get_by_role("heading", name=f"{name[:-1]}z")).to_be_visible()


def test_tomorrow_is_filled_from_the_suggestions_with_two_taps_and_emptied_again(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    _open_today(page)
    page.get_by_test_id("plan").tap()
    expect(page.get_by_test_id("suggested").first).to_be_visible()
    planned = page.get_by_test_id("planned")
    before = planned.count()
    assert before < 8, "the demo leaves room for tomorrow"
    page.get_by_test_id("plan-fill").tap()
    expect(planned).to_have_count(8)
    assert _counted(page) == {"taps": 2, "characters": 0}
    page.get_by_role("status").get_by_role("button", name=word(rep.locale, "common_undo")).tap()
    expect(planned).to_have_count(before)
    page.get_by_test_id("plan-add").first.tap()
    expect(planned).to_have_count(before + 1)


def test_a_call_is_logged_with_two_taps_when_the_telephone_gives_the_screen_back(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    _open_today(page)
    stop = page.locator("[data-testid=stop]:has([data-testid=call])").first
    customer = stop.locator(".name").inner_text()
    stop.get_by_test_id("call").tap()
    expect(page.get_by_text(word(rep.locale, "add_call_how")).first).to_be_visible()
    page.get_by_test_id("call-call_back").tap()
    expect(page.get_by_text(pattern(rep.locale, "add_call_saved_again"))).to_be_visible()
    assert _counted(page) == {"taps": 2, "characters": 0}
    stop.get_by_test_id("call").tap()
    page.get_by_test_id("call-reached").wait_for()
    wait_until(lambda: _puts_away(page, "call-reached"), 15, "a tap beside the question puts it away")
    page.get_by_role("status").get_by_role("button", name=word(rep.locale, "add_call")).tap()
    page.get_by_test_id("call-reached").tap()
    expect(page.get_by_test_id("call-reached")).to_have_count(0)
    page.goto(page.evaluate("location.origin") + "/tasks")
    title = word(rep.locale, "add_call_back_title").replace("{name}", customer)
    expect(page.get_by_test_id("task").filter(has_text=title).first).to_be_visible()


def test_a_saved_list_is_one_tap_and_each_customer_of_it_one_more(offline_today: Page, rep: Rep) -> None:
    page = offline_today
    page.goto(page.evaluate("location.origin") + "/customers")
    page.get_by_role("searchbox").fill("")  # the letters of an earlier test are kept
    page.reload()
    page.get_by_role("radio").filter(has=page.locator("svg")).first.tap()
    expect(page.get_by_test_id("list-more")).to_be_in_viewport()
    assert _counted(page) == {"taps": 1, "characters": 0}
    page.reload()  # the rows of the list before stay until those of this one are there
    rows = page.get_by_role("list", name=word(rep.locale, "customers_title")).get_by_role("link")
    expect(rows.nth(4)).to_be_attached()
    names = rows.locator(".title").all_inner_texts()
    rows.nth(3).scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 120)")
    place = page.evaluate("scrollY")
    rows.nth(3).tap()
    heading = page.get_by_role("heading", level=1).last
    expect(heading).to_have_text(names[3])
    page.get_by_test_id("step-next").tap()
    expect(heading).to_have_text(names[4])
    page.reload()
    page.get_by_test_id("step-previous").tap()
    expect(heading).to_have_text(names[3])
    page.get_by_test_id("step-previous").tap()
    expect(heading).to_have_text(names[2])
    page.go_back()
    expect(page.get_by_test_id("list-more")).to_be_visible()
    page.wait_for_function("(place) => Math.abs(scrollY - place) < 2", arg=place)


def test_approving_a_discount_takes_a_manager_two_taps(
    shared_house: House, shared_browser: MakeBrowser, rep: Rep
) -> None:
    manager = MANAGER._replace(locale=rep.locale)
    with Wire(shared_house.port) as wire:
        phone = shared_browser(f"manager-{rep.locale}", **manager.surroundings)
        page = phone.open()
        page.add_init_script(COUNT)
        sign_in(page, wire.address, manager)
        wait_for_service_worker(page)
        phone.lose_network(wire)
        for screen in ("overview", "today"):
            page.goto(f"{page.evaluate('location.origin')}/{screen}")
            expect(page.get_by_test_id("discounts-waiting")).to_be_in_viewport()
            assert _counted(page) == {"taps": 0, "characters": 0}
            page.get_by_test_id("discounts-waiting").tap()
            expect(page.get_by_test_id("discount-approve").first).to_be_in_viewport()
            page.get_by_test_id("discount-approve").first.tap()
            expect(page.get_by_text(pattern(rep.locale, "look_discount_approved"))).to_be_visible()
            expect(page.get_by_test_id("discount")).to_have_count(0)
            assert _counted(page) == {"taps": 2, "characters": 0}
            page.get_by_role("button", name=word(rep.locale, "common_undo")).tap()
            expect(page.get_by_test_id("discount")).to_have_count(1)
