"""Administration: people's accounts, their devices, and who covers which territory."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from routebook_server.database import Database
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.identity import accounts
from routebook_server.identity.accounts import Account
from routebook_server.identity.audit import note, note_account, note_cover
from routebook_server.identity.cover import CoverEntry, cover_of, set_cover
from routebook_server.identity.devices import Device, devices_of, find_device, names_of, revoke_device, wipe_device
from routebook_server.identity.directory import find_names, find_values, is_territory
from routebook_server.identity.offers import NewPerson, PersonChange, plain_change, plain_new, shared_values
from routebook_server.identity.passwords import Passwords
from routebook_server.identity.presence import Presence
from routebook_server.identity.rights import read_rights
from routebook_server.identity.sessions import Random, end_sessions_of
from routebook_server.identity.sight import people_ended, people_seen
from routebook_sync.entities.person import Role
from routebook_sync.identifier import RANDOM_BYTES, new_id
from routebook_sync.messages import ProblemCode

MAX_COVER = 500
"""Entries of one territory."""

EditPerson = Callable[[str, Mapping[str, Any]], Awaitable[None]]
"""Writes fields of a shared person record as an edit of the server's own: id, values by field."""


class PersonSummary(msgspec.Struct, frozen=True):
    """A person as administrators see him."""

    person: str
    name: str
    email: str
    role: Role
    active: bool
    created: int


class Cover(msgspec.Struct, forbid_unknown_fields=True):
    """Everybody who covers a territory, past and future too."""

    cover: Annotated[list[CoverEntry], Meta(max_length=MAX_COVER)]


class Readers(msgspec.Struct, frozen=True):
    """Everybody who may see a territory's customers now."""

    people: list[str]


class People:
    """Administers people, devices and cover; every method checks that the actor may."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], int],
        random: Random,
        passwords: Passwords,
        edit_person: EditPerson,
        *,
        presence: Presence,
    ) -> None:
        self._database = database
        self._clock = clock
        self._random = random
        self._passwords = passwords
        self._edit_person = edit_person
        self._presence = presence

    async def everybody(self, actor: Actor) -> list[PersonSummary]:
        """Return everybody; administrators only."""
        _require_administrator(actor)

        def read(connection: Connection) -> list[PersonSummary]:
            names = find_names(connection)
            return [_summary(account, names) for account in accounts.all_accounts(connection)]

        return await self._database.read(read)

    async def add(self, actor: Actor, offer: NewPerson) -> PersonSummary:
        """Add a person with an account and the shared person record; ProblemError forbidden, taken, wrong_type."""
        _require_administrator(actor)
        return await self._add(offer, actor)

    async def add_unasked(self, offer: NewPerson) -> PersonSummary:
        """Add a person without asking who wants it: for the command line."""
        return await self._add(offer, None)

    async def _add(self, offer: NewPerson, actor: Actor | None) -> PersonSummary:
        """Add a person; whose record could not be written the last time is not taken: he is made anew, and whole."""
        wanted = plain_new(offer)
        now_ms = self._clock()
        made = Account(
            person=new_id(now_ms, self._random(RANDOM_BYTES)),
            email=wanted.email,
            password_hash=await self._passwords.hash(wanted.password),
            role=wanted.role,
            active=True,
            created=now_ms,
        )

        def store(connection: Connection) -> Account:
            half = accounts.find_account_by_email(connection, made.email)
            if half is None:
                accounts.add_account(connection, made)
                return made
            if find_values(connection, half.person) is not None:
                raise ProblemError(make_problem(ProblemCode.TAKEN, field="email"))
            whole = msgspec.structs.replace(made, person=half.person, created=half.created)
            _put(connection, half, whole)
            end_sessions_of(connection, half.person)
            return whole

        # The account first: should the record fail, the same offer or any change of the account writes it.
        account = await self._database.write(store)
        if actor is not None:
            note(actor, "person added", person=account.person, role=account.role.value)
        change = PersonChange(name=wanted.name, locale=wanted.locale or UNSET)
        await self._edit_person(account.person, shared_values(account, change, None))
        return _summary(account, {account.person: wanted.name})

    async def change(self, actor: Actor, person: str, change: PersonChange) -> PersonSummary:
        """Change an account and the shared record; ProblemError forbidden, not_found, taken, wrong_type."""
        _require_administrator(actor)
        wanted = plain_change(change)
        password_hash = await self._passwords.hash(wanted.password) if wanted.password is not UNSET else UNSET

        def store(connection: Connection) -> tuple[Account, Account, dict[str, Any]]:
            before = accounts.find_account(connection, person)
            if before is None:
                raise ProblemError(make_problem(ProblemCode.NOT_FOUND))
            after = _changed(before, wanted, password_hash)
            _require_free(connection, after.email, person)
            _put(connection, before, after)
            if not after.active or password_hash is not UNSET:
                end_sessions_of(connection, person)
            return before, after, shared_values(after, wanted, find_values(connection, person))

        before, after, values = await self._database.write(store)
        note_account(actor, before, after)
        if values:
            await self._edit_person(person, values)
        return await self._database.read(lambda connection: _summary(after, find_names(connection)))

    async def devices(self, actor: Actor) -> list[Device]:
        """Return the actor's devices; a manager's people's and an administrator's everybody's too."""
        now_ms = self._clock()
        await self._presence.write()

        def read(connection: Connection) -> list[Device]:
            ended = people_ended(connection, actor, now_ms)
            return [
                msgspec.structs.replace(device, may_end=ended is None or device.person in ended)
                for device in devices_of(connection, people_seen(connection, actor, now_ms))
            ]

        return await self._database.read(read)

    async def device_names(self, numbers: Collection[int]) -> dict[int, str]:
        """Return what these devices call themselves, by number, for whoever may see what they wrote."""
        return await self._database.read(lambda connection: names_of(connection, numbers))

    async def revoke(self, actor: Actor, number: int) -> None:
        """Let a device in no more; ProblemError not_found for one that the actor may not see, forbidden to end it."""
        await self._end(actor, number, "device revoked", revoke_device)

    async def wipe(self, actor: Actor, number: int) -> None:
        """Have a device drop its data once its unsent work is here, and let it in no more; errors as ``revoke``."""
        await self._end(actor, number, "device wiped", wipe_device)

    async def _end(self, actor: Actor, number: int, event: str, end: Callable[[Connection, int, int], None]) -> None:
        now_ms = self._clock()

        def store(connection: Connection) -> str:
            found = find_device(connection, number)
            seen = people_seen(connection, actor, now_ms)
            if found is None or (seen is not None and found.person not in seen):
                raise ProblemError(make_problem(ProblemCode.NOT_FOUND))
            ended = people_ended(connection, actor, now_ms)
            if ended is not None and found.person not in ended:
                detail = "A manager ends devices of reps who cover nothing beyond his territories, and his own."
                raise ProblemError(make_problem(ProblemCode.FORBIDDEN, detail))
            end(connection, number, now_ms)
            return found.person

        person = await self._database.write(store)
        note(actor, event, device=number, person=person)

    async def cover(self, actor: Actor, territory: str) -> Cover:
        """Return who covers a territory; ProblemError forbidden, not_found."""

        def read(connection: Connection) -> Cover:
            _require_territory(connection, actor, territory)
            return Cover(cover_of(connection, territory))

        return await self._database.read(read)

    async def readers(self, actor: Actor, territory: str) -> Readers:
        """Return who may see a territory's customers, for whoever sees them himself; ProblemError not_found."""
        bucket = f"t:{territory}"
        if bucket not in actor.buckets:
            raise ProblemError(make_problem(ProblemCode.NOT_FOUND))
        now_ms = self._clock()

        def read(connection: Connection) -> Readers:
            rights = read_rights(connection, None, now_ms)
            active = [one for one in accounts.all_accounts(connection) if one.active]
            return Readers(sorted(one.person for one in active if bucket in rights.buckets(one.person, one.role)))

        return await self._database.read(read)

    async def set_cover(self, actor: Actor, territory: str, wanted: Cover) -> Cover:
        """Let exactly these people cover a territory; ProblemError forbidden, not_found, wrong_type."""

        def store(connection: Connection) -> tuple[list[CoverEntry], list[CoverEntry]]:
            _require_territory(connection, actor, territory)
            _require_sound(connection, wanted.cover)
            before = cover_of(connection, territory)
            set_cover(connection, territory, wanted.cover)
            return before, cover_of(connection, territory)

        before, after = await self._database.write(store)
        note_cover(actor, territory, before, after)
        return Cover(after)


