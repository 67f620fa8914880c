"""Forms: what the demo team's reports ask, and what was answered."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final

import msgspec

from routebook_server.demo.diary import DAY
from routebook_server.demo.maker import make_id, make_row, seeded, stamp_at
from routebook_server.demo.package_data import read_data
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.visit_form import Comparison, Condition, Question, QuestionType
from routebook_sync.messages import Row

_BETWEEN_ANSWERS: Final = 7_000
"""Milliseconds from one answer to the next."""


class DemoForm(msgspec.Struct, frozen=True):
    """A form: its id, its record's values, and its questions read."""

    id: str
    purposes: frozenset[str]
    questions: tuple[Question, ...]
    row: Row


def read_forms(seed: int, at: int) -> tuple[DemoForm, ...]:
    """Return the team's forms, made at ``at``."""
    random = seeded(seed, "visit forms")
    forms = []
    for values in msgspec.json.decode(read_data("visit_forms.json"), type=list[dict[str, Any]]):
        row = make_row("visit_form", make_id(random, at), SHARED_ROOT, at, values)
        questions = msgspec.convert(values["questions"], tuple[Question, ...])
        forms.append(DemoForm(row.i, frozenset(values["purposes"]), questions, row))
    return tuple(forms)


class Answerer:
    """Answers the questions of visits that ended not longer ago than ``since``, about half of them."""

    def __init__(
        self, random: Random, forms: tuple[DemoForm, ...], products: tuple[str, ...], since: int, currency: str
    ) -> None:
        self._random = random
        self._currency = currency
        self._forms = forms
        self._products = products
        self.since = since

    def answers(self, purpose: str, ended: int, *, always: bool = False) -> dict[str, Any]:
        """Return the answers of a visit as a field of it; {} for none, which with ``always`` only means no form."""
        form = next((form for form in self._forms if purpose in form.purposes), None)
        if form is None or ended < self.since or (self._random.random() < 0.4 and not always):
            return {}
        return {"answers": self.answer(form, ended)}

    def answer(self, form: DemoForm, ended: int) -> dict[str, str]:
        """Return the entries of a filled form."""
        given: dict[str, Any] = {}
        entries: list[list[Any]] = []
        for question in form.questions:
            if question.type is not QuestionType.PHOTO and _is_asked(question.show_when, given):
                value = self._value(question, ended)
                if value is not None:
                    given[question.id] = value
                    entries.append([form.id, question.id, self._written(question, value)])
        first = ended - _BETWEEN_ANSWERS * len(entries)
        return {
            stamp_at(first + number * _BETWEEN_ANSWERS): msgspec.json.encode(entry).decode()
            for number, entry in enumerate(entries)
        }

    def show(self, visit: Row, photos: list[Row]) -> Row:
        """Return a visit with the question for a photo answered by its photos, where its form has one."""
        answers: dict[str, str] = visit.v.get("answers", {})
        if not answers:
            return visit
        asked = msgspec.json.decode(next(iter(answers.values())))[0]
        [form] = (form for form in self._forms if form.id == asked)
        for question in form.questions:
            if question.type is QuestionType.PHOTO:
                entry = msgspec.json.encode([form.id, question.id, [photo.i for photo in photos]]).decode()
                answers = {**answers, stamp_at(visit.v["checked_out_at"]): entry}
        return msgspec.structs.replace(visit, v=visit.v | {"answers": answers})

    def _written(self, question: Question, value: Any) -> Any:
        """Return an answer as it stands in its entry. The twin: pwa/src/lib/domain/given-number.ts."""
        if question.type is QuestionType.MONEY:
            return f"{Decimal(value).scaleb(-2)} {self._currency}"
        if question.type is QuestionType.NUMBER:
            return str(Decimal(value).scaleb(-question.decimals))
        return value

    def _value(self, question: Question, ended: int) -> Any:
        random = self._random
        if not question.required and random.random() < 0.25:
            return None
        value_by_type: dict[QuestionType, Callable[[], Any]] = {
            QuestionType.YES_NO: lambda: random.random() < 0.7,
            QuestionType.ONE_OF: lambda: random.choice(question.choices).id,
            QuestionType.SEVERAL_OF: lambda: _some_of(random, [choice.id for choice in question.choices]),
            QuestionType.SCALE: lambda: random.choice((5, 6, 7, 8, 8, 9, 9, 10)),
            QuestionType.NUMBER: lambda: random.randint(28, 92) if question.decimals else random.choice((0, 0, 1, 3)),
            QuestionType.MONEY: lambda: random.randint(5, 80) * 100,
            QuestionType.DAY: lambda: _day_after(ended, random.randint(4, 40)),
            QuestionType.PRODUCT: lambda: random.choice(self._products),
            QuestionType.TEXT: lambda: None,
            QuestionType.PHOTO: lambda: None,
        }
        return value_by_type[question.type]()


def _some_of(random: Random, choices: list[str]) -> list[str]:
    return random.sample(choices, random.randint(1, min(3, len(choices))))


def _day_after(at: int, days: int) -> str:
    return datetime.fromtimestamp((at + days * DAY) / 1000, UTC).date().isoformat()


def _is_asked(condition: Condition | None, given: dict[str, Any]) -> bool:
    # The demo's forms ask with one rule each.
    if condition is None:
        return True
    [rule] = condition.rules
    answer = given.get(rule.question)
    if answer is None:
        return False
    match rule.test:
        case Comparison.GREATER:
            return bool(answer > rule.value)
        case Comparison.LESS:
            return bool(answer < rule.value)
        case _:
            return bool(answer == rule.value)
