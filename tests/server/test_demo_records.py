"""The demo's records are what the protocol allows, point to each other, and come back the same from the same seed."""

from datetime import datetime
from itertools import islice

import msgspec
import pytest

from routebook_server.demo.rows import demo_rows
from routebook_sync.clock import device_from_stamp, is_stamp, ms_from_stamp
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.identifier import is_id
from routebook_sync.joins import Join
from routebook_sync.record import pack_stamps, unpack_stamps
from server.demo_book import NOON, SEED, Book, digest


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(600)


def test_the_same_seed_makes_the_same_records() -> None:
    assert digest(demo_rows(SEED, NOON, 200)) == digest(demo_rows(SEED, NOON, 200))


def test_another_seed_makes_others() -> None:
    first, second = list(demo_rows(1, NOON, 60)), list(demo_rows(2, NOON, 60))
    assert digest(first) != digest(second)
    calendar = {row.i for _, row in first if row.k == "holiday"}  # the same days for every team
    assert {row.i for _, row in first} & {row.i for _, row in second} == calendar


def test_every_record_is_valid_for_its_kind(book: Book) -> None:
    for _bucket, row in book.entries:
        entity = ENTITY_TYPES[row.k]
        msgspec.convert(row.v, entity.patch)
        assert entity.required <= row.v.keys(), (row.k, row.v)
        assert None not in row.v.values()


def test_every_kind_is_there(book: Book) -> None:
    # Nothing is in custody on the first day, and nobody has met anybody.
    assert {row.k for _bucket, row in book.entries} == set(ENTITY_TYPES) - {"held_edit", "conflict"}


def test_every_id_is_an_id_and_used_once(book: Book) -> None:
    assert all(is_id(row.i) for _bucket, row in book.entries)
    assert len(book.by_id) == len(book.entries)


def test_every_record_lies_in_the_bucket_of_its_home(book: Book) -> None:
    """SPEC R30."""
    for bucket, row in book.entries:
        if row.r == "shared":
            assert bucket == "shared"
        elif row.r in book.by_id and book.by_id[row.r].k == "customer":
            assert bucket == f"t:{book.by_id[row.r].v['territory']}"
            assert (row.i if row.k == "customer" else row.v["customer"]) == row.r
        else:
            assert book.by_id[row.r].k == "person"
            assert bucket == f"u:{row.r}"


def test_every_record_comes_after_what_it_refers_to(book: Book) -> None:
    seen: set[str] = set()
    for _bucket, row in book.entries:
        seen.add(row.i)
        for name, field in ENTITY_TYPES[row.k].fields.items():
            if field.ref and name in row.v:
                assert row.v[name] in seen, (row.k, name)
                assert book.by_id[row.v[name]].k == field.ref
        if row.k == "order":
            assert all(book.by_id[line["product"]].k == "product" for line in row.v["lines"])


def test_stamps_are_the_servers_and_of_the_past(book: Book) -> None:
    """SPEC R2, R21."""
    for _bucket, row in book.entries:
        inside = ENTITY_TYPES[row.k].inside
        stamps = {name: at for name, at in unpack_stamps(row.doc).items() if name not in inside}
        assert stamps.keys() == row.v.keys() - inside
        assert row.s == pack_stamps(stamps)
        for name in inside & row.v.keys():
            state = row.v[name]
            match ENTITY_TYPES[row.k].fields[name].join:
                case Join.SET:
                    stamps |= {element: adds[0] for element, (adds, _removes) in state.items()}
                case Join.LOG:
                    stamps |= {stamp: stamp for stamp in state}
        for stamp in stamps.values():
            assert is_stamp(stamp)
            assert device_from_stamp(stamp) == 0
            assert ms_from_stamp(stamp) <= NOON


def test_nothing_is_done_in_the_future(book: Book) -> None:
    happened = {"checked_in_at", "checked_out_at", "ordered_at", "written_at", "done_at", "stage_since"}
    for _bucket, row in book.entries:
        assert all(row.v[name] <= NOON for name in happened & row.v.keys()), row


@pytest.mark.parametrize("customers", [1, 4, 7, 38, 203])
def test_any_number_of_customers_can_be_had(customers: int) -> None:
    book = Book(customers)
    assert len(book.kind("customer")) == customers
    assert len(book.by_id) == len(book.entries)


@pytest.mark.parametrize("day", ["2027-01-01", "2027-02-06", "2027-03-21", "2028-02-29", "2031-10-31", "2040-12-31"])
def test_the_demo_can_begin_on_any_day(day: str) -> None:
    now_ms = int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp() * 1000)
    book = Book(150, now_ms=now_ms)
    assert all(len(book.route(rep, day)) >= 4 for rep in book.team.reps)
    birthdays = [row.v["birthday"] for row in book.kind("contact") if "birthday" in row.v]
    assert sum(birthday[5:] == day[5:] for birthday in birthdays) >= 5


def test_size_is_a_knob_of_customers_and_of_what_is_below_them() -> None:
    def children(customers: int) -> int:
        rows = (row for _bucket, row in demo_rows(SEED, NOON, customers, 3))
        return sum(row.k in {"contact", "visit", "task", "note", "deal", "order"} for row in rows)

    # The named customers, the same few in every size, have a long history.
    assert (children(5_000) - children(1_000)) / 4_000 == pytest.approx(3, abs=0.15)


def test_a_large_team_is_made_one_record_at_a_time() -> None:
    first = list(islice(demo_rows(SEED, NOON, 1_000_000), 5_000))
    assert len({row.i for _bucket, row in first}) == 5_000
