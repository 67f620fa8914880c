"""Ending: what must hold once every message has come through."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from routebook_sync.clock import CLAMP_MS, ms_from_stamp
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.joins import canonical, total
from routebook_sync.messages import Row, SyncReply, VerdictKind
from routebook_sync.record import Doc, is_deleted, merge_edit, stamp_of, unpack_stamps
from routebook_sync.replica.change import Change
from routebook_sync.replica.tables import Held
from routebook_sync.replica.verdicts import REFUSED
from simulation.books import Books, key_of
from simulation.device import SCHEMAS, Device
from simulation.guarantees.broken import BrokenError
from simulation.guarantees.silence import nothing_is_silent
from simulation.ledger import Entered, Store

if TYPE_CHECKING:
    from simulation.simulation import Simulation

QUIET_BYTES: Final = 1024
"""An empty round trip is smaller than this, either way."""


def check_at_the_end(simulation: "Simulation") -> None:
    """Check everything that must hold once every message has come through."""
    books = Books(simulation)
    nobody_waits(simulation)
    the_deleted_stay_deleted(simulation, books)
    groups_are_whole(simulation, books)
    what_was_acknowledged_is_there(simulation, books)
    nothing_is_silent(simulation, books)
    everything_is_joined(simulation, books)
    wrong_clocks_never_win(simulation, books)
    old_clients_are_served(simulation)
    everybody_converges(simulation, books)
    silence_is_cheap(simulation)
    the_last_word_counts(simulation)


def nobody_waits(simulation: "Simulation") -> None:
    """G4: whatever the server fails on or refuses, every edit that was sent has its verdict."""
    for device in simulation.devices:
        waiting = device.tables.unsent()
        if waiting:
            guarantee = "G4" if device.schema == "now" else "G8"
            raise BrokenError(guarantee, f"{device.name} still has {len(waiting)} edits, the first {waiting[0]}")


def everybody_converges(simulation: "Simulation", books: Books) -> None:
    """G1: every device holds exactly what the server holds of its buckets; G10 where one was tampered with."""
    for device in simulation.devices:
        if device.was_spoilt and device.schema != "now":
            continue  # an app of another schema cannot compare checksums; the next version of it will
        guarantee = "G10" if device.was_spoilt else "G1"
        granted = simulation.grants_of(device.person)
        # Rows of a kind that the app does not know are kept for the version that does; nobody sees them.
        kinds = SCHEMAS[device.schema].kinds
        rows = books.rows if simulation.sees_all(device) else books.open_rows
        expected = {i: held for i, held in rows.items() if held.bucket in granted and held.kind in kinds}
        holds = {i: held for i, held in device.tables.row.items() if held.kind in kinds}
        for row_id in expected.keys() | holds.keys():
            difference = _difference(device, holds.get(row_id), expected.get(row_id))
            if difference:
                raise BrokenError(guarantee, f"{device.name}, {row_id}: {difference}")
        if len(device.tables.shadow):
            raise BrokenError("G1", f"{device.name} keeps shadows of nothing")
        if device.name in simulation.strayed and not device.was_spoilt:
            raise BrokenError("G1", f"{device.name} had gone astray and was mended by its checksums")


def _difference(device: Device, holds: Held | None, expected: Held | None) -> str:
    if holds is None or expected is None:
        return f"holds {holds}, the server {expected}"
    if (holds.kind, holds.root, holds.bucket, holds.home) != (
        expected.kind, expected.root, expected.bucket, expected.home,
    ):  # fmt: skip
        return f"lives at {holds}, on the server {expected}"
    if is_deleted(holds.doc) and is_deleted(expected.doc):
        # The server drops the rest of a deleted record some day.
        at, truly_at = stamp_of(holds.doc, "deleted"), stamp_of(expected.doc, "deleted")
        return "" if at == truly_at else f"was deleted at {at}, on the server at {truly_at}"
    if canonical(holds.doc.v) != canonical(expected.doc.v):
        return f"says {holds.doc.v}, the server {expected.doc.v}"
    known = SCHEMAS[device.schema].kinds[holds.kind]
    beside = known.fields.keys() - known.inside
    stamps, others = unpack_stamps(holds.doc), unpack_stamps(expected.doc)
    if any(stamps.get(name) != others.get(name) for name in beside):
        return f"has stamps {stamps}, the server {others}"
    return ""


def what_was_acknowledged_is_there(simulation: "Simulation", books: Books) -> None:
    """G2: an edit that a device let go of is in the history, in custody or was refused; none is there twice."""
    # A clamped stamp may be one that the device gave before: the values tell the two edits apart.
    taken = Counter((entry.device, entry.stamp, *key_of(entry.id, entry.new)) for entry in books.history)
    twice = [one for one, times in taken.items() if times > 1]
    if twice:
        raise BrokenError("G2", f"taken more than once: {twice[:3]}")
    there = Counter((entry.person, *key_of(entry.id, entry.new)) for entry in books.history)
    other_schemas = {device.name for device in simulation.devices if device.schema != "now"}
    person_by_name = {device.name: device.person for device in simulation.devices}
    kept = Counter((edit.id, edit.at) for edit in books.held)
    twice_kept = [one for one, times in kept.items() if times > 1]
    if twice_kept:
        raise BrokenError("G3", f"in custody more than once: {twice_kept[:3]}")
    held = kept.keys()
    # Who decides on one of a group decides on all; what stands for it does not name them all.
    groups = {(s.store, s.group) for s in simulation.ledger.entries.values() if s.group and s.edit.id in books.decided}
    for saved in simulation.ledger.entries.values():
        if saved.lost:
            continue
        # A restored server must not refuse what was taken before, unless a client of protocol 1 offers it (R48). But
        # for a decision on an offer that it has lost: what was held comes again, under another one. And an app that
        # went back to before it knew a field stamps nothing anew inside it.
        excused = not saved.was_taken or saved.told_first or saved.edit.kind == "held_edit"
        excused = excused or (saved.verdicts[-1].code == "bad_stamp" and saved.store[0] in other_schemas)
        if saved.end is VerdictKind.REJECTED and excused:
            continue
        if saved.gone and simulation.was_restored:
            continue
        in_custody = (saved.edit.id, saved.edit.at) in held
        if saved.end in REFUSED and (
            in_custody or saved.edit.id in books.decided or (saved.store, saved.group) in groups
        ):
            continue
        if in_custody and simulation.was_restored and (person_by_name[saved.store[0]], saved.edit.id) in books.receipts:
            continue  # A late repetition came to the restored server before it: a receipt of his own tells its author.
        # Another person's edit that says the same is no proof of this one, nor does one proof serve for two.
        proof = (person_by_name[saved.store[0]], *key_of(saved.edit.id, saved.edit.v))
        if there[proof]:
            there[proof] -= 1
            continue
        guarantee = "G3" if in_custody else "G2"
        raise BrokenError(guarantee, f"{saved.store} was told {saved.end} of {saved.edit}; in custody: {in_custody}")


def groups_are_whole(simulation: "Simulation", books: Books) -> None:
    """R45: of a group all edits are applied, or none."""
    there = {key_of(entry.id, entry.new) for entry in books.history}
    ends: dict[tuple[Any, str], set[bool]] = {}
    missing: set[tuple[Any, str]] = set()
    for saved in simulation.ledger.entries.values():
        if saved.group and not saved.lost:
            group = saved.store, saved.group
            ends.setdefault(group, set()).add(saved.end in REFUSED)
            if key_of(saved.edit.id, saved.edit.v) not in there:
                missing.add(group)
    for group, refused in ends.items():
        # Where a reply had no room for all verdicts, the rest is told of what was decided: then all are applied.
        if len(refused) > 1 and group in missing:
            raise BrokenError("R45", f"{group} was applied by half")


def _raised_unseen(simulation: "Simulation") -> Counter[tuple[str, str]]:
    """Return by how much each counter may differ from its sum: by what was not applied at once of several raises.

    A total that a device sent before it heard of that contains what was refused, and of what is applied out of custody
    only what exceeds its total by then is seen (SPEC R13). So it does what a device that lost its memory had added and
    had read back, though the server was restored since and has that edit from nobody.
    """
    raises: dict[tuple[Store, str, str], list[Entered]] = {}
    slack = Counter[tuple[str, str]]()
    for entered in simulation.ledger.entries.values():
        for name, amount in entered.plus.items():
            raises.setdefault((entered.store, entered.edit.id, name), []).append(entered)
            if entered.gone and simulation.was_restored:
                slack[entered.edit.id, name] += abs(amount)
    for (_store, record_id, name), made in raises.items():
        refused = [one for one in made if any(verdict.verdict in REFUSED for verdict in one.verdicts)]
        if len(made) > 1:
            slack[record_id, name] += sum(abs(one.plus[name]) for one in refused)
    return slack


def everything_is_joined(simulation: "Simulation", books: Books) -> None:
    """G1: a record is the join of every edit that was taken, in whatever order; counters add up."""
    docs: dict[str, Doc] = {}
    sums: dict[tuple[str, str], int] = {}
    counted: set[int] = set()
    twice: set[tuple[str, str]] = set()
    """Counters that a device raised under two numbers, because it never heard of the first."""
    for _place, entry, saved in sorted(books.entries(), key=lambda one: one[1].stamp, reverse=True):
        entity = ENTITY_TYPES[books.rows[entry.id].kind]
        docs[entry.id] = merge_edit(entity, docs.get(entry.id), entry.new, entry.stamp).doc
        if saved is None or id(saved) in counted:
            continue  # one that was sent again under another device number counts once
        counted.add(id(saved))
        for name, amount in saved.plus.items():
            sums[entry.id, name] = sums.get((entry.id, name), 0) + amount
            was_kept_too = entry.id in books.decided  # under the number of before; whoever applied that counts again
            is_twice = saved.unheard and (saved.sent_anew or was_kept_too)
            twice |= {(entry.id, name)} if is_twice else set()
    for record_id, doc in docs.items():
        held = books.rows[record_id]
        names = doc.v.keys() | held.doc.v.keys()
        if record_id in simulation.purged:
            names = {"deleted"} if is_deleted(held.doc) else set(held.doc.v)
        if any(canonical(doc.v.get(name)) != canonical(held.doc.v.get(name)) for name in names):
            raise BrokenError("G1", f"{record_id} is {held.doc.v}, its edits make {doc.v}")
    slack = _raised_unseen(simulation)
    for (record_id, name), amount in sums.items():
        if record_id in simulation.purged or (record_id, name) in twice:
            continue
        value = total(books.rows[record_id].doc.v[name])
        if abs(value - amount) > slack[record_id, name]:
            raise BrokenError("G2", f"{name} of {record_id} is {value}, its edits add up to {amount}")


def the_deleted_stay_deleted(simulation: "Simulation", books: Books) -> None:
    """G7: an id is never forgotten, and what the last word deleted is shown nowhere."""
    last: dict[str, tuple[str, bool]] = {}
    for entry in books.history:
        if entry.id not in books.rows:
            raise BrokenError("G7", f"the server forgot {entry.id}")
        if "deleted" in entry.new and entry.stamp > last.get(entry.id, ("", False))[0]:
            last[entry.id] = (entry.stamp, entry.new["deleted"] is True)
    for record_id, (_stamp, deleted) in last.items():
        if not deleted:
            continue
        if not is_deleted(books.rows[record_id].doc):
            raise BrokenError("G7", f"{record_id} came back on the server")
        for device in simulation.devices:
            held = device.tables.row.get(record_id)
            is_shown = held is not None and held.kind in SCHEMAS[device.schema].kinds
            if held is not None and is_shown and not is_deleted(held.doc):
                raise BrokenError("G7", f"{record_id} came back on {device.name}")


def wrong_clocks_never_win(simulation: "Simulation", books: Books) -> None:
    """G6: no stamp stays more than two minutes ahead of the server."""
    for record_id, held in books.rows.items():
        for name, stamp in _register_stamps(held):
            if ms_from_stamp(stamp) > simulation.now_ms + CLAMP_MS:
                raise BrokenError("G6", f"{name} of {record_id} is stamped {stamp}, far ahead")


def _register_stamps(held: Held) -> Iterator[tuple[str, str]]:
    inside = ENTITY_TYPES[held.kind].inside
    return ((name, stamp) for name, stamp in unpack_stamps(held.doc).items() if name not in inside)


def old_clients_are_served(simulation: "Simulation") -> None:
    """G8: an older app's edits are never refused for their age."""
    for device in simulation.devices:
        if not device.tables.number("contact"):
            raise BrokenError("G8" if device.schema != "now" else "G4", f"{device.name} was never answered")
    never_made = set()
    for saved in simulation.ledger.entries.values():
        for verdict in saved.verdicts:
            # What follows a creation that was refused, or that a restored server does not know, has nothing to change;
            # nor has what takes back a deletion whose body is gone.
            is_gone = saved.edit.id in simulation.purged
            unmade = saved.group or simulation.was_restored or is_gone or (saved.store, saved.edit.id) in never_made
            follows = verdict.code == "missing_field" and unmade
            if verdict.code in _OF_AGE and not saved.unchecked and not follows:
                raise BrokenError("G8", f"{saved.store} was refused {saved.edit}: {verdict}")
        if saved.end in REFUSED:
            never_made.add((saved.store, saved.edit.id))


