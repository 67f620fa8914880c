"""Writing: a change becomes visible and an edit in the outbox, in one transaction (SPEC R3, R22, R40)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from routebook_sync import base32
from routebook_sync.clock import (
    CLAMP_MS,
    DEVICE_WIDTH,
    Clock,
    clock_from_stamp,
    ms_from_stamp,
    stamp_from_clock,
    tick,
)
from routebook_sync.entities import EntityType
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.joins import Join, add_to_counter, add_to_set, floor_inside, join_sets, remove_from_set
from routebook_sync.messages import Edit
from routebook_sync.record import Doc, merge_edit, unpack_stamps
from routebook_sync.replica.attention import awaits_room
from routebook_sync.replica.change import Change, Known, Refused, Saved, known_of, problems_of, problems_of_group
from routebook_sync.replica.rows import Rows
from routebook_sync.replica.tables import Account, Held, Schema, Shadow, Tables, Waiting


class WriteContext(msgspec.Struct, frozen=True):
    """What a write needs from outside."""

    account: Account
    schema: Schema
    now_ms: int
    """By the server's clock."""
    key: str
    """The request's own: the same key again gives the same answer and writes nothing."""
    group: str = ""
    """The group's id where the server has to apply all changes or none."""


def write_changes(tables: Tables, changes: Sequence[Change], context: WriteContext) -> Saved | Refused:
    """Save the changes, or refuse all of them with every reason; runs inside the caller's transaction."""
    before = tables.request.get(context.key)
    if before is not None:
        return Saved(before)
    beyond = problems_of_group(changes) if context.group else []
    problems = beyond or _refusals(tables, changes, context)
    if problems:
        return Refused(problems)
    last = tables.meta.get("stamp")
    clock = Clock(0, 0, context.account.device)
    if last is not None:
        read = clock_from_stamp(last)
        clock = Clock(read.ms, read.counter, context.account.device)
    n = tables.meta.get("edits") or 0
    numbers = []
    for change in changes:
        n += 1
        clock = _save(tables, clock, n, change, context)
        numbers.append(n)
    tables.meta.put("edits", n)
    tables.meta.put("stamp", stamp_from_clock(clock))
    tables.request.put(context.key, numbers)
    return Saved(numbers)


def settle_stamp(tables: Tables, now_ms: int) -> None:
    """Go on from the server's time where the last stamp is far ahead of it and nothing waits any more (SPEC R5)."""
    last = tables.meta.get("stamp")
    if last is None or tables.outbox or ms_from_stamp(last) <= now_ms + CLAMP_MS:
        return
    tables.meta.put("stamp", stamp_from_clock(Clock(now_ms, 0, clock_from_stamp(last).device)))


def _refusals(tables: Tables, changes: Sequence[Change], context: WriteContext) -> list[Any]:
    known_by_id: dict[str, Known] = {}
    problems: list[Any] = []
    for change in changes:
        entity = context.schema.kinds.get(change.kind)
        known = known_by_id.get(change.id)
        held = tables.row.get(change.id)
        if known is None and held is not None and entity is not None:
            known = known_of(entity, held.root, held.doc.v)
        elif known is None and entity is not None and awaits_room(tables, change.id):
            known = Known(change.root, entity.required)
        against = problems_of(change, known, context.account, context.schema)
        problems += against
        if not against and entity is not None:
            now = known_of(entity, change.root, change.v)
            fields = now.fields | (known.fields if known is not None else frozenset())
            known_by_id[change.id] = Known(now.root, fields)
    return problems


def _save(tables: Tables, clock: Clock, n: int, change: Change, context: WriteContext) -> Clock:
    entity = context.schema.kinds[change.kind]
    held = tables.row.get(change.id)
    doc = held.doc if held is not None else None
    stamps = unpack_stamps(doc) if doc is not None else {}
    base = {name: stamps[name] for name in change.v if name not in entity.inside and name in stamps}
    own = base32.encode(context.account.device, DEVICE_WIDTH)
    inside = (floor_inside(entity.join_of(name), doc.v.get(name) or {}, own) for name in change.v) if doc else ()
    clock = tick(clock, context.now_ms, max([*base.values(), *inside], default=""))
    at = stamp_from_clock(clock)
    v = _states_of(entity, change.v, doc, at, context.account.device)
    edit = Edit(n, change.kind, change.id, change.root, v, at, base, context.group)
    if held is None and not entity.required <= v.keys():
        # Of a record that the device holds no more, sent again since custody had no room for it (SPEC R57).
        tables.outbox.put(n, Waiting(edit))
        return clock
    overshadow(tables, edit)
    merged = merge_edit(entity, doc, v, at).doc
    if held is None:
        bucket = bucket_of(tables, change.kind, change.root, v)
        held = Held(change.kind, change.root, bucket, 0, merged)
    Rows(tables, context.schema).put(change.id, msgspec.structs.replace(held, doc=merged))
    tables.outbox.put(n, Waiting(edit))
    return clock


def overshadow(tables: Tables, edit: Edit) -> None:
    """Keep the confirmed state of a record that is about to have an unsent edit, unless it has one already."""
    if edit.id not in tables.shadow:
        held = tables.row.get(edit.id)
        tables.shadow.put(edit.id, Shadow(edit.kind, held.doc if held is not None else None))


def show_unsent(tables: Tables, rows: Rows, schema: Schema, record_id: str) -> None:
    """Let a record with unsent edits be shown as its confirmed state with those edits over it."""
    shadow, held = tables.shadow.get(record_id), tables.row.get(record_id)
    entity = schema.kinds.get(shadow.kind) if shadow is not None else None
    if shadow is None or held is None or entity is None:
        return
    doc = shadow.doc
    for edit in tables.unsent_of(record_id):
        doc = merge_edit(entity, doc, edit.v, edit.at).doc
    if doc is not None:
        rows.put(record_id, msgspec.structs.replace(held, doc=doc))


def _states_of(
    entity: EntityType, values: Mapping[str, Any], doc: Doc | None, stamp: str, device: int
) -> dict[str, Any]:
    """Return the wire states of a change's values: instructions become join states upon the record."""
    states: dict[str, Any] = {}
    for name, value in values.items():
        join = entity.join_of(name)
        state = (doc.v.get(name) if doc is not None else None) or {}
        if join is Join.SET:
            joined: dict[str, list[list[str]]] = {}
            for element in value["remove"]:
                joined = join_sets(joined, remove_from_set(state, element))
            for element in value["add"]:
                joined = join_sets(joined, add_to_set(element, stamp))
            states[name] = joined
        elif join is Join.COUNTER:
            states[name] = add_to_counter(state, base32.encode(device, DEVICE_WIDTH), value["plus"])
        elif join is Join.LOG:
            states[name] = {stamp: value["append"]}
        else:
            states[name] = value
    return states


def bucket_of(tables: Tables, kind: str, root: str, values: Mapping[str, Any]) -> str:
    """Return where a new record will live (SPEC R30), as far as this device can tell; the server's row says it."""
    if kind == "customer" and isinstance(values.get("territory"), str):
        return f"t:{values['territory']}"
    if root == SHARED_ROOT:
        return SHARED_ROOT
    home = tables.row.get(root)
    return home.bucket if home is not None and home.kind == "customer" else f"u:{root}"
