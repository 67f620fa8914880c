"""Deciding: what an edit of a held edit does to what is in custody, and to what waits for that (SPEC R46, R49)."""

import heapq
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from routebook_server.records.author import Writer, is_system
from routebook_server.records.conflicts import Conflicts
from routebook_server.records.custody import Custody, told_of
from routebook_server.records.draft import NOBODY, Draft, Mark
from routebook_server.records.held import Held
from routebook_server.records.push import Claim, Push, Turn
from routebook_server.records.refusal import Refusal, RefusalError
from routebook_server.records.state import State
from routebook_sync import base32
from routebook_sync.clock import DEVICE_WIDTH, SERVER_DEVICE
from routebook_sync.entities.held_edit import HeldEditStatus
from routebook_sync.messages import Edit, Loser, ProblemCode, Verdict
from routebook_sync.record import is_deleted

Apply: TypeAlias = Callable[[Turn, Edit], Verdict | None]
Attempt: TypeAlias = Callable[[Turn, Edit, Mark], Verdict | None]


def _records_of(held: Held) -> set[str]:
    return {name for edit in held.edits for name in (edit.id, edit.root)}


def _suffix_of(held: Held) -> str:
    """Return the end of every stamp of the device that it came from."""
    return base32.encode(held.author.device, DEVICE_WIDTH)


def _claim_of(held: Held, root: str, told: Collection[int]) -> Claim:
    """Return what the author might write; ``told`` are the numbers of what whoever decides is shown below ``root``."""
    author = held.author

    def turn(buckets: Collection[str], again: frozenset[int] = frozenset()) -> Turn:
        seen = {bucket: [0, 0] for bucket in buckets}
        push = Push(author, [], seen, again=again)
        own = frozenset(author.buckets)
        return Turn(NOBODY, push, seen, own, author.person, _suffix_of(held), is_system(author))

    return Claim(
        turn(author.shown, held.again), turn(author.shown), turn(author.buckets), told=frozenset(told), root=root
    )


class Decided(NamedTuple):
    """What a decision comes to."""

    values: dict[str, Any]
    """What the server writes to the held edit."""
    losers: list[Loser]


UNDECIDED: Final = Decided({}, [])
"""Of an edit that is no decision."""


