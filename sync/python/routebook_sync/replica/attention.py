"""What needs a look, after something was taken away: what others wrote goes, the person's own stays (SPEC R57)."""

import msgspec

from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.messages import ProblemCode, VerdictKind, View
from routebook_sync.replica.tables import Attention, Schema, Tables


def forget_others(tables: Tables, schema: Schema, person: str) -> None:
    """Let go of what others wrote where the device holds the bucket no more, and in fields that are hidden from it.

    What a decision applied, another had written. Call it in every transaction that takes anything away.
    """
    is_full = tables.meta.get("view") == View.FULL
    for number, noted in list(tables.attention.items()):
        entity = schema.kinds.get(noted.edit.kind)
        hidden = entity.hidden if entity is not None and not is_full else frozenset[str]()
        is_gone = _is_gone(tables, noted)
        is_decision = noted.verdict is VerdictKind.CONFLICT and bool(noted.more)
        goes = frozenset(noted.edit.v) if is_gone else hidden
        v = {name: value for name, value in noted.edit.v.items() if not (is_decision and name in goes)}
        losers = [loser for loser in noted.losers if loser.person == person or not (is_gone or loser.field in hidden)]
        if losers != noted.losers or v != noted.edit.v:
            edit = msgspec.structs.replace(noted.edit, v=v)
            tables.attention.put(number, msgspec.structs.replace(noted, edit=edit, losers=losers))


def awaits_room(tables: Tables, record_id: str = "") -> bool:
    """Tell whether custody had no room for an edit of this record, or of any, that can be sent again (SPEC R57)."""
    return any(
        noted.verdict is VerdictKind.REJECTED
        and noted.code == ProblemCode.CUSTODY_FULL
        and (record_id == "" or any(edit.id == record_id for edit in (noted.edit, *noted.more)))
        for noted in tables.attention.values()
    )


def _is_gone(tables: Tables, noted: Attention) -> bool:
    """Tell whether the device holds the bucket of an entry no more.

    A customer without a name in it was not yet here when the verdict came, and may still come: after the disk was lost.
    """
    root, grants = noted.edit.root, tables.meta.get("grants") or []
    customer = tables.row.get(root)
    if customer is not None and customer.kind == "customer":
        bucket = customer.bucket
    else:
        bucket = root if root == SHARED_ROOT else f"u:{root}"
    if bucket in grants:
        return False
    readings = [tables.cursor.get(granted) for granted in grants]
    return noted.about != "" or all(reading is not None and reading.complete for reading in readings)
