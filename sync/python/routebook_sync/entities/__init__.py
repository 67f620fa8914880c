"""The one declaration of every entity, and what is derived from it for validation and generation."""

import functools
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, inspect

from routebook_sync.entities.base import Entity, Home
from routebook_sync.entities.call import Call
from routebook_sync.entities.conflict import Conflict
from routebook_sync.entities.contact import Contact
from routebook_sync.entities.custom_field import CustomField
from routebook_sync.entities.custom_value import CustomValue
from routebook_sync.entities.customer import Customer
from routebook_sync.entities.deal import Deal
from routebook_sync.entities.file import File
from routebook_sync.entities.held_edit import HeldEdit
from routebook_sync.entities.holiday import Holiday
from routebook_sync.entities.note import Note
from routebook_sync.entities.order import Order
from routebook_sync.entities.person import Person
from routebook_sync.entities.product import Product
from routebook_sync.entities.saved_list import SavedList
from routebook_sync.entities.setting import Setting
from routebook_sync.entities.shelf_check import ShelfCheck
from routebook_sync.entities.task import Task
from routebook_sync.entities.territory import Territory
from routebook_sync.entities.visit import Visit
from routebook_sync.entities.visit_form import VisitForm
from routebook_sync.joins import STAMPED, Join

__all__ = ["ENTITY_TYPES", "Archive", "EntityType", "FieldType", "entity_type"]


