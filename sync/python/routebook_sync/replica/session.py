"""Session: what follows from each answer, without timers; the table in ``pwa/src/lib/sync/session.ts`` says what."""

from collections.abc import Sequence
from typing import Final

import msgspec

from routebook_sync.messages import (
    MAX_BUDGET,
    MAX_EDITS,
    MIN_BUDGET,
    DeviceReport,
    Edit,
    Problem,
    ProblemCode,
    SyncReply,
    SyncRequest,
)
from routebook_sync.replica.cursors import Asked
from routebook_sync.replica.replica import Replica

SIGN_IN: Final = frozenset(
    {ProblemCode.NOT_SIGNED_IN, ProblemCode.SESSION_EXPIRED, ProblemCode.DEVICE_REVOKED, ProblemCode.WRONG_DEVICE}
)
"""Codes after which somebody has to sign in."""
REPORTED: Final = 1.0
"""How much a failure says against the edits of its request where the server answered, or answers all but these."""
BROKEN: Final = 0.3
"""The same of a connection that broke, though the server answers requests without these edits."""
ENOUGH: Final = 3.0
"""From so much on an edit that was sent alone is given into the server's custody (SPEC R46)."""


class _Doubt(msgspec.Struct, frozen=True):
    """A failed request whose edits may be the reason."""

    edits: list[Edit]
    weight: float
    is_held: bool
    """Whether the server was to keep them without looking."""


