"""The numbers of unsent edits: contiguous from the one that the server expects, under this device's number (SPEC R40).

Where a restored server has lost edits, the kept ones are put in front of them (SPEC R48).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from routebook_sync.messages import Edit
from routebook_sync.record import Doc
from routebook_sync.replica.exchanged import forget_exchanged, sure_up_to
from routebook_sync.replica.kept import take_kept
from routebook_sync.replica.restamp import Stamped, restamp
from routebook_sync.replica.rows import Rows
from routebook_sync.replica.tables import NOWHERE, Held, Schema, Tables, Waiting
from routebook_sync.replica.unanswered import carry_over, forget_unanswered
from routebook_sync.replica.writing import overshadow, show_unsent


def renumber(tables: Tables, first: int) -> None:
    """Give the waiting edits contiguous numbers from ``first``; all before are taken for acknowledged."""
    replace_outbox(tables, first, tables.waiting())


def adopt_device(tables: Tables, schema: Schema, device: int) -> None:
    """Number anew for another device number: it counts from 1, and its stamps are taken only with that number."""
    waiting = tables.waiting()
    stamped = [Stamped(one.edit, one.counted) for one in waiting]
    renamed = restamp(schema.kinds, stamped, device, lambda record: _confirmed_values(tables, record))
    again = [
        msgspec.structs.replace(one, edit=new.edit, counted=new.counted)
        for one, new in zip(waiting, renamed, strict=True)
    ]
    replace_outbox(tables, 1, again)
    tables.meta.put("covered", 0)
    if tables.number("wiping"):
        # It was asked of the former number, and what that had been acknowledged goes with it.
        tables.meta.put("wiping", 0)
        take_kept(tables, lambda _made_by, _n: True)
    # What is shown has the stamps of the edits as they are now.
    for record_id in {new.edit.id: None for new in renamed}:
        show_unsent(tables, Rows(tables, schema), schema, record_id)


def offer_again(tables: Tables, schema: Schema, device: int, pushed: int) -> None:
    """Put what a restored server has lost in front of what waits, with its numbers where those are all there."""
    surely = sure_up_to(tables, device, pushed)
    again = take_kept(tables, lambda made_by, n: made_by == device and n > surely)
    forget_exchanged(tables, device, tables.number("edits"))
    for kept in again:
        overshadow(tables, kept.edit)
        tables.outbox.put(kept.edit.n, Waiting(kept.edit, kept.verdict, counted=kept.counted))
    _show_again(tables, schema, [kept.edit for kept in again])
    tables.meta.put("ack", pushed)
    tables.meta.put("covered", 0)
    if min(tables.outbox, default=0) != pushed + 1:
        renumber(tables, pushed + 1)


def offer_former(tables: Tables, schema: Schema, device: int, pushed: int, had: Mapping[str, int]) -> bool:
    """Do the same for what was sent under a former number of the device; tell whether there was any.

    ``had``: how far the restored server has the edits of each former number.
    """
    surely = {name: sure_up_to(tables, name, n) for name, n in had.items()}
    former = take_kept(tables, lambda made_by, n: made_by != device and n > surely.get(str(made_by), 0))
    if not former:
        return False
    for kept in former:
        overshadow(tables, kept.edit)
    stamped = [Stamped(kept.edit, kept.counted) for kept in former]
    renamed = restamp(schema.kinds, stamped, device, lambda record: _confirmed_values(tables, record))
    again = [Waiting(new.edit, kept.verdict, counted=new.counted) for kept, new in zip(former, renamed, strict=True)]
    # What the server has just taken under this number keeps its own: its verdicts are about to be read.
    waiting = tables.waiting()
    taken = [one for one in waiting if one.edit.n <= pushed]
    replace_outbox(tables, pushed + 1, [*again, *waiting[len(taken) :]])
    for one in taken:
        tables.outbox.put(one.edit.n, one)
    _show_again(tables, schema, [new.edit for new in renamed])
    return True


def _show_again(tables: Tables, schema: Schema, edits: Sequence[Edit]) -> None:
    """Show what is offered again, also what was refused before: the restored server may take it."""
    rows = Rows(tables, schema)
    for edit in {edit.id: edit for edit in edits}.values():
        if edit.id not in tables.row and edit.kind in schema.kinds:
            rows.put(edit.id, Held(edit.kind, edit.root, NOWHERE, 0, Doc()))
        show_unsent(tables, rows, schema, edit.id)


def _confirmed_values(tables: Tables, record: str) -> Mapping[str, Any]:
    """Return the values that the server has of a record with unsent edits."""
    shadow = tables.shadow.get(record)
    return {} if shadow is None or shadow.doc is None else shadow.doc.v


def replace_outbox(tables: Tables, first: int, edits: Sequence[Waiting], *, is_same_memory: bool = False) -> None:
    """Let these edits wait, in this order, numbered from ``first``.

    ``is_same_memory``: what the server has up to a number it has from here, and from no memory that this device lost.
    """
    if is_same_memory:
        carry_over(tables)
    else:
        forget_unanswered(tables)
    tables.outbox.clear()
    for n, waiting in enumerate(edits, first):
        numbered: Edit = msgspec.structs.replace(waiting.edit, n=n)
        tables.outbox.put(n, msgspec.structs.replace(waiting, edit=numbered))
    tables.meta.put("edits", first + len(edits) - 1)
    tables.meta.put("ack", first - 1)
