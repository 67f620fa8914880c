"""Screens: every screen of the app by name, and how a test or a camera comes to it."""

import re
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Page, expect

from e2e.house import House
from e2e.people import MANAGER, MAREK, MARYAM, Rep, sign_in
from e2e.steps import field_row, open_tab, wait_for_service_worker
from e2e.words import word

PHONE_BELOW: Final = 700
"""Pixels from which on the app has another shape (`ui/width.svelte.ts`)."""
Theme = Literal["light", "dark"]
Who = Literal["nobody", "rep", "manager"]


class Place(NamedTuple):
    """Where a walk through the screens leads: the address and the records that are shown."""

    address: str
    locale: str
    customer: str
    open_visit: str
    done_visit: str


class Screen(NamedTuple):
    """A screen, whose it is, and the way there."""

    name: str
    who: Who
    open: Callable[[Page, Place], None]


def go(page: Page, path: str) -> None:
    """Go to a path within the running app, as a link does, and wait until the app is there and not below it."""
    page.evaluate(
        """(path) => {
          const link = Object.assign(document.createElement("a"), { href: path });
          document.body.append(link);
          link.click();
          link.remove();
        }""",
        path,
    )
    page.wait_for_url(re.compile(re.escape(path.partition("#")[0]) + r"(?![\w/])"))


def go_to_customer(page: Page, customer: str) -> None:
    """Go to a customer's page, and wait until it is this one's: what is tapped sooner may be of the screen before."""
    go(page, f"/customers/{customer}")
    expect(page.locator(f"[data-testid=customer][data-customer='{customer}']")).to_be_visible()


def _at(path: str) -> Callable[[Page, Place], None]:
    return lambda page, place: go(page, path.format(**place._asdict()))


def _customer_tab(key: str) -> Callable[[Page, Place], None]:
    def come(page: Page, place: Place) -> None:
        go_to_customer(page, place.customer)
        open_tab(page, place.locale, key)

    return come


def _add_sheet(page: Page, place: Place) -> None:
    go(page, "/today")
    page.get_by_test_id("add").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _add_task(page: Page, place: Place) -> None:
    go_to_customer(page, place.customer)
    page.get_by_test_id("remind").click()
    page.get_by_test_id("date-choose").click()
    expect(page.get_by_test_id("date-set")).to_be_visible()


def _add_plan(page: Page, place: Place) -> None:
    go_to_customer(page, place.customer)
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-plan").click()
    page.get_by_test_id("visit-hour").click()
    expect(page.get_by_test_id("visit-time")).to_be_visible()


def _add_call(page: Page, place: Place) -> None:
    go_to_customer(page, place.customer)
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-call").click()
    expect(page.get_by_test_id("call-reached")).to_be_visible()


def _add_photo(page: Page, place: Place) -> None:
    go_to_customer(page, place.customer)
    page.get_by_test_id("add").click()
    page.get_by_test_id("add-photo").click()
    expect(page.get_by_test_id("add-take-photo")).to_be_visible()


def _new_customer(page: Page, place: Place) -> None:
    _add_sheet(page, place)
    page.get_by_test_id("add-customer").click()
    expect(page.locator("#new-customer")).to_be_visible()


def _search_sheet(page: Page, place: Place) -> None:
    go(page, "/today")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()


def _sign_out_sheet(page: Page, place: Place) -> None:
    go(page, "/more")
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _filters(page: Page, place: Place) -> None:
    go(page, "/customers")
    page.get_by_test_id("filters").click()
    expect(page.get_by_test_id("filter-city")).to_be_visible()


def _saved_list(page: Page, place: Place) -> None:
    """What stands behind a list that the person has saved."""
    go(page, "/customers")
    page.get_by_role("radio").filter(has=page.locator("svg")).first.click()
    page.get_by_test_id("list-more").click()
    expect(page.get_by_test_id("list-remove")).to_be_visible()


def _record_sheet(page: Page, place: Place) -> None:
    _customer_tab("customer_tab_deals")(page, place)
    page.get_by_role("tabpanel").get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _record_history(page: Page, place: Place) -> None:
    _record_sheet(page, place)
    page.get_by_role("dialog").get_by_role("tab", name=word(place.locale, "history_title")).click()


def _devices(page: Page, place: Place) -> None:
    go(page, "/settings/devices")
    expect(page.get_by_test_id("device").first).to_be_visible()


def _device_step(button: str) -> Callable[[Page, Place], None]:
    """The sheet of the first device, at the question that this button asks."""

    def come(page: Page, place: Place) -> None:
        _devices(page, place)
        page.get_by_test_id("device").first.click()
        page.get_by_test_id(button).click()
        expect(page.get_by_test_id(f"{button}-confirm")).to_be_visible()

    return come


