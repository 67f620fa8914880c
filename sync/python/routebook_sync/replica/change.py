"""Change: what a person asks the device to save, and the device's own check of it before anything is written.

Registers are given as values. Sets, counters and logs are given as instructions: ``{"add": […], "remove": […]}``,
``{"plus": 2}``, ``{"append": "text"}``, as ``pwa/src/lib/store/change.ts`` has them.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec

from routebook_sync.entities import EntityType
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.person import Role
from routebook_sync.identifier import is_id
from routebook_sync.messages import MAX_EDITS
from routebook_sync.replica.tables import Account, Schema

MAX_GROUP_BYTES: Final = 1024 * 1024
"""The most that one group may be, as JSON: a request carries it whole (SPEC R45)."""


class Change(msgspec.Struct, frozen=True):
    """A change of one record."""

    kind: str
    id: str
    root: str
    v: dict[str, Any]


class WriteProblem(StrEnum):
    """Why the device refuses a change; the words of the server's refusals."""

    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    FORBIDDEN = "forbidden"
    FORBIDDEN_FIELD = "forbidden_field"
    FOREIGN_ROOT = "foreign_root"
    TOO_LARGE = "too_large"


class Saved(msgspec.Struct, frozen=True):
    """A write that is on the disk: the numbers of its edits."""

    edits: list[int]


class Refused(msgspec.Struct, frozen=True):
    """A write of which nothing was stored."""

    problems: list[WriteProblem]


class Known(msgspec.Struct, frozen=True):
    """What is already known of the record that a change is about."""

    root: str
    fields: frozenset[str]


def problems_of_group(changes: Sequence[Change]) -> list[WriteProblem]:
    """Return why the changes cannot be one group: no request could carry it, and the outbox would wait behind it."""
    is_too_large = len(changes) > MAX_EDITS or len(msgspec.json.encode(changes)) > MAX_GROUP_BYTES
    return [WriteProblem.TOO_LARGE] if is_too_large else []


def problems_of(change: Change, known: Known | None, account: Account, schema: Schema) -> list[WriteProblem]:
    """Return every reason why the change must not be written; ``known`` is None for a new record."""
    entity = schema.kinds.get(change.kind)
    if entity is None:
        return [WriteProblem.UNKNOWN_KIND]
    if account.role not in entity.writers:
        return [WriteProblem.FORBIDDEN]
    if (
        not (change.root == SHARED_ROOT or is_id(change.root))
        or (known is not None and known.root != change.root)
        or (change.kind == "customer" and change.root != change.id)
    ):
        return [WriteProblem.FOREIGN_ROOT]
    problems = [found for name in change.v if (found := _problem_of_field(entity, name, known, account)) is not None]
    has = frozenset(change.v) | (known.fields if known is not None else frozenset())
    problems += [WriteProblem.MISSING_FIELD for _name in entity.required - has]
    return problems


def _problem_of_field(entity: EntityType, name: str, known: Known | None, account: Account) -> WriteProblem | None:
    field = entity.fields.get(name)
    if field is None:
        return WriteProblem.UNKNOWN_FIELD
    if field.server or (field.manager and account.role is Role.REP and known is not None):
        return WriteProblem.FORBIDDEN_FIELD
    return None


def known_of(entity: EntityType, root: str, values: Mapping[str, Any]) -> Known:
    """Return what the check needs of a record's values."""
    return Known(root, frozenset(name for name in values if name in entity.fields))
