"""The demo team fills an empty database once, whole, and everybody in it may sign in."""

import functools
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, select

from routebook_server.app import create_app
from routebook_server.demo.fill import DEFAULT_SEED, fill_demo
from routebook_server.demo.rows import demo_rows, demo_team
from routebook_server.demo.team import demo_members
from routebook_server.identity.accounts import all_accounts, find_organisation
from routebook_server.identity.cover import territories_covered
from routebook_server.records.tables import record
from routebook_server.settings import Settings
from server.demo_book import NOON
from server.team import CHEAP, PASSWORD, HandClock, House, make_site, sign_in

CUSTOMERS = 100


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A running server over an empty database."""
    clock = HandClock()
    clock.now_ms = NOON
    settings = Settings(data=tmp_path / "data", app=make_site(tmp_path / "site"))
    application = create_app(settings, clock=clock, random=Random("demo").randbytes, hasher=CHEAP)
    async with application.running():
        running = House(application, clock)
        yield running
        await running.close()


async def fill(house: House, seed: int = DEFAULT_SEED) -> bool:
    application = house.application
    return await fill_demo(application.store, application.passwords, house.clock(), customers=CUSTOMERS, seed=seed)


async def stored(house: House) -> Counter[str]:
    def read_buckets(connection: Connection) -> Sequence[str]:
        return connection.execute(select(record.c.bucket)).scalars().all()

    return Counter(await house.application.database.read(read_buckets))


async def test_every_record_is_stored_in_its_bucket(house: House) -> None:
    assert await fill(house)
    assert await stored(house) == Counter(bucket for bucket, _row in demo_rows(DEFAULT_SEED, NOON, CUSTOMERS))


async def test_everybody_may_sign_in_with_the_demos_password(house: House) -> None:
    await fill(house)
    accounts = await house.application.database.read(all_accounts)
    assert [account.email for account in accounts] == [
        *("marek@demo.example", "maryam@demo.example", "anna.s@demo.example", "liwei@demo.example"),
        *("emma@demo.example", "manager@demo.example", "admin@demo.example"),
    ]
    for number, account in enumerate(accounts):
        answer = await sign_in(house.client(address=f"192.0.2.{number}"), account.email, PASSWORD)
        assert answer.status_code == 200, answer.text


async def test_each_rep_covers_his_own_territory_and_the_manager_all_of_them(house: House) -> None:
    await fill(house)
    team = demo_team(DEFAULT_SEED, NOON)
    database = house.application.database
    for member in demo_members(team):
        covers = functools.partial(territories_covered, person=member.person, now_ms=NOON)
        assert await database.read(covers) == list(member.territories)
    parents = {row.v.get("parent") for _bucket, row in demo_rows(DEFAULT_SEED, NOON, 5) if row.k == "territory"}
    assert parents == {None, team.region}


async def test_a_second_time_changes_nothing(house: House) -> None:
    await fill(house)
    before = await stored(house)
    house.clock.advance(days=1)
    assert not await fill(house, seed=2)
    assert await stored(house) == before


async def test_a_filling_that_breaks_off_leaves_the_database_empty(house: House) -> None:
    def stop(_made: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await fill_demo(house.application.store, house.application.passwords, NOON, customers=150, progress=stop)
    assert await stored(house) == Counter()
    assert await house.application.database.read(find_organisation) is None
    assert await fill(house)


async def test_progress_is_told(house: House) -> None:
    told: list[int] = []
    await fill_demo(house.application.store, house.application.passwords, NOON, customers=250, progress=told.append)
    assert told == [100, 200]


async def test_the_photos_are_there_for_who_may_see_them(house: House) -> None:
    application = house.application
    await fill_demo(application.store, application.passwords, NOON, customers=CUSTOMERS, blobs=application.files.blobs)
    client = house.client()
    await sign_in(client, "marek@demo.example")
    rows = [row for bucket, row in demo_rows(DEFAULT_SEED, NOON, CUSTOMERS) if row.k == "file"]
    answers = [await client.get(f"/api/files/{row.i}/{row.v['digest']}") for row in rows]
    assert {answer.status_code for answer in answers} == {200, 404}
    assert all(answer.content[:4] == b"\x89PNG" for answer in answers if answer.status_code == 200)
