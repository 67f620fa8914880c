"""Known customers: the ones that the first screens show, the same for every seed, with today's stops."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from routebook_server.demo.accounts import Accounts
from routebook_server.demo.diary import HISTORY_DAYS, MINUTE, Diary
from routebook_server.demo.history import Figures, History
from routebook_server.demo.maker import make_id, make_row, rewrite
from routebook_server.demo.pictures import photos_of
from routebook_server.demo.places import Place
from routebook_server.demo.profile import Counts, Profile, pick_relation
from routebook_server.demo.report import scrawl
from routebook_server.demo.team import KnownContact, KnownCustomer, KnownVisit, Rep
from routebook_server.demo.words import Name
from routebook_sync.entities.customer import Phase
from routebook_sync.entities.task import TaskStatus
from routebook_sync.entities.visit import Outcome, Presence, VisitStatus
from routebook_sync.messages import Row


class KnownCustomers:
    """Makes the named customers of one rep."""

    def __init__(self, random: Random, rep: Rep, diary: Diary, history: History, places: dict[int, Place]) -> None:
        self.random = random
        self.rep = rep
        self.diary = diary
        self.history = history
        self._accounts = Accounts(random, rep, diary)
        self._places = places

    def make(self, customer: KnownCustomer, position: int, now_ms: int) -> list[Row]:
        """Return a named customer; ``position`` is his place in today's route, from 1."""
        random, diary, history = self.random, self.diary, self.history
        profile = self._known_profile(customer)
        figures = Figures()
        below = [
            self._accounts.contact(profile, self._known_contact(profile.contacts[index], contact))
            for index, contact in enumerate(customer.contacts)
        ]
        below += self._autumn_orders(profile, figures) if customer.autumn else []
        last_seen = HISTORY_DAYS - customer.seen
        visited = range(round(profile.counts.visits * 0.6))
        for number in visited:
            buys = number * 3 < len(visited) * 2 and profile.phase is not Phase.STARTING
            day = diary.pick_work_day(random, profile.first_order, last_seen)
            below += self._dated_visit(profile, day, figures, ordered=buys)
        visit, *rest = self._dated_visit(profile, last_seen, figures, ordered=profile.phase is not Phase.LEAVING)
        below += [*self._photographed(visit), *rest]
        while figures.orders < customer.orders:
            day = diary.pick_order_day(random, profile.first_order, profile.last_order)
            below.append(history.order(profile, day, diary.at(day, random.randint(540, 1_020)), figures))
        below += [history.note(profile) for _ in range(profile.counts.notes)]
        below += self._known_events(profile, customer)
        if customer.stop:
            planned = self._planned(profile, customer.stop, position)
            if customer.done and now_ms >= diary.at(HISTORY_DAYS, 9 * 60):
                below += self._done(profile, planned, customer.done, figures)
            else:
                below.append(planned)
        return [self._accounts.customer(profile, figures), *below]

    def _known_profile(self, customer: KnownCustomer) -> Profile:
        random, words = self.random, self.rep.words
        since = self.diary.day_of(date(customer.since, 3, 12)) if customer.since else HISTORY_DAYS - 80
        contacts = []
        for contact in customer.contacts:
            parts = contact.name.split(" ")
            given, family = (contact.name[1:], contact.name[0]) if len(parts) == 1 else (parts[-2], parts[-1])
            address = words.name_of(given, family, contact.female).address
            contacts.append(Name(contact.name, address))
        counts = Counts(
            contacts=len(contacts),
            visits=customer.orders,
            orders=customer.orders,
            tasks=0,
            notes=min(4, customer.orders),
            deals=0,
        )
        return Profile(
            id=make_id(random, self.diary.at(max(0, since), 9 * 60)),
            name=customer.name,
            trade=customer.trade,
            relation=pick_relation(random, customer.trade),
            value_class=customer.value_class,
            phase=customer.phase,
            place=self._places[customer.place],
            point=customer.point,
            street=customer.street,
            contacts=tuple(contacts),
            since=since,
            first_order=max(0, since),
            last_order=HISTORY_DAYS - max(customer.seen, 95 if customer.phase is Phase.LEAVING else 0),
            counts=counts,
            satisfaction=customer.satisfaction,
            churn_risk=customer.churn_risk,
        )

    def _known_contact(self, name: Name, contact: KnownContact) -> dict[str, Any]:
        values = self._accounts.reach(name) | {"job_title": self.rep.words.job_titles[contact.job]}
        if contact.birthday_in is not None:
            coming = self.diary.today + timedelta(days=contact.birthday_in)
            # 29 February exists in 1984; an ordinary year could not hold it.
            values["birthday"] = coming.replace(year=1984).isoformat()
        return values

    def _dated_visit(self, profile: Profile, day: int, figures: Figures, *, ordered: bool) -> list[Row]:
        visit, day, ended = self.history.visit(profile, day, figures, ordered=ordered)
        shelf = self.history.reports.shelf(profile, visit, ended, always=True)
        order = [self.history.order(profile, day, ended - MINUTE, figures, visit.i)] if ordered else []
        return [visit, *order, *shelf]

    def _photographed(self, visit: Row) -> list[Row]:
        """Return a visit with its photos, which answer what its form asks for."""
        if visit.v["status"] != VisitStatus.DONE.value:
            return [visit]
        photos = photos_of(visit)
        return [self.history.reports.answerer.show(visit, photos), *photos]

    def _autumn_orders(self, profile: Profile, figures: Figures) -> Iterator[Row]:
        pack = next(i for i, article in enumerate(self.history.catalogue.articles) if article.season == "autumn")
        for years in (3, 2, 1):
            day = self.diary.day_of(date(self.diary.today.year - years, 11, 14))
            at = self.diary.at(day, 11 * 60)
            yield self.history.order_of(profile, day, at, [(pack, 40)], figures)

    def _known_events(self, profile: Profile, customer: KnownCustomer) -> list[Row]:
        random, rep, diary, rows = self.random, self.rep, self.diary, []
        if customer.call:
            at = diary.at(HISTORY_DAYS - customer.call.days, 11 * 60 + 20)
            note = {"customer": profile.id, "person": rep.person, "written_at": at, "body": customer.call.note}
            rows.append(make_row("note", make_id(random, at), profile.id, at, note))
        if customer.task:
            made, due = diary.at(HISTORY_DAYS - 2, 16 * 60), HISTORY_DAYS + customer.task.due_in
            task: dict[str, Any] = {
                "title": customer.task.title,
                "person": rep.person,
                "customer": profile.id,
                "type": customer.task.type.value,
                "status": TaskStatus.OPEN.value,
                "due_day": diary.iso[due],
            }
            if customer.task.remind:
                task["remind_at"] = diary.at(due, _minute(customer.task.remind))
            rows.append(make_row("task", make_id(random, made), profile.id, made, task))
        if customer.deal:
            known = customer.deal
            at = diary.at(HISTORY_DAYS - known.days, 15 * 60)
            deal: dict[str, Any] = {
                "customer": profile.id,
                "title": known.title,
                "owner": rep.person,
                "stage": known.stage.value,
                "stage_since": at,
                "amount": known.amount,
                "currency": rep.currency,
                "margin": known.margin,
                "close_day": diary.iso[HISTORY_DAYS + known.close_in],
                "next_step": known.next_step,
                "competitor": known.competitor,
                "discount": known.discount,
                "discount_reason": known.discount_reason,
            }
            if known.discount is not None:
                asked = diary.at(HISTORY_DAYS, 7 * 60 + 40)
                deal |= {"discount_asked_by": rep.person, "discount_asked_at": asked}
            rows.append(
                make_row("deal", make_id(random, at), profile.id, at, {k: v for k, v in deal.items() if v is not None})
            )
        return rows

    def _planned(self, profile: Profile, stop: str, position: int) -> Row:
        made = self.diary.at(HISTORY_DAYS - 1, 17 * 60 + 30)
        return self.history.planned_visit(profile.id, HISTORY_DAYS, _minute(stop), position, made)

    def _done(self, profile: Profile, planned: Row, done: KnownVisit, figures: Figures) -> list[Row]:
        """Return the day's first visit with its order, as it was made this morning."""
        at = planned.v["planned_at"]
        ended = at + done.minutes * MINUTE
        values = {
            "status": VisitStatus.DONE.value,
            "checked_in_at": at,
            "checked_out_at": ended,
            "presence": Presence.AT_CUSTOMER.value,
            "latitude": profile.point.latitude + 120,
            "longitude": profile.point.longitude - 90,
            "accuracy": 9,
            "distance": 15,
            "outcome": Outcome.ORDER.value,
            "note": done.note,
            "signature": scrawl(self.history.reports.random),
            "signed_by": profile.contacts[0].full,
            "signed_at": ended - MINUTE,
            **self.history.reports.answerer.answers(planned.v["purpose"], ended, always=True),
        }
        figures.add_visit(HISTORY_DAYS)
        index_by_number = self.history.catalogue.index_by_number
        lines = [(index_by_number[number], pieces) for number, pieces in done.lines]
        order = self.history.order_of(profile, HISTORY_DAYS, ended - MINUTE, lines, figures, visit=planned.i)
        visit = rewrite(planned, ended, values)
        return [*self._photographed(visit), order, *self.history.reports.shelf(profile, visit, ended, always=True)]


def _minute(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)