_OF_AGE: Final = frozenset({"unknown_kind", "unknown_field", "missing_field", "malformed", "wrong_type"})


def silence_is_cheap(simulation: "Simulation") -> None:
    """G9: with nothing new a sync is one small round trip, and the server writes nothing."""
    for device in simulation.devices:
        sending = device.send()
        simulation.house.answer((device.token, sending.body))  # its session is touched once a minute
        changes = simulation.house.ground.changes()
        (answer,) = simulation.house.answer((device.token, sending.body))
        if answer is None or answer.status != 200:
            raise BrokenError("G9", f"{device.name} is answered {answer}")
        reply = msgspec.json.decode(answer.body, type=SyncReply)
        if reply.rows or reply.verdicts or reply.more or reply.cursors != sending.request.cursors:
            raise BrokenError("G9", f"{device.name} is not left in peace: {reply}")
        if max(len(sending.body), len(answer.body)) >= QUIET_BYTES:
            raise BrokenError("G9", f"silence took {len(sending.body)} and {len(answer.body)} bytes")
        if simulation.house.ground.changes() != changes:
            raise BrokenError("G9", "the server wrote although nothing was new")


def the_last_word_counts(simulation: "Simulation") -> None:
    """G6: whoever has seen everything and writes now is not overruled by what a wrong clock wrote before."""
    house = simulation.house
    planted = house.faulty | house.database.poisoned | house.unanswerable
    for device in simulation.devices:
        for record_id, held in device.tables.row.items():
            name = _PROBED.get(held.kind)
            if name is None or record_id in planted or is_deleted(held.doc) or device.schema != "now":
                continue
            simulation.talk(device)
            word = f"last word of {device.name}"
            if not device.save([Change(held.kind, record_id, held.root, {name: word})]):
                raise BrokenError("G6", f"{device.name} cannot write {name} of {record_id}")
            # Until it rests: a restored server may first have to tell where the numbers stand (R48).
            simulation.talk(device)
            ((doc,),) = house.rows("SELECT doc FROM record WHERE id = ?", record_id)
            if msgspec.json.decode(doc, type=Row).v.get(name) != word:
                raise BrokenError("G6", f"{device.name} had the last word on {record_id}, and it does not count")
            break


_PROBED: Final = {"customer": "phone", "task": "title", "visit": "next_step", "contact": "phone"}
"""A register of each kind that nothing else depends on."""
