"""Photos: two taps with the network off, there after a restart, and at the office byte for byte."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import FilePayload, Page, expect

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import House, Record, wait_until
from e2e.people import MANAGER, MAREK, sign_in
from e2e.pictures import PLACE, take, tap_and_choose
from e2e.screens import go, go_to_customer
from e2e.steps import open_tab, wait_for_service_worker
from e2e.wire import Wire
from e2e.words import word

pytestmark = pytest.mark.e2e

LARGE = "() => document.querySelector('[data-testid=viewer] img')?.naturalWidth === 1200"
FULL = """() => {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = () => { throw new DOMException("", "QuotaExceededError"); };
  self.makeRoom = () => { IDBObjectStore.prototype.put = put; };
}"""
WIDTHS = "[...document.querySelectorAll('[data-testid=photo-picture]')].map((one) => one.naturalWidth)"


def zip_of_a_photo() -> bytes:
    """Return what is no document, whatever it is called."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("photo1.jpg", b"\xff\xd8\xff")
    return written.getvalue()


class Phone(NamedTuple):
    """Marek's signed-in phone and its wire, with the id of his open visit, "" for none."""

    browser: Browser
    page: Page
    wire: Wire
    visit: str


@pytest.fixture
def started(shared_house: House, make_browser: MakeBrowser) -> Iterator[Phone]:
    """A phone on Today."""
    yield from _started(shared_house, make_browser)


@pytest.fixture
def phone(started: Phone) -> Phone:
    """A phone that has just checked in: of the day's few stops each takes one."""
    return _checked_in(started)


@pytest.fixture
def apart(house: House, make_browser: MakeBrowser) -> Iterator[Phone]:
    """A phone that has just checked in, with a server of its own, whose day has all of its stops."""
    for started in _started(house, make_browser):
        yield _checked_in(started)


def _started(house: House, make_browser: MakeBrowser) -> Iterator[Phone]:
    with Wire(house.port) as wire:
        browser = make_browser("phone", **MAREK.surroundings)
        page = browser.open()
        sign_in(page, wire.address, MAREK)
        wait_for_service_worker(page)
        yield Phone(browser, page, wire, "")


def _checked_in(started: Phone) -> Phone:
    page = started.page
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    return started._replace(visit=page.url.rpartition("/")[2])


def stored(house: House) -> set[tuple[str, str]]:
    files = [file.values for file in house.records("file") if file.values.get("stored") == file.values["digest"]]
    return {(str(values["type"]), str(values["media_type"])) for values in files}


def photos_of(house: House, visit: str) -> list[Record]:
    return [file for file in house.records("file") if file.values.get("visit") == visit]


def test_photos_taken_offline_survive_a_kill_and_arrive_as_they_are(
    phone: Phone, shared_house: House, make_browser: MakeBrowser
) -> None:
    browser, page, wire, visit = phone
    wait_until(lambda: shared_house.record(visit).values.get("status") == "open", 20, "the check-in has arrived")
    page = browser.restart(page)
    browser.lose_network(wire)
    first, second = take(page), take(page, hue=20)
    tap_and_choose(page, page.get_by_test_id("take-photo"), first)
    expect(page.get_by_test_id("photo-picture")).to_have_count(1)
    tap_and_choose(page, page.get_by_test_id("choose-photos"), second)
    expect(page.get_by_test_id("photo-picture")).to_have_count(2)
    # What is said to be saved is: not one tidy farewell.
    browser.kill()
    page = browser.open()
    browser.context.set_offline(True)
    page.goto(f"{wire.address}/visits/{visit}")
    expect(page.get_by_test_id("photo-picture")).to_have_count(2)
    page.wait_for_function(f"() => {WIDTHS}.every((width) => width === 240)")  # upright, and small
    expect(page.locator("[data-testid=file-state][data-state=waiting]")).to_have_count(2)
    assert photos_of(shared_house, visit) == []
    go(page, "/sync")
    expect(page.get_by_test_id("files-waiting")).to_be_visible()

    browser.regain_network(wire)
    wait_until(
        lambda: len([one for one in photos_of(shared_house, visit) if one.values.get("stored")]) == 2, 40, "both"
    )
    expect(page.get_by_test_id("files-waiting")).to_have_count(0)
    for file in photos_of(shared_house, visit):
        values = file.values
        assert (values["width"], values["height"]) == (1_200, 1_600)
        for digest in (values["digest"], values["thumbnail"]):
            body = (shared_house.data / "files" / digest[:2] / digest[2:4] / digest).read_bytes()
            assert hashlib.sha256(body).hexdigest() == digest
            assert body[:3] == b"\xff\xd8\xff"
            assert PLACE not in body
            assert b"Exif" not in body
        assert values["stored"] == values["digest"]
        assert values["stored_thumbnail"] == values["thumbnail"]

    # His manager sees them on a device that never held them, and then without the network too.
    desk = make_browser("desk", device="desktop", **MANAGER.surroundings)
    view = desk.open()
    sign_in(view, wire.address, MANAGER)
    go(view, f"/visits/{visit}")
    expect(view.get_by_test_id("photo-picture")).to_have_count(2)
    view.get_by_test_id("photo").first.click()
    expect(view.get_by_test_id("viewer").locator("img")).to_be_visible()
    view.wait_for_function(LARGE)
    view.keyboard.press("ArrowRight")
    view.wait_for_function(LARGE)
    view.keyboard.press("Escape")
    desk.lose_network(wire)
    view.get_by_test_id("photo").first.click()
    view.wait_for_function(LARGE)


