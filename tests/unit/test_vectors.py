"""The Python core runs the protocol's vectors (``sync/vectors/*.json``); the TypeScript core runs the same ones."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from routebook_sync import base32, checksum, clock, identifier, joins, normalise, record, text_merge
from routebook_sync.clock import Clock
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.messages import Row, read_reply
from routebook_sync.record import Doc, Merge

SYNC = Path(__file__).resolve().parents[2] / "sync"
RULE = re.compile(r"\*\*(R\d+)\*\*")


def _clock(reading: dict[str, int]) -> Clock:
    return msgspec.convert(reading, Clock)


def _doc(state: dict[str, Any]) -> Doc:
    return msgspec.convert(state, Doc)


def _stamps_in_turn(reading: dict[str, int], situations: list[list[Any]]) -> list[str]:
    now = _clock(reading)
    stamps = []
    for now_ms, floor in situations:
        now = clock.tick(now, now_ms, floor)
        stamps.append(clock.stamp_from_clock(now))
    return stamps


def _clamp_in_turn(now_ms: int, stamps: list[str]) -> list[str]:
    given = [""]
    for stamp in stamps:
        given.append(clock.clamp(stamp, now_ms, given[-1]))
    return given[1:]


def _merge(merge: Merge) -> dict[str, Any]:
    return {
        "v": merge.doc.v,
        "s": merge.doc.s,
        "changed": merge.changed,
        "won": [change.field for change in merge.changes if change.won],
        "conflicts": [change.field for change in merge.conflicts],
    }


def _merge_edit(kind: str, doc: dict[str, Any] | None, *edit: Any) -> dict[str, Any]:
    return _merge(record.merge_edit(ENTITY_TYPES[kind], None if doc is None else _doc(doc), *edit))


def _merge_in_turn(kind: str, edits: list[list[Any]]) -> dict[str, Any]:
    doc: Doc | None = None
    for values, stamp in edits:
        doc = record.merge_edit(ENTITY_TYPES[kind], doc, values, stamp).doc
    assert doc is not None
    return {"v": doc.v, "s": doc.s}


def _join_docs(kind: str, doc: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    joined = record.join_docs(ENTITY_TYPES[kind], _doc(doc), _doc(other))
    return {"v": joined.v, "s": joined.s}


def _open_doc(kind: str, doc: dict[str, Any]) -> dict[str, Any]:
    shown = record.open_doc(ENTITY_TYPES[kind], _doc(doc))
    return {"v": shown.v, "s": shown.s}


def _parse_reply(value: Any) -> Any:
    reply = read_reply(msgspec.json.encode(value))
    return {name: msgspec.to_builtins(getattr(reply, name)) for name in reply.__struct_fields__}


CALLS: dict[str, Callable[..., Any]] = {
    "encode": base32.encode,
    "decode": base32.decode,
    "stamp_from_clock": lambda reading: clock.stamp_from_clock(_clock(reading)),
    "clock_from_stamp": lambda stamp: msgspec.to_builtins(clock.clock_from_stamp(stamp)),
    "is_stamp": clock.is_stamp,
    "stamps_in_turn": _stamps_in_turn,
    "offset_from_reply": clock.offset_from_reply,
    "clamp": clock.clamp,
    "clamp_in_turn": _clamp_in_turn,
    "new_id": lambda now_ms, random: identifier.new_id(now_ms, bytes.fromhex(random)),
    "is_id": identifier.is_id,
    "id_from_uuid": identifier.id_from_uuid,
    "uuid_from_id": identifier.uuid_from_id,
    "ms_from_id": identifier.ms_from_id,
    "join_registers": lambda mine, other: list(joins.join_registers(*mine, *other)),
    "join_sets": joins.join_sets,
    "elements": joins.elements,
    "add_to_set": joins.add_to_set,
    "remove_from_set": joins.remove_from_set,
    "join_counters": joins.join_counters,
    "total": joins.total,
    "add_to_counter": joins.add_to_counter,
    "join_logs": joins.join_logs,
    "canonical": lambda value: joins.canonical(value).decode(),
    "sort_by_canonical": lambda values: sorted(values, key=joins.canonical),
    "unpack_stamps": lambda doc: record.unpack_stamps(_doc(doc)),
    "pack_stamps": record.pack_stamps,
    "merge_edit": _merge_edit,
    "merge_in_turn": _merge_in_turn,
    "join_docs": _join_docs,
    "open_doc": _open_doc,
    "is_deleted": lambda doc: record.is_deleted(_doc(doc)),
    "row_checksum": lambda kind, i, h, doc: checksum.row_checksum(ENTITY_TYPES[kind], i, h, _doc(doc)),
    "bucket_checksum": lambda rows: list(checksum.bucket_checksum(msgspec.convert(rows, list[Row]))),
    "partition_of": checksum.partition_of,
    "partition_checksums": lambda rows: checksum.partition_checksums(msgspec.convert(rows, list[Row])),
    "text_from_sums": checksum.text_from_sums,
    "sums_from_text": checksum.sums_from_text,
    "add": checksum.add,
    "subtract": checksum.subtract,
    "parse_reply": _parse_reply,
    "normalise": normalise.normalise,
    "normalise_phone": normalise.normalise_phone,
    "finds": lambda text, query: normalise.normalise(query) in normalise.normalise(text),
    "sort_key": normalise.sort_key,
    "merge_texts": text_merge.merge_texts,
    "sort": lambda texts: sorted(texts, key=normalise.sort_key),
}
"""What a case's ``call`` runs, with the case's ``in`` as arguments."""
FILES = sorted([*(SYNC / "vectors").glob("*.json"), *(SYNC / "vectors" / "server").glob("*.json")])
"""The cases of the core, then those of what only a server does."""


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['rule']} {case['name']}")
        for path in FILES
        for case in msgspec.json.decode(path.read_bytes())
    ]


@pytest.mark.parametrize("case", _cases())
def test_case_has_its_outcome(case: dict[str, Any]) -> None:
    call = CALLS[case["call"]]
    before = msgspec.json.encode(case["in"])
    if case.get("error"):
        with pytest.raises((ValueError, TypeError)):
            call(*case["in"])
    else:
        # Compared as canonical bytes: true is not 1.
        assert joins.canonical(call(*case["in"])) == joins.canonical(case["out"]), call(*case["in"])
    assert msgspec.json.encode(case["in"]) == before, "the arguments were changed"


def _rules_with_cases() -> set[str]:
    return {
        case["rule"]
        for path in sorted((SYNC / "vectors").rglob("*.json"))
        for case in msgspec.json.decode(path.read_bytes())
    }


def test_every_rule_of_the_specification_has_a_case_and_every_case_a_rule() -> None:
    rules = set(RULE.findall((SYNC / "SPEC.md").read_text(encoding="utf-8")))
    assert len(rules) >= 50
    assert _rules_with_cases() == rules


def test_every_call_is_used_by_a_case() -> None:
    used = {case["call"] for path in FILES for case in msgspec.json.decode(path.read_bytes())}
    assert used == set(CALLS)
