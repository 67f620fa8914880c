"""Administering from the command line, without serving: people, passwords, demo data, checksums."""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec
from sqlalchemy import Connection

from routebook_server.app import Application, wall_clock_ms
from routebook_server.database import name_of, reach_database
from routebook_server.database.migrating import HEAD, find_revision, require_tables
from routebook_server.filling import fill_with_words
from routebook_server.gateway.problem import ProblemError
from routebook_server.identity.accounts import Organisation, change_password, find_account_by_email, find_organisation
from routebook_server.identity.founding import found
from routebook_server.identity.offers import NewPerson
from routebook_server.identity.passwords import MAX_LENGTH, MIN_LENGTH
from routebook_server.identity.sessions import end_sessions_of
from routebook_server.opening import OK, CommandError, in_one_sentence, is_missing, open_application, require_there
from routebook_server.records.verify import bucket_names, verify_bucket
from routebook_server.settings import Settings
from routebook_server.web.site import empty_site
from routebook_sync.identifier import RANDOM_BYTES, new_id


def add_person(settings: Settings, chosen: argparse.Namespace) -> int:
    """Add a person, and in an empty database the organisation; asks for the password."""
    _require_text(chosen.name, chosen.email, chosen.locale or "", chosen.organisation)
    password = _ask_password()
    try:
        given = {"name": chosen.name, "email": chosen.email, "role": chosen.role, "locale": chosen.locale}
        offer = msgspec.convert(given | {"password": password}, NewPerson)
    except msgspec.ValidationError as error:
        raise CommandError(str(error)) from None

    async def add(application: Application) -> None:
        now_ms = wall_clock_ms()
        made = new_id(now_ms, os.urandom(RANDOM_BYTES))
        organisation = Organisation(made, chosen.organisation, chosen.locale or "en")

        def found_if_empty(connection: Connection) -> None:
            if find_organisation(connection) is None:
                found(connection, organisation, [], "", now_ms)

        await application.database.write(found_if_empty)
        await application.people.add_unasked(offer)

    _run_once(settings, add, may_be_new=True)
    print(f"{chosen.email} may sign in.")
    return OK


def set_password(settings: Settings, chosen: argparse.Namespace) -> int:
    """Set a password and end the person's sessions."""
    _require_text(chosen.email)
    password = _ask_password()

    async def change(application: Application) -> None:
        password_hash = await application.passwords.hash(password)

        def store(connection: Connection) -> None:
            account = find_account_by_email(connection, chosen.email)
            if account is None:
                raise CommandError(f"nobody has the e-mail {chosen.email}")
            change_password(connection, account.person, password_hash)
            end_sessions_of(connection, account.person)

        await application.database.write(store)

    _run_once(settings, change)
    print(f"The password of {chosen.email} is set; all his devices are signed out.")
    return OK


def _ask_password() -> str:
    """Ask on the terminal, twice; from a pipe take the first line."""
    try:
        if not sys.stdin.isatty():
            password = sys.stdin.readline().rstrip("\n")
        else:
            password = getpass.getpass("Password: ")
            if getpass.getpass("Once more: ") != password:
                raise CommandError("the two are not the same")
        password.encode()
    except UnicodeError:
        raise CommandError("the password is no text in UTF-8") from None
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise CommandError(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters")
    return password


def _require_text(*given: str) -> None:
    """CommandError where an argument was not UTF-8, and cannot be stored."""
    try:
        "".join(given).encode()
    except UnicodeError:
        raise CommandError("an argument is no text in UTF-8") from None


def _run_once(settings: Settings, work: Callable[[Application], Awaitable[None]], *, may_be_new: bool = False) -> None:
    """Run ``work`` on the database without serving; ``may_be_new`` if it may make one."""

    async def run() -> None:
        await _require_ours(settings, may_be_new=may_be_new)
        application = open_application(settings, empty_site())
        try:
            await work(application)
        except ProblemError as error:
            said = error.problem.detail or error.problem.title
            raise CommandError(f"{said} {error.problem.field}".strip()) from None
        finally:
            await application.close()

    asyncio.run(run())


async def _require_ours(settings: Settings, *, may_be_new: bool) -> None:
    """CommandError unless the tables are this version's: opening the application would make or migrate them.

    A server may be running on older ones, and a wrong folder is no reason to make a book in it.
    """
    if may_be_new and is_missing(settings.address):
        return
    require_there(settings.address)
    with in_one_sentence(settings.address):
        database = await reach_database(settings.address)
        try:
            revision = await database.read(find_revision if may_be_new else require_tables)
        finally:
            await database.close()
    if revision is not None and revision < HEAD:
        raise CommandError(
            f"{name_of(settings.address)} is of an older version; start the server of this one on it first"
        )


def fill(settings: Settings, chosen: argparse.Namespace) -> int:
    """Fill an empty database with the demo team of any size."""

    async def work(application: Application) -> None:
        if not await fill_with_words(application, chosen.seed, chosen.customers, chosen.children):
            raise CommandError(f"{name_of(settings.address)} is not empty; choose another folder with --data")

    _run_once(settings, work, may_be_new=True)
    return OK


def verify_sums(settings: Settings, chosen: argparse.Namespace) -> int:
    """Compute every checksum anew and say what differs; with --mend put it right. Fails if something is left wrong."""

    async def work(application: Application) -> None:
        database = application.database
        door = database.write if chosen.mend else database.read
        names = await database.read(bucket_names)
        count = 0
        for name in names:
            for fault in await door(partial(verify_bucket, bucket=name, mend=chosen.mend)):
                count += 1
                print(f"{fault.bucket} {fault.id or 'sums'}: {fault.found}, not {fault.expected}")
        if count and not chosen.mend:
            raise CommandError(f"{count} checksums differ; --mend puts them right")
        print(f"{len(names)} buckets, {count} checksums mended." if count else f"{len(names)} buckets, all is well.")

    _run_once(settings, work)
    return OK