def test_a_caption_is_written_on_while_its_photo_goes_up(apart: Phone, house: House) -> None:
    browser, page, wire, visit = apart
    browser.lose_network(wire)
    tap_and_choose(page, page.get_by_test_id("take-photo"), take(page))
    page.get_by_test_id("photo-picture").click()
    caption = page.get_by_test_id("caption")
    caption.click()
    page.keyboard.type("The shelf ")
    browser.regain_network(wire)
    wait_until(lambda: [bool(one.values.get("stored")) for one in photos_of(house, visit)] == [True], 40, "it is up")
    expect(page.get_by_test_id("viewer").get_by_test_id("file-state")).to_have_attribute("data-state", "sent")
    expect(caption).to_have_value("The shelf ")
    page.keyboard.type("by the door")
    expect(caption).to_have_value("The shelf by the door")
    page.keyboard.press("Escape")

    def told() -> bool:
        return [one.values.get("caption") for one in photos_of(house, visit)] == ["The shelf by the door"]

    wait_until(told, 20, "the office has the words")


def test_a_photo_is_added_from_everywhere_with_no_network_and_arrives_as_that_customers(
    started: Phone, shared_house: House
) -> None:
    browser, page, wire, _visit = started
    before = {file.id for file in shared_house.records("file")}
    browser.lose_network(wire)
    go(page, "/today")
    expect(page.get_by_test_id("screen-ready")).to_be_visible()
    picture = take(page)
    page.get_by_test_id("add").first.tap()
    page.get_by_test_id("add-photo").tap()
    chosen = page.get_by_test_id("choose-customer").first
    expect(page.get_by_test_id("add-photo")).to_have_count(0)
    name = chosen.locator(".title").inner_text()
    chosen.tap()
    tap_and_choose(page, page.get_by_test_id("add-take-photo"), picture)
    expect(page.get_by_role("dialog")).to_have_count(0)  # it is kept
    browser.regain_network(wire)

    def arrived() -> bool:
        photos = [file.values for file in shared_house.records("file") if file.id not in before]
        sent = [file for file in photos if file.get("stored") == file["digest"] and not file.get("visit")]
        return any(shared_house.record(str(file["customer"])).values["name"] == name for file in sent)

    wait_until(arrived, 30, "the office has the photo of that customer")


