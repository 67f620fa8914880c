"""What an edit's values must be: the checks before any merge, and the words of a refusal."""

import functools
import re
from typing import Any, Final

import msgspec

from routebook_sync.entities import ENTITY_TYPES, EntityType
from routebook_sync.entities.person import Role
from routebook_sync.joins import MAX_SAFE
from routebook_sync.messages import ProblemCode, Verdict, VerdictKind

MAX_DEPTH: Final = 16
"""Levels of lists and objects within one value."""
REFUSALS: Final = frozenset({VerdictKind.HELD, VerdictKind.REJECTED})
"""Verdicts on an edit that changed nothing."""
_FIELD: Final = re.compile(r"`\$\.(\w+)")
_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")
_OPEN_TYPES: Final = frozenset({"any", "object"})
_FIXED: Final = {"custom_field": "type"}
"""By kind, the field that stays what its record was made with (SPEC R27)."""


class Refusal(msgspec.Struct, frozen=True):
    """Why an edit cannot be applied; ``held`` where the server keeps it instead of refusing it."""

    code: ProblemCode
    message: str
    field: str = ""
    held: bool = False
    lacks_right: bool = False
    """Whether the server knows of no right of its author to do this; before a restore there may have been one."""

    def verdict(self, n: int) -> Verdict:
        """Return the verdict on edit ``n``."""
        kind = VerdictKind.HELD if self.held else VerdictKind.REJECTED
        return Verdict(n, kind, self.code.value, self.field, self.message)


class RefusalError(Exception):
    """Ends the work on an edit that will not be applied."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


FAULT: Final = Refusal(ProblemCode.INTERNAL, "Something went wrong on the server; the change is kept there.", held=True)
"""Of an edit that met a fault of ours."""


class _Checks(msgspec.Struct, frozen=True):
    """What is asked of a kind's values beyond their types, found once."""

    guarded: frozenset[str]
    """Fields that not everybody may write, or whose values are not bounded by a type."""
    managers: frozenset[str]
    """Fields that only managers change."""
    required: tuple[str, ...]
    """What a new record must have, in order."""
    is_servers: bool
    """Whether only the server can make one: there is something that it must have and nobody else may write."""


@functools.cache
def _checks(kind: str) -> _Checks:
    entity = ENTITY_TYPES[kind]
    guarded = frozenset(
        name for name, field in entity.fields.items() if field.server or field.hidden or field.type in _OPEN_TYPES
    )
    managers = frozenset(name for name, field in entity.fields.items() if field.manager)
    required = tuple(sorted(entity.required))
    return _Checks(guarded, managers, required, any(entity.fields[name].server for name in required))


def refuse_values(
    entity: EntityType, values: dict[str, Any], role: Role, *, is_new: bool, system: bool
) -> Refusal | None:
    """Return why these values must not be written, whatever the record holds, or None.

    ``system`` may write every field. What the record holds is for ``refuse_beside``.
    """
    if role not in entity.writers:
        return Refusal(ProblemCode.FORBIDDEN, f"A {role} may not change a {entity.kind}.", lacks_right=True)
    try:
        msgspec.convert(values, entity.patch)
    except msgspec.ValidationError as error:
        return _refuse_shape(str(error))
    checks = _checks(entity.kind)
    if is_new and checks.is_servers and not system:
        return Refusal(ProblemCode.FORBIDDEN, f"Only the server makes a {entity.kind}.")
    if not values.keys().isdisjoint(checks.guarded):
        for name in checks.guarded.intersection(values):
            refusal = _refuse_guarded(entity, name, values[name], role, system=system)
            if refusal is not None:
                return refusal
    return None


def refuse_beside(entity: EntityType, values: dict[str, Any], old: dict[str, Any] | None, role: Role) -> Refusal | None:
    """Return why these values must not be written beside ``old``, what the record holds (None: it is new), or None.

    The answer tells something of that: it is for those alone who may write there (guarantee G5).
    """
    checks = _checks(entity.kind)
    if role is Role.REP and not values.keys().isdisjoint(checks.managers):
        for name in checks.managers.intersection(values):
            allowed = entity.fields[name].required if old is None else old.get(name) == values[name]
            if not allowed:
                message = f"Only a manager may change {name}."
                return Refusal(ProblemCode.FORBIDDEN_FIELD, message, name, lacks_right=True)
    fixed = _FIXED.get(entity.kind)
    if fixed is not None and old is not None and fixed in values and old.get(fixed, values[fixed]) != values[fixed]:
        return Refusal(ProblemCode.FORBIDDEN_FIELD, f"The {fixed} of a {entity.kind} never changes.", fixed)
    if old is None or values.get("deleted", True) is not True:
        # What comes back from the deleted may have lost its body since (SPEC R36): it needs all that a new one does.
        for name in checks.required:
            if name not in values and (old is None or name not in old):
                return Refusal(ProblemCode.MISSING_FIELD, f"A new {entity.kind} needs {name}.", name)
    return None


def _refuse_guarded(entity: EntityType, name: str, value: Any, role: Role, *, system: bool) -> Refusal | None:
    field = entity.fields[name]
    if field.type in _OPEN_TYPES and not travels(value):
        return Refusal(
            ProblemCode.WRONG_TYPE,
            f"{name} holds a fraction, too large a number or too many levels.",
            name,
        )
    if field.server and not system:
        return Refusal(ProblemCode.FORBIDDEN_FIELD, f"Only the server writes {name}.", name)
    if field.hidden and role is Role.REP:
        # Whatever the value is: an answer that depended on it would tell it.
        message = f"Only a manager may see and change {name}."
        return Refusal(ProblemCode.FORBIDDEN_FIELD, message, name, lacks_right=True)
    return None


def _refuse_shape(message: str) -> Refusal:
    path = _FIELD.search(message)
    unknown = _UNKNOWN.search(message)
    if unknown is not None:
        return Refusal(ProblemCode.UNKNOWN_FIELD, f"{message}.", path.group(1) if path else unknown.group(1))
    return Refusal(ProblemCode.WRONG_TYPE, f"{message}.", path.group(1) if path else "")


def travels(value: Any, depth: int = MAX_DEPTH) -> bool:
    """Tell whether a value may go over the wire (SPEC R15)."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return True
    if isinstance(value, int):
        return -MAX_SAFE <= value <= MAX_SAFE
    if isinstance(value, list) and depth:
        return all(travels(part, depth - 1) for part in value)
    if isinstance(value, dict) and depth:
        return all(travels(part, depth - 1) for part in value.values())
    return False
