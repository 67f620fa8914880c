"""Little room: what must be readable and in reach in a narrow column and on a phone on its side."""

from typing import Final

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MAREK, sign_in
from e2e.screens import go, settle
from e2e.words import word

pytestmark = pytest.mark.e2e

ON_ITS_SIDE: Final[ViewportSize] = {"width": 844, "height": 390}
NEXT_STOP = """() => {
  const name = document.querySelector("[data-testid=map-route] .next .name");
  const about = name.nextElementSibling;
  const line = parseFloat(getComputedStyle(about).lineHeight);
  return { cut: name.scrollWidth > name.clientWidth, lines: Math.round(about.clientHeight / line) };
}"""


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_the_next_stop_on_the_map_can_be_read_in_a_narrow_column(
    shared_house: House, shared_browser: MakeBrowser, locale: str
) -> None:
    rep = MAREK._replace(locale=locale)
    page = shared_browser(f"tablet-{locale}", device="tablet", **rep.surroundings).open()
    sign_in(page, shared_house.address, rep)
    for width in (820, 700, 1024):
        page.set_viewport_size({"width": width, "height": 1000})
        go(page, "/map")
        expect(page.get_by_test_id("map-route").get_by_test_id("check-in")).to_be_visible()
        settle(page)
        shown = page.evaluate(NEXT_STOP)
        assert not shown["cut"], width
        assert shown["lines"] <= 2, width


def _draw(page: Page) -> None:
    box = page.get_by_test_id("pen-pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    page.mouse.up()


def test_a_signature_stays_in_sight_when_the_phone_is_turned(shared_house: House, shared_browser: MakeBrowser) -> None:
    page = shared_browser("phone", **MAREK.surroundings).open()
    sign_in(page, shared_house.address, MAREK)
    page.get_by_test_id("check-in").first.click()
    page.get_by_test_id("get-signature").click()
    expect(page.get_by_test_id("pen-pad")).to_be_visible()
    settle(page)
    _draw(page)
    page.set_viewport_size(ON_ITS_SIDE)
    settle(page)
    pad, save = (page.get_by_test_id(name).bounding_box() for name in ("pen-pad", "save-signature"))
    assert pad is not None
    assert save is not None
    assert pad["y"] + pad["height"] <= save["y"], "the foot lies on the pad"
    assert pad["height"] > 120
    expect(page.get_by_test_id("clear-strokes")).to_be_in_viewport(ratio=1)
    expect(page.get_by_label(word("en", "sign_who"))).to_be_in_viewport(ratio=1)
    clear = page.get_by_test_id("clear-strokes").bounding_box()
    assert clear is not None
    assert clear["y"] + clear["height"] <= save["y"]
    expect(page.get_by_test_id("pen-pad").locator("path[d^=M]")).to_have_count(1)
    _draw(page)
    expect(page.get_by_test_id("pen-pad").locator("path[d^=M]")).to_have_count(2)
    page.get_by_test_id("save-signature").click()
    expect(page.get_by_test_id("signature")).to_be_visible()
