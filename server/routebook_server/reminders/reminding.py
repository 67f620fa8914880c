"""Reminding: the job that keeps what is due, plans it when its minute has come, sends it and follows it up.

Runs in whichever process holds the scheduler's lease. Each step is a transaction; between two of them the process may
die, and another one goes on from what is written.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any, Final, Protocol

import structlog

from routebook_server.database import Database
from routebook_server.records.heads import Heads, Subscription
from routebook_server.reminders.delivering import claim, settle
from routebook_server.reminders.following import Follower
from routebook_server.reminders.keys import KeyRing, Keys
from routebook_server.reminders.letters import Letter, Outcome, Result
from routebook_server.reminders.mailing import Mailer
from routebook_server.reminders.minute import NOTED_EVERY_MS, note_minute
from routebook_server.reminders.planning import (
    Choices,
    FindReach,
    fall_back,
    forget_step,
    is_anything_due,
    is_mail_due,
    plan_step,
)
from routebook_server.reminders.silence import remind_silent
from routebook_server.reminders.states import AT_ONCE, UNKNOWN_MS, Channel

TICK_S: Final = 1.0
"""How often one looks whether something is due, in the tables: another process may have written it."""
ROUND_S: Final = 0.1
"""How long results gather before they are written down together."""
IN_FLIGHT: Final = 4 * AT_ONCE
"""Letters that are claimed at most: what a crash leaves unknown."""
MAILS: Final = 20
LOOKED_EVERY_S: Final = 600.0
"""How often one looks for what is in no hurry: silent devices, birthdays of the next year."""
_FORGET_EVERY_S: Final = 86_400.0
_FRESH_S: Final = UNKNOWN_MS / 2_000
"""A letter that was claimed longer ago is not sent: who stood still for so long is not alone any more."""
_ENDS_WITHIN_S: Final = 1.0

_log: Final = structlog.get_logger()


class Pusher(Protocol):
    """Sends letters to push services; ``pushing.Pusher`` does."""

    async def send(self, letter: Letter, keys: Keys, now_ms: int) -> Result:
        """Send one letter, and return what came of it."""

    async def close(self) -> None:
        """Let go of what it holds."""


class Reminding:
    """Sends reminders while ``run`` runs; ``work`` and ``mail`` do once what is due now.

    ``now_ms`` is the physical clock, ``timer`` returns seconds from whatever beginning.
    """

    def __init__(
        self,
        database: Database,
        heads: Heads,
        now_ms: Callable[[], int],
        timer: Callable[[], float],
        *,
        reach: FindReach,
        keys: KeyRing,
        choices: Choices,
        open_pusher: Callable[[], Pusher],
        mailer: Mailer,
    ) -> None:
        self._database = database
        self._heads = heads
        self._now_ms = now_ms
        self._timer = timer
        self._reach = reach
        self.keys = keys
        self._choices = choices
        self._open_pusher = open_pusher
        self._pusher: Pusher | None = None
        self._mailer = mailer
        self._working = asyncio.Lock()
        self._mailing = asyncio.Lock()
        self._noted_ms = 0
        """The minute that was written down last."""
        self.follower = Follower(database, heads, now_ms, timer, time_zone=choices.time_zone)

    async def run(self) -> None:
        """Remind until the heads are closed or the task is cancelled."""
        await self.keys.keys()
        try:
            async with asyncio.TaskGroup() as together:
                together.create_task(self.follower.run(), name="due")
                together.create_task(self._every(TICK_S, self.tick), name="reminding")
                if self._choices.mails:
                    together.create_task(self._every(TICK_S, self._mail_if_due), name="mailing")
                together.create_task(self._every(LOOKED_EVERY_S, self.look_around), name="looking around")
                together.create_task(self._every(_FORGET_EVERY_S, self.forget), name="forgetting")
        finally:
            await self.close()

    async def close(self) -> None:
        """Let go of what sends; the next letter would open it again."""
        pusher, self._pusher = self._pusher, None
        if pusher is not None:
            await pusher.close()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        with self._heads.subscribe(()) as closing:
            while not closing.ended:
                await work()
                await closing.rest(seconds)

    async def tick(self) -> None:
        """Do what is due now, if anything is, and write down up to when that was done."""
        now_ms, has_read_all = self._now_ms(), self.follower.is_caught_up
        if await self._database.read(lambda connection: is_anything_due(connection, now_ms)):
            await self.work()
        # What was pushed just before the process before this one died is in no table yet.
        if has_read_all and not self._heads.closed and abs(now_ms - self._noted_ms) >= NOTED_EVERY_MS:
            await self._database.write(lambda connection: note_minute(connection, now_ms))
            self._noted_ms = now_ms

    async def work(self) -> None:
        """Plan and send what is due now, and write down what came of it."""
        async with self._working:
            flying: dict[asyncio.Task[Result], Letter] = {}
            with self._heads.subscribe(()) as closing:
                try:
                    while await self._round(flying, closing):
                        pass
                finally:
                    for task in flying:
                        task.cancel()
                    await asyncio.gather(*flying, return_exceptions=True)

    async def _round(self, flying: dict[asyncio.Task[Result], Letter], closing: Subscription) -> bool:
        """Plan, claim, send for a moment, write down; tell whether there is more to do."""
        found = 0
        if not closing.ended:
            # Of one moment: what goes out together has fallen due together.
            planning = self._planning(plan_step)
            while planned := await self._database.write(planning):
                found += planned
            found += await self._database.write(lambda connection: fall_back(connection, self._now_ms()))
            found += await self._begin(flying)
        found += len(flying)  # with too little room nobody has looked whether more is due
        if flying:
            seconds = _ENDS_WITHIN_S if closing.ended else ROUND_S
            done, _pending = await asyncio.wait(flying, timeout=seconds)
            await self._settle([task.result() for task in done])
            for task in done:
                del flying[task]
        return not closing.ended and found > 0

    async def _begin(self, flying: dict[asyncio.Task[Result], Letter]) -> int:
        room = IN_FLIGHT - len(flying)
        # A few at a time would be a commit each.
        if room < AT_ONCE:
            return 0
        letters, looked_at = await self._claim(Channel.PUSH, room)
        claimed_at = self._timer()
        if letters and self._pusher is None:
            # In a thread: what it imports takes a while.
            self._pusher = await asyncio.to_thread(self._open_pusher)
        if letters and self._pusher is not None:
            keys = await self.keys.keys()
            for letter in letters:
                flying[asyncio.create_task(self._send(self._pusher, letter, keys, claimed_at))] = letter
        return looked_at

    async def _send(self, pusher: Pusher, letter: Letter, keys: Keys, claimed_at: float) -> Result:
        if self._timer() - claimed_at > _FRESH_S:
            return Result(letter, Outcome.UNKNOWN, "stood_still")
        try:
            return await pusher.send(letter, keys, self._now_ms())
        except Exception:  # noqa: BLE001 - whatever it is, one letter stops no other
            _log.exception("a reminder was perhaps sent", delivery=letter.id)
            return Result(letter, Outcome.UNKNOWN, "internal")

    async def _mail_if_due(self) -> None:
        now_ms = self._now_ms()
        if await self._database.read(lambda connection: is_mail_due(connection, now_ms)):
            await self.mail()

    async def mail(self) -> None:
        """Send the e-mails that are due now."""
        async with self._mailing:
            while True:
                letters, looked_at = await self._claim(Channel.EMAIL, MAILS)
                if letters:
                    await self._until_closing(self._mail(letters))
                if not looked_at or self._heads.closed:
                    return

    async def _mail(self, letters: Sequence[Letter]) -> None:
        """Send e-mails, each written down before the next one: what a crash leaves unknown is one."""
        async with contextlib.aclosing(self._mailer.send(letters, self._now_ms())) as results:
            async for result in results:
                await self._settle([result])

    async def _until_closing(self, sending: Coroutine[Any, Any, None]) -> None:
        """Wait until letters are sent, or until the server stops: of the one under way then nobody knows."""
        with self._heads.subscribe(()) as closing:
            both = [asyncio.ensure_future(sending), asyncio.ensure_future(closing.rest(_FORGET_EVERY_S))]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                if both[0].done():
                    await both[0]
            finally:
                for one in both:
                    one.cancel()
                await asyncio.gather(*both, return_exceptions=True)

    async def look_around(self) -> None:
        """Remind silent devices, and let passed birthdays fall due in the next year."""
        if self._choices.silent_ms:
            await self._database.write(self._planning(remind_silent))
        await self.follower.renew()

    async def forget(self) -> None:
        """Drop what became of reminders long ago."""
        while await self._database.write(lambda connection: forget_step(connection, self._now_ms())):
            pass

    async def _claim(self, channel: Channel, limit: int) -> tuple[list[Letter], int]:
        now_ms = self._now_ms()
        work = partial(claim, channel=channel, limit=limit, reach=self._reach, choices=self._choices, now_ms=now_ms)
        return await self._database.write(work)

    async def _settle(self, results: Iterable[Result]) -> None:
        kept = list(results)
        if kept:
            await self._database.write(lambda connection: settle(connection, kept, self._now_ms()))

    def _planning(self, step: Callable[..., int]) -> Callable[..., int]:
        return partial(step, reach=self._reach, choices=self._choices, now_ms=self._now_ms())
