"""Invented customers: any number of them, each with a history that fits who he is."""

from random import Random
from typing import Final

import msgspec

from routebook_server.demo.accounts import Accounts
from routebook_server.demo.diary import HISTORY_DAYS, MINUTE, Diary
from routebook_server.demo.history import YEAR, Figures, History
from routebook_server.demo.maker import make_id
from routebook_server.demo.places import Place, towns_around
from routebook_server.demo.profile import (
    Profile,
    pick_churn_risk,
    pick_counts,
    pick_phase,
    pick_relation,
    pick_satisfaction,
    pick_trade,
    value_classes,
)
from routebook_server.demo.route import Seen
from routebook_server.demo.team import Rep
from routebook_sync.entities.customer import Phase
from routebook_sync.messages import Row

_CHAIN_TRADES: Final = frozenset({"pharmacy", "grocery", "cafe", "cosmetics"})
_SILENT_DAYS: Final = 240
"""Somebody who has not bought for so long is about to leave."""
_TOWN_DAYS: Final = (0, 1, 2, 3, 4)
_IRANIAN_TOWN_DAYS: Final = (5, 6, 0, 1, 2)


class Chain(msgspec.Struct):
    """Shops that belong together, and how many are still to come."""

    id: str
    name: str
    trade: str
    left: int


class InventedCustomers:
    """Makes the customers of one rep, one after the other."""

    def __init__(self, random: Random, rep: Rep, diary: Diary, history: History, places: dict[int, Place]) -> None:
        self.random = random
        self.rep = rep
        self.diary = diary
        self.history = history
        self._accounts = Accounts(random, rep, diary)
        self._towns, self._town_weights = towns_around(rep.home, places)
        self._classes = value_classes(random)
        self._chain: Chain | None = None

    def next(self, children: float) -> tuple[list[Row], Seen]:
        """Return the next customer with about ``children`` records below him, himself first."""
        random, history = self.random, self.history
        profile = self._profile(children)
        figures = Figures()
        below = self._accounts.contacts(profile)
        counts = profile.counts
        ordered = min(counts.visits, round(counts.orders * 0.6))
        # Whoever comes back has bought not long ago; the other orders lie anywhere.
        starts = [profile.first_order] * counts.orders
        if counts.orders and profile.phase in {Phase.REPEAT, Phase.LOYAL}:
            starts[0] = max(profile.first_order, HISTORY_DAYS - _SILENT_DAYS + 10)
        for start in starts[:ordered]:
            below += self._order_visit(profile, figures, start)
        for start in starts[ordered:]:
            day = self.diary.pick_order_day(random, start, profile.last_order)
            below.append(history.order(profile, day, self.diary.at(day, random.randint(540, 1_020)), figures))
        for _ in range(counts.visits - ordered):
            day = self._visit_day(profile, max(0, profile.since), HISTORY_DAYS)
            below.append(history.visit(profile, day, figures, ordered=False)[0])
        below += [history.task(profile) for _ in range(counts.tasks)]
        below += [history.note(profile) for _ in range(counts.notes)]
        below += [history.deal(profile) for _ in range(counts.deals)]
        customer = self._accounts.customer(self._as_it_turned_out(profile, figures), figures)
        return [customer, *below], Seen(profile.id, profile.point, figures.last_visit)

    def _order_visit(self, profile: Profile, figures: Figures, start: int) -> list[Row]:
        day = self._visit_day(profile, start, profile.last_order)
        visit, day, ended = self.history.visit(profile, day, figures, ordered=True)
        order = self.history.order(profile, day, ended - MINUTE, figures, visit.i)
        return [visit, order, *self.history.reports.shelf(profile, visit, ended)]

    def _visit_day(self, profile: Profile, start: int, end: int) -> int:
        days = _IRANIAN_TOWN_DAYS if self.rep.country == "IR" else _TOWN_DAYS
        return self.diary.pick_work_day(self.random, start, end, days[profile.place.geonameid % 5])

    def _profile(self, children: float) -> Profile:
        random, words = self.random, self.rep.words
        if not self._classes:
            self._classes = value_classes(random)
        value_class = self._classes.pop()
        chain = self._chain
        trade = chain.trade if chain else pick_trade(random, value_class)
        place = random.choices(self._towns, cum_weights=self._town_weights)[0]
        counts = pick_counts(random, value_class, children)
        if random.random() < 0.07:
            counts = msgspec.structs.replace(counts, orders=0)
        phase = pick_phase(random, counts.orders)
        since = self._since(phase)
        counts = counts.within(HISTORY_DAYS - since, HISTORY_DAYS)
        created = self.diary.at(max(0, since), 9 * 60)
        customer_id = make_id(random, created)
        parent = None
        if chain:
            name, parent = words.chain_branch.format(chain=chain.name, town=place.label), chain.id
            chain.left -= 1
            if chain.left == 0:
                self._chain = None
        else:
            name = words.firm(random, trade, place.label)
            if trade in _CHAIN_TRADES and random.random() < 0.04:
                self._chain = Chain(customer_id, name, trade, random.randint(2, 5))
        return Profile(
            id=customer_id,
            name=name,
            trade=trade,
            relation=pick_relation(random, trade),
            value_class=value_class,
            phase=phase,
            place=place,
            point=place.scatter(random),
            street=words.street(random),
            contacts=tuple(words.name(random, random.random() < 0.5) for _ in range(max(1, counts.contacts))),
            since=since,
            first_order=max(0, since),
            last_order=HISTORY_DAYS - random.randint(95, 240) if phase is Phase.LEAVING else HISTORY_DAYS,
            counts=counts,
            parent=parent,
        )

    def _since(self, phase: Phase) -> int:
        random = self.random
        if phase is Phase.STARTING:
            return HISTORY_DAYS - random.randint(25, 88)
        if phase is Phase.PROSPECTIVE:
            return HISTORY_DAYS - random.randint(20, 300)
        if phase is Phase.LEAVING or random.random() < 0.75:
            return -random.randint(1, 12 * YEAR)
        return random.randint(0, 400)

    def _as_it_turned_out(self, profile: Profile, figures: Figures) -> Profile:
        """Return the profile with the phase that the orders show, and what the models would say of it."""
        phase = profile.phase
        if figures.orders == 0:
            phase = Phase.PROSPECTIVE
        elif phase in {Phase.REPEAT, Phase.LOYAL} and figures.last_order < HISTORY_DAYS - _SILENT_DAYS:
            phase = Phase.LEAVING
        elif phase is Phase.LOYAL and figures.orders_12m < 2:
            phase = Phase.REPEAT
        return msgspec.structs.replace(
            profile,
            phase=phase,
            satisfaction=pick_satisfaction(self.random, phase),
            churn_risk=pick_churn_risk(self.random, phase),
        )
