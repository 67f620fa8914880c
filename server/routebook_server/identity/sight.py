"""Sight: whose devices a person may see, and whose he may sign out and have wiped."""

from sqlalchemy import Connection

from routebook_server.gateway.actor import Actor
from routebook_server.identity import accounts
from routebook_server.identity.cover import find_cover
from routebook_sync.entities.person import Role


def people_seen(connection: Connection, actor: Actor, now_ms: int) -> set[str] | None:
    """Return whose devices the actor may see, None for everybody's."""
    return None if actor.role is Role.ADMINISTRATOR else {actor.person} | _covering(connection, actor, now_ms).keys()


def people_ended(connection: Connection, actor: Actor, now_ms: int) -> set[str] | None:
    """Return whose devices the actor may end, None for everybody's.

    A manager those of reps who cover nothing beyond his own territories: who is put into his cover for a moment is seen
    there, and stays somebody else's.
    """
    if actor.role is Role.ADMINISTRATOR:
        return None
    covering = _covering(connection, actor, now_ms)
    return {actor.person} | {person for person, is_his_rep in covering.items() if is_his_rep}


def _covering(connection: Connection, actor: Actor, now_ms: int) -> dict[str, bool]:
    """Return who but administrators covers a manager's territories; whether that is a rep who covers nothing else."""
    if actor.role is not Role.MANAGER:
        return {}
    own = {bucket.removeprefix("t:") for bucket in actor.buckets if bucket.startswith("t:")}
    territories_by_person, _until = find_cover(connection, now_ms)
    return {
        account.person: account.role is Role.REP and own.issuperset(covered)
        for account in accounts.all_accounts(connection)
        if account.role is not Role.ADMINISTRATOR
        and (covered := territories_by_person.get(account.person, ()))
        and not own.isdisjoint(covered)
    }
