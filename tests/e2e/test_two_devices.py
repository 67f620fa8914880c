"""Two devices change one customer while neither has a network."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, sign_in
from e2e.steps import edit_field, field_row, history_of, open_details, open_tab, wait_for_service_worker
from e2e.wire import Fault, Wire
from e2e.words import word

pytestmark = pytest.mark.e2e


class Device(NamedTuple):
    """A signed-in browser at the end of its own wire."""

    browser: Browser
    page: Page
    wire: Wire

    def lose_network(self) -> None:
        """Go where there is none."""
        self.browser.lose_network(self.wire)

    def regain_network(self) -> None:
        """Come back."""
        self.browser.regain_network(self.wire)


@pytest.fixture(scope="module")
def devices(shared_house: House, shared_browser: MakeBrowser) -> Iterator[tuple[Device, Device]]:
    """Marek's phone and his tablet, both up to date."""
    with Wire(shared_house.port) as near, Wire(shared_house.port) as far:
        made = []
        for name, wire in (("phone", near), ("tablet", far)):
            browser = shared_browser(name, device=name, **MAREK.surroundings)
            page = browser.open()
            sign_in(page, wire.address, MAREK)
            wait_for_service_worker(page)
            made.append(Device(browser, page, wire))
        phone, tablet = made
        yield phone, tablet


def test_different_fields_changed_on_two_offline_devices_both_survive(
    shared_house: House, devices: tuple[Device, Device]
) -> None:
    phone, tablet = devices
    customer = shared_house.customers_of(MAREK.email)[0].id
    for device in devices:
        open_details(device.page, device.wire.address, customer)
        device.lose_network()
    edit_field(phone.page, "trade", "Bakery with a garden")
    edit_field(tablet.page, "street", "ul. Nowa 7")
    assert shared_house.record(customer).values.get("trade") != "Bakery with a garden"

    for device in devices:
        device.regain_network()
    for device in devices:
        expect(field_row(device.page, "trade")).to_contain_text("Bakery with a garden")
        expect(field_row(device.page, "street")).to_contain_text("ul. Nowa 7")
    values = shared_house.record(customer).values
    assert (values["trade"], values["street"]) == ("Bakery with a garden", "ul. Nowa 7")
    for device in devices:
        panel = _open_history(device.page)
        # Whichever came second: the first one's author had missed nothing when it came.
        expect(panel.get_by_text(word("en", "history_apart"))).to_have_count(1)


def test_of_one_text_changed_by_two_the_history_says_that_both_were_kept(
    shared_house: House, devices: tuple[Device, Device]
) -> None:
    phone, tablet = devices
    described = (one for one in shared_house.customers_of(MAREK.email)[3:] if one.values.get("description"))
    customer, before = next((one.id, str(one.values["description"])) for one in described)
    for device in devices:
        open_details(device.page, device.wire.address, customer)
        device.lose_network()
    _rewrite(phone.page, f"Closed on Mondays. {before}")
    _rewrite(tablet.page, f"{before} Rings twice.")

    phone.regain_network()
    wait_until(
        lambda: str(shared_house.record(customer).values["description"]).startswith("Closed"), 15, "the first arrived"
    )
    tablet.regain_network()
    for device in devices:
        expect(field_row(device.page, "description")).to_contain_text(f"Closed on Mondays. {before} Rings twice.")

    for device in devices:
        panel = _open_history(device.page)
        entry = panel.get_by_role("listitem").filter(has_text=word("en", "history_kept_both"))
        expect(entry).to_have_count(1)
        expect(entry.locator("s")).to_have_text(before)
        expect(entry.get_by_text(f"{before} Rings twice.", exact=True)).to_be_visible()
        for ended in ("history_lost_at_once", "history_won_at_once", "history_apart"):
            expect(panel.get_by_text(word("en", ended))).to_have_count(0)


def test_of_one_field_changed_twice_the_later_edit_wins_and_the_loser_is_in_its_history(
    shared_house: House, devices: tuple[Device, Device]
) -> None:
    phone, tablet = devices
    customer = shared_house.customers_of(MAREK.email)[1].id
    for device in devices:
        open_details(device.page, device.wire.address, customer)
        device.lose_network()
    edit_field(phone.page, "trade", "Earlier trade")
    edit_field(tablet.page, "trade", "Later trade")

    # The later edit arrives first: what counts is when it was made.
    tablet.regain_network()
    wait_until(lambda: shared_house.record(customer).values.get("trade") == "Later trade", 15, "the later edit arrived")
    phone.regain_network()
    expect(field_row(phone.page, "trade")).to_contain_text("Later trade")
    expect(field_row(tablet.page, "trade")).to_contain_text("Later trade")
    wait_until(lambda: len(_trades(phone.page, customer)) == 2, 15, "the history knows both edits")
    assert sorted(_trades(phone.page, customer)) == [("Earlier trade", False), ("Later trade", True)]
    assert shared_house.record(customer).values["trade"] == "Later trade"

    for device in devices:
        panel = _open_history(device.page)
        expect(panel.get_by_text("Earlier trade", exact=True)).to_be_visible()
        expect(panel.get_by_text(word("en", "history_lost_at_once"))).to_be_visible()
        expect(panel.get_by_text("Later trade", exact=True).first).to_be_visible()


def test_a_slow_answer_before_the_dead_zone_does_not_make_the_later_edit_the_earlier_one(
    shared_house: House, devices: tuple[Device, Device]
) -> None:
    phone, tablet = devices
    customer = shared_house.customers_of(MAREK.email)[2].id
    for device in devices:
        open_details(device.page, device.wire.address, customer)
    up_to_date = tablet.page.get_by_role("status").filter(has_text=word("en", "sync_up_to_date"))
    expect(up_to_date).to_be_visible()
    tablet.wire.spoil(Fault(delay_s=3))
    edit_field(tablet.page, "trade", "Slowly answered")
    wait_until(lambda: shared_house.record(customer).values.get("trade") == "Slowly answered", 20, "it arrived")
    expect(up_to_date).to_be_visible()
    expect(field_row(phone.page, "trade")).to_contain_text("Slowly answered")

    for device in devices:
        device.lose_network()
    edit_field(phone.page, "trade", "Earlier, clock right")
    edit_field(tablet.page, "trade", "Later, answers slow")
    for device in devices:
        device.regain_network()
    for device in devices:
        expect(field_row(device.page, "trade")).to_contain_text("Later, answers slow")


def _open_history(page: Page) -> Locator:
    """Turn a customer's page to his history."""
    open_tab(page, "en", "customer_tab_history")
    return page.get_by_role("tabpanel")


def _rewrite(page: Page, text: str) -> None:
    """Write another description."""
    row = field_row(page, "description")
    row.get_by_role("button").first.click()
    row.get_by_role("textbox").fill(text)
    row.get_by_role("textbox").press("Control+Enter")
    expect(row).to_contain_text(text)


def _trades(page: Page, customer: str) -> list[tuple[str, bool]]:
    """Return the trades that the history tells as new values, each with whether it won."""
    return [
        (change["new"], change.get("won", True))
        for entry in history_of(page, customer)
        for change in entry["changes"]
        if change["field"] == "trade" and str(change["new"]).endswith("trade")
    ]
