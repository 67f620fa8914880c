"""Custody: edits that the server keeps instead of applying them (SPEC R46, R49).

What is kept lies whole in the table ``held``. A held edit, a record like any other, stands for it before people: the
offer below its customer, so that it goes where the customer goes; the receipt with its author. What has no customer, or
none that was ever his, is offered to the author himself: that is its receipt as well.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import structlog

from routebook_server.database import UNAVAILABLE
from routebook_server.records.author import Writer
from routebook_server.records.buckets import person_bucket, territory_bucket
from routebook_server.records.draft import Draft
from routebook_server.records.held import MAX_HELD_BYTES, MAX_HELD_EDITS, PARTING_TIMES, Held
from routebook_server.records.lookup import Lookup
from routebook_server.records.place import may_have_been_taken, was_his
from routebook_server.records.push import Push, Turn
from routebook_server.records.refusal import Refusal, travels
from routebook_server.records.state import encode_json
from routebook_sync import base32
from routebook_sync.clock import CLAMP_MS, SERVER_DEVICE, is_stamp, ms_from_stamp
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.held_edit import HeldEditStatus
from routebook_sync.identifier import RANDOM_BYTES, is_id, new_id
from routebook_sync.messages import MAX_RECORD_BYTES, Edit, ProblemCode

HELD_EDIT: Final = "held_edit"

_MAX_KIND: Final = 40
_MOST_CONTENT_BYTES: Final = MAX_RECORD_BYTES // 2
"""What an offer tells at most of the edits of a group, which may be larger together than a record (SPEC R45, R59)."""
FOLLOWS: Final = Refusal(
    ProblemCode.MISSING_ROOT, "Kept until it is decided what becomes of the change that it follows.", "id", held=True
)
"""Of an edit that can only follow another one of its record, which is in custody (SPEC R46)."""
AWAITED: Final = Refusal(ProblemCode.MISSING_ROOT, "Kept until what it changes is back.", "id", held=True)
"""Of an edit of a record that a restored backup does not have (SPEC R48): whoever made it may bring it back."""

_log = structlog.get_logger()


class _Place(NamedTuple):
    root: str
    bucket: str
    home: int


class Custody:
    """The custody of one batch."""

    def __init__(self, draft: Draft, lookup: Lookup) -> None:
        self._draft = draft
        self._lookup = lookup
        self._used: dict[int, tuple[int, int]] = {}
        """Edits and bytes of each device in custody, with what this batch adds."""
        self._stored: dict[tuple[int, str], list[Held]] = {}
        """What was in custody before this batch that a device made of a record, as far as it was asked for."""

    # Keeping

    def keep(self, turn: Turn, edits: list[Edit], refusal: Refusal, culprit: Edit) -> Refusal:
        """Take an edit, or a group, into custody for what ``culprit`` met; return what its author is told.

        That is another refusal, and nothing is kept, of the server's own edits, of decisions, and where it is too much.
        """
        author = turn.push.author
        if author.device == SERVER_DEVICE:
            return refusal  # Whoever called the server's own door hears of it at once.
        if any(edit.kind == HELD_EDIT for edit in edits):
            return msgspec.structs.replace(refusal, held=False)  # Whoever decides hears of it at once, too.
        if not all(travels(edit.v) for edit in edits):
            return Refusal(ProblemCode.WRONG_TYPE, "A value holds a fraction, too large a number or too many levels.")
        size = len(encode_json(edits))
        if author.device not in self._used:
            self._used[author.device] = self._lookup.held_of(author.device)
        count, taken = self._used[author.device]
        times = PARTING_TIMES if turn.push.parts else 1
        if count + len(edits) > MAX_HELD_EDITS * times or taken + size > MAX_HELD_BYTES * times:
            return Refusal(ProblemCode.CUSTODY_FULL, "Too much of this device waits for a decision already.")
        self._used[author.device] = (count + len(edits), taken + size)
        again = any(may_have_been_taken(turn.push, edit, self._lookup) for edit in edits)
        writer = _writer_of(turn.push, again=again)
        root = culprit.id if refusal.field == "id" else culprit.root
        held = Held("", root, refusal.code.value, writer, edits, received_at=self._draft.now_ms)
        if refusal.code is ProblemCode.MISSING_ROOT:
            self._draft.keep(msgspec.structs.replace(held, record=self._make_own(held, {})))
        else:
            self._offer(held, self._find_place(turn, [culprit, *edits]))
        return refusal

    def reason(self, turn: Turn, refusal: Refusal, edit: Edit, held: Held | None = None) -> Refusal:
        """Return why an edit is refused: because it follows what is in custody, or what a restored backup has lost.

        ``held`` is where the edit itself is, if it is in custody.
        """
        if refusal.lacks_right and may_have_been_taken(turn.push, edit, self._lookup):
            return msgspec.structs.replace(refusal, held=True)
        if refusal.code is not ProblemCode.MISSING_FIELD or edit.id in self._draft.states:
            return refusal
        device = base32.decode(turn.suffix)
        if device == SERVER_DEVICE:
            return refusal
        if may_have_been_taken(turn.push, edit, self._lookup):
            return AWAITED
        before = [kept for kept in self._of_record(device, edit.id) if held is None or kept.came_before(held)]
        return FOLLOWS if before else refusal

    def code_of(self, turn: Turn, edits: Sequence[Edit]) -> str | None:
        """Return why just these edits went into custody before, under whatever numbers; None if they did not.

        Also of what somebody has decided on since: its author is told of that by the receipt.
        """
        device, names = base32.decode(turn.suffix), [(edit.id, edit.at) for edit in edits]
        for held in self._of_record(device, edits[0].id):
            if [(edit.id, edit.at) for edit in held.edits] == names:
                return held.code
        receipts = self._lookup.receipts_of(device, edits[0].id)
        decided = [one for one in receipts if one.v.get("status") != HeldEditStatus.WAITING.value]
        return next((str(one.v["code"]) for one in decided if any(one.is_of(edit) for edit in edits)), None)

    def last_stamps(
        self, turn: Turn, record_id: str, name: str, element: str, also: Iterable[Edit] = ()
    ) -> tuple[str, str]:
        """Return by which stamps a device last adds an element to a set and removes it, of what is in custody.

        "" for none; ``also`` are edits that come into custody now.
        """
        device = base32.decode(turn.suffix)
        held = [edit for held in self._of_record(device, record_id) for edit in held.edits]
        last = ["", ""]
        for edit in (*held, *also):
            value = edit.v.get(name) if edit.id == record_id else None
            state = value.get(element) if isinstance(value, dict) else None
            # Nobody has looked at what was kept unexamined; and what could not be stamped will be refused.
            if isinstance(state, list) and len(state) == len(last):
                for place, tags in enumerate(state):
                    texts = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
                    own = [tag for tag in texts if tag.endswith(turn.suffix) and self._is_of_now(tag)]
                    last[place] = max(last[place], *own, "")
        return last[0], last[1]

    def _is_of_now(self, tag: str) -> bool:
        return is_stamp(tag) and ms_from_stamp(tag) <= self._draft.now_ms + CLAMP_MS

    def _of_record(self, device: int, record_id: str) -> list[Held]:
        """Return what is in custody that a device made of a record."""
        key = (device, record_id)
        if key not in self._stored:
            self._stored[key] = self._lookup.held_of_record(device, record_id)
        fresh = [held for held in self._draft.held.values() if held is not None]
        held = [*(held for held in self._stored[key] if held.record not in self._draft.held), *fresh]
        return [one for one in held if one.is_of(device, record_id)]

    def keep_blindly(self, turn: Turn, edits: list[Edit], refusal: Refusal) -> None:
        """Take edits into custody with nothing that could fail: no offer, no receipt."""
        writer = _writer_of(turn.push, again=any(edit.n in turn.push.again for edit in edits))
        held = Held("", edits[0].root, refusal.code.value, writer, edits, received_at=self._draft.now_ms)
        self._draft.keep(msgspec.structs.replace(held, record=self._new_id(held, "record")))

    def _offer(self, held: Held, place: _Place | None) -> None:
        """Offer what is held to whoever has its customer, or to its author.

        Of a group the offer says no more than what is below its customer: whoever reads that may not read the rest,
        which is with its author and, until somebody with the rights to all of it decides, in custody.
        """
        if place is None:
            record = self._make_own(held, _content_of(held.edits))
            self._draft.keep(msgspec.structs.replace(held, record=record, receipt=""))
            return
        offer = self._new_id(held, "offer")
        customer = {"customer": place.root}
        receipt = {**customer, "offer": offer}
        below = [edit for edit in held.edits if edit.root == place.root]
        elsewhere = len(held.edits) - len(below)
        offered = {**_said_of(held, below[0]), **customer, **_content_of(below, elsewhere)}
        if elsewhere:
            receipt.update(_content_of(held.edits))
        self._draft.create_own(offer, HELD_EDIT, offered, bucket=place.bucket, root=place.root, home=place.home)
        self._draft.keep(msgspec.structs.replace(held, record=offer, receipt=self._make_own(held, receipt)))

    def _find_place(self, turn: Turn, edits: Iterable[Edit]) -> _Place | None:
        """Return the place of the first customer of these edits that is or was the author's, None if there is none."""
        edits = list(edits)
        if any(not ENTITY_TYPES[edit.kind].hidden.isdisjoint(edit.v) for edit in edits if edit.kind in ENTITY_TYPES):
            return None  # Below a customer a rep would read what is hidden from him.
        for edit in edits:
            root = self._draft.states.get(edit.root)
            if root is not None and root.kind == "customer":
                place = _Place(root.id, root.bucket, root.home)
            elif root is None and edit.kind == "customer" and edit.root == edit.id:
                territory = edit.v.get("territory")
                if not isinstance(territory, str) or not is_id(territory):
                    continue
                place = _Place(edit.id, territory_bucket(territory), 0)
            else:
                continue
            if place.bucket in turn.push.author.buckets or was_his(
                turn, edit, place.bucket, self._lookup, self._draft.states
            ):
                return place
        return None

    def _make_own(self, held: Held, values: dict[str, Any]) -> str:
        """Give the author a held edit in his own bucket, or change the one that he has; return its id."""
        if held.record:
            state = self._draft.states.get(held.record)
            if state is not None:
                # With the kind: its history says no more of it than the record does (SPEC R35).
                kind = {"target_kind": held.edits[0].kind[:_MAX_KIND]} if "values" in values else {}
                self._draft.write_own(state, {**values, **kind, "code": held.code})
                return held.record
        person = held.author.person
        record = self._new_id(held, "receipt")
        said = {**_said_of(held, held.edits[0]), **values}
        self._draft.create_own(record, HELD_EDIT, said, bucket=person_bucket(person), root=person)
        return record

    def _new_id(self, held: Held, salt: str) -> str:
        """Return an id that is the same whenever the same edit comes at the same time: nothing here is random."""
        first = held.edits[0]
        source = f"{salt} {held.author.device} {first.n} {first.id} {first.at} {held.code}"
        return new_id(self._draft.now_ms, hashlib.blake2b(source.encode(), digest_size=RANDOM_BYTES).digest())

    # Letting go

    def release(self, held: Held, decided_by: str = "") -> None:
        """Take what was applied out of custody and tell its author; by whom, where somebody decided on what it met."""
        told = {"status": HeldEditStatus.APPLIED.value, "decided_at": self._draft.now_ms}
        self.let_go(held, {**told, "decided_by": decided_by} if decided_by else told)

    def let_go(self, held: Held, decided: dict[str, Any]) -> None:
        """Take something out of custody and tell its author what became of it."""
        self._draft.drop(held)
        receipt = held.receipt or held.record
        self._draft.load([receipt])
        state = self._draft.states.get(receipt)
        if state is not None:
            self._draft.write_own(state, decided)

    def move_on(self, turn: Turn, held: Held, refusal: Refusal, culprit: Edit) -> None:
        """Keep what was refused when its root came: for another root, or for whoever may decide."""
        mark = self._draft.mark()
        try:
            self._move_on(turn, held, refusal, culprit)
        except UNAVAILABLE:
            raise
        except Exception:  # noqa: BLE001 - what cannot be offered stays where it is, with its author
            _log.exception("an edit in custody cannot be offered", record=held.record)
            self._draft.undo(mark)

    def _move_on(self, turn: Turn, held: Held, refusal: Refusal, culprit: Edit) -> None:
        self._draft.drop(held)
        if refusal.code is ProblemCode.MISSING_ROOT:
            root = culprit.id if refusal.field == "id" else culprit.root
            self._draft.keep(msgspec.structs.replace(held, root=root))
            return
        self._draft.load([held.record])
        held = msgspec.structs.replace(held, root=culprit.root, code=refusal.code.value)
        self._offer(held, self._find_place(turn, [culprit, *held.edits]))


