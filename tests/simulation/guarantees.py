"""The guarantees of the protocol, each a function of what can be seen from outside. The first that fails is named.

What happened is known by the script and the ledger alone; judged are the server's tables and the devices'.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from routebook_server.records.buckets import at_hand, is_archive
from routebook_sync.clock import CLAMP_MS, DEVICE_WIDTH, SERVER_DEVICE, device_from_stamp, ms_from_stamp
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.joins import STAMPED, Join, canonical, total
from routebook_sync.messages import MARKERS, Edit, Row, SyncReply, Verdict, VerdictKind, View
from routebook_sync.record import Doc, is_deleted, merge_edit, stamp_of, unpack_stamps
from routebook_sync.replica.change import Change
from routebook_sync.replica.tables import Held
from routebook_sync.replica.verdicts import REFUSED, WANTS_A_HUMAN
from simulation.books import Books, Entry, key_of
from simulation.device import SCHEMAS, Device
from simulation.ground import PoisonError
from simulation.ledger import Entered, Store

if TYPE_CHECKING:
    from simulation.simulation import Simulation

_HIDDEN: Final = frozenset(name for entity in ENTITY_TYPES.values() for name in entity.hidden)
QUIET_BYTES: Final = 1024
"""An empty round trip is smaller than this, either way."""


class BrokenError(AssertionError):
    """A guarantee did not hold."""

    def __init__(self, guarantee: str, what: str) -> None:
        super().__init__(f"{guarantee}: {what}")
        self.guarantee = guarantee


# While it runs


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
    edited = {edit.n: edit.id for edit in device.tables.unsent()}
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
        saved.verdicts.append(verdict)
    for number in verdict_by_number.keys() - {edit.n for edit in waited}:
        # A restored server may have met a late repetition of what the device had let go of (SPEC R48).
        kept = device.tables.kept.get((device.number, number))
        saved = simulation.ledger.find(device.store, kept.edit) if kept is not None else None
        verdict = verdict_by_number[number]
        if kept is not None and saved is not None and verdict.verdict is not saved.end:
            _what_is_news_is_shown(device, kept.edit, verdict, saved)
            saved.verdicts.append(verdict)


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


# At the end


def check_at_the_end(simulation: "Simulation") -> None:
    """Check everything that must hold once every message has come through."""
    books = Books(simulation)
    nobody_waits(simulation)
    the_deleted_stay_deleted(simulation, books)
    groups_are_whole(simulation)
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
    there = {key_of(entry.id, entry.new) for entry in books.history}
    old_clients = {device.name for device in simulation.devices if device.protocol == 1}
    other_schemas = {device.name for device in simulation.devices if device.schema != "now"}
    held = {(edit.id, edit.at) for edit in books.held}
    # Who decides on one of a group decides on all; what stands for it does not name them all.
    groups = {(s.store, s.group) for s in simulation.ledger.entries.values() if s.group and s.edit.id in books.decided}
    for saved in simulation.ledger.entries.values():
        if saved.lost or key_of(saved.edit.id, saved.edit.v) in there:
            continue
        # A restored server must not refuse what was taken before, unless a client of protocol 1 offers it (R48). But
        # for a decision on an offer that it has lost: what was held comes again, under another one. And an app that
        # went back to before it knew a field stamps nothing anew inside it.
        excused = not saved.was_taken or saved.store[0] in old_clients or saved.edit.kind == "held_edit"
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
        guarantee = "G3" if in_custody else "G2"
        raise BrokenError(guarantee, f"{saved.store} was told {saved.end} of {saved.edit}; in custody: {in_custody}")


def groups_are_whole(simulation: "Simulation") -> None:
    """R45: of a group all edits are applied, or none."""
    ends: dict[tuple[Any, str], set[bool]] = {}
    for saved in simulation.ledger.entries.values():
        if saved.group and not saved.lost:
            ends.setdefault((saved.store, saved.group), set()).add(saved.end in REFUSED)
    for group, refused in ends.items():
        if len(refused) > 1:
            raise BrokenError("R45", f"{group} was applied by half")


def nothing_is_silent(simulation: "Simulation", books: Books) -> None:
    """G3: who changed a field without having seen what it held is told, with the value that gave way.

    Of a text no word gives way where it was merged: those of both are in what the server made of it next.
    """
    stands: dict[tuple[str, str], tuple[Any, str, int]] = {}
    stored_by_stamp: dict[str, str] = {}
    base_by_stamp = {saved.edit.at: saved.edit.base for saved in simulation.ledger.entries.values()}
    for place, entry, saved in books.entries():
        if saved is not None and entry.device:
            stored_by_stamp[saved.edit.at] = entry.stamp
            saved.sent_anew = saved.sent_anew or device_from_stamp(saved.edit.at) != entry.device
            if not simulation.was_restored:
                _deletions_are_told(entry, saved, stands)
        kind = books.rows[entry.id].kind
        for name, value in entry.new.items():
            if ENTITY_TYPES[kind].join_of(name) not in STAMPED:
                continue
            before = stands.get((entry.id, name))
            author = saved if entry.device != SERVER_DEVICE else None
            if author is not None and author.gone and simulation.was_restored:
                author = None  # A repetition met a server that forgot it; the device to be told is gone.
            if author is not None and before is not None and not (author.lost or author.spoilt or author.sent_anew):
                base = author.edit.base.get(name, "")
                seen = {base, stored_by_stamp.get(base, base)}
                while base in base_by_stamp:  # his own, which may have been refused: he had seen what that overwrote
                    base = base_by_stamp[base].get(name, "")
                    seen |= {base, stored_by_stamp.get(base, base)}
                unseen = before[1] not in seen and before[2] != entry.device
                if simulation.was_restored:  # the author may have seen what the server has forgotten
                    unseen = unseen and before[1] > max(seen)
                words = _words_to_keep(author, name, before[0])
                told = any(verdict.verdict is VerdictKind.CONFLICT for verdict in author.verdicts) or (
                    ENTITY_TYPES[kind].join_of(name) is Join.TEXT
                    and _holds_words(books.history[place + 1 :], entry.id, name, words)
                    and any(verdict.verdict in _ROW_FOLLOWS for verdict in author.verdicts)
                )
                # Of what was deleted long ago the server has dropped the rest: nothing was there to be overwritten.
                is_gone = entry.id in simulation.purged
                if unseen and canonical(before[0]) != canonical(value) and not (told or is_gone):
                    what = f"{author.store} overwrote {before} of {name} with {author.edit}, told {author.verdicts}"
                    raise BrokenError("G3", what)
            if before is None or entry.stamp > before[1]:
                stands[entry.id, name] = (value, entry.stamp, entry.device)


def _deletions_are_told(entry: Entry, saved: Entered, stands: dict[tuple[str, str], tuple[Any, str, int]]) -> None:
    """Whoever wrote into what somebody else had deleted, and was not shown that, is told (SPEC R24, R53)."""
    if saved.out_of_sight or saved.lost or saved.gone or saved.spoilt or saved.sent_anew or "deleted" in entry.new:
        return
    for place in (entry.id, saved.edit.root):
        deleted, stamp, device = stands.get((place, "deleted"), (False, "", 0))
        told = any(one.field == "deleted" or one.verdict is VerdictKind.CONFLICT for one in saved.verdicts)
        if deleted is True and entry.device not in (device, device_from_stamp(stamp)) and not told:
            raise BrokenError("G3", f"{saved.edit} went into {place}, deleted at {stamp}, told {saved.verdicts}")


def _raised_past_a_refusal(simulation: "Simulation") -> Counter[tuple[str, str]]:
    """Return by how much each counter may differ from its sum: by what was not applied at once of several raises.

    A total that a device sent before it heard of that contains what was refused, and of what is applied out of custody
    only what exceeds its total by then is seen (SPEC R13).
    """
    raises: dict[tuple[Store, str, str], list[Entered]] = {}
    for entered in simulation.ledger.entries.values():
        for name in entered.plus:
            raises.setdefault((entered.store, entered.edit.id, name), []).append(entered)
    slack = Counter[tuple[str, str]]()
    for (_store, record_id, name), made in raises.items():
        refused = [one for one in made if any(verdict.verdict in REFUSED for verdict in one.verdicts)]
        if len(made) > 1:
            slack[record_id, name] += sum(abs(one.plus[name]) for one in refused)
    return slack


_ROW_FOLLOWS: Final = frozenset({VerdictKind.MERGED, VerdictKind.REPAIRED, VerdictKind.CONFLICT})


def _words_to_keep(saved: Entered, name: str, current: Any) -> Counter[str]:
    """Return the words that an author put into a text, and those of the ``current`` one that he had not seen."""
    seen, made = (Counter(text.split()) for text in saved.texts.get(name, ("", "")))
    return (made - seen) | (Counter(str(current or "").split()) - seen)


def _holds_words(entries: list[Entry], record_id: str, name: str, words: Counter[str]) -> bool:
    """Tell whether the next of these is the server's own on this text and has all the words."""
    if not entries or entries[0].id != record_id or entries[0].device != SERVER_DEVICE:
        return False
    text = entries[0].new.get(name)
    return isinstance(text, str) and words <= Counter(text.split())


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
            twice |= {(entry.id, name)} if saved.sent_anew and saved.unheard else set()
    for record_id, doc in docs.items():
        held = books.rows[record_id]
        names = doc.v.keys() | held.doc.v.keys()
        if record_id in simulation.purged:
            names = {"deleted"} if is_deleted(held.doc) else set(held.doc.v)
        if any(canonical(doc.v.get(name)) != canonical(held.doc.v.get(name)) for name in names):
            raise BrokenError("G1", f"{record_id} is {held.doc.v}, its edits make {doc.v}")
    slack = _raised_past_a_refusal(simulation)
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