def _device_sheet(page: Page, place: Place) -> None:
    _devices(page, place)
    page.get_by_test_id("device").first.click()
    expect(page.get_by_test_id("wipe")).to_be_visible()


def _map(page: Page, place: Place) -> None:
    go(page, "/map")
    expect(page.get_by_test_id("screen-ready")).to_be_visible()
    for card in page.get_by_test_id("map-card-close").all():
        card.click()


def _is_phone(page: Page) -> bool:
    """Tell whether the page is as narrow as a phone; what it shows follows a change of width some frames later."""
    size = page.viewport_size
    return size is not None and size["width"] < PHONE_BELOW


def _map_list(page: Page, place: Place) -> None:
    """The list of what is on the map: a sheet on phones, beside the map elsewhere."""
    _map(page, place)
    if _is_phone(page):
        page.get_by_test_id("map-list-open").click()
    else:
        page.get_by_role("tab", name=word(place.locale, "map_list")).click()
    expect(page.get_by_test_id("map-list")).to_be_visible()


def _map_card(page: Page, place: Place) -> None:
    _map_list(page, place)
    page.get_by_test_id("map-list").get_by_role("button").first.click()
    expect(page.get_by_test_id("map-card")).to_be_visible()


def _map_route(page: Page, place: Place) -> None:
    """The stops of the day: a sheet on phones, beside the map elsewhere."""
    _map(page, place)
    if _is_phone(page):
        page.get_by_test_id("map-route-open").click()
    else:
        page.get_by_role("tab", name=word(place.locale, "today_route")).click()
    expect(page.get_by_test_id("map-stops")).to_be_visible()


def _map_layers(page: Page, place: Place) -> None:
    _map(page, place)
    page.get_by_test_id("map-layers").click()
    expect(page.get_by_test_id("region-choose")).to_be_visible()


def _map_day(page: Page, place: Place) -> None:
    """The team's day: the reps in a sheet on phones, beside the map elsewhere."""
    go(page, "/map?show=today")
    expect(page.get_by_test_id("screen-ready")).to_be_visible()
    if _is_phone(page):
        page.get_by_test_id("map-list-open").click()
    expect(page.get_by_test_id("map-team")).to_be_visible()


def _order(page: Page, place: Place) -> None:
    _customer_tab("customer_tab_orders")(page, place)
    page.get_by_test_id("repeat-order").click()
    expect(page.get_by_test_id("order-line").first).to_be_visible()


def _signature_sheet(page: Page, place: Place) -> None:
    go(page, f"/visits/{place.open_visit}")
    page.get_by_test_id("get-signature").click()
    expect(page.get_by_test_id("pen-pad")).to_be_visible()


def _shelf_sheet(page: Page, place: Place) -> None:
    go(page, f"/visits/{place.open_visit}")
    page.get_by_test_id("competitor").first.click()
    expect(page.get_by_test_id("shelf-done")).to_be_visible()


def _visit_form(page: Page, place: Place) -> None:
    go(page, "/settings/visit-forms")
    page.get_by_test_id("form").last.click()
    expect(page.get_by_test_id("designed").first).to_be_visible()


def _visit_form_question(page: Page, place: Place) -> None:
    _visit_form(page, place)
    page.get_by_test_id("designed").nth(1).get_by_role("button").first.click()
    expect(page.get_by_test_id("rule")).to_be_visible()


def _custom_field(page: Page, place: Place) -> None:
    go(page, "/settings/custom-fields")
    page.get_by_test_id("declared").first.click()
    expect(page.get_by_test_id("custom-label")).to_be_visible()


def _custom_value(page: Page, place: Place) -> None:
    _customer_tab("customer_tab_details")(page, place)
    page.locator("[data-testid=custom-field][data-type=choices]").click()
    expect(page.get_by_test_id("question")).to_be_visible()


def _new_deal(page: Page, place: Place) -> None:
    _customer_tab("customer_tab_deals")(page, place)
    page.get_by_role("tabpanel").get_by_role("button", name=word(place.locale, "customer_new_deal")).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _snooze(page: Page, place: Place) -> None:
    go(page, "/tasks")
    page.get_by_test_id("task-snooze").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _photo(page: Page, place: Place) -> None:
    go(page, f"/visits/{place.done_visit}")
    page.get_by_test_id("photo").first.click()
    expect(page.get_by_test_id("viewer")).to_be_visible()