def _writer_of(push: Push, *, again: bool) -> Writer:
    author = push.author
    shown = tuple({**push.cursors, **push.earlier})
    return Writer(author.person, author.role, author.device, author.buckets, author.may_move, shown, again=again)


def _content_of(edits: Sequence[Edit], elsewhere: int = 0) -> dict[str, Any]:
    """Return what a held edit says of what these edits write, as far as a record has room for it; the rest it counts.

    ``elsewhere``: how many more there are that it does not tell.
    """
    first, *others = edits
    content: dict[str, Any] = {"values": first.v}
    more = [_part_of(edit) for edit in _fitting(edits)[1:]]
    if more:
        content["more"] = more
    untold = elsewhere + len(others) - len(more)
    if untold:
        content["elsewhere"] = untold
    return content


def _part_of(edit: Edit) -> dict[str, Any]:
    return {"kind": edit.kind, "id": edit.id, "root": edit.root, "v": edit.v}


def _fitting(edits: Sequence[Edit]) -> list[Edit]:
    """Return those of these edits that a record has room to tell of: the first one, and what fits behind it."""
    first, *others = edits
    told = [first]
    left = _MOST_CONTENT_BYTES - len(encode_json(first.v))
    for edit in others:
        left -= len(encode_json(_part_of(edit)))
        if left < 0:
            break
        told.append(edit)
    return told


def told_of(held: Held, root: str, target: str) -> set[int]:
    """Return the numbers of the held edits that the offer of ``target`` below ``root`` tells; none without a target."""
    below = [edit for edit in held.edits if edit.root == root]
    return {edit.n for edit in _fitting(below)} if target and below else set()


def _said_of(held: Held, first: Edit) -> dict[str, Any]:
    """Return what offer and receipt both say; ``first`` is the first edit that it tells of."""
    return {
        "person": held.author.person,
        "target_kind": first.kind[:_MAX_KIND],
        "target": first.id,
        "code": held.code,
        "written_at": min(ms_from_stamp(first.at), held.received_at),
        "status": HeldEditStatus.WAITING.value,
    }
