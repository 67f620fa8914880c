"""A whole day on the road without network, over a restart of the phone, and then field by field at the office."""

import hashlib
import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import MakeBrowser
from e2e.house import House, wait_until
from e2e.people import MAREK, MARYAM, Rep, sign_in
from e2e.pictures import take, tap_and_choose
from e2e.screens import go, go_to_customer
from e2e.steps import wait_for_service_worker
from e2e.wire import Wire
from e2e.words import pattern, word

pytestmark = pytest.mark.e2e

VISITS = 8
CALLS = ("reached", "no_answer", "call_back")
SOME_SECONDS = re.compile("[0۰]:[0-5۰-۵][1-9۱-۹]")
"""One of them alone may pass between two looks."""
OUTCOMES = ("order", "interested", "follow_up", "not_in", "no_need")


def _check_in(page: Page) -> str:
    """Begin the next visit of the route, or one that nobody planned where the route is done; return its id."""
    go(page, "/today")
    expect(page.get_by_test_id("screen-ready")).to_be_visible()
    planned = page.locator("[data-testid=stop] [data-testid=check-in]")
    if page.locator("[data-testid=stop][data-status=planned]").count() > 0:
        planned.first.tap()
    else:
        page.get_by_test_id("add").first.tap()
        page.get_by_test_id("choose-customer").first.tap()
    page.wait_for_url("**/visits/*")
    return page.url.rpartition("/")[2]


def _finish(page: Page, rep: Rep, outcome: str) -> None:
    page.get_by_test_id(f"outcome-{outcome}").tap()
    expect(page.get_by_text(pattern(rep.locale, "visit_finished")).first).to_be_visible()


def _sign(page: Page) -> None:
    page.get_by_test_id("get-signature").tap()
    paper = page.get_by_test_id("pen-pad")
    paper.hover(position={"x": 30, "y": 40})  # once the sheet stands still
    pad = paper.bounding_box()
    assert pad is not None
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(pad["x"] + 30 + step * 12, pad["y"] + 40 + (step % 3) * 18)
    page.mouse.up()
    page.get_by_test_id("save-signature").tap()
    expect(page.get_by_test_id("signature")).to_be_visible()


def _record_a_voice_note(page: Page) -> None:
    page.get_by_test_id("record").tap()
    expect(page.get_by_test_id("recording")).to_contain_text(SOME_SECONDS)
    page.get_by_test_id("stop-recording").tap()
    expect(page.get_by_test_id("voice")).to_have_count(1)


def _log_a_call(page: Page, customer: str, result: str) -> None:
    go_to_customer(page, customer)
    page.get_by_test_id("add").first.tap()
    page.get_by_test_id("add-call").tap()
    page.get_by_test_id(f"call-{result}").tap()
    expect(page.get_by_test_id(f"call-{result}")).to_have_count(0)


def _unsent(page: Page, rep: Rep) -> list[dict[str, Any]]:
    """What the phone would hand over as a file."""
    go(page, "/sync")
    with page.expect_download() as saved:
        page.get_by_role("button", name=word(rep.locale, "sync_export"), exact=True).click()
    found: list[dict[str, Any]] = json.loads(saved.value.path().read_text(encoding="utf-8"))["edits"]
    return found


@pytest.mark.parametrize("rep", [MAREK, MARYAM], ids=["english", "persian"])
def test_a_whole_day_without_network_arrives_field_by_field(rep: Rep, house: House, make_browser: MakeBrowser) -> None:
    with Wire(house.port) as wire:
        phone = make_browser("phone", microphone=True, **rep.surroundings)
        page = phone.open()
        sign_in(page, wire.address, rep)
        wait_for_service_worker(page)
        page = phone.restart(page)
        pictures = [take(page), take(page, hue=20)]
        phone.lose_network(wire)

        visits = []
        for number in range(VISITS):
            visits.append(_check_in(page))
            page.get_by_test_id("note").fill(f"Visit {number + 1}: twelve boxes for spring")
            if number < len(pictures):
                tap_and_choose(page, page.get_by_test_id("take-photo"), pictures[number])
                expect(page.get_by_test_id("photo-picture")).to_have_count(1)
            if number == 2:
                _sign(page)
            if number == 3:
                _record_a_voice_note(page)
            if number % 2 == 0:
                page.get_by_test_id("date-tomorrow").tap()
                expect(page.get_by_test_id("next-step")).to_contain_text(pattern(rep.locale, "visit_reminder"))
            _finish(page, rep, OUTCOMES[number % len(OUTCOMES)])
            if number == VISITS // 2:
                phone.kill()
                page = phone.open()
                phone.context.set_offline(True)
                page.goto(f"{wire.address}/today")
                expect(page.get_by_test_id("screen-ready")).to_be_visible()
        customers = [customer.id for customer in house.customers_of(rep.email)]
        for customer, result in zip(customers, CALLS, strict=False):
            _log_a_call(page, customer, result)

        edits = _unsent(page, rep)
        assert {record.id for record in house.records("visit") if record.values.get("status") == "open"}.isdisjoint(
            visits
        )
        phone.regain_network(wire)
        go(page, "/sync")
        expect(page.get_by_text(word(rep.locale, "sync_nothing_waiting"))).to_be_visible(timeout=60_000)

    expected: dict[str, dict[str, Any]] = {}
    for edit in edits:
        expected.setdefault(edit["id"], {}).update(edit["v"])
    for record, values in expected.items():
        at_the_office = house.record(record).values
        differing = {
            name: (value, at_the_office.get(name)) for name, value in values.items() if at_the_office.get(name) != value
        }
        assert differing == {}, f"{record} differs"
    kinds = [house.record(record).kind for record in expected]
    assert {kind: kinds.count(kind) for kind in ("visit", "call", "file", "task")} == {
        "visit": VISITS,
        "call": len(CALLS),
        "file": len(pictures) + 1,
        "task": VISITS // 2 + 1,
    }
    signed = house.record(visits[2]).values
    assert signed["signature"]
    assert signed["signed_at"]
    assert [house.record(visit).values["outcome"] for visit in visits] == [
        OUTCOMES[number % len(OUTCOMES)] for number in range(VISITS)
    ]
    files = [house.record(record).values for record in expected if house.record(record).kind == "file"]
    wait_until(
        lambda: all((house.data / "files" / f["digest"][:2] / f["digest"][2:4] / f["digest"]).exists() for f in files),
        60,
        "the photos and the voice note have arrived",
    )
    for file in files:
        body = (house.data / "files" / file["digest"][:2] / file["digest"][2:4] / file["digest"]).read_bytes()
        assert (hashlib.sha256(body).hexdigest(), len(body)) == (file["digest"], file["size"])
