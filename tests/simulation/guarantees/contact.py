"""Contact: what must hold of every answer, while a script is played."""

from typing import TYPE_CHECKING, Final

from routebook_server.records.buckets import at_hand, is_archive
from routebook_sync.clock import DEVICE_WIDTH
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.messages import MARKERS, Edit, SyncReply, Verdict, VerdictKind, View
from routebook_sync.replica.verdicts import WANTS_A_HUMAN
from simulation.device import Device
from simulation.ground import PoisonError
from simulation.guarantees.broken import BrokenError
from simulation.ledger import Entered

if TYPE_CHECKING:
    from simulation.simulation import Simulation

_HIDDEN: Final = frozenset(name for entity in ENTITY_TYPES.values() for name in entity.hidden)


def nothing_outside_the_grants_is_sent(
    simulation: "Simulation", device: Device, reply: SyncReply, places_before: dict[str, str], *, is_wiped: bool
) -> None:
    """G5: no row leaves the server that its reader may not see at this moment.

    ``places_before``: the bucket of each record before the request came; others may have moved it meanwhile.
    """
    granted = set() if is_wiped else simulation.grants_of(device.person)
    if set(reply.grants) != granted:
        raise BrokenError("G5", f"{device.name} is granted {reply.grants}, not {sorted(granted)}")
    if set(reply.rows) - granted:
        raise BrokenError("G5", f"{device.name} is sent {sorted(set(reply.rows) - granted)}")
    hidden = frozenset[str]() if simulation.sees_all(device) else _HIDDEN
    for verdict in reply.verdicts:
        if any(loser.field in hidden for loser in verdict.losers):
            raise BrokenError("G5", f"{device.name} is told {verdict}")
    is_told = any(verdict.losers for verdict in reply.verdicts)
    places = [places_before, simulation.house.places()] if reply.rows or is_told else []
    # Not by the device's own numbers: it may have given them to other edits since (SPEC R46).
    edited = simulation.house.edited(device.number) if is_told else {}
    for verdict in reply.verdicts:
        # Of an edit that is acknowledged by now nobody knows the record; the one that it was given with was looked at.
        # What is in the archive of a bucket may be asked for by whoever is granted that.
        record = edited.get(verdict.n)
        if (
            verdict.losers
            and record is not None
            and all(at_hand(place.get(record, "")) not in granted for place in places)
        ):
            raise BrokenError("G5", f"{device.name} is told of {record}: {verdict}")
    for bucket, rows in reply.rows.items():
        for row in rows:
            if not hidden.isdisjoint(row.v):
                raise BrokenError("G5", f"{device.name} is sent {row}")
            if row.k in MARKERS or any(place.get(row.i) in granted for place in places):
                continue
            # Made, or fetched from the archive, since the request came, and moved away with its root: it was here then.
            was_elsewhere = row.i in places_before and not is_archive(places_before[row.i])
            if was_elsewhere or places_before.get(row.r) != bucket:
                raise BrokenError("G5", f"{device.name} is sent {row.k} {row.i} in {bucket}")


def nothing_outside_the_grants_stays(device: Device, reply: SyncReply) -> None:
    """G5: after contact a device holds nothing of what it was not granted, but for what it has not yet sent."""
    unsent = device.tables.unsent_ids()
    for record_id, held in device.tables.row.items():
        if held.bucket not in reply.grants and record_id not in unsent:
            raise BrokenError("G5", f"{device.name} keeps {held.kind} {record_id} of {held.bucket!r}")
    _nothing_of_others_stays_beside_a_verdict(device, set(reply.grants))