def _ended(page: Page, place: Place) -> None:
    """Sign out in another tab: nothing is to be seen on this page any more."""
    other = page.context.new_page()
    other.goto(f"{place.address}/more")
    other.get_by_test_id("sign-out").click()
    other.get_by_test_id("sign-out-confirm").click()
    other.wait_for_url("**/signin")
    other.close()
    expect(page.get_by_role("heading", name=word(place.locale, "lock_left_title"))).to_be_visible()


def _opening_hours(page: Page, place: Place) -> None:
    _customer_tab("customer_tab_details")(page, place)
    field_row(page, "opening_hours").get_by_role("button").first.click()
    expect(page.get_by_test_id("hours-group").first).to_be_visible()


def _ask_for_a_discount(page: Page, place: Place) -> None:
    go(page, "/deals")
    page.get_by_test_id("deal-stages").first.click()
    page.get_by_test_id("deal-discount").click()
    page.get_by_role("radio").filter(visible=True).last.click()
    expect(page.get_by_test_id("discount-ask")).to_be_enabled()


def _task_record(page: Page, place: Place) -> None:
    _snooze(page, place)
    page.get_by_test_id("task-details").click()
    expect(page.get_by_test_id("task-date")).to_be_visible()


SCREENS: Final[list[Screen]] = [
    Screen("signin", "nobody", lambda page, place: expect(page.locator("form")).to_be_visible()),
    Screen("today", "rep", _at("/today")),
    Screen("plan", "rep", _at("/plan")),
    Screen("customers", "rep", _at("/customers")),
    Screen("customers-filters", "rep", _filters),
    Screen("customers-saved-list", "rep", _saved_list),
    Screen("customer", "rep", _at("/customers/{customer}")),
    Screen("customer-people", "rep", _customer_tab("customer_tab_people")),
    Screen("customer-deals", "rep", _customer_tab("customer_tab_deals")),
    Screen("new-deal", "rep", _new_deal),
    Screen("customer-orders", "rep", _customer_tab("customer_tab_orders")),
    Screen("customer-files", "rep", _customer_tab("files_title")),
    Screen("customer-details", "rep", _customer_tab("customer_tab_details")),
    Screen("custom-value", "rep", _custom_value),
    Screen("opening-hours", "rep", _opening_hours),
    Screen("customer-history", "rep", _customer_tab("customer_tab_history")),
    Screen("record", "rep", _record_sheet),
    Screen("record-history", "rep", _record_history),
    Screen("visit-open", "rep", _at("/visits/{open_visit}")),
    Screen("visit-done", "rep", _at("/visits/{done_visit}")),
    Screen("photo", "rep", _photo),
    Screen("shelf", "rep", _shelf_sheet),
    Screen("signature", "rep", _signature_sheet),
    Screen("order", "rep", _order),
    Screen("map", "rep", _map),
    Screen("map-list", "rep", _map_list),
    Screen("map-card", "rep", _map_card),
    Screen("map-route", "rep", _map_route),
    Screen("map-layers", "rep", _map_layers),
    Screen("tasks", "rep", _at("/tasks")),
    Screen("snooze", "rep", _snooze),
    Screen("task-record", "rep", _task_record),
    Screen("deals", "rep", _at("/deals")),
    Screen("ask-discount", "rep", _ask_for_a_discount),
    Screen("needs-a-look", "rep", _at("/needs-a-look")),
    Screen("more", "rep", _at("/more")),
    Screen("sync", "rep", _at("/sync")),
    Screen("settings", "rep", _at("/settings")),
    Screen("reminders", "rep", _at("/settings/reminders")),
    Screen("reminders-sent", "rep", _at("/settings/reminders/sent")),
    Screen("add", "rep", _add_sheet),
    Screen("add-task", "rep", _add_task),
    Screen("add-plan", "rep", _add_plan),
    Screen("add-call", "rep", _add_call),
    Screen("add-photo", "rep", _add_photo),
    Screen("new-customer", "rep", _new_customer),
    Screen("search", "rep", _search_sheet),
    Screen("sign-out", "rep", _sign_out_sheet),
    Screen("overview", "manager", _at("/overview")),
    Screen("discounts", "manager", _at("/needs-a-look")),
    Screen("map-day", "manager", _map_day),
    Screen("call-cycles", "manager", _at("/settings/call-cycles")),
    Screen("holidays", "manager", _at("/settings/holidays")),
    Screen("team-history", "manager", _at("/settings/history")),
    Screen("visit-forms", "manager", _at("/settings/visit-forms")),
    Screen("visit-form", "manager", _visit_form),
    Screen("visit-form-question", "manager", _visit_form_question),
    Screen("custom-fields", "manager", _at("/settings/custom-fields")),
    Screen("custom-field", "manager", _custom_field),
    Screen("devices", "manager", _devices),
    Screen("device", "manager", _device_sheet),
    Screen("device-wipe", "manager", _device_step("wipe")),
    Screen("ended", "manager", _ended),  # the last one: whoever has signed out sees no other
]
THEME: Final = "document.documentElement.dataset.theme"
LINK_COLOURS: Final = """() => [...new Set([...document.querySelectorAll("a, a *")]
  .map((one) => getComputedStyle(one).color))].filter((one) => !one.startsWith("rgba"))"""