def _summary(account: Account, names: Mapping[str, str]) -> PersonSummary:
    return PersonSummary(
        account.person, names.get(account.person, ""), account.email, account.role, account.active, account.created
    )


def _changed(before: Account, change: PersonChange, password_hash: str | UnsetType) -> Account:
    given = {
        "email": change.email,
        "password_hash": password_hash,
        "role": change.role,
        "active": change.active,
    }
    return msgspec.structs.replace(before, **{name: value for name, value in given.items() if value is not UNSET})


def _require_administrator(actor: Actor) -> None:
    if actor.role is not Role.ADMINISTRATOR:
        raise ProblemError(make_problem(ProblemCode.FORBIDDEN))


def _require_free(connection: Connection, email: str, person: str) -> None:
    holder = accounts.find_account_by_email(connection, email)
    if holder is not None and holder.person != person:
        raise ProblemError(make_problem(ProblemCode.TAKEN, field="email"))


def _put(connection: Connection, before: Account, after: Account) -> None:
    """Write an account as it shall be; ProblemError forbidden if nobody could administer any more."""
    administers = after.active and after.role is Role.ADMINISTRATOR
    if not administers and before.role is Role.ADMINISTRATOR:
        _require_other_administrator(connection, before.person)
    accounts.change_account(connection, after)


def _require_other_administrator(connection: Connection, person: str) -> None:
    if accounts.is_last_administrator(connection, person):
        detail = "Nobody else could administer; make somebody else an administrator first."
        raise ProblemError(make_problem(ProblemCode.FORBIDDEN, detail))


def _require_territory(connection: Connection, actor: Actor, territory: str) -> None:
    if actor.role is Role.REP or (actor.role is Role.MANAGER and f"t:{territory}" not in actor.buckets):
        raise ProblemError(make_problem(ProblemCode.FORBIDDEN))
    if not is_territory(connection, territory):
        raise ProblemError(make_problem(ProblemCode.NOT_FOUND))


def _require_sound(connection: Connection, entries: list[CoverEntry]) -> None:
    seen: set[tuple[str, int]] = set()
    for index, entry in enumerate(entries):
        at = f"cover.{index}"
        if accounts.find_account(connection, entry.person) is None:
            raise ProblemError(make_problem(ProblemCode.WRONG_TYPE, "There is no such person.", field=f"{at}.person"))
        if entry.valid_to is not None and entry.valid_to <= entry.valid_from:
            detail = "The cover ends before it begins."
            raise ProblemError(make_problem(ProblemCode.WRONG_TYPE, detail, field=f"{at}.valid_to"))
        if (entry.person, entry.valid_from) in seen:
            raise ProblemError(make_problem(ProblemCode.WRONG_TYPE, "The same person twice.", field=at))
        seen.add((entry.person, entry.valid_from))
