"""Session: what follows from each answer, without timers; the table in ``pwa/src/lib/sync/session.ts`` says what."""

from typing import Final

import msgspec

from routebook_sync.messages import (
    MAX_BUDGET,
    MIN_BUDGET,
    ControlKind,
    DeviceReport,
    Edit,
    Problem,
    ProblemCode,
    SyncReply,
    SyncRequest,
)
from routebook_sync.replica.replica import Replica

SIGN_IN: Final = frozenset(
    {ProblemCode.NOT_SIGNED_IN, ProblemCode.SESSION_EXPIRED, ProblemCode.DEVICE_REVOKED, ProblemCode.WRONG_DEVICE}
)
"""Codes after which somebody has to sign in."""


class Session:
    """The round trips of one opened replica. What it remembers dies with it. Each ``take`` says: again at once?"""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.needs_sign_in = False
        self._share: float = 1
        self._failures = 0

    def request(self, report: DeviceReport) -> SyncRequest:
        """Return the next request."""
        return self.replica.request(report, self._share)

    def take_reply(self, reply: SyncReply, request: SyncRequest, sent_ms: int, received_ms: int) -> bool:
        """Store what a good answer brought."""
        replica, before = self.replica, request.cursors
        replica.apply(reply, sent_ms, received_ms)
        self.needs_sign_in = False
        self._failures = 0
        if any(asked.control == ControlKind.WIPE for asked in reply.control):
            replica.wipe()
        if reply.more or request.edits:
            replica.budget = min(MAX_BUDGET, replica.budget * 2)
            self._share = min(1, self._share * 2)
        moves = replica.cursors() != before or reply.pushed >= _first_number(request)
        # "more" without any progress would be a defect of the server; it must not become a busy loop.
        return (reply.more or replica.waiting > 0) and moves

    def take_problem(self, problem: Problem, request: SyncRequest) -> bool:
        """Act on a refusal of the whole request."""
        replica = self.replica
        if problem.code in SIGN_IN:
            self.needs_sign_in = True
            return False
        if problem.code is ProblemCode.GAP and problem.expected:
            replica.renumber(problem.expected)
            self._failures += 1
            return self._failures == 1
        self._failures += 1
        if problem.code is ProblemCode.TOO_LARGE:
            replica.budget = max(MIN_BUDGET, replica.budget // 2)
            if len(request.edits) > 1:
                self._share /= 2
                return True
        return False

    def take_timeout(self) -> bool:
        """No answer came within the time."""
        self.replica.budget = max(MIN_BUDGET, self.replica.budget // 2)
        self._share /= 2
        self._failures += 1
        return False

    def take_unreachable(self) -> bool:
        """There is no connection, or something between that does not speak the protocol."""
        self._failures += 1
        return False


def _first_number(request: SyncRequest) -> float:
    return msgspec.json.decode(request.edits[0], type=Edit).n if request.edits else float("inf")