REP_BY_LOCALE: Final[dict[str, Rep]] = {"en": MAREK, "fa": MARYAM}


def settle(page: Page) -> None:
    """Wait until what is shown is complete: nothing is still being read, nothing moves."""
    expect(page.locator(".skeleton")).to_have_count(0)
    page.evaluate(
        """async () => {
          await document.fonts.ready;
          const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
          await painted();
          await painted();
          await Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime
            !== Infinity).map((one) => one.finished));
        }"""
    )


def theme_of(page: Page) -> Theme:
    """Return the theme that the page shows."""
    shown: Theme = page.evaluate(THEME)
    return shown


def change_theme(page: Page, theme: Theme) -> None:
    """Let the system wish for a theme, and wait until everything is written in its colours."""
    if theme_of(page) == theme:
        return
    before = page.evaluate(LINK_COLOURS)
    page.emulate_media(color_scheme=theme)
    page.wait_for_function(f"(theme) => ({THEME}) === theme", arg=theme)
    # Chromium gives links their new colour some frames after everything else; no colour is in both themes.
    page.wait_for_function(f"(before) => ({LINK_COLOURS})().every((one) => !before.includes(one))", arg=before)
    settle(page)


def come_to(page: Page, screen: Screen, place: Place) -> None:
    """Bring the page to a screen from any other."""
    if page.get_by_role("dialog").count() > 0:
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    screen.open(page, place)
    settle(page)


def person_of(who: Who, locale: str) -> Rep:
    """Return the person whose screens these are, reading in this language."""
    return MANAGER._replace(locale=locale) if who == "manager" else REP_BY_LOCALE[locale]


def place_for(page: Page, house: House, address: str, who: Who, locale: str) -> Place:
    """Sign in where it takes that, and leave one visit open and one done to be shown."""
    if who == "nobody":
        page.goto(f"{address}/signin")
        return Place(address, locale, "", "", "")
    rep = person_of(who, locale)
    sign_in(page, address, rep)
    wait_for_service_worker(page)
    if who == "manager":
        give_devices(house)
        return Place(address, locale, "", "", "")
    page.get_by_test_id("check-in").first.click()
    page.wait_for_url("**/visits/*")
    open_visit = page.url.rpartition("/")[2]
    person = house.person(rep.email)
    visits = [visit for visit in house.records("visit") if visit.values.get("person") == person]
    reported = [visit for visit in visits if visit.values.get("status") == "done" and visit.values.get("note")]
    photographed = {file.values.get("visit") for file in house.records("file")}
    done = max(reported, key=lambda visit: (visit.id in photographed, len(visit.values.get("answers", {})), visit.id))
    return Place(address, locale, _richest(house, rep), open_visit, done.id)


def give_devices(house: House) -> None:
    """Give the team devices of every sort that a manager has to tell apart."""
    kept = {"version": "1790000000000", "stored_bytes": 38_000_000, "persisted": True}
    day = 86_400
    house.add_device("marek@demo.example", "Chrome · Android", 40, **kept)
    house.add_device("anna.s@demo.example", "Chrome · Android", 5 * 3_600, **kept, waiting=12)
    house.add_device("maryam@demo.example", "Chrome · Android", 1_500, **kept, offset=-190_000)
    house.add_device("liwei@demo.example", "Safari · iPhone", 2 * day, **kept, waiting=3, files=2, repairs=2, resets=1)
    house.add_device("emma@demo.example", "Firefox · Windows", 9 * day, **{**kept, "persisted": False})
    house.add_device("marek@demo.example", "Safari · iPad", 3 * day, **kept, wiped=True)
    house.add_device("emma@demo.example", "Edge · Windows", 30 * day, **kept, wiped=True, revoked=True)


def _richest(house: House, rep: Rep) -> str:
    """Return the customer of whom there is most to show."""
    own = {customer.id for customer in house.customers_of(rep.email)}
    shown = dict.fromkeys(own, 0)
    for kind, weight in (("deal", 5), ("contact", 3), ("order", 1), ("visit", 1)):
        for record in house.records(kind):
            customer = str(record.values.get("customer"))
            if customer in shown:
                shown[customer] += weight
    return max(sorted(shown), key=lambda customer: shown[customer])
