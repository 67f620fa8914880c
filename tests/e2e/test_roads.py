"""Roads: a day's ways by road are fetched while there is a network, and put the day into order when there is none."""

import shutil
import threading
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from e2e.browser import Browser
from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, MARYAM, Rep, sign_in, wait_until_ready
from e2e.screens import go
from e2e.steps import wait_for_service_worker
from e2e.wire import Wire
from e2e.words import pattern, word
from osrm import Osrm, Spot, Way, crow_metres
from routebook_server.roads.places import Place, cell_of, middle_of

pytestmark = pytest.mark.e2e

BRIDGE_METRES: Final = 5_000_000
"""How far the bridge is: farther than any appointment is worth being late for."""
ROWS: Final = """async () => {
  const open = indexedDB.open("routebook-roads");
  const database = await new Promise((resolve, reject) => {
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => reject(open.error);
  });
  try {
    if (!database.objectStoreNames.contains("row")) return 0;
    const count = database.transaction("row").objectStore("row").count();
    return await new Promise((resolve) => { count.onsuccess = () => resolve(count.result); });
  } finally {
    database.close();
  }
}"""
"""How many places the device keeps ways from."""


@pytest.fixture
def osrm() -> Iterator[Osrm]:
    """A routing server, which answers once the test has dug its river."""
    with Osrm() as running:
        running.holds = threading.Event()
        yield running


