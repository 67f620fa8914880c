"""Withdrawing: a restore gives nobody more rights than he had on the day of the backup, nor more than he had last.

Who lost a territory or a role since the backup does not hold it again; who joined since stays, under the same id, so
that his devices bring what he wrote.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection, delete, insert, select

from routebook_server.identity.accounts import (
    Account,
    add_account,
    all_accounts,
    change_account,
    find_account_by_email,
    find_organisation,
    raise_revision,
)
from routebook_server.identity.tables import cover
from routebook_server.records.buckets import SHARED
from routebook_server.records.load import load_rows
from routebook_server.records.tables import history, record
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.person import Role
from routebook_sync.messages import Row
from routebook_sync.record import join_docs

Span: TypeAlias = tuple[int, int | None]
"""From when, and before when (None: until further notice)."""
Covers: TypeAlias = dict[tuple[str, str], list[Span]]
"""When each person covers each territory."""
_RANKS: Final = (Role.REP, Role.MANAGER, Role.ADMINISTRATOR)
_PERSON: Final = ENTITY_TYPES["person"]
_DECODER: Final = msgspec.json.Decoder(Row)


class Rights(msgspec.Struct, frozen=True):
    """What a book says of who may do what."""

    organisation: str = ""
    accounts: dict[str, Account] = {}
    covers: Covers = {}
    people: dict[str, Row] = {}
    """The person records."""
    history: tuple[dict[str, Any], ...] = ()
    """How these came about, row by row, without the rows' numbers."""


class Withdrawn(msgspec.Struct, frozen=True):
    """What a restored book is told by the one before it."""

    lowered: int = 0
    """Accounts whose role is a lower one than on the day of the backup."""
    covers: int = 0
    """Covers of a territory that ended, or were shortened."""
    joined: int = 0
    """People who were added since."""
    left_out: tuple[str, ...] = ()
    """E-mails of people who could not be: in the backup somebody else has theirs."""


def read_rights(connection: Connection) -> Rights:
    """Return who may do what."""
    organisation = find_organisation(connection)
    docs = connection.execute(select(record.c.doc).where(record.c.bucket == SHARED, record.c.kind == "person"))
    return Rights(
        organisation="" if organisation is None else organisation.id,
        accounts={account.person: account for account in all_accounts(connection)},
        covers=_read_covers(connection),
        people={row.i: row for row in map(_DECODER.decode, docs.scalars())},
        history=tuple(_read_history(connection)),
    )


def withdraw(connection: Connection, former: Rights) -> Withdrawn:
    """Let a restored book give nobody what the ``former`` one no longer did, and know whoever joined meanwhile."""
    backed_up = read_rights(connection)
    lowered, told = 0, []
    for person, account in backed_up.accounts.items():
        last = former.accounts.get(person)
        if last is None:
            continue
        role = min(account.role, last.role, key=_RANKS.index)
        lowered += role is not account.role
        changed = msgspec.structs.replace(account, role=role, active=account.active and last.active)
        if changed != account:
            change_account(connection, changed)
            told.append(person)
    ended = _end_covers(connection, backed_up.covers, former)
    joined, left_out = [], []
    if former.organisation and former.organisation == backed_up.organisation:
        for person in sorted(former.accounts.keys() - backed_up.accounts.keys()):
            account = former.accounts[person]
            if find_account_by_email(connection, account.email) is not None:
                left_out.append(account.email)
                continue
            add_account(connection, account)
            joined.append(person)
        _write_covers(connection, {key: spans for key, spans in former.covers.items() if key[0] in joined})
    _keep_one_administrator(connection, former)
    people = {*told, *joined}
    _write_people(connection, backed_up.people, former.people, sorted(people))
    _write_history(connection, backed_up, former, people)
    raise_revision(connection)
    return Withdrawn(lowered, ended, len(joined), tuple(left_out))


def within(spans: Iterable[Span], others: Collection[Span]) -> list[Span]:
    """Return when both hold, in order; of what begins at once only the longest."""
    end_by_begin: dict[int, int | None] = {}
    for begin, end in spans:
        for other_begin, other_end in others:
            first = max(begin, other_begin)
            last = min((one for one in (end, other_end) if one is not None), default=None)
            if last is not None and last <= first:
                continue
            known = end_by_begin.get(first, 0)
            end_by_begin[first] = None if last is None or known is None else max(last, known)
    return sorted(end_by_begin.items())


def _read_covers(connection: Connection) -> Covers:
    covers: Covers = {}
    for row in connection.execute(select(cover).order_by(cover.c.person, cover.c.territory, cover.c.valid_from)):
        covers.setdefault((row.person, row.territory), []).append((row.valid_from, row.valid_to))
    return covers


def _read_history(connection: Connection) -> list[dict[str, Any]]:
    people = select(record.c.id).where(record.c.bucket == SHARED, record.c.kind == "person")
    columns = [column for column in history.c if column is not history.c.number]
    rows = connection.execute(select(*columns).where(history.c.id.in_(people)).order_by(history.c.number))
    return [dict(row) for row in rows.mappings()]


def _write_history(connection: Connection, backed_up: Rights, former: Rights, people: Collection[str]) -> None:
    """Let the history of these people's records say what became of them since the backup."""
    known = {(row["id"], row["stamp"], row["device"]) for row in backed_up.history}
    for row in former.history:
        if row["id"] in people and (row["id"], row["stamp"], row["device"]) not in known:
            connection.execute(insert(history).values(row))


def _end_covers(connection: Connection, backed_up: Covers, former: Rights) -> int:
    ended: Covers = {}
    for key, spans in backed_up.items():
        kept = within(spans, former.covers.get(key, ()))
        # Of somebody who is not in it the former book says nothing.
        if key[0] in former.accounts and kept != spans:
            ended[key] = kept
    for person, territory in ended:
        connection.execute(delete(cover).where(cover.c.person == person, cover.c.territory == territory))
    _write_covers(connection, ended)
    return len(ended)


def _write_covers(connection: Connection, covers: Covers) -> None:
    for (person, territory), spans in covers.items():
        for begin, end in spans:
            values = {"person": person, "territory": territory, "valid_from": begin, "valid_to": end}
            connection.execute(insert(cover).values(values))


def _keep_one_administrator(connection: Connection, former: Rights) -> None:
    """Where the administrators of both days are others, let the last ones administer, or nobody could."""
    accounts = all_accounts(connection)
    if any(account.active and account.role is Role.ADMINISTRATOR for account in accounts):
        return
    for account in accounts:
        last = former.accounts.get(account.person)
        if account.active and last is not None and last.role is Role.ADMINISTRATOR:
            change_account(connection, msgspec.structs.replace(account, role=last.role))


def _write_people(
    connection: Connection, backed_up: Mapping[str, Row], former: Mapping[str, Row], people: Iterable[str]
) -> None:
    """Bring the records of people: what colleagues see of them is what their accounts say."""
    rows = []
    for person in people:
        row, last = backed_up.get(person), former.get(person)
        if last is not None:
            doc = last.doc if row is None else join_docs(_PERSON, row.doc, last.doc)
            rows.append((SHARED, Row(last.k, last.i, last.r, last.h, doc.v, doc.s)))
    load_rows(connection, rows)
