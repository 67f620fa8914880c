"""History: what happened with one customer in two years, and what is still open, as records."""

from random import Random
from typing import Any, Final

import msgspec

from routebook_server.demo.catalogue import Catalogue
from routebook_server.demo.diary import DAY, HISTORY_DAYS, MINUTE, Diary
from routebook_server.demo.maker import make_id, make_row, rewrite, stamp_at
from routebook_server.demo.places import Point, distance_km
from routebook_server.demo.profile import ORDER_VALUE, Profile
from routebook_server.demo.report import Reports
from routebook_server.demo.team import Rep
from routebook_sync.entities.call import CallResult
from routebook_sync.entities.customer import Phase, ValueClass
from routebook_sync.entities.deal import Stage
from routebook_sync.entities.order import OrderStatus
from routebook_sync.entities.task import TaskStatus, TaskType
from routebook_sync.entities.visit import Outcome, Presence, Purpose, VisitStatus
from routebook_sync.messages import Row

_LINES: Final = {
    ValueClass.VIP: (8, 16),
    ValueClass.MAIN: (5, 12),
    ValueClass.REGULAR: (3, 8),
    ValueClass.SMALL: (1, 4),
}
_DEAL_VALUE: Final = {
    ValueClass.VIP: (60, 200), ValueClass.MAIN: (30, 100), ValueClass.REGULAR: (12, 60), ValueClass.SMALL: (4, 28),
}  # fmt: skip
"""In hundreds of the currency's major unit."""
_OUTCOMES: Final = (Outcome.INTERESTED, Outcome.FOLLOW_UP, Outcome.NOT_IN, Outcome.NO_NEED)
_OUTCOME_WEIGHTS: Final = (40, 70, 85, 100)
_CALL_RESULTS: Final = (CallResult.REACHED, CallResult.INTERESTED, CallResult.CALL_BACK, CallResult.NO_ANSWER)
_CALL_RESULT_WEIGHTS: Final = (50, 72, 82, 100)
_OPEN_STAGES: Final = (Stage.NEW, Stage.QUALIFIED, Stage.PROPOSAL, Stage.NEGOTIATION)
_OPEN_STAGE_WEIGHTS: Final = (31, 56, 82, 100)
_PATIENCE_DAYS: Final = {Stage.NEW: 25, Stage.QUALIFIED: 18, Stage.PROPOSAL: 12, Stage.NEGOTIATION: 10}
"""Days in which a deal of the demo leaves a stage, unless it slips."""
_WON: Final = 0.56
YEAR: Final = 365


class Figures(msgspec.Struct):
    """What the orders of one customer come to, minor units."""

    orders: int = 0
    revenue: int = 0
    revenue_12m: int = 0
    margin: int = 0
    margin_12m: int = 0
    orders_12m: int = 0
    first_order: int = HISTORY_DAYS
    last_order: int = -1
    visits_12m: int = 0
    last_visit: int = -1

    def add_visit(self, day: int) -> None:
        """Count a finished visit."""
        self.last_visit = max(self.last_visit, day)
        self.visits_12m += day >= HISTORY_DAYS - YEAR


class Pace(msgspec.Struct, frozen=True):
    """How often something is left open, so that a rep with very many customers has no more to do than others."""

    open_tasks: float
    open_deals: float


