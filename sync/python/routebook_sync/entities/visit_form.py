"""Visit form: the questions that a visit's report asks, as an administrator has put them together."""

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import Entity, Line, Money, Name, field
from routebook_sync.entities.customer import Relation, ValueClass
from routebook_sync.entities.visit import Purpose

Part = Annotated[str, Meta(pattern="^[0-9a-z]{1,26}$", max_length=26)]
"""The id of a question or of a choice: it stays, whatever the words become."""
LabelIn = Annotated[dict[Annotated[str, Meta(pattern="^[a-z]{2}$", max_length=2)], Name], Meta(max_length=10)]
"""The words in other languages, by language; the label is for everybody else."""
Number = Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000)]


class QuestionType(StrEnum):
    """What is answered with."""

    YES_NO = "yes_no"
    ONE_OF = "one_of"
    SEVERAL_OF = "several_of"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    TEXT = "text"
    SCALE = "scale"
    PRODUCT = "product"
    PHOTO = "photo"
    """Answered with the ids of files of the visit."""


class Comparison(StrEnum):
    """How an earlier answer is looked at."""

    ANSWERED = "answered"
    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    GREATER = "greater"
    LESS = "less"


class Match(StrEnum):
    """How many rules of a condition must hold."""

    ALL = "all"
    ANY = "any"


class Choice(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One answer of several. A removed one stays, so that old answers can be read."""

    id: Part
    label: Name
    label_in: LabelIn = {}
    removed: bool = False


class Rule(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an earlier question's answer must be."""

    question: Part
    test: Comparison
    value: Line | Money | bool | None = None


class Condition(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """When a question is asked."""

    match: Match = Match.ALL
    rules: Annotated[list[Rule], Meta(min_length=1, max_length=10)]


class Question(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One question. A removed one stays, so that old answers can be read."""

    id: Part
    type: QuestionType
    label: Name
    label_in: LabelIn = {}
    help: Line | None = None
    required: bool = False
    """A reminder, never a gate."""
    choices: Annotated[list[Choice], Meta(max_length=50)] = []
    unit: Annotated[str, Meta(max_length=20)] | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    decimals: Annotated[int, Meta(ge=0, le=3)] = 0
    """What a number is asked for with, and its bounds count in; an answer keeps those that it was given with."""
    show_when: Condition | None = None
    removed: bool = False

    def __post_init__(self) -> None:
        """ValueError where it cannot be asked."""
        if self.type in {QuestionType.ONE_OF, QuestionType.SEVERAL_OF}:
            if not self.choices:
                raise ValueError("a question with choices needs some")
            if len({choice.id for choice in self.choices}) < len(self.choices):
                raise ValueError("two choices have one id")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("the least is more than the most")
        if self.type is QuestionType.SCALE:
            low = 1 if self.minimum is None else self.minimum
            high = 10 if self.maximum is None else self.maximum
            if not 1 <= high - low <= 10:
                raise ValueError("a scale has 2 to 11 steps")


Questions: TypeAlias = Annotated[list[Question], Meta(max_length=100)]


class VisitForm(Entity):
    """Questions for the report of a visit; shared by the organisation, written by managers."""

    name: Annotated[Name, Meta(extra=field(title=True, column=True, required=True))] | UnsetType = UNSET
    active: Annotated[bool, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    purposes: Annotated[list[Purpose], Meta(max_length=20)] | UnsetType | None = UNSET
    """For visits of these purposes; null or empty for all."""
    relations: Annotated[list[Relation], Meta(max_length=20)] | UnsetType | None = UNSET
    value_classes: Annotated[list[ValueClass], Meta(max_length=20)] | UnsetType | None = UNSET
    name_in: LabelIn | UnsetType | None = UNSET
    questions: Questions | UnsetType | None = UNSET
