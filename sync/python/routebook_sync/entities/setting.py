"""Setting: a named choice of the organisation or of one person."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Entity, field


class Setting(Entity):
    """A named value; lives with the organisation, or with the person that is its root."""

    name: (
        Annotated[str, Meta(min_length=1, max_length=100, extra=field(title=True, column=True, required=True))]
        | UnsetType
    ) = UNSET
    value: dict[str, Any] | list[Any] | str | int | bool | UnsetType | None = UNSET
