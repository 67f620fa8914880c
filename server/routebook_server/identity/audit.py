"""Audit: who did what to whose device, account and cover, in the log at every level; never a secret."""

from typing import Any, Final

import msgspec
import structlog

from routebook_server.gateway.actor import Actor
from routebook_server.identity.accounts import Account
from routebook_server.identity.cover import CoverEntry

AUDIT: Final = "audit"
"""The name of the logger."""
_log = structlog.get_logger(AUDIT)


def note(actor: Actor, event: str, **facts: Any) -> None:
    """Write down what an actor has done, once it is done."""
    _log.info(event, **facts, by=actor.person, by_device=actor.device)


def note_account(actor: Actor, before: Account, after: Account) -> None:
    """Write down what is different about an account."""
    person = after.person
    if after.role is not before.role:
        note(actor, "role changed", person=person, before=before.role.value, role=after.role.value)
    if after.active is not before.active:
        note(actor, "account opened" if after.active else "account closed", person=person)
    if after.password_hash != before.password_hash:
        note(actor, "password changed", person=person)
    if after.email != before.email:
        note(actor, "e-mail changed", person=person)


def note_cover(actor: Actor, territory: str, before: list[CoverEntry], after: list[CoverEntry]) -> None:
    """Write down who was put into the cover of a territory, and who was taken out of it."""
    put = [entry for entry in after if entry not in before]
    taken = [entry for entry in before if entry not in after]
    if put or taken:
        note(
            actor, "cover changed", territory=territory, put=msgspec.to_builtins(put), taken=msgspec.to_builtins(taken)
        )
