"""The laws of the core: whatever the order, whatever comes twice, every replica ends with the same."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from property.states import (
    Edit,
    counter_states,
    log_states,
    merged,
    scripts,
    set_states,
    stamps,
    texts,
    three_docs,
    values,
    wire,
)
from routebook_sync import base32, checksum, clock, identifier, joins, normalise
from routebook_sync.clock import CLAMP_MS, MAX_COUNTER, MAX_DEVICE, MAX_MS, Clock
from routebook_sync.entities import EntityType
from routebook_sync.joins import Join
from routebook_sync.messages import Row
from routebook_sync.record import Doc, join_docs, merge_edit, pack_stamps, unpack_stamps

registers = st.tuples(values, stamps)
readings = st.builds(
    Clock,
    ms=st.integers(0, MAX_MS - 10) | st.integers(0, 3),
    counter=st.integers(0, MAX_COUNTER) | st.just(MAX_COUNTER),
    device=st.integers(0, MAX_DEVICE),
)
states = st.one_of(
    st.tuples(st.just(Join.SET), set_states, set_states, set_states),
    st.tuples(st.just(Join.COUNTER), counter_states, counter_states, counter_states),
    st.tuples(st.just(Join.LOG), log_states, log_states, log_states),
)


@given(registers, registers, registers)
def test_registers_join_in_any_order_and_grouping(a: Any, b: Any, c: Any) -> None:
    def join(x: tuple[Any, str], y: tuple[Any, str]) -> tuple[Any, str]:
        return joins.join_registers(*x, *y)

    assert wire(list(join(a, b))) == wire(list(join(b, a)))
    assert wire(list(join(join(a, b), c))) == wire(list(join(a, join(b, c))))
    assert wire(list(join(a, a))) == wire(list(a))


@given(states)
def test_sets_counters_and_logs_join_in_any_order_and_grouping(case: tuple[Join, Any, Any, Any]) -> None:
    kind, a, b, c = case

    def join(x: Any, y: Any) -> Any:
        return joins.join_states(kind, x, y)

    assert wire(join(a, b)) == wire(join(b, a))
    assert wire(join(join(a, b), c)) == wire(join(a, join(b, c)))
    assert wire(join(a, a)) == wire(a)
    assert wire(join(None, a)) == wire(a)


@given(three_docs)
def test_records_join_in_any_order_and_grouping(case: tuple[EntityType, Doc, Doc, Doc]) -> None:
    entity, a, b, c = case
    assert wire(join_docs(entity, a, b)) == wire(join_docs(entity, b, a))
    assert wire(join_docs(entity, join_docs(entity, a, b), c)) == wire(join_docs(entity, a, join_docs(entity, b, c)))
    assert wire(join_docs(entity, a, a)) == wire(a)


@given(scripts, st.randoms(use_true_random=False))
def test_any_order_of_the_same_edits_gives_the_same_record(case: tuple[EntityType, list[Edit]], random: Any) -> None:
    entity, edits = case
    shuffled = [*edits, random.choice(edits)]
    random.shuffle(shuffled)
    assert wire(merged(entity, edits)) == wire(merged(entity, shuffled))


@given(scripts)
def test_merging_an_edit_is_joining_the_record_that_it_alone_makes(case: tuple[EntityType, list[Edit]]) -> None:
    entity, [*edits, last] = case
    doc = merged(entity, edits)
    alone = merge_edit(entity, None, last.values, last.stamp).doc
    assert wire(merge_edit(entity, doc, last.values, last.stamp).doc) == wire(join_docs(entity, doc, alone))


@given(scripts)
def test_an_edit_merged_again_changes_nothing(case: tuple[EntityType, list[Edit]]) -> None:
    entity, edits = case
    doc = merged(entity, edits)
    for edit in edits:
        again = merge_edit(entity, doc, *edit)
        assert not again.changed
        assert wire(again.doc) == wire(doc)


@given(scripts)
def test_merging_never_changes_its_arguments(case: tuple[EntityType, list[Edit]]) -> None:
    entity, [*edits, last] = case
    doc = merged(entity, edits)
    before, given_values = wire(doc), wire(last.values)
    merge_edit(entity, doc, *last)
    join_docs(entity, doc, merge_edit(entity, None, *last).doc)
    assert (wire(doc), wire(last.values)) == (before, given_values)


@given(st.dictionaries(texts, stamps, max_size=8))
def test_packed_stamps_give_every_stamp_back(stamp_by_field: dict[str, str]) -> None:
    doc = Doc(dict.fromkeys(stamp_by_field), pack_stamps(stamp_by_field))
    assert unpack_stamps(doc) == stamp_by_field
    assert [fields for fields in doc.s.values() if not fields] == [[]] * bool(stamp_by_field)


@given(readings, st.lists(st.tuples(st.integers(0, 5) | st.integers(0, MAX_MS - 10), st.just("") | stamps), max_size=8))
def test_a_clock_only_goes_up_and_passes_what_it_overwrites(start: Clock, situations: list[tuple[int, str]]) -> None:
    now = start
    for now_ms, floor in situations:
        after = clock.tick(now, now_ms, floor)
        stamp = clock.stamp_from_clock(after)
        assert stamp > clock.stamp_from_clock(now)
        assert stamp[: -clock.DEVICE_WIDTH] > floor[: -clock.DEVICE_WIDTH]
        assert after.ms >= now_ms
        assert after.device == start.device
        now = after


@given(readings, readings)
def test_stamps_order_as_their_parts(a: Clock, b: Clock) -> None:
    parts_a, parts_b = (a.ms, a.counter, a.device), (b.ms, b.counter, b.device)
    assert (clock.stamp_from_clock(a) < clock.stamp_from_clock(b)) == (parts_a < parts_b)
    assert clock.clock_from_stamp(clock.stamp_from_clock(a)) == a


@given(st.lists(st.integers(0, 400_000), min_size=1, max_size=8), st.integers(0, 200_000))
def test_clamped_stamps_of_one_device_keep_their_order(times: list[int], now_ms: int) -> None:
    sent, given_stamps, now = [], [""], Clock(0, 0, 7)
    for ms in times:
        now = clock.tick(now, ms)
        sent.append(clock.stamp_from_clock(now))
        given_stamps.append(clock.clamp(sent[-1], now_ms, given_stamps[-1]))
    assert given_stamps == sorted(set(given_stamps))
    assert all(clock.ms_from_stamp(stamp) <= now_ms + CLAMP_MS for stamp in given_stamps[1:])
    assert all(clock.device_from_stamp(stamp) == 7 for stamp in given_stamps[1:])


@given(st.integers(0, 2**50 - 1), st.integers(0, 2**50 - 1))
def test_numbers_as_text_order_as_numbers(a: int, b: int) -> None:
    assert (base32.encode(a, 10) < base32.encode(b, 10)) == (a < b)
    assert base32.decode(base32.encode(a, 10)) == a


@given(st.integers(0, MAX_MS), st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_7_and_back(now_ms: int, random: bytes) -> None:
    made = identifier.new_id(now_ms, random)
    uuid = identifier.uuid_from_id(made)
    assert identifier.is_id(made)
    assert identifier.ms_from_id(made) == now_ms
    assert (uuid[14], uuid[19] in "89ab") == ("7", True)
    assert identifier.id_from_uuid(uuid) == made


def _read(text: str) -> tuple[Any, str]:
    """Return the value that canonical text begins with, and the rest of the text."""
    kind, rest = text[0], text[1:]
    if kind in "abc":
        return {"a": None, "b": False, "c": True}[kind], rest
    if kind == "d":
        return int(rest[:17]), rest[17:]
    if kind == "e":
        inner, _, rest = rest.partition("\x00")
        return inner.replace("\x01\x01", "\x00").replace("\x01\x02", "\x01"), rest
    parts: list[Any] = []
    while not rest.startswith("\x00"):
        part, rest = _read(rest)
        parts.append(part)
    return parts if kind == "f" else dict(zip(parts[::2], parts[1::2], strict=True)), rest[1:]


@given(values)
def test_canonical_bytes_can_be_read_back_so_that_no_two_values_share_them(value: Any) -> None:
    read, rest = _read(wire(value).decode())
    assert rest == ""
    assert json.dumps(read, sort_keys=True) == json.dumps(value, sort_keys=True)


@given(scripts, st.integers(0, 5))
def test_a_changed_row_costs_the_checksum_only_its_own_part(case: tuple[EntityType, list[Edit]], home: int) -> None:
    entity, edits = case
    rows = [
        Row(entity.kind, f"{at:026}", "shared", home, doc.v, doc.s)
        for at, doc in enumerate(merged(entity, edits[:end]) for end in range(1, len(edits) + 1))
    ]
    whole, count = checksum.bucket_checksum(rows)
    parts = [checksum.row_checksum(entity, row.i, row.h, row.doc) for row in rows]
    assert count == len(rows)
    assert checksum.bucket_checksum(reversed(rows)) == (whole, count)
    assert checksum.subtract(whole, parts[-1]) == checksum.bucket_checksum(rows[:-1])[0]
    assert checksum.add(checksum.subtract(whole, parts[0]), parts[0]) == whole


@given(texts | st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=20))
def test_folding_folded_text_changes_nothing(text: str) -> None:
    folded = normalise.normalise(text)
    assert normalise.normalise(folded) == folded


@given(st.lists(texts, max_size=6), st.randoms(use_true_random=False))
def test_sort_keys_give_one_order(names: list[str], random: Any) -> None:
    shuffled = list(names)
    random.shuffle(shuffled)
    assert sorted(names, key=normalise.sort_key) == sorted(shuffled, key=normalise.sort_key)
