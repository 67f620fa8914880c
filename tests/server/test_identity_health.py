"""Health: what a stranger is told of the server."""

from routebook_server.identity.health import Demo, DemoHint, find_demo_people
from server.team import House


async def hint(house: House, domain: str) -> DemoHint | None:
    demo = Demo(domain, "routebook")
    return await house.application.database.read(lambda connection: find_demo_people(connection, demo))


async def test_a_server_that_is_no_demo_names_nobody(house: House) -> None:
    answer = await house.client().get("/api/health")
    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "version"}


async def test_a_demo_names_its_team_with_roles_and_the_password(house: House) -> None:
    found = await hint(house, "demo.example")
    assert found is not None
    assert found.password == "routebook"
    assert ("marek@demo.example", "rep") in {(person.email, person.role.value) for person in found.people}
    assert all(person.name for person in found.people)


async def test_people_outside_the_demos_domain_are_never_named(house: House) -> None:
    assert await hint(house, "mo.example") is None
    assert await hint(house, "elsewhere.example") is None
