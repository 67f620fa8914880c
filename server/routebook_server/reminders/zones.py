"""Zones: where people are, as their apps say and as they set it: every reminder and every calendar goes by it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from routebook_server.database import Database
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.identity.people import EditPerson
from routebook_server.reminders.hours import is_zone
from routebook_server.reminders.subjects import read_values
from routebook_sync.messages import ProblemCode

ZoneName = Annotated[str, Meta(max_length=60)]


class ZoneChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where somebody is."""

    time_zone: ZoneName
    """An IANA name."""
    only_first: bool = False
    """Said by the app at its start: it counts only where nobody has said anything yet."""


class StandingZone(msgspec.Struct, frozen=True):
    """The time zone of a person's record."""

    time_zone: str = ""
    """"" for none: then the server's is meant."""


class Zones:
    """Keeps the time zones of people's records."""

    def __init__(self, database: Database, edit_person: EditPerson) -> None:
        self._database = database
        self._edit_person = edit_person

    async def set(self, actor: Actor, change: ZoneChange) -> StandingZone:
        """Write where the actor is and return what stands then; ProblemError wrong_type for a zone that there is not.

        One that the app says at its start is passed over instead: a browser may know zones that the server does not.
        """
        if change.only_first:
            return await self.keep_first(actor.person, change.time_zone)
        if not is_zone(change.time_zone):
            raise ProblemError(make_problem(ProblemCode.WRONG_TYPE, "There is no such time zone.", field="time_zone"))
        if (await self._find(actor.person)) != change.time_zone:
            await self._edit_person(actor.person, {"time_zone": change.time_zone})
        return StandingZone(change.time_zone)

    async def keep_first(self, person: str, time_zone: str) -> StandingZone:
        """Write where a person is if nobody has; who travels keeps the hours of his home."""
        standing = await self._find(person)
        if standing == "" and is_zone(time_zone):
            await self._edit_person(person, {"time_zone": time_zone})
            standing = time_zone
        return StandingZone(standing or "")

    async def _find(self, person: str) -> str | None:
        """Return the zone of a person's record, "" for none; None where there is no record."""
        found = await self._database.fetch("SELECT doc FROM record WHERE id = ? AND kind = 'person'", person)
        return (read_values(found[0][0]).get("time_zone") or "") if found else None