def _nothing_of_others_stays_beside_a_verdict(device: Device, grants: set[str]) -> None:
    """G5: what needs a look tells of others only what the device may still hold a row of."""
    tables = device.tables
    is_full = tables.meta.get("view") == View.FULL  # a reply that was overtaken may name another one
    readings = [tables.cursor.get(bucket) for bucket in grants]
    is_loaded = all(reading is not None and reading.complete for reading in readings)
    for noted in tables.attention.values():
        root = tables.row.get(noted.edit.root)
        if root is not None and root.kind == "customer":
            bucket = root.bucket
        else:
            bucket = SHARED_ROOT if noted.edit.root == SHARED_ROOT else f"u:{noted.edit.root}"
        # Of a customer who is still to come the server may tell before his row is there.
        is_here = bucket in grants or (not noted.about and not is_loaded)
        for loser in noted.losers:
            is_shown = is_here and (is_full or loser.field not in _HIDDEN)
            if loser.person != device.person and not is_shown:
                raise BrokenError("G5", f"{device.name} keeps {loser} of {noted.edit.kind} {noted.edit.id}")
        applied = noted.edit.v.keys() if noted.verdict is VerdictKind.CONFLICT and noted.more else set[str]()
        if applied and not (is_here and (is_full or _HIDDEN.isdisjoint(applied))):
            raise BrokenError("G5", f"{device.name} keeps what it applied of another's: {noted.edit}")


def every_taken_edit_has_its_end(
    simulation: "Simulation", device: Device, reply: SyncReply, waited: list[Edit]
) -> None:
    """G3: an edit leaves the outbox only with a verdict that the person can see."""
    left = {_written(edit) for edit in device.tables.unsent()}
    verdict_by_number = {verdict.n: verdict for verdict in reply.verdicts}
    told = {_written(sent.edit) for sent in device.tables.sent.values()}
    for edit in waited:
        if _written(edit) in left:
            continue
        if edit.n > reply.pushed:
            raise BrokenError("G2", f"{device.name} let go of edit {edit.n}, the server has {reply.pushed}")
        verdict = verdict_by_number.get(edit.n, Verdict(edit.n, VerdictKind.APPLIED))
        if _written(edit) not in told:
            raise BrokenError("G3", f"{device.name} forgot edit {edit.n} without a word")
        saved = simulation.ledger.find(device.store, edit)
        if saved is None:
            raise BrokenError("G2", f"{device.name} sent edit {edit.n}, which nobody wrote")
        _what_is_news_is_shown(device, edit, verdict, saved)
        saved.edit = edit
        saved.tell(verdict, device.protocol)
    for number in verdict_by_number.keys() - {edit.n for edit in waited}:
        # A restored server may have met a late repetition of what the device had let go of (SPEC R48).
        kept = device.tables.kept.get((device.number, number))
        saved = simulation.ledger.find(device.store, kept.edit) if kept is not None else None
        verdict = verdict_by_number[number]
        if kept is not None and saved is not None and verdict.verdict is not saved.end:
            _what_is_news_is_shown(device, kept.edit, verdict, saved)
            saved.tell(verdict, device.protocol)


def _what_is_news_is_shown(device: Device, edit: Edit, verdict: Verdict, saved: Entered) -> None:
    """G3: what wants a human, and was not told before, stands among what needs a look."""
    if verdict.verdict not in WANTS_A_HUMAN or verdict.verdict is saved.end:
        return
    if edit.kind == "held_edit" and verdict.verdict is VerdictKind.CONFLICT:
        # What gave way stood in the record that the decision changed: there it is shown (SPEC R49).
        target = (device.visible(edit.id) or {}).get("target", "")
        about = {(item.edit.id, item.edit.at) for item in device.tables.attention.values()}
        is_shown = device.visible(target) is None or (target, edit.at) in about
    else:
        noted = device.tables.attention.values()
        is_shown = any(_written(part) == _written(edit) for item in noted for part in (item.edit, *item.more))
    if not is_shown:
        raise BrokenError("G3", f"{device.name} does not show that edit {edit.n} was {verdict.verdict}")


def _written(edit: Edit) -> tuple[str, str]:
    """Return what tells an edit from every other one of its device, through renumbering and new device numbers."""
    return edit.id, edit.at[:-DEVICE_WIDTH]


def only_planted_faults(simulation: "Simulation") -> None:
    """G4: a server that fails where nothing was planted has a defect."""
    failure = simulation.house.failures[-1]
    if not isinstance(failure, PoisonError):
        raise BrokenError("G4", f"the server failed: {failure!r}") from failure
