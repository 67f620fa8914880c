"""Signing in and out, and changing one's own password."""

from collections.abc import Callable
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from sqlalchemy import Connection

from routebook_server.database import Database
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.identity.accounts import (
    Account,
    change_password,
    find_account,
    find_account_by_email,
    find_organisation,
    normalise_email,
)
from routebook_server.identity.attempts import count_attempt, forgive, subjects
from routebook_server.identity.audit import note
from routebook_server.identity.devices import DeviceOffer, take_device
from routebook_server.identity.directory import find_profile
from routebook_server.identity.passwords import MAX_LENGTH, MIN_LENGTH, Passwords
from routebook_server.identity.sessions import Random, end_session, end_sessions_of, start_session
from routebook_sync.entities.person import Role
from routebook_sync.messages import ProblemCode

Password = Annotated[str, Meta(max_length=MAX_LENGTH)]
NewPassword = Annotated[str, Meta(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
UNNAMED_DEVICE: Final = DeviceOffer("browser")


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a person types, and on what."""

    email: Annotated[str, Meta(min_length=1, max_length=200)]
    password: Password
    device: DeviceOffer = UNNAMED_DEVICE


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """The password that was, and the one that shall be."""

    old: Password
    new: NewPassword


class Me(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who is signed in, on which device."""

    person: str
    name: str
    email: str
    role: Role
    device: int
    organisation: str
    locale: str | None = None
    """The person's language, else the organisation's."""


class SignIns:
    """Lets people in and out."""

    def __init__(self, database: Database, clock: Callable[[], int], random: Random, passwords: Passwords) -> None:
        self._database = database
        self._clock = clock
        self._random = random
        self._passwords = passwords

    async def sign_in(self, offer: SignIn, address: str) -> tuple[Me, str]:
        """Return who signed in and the session's token; ProblemError wrong_credentials or rate_limited.

        ``address`` is where the request came from. Takes as long for an unknown e-mail as for a wrong password.
        """
        now_ms = self._clock()
        tried = subjects(normalise_email(offer.email), address)
        wait_ms = await self._database.write(lambda connection: count_attempt(connection, tried, now_ms))
        if wait_ms:
            raise ProblemError(make_problem(ProblemCode.RATE_LIMITED, retry_after=-(-wait_ms // 1_000)))
        account = await self._database.read(lambda connection: find_account_by_email(connection, offer.email))
        known = account.password_hash if account is not None and account.active else None
        is_right = await self._passwords.verify(known, offer.password)
        if account is None or not is_right:
            raise ProblemError(make_problem(ProblemCode.WRONG_CREDENTIALS))
        renewed = (
            await self._passwords.hash(offer.password) if self._passwords.is_outdated(account.password_hash) else ""
        )

        def enter(connection: Connection) -> tuple[Me, str]:
            if find_account(connection, account.person) != account:  # changed while we checked
                raise ProblemError(make_problem(ProblemCode.WRONG_CREDENTIALS))
            forgive(connection, tried)
            if renewed:
                change_password(connection, account.person, renewed)
            number = take_device(connection, account.person, offer.device, now_ms)
            token = start_session(connection, number, now_ms, self._random)
            return describe(connection, account, number), token

        return await self._database.write(enter)

    async def me(self, actor: Actor) -> Me:
        """Return who the actor is."""

        def read(connection: Connection) -> Me:
            account = find_account(connection, actor.person)
            if account is None:
                raise ProblemError(make_problem(ProblemCode.SESSION_EXPIRED))
            return describe(connection, account, actor.device)

        return await self._database.read(read)

    async def sign_out(self, token: str) -> None:
        """End the session that the token opens."""
        await self._database.write(lambda connection: end_session(connection, token))

    async def change_password(self, actor: Actor, change: PasswordChange, token: str, address: str) -> None:
        """Change one's own password and end one's other sessions; ProblemError wrong_credentials or rate_limited."""
        now_ms = self._clock()
        account = await self._database.read(lambda connection: find_account(connection, actor.person))
        if account is None:
            raise ProblemError(make_problem(ProblemCode.SESSION_EXPIRED))
        tried = subjects(account.email, address)
        wait_ms = await self._database.write(lambda connection: count_attempt(connection, tried, now_ms))
        if wait_ms:
            raise ProblemError(make_problem(ProblemCode.RATE_LIMITED, retry_after=-(-wait_ms // 1_000)))
        if not await self._passwords.verify(account.password_hash, change.old):
            raise ProblemError(make_problem(ProblemCode.WRONG_CREDENTIALS, field="old"))
        made = await self._passwords.hash(change.new)

        def store(connection: Connection) -> None:
            current = find_account(connection, actor.person)
            if current is None or not current.active or current.password_hash != account.password_hash:
                # Set by another or shut out while we checked: who knows the former password changes nothing any more.
                raise ProblemError(make_problem(ProblemCode.WRONG_CREDENTIALS, field="old"))
            forgive(connection, tried)
            change_password(connection, actor.person, made)
            end_sessions_of(connection, actor.person, keep_token=token)

        await self._database.write(store)
        note(actor, "password changed", person=actor.person)


def describe(connection: Connection, account: Account, device: int) -> Me:
    """Return what the app shows of a signed-in person."""
    profile = find_profile(connection, account.person)
    organisation = find_organisation(connection)
    return Me(
        person=account.person,
        name=profile.name,
        email=account.email,
        role=account.role,
        device=device,
        organisation=organisation.name if organisation is not None else "",
        locale=profile.locale or (organisation.locale if organisation is not None else None),
    )
