"""Work that is done again and again: after a first rest, whatever becomes of a turn, until the server closes."""

import asyncio

import pytest
from structlog.testing import capture_logs

from routebook_server.records.heads import Heads
from routebook_server.records.routine import follow_routine


class Work:
    """Does what each turn is told to: returns it or raises it; closes the heads with the last."""

    def __init__(self, heads: Heads, *turns: object) -> None:
        self._heads = heads
        self._turns = list(turns)
        self.done = 0

    async def __call__(self) -> object:
        turn = self._turns[self.done]
        self.done += 1
        if self.done == len(self._turns):
            self._heads.close()
        if isinstance(turn, Exception):
            raise turn
        return turn


async def test_every_turn_is_done_and_what_it_did_is_logged_unless_it_is_nothing() -> None:
    heads = Heads()
    work = Work(heads, 3, 0, None, 2)
    with capture_logs() as logs:
        await follow_routine(heads, "sweep", work, first_s=0, every_s=0)
    assert work.done == 4
    assert [(line["event"], line["routine"], line["done"]) for line in logs] == [
        ("routine done", "sweep", "3"),
        ("routine done", "sweep", "2"),
    ]


async def test_a_turn_that_fails_is_logged_and_the_next_one_is_done() -> None:
    heads = Heads()
    work = Work(heads, OSError("the disk is full"), 1)
    with capture_logs() as logs:
        await follow_routine(heads, "sweep", work, first_s=0, every_s=0)
    assert [line["event"] for line in logs] == ["routine failed; its next turn tries again", "routine done"]
    assert logs[0]["log_level"] == "error"


@pytest.mark.parametrize(("first_s", "done"), [(3_600, 0), (0, 1)])
async def test_a_server_that_closes_waits_for_no_rest(first_s: float, done: int) -> None:
    heads = Heads()
    turns = 0

    async def work() -> None:
        nonlocal turns
        turns += 1
        asyncio.get_running_loop().call_soon(heads.close)

    if done == 0:
        asyncio.get_running_loop().call_soon(heads.close)
    async with asyncio.timeout(30):
        await follow_routine(heads, "sweep", work, first_s=first_s, every_s=3_600)
    assert turns == done
    assert heads.subscribers == 0
