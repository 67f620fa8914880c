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
        replica = self.replica
        if replica.waiting and not request.edits and reply.pushed > request.ack:
            # Are these numbers of what waits here, or of a memory that was lost? With the edits the server tells (R42):
            # with fewer, since it answers, only not to those.
            if self._doubt is not None:
                self._blame(self._doubt)
            self._doubt = None
            return True
        replica.apply(reply, sent_ms, received_ms, Asked(request.cursors, request.view))
        self.needs_sign_in = False
        if replica.is_wipe_due:
            return False
        if reply.more or request.edits:
            replica.set_budget(min(MAX_BUDGET, replica.budget * 2))
        if self._doubt is not None:
            # The server answers, only not to those edits. The next failure is still one more.
            self._blame(self._doubt)
            self._doubt = None
            return True
        self._failures = 0
        if request.edits:
            self._share = min(1, self._share * 2)
            self._is_stuck = self._is_stuck and not request.hold
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

    def _blame(self, doubt: _Doubt) -> bool:
        """The server fails on these edits: fewer at a time; tell whether something else can be tried."""
        edits, weight = doubt.edits, doubt.weight
        if not edits:
            return False
        if doubt.is_held and _is_alone(edits):
            self._is_stuck = True
            return self.replica.set_aside(rotates=True)
        first = edits[0]
        if not _is_alone(edits):
            self._halve(len(edits))
            return True
        accused, before = self._accused
        before = before if accused == first.n else 0
        self._accused = (first.n, before + weight)
        if before + weight < ENOUGH:
            return False
        self._accused = (0, 0)  # another edit may have its number by the next failure
        self.replica.hold([edit.n for edit in edits])
        return True


def edits_of(request: SyncRequest) -> list[Edit]:
    """Return the edits that a request carries."""
    return [msgspec.json.decode(edit, type=Edit) for edit in request.edits]


def _is_alone(edits: Sequence[Edit]) -> bool:
    """Tell whether these edits cannot be sent in parts: one, or one group."""
    return len(edits) == 1 or (bool(edits[0].group) and all(edit.group == edits[0].group for edit in edits))


def _is_progress(reply: SyncReply, request: SyncRequest) -> bool:
    """Tell whether the answer took an edit or moved a cursor."""
    edits = edits_of(request)
    if edits and reply.pushed >= edits[0].n:
        return True
    return any(request.cursors.get(bucket) != cursor for bucket, cursor in reply.cursors.items())
