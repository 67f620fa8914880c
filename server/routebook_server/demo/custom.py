"""Custom fields: what the demo team keeps of its customers beside what every team does."""

from random import Random
from typing import Any, Final

import msgspec

from routebook_server.demo.maker import make_id, make_row, seeded, stamp_at
from routebook_server.demo.package_data import read_data
from routebook_sync.base32 import decode, encode
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.custom_field import CustomFieldType
from routebook_sync.identifier import ID_WIDTH
from routebook_sync.messages import Row

_CHANCE: Final = 0x0000_0000_0000_0FFF_0FFF_FFFF_FFFF_FFFF
"""The bits of a UUID of version 7 that are mixed: not the time, nor the digits that begin with version and variant."""
_FILLED: Final = 0.7
"""Of the fields of a customer, so many have something in them."""
_KEPT: Final = 0.25
"""Of so many customers anything is kept in them."""


class DemoField(msgspec.Struct, frozen=True):
    """A field: its record, and how it is filled."""

    row: Row
    type: CustomFieldType
    fill: dict[str, Any]
    """By language: the words to pick from; or ``from`` and ``to`` of a number."""


def custom_value_id(customer: str, field: str) -> str:
    """Return the id of what a customer has in a field; the twin of ``customValueId`` in the app's domain."""
    return encode(decode(customer) ^ (decode(field) & _CHANCE), ID_WIDTH)


def read_fields(seed: int, at: int) -> tuple[DemoField, ...]:
    """Return the team's custom fields, made at ``at``."""
    random = seeded(seed, "custom fields")
    fields = []
    for position, values in enumerate(
        msgspec.json.decode(read_data("custom_fields.json"), type=list[dict[str, Any]]), 1
    ):
        fill = values.pop("fill")
        row = make_row("custom_field", make_id(random, at), SHARED_ROOT, at, {**values, "position": position})
        fields.append(DemoField(row, CustomFieldType(values["type"]), fill))
    return tuple(fields)


class Filler:
    """Fills the fields of customers, a quarter of them, in the words of a language."""

    def __init__(self, random: Random, fields: tuple[DemoField, ...], language: str) -> None:
        self._random = random
        self._fields = fields
        self._language = language

    def fill(self, customer: str, at: int, *, always: bool = False) -> list[Row]:
        """Return what a customer has in the fields since ``at``; ``always``: in every one."""
        if self._random.random() > _KEPT and not always:
            return []
        chosen = [field for field in self._fields if self._random.random() < _FILLED or always]
        return [self._value(field, customer, at) for field in chosen]

    def _value(self, field: DemoField, customer: str, at: int) -> Row:
        values = {"customer": customer, "custom_field": field.row.i, field.type.value: self._pick(field, at)}
        return make_row("custom_value", custom_value_id(customer, field.row.i), customer, at, values)

    def _pick(self, field: DemoField, at: int) -> Any:
        match field.type:
            case CustomFieldType.YES_NO:
                return self._random.random() < 0.7
            case CustomFieldType.NUMBER | CustomFieldType.MONEY:
                step = field.fill["step"]
                return self._random.randrange(field.fill["from"], field.fill["to"], step)
            case CustomFieldType.DAY:
                month, day = self._random.randrange(1, 13), self._random.randrange(1, 29)
                return f"{field.fill['year']}-{month:02}-{day:02}"
            case CustomFieldType.CHOICE:
                return self._random.choice(field.row.v["choices"])["id"]
            case CustomFieldType.CHOICES:
                ids = sorted(choice["id"] for choice in field.row.v["choices"])
                some = self._random.sample(ids, self._random.randrange(1, len(ids)))
                return {one: [[stamp_at(at)], []] for one in sorted(some)}
            case _:
                return self._random.choice(field.fill.get(self._language, field.fill["en"]))
