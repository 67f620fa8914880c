"""Task: something one person has to do, for a customer or for himself."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from routebook_sync.entities.base import CounterState, Day, Entity, Id, Instant, Name, Paragraph, field
from routebook_sync.joins import Join


class TaskStatus(StrEnum):
    """Where the task stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class TaskType(StrEnum):
    """What kind of work the task is."""

    TODO = "todo"
    CALL = "call"
    EMAIL = "email"
    VISIT = "visit"
    QUOTE = "quote"
    COMPLAINT = "complaint"
    """A customer is not content; until it is done it is a reason to go to him."""


class TaskRepeat(StrEnum):
    """How often the task comes again; months and years are those of the calendar of whoever does it."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Task(Entity):
    """Something to do; follows its customer, or its person where it has no customer."""

    title: Annotated[Name, Meta(extra=field(title=True, column=True, search=True, required=True))] | UnsetType = UNSET
    person: Annotated[Id, Meta(extra=field(ref="person", column=True, required=True))] | UnsetType = UNSET
    customer: Annotated[Id, Meta(extra=field(ref="customer", column=True))] | UnsetType | None = UNSET
    visit: Annotated[Id, Meta(extra=field(ref="visit"))] | UnsetType | None = UNSET
    type: Annotated[TaskType, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    status: Annotated[TaskStatus, Meta(extra=field(column=True, required=True))] | UnsetType = UNSET
    due_day: Annotated[Day, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    remind_at: Annotated[Instant, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    done_at: Annotated[Instant, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    snoozes: Annotated[CounterState, Meta(extra=field(join=Join.COUNTER))] | UnsetType = UNSET
    description: Annotated[Paragraph, Meta(extra=field(join=Join.TEXT))] | UnsetType | None = UNSET
    repeat: Annotated[TaskRepeat, Meta(extra=field(column=True))] | UnsetType | None = UNSET
    repeat_from: Instant | UnsetType | None = UNSET
    next_task: Annotated[Id, Meta(extra=field(ref="task"))] | UnsetType | None = UNSET
