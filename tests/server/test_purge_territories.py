"""A territory that was deleted and purged still lies below another one: what is in it must be reached (SPEC R36)."""

import msgspec

from routebook_server.identity.door import Door
from routebook_server.identity.presence import Presence
from routebook_server.records.store import Values
from routebook_sync.entities.base import SHARED_ROOT
from server.team import NORTH, REGION, House
from server.test_live_rights import scope_of


async def test_it_keeps_its_parent_and_nothing_else(house: House) -> None:
    app = house.application
    await app.store.edit([Values("territory", NORTH, SHARED_ROOT, {"deleted": True})])
    manager = await house.signed_in("manager")
    for _ in range(6):
        house.clock.advance(days=80)
        await manager.get("/api/session")
        await app.presence.write()

    assert (await app.purger.purge()).bodies == 1
    assert (await app.purger.purge()).bodies == 0

    [(doc,)] = await app.database.fetch("SELECT doc FROM record WHERE id = ?", NORTH)
    assert msgspec.json.decode(doc)["v"] == {"deleted": True, "parent": REGION}
    fresh = await Door(app.database, house.clock, Presence(app.database, house.clock)).actor_of(scope_of(manager))
    running = await app.door.actor_of(scope_of(manager))
    assert fresh.buckets == running.buckets  # type: ignore[union-attr]
    assert f"t:{NORTH}" in fresh.buckets  # type: ignore[union-attr]