class Session:
    """The round trips of one opened replica. What it remembers dies with it. Each ``take`` says: again soon?"""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.needs_sign_in = False
        self._share: float = 1
        self._failures = 0
        self._doubt: _Doubt | None = None
        self._accused: tuple[int, float] = (0, 0)
        """The first edit of the last request that failed alone, and how much speaks against it."""
        self._is_stuck = False
        """What the server was to keep without looking did not get through either (SPEC R46)."""

    def request(self, report: DeviceReport) -> SyncRequest:
        """Return the next request; after a failure one without edits, which finds out whether these were the reason."""
        if self._is_stuck and self._doubt is None:
            self.replica.set_aside(rotates=False)
        return self.replica.request(report, self._share if self._doubt is None else 0)

    def take_reply(self, reply: SyncReply, request: SyncRequest, sent_ms: int, received_ms: int) -> bool:
        """Store what a good answer brought."""
        replica, answer = self.replica, reply
        edits = edits_of(request)
        # Of edits that the request did not carry the server says nothing: are these numbers theirs, or those that
        # others had before (SPEC R42)?
        carried = edits[-1].n if edits else request.ack
        is_blind = answer.pushed > carried and replica.waits_beyond(carried)
        if is_blind and not edits and (_is_of_another_epoch(answer, request) or not replica.may_read_on):
            self._settle_doubt(answer)
            return True
        unanswered = answer.pushed if is_blind else 0
        if unanswered:
            told = [verdict for verdict in answer.verdicts if verdict.n <= carried]
            reply = msgspec.structs.replace(answer, pushed=carried, verdicts=told)
        replica.apply(reply, sent_ms, received_ms, Asked(request.cursors, request.view, unanswered))
        self.needs_sign_in = False
        if replica.is_wipe_due:
            return False
        if reply.more or request.edits:
            replica.set_budget(min(MAX_BUDGET, replica.budget * 2))
        if self._settle_doubt(answer):
            return True
        self._failures = 0
        if request.edits:
            self._share = min(1, self._share * 2)
            self._is_stuck = self._is_stuck and not request.hold
        if is_blind and not edits and not self._is_stuck:
            return True
        # "more" without any progress would be a defect of the server; it must not become a busy loop.
        return replica.is_suspect or ((reply.more or replica.waiting > 0) and _is_progress(reply, request))

    def take_problem(self, problem: Problem, request: SyncRequest) -> bool:
        """Act on a refusal of the whole request."""
        replica, first = self.replica, self._failures == 0
        if problem.code in SIGN_IN:
            self.needs_sign_in = True
            return False
        if problem.code is ProblemCode.FUTURE_PROTOCOL:
            return False
        self._failures += 1
        if problem.code is ProblemCode.GAP and problem.expected:
            replica.close_gap(problem.expected)
            return first
        if problem.code in {ProblemCode.INTERNAL, ProblemCode.MALFORMED}:
            return self._blame(_Doubt(edits_of(request), REPORTED, bool(request.hold)))
        if problem.code is ProblemCode.TOO_LARGE:
            replica.set_budget(max(MIN_BUDGET, replica.budget // 2))
            edits = edits_of(request)
            if edits and not _is_alone(edits):
                self._halve(len(edits))
                return True
        return False

    def take_timeout(self, request: SyncRequest) -> bool:
        """No answer came within the time."""
        self.replica.set_budget(max(MIN_BUDGET, self.replica.budget // 2))
        return self._suspect(request, REPORTED)

    def take_fault(self, request: SyncRequest) -> bool:
        """Something answered with a fault that is none of the protocol's: a process died, or a proxy failed."""
        return self._suspect(request, REPORTED)

    def take_unreachable(self, request: SyncRequest) -> bool:
        """There is no connection, or something between that does not speak the protocol."""
        return self._suspect(request, BROKEN)

    def _suspect(self, request: SyncRequest, weight: float) -> bool:
        """The edits may be the reason, or the network: the next request goes without any and finds out."""
        self._failures += 1
        if request.edits:
            self._doubt = _Doubt(edits_of(request), weight, bool(request.hold))
        return False

    def _halve(self, count: int) -> None:
        """Half of what was sent goes next, in number and in bytes."""
        self._share = max(1, int(min(self._share * MAX_EDITS, count) / 2)) / MAX_EDITS

    def _settle_doubt(self, answer: SyncReply) -> bool:
        """The server answers, only not to the edits in doubt; the next failure is still one more. Were there any?"""
        doubt, self._doubt = self._doubt, None
        if doubt is None:
            return False
        self._blame(doubt, is_there=doubt.edits[0].n <= answer.pushed)
        return True

    def _blame(self, doubt: _Doubt, *, is_there: bool = False) -> bool:
        """The server fails on these edits: fewer at a time; tell whether something else can be tried.

        ``is_there``: it seems to have them already, so that only its answer is to be had.
        """
        edits = doubt.edits
        if not edits:
            return False
        if not _is_alone(edits):
            self._halve(len(edits))
            return True
        # Unexamined it goes through at once, and an answer is mostly lost by accident; from then on others come first.
        held_weight = REPORTED if is_there and not self._is_stuck else ENOUGH
        if not self._accuse(edits[0], held_weight if doubt.is_held else doubt.weight):
            return False
        if not doubt.is_held:
            self.replica.hold([edit.n for edit in edits])
            return True
        self._is_stuck = True
        return self.replica.set_aside(rotates=True)

    def _accuse(self, edit: Edit, weight: float) -> bool:
        """Count a failure of this edit alone; tell whether there is enough against it."""
        accused, before = self._accused
        weight += before if accused == edit.n else 0
        # Another edit may have its number by the next failure.
        self._accused = (0, 0) if weight >= ENOUGH else (edit.n, weight)
        return weight >= ENOUGH


def edits_of(request: SyncRequest) -> list[Edit]:
    """Return the edits that a request carries."""
    return [msgspec.json.decode(edit, type=Edit) for edit in request.edits]


def _is_alone(edits: Sequence[Edit]) -> bool:
    """Tell whether these edits cannot be sent in parts: one, or one group."""
    return len(edits) == 1 or (bool(edits[0].group) and all(edit.group == edits[0].group for edit in edits))


def _is_of_another_epoch(reply: SyncReply, request: SyncRequest) -> bool:
    """Tell whether the server lives in another epoch than the request was made for (SPEC R32)."""
    cursors = request.cursors
    return any(bucket in cursors and cursors[bucket][0] != cursor[0] for bucket, cursor in reply.cursors.items())


def _is_progress(reply: SyncReply, request: SyncRequest) -> bool:
    """Tell whether the answer took an edit or moved a cursor."""
    edits = edits_of(request)
    if edits and reply.pushed >= edits[0].n:
        return True
    return any(request.cursors.get(bucket) != cursor for bucket, cursor in reply.cursors.items())