@pytest.fixture
def house(osrm: Osrm, filled_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A server of this test's own with the demo team, which asks the routing server."""
    monkeypatch.setenv("ROUTEBOOK_ROADS", osrm.address)
    data = tmp_path / "data"
    shutil.copytree(filled_data, data)
    with House(data) as running:
        yield running


def stops_ahead(page: Page) -> list[str]:
    """Return the names of the stops that are still to come, in their order."""
    return page.locator("[data-testid=stop][data-status=planned] .name").all_inner_texts()


def visits_of_today(house: House, rep: Rep) -> list[dict[str, Any]]:
    """Return what a rep has planned for today."""
    today, person = datetime.now(ZoneInfo(rep.zone)).date().isoformat(), house.person(rep.email)
    visits = [visit.values for visit in house.records("visit") if visit.values.get("person") == person]
    return [visit for visit in visits if visit.get("planned_day") == today]


def whole_day(page: Page, house: House, rep: Rep) -> list[str]:
    """Return all stops of a day that are still to come, once they are drawn: that is done a few at a time."""
    ahead = [visit for visit in visits_of_today(house, rep) if visit["status"] == "planned"]
    expect(page.locator("[data-testid=stop][data-status=planned]")).to_have_count(len(ahead))
    return stops_ahead(page)


def dig_river(osrm: Osrm, house: House, rep: Rep, stops: list[str]) -> dict[str, bool]:
    """Let each second stop lie on the other bank; returns by name whether it does."""
    # Two customers may have one name: those of the day are meant.
    meant = {visit["customer"] for visit in visits_of_today(house, rep)}
    customers = {str(one.values["name"]): one.values for one in house.records("customer") if one.id in meant}
    bank = {name: place % 2 == 1 for place, name in enumerate(stops)}
    beyond = {spot_of(customers[name]["latitude"], customers[name]["longitude"]) for name in stops if bank[name]}

    def way(a: Spot, b: Spot) -> Way:
        metres = 1.4 * crow_metres(a, b) + (BRIDGE_METRES if (a in beyond) != (b in beyond) else 0)
        return metres, 300.0

    osrm.way = way
    assert osrm.holds is not None
    osrm.holds.set()
    return bank


def spot_of(latitude: int, longitude: int) -> Spot:
    """Return the spot by which a routing server is asked for a place."""
    east, north = middle_of(cell_of(Place(latitude, longitude))).split(",")
    return float(north), float(east)


def requests(page: Page, name: str) -> int:
    """Return how often the page has asked for this of the API."""
    found: int = page.evaluate(
        "(end) => performance.getEntriesByType('resource').filter((one) => one.name.endsWith(end)).length",
        f"/api/{name}",
    )
    return found


def bridges(names: list[str], bank: dict[str, bool]) -> int:
    return sum(bank[a] != bank[b] for a, b in pairwise(names))


def open_day(browser: Browser, address: str, rep: Rep) -> Page:
    page = browser.open()
    sign_in(page, address, rep)
    wait_for_service_worker(page)
    return page


@pytest.mark.parametrize("rep", [MAREK, MARYAM], ids=["en", "fa"])
def test_without_a_network_the_best_order_goes_by_the_roads_that_were_fetched_and_the_screens_say_so(
    rep: Rep, osrm: Osrm, house: House, make_browser: MakeBrowser
) -> None:
    by_road = word(rep.locale, "map_by_road")
    with Wire(house.port) as wire:
        browser = make_browser("phone", **{**rep.surroundings, "place": None})
        page = open_day(browser, wire.address, rep)
        before = whole_day(page, house, rep)
        assert len(before) >= 4
        expect(page.get_by_test_id("ways")).to_have_count(0)
        bank = dig_river(osrm, house, rep, before)
        expect(page.get_by_test_id("ways")).to_have_text(by_road)
        [(places, _)] = osrm.asked
        assert places >= len(before)
        wait_until(lambda: bool(page.evaluate(ROWS) == places), 10, "the ways are kept on the device")

        browser.lose_network(wire)
        page.reload()
        wait_until_ready(page)
        expect(page.get_by_test_id("ways")).to_have_text(by_road)
        assert whole_day(page, house, rep) == before
        assert bridges(before, bank) == len(before) - 1
        page.get_by_test_id("best-order").click()
        wait_until(lambda: bridges(stops_ahead(page), bank) == 1, 10, "the day goes over the bridge once")
        expect(page.get_by_test_id("ways")).to_have_text(by_road)

        go(page, "/map")
        page.get_by_test_id("map-route-open").click()
        expect(page.get_by_test_id("ways")).to_have_text(by_road)
        page.keyboard.press("Escape")

        # Whoever signs out leaves no map of his customers behind.
        browser.regain_network(wire)
        go(page, "/more")
        page.get_by_test_id("sign-out").click()
        page.get_by_test_id("sign-out-confirm").click()
        page.wait_for_url("**/signin")
        assert page.evaluate(ROWS) == 0
    assert len(osrm.asked) == 1, "nothing is asked for twice"


def test_where_a_part_of_the_way_is_not_known_by_road_it_is_said_how_many_legs_are_straight(
    osrm: Osrm, house: House, make_browser: MakeBrowser
) -> None:
    # From where the phone is to the first stop: where he is is told to nobody.
    browser = make_browser("phone", **{**MAREK.surroundings, "place": (50.03, 20.02)})
    page = open_day(browser, house.address, MAREK)
    dig_river(osrm, house, MAREK, whole_day(page, house, MAREK))
    expect(page.get_by_test_id("ways")).to_have_text(pattern("en", "map_by_road_but"))
    expect(page.get_by_test_id("ways")).to_contain_text("except for 1 leg:")


def test_a_server_without_a_routing_server_is_asked_once_and_the_screen_says_that_lines_are_straight(
    shared_house: House, make_browser: MakeBrowser
) -> None:
    page = make_browser("phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    # Once by the screen on which one signs in, and once more.
    wait_until(lambda: requests(page, "health") == 2, 20, "the app has asked whether there are roads")
    go(page, "/plan")
    expect(page.get_by_test_id("planned").first).to_be_visible()
    go(page, "/map")
    page.get_by_test_id("map-route-open").click()
    expect(page.get_by_text(word("en", "map_straight"))).to_be_visible()
    assert (requests(page, "health"), requests(page, "roads")) == (2, 0)
