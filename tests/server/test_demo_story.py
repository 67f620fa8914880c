"""The demo is believable: seasons, a pyramid of value, figures that add up, five scripts, a full day for everybody."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import inf
from zoneinfo import ZoneInfo

import msgspec
import pytest

from routebook_server.demo.places import Point, distance_km
from routebook_server.demo.rows import demo_rows
from routebook_server.demo.seasons import SPRING_FESTIVAL
from routebook_server.demo.team import Rep
from routebook_server.demo.words import read_words
from server.demo_book import NOON, Book

TODAY = "2026-11-21"
HOUR = 3_600_000
DAY = 24 * HOUR
SCRIPTS = {"pl": "[ąćęłńóśźż]", "en": "[a-z]", "fa": "[پچژگک]", "ru": "[а-яё]", "zh": "[\u4e00-\u9fff]"}


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(2_000)


# Customers


def test_two_thousand_customers_are_shared_out_evenly(book: Book) -> None:
    assert [len(book.of(rep, "customer")) for rep in book.team.reps] == [400] * 5


def test_customers_stand_in_a_pyramid_of_value(book: Book) -> None:
    counts = Counter(row.v["value_class"] for row in book.kind("customer"))
    shares = [counts[name] / 20 for name in ("vip", "main", "regular", "small")]
    assert shares == pytest.approx([1, 4, 15, 80], abs=1.5)


def test_a_higher_value_class_buys_more(book: Book) -> None:
    by_class: dict[str, list[int]] = {}
    for row in book.kind("customer"):
        by_class.setdefault(row.v["value_class"], []).append(row.v["revenue_12m"])
    means = [sum(by_class[name]) / len(by_class[name]) for name in ("vip", "main", "regular", "small")]
    assert means == sorted(means, reverse=True)
    assert means[0] > 20 * means[3]


def test_figures_are_those_of_the_orders(book: Book) -> None:
    start_by_territory = {}
    for rep in book.team.reps:
        zone = ZoneInfo(rep.colleague.time_zone)
        year_ago = datetime.fromtimestamp(NOON / 1000, zone).date() - timedelta(days=365)
        start = datetime(year_ago.year, year_ago.month, year_ago.day, tzinfo=zone)
        start_by_territory[rep.territory] = start.timestamp() * 1000
    revenue: Counter[str] = Counter()
    territory_by_customer = {row.i: row.v["territory"] for row in book.kind("customer")}
    for order in book.kind("order"):
        values = order.v
        assert values["amount"] == sum(line["quantity"] * line["price"] for line in values["lines"]) > 0
        starts = start_by_territory[territory_by_customer[order.r]]
        if values["status"] != "cancelled" and values["ordered_at"] >= starts:
            revenue[order.r] += values["amount"]
    for row in book.kind("customer"):
        assert row.v["revenue_12m"] == revenue[row.i]
        assert row.v["margin_12m"] < max(1, row.v["revenue_12m"])
        assert row.v["cost_to_serve_12m"] >= 0
    assert all(0 < product.v["cost"] < product.v["price"] for product in book.kind("product"))


def test_a_phase_agrees_with_the_orders(book: Book) -> None:
    last: dict[str, int] = {}
    for order in book.kind("order"):
        if order.v["status"] != "cancelled":
            last[order.r] = max(last.get(order.r, 0), order.v["ordered_at"])
    phases = Counter(row.v["phase"] for row in book.kind("customer"))
    assert set(phases) == {"prospective", "starting", "repeat", "loyal", "leaving"}
    assert min(phases.values()) >= 40
    for row in book.kind("customer"):
        silent_days = (NOON - last[row.i]) / DAY if row.i in last else inf
        match row.v["phase"]:
            case "prospective":
                assert silent_days == inf
            case "leaving":
                assert silent_days > 90
            case _:
                assert silent_days < 275


def test_chains_have_branches_of_the_same_trade(book: Book) -> None:
    branches = [row for row in book.kind("customer") if "parent" in row.v]
    assert len(branches) > 40
    for branch in branches:
        parent = book.by_id[branch.v["parent"]]
        assert branch.v["trade"] == parent.v["trade"]
        assert branch.v["territory"] == parent.v["territory"]
        assert "parent" not in parent.v


def test_customers_lie_around_their_reps_home(book: Book) -> None:
    for rep in book.team.reps:
        far = [
            customer["name"]
            for customer in book.of(rep, "customer")
            if distance_km(rep.home.point, Point(customer["latitude"], customer["longitude"])) > 130
        ]
        assert set(far) <= {known.name for known in rep.known}


# Seasons


def sold(book: Book, article_numbers: set[str], months: set[int], country: str = "") -> int:
    ids = {row.i for row in book.kind("product") if row.v["article_number"] in article_numbers}
    return sum(
        line["quantity"]
        for at, where, line in book.orders()
        if line["product"] in ids and at.month in months and country in {where, ""}
    )


def test_cold_drinks_sell_in_summer(book: Book) -> None:
    drinks = {"RB-2001", "RB-2002", "RB-2003"}
    assert sold(book, drinks, {7}) > 3 * sold(book, drinks, {1})


def test_the_autumn_pack_sells_in_october_and_november(book: Book) -> None:
    assert sold(book, {"RB-4001"}, {10, 11}) > sold(book, {"RB-4001"}, {1, 2, 3, 4, 5, 6, 7, 8})


def test_vitamins_sell_in_winter(book: Book) -> None:
    assert sold(book, {"RB-6001", "RB-6002"}, {12, 1, 2}) > 1.3 * sold(book, {"RB-6001", "RB-6002"}, {6, 7, 8})


def test_iran_buys_before_nowruz_and_rests_after(book: Book) -> None:
    days = Counter((at.month, at.day) for at, country, _line in book.orders() if country == "IR")
    before = sum(count for (month, day), count in days.items() if month == 3 and day <= 19)
    after = sum(count for (month, day), count in days.items() if (month, day) > (3, 20) and (month, day) <= (4, 2))
    assert before > 8 * after


def test_china_buys_before_the_spring_festival_and_rests_during_it(book: Book) -> None:
    before = during = 0
    for at, country, _line in book.orders():
        if country == "CN":
            days = (at.date() - SPRING_FESTIVAL[at.year]).days
            before += -14 <= days < -3
            during += 0 <= days <= 7
    assert before > 5 * max(1, during)


def test_nobody_works_on_the_day_of_rest(book: Book) -> None:
    rest_day = {"IR": 4}
    for rep in book.team.reps:
        known = {known.name for known in rep.known}
        spared = {row.i for row in book.kind("customer") if row.v["name"] in known}
        zone = ZoneInfo(rep.colleague.time_zone)
        for visit in book.of(rep, "visit"):
            if "checked_in_at" in visit and visit["customer"] not in spared:
                at = datetime.fromtimestamp(visit["checked_in_at"] / 1000, zone)
                assert at.weekday() != rest_day.get(rep.country, 6)
                assert 8 <= at.hour < 18


def test_nobody_is_in_two_places_at_once(book: Book) -> None:
    for rep in book.team.reps:
        calls = sorted(
            (visit["checked_in_at"], visit["checked_out_at"])
            for visit in book.of(rep, "visit")
            if "checked_in_at" in visit
        )
        overlaps = sum(end > start for (_, end), (start, _) in pairwise(calls))
        assert overlaps <= len(calls) // 100


# Language


def texts(book: Book, rep: Rep) -> list[str]:
    found = [customer["name"] for customer in book.of(rep, "customer")]
    found += [contact["name"] for contact in book.of(rep, "contact")]
    found += [visit["note"] for visit in book.of(rep, "visit") if "note" in visit]
    found += [note["body"] for note in book.of(rep, "note")]
    return found + [value["title"] for kind in ("task", "deal") for value in book.of(rep, kind)]


def test_names_and_notes_are_in_the_script_of_each_rep(book: Book) -> None:
    for rep in book.team.reps:
        written = texts(book, rep)
        script = SCRIPTS[rep.colleague.locale]
        share = sum(bool(re.search(script, text, re.IGNORECASE)) for text in written) / len(written)
        assert share > (0.5 if rep.colleague.locale == "pl" else 0.6 if rep.colleague.locale == "fa" else 0.99), script


def test_persian_is_written_with_persian_letters_and_digits(book: Book) -> None:
    (maryam,) = (rep for rep in book.team.reps if rep.colleague.locale == "fa")
    written = texts(book, maryam) + [customer["street"] for customer in book.of(maryam, "customer")]
    assert not [text for text in written if re.search("[يكىة٠-٩0-9]", text)]


@pytest.mark.parametrize("locale", ["en", "fa", "pl", "ru", "zh"])
def test_each_language_has_enough_to_say(locale: str) -> None:
    words = read_words(locale)
    assert sum(len(notes) for notes in words.visit_notes.values()) >= 25
    assert sum(len(titles) for titles in words.tasks.values()) >= 15
    assert len(words.deal_titles) >= 12
    assert len(words.call_notes) >= 15


def test_no_placeholder_is_left_in_a_text(book: Book) -> None:
    for rep in book.team.reps:
        assert not [text for text in texts(book, rep) if "{" in text or "}" in text or "None" in text]


def test_most_customers_have_a_name_of_their_own(book: Book) -> None:
    for rep in book.team.reps:
        names = {customer["name"] for customer in book.of(rep, "customer")}
        assert len(names) > 220


# Today


def test_everybody_has_a_route_today_whose_first_stop_is_done(book: Book) -> None:
    for rep in book.team.reps:
        route = book.route(rep, TODAY)
        assert [visit["position"] for visit in route] == list(range(1, len(route) + 1))
        assert 4 <= len(route) <= 8
        assert [visit["status"] for visit in route] == ["done", *["planned"] * (len(route) - 1)]
        assert route[0]["outcome"] == "order"
        times = [visit["planned_at"] for visit in route]
        assert times == sorted(times)


def test_before_nine_the_whole_route_is_still_ahead() -> None:
    early = int(datetime(2026, 11, 21, 8, tzinfo=ZoneInfo("Europe/Warsaw")).timestamp() * 1000)
    book = Book(100, now_ms=early)
    statuses = {rep.country: {visit["status"] for visit in book.route(rep, TODAY)} for rep in book.team.reps}
    assert statuses["PL"] == statuses["GB"] == {"planned"}
    assert statuses["CN"] == statuses["RU"] == {"done", "planned"}


def test_today_is_the_day_where_the_rep_lives() -> None:
    late = int(datetime(2026, 11, 21, 21, 40, tzinfo=ZoneInfo("UTC")).timestamp() * 1000)
    book = Book(100, now_ms=late)
    first_days = {
        rep.country: min(visit["planned_day"] for visit in book.of(rep, "visit") if "position" in visit)
        for rep in book.team.reps
    }
    assert first_days == {"PL": TODAY, "GB": TODAY, "IR": "2026-11-22", "RU": "2026-11-22", "CN": "2026-11-22"}


def test_the_route_gives_reasons_to_go(book: Book) -> None:
    for rep in book.team.reps:
        stops = {visit["customer"] for visit in book.route(rep, TODAY)}
        birthdays = [
            row for row in book.kind("contact") if row.r in stops and row.v.get("birthday", "")[5:] == TODAY[5:]
        ]
        slipping = [
            row
            for row in book.kind("deal")
            if row.r in stops and row.v["stage"] == "proposal" and row.v["stage_since"] < NOON - 15 * DAY
        ]
        last_seen = {
            stop: max(
                row.v["checked_in_at"] for row in book.kind("visit") if row.r == stop and "checked_in_at" in row.v
            )
            for stop in stops
        }
        assert birthdays
        assert slipping
        assert min(last_seen.values()) < NOON - 60 * DAY


def test_todays_route_is_driven_without_detours(book: Book) -> None:
    for rep in book.team.reps:
        stops = [book.by_id[visit["customer"]].v for visit in book.route(rep, TODAY)]
        points = [Point(stop["latitude"], stop["longitude"]) for stop in stops]
        driven = sum(distance_km(one, other) for one, other in pairwise(points))
        assert 2 < driven < 60


def test_the_coming_days_are_planned_too(book: Book) -> None:
    for rep in book.team.reps:
        for ahead in range(1, 14):
            route = book.route(rep, (date.fromisoformat(TODAY) + timedelta(days=ahead)).isoformat())
            assert 4 <= len(route) <= 8
            assert len({visit["customer"] for visit in route}) == len(route)


def test_nobody_finds_an_empty_screen(book: Book) -> None:
    for rep in book.team.reps:
        tasks = [task for task in book.of(rep, "task") if task["status"] == "open"]
        assert any(task["due_day"] == TODAY for task in tasks)
        assert any(task["due_day"] < TODAY for task in tasks)
        assert 15 <= len(tasks) <= 90
        open_deals = Counter(deal["stage"] for deal in book.of(rep, "deal"))
        assert all(open_deals[stage] for stage in ("new", "qualified", "proposal", "negotiation", "won", "lost"))
        recent = [visit for visit in book.of(rep, "visit") if visit.get("checked_in_at", 0) > NOON - 7 * DAY]
        assert len(recent) >= 10
        assert len([note for note in book.of(rep, "note") if note["written_at"] > NOON - 30 * DAY]) >= 3
    manager_tasks = [row for bucket, row in book.entries if bucket == f"u:{book.team.manager_id}"]
    assert any(row.v["due_day"] == TODAY for row in manager_tasks)


def test_the_first_screen_looks_like_the_pictures(book: Book) -> None:
    pharmacy, wholesaler = book.customer("Apteka Pod Orłem"), book.customer("Nowak Hurtownia")
    (today,) = [order for order in book.below(pharmacy, "order") if order["ordered_at"] > NOON - 12 * HOUR]
    assert today["amount"] == 86_000
    assert (wholesaler.v["value_class"], wholesaler.v["phase"], wholesaler.v["churn_risk"]) == ("main", "loyal", 31)
    assert (wholesaler.v["street"], wholesaler.v["satisfaction"]) == ("ul. Długa 14", 78)
    assert book.below(wholesaler, "contact")[0]["name"] == "Ewa Nowak"
    visits = [visit["checked_in_at"] for visit in book.below(wholesaler, "visit") if "checked_in_at" in visit]
    assert round((NOON - max(visits)) / DAY) == 38
    orders = book.below(wholesaler, "order")
    pack = next(row.i for row in book.kind("product") if row.v["article_number"] == "RB-4001")
    novembers = {
        datetime.fromtimestamp(order["ordered_at"] / 1000, ZoneInfo("Europe/Warsaw")).year
        for order in orders
        if any(line["product"] == pack and line["quantity"] == 40 for line in order["lines"])
    }
    assert {2023, 2024, 2025} <= novembers
    for name in ("Zielony Sklep", "Sklep Ola", "Delikatesy Krak", "Żółta Łódź Sp. z o.o.", "حسینی و پسران",
                 "داروخانه حسین‌زاده", "کالای حسینی", "北京商贸有限公司", "Сибирь Трейд"):  # fmt: skip
        assert book.below(book.customer(name), "contact")


def test_somebody_on_every_reps_route_has_complained(book: Book) -> None:
    for rep in book.team.reps:
        route = {visit["customer"] for visit in book.route(rep, TODAY)}
        open_ones = [task for task in book.of(rep, "task") if (task["type"], task["status"]) == ("complaint", "open")]
        assert len(open_ones) == 1
        assert open_ones[0]["customer"] in route


def test_some_prices_have_changed_since_the_shop_that_is_visited_next_ordered(book: Book) -> None:
    price_by_product = {row.i: row.v["price"] for row in book.kind("product")}
    for rep in book.team.reps:
        visit = next(visit for visit in book.route(rep, TODAY) if visit["status"] == "planned")
        orders = book.below(book.by_id[visit["customer"]], "order")
        last = max((one for one in orders if one["status"] != "cancelled"), key=lambda one: int(one["ordered_at"]))
        changed = [line for line in last["lines"] if line["price"] != price_by_product[line["product"]]]
        assert 0 < len(changed) < len(last["lines"])
    since = [order for order in book.kind("order") if order.v["ordered_at"] >= book.team.repriced]
    assert since
    assert all(line["price"] == price_by_product[line["product"]] for order in since for line in order.v["lines"])


def test_todays_report_answers_with_a_photo_of_the_visit(book: Book) -> None:
    photo_questions = {
        (form.i, question["id"])
        for form in book.kind("visit_form")
        for question in form.v["questions"]
        if question["type"] == "photo"
    }
    for rep in book.team.reps:
        done = book.route(rep, TODAY)[0]
        answers = [msgspec.json.decode(entry) for entry in done["answers"].values()]
        shown = next(value for form, question, value in answers if (form, question) in photo_questions)
        assert shown
        for photo in shown:
            assert book.by_id[book.by_id[photo].v["visit"]].v == done


def test_numbers_and_sums_are_answered_with_their_decimals_and_their_currency(book: Book) -> None:
    type_by_question = {
        (form.i, question["id"]): question["type"]
        for form in book.kind("visit_form")
        for question in form.v["questions"]
    }
    entries = [entry for visit in book.kind("visit") for entry in visit.v.get("answers", {}).values()]
    answers = [msgspec.json.decode(entry) for entry in entries]
    for kind, pattern in (("number", r"-?[0-9]+(\.[0-9])?"), ("money", r"[0-9]+\.[0-9]{2} [A-Z]{3}")):
        written = [value for form, question, value in answers if type_by_question[form, question] == kind]
        assert written
        assert all(re.fullmatch(pattern, value) for value in written)


def test_one_who_looks_at_everybody_from_one_place_sees_todays_route_everywhere() -> None:
    midnight_in_london = int(datetime.fromisoformat("2026-11-21T23:30:00+00:00").timestamp() * 1000)
    rows = [row for _bucket, row in demo_rows(1, midnight_in_london, 150, zone=UTC)]
    planned = {row.v["person"] for row in rows if row.k == "visit" and row.v.get("planned_day") == "2026-11-21"}
    reps = {row.i for row in rows if row.k == "person" and row.v["role"] == "rep"}
    assert planned == reps
