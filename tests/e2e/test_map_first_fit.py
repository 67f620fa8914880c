"""The map's first fit: each of today's stops lies clear of what stands over the map, in both directions of writing."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import MakeBrowser
from e2e.house import House
from e2e.people import MAREK, MARYAM, Rep, sign_in
from e2e.screens import go, settle

pytestmark = pytest.mark.e2e

STOP_RADIUS = 16.5
"""Of a stop's disc with its rim, in pixels; no other mark has it."""

NOTES_DISCS = f"""() => {{
  const {{ setTransform, arc }} = CanvasRenderingContext2D.prototype;
  Object.assign(CanvasRenderingContext2D.prototype, {{
    setTransform(...values) {{
      this.stops = [];
      return setTransform.apply(this, values);
    }},
    arc(x, y, radius, ...more) {{
      if (radius === {STOP_RADIUS}) this.stops.push([x, y]);
      return arc.call(this, x, y, radius, ...more);
    }},
  }});
}}"""
"""Notes where the last frame has its stops."""

STOPS = """canvas => {
  const { left, top } = canvas.getBoundingClientRect();
  return canvas.getContext("2d").stops.map(([x, y]) => [x + left, y + top]);
}"""

COVERS = """() => Array.from(
  document.querySelectorAll(".field > .over > :not(.row), .over > .bar > *, .over > .foot > :not(.grow)"),
  one => one.getBoundingClientRect(),
).filter(({ width, height }) => width * height > 0).map(({ left, top, right, bottom }) => [left, top, right, bottom])"""
"""What stands over the map: the search and its chips, the legend, the controls, the box of the route."""


@pytest.mark.parametrize("rep", [MAREK, MARYAM], ids=lambda rep: rep.locale)
@pytest.mark.parametrize("size", [(390, 844), (360, 640), (844, 390)], ids=lambda size: f"{size[0]}")
def test_todays_stops_lie_clear_of_what_stands_over_the_map(
    shared_house: House, make_browser: MakeBrowser, rep: Rep, size: tuple[int, int]
) -> None:
    page = make_browser("phone", **rep.surroundings).open()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.add_init_script(f"({NOTES_DISCS})()")
    sign_in(page, shared_house.address, rep)
    go(page, "/map")
    expect(page.get_by_test_id("screen-ready")).to_be_visible()
    expect(page.get_by_test_id("map-scale")).to_be_visible()
    canvas = page.get_by_test_id("map-canvas")
    page.wait_for_function("canvas => canvas.getContext('2d').stops?.length > 1", arg=canvas.element_handle())
    # The legend grows by the scale once there is a fit, and the fit then makes way for it.
    settle(page)

    stops: list[tuple[float, float]] = canvas.evaluate(STOPS)
    covers: list[tuple[float, float, float, float]] = page.evaluate(COVERS)
    box = canvas.bounding_box()
    assert box is not None
    assert len(covers) == (6 if size[0] < 700 else 5)
    for x, y in stops:
        assert box["x"] + STOP_RADIUS <= x <= box["x"] + box["width"] - STOP_RADIUS, stops
        assert box["y"] + STOP_RADIUS <= y <= box["y"] + box["height"] - STOP_RADIUS, stops
        for left, top, right, bottom in covers:
            across, down = max(left - x, 0, x - right), max(top - y, 0, y - bottom)
            assert across**2 + down**2 >= STOP_RADIUS**2, (stops, covers)