class FieldType(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field of an entity: everything that storage, forms, lists and search need to know of it."""

    name: str
    type: str
    """text, integer, boolean, choice, list, object, any, set, counter or log."""
    join: Join = Join.REGISTER
    choices: tuple[str, ...] = ()
    nullable: bool = False
    ref: str = ""
    unit: str = ""
    max_length: int = 0
    """Of a text, or of each entry of a log."""
    pattern: str = ""
    """A regular expression that a text matches, the same in Python and in JavaScript."""
    minimum: int | None = None
    maximum: int | None = None
    column: bool = False
    search: bool = False
    home: bool = False
    title: bool = False
    required: bool = False
    server: bool = False
    manager: bool = False
    hidden: bool = False


class Archive(msgspec.Struct, frozen=True):
    """What makes a record old: ``date`` is the field that says when it was, ``over`` what others then say."""

    date: str
    over: Mapping[str, frozenset[Any]]

    def date_of(self, values: Mapping[str, Any]) -> int | None:
        """Return when it was, milliseconds since 1970 UTC; None while it is not over."""
        at = values.get(self.date)
        return at if isinstance(at, int) and all(values.get(name) in done for name, done in self.over.items()) else None


class EntityType(msgspec.Struct, frozen=True):
    """A kind of record: its struct, its fields by name, and where its records live."""

    kind: str
    struct: type[Entity]
    home: Home
    writers: frozenset[str]
    """The roles that may write it."""
    fields: dict[str, FieldType]
    indexes: tuple[tuple[str, ...], ...]
    """The local indexes: columns that lists look records up by."""
    patch: type
    """A struct with the same fields that refuses unknown ones; what an edit's values are checked against."""

    inside: frozenset[str]
    """The fields that carry their stamps inside: sets, counters and logs."""
    hidden: frozenset[str]
    """The fields that only managers and administrators are sent (SPEC R35)."""
    archive: Archive | None = None
    """What makes a record of a customer old (SPEC R39); None for kinds that stay at hand for ever."""

    def join_of(self, name: str) -> Join:
        """Return the join of a field; a field that the kind does not declare is a register (SPEC R26)."""
        field = self.fields.get(name)
        return field.join if field else Join.REGISTER

    @property
    def required(self) -> frozenset[str]:
        """The fields that a new record must have."""
        return frozenset(name for name, field in self.fields.items() if field.required)


def _field_type(name: str, declared: inspect.Type) -> FieldType:
    extra: dict[str, Any] = {}
    nullable = False
    found: inspect.Type = declared
    while isinstance(found, inspect.Metadata | inspect.UnionType):
        if isinstance(found, inspect.Metadata):
            extra = {**(found.extra or {}), **extra}
            found = found.type
            continue
        parts = [part for part in found.types if not _is_marker(part)]
        nullable = nullable or any(isinstance(part, inspect.NoneType) for part in found.types)
        if len(parts) != 1:
            return FieldType(name=name, type="any", nullable=True, **extra)
        found = parts[0]
    join = Join(extra.pop("join", Join.REGISTER))
    limits: dict[str, Any] = {}
    match found:
        case inspect.EnumType(cls=choices):
            kind, limits = "choice", {"choices": tuple(str(choice.value) for choice in choices)}
        case inspect.StrType(max_length=length, pattern=pattern):
            kind, limits = "text", {"max_length": length or 0}
            if "ref" not in extra:  # What an id looks like is known without.
                limits["pattern"] = pattern or ""
        case inspect.IntType(ge=low, le=high):
            kind, limits = "integer", {"minimum": low, "maximum": high}
        case inspect.BoolType():
            kind = "boolean"
        case inspect.ListType():
            kind = "list"
        case inspect.DictType(value_type=value):
            kind = join.value if join in {Join.SET, Join.COUNTER, Join.LOG} else "object"
            if join is Join.LOG and isinstance(value, inspect.StrType):
                limits = {"max_length": value.max_length or 0, "pattern": value.pattern or ""}
        case _:
            raise TypeError(f"{name}: no field type for {found}")
    return FieldType(name=name, type=kind, join=join, nullable=nullable, **limits, **extra)


def _is_marker(part: inspect.Type) -> bool:
    return isinstance(part, inspect.NoneType) or (
        isinstance(part, inspect.CustomType) and part.cls is msgspec.UnsetType
    )


def _declare(
    kind: str,
    struct: type[Entity],
    home: Home,
    writers: tuple[str, ...],
    *indexes: tuple[str, ...],
    archive: Archive | None = None,
) -> EntityType:
    hints = msgspec.structs.fields(struct)
    fields = {field.name: _field_type(field.name, inspect.type_info(field.type)) for field in hints}
    patch = msgspec.defstruct(
        f"{struct.__name__}Patch",
        [(field.name, field.type, UNSET) for field in hints],
        kw_only=True,
        forbid_unknown_fields=True,
    )
    inside = frozenset(name for name, field in fields.items() if field.join not in STAMPED)
    hidden = frozenset(name for name, field in fields.items() if field.hidden)
    return EntityType(kind, struct, home, frozenset(writers), fields, indexes, patch, inside, hidden, archive)


def _archive(date: str, **over: list[Any]) -> Archive:
    return Archive(date, {name: frozenset(values) for name, values in over.items()})


_EVERYBODY = ("rep", "manager", "administrator")
_MANAGERS = ("manager", "administrator")
_ADMINISTRATORS = ("administrator",)

ENTITY_TYPES: dict[str, EntityType] = {
    declared.kind: declared
    for declared in (
        _declare("customer", Customer, Home.TERRITORY, _EVERYBODY, ("city",), ("owner",), ("parent",)),
        _declare("contact", Contact, Home.ROOT, _EVERYBODY, ("customer",)),
        _declare(
            "visit",
            Visit,
            Home.ROOT,
            _EVERYBODY,
            ("customer", "checked_in_at"),
            ("planned_day", "person"),
            ("checked_in_at",),
            ("status",),
            archive=_archive("checked_in_at", status=["done"]),
        ),
        _declare(
            "task",
            Task,
            Home.ROOT,
            _EVERYBODY,
            ("customer",),
            ("status", "due_day"),
            archive=_archive("done_at", status=["done"]),
        ),
        _declare(
            "note",
            Note,
            Home.ROOT,
            _EVERYBODY,
            ("customer", "written_at"),
            archive=_archive("written_at", pinned=[None, False]),
        ),
        _declare(
            "file",
            File,
            Home.ROOT,
            _EVERYBODY,
            ("customer", "taken_at"),
            ("visit",),
            archive=_archive("taken_at"),
        ),
        _declare("call", Call, Home.ROOT, _EVERYBODY, ("customer", "called_at"), archive=_archive("called_at")),
        _declare("deal", Deal, Home.ROOT, _EVERYBODY, ("customer",), ("stage",), ("discount_asked_at",)),
        _declare(
            "order",
            Order,
            Home.ROOT,
            _EVERYBODY,
            ("customer", "ordered_at"),
            archive=_archive("ordered_at", status=["delivered", "cancelled"]),
        ),
        _declare(
            "shelf_check",
            ShelfCheck,
            Home.ROOT,
            _EVERYBODY,
            ("customer", "seen_at"),
            ("visit",),
            ("competitor",),
            archive=_archive("seen_at"),
        ),
        _declare("custom_value", CustomValue, Home.ROOT, _EVERYBODY, ("customer",), ("custom_field",)),
        _declare("product", Product, Home.SHARED, _MANAGERS, ("category",)),
        _declare("visit_form", VisitForm, Home.SHARED, _MANAGERS),
        _declare("custom_field", CustomField, Home.SHARED, _MANAGERS),
        _declare("person", Person, Home.SHARED, _ADMINISTRATORS),
        _declare("territory", Territory, Home.SHARED, _ADMINISTRATORS),
        _declare("holiday", Holiday, Home.SHARED, _MANAGERS, ("day",)),
        _declare("saved_list", SavedList, Home.ROOT, _EVERYBODY, ("subject",)),
        _declare("setting", Setting, Home.ROOT, _EVERYBODY, ("name",)),
        _declare("held_edit", HeldEdit, Home.ROOT, _EVERYBODY, ("status", "written_at"), ("target",)),
        _declare("conflict", Conflict, Home.ROOT, _EVERYBODY, ("happened_at",), ("target",)),
    )
}
"""Every kind by its name, in the order that screens and schema use."""


@functools.cache
def entity_type(kind: str) -> EntityType | None:
    """Return the declaration of ``kind``, or None if there is no such kind."""
    return ENTITY_TYPES.get(kind)