def test_a_voice_note_is_recorded_and_played_and_a_document_is_attached(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", microphone=True, **MAREK.surroundings)
    page = browser.open()
    sign_in(page, shared_house.address, MAREK)
    page.get_by_test_id("check-in").first.tap()
    page.wait_for_url("**/visits/*")
    visit = page.url.rpartition("/")[2]
    page.get_by_test_id("record").tap()
    expect(page.get_by_test_id("recording")).to_contain_text(re.compile(r"0:0[1-9]|[0-9]:[1-5][0-9]"))
    page.get_by_test_id("stop-recording").tap()
    expect(page.get_by_test_id("voice")).to_have_count(1)
    expect(page.get_by_test_id("play")).to_be_enabled()
    page.get_by_test_id("play").press("Enter")
    page.wait_for_function("() => document.querySelector('[data-testid=voice-sound]').currentTime > 0.2")
    customer = str(shared_house.record(visit).values["customer"])
    go_to_customer(page, customer)
    open_tab(page, MAREK.locale, "files_title")
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("attach").tap()
    page_of_code: FilePayload = {"name": "page.html", "mimeType": "text/html", "buffer": b"<script>"}
    prices: FilePayload = {"name": "Cennik.csv", "mimeType": "text/csv", "buffer": b"chleb;4\n"}
    renamed: FilePayload = {"name": "Umowa.docx", "mimeType": "", "buffer": zip_of_a_photo()}
    chooser.value.set_files([page_of_code, prices, renamed])
    expect(page.get_by_text(word("en", "files_wrong_type"))).to_be_visible()
    expect(page.get_by_test_id("document")).to_have_count(1)
    kinds = {("document", "text/csv"), ("voice", "audio/webm")}
    wait_until(lambda: kinds <= stored(shared_house), 30, "both are sent")


def test_a_document_that_the_office_does_not_take_says_why_and_is_not_said_to_be_there(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    browser = make_browser("phone", service_workers="block", **MAREK.surroundings)
    page = browser.open()
    sign_in(page, shared_house.address, MAREK)
    refusal = {
        "type": "urn:routebook:problem:wrong_content",
        "title": "Wrong content",
        "status": 422,
        "code": "wrong_content",
    }
    browser.context.route("**/api/files/**", lambda route: route.fulfill(status=422, json=refusal))
    [customer, *_] = shared_house.customers_of(MAREK.email)
    go_to_customer(page, customer.id)
    open_tab(page, MAREK.locale, "files_title")
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("attach").tap()
    prices: FilePayload = {"name": "Cennik.csv", "mimeType": "text/csv", "buffer": b"chleb;4\n"}
    chooser.value.set_files([prices])
    expect(page.get_by_test_id("document-refused")).to_have_text(word("en", "errors_wrong_content"))
    go(page, "/sync")
    expect(page.get_by_test_id("files-refused")).to_have_text(word("en", "errors_wrong_content"))
    expect(page.get_by_test_id("outlook")).to_have_text("1 file not taken")
    expect(page.get_by_text(word("en", "sync_all_sent"))).to_have_count(0)


def test_a_microphone_that_is_refused_or_missing_says_so(phone: Phone) -> None:
    page = phone.page
    # Nobody answers the question of a browser without a window: that is a refusal.
    page.get_by_test_id("record").tap()
    expect(page.get_by_test_id("microphone-denied").or_(page.get_by_test_id("microphone-missing"))).to_be_visible()
    refuse = """(name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", name));
    }"""
    for name, shown in (("NotAllowedError", "microphone-denied"), ("NotFoundError", "microphone-missing")):
        page.evaluate(refuse, name)
        page.get_by_test_id("record").tap()
        expect(page.get_by_test_id(shown)).to_be_visible()


def test_a_full_phone_says_so_and_keeps_the_picture_at_hand(phone: Phone, shared_house: House) -> None:
    page = phone.page
    # What the browser's quota does to its own database; to the files of the book: test_full_phone.py.
    [worker] = page.workers
    worker.evaluate(FULL)
    tap_and_choose(page, page.get_by_test_id("take-photo"), take(page))
    expect(page.get_by_test_id("no-room")).to_be_visible()
    expect(page.get_by_test_id("photo-picture")).to_have_count(0)
    page.go_back()
    expect(page.get_by_test_id("resume")).to_be_visible()
    expect(page.get_by_text(word("en", "files_no_room_waits"))).to_be_visible()
    page.get_by_role("status").get_by_role("button", name=word("en", "common_back")).tap()
    expect(page.get_by_test_id("no-room"), "what was left is there again").to_be_visible()
    worker.evaluate("() => self.makeRoom()")
    page.get_by_test_id("no-room").get_by_role("button").first.tap()
    expect(page.get_by_test_id("photo-picture")).to_have_count(1)
    expect(page.get_by_test_id("no-room")).to_have_count(0)
    wait_until(lambda: any(one.values.get("stored") for one in photos_of(shared_house, phone.visit)), 30, "it is sent")
