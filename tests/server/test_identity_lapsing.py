"""What signing in leaves behind goes by itself, and not while others sign in."""

from sqlalchemy import Connection, func, select

from routebook_server.identity.lapsing import Lapser
from routebook_server.identity.sessions import LASTS_MS, REMEMBERED_MS
from routebook_server.identity.tables import session, sign_in_attempt
from server.team import House, sign_in

LONG_DAYS = (LASTS_MS + REMEMBERED_MS) / 86_400_000 + 1


async def left(house: House) -> tuple[int, int]:
    """Return how many subjects are counted and how many sessions are known."""

    def count(connection: Connection) -> tuple[int, int]:
        attempts, sessions = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (sign_in_attempt, session)
        )
        return attempts, sessions

    return await house.application.database.read(count)


async def test_attempts_of_the_day_before_go_and_sessions_of_long_ago_but_not_of_a_device_to_be_wiped(
    house: House,
) -> None:
    lapser = Lapser(house.application.database, house.clock)
    await house.signed_in("rep", address="192.0.2.2")
    manager = await house.signed_in("manager", address="192.0.2.3")
    assert (await manager.post("/api/devices/1/wipe", json={})).status_code == 204
    await sign_in(house.client(), "marek@demo.example", "wrong")
    attempts, sessions = await left(house)
    house.clock.advance(days=1)
    await lapser.lapse()
    assert await left(house) == (attempts, sessions)
    house.clock.advance(seconds=1)
    await lapser.lapse()
    assert await left(house) == (0, sessions)
    house.clock.advance(days=LONG_DAYS)
    assert await lapser.lapse() == 1
    assert await left(house) == (0, sessions - 1)