class Decider:
    """Carries out the decisions of one batch. ``attempt`` applies an edit, and refuses it where that fails."""

    def __init__(self, draft: Draft, custody: Custody, conflicts: Conflicts, attempt: Attempt) -> None:
        self._draft = draft
        self._custody = custody
        self._conflicts = conflicts
        self._attempt = attempt

    def decide(self, turn: Turn, edit: Edit, state: State, apply: Apply) -> Decided:
        """Do what an edit of a held edit decides; return what the server writes to it, nothing if that is no decision.

        With it come the values of its target that give way in a conflict (SPEC R43). What is applied goes through
        ``apply`` with the rights of whoever decides; what refuses it refuses the decision.
        """
        status = edit.v.get("status")
        doc = state.read_doc()
        if status is None or status == doc.v.get("status"):
            return UNDECIDED
        if doc.v.get("status") != HeldEditStatus.WAITING:
            raise RefusalError(Refusal(ProblemCode.TAKEN, "Somebody else has decided already.", "status"))
        held = self._draft.find_held(edit.id) if "offer" not in doc.v else None
        if held is None:
            raise RefusalError(Refusal(ProblemCode.FORBIDDEN_FIELD, "It is decided where it was offered.", "status"))
        if status == HeldEditStatus.APPLIED and self._goes_into_the_removed(held):
            message = "What this changes was removed meanwhile; bring it back first, or discard the change."
            raise RefusalError(Refusal(ProblemCode.NOT_FOUND, message, "status"))
        ids = {kept.id for kept in held.edits}
        decided = {"status": status, "decided_by": turn.push.author.person, "decided_at": self._draft.now_ms}
        target = str(doc.v.get("target"))
        applied = self._apply(turn, held, target, apply) if status == HeldEditStatus.APPLIED else []
        losers = [loser for kept, verdict in applied if kept.id == target for loser in verdict.losers]
        for kept, verdict in applied:
            # Who decides on his own reads of the target in the decision's verdict.
            if kept.id != target or held.author.person != turn.push.author.person:
                self._conflicts.tell_author(held.author.person, kept, _suffix_of(held), verdict.losers)
        if held.receipt:
            self._custody.let_go(held, decided)
        else:
            self._draft.drop(held)  # Its receipt is what is written now.
        if status == HeldEditStatus.DISCARDED:
            ids = self._discard_followers(ids, decided)
        self._apply_followers(turn, ids, state.root)
        return Decided(decided, losers)

    def _apply(self, turn: Turn, held: Held, target: str, apply: Apply) -> list[tuple[Edit, Verdict]]:
        """Apply what is held of ``target``; return the edits that were not simply applied, with their verdicts."""
        root = self._draft.states[held.record].root
        deciding = self._turn(turn, held, root, target)
        told: list[tuple[Edit, Verdict]] = []
        for edit in self._edits(held):
            try:
                verdict = apply(deciding, edit)
            except RefusalError as refused:
                refusal = self._custody.reason(deciding, refused.refusal, edit, held)
                raise RefusalError(msgspec.structs.replace(refusal, held=False)) from None
            if verdict is not None:
                told.append((edit, verdict))
        return told

    def _goes_into_the_removed(self, held: Held) -> bool:
        """Tell whether a record that is deleted, or below one that is, would take what is held where nobody sees it."""
        self._draft.load(_records_of(held))
        states = self._draft.states
        return any(
            name in states and is_deleted(states[name].read_doc())
            for edit in held.edits
            if "deleted" not in edit.v
            for name in (edit.id, edit.root)
        )

    def _turn(self, turn: Turn, held: Held, root: str, target: str = "") -> Turn:
        """Return the turn of what is held, with the rights of whoever decides on ``target``, below ``root``."""
        author = turn.push.author
        decider = Writer(author.person, author.role, SERVER_DEVICE, author.buckets, author.may_move)
        push = Push(decider, [], turn.push.cursors)
        return Turn(
            NOBODY,
            push,
            turn.seen,
            turn.buckets,
            held.author.person,
            _suffix_of(held),
            is_system(decider),
            decided_by=author.person,
            target=target,
            claim=None if held.author.person == author.person else _claim_of(held, root, told_of(held, root, target)),
        )

    def _edits(self, held: Held) -> Iterator[Edit]:
        """Yield what is held as edits of the server's."""
        self._draft.load(_records_of(held))
        return (msgspec.structs.replace(edit, at="") for edit in held.edits)

    # What waits for it

    def _apply_followers(self, turn: Turn, ids: Collection[str], root: str) -> None:
        """Apply what waited for what was decided on these records, and for that in turn; each once, as they came.

        What is refused, or meets a fault of ours, is offered by itself.
        """
        asked = set(ids)
        ahead = self._followers_of(ids)
        heapq.heapify(ahead)
        while ahead:
            *_order, held = heapq.heappop(ahead)
            if not self._apply_follower(turn, held, root):
                continue
            new = {edit.id for edit in held.edits} - asked
            asked |= new
            for follower in self._followers_of(new):
                heapq.heappush(ahead, follower)

    def _apply_follower(self, turn: Turn, held: Held, root: str) -> bool:
        """Apply something that waited; tell whether it could be."""
        mark = self._draft.mark()
        deciding = self._turn(turn, held, root)
        edit = held.edits[0]
        try:
            for edit in self._edits(held):
                verdict = self._attempt(deciding, edit, self._draft.mark())
                if verdict is not None:
                    self._conflicts.tell_author(held.author.person, edit, _suffix_of(held), verdict.losers)
        except RefusalError as refused:
            self._draft.undo(mark)
            self._custody.move_on(turn, held, self._custody.reason(deciding, refused.refusal, edit, held), edit)
            return False
        self._custody.release(held, turn.push.author.person)
        return True

    def _followers_of(self, ids: Collection[str]) -> list[tuple[int, int, int, str, Held]]:
        """Return what waited for a decision on these records, each with its place in the order of their coming."""
        followers = [
            (*held.place, held)
            for held in self._draft.waiting_for(ids)
            # What waits for its root is released.
            if any(edit.id == held.root for edit in held.edits)
        ]
        self._draft.load([record for *_order, record, _held in followers])
        return followers

    def _discard_followers(self, ids: set[str], decided: dict[str, Any]) -> set[str]:
        """Let go of what waited for records that will not come now, and of what waited for that; each once.

        Return the records that all this was about.
        """
        gone: set[str] = set()
        while ids:
            gone |= ids
            self._draft.load(ids)
            waiting = self._draft.waiting_for([name for name in ids if name not in self._draft.states])
            self._draft.load([held.record for held in waiting])
            for held in waiting:
                self._custody.let_go(held, decided)
            ids = {edit.id for held in waiting for edit in held.edits} - gone
        return gone