class History:
    """Writes the records of one rep's customers. Everything random comes from ``random``."""

    def __init__(
        self, random: Random, rep: Rep, diary: Diary, catalogue: Catalogue, *, pace: Pace, reports: Reports
    ) -> None:
        self.random = random
        self.reports = reports
        self.rep = rep
        self.diary = diary
        self.catalogue = catalogue
        self.pace = pace

    def text(self, templates: tuple[str, ...], profile: Profile, **values: str) -> str:
        """Return one of the texts, filled in."""
        random, words = self.random, self.rep.words
        article = random.choice(self.catalogue.articles_by_trade[profile.trade])
        return random.choice(templates).format(
            contact=random.choice(profile.contacts).address,
            product=article.name[words.locale],
            competitor=random.choice(words.competitors),
            percent=words.number(random.randint(4, 15)),
            count=words.number(random.choice((6, 10, 12, 20, 24, 30, 40))),
            **values,
        )

    # Visits

    def visit(self, profile: Profile, day: int, figures: Figures, *, ordered: bool) -> tuple[Row, int, int]:
        """Return a finished visit of a day of the history, or one that was called off; its day and when it ended."""
        random, words = self.random, self.rep.words
        day, minute = self.diary.take_visit(random, day)
        at = self.diary.at(day, minute)
        outcome = Outcome.ORDER if ordered else random.choices(_OUTCOMES, cum_weights=_OUTCOME_WEIGHTS)[0]
        minutes = random.randint(2, 6) if outcome is Outcome.NOT_IN else random.randint(9, 46)
        ended = at + minutes * MINUTE
        visit = self._planned(profile, day, at) if random.random() < 0.78 else None
        if visit and not ordered and random.random() < 0.07:
            return rewrite(visit, at, {"status": VisitStatus.CANCELLED.value}), day, at
        figures.add_visit(day)
        values: dict[str, Any] = {
            "status": VisitStatus.DONE.value,
            "checked_in_at": at,
            "checked_out_at": ended,
            "outcome": outcome.value,
        }
        if random.random() < 0.03:
            values["check_out_estimated"] = True
        values |= self._presence(profile)
        if random.random() < 0.7:
            values["note"] = self.text(words.visit_notes[outcome], profile)
        if outcome in {Outcome.INTERESTED, Outcome.FOLLOW_UP} and random.random() < 0.7:
            values["next_step"] = random.choice(words.next_steps)
        if random.random() < 0.02:
            values["comments"] = {stamp_at(ended + 40 * MINUTE): random.choice(words.comments)}
        purpose = visit.v["purpose"] if visit else self._purpose(profile)
        values |= self.reports.of_visit(profile, purpose, outcome, ended)
        if visit:
            return rewrite(visit, ended, values), day, ended
        values |= {"customer": profile.id, "person": self.rep.person, "purpose": purpose}
        return make_row("visit", make_id(random, at), profile.id, ended, values), day, ended

    def planned_visit(self, profile_id: str, day: int, minute: int, position: int, made: int) -> Row:
        """Return a visit that is still to be made; ``position`` counts the day's route from 1."""
        values = {
            "customer": profile_id,
            "person": self.rep.person,
            "status": VisitStatus.PLANNED.value,
            "purpose": Purpose.SALES.value,
            "planned_day": self.diary.iso[day],
            "planned_at": self.diary.at(day, minute),
            "position": position,
        }
        return make_row("visit", make_id(self.random, made), profile_id, made, values)

    def _planned(self, profile: Profile, day: int, at: int) -> Row:
        made = at - self.random.randint(14, 90) * 60 * MINUTE
        values = {
            "customer": profile.id,
            "person": self.rep.person,
            "status": VisitStatus.PLANNED.value,
            "purpose": self._purpose(profile),
            "planned_day": self.diary.iso[day],
            "planned_at": at - at % (15 * MINUTE),
        }
        return make_row("visit", make_id(self.random, made), profile.id, made, values)

    def _purpose(self, profile: Profile) -> str:
        chance = self.random.random()
        if profile.phase is Phase.PROSPECTIVE:
            return Purpose.ACQUISITION.value
        if chance < 0.75:
            return Purpose.SALES.value
        return (Purpose.SERVICE if chance < 0.9 else Purpose.DELIVERY if chance < 0.96 else Purpose.COLLECTION).value

    def _presence(self, profile: Profile) -> dict[str, Any]:
        random = self.random
        chance = random.random()
        if chance < 0.04:
            return {"presence": Presence.UNKNOWN.value}
        reach = 900 if chance < 0.90 else 30_000
        point = profile.point
        north, east = random.random() - 0.5, random.random() - 0.5
        seen = Point(point.latitude + round(north * reach), point.longitude + round(east * reach))
        distance = round(distance_km(point, seen) * 1000)
        presence = Presence.AT_CUSTOMER if distance <= 150 else Presence.ELSEWHERE
        return {
            "presence": presence.value,
            "latitude": seen.latitude,
            "longitude": seen.longitude,
            "accuracy": random.randint(4, 30),
            "distance": distance,
        }

    # Orders

    def order(self, profile: Profile, day: int, at: int, figures: Figures, visit: str = "") -> Row:
        """Return an order of ordinary size and add it to the figures."""
        random = self.random
        value = ORDER_VALUE[profile.value_class] * random.uniform(0.5, 1.6)
        month = self.diary.days[day].month
        picked = self.catalogue.pick(
            random, profile.trade, self.rep.country, month, random.randint(*_LINES[profile.value_class])
        )
        lines = []
        for index in picked:
            price = self.catalogue.articles[index].price
            quantity = max(1, round(value / len(picked) * random.uniform(0.4, 1.6) / price))
            lines.append((index, quantity))
        return self.order_of(profile, day, at, lines, figures, visit=visit)

    def order_of(
        self, profile: Profile, day: int, at: int, lines: list[tuple[int, int]], figures: Figures, *, visit: str = ""
    ) -> Row:
        """Return an order of articles (by index) and pieces, and add it to the figures; before the history too."""
        random, articles = self.random, self.catalogue.articles
        prices = [self.catalogue.price(index, at) for index, _quantity in lines]
        amount = sum(price * quantity for price, (_index, quantity) in zip(prices, lines, strict=True))
        is_cancelled = not visit and random.random() < 0.02
        values: dict[str, Any] = {
            "customer": profile.id,
            "person": self.rep.person,
            "number": f"{self.rep.country}-{_compact(self.diary, day)}-{self.diary.next_order(day):02d}",
            "status": OrderStatus.PLACED.value,
            "ordered_at": at,
            "amount": amount,
            "currency": self.rep.currency,
            "lines": [
                {"product": self.catalogue.ids[index], "quantity": quantity, "price": price}
                for price, (index, quantity) in zip(prices, lines, strict=True)
            ],
        }
        if visit:
            values["visit"] = visit
        row = make_row("order", make_id(random, at), profile.id, at, values)
        if is_cancelled:
            return rewrite(row, at + 5 * 60 * MINUTE, {"status": OrderStatus.CANCELLED.value})
        margin = amount - sum(articles[index].cost * quantity for index, quantity in lines)
        figures.orders += 1
        figures.revenue += amount
        figures.margin += margin
        figures.first_order = min(figures.first_order, day)
        figures.last_order = max(figures.last_order, day)
        if day >= HISTORY_DAYS - YEAR:
            figures.revenue_12m += amount
            figures.margin_12m += margin
            figures.orders_12m += 1
        if day < HISTORY_DAYS - 4:
            return rewrite(row, at + 3 * DAY, {"status": OrderStatus.DELIVERED.value})
        return row

    # Tasks, notes, deals

    def task(self, profile: Profile) -> Row:
        """Return a task: mostly one that was done, some that are open, due about now."""
        random, diary = self.random, self.diary
        kind = random.choice(_TASK_TYPES)
        values: dict[str, Any] = {
            "title": self.text(self.rep.words.tasks[kind], profile),
            "person": self.rep.person,
            "customer": profile.id,
            "type": kind.value,
            "status": TaskStatus.OPEN.value,
        }
        is_open = random.random() < self.pace.open_tasks
        if is_open:
            due = HISTORY_DAYS + random.choices((-1, 0, 1), cum_weights=(6, 14, 100))[0] * random.randint(1, 12)
            made = diary.at(min(due, HISTORY_DAYS) - random.randint(2, 14), random.randint(9 * 60, 17 * 60))
        else:
            due = self._some_day(profile)
            made = diary.at(due, 10 * 60) - random.randint(1, 9) * DAY
        values["due_day"] = diary.iso[due]
        if random.random() < 0.4:
            values["remind_at"] = diary.at(due, random.choice((9, 10, 12, 15)) * 60)
        if random.random() < 0.05:
            values["snoozes"] = {"0000": [random.randint(1, 3), 0]}
        row = make_row("task", make_id(random, made), profile.id, made, values)
        if is_open:
            return row
        done = diary.at(due, random.randint(10 * 60, 18 * 60))
        if random.random() < 0.04:
            return rewrite(row, done, {"status": TaskStatus.CANCELLED.value})
        return rewrite(row, done, {"status": TaskStatus.DONE.value, "done_at": done})

    def note(self, profile: Profile) -> Row:
        """Return a call with what came of it, or a remark that is worth knowing."""
        random, words = self.random, self.rep.words
        is_call = random.random() < 0.65
        at = self.diary.at(self._some_day(profile), random.randint(9 * 60, 17 * 60))
        values: dict[str, Any] = {"customer": profile.id, "person": self.rep.person}
        if is_call:
            result = random.choices(_CALL_RESULTS, cum_weights=_CALL_RESULT_WEIGHTS)[0]
            values |= {"called_at": at, "result": result.value}
            if result in {CallResult.REACHED, CallResult.INTERESTED}:
                values["note"] = self.text(words.call_notes, profile)
            return make_row("call", make_id(random, at), profile.id, at, values)
        values |= {"written_at": at, "body": self.text(words.customer_notes, profile)}
        if random.random() < 0.3:
            values["pinned"] = True
        return make_row("note", make_id(random, at), profile.id, at, values)

    def deal(self, profile: Profile) -> Row:
        """Return a deal: open, maybe slipping, or won or lost some time ago."""
        random, diary, words = self.random, self.diary, self.rep.words
        amount = random.randint(*_DEAL_VALUE[profile.value_class]) * 10_000
        values: dict[str, Any] = {
            "customer": profile.id,
            "title": self.text(words.deal_titles, profile),
            "owner": self.rep.person,
            "amount": amount,
            "currency": self.rep.currency,
            "margin": random.randint(8, 36),
        }
        if random.random() < 0.4:
            values["competitor"] = random.choice(words.competitors)
        if random.random() < self.pace.open_deals:
            stage = random.choices(_OPEN_STAGES, cum_weights=_OPEN_STAGE_WEIGHTS)[0]
            slips = random.random() < 0.2
            days = random.randint(1, _PATIENCE_DAYS[stage]) + (random.randint(15, 40) if slips else 0)
            since = HISTORY_DAYS - days
            close = HISTORY_DAYS + random.randint(3, 13)
            if not slips and random.random() < 0.8:
                values["next_step"] = random.choice(words.deal_next_steps)
        else:
            stage = Stage.WON if random.random() < _WON else Stage.LOST
            since = close = self._some_day(profile)
            if stage is Stage.LOST:
                values["lost_reason"] = self.text(words.lost_reasons, profile)
        at = diary.at(since, random.randint(9 * 60, 17 * 60))
        made = at - random.randint(3, 45) * DAY
        values["close_day"] = diary.iso[close]
        row = make_row(
            "deal", make_id(random, made), profile.id, made, values | {"stage": Stage.NEW.value, "stage_since": made}
        )
        return rewrite(row, at, {"stage": stage.value, "stage_since": at})

    def _some_day(self, profile: Profile) -> int:
        return self.diary.pick_work_day(self.random, max(0, profile.since))


_TASK_TYPES: Final = tuple(kind for kind in TaskType if kind is not TaskType.COMPLAINT)


def _compact(diary: Diary, day: int) -> str:
    return diary.iso_day(day).replace("-", "")[2:]
