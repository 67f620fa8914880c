"""Silence: nobody overwrites unseen, or is overwritten, without being told."""

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from routebook_sync.clock import SERVER_DEVICE, device_from_stamp, ms_from_stamp
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.joins import STAMPED, Join, canonical
from routebook_sync.messages import VerdictKind
from simulation.books import Books, Entry
from simulation.guarantees.broken import BrokenError
from simulation.ledger import Entered

if TYPE_CHECKING:
    from simulation.simulation import Simulation

_ROW_FOLLOWS: Final = frozenset({VerdictKind.MERGED, VerdictKind.REPAIRED, VerdictKind.CONFLICT})

_Standing: TypeAlias = tuple[Any, str, int, str]
"""Value, stamp, device and person of what stands in a field."""
_Stands: TypeAlias = dict[tuple[str, str], _Standing]
"""By record and field."""


def nothing_is_silent(simulation: "Simulation", books: Books) -> None:
    """G3: who changed a field without having seen what it held is told, and so is whose value it met.

    Of a text no word gives way where it was merged: those of both are in what the server made of it next.
    """
    stands: _Stands = {}
    seen = _Seen(simulation)
    for place, entry, saved in books.entries():
        if saved is not None and entry.device:
            seen.stored_by_stamp[saved.edit.at] = entry.stamp
            saved.sent_anew = saved.sent_anew or device_from_stamp(saved.edit.at) != entry.device
            if not simulation.was_restored:
                _deletions_are_told(simulation, entry, saved, stands)
        author = saved if entry.device != SERVER_DEVICE else None
        if author is not None and author.gone and simulation.was_restored:
            author = None  # A repetition met a server that forgot it; the device to be told is gone.
        if author is not None and (author.lost or author.spoilt or author.sent_anew or author.numbered_anew):
            author = None
        for name, value in entry.new.items():
            if ENTITY_TYPES[books.rows[entry.id].kind].join_of(name) not in STAMPED:
                continue
            before = stands.get((entry.id, name))
            # Of what was deleted long ago the server has dropped the rest: nothing was there to be overwritten.
            if author is not None and before is not None and entry.id not in simulation.purged:
                is_other = canonical(before[0]) != canonical(value)
                if is_other and before[2] != entry.device and not seen.by(author, name, before[1]):
                    _both_are_told(simulation, books, (place, name), author, before)
            if before is None or entry.stamp > before[1]:
                stands[entry.id, name] = (value, entry.stamp, entry.device, entry.person)


class _Seen:
    """What the authors of edits had seen."""

    def __init__(self, simulation: "Simulation") -> None:
        self.stored_by_stamp: dict[str, str] = {}
        """The stamps that the server put, by those of the edits."""
        self._was_restored = simulation.was_restored
        self._base_by_stamp = {saved.edit.at: saved.edit.base for saved in simulation.ledger.entries.values()}

    def by(self, author: Entered, name: str, stamp: str) -> bool:
        """Tell whether an author had seen what stood in a field."""
        base = author.edit.base.get(name, "")
        seen = {base, self.stored_by_stamp.get(base, base)}
        while base in self._base_by_stamp:  # his own, which may have been refused: he had seen what that overwrote
            base = self._base_by_stamp[base].get(name, "")
            seen |= {base, self.stored_by_stamp.get(base, base)}
        # He may have seen what a restored server has forgotten.
        return stamp in seen or (self._was_restored and stamp <= max(seen))


def _both_are_told(
    simulation: "Simulation", books: Books, where: tuple[int, str], author: Entered, before: _Standing
) -> None:
    """Check that an edit which met unseen what was ``before`` in a field, told so; ``where``: entry and field."""
    place, name = where
    entry = books.history[place]
    person = next(device.person for device in simulation.devices if device.name == author.store[0])
    is_merged = (
        ENTITY_TYPES[books.rows[entry.id].kind].join_of(name) is Join.TEXT
        and _holds_words(books.history[place + 1 :], entry.id, name, _words_to_keep(author, name, before[0]))
        and any(verdict.verdict in _ROW_FOLLOWS for verdict in author.verdicts)
    )
    what = f"{author.store} overwrote {before} of {name} with {author.edit}, told {author.verdicts}"
    is_conflict = any(verdict.verdict is VerdictKind.CONFLICT for verdict in author.verdicts)
    # Of what left custody nobody gets a verdict: its author finds a record, too.
    is_released = author.end is VerdictKind.HELD and (person, entry.id, name) in books.conflicts
    if not (is_conflict or is_merged or is_released):
        raise BrokenError("G3", what)
    # Whoever did not get the verdict finds a record (SPEC R43), which a restored server may have forgotten.
    other = before[3]
    is_told = other in {"", person} or is_merged or (other, entry.id, name) in books.conflicts
    if not (is_told or simulation.was_restored):
        raise BrokenError("G3", f"{other} does not hear that {what}")


def _deletions_are_told(simulation: "Simulation", entry: Entry, saved: Entered, stands: _Stands) -> None:
    """Whoever wrote into what somebody else had deleted, and was not shown that, is told (SPEC R24, R53)."""
    if saved.out_of_sight or saved.lost or saved.gone or saved.spoilt or "deleted" in entry.new:
        return
    if saved.sent_anew or saved.numbered_anew:
        return
    for place in (entry.id, saved.edit.root):
        deleted, stamp, device, _person = stands.get((place, "deleted"), (False, "", 0, ""))
        told = any(one.field == "deleted" or one.verdict is VerdictKind.CONFLICT for one in saved.verdicts)
        is_other = deleted is True and entry.device not in (device, device_from_stamp(stamp))
        if is_other and not told and not _knows_of_it(simulation, saved, place, stamp):
            raise BrokenError("G3", f"{saved.edit} went into {place}, deleted at {stamp}, told {saved.verdicts}")


def _knows_of_it(simulation: "Simulation", saved: Entered, place: str, stamp: str) -> bool:
    """Tell whether the author took back a deletion stamped so, at the latest in the same moment: he was shown it."""
    return any(
        other.store == saved.store
        and other.edit.id == place
        and other.edit.base.get("deleted") == stamp
        and ms_from_stamp(other.edit.at) <= ms_from_stamp(saved.edit.at)
        for other in simulation.ledger.entries.values()
    )


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
