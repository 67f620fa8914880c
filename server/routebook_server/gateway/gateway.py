"""Gateway: answers one round trip of the protocol (SPEC R50-R59)."""

from collections.abc import Awaitable, Callable
from typing import Final, cast

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from routebook_server.gateway.actor import Actor, Admit
from routebook_server.gateway.incoming import read_check, read_edits, read_request, read_view
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.gateway.protocols import shown_view, to_present
from routebook_server.gateway.replies import Replies
from routebook_server.records.packed import Part, plain
from routebook_server.records.pages import Asked, Page
from routebook_server.records.push import FormerLifeError, GapError, NotAdmittedError, Push, Pushed
from routebook_server.records.refusal import Refusal
from routebook_server.records.store import Store
from routebook_sync.messages import MAX_BUDGET, MIN_BUDGET, Problem, ProblemCode, SyncRequest, Verdict, View

_NOTHING: Final = Pushed([])
_VERDICT: Final = msgspec.json.Decoder(Verdict)
_LEFT: Final = Refusal(ProblemCode.FORBIDDEN, "Kept for whoever may apply it: its author was signed out.", held=True)
"""Of what a wiped device of somebody who has left, or was signed out before, still brings (decision 174), and one whose
wipe is done (decision 203)."""


class Gateway:
    """The door for devices.

    ``schema`` is the hash of the server's schema; ``now_ms`` the physical clock. ``on_sync`` hears of every request
    that was answered (identity keeps the device's report); what it raises is the caller's error. ``lease_ms``: how
    long a device may be used without contact, 0 for ever (SPEC R47). ``min_budget``: what a page holds at least where
    there is so much, in bytes; a request for less is for that much (SPEC R56).
    """

    def __init__(
        self,
        store: Store,
        now_ms: Callable[[], int],
        schema: str,
        on_sync: Callable[[Actor, SyncRequest], Awaitable[None]] | None = None,
        lease_ms: int = 0,
        *,
        min_budget: int = MIN_BUDGET,
    ) -> None:
        self.store = store
        self._now_ms = now_ms
        self._schema = schema
        self._on_sync = on_sync
        self._replies = Replies(schema, lease_ms)
        self._min_budget = min_budget

    async def sync(self, actor: Actor, body: bytes, admit: Admit | None = None) -> bytes:
        """Return the reply to one request, as JSON; ProblemError or UnavailableError if none of it is taken."""
        return plain(await self.answer(actor, body, admit=admit))

    async def answer(self, actor: Actor, body: bytes, *, packs: bool = False, admit: Admit | None = None) -> list[Part]:
        """Return the reply in parts; some of them packed already if it ``packs``. Otherwise as ``sync``.

        ``admit`` is asked for the rights of the moment in which the edits are applied; the reply has them too.
        """
        asked = read_request(body)
        request = to_present(asked)
        if request.device != actor.device:
            raise ProblemError(make_problem(ProblemCode.WRONG_DEVICE, field="device"))
        check = read_check(request.check) if request.check else {}
        pushed, below = _NOTHING, 0
        if request.edits:
            try:
                pushed, actor = await self._push(actor, request, admit)
            except FormerLifeError as former:
                below = former.first  # The reply tells the device of the restore; then it sends them again.
        view = shown_view(actor.role, asked.protocol)
        page = await self._pull(actor, request, view, pushed, check, below=below, packs=packs)
        if self._on_sync is not None and not (actor.wiped and _has_more(request, page)):
            await self._on_sync(actor, request)
        return self._replies.write(request, page, _granted(actor), self._now_ms(), wiped=actor.wiped)

    async def _push(self, actor: Actor, request: SyncRequest, ask: Admit | None) -> tuple[Pushed, Actor]:
        edits, mended = read_edits(request.edits)
        admitted = [actor]

        def admit(connection: Connection, push: Push) -> Push:
            found = actor if ask is None else ask(connection)
            if isinstance(found, Problem):
                raise NotAdmittedError(found)
            admitted[0] = found
            custody = push.custody or (_LEFT if found.is_held else None)
            return replace(push, author=found, custody=custody, parts=found.wiped)

        push = Push(
            actor,
            edits,
            request.cursors,
            request.ack,
            mended,
            frozenset(request.hold),
            frozenset(request.again),
            admit=admit,
            ahead_ms=request.now - self._now_ms(),
            earlier=request.seen,
        )
        try:
            return await self.store.push(push), admitted[0]
        except GapError as gap:
            raise ProblemError(make_problem(ProblemCode.GAP, str(gap), field="edits", expected=gap.expected)) from None
        except NotAdmittedError as barred:
            raise ProblemError(cast("Problem", barred.reason)) from None

    async def _pull(
        self,
        actor: Actor,
        request: SyncRequest,
        view: View,
        pushed: Pushed,
        check: dict[str, list[int]],
        *,
        below: int,
        packs: bool,
    ) -> Page:
        page = await self.store.pull(
            Asked(
                actor.device,
                _granted(actor),
                request.cursors,
                min(max(request.budget, self._min_budget), MAX_BUDGET),
                view=view,
                held_view=read_view(request.view),
                ack=request.ack,
                below=below,
                own=pushed.own,
                sums=request.schema == self._schema,
                verify=request.verify,
                check=check,
                person=actor.person,
                now_ms=self._now_ms(),
                packs=packs,
            )
        )
        if page.acknowledged:
            await self.store.push(Push(actor, [], request.cursors, request.ack))
        return page


def _has_more(request: SyncRequest, page: Page) -> bool:
    """Tell whether a wiped device may still have something to send, whatever it reports: then its wipe is not done.

    One that was acknowledged more than is here offers that first: this server was restored (SPEC R48). One that hears
    of a part of its edits offers the others again (SPEC R56), and what was refused for want of room may be kept then.
    """
    return page.pushed < request.ack or page.is_cut or any(map(_had_no_room, page.verdicts))


def _had_no_room(verdict: bytes) -> bool:
    return _VERDICT.decode(verdict).code == ProblemCode.CUSTODY_FULL


def _granted(actor: Actor) -> tuple[str, ...]:
    """A device that is to be wiped hands over its edits with its person's rights, and gets nothing more to hold."""
    return () if actor.wiped else actor.buckets
