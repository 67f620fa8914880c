"""Profile: what kind of customer somebody is, from which everything else about him follows."""

from random import Random
from typing import Final, Self

import msgspec

from routebook_server.demo.places import Place, Point
from routebook_server.demo.words import Name
from routebook_sync.entities.customer import Phase, Relation, ValueClass

PYRAMID: Final = {ValueClass.VIP: 1, ValueClass.MAIN: 4, ValueClass.REGULAR: 15, ValueClass.SMALL: 80}
"""Customers of each hundred."""
_SHARE_OF_HISTORY: Final = {ValueClass.VIP: 5.0, ValueClass.MAIN: 3.0, ValueClass.REGULAR: 1.6, ValueClass.SMALL: 0.74}
"""How much more happens with a customer than with the average one; 1 over the pyramid."""
ORDER_VALUE: Final = {
    ValueClass.VIP: 390_000,
    ValueClass.MAIN: 150_000,
    ValueClass.REGULAR: 68_000,
    ValueClass.SMALL: 21_000,
}
"""An ordinary order, in minor units."""
_FOR_THE_NEW: Final = 1.17
"""What everybody is given more, because the new ones then lose most of it (``Counts.within``)."""
_TRADES: Final = ("pharmacy", "grocery", "wholesale", "hardware", "cafe", "cosmetics")
_TRADE_WEIGHTS: Final = (20, 55, 65, 77, 92, 100)
_LARGE_TRADE_WEIGHTS: Final = (10, 30, 85, 93, 95, 100)


class Counts(msgspec.Struct, frozen=True):
    """How many records a customer has of each kind."""

    contacts: int
    visits: int
    orders: int
    tasks: int
    notes: int
    deals: int

    def within(self, days: int, of: int) -> Self:
        """Return as much as happens in ``days`` when this happens in ``of``, and an order if there was one."""
        if days >= of:
            return self
        part = days / of
        return type(self)(
            self.contacts,
            visits=max(1, round(self.visits * part)) if self.visits else 0,
            orders=max(1, round(self.orders * part)) if self.orders else 0,
            tasks=round(self.tasks * part),
            notes=round(self.notes * part),
            deals=self.deals,
        )


class Profile(msgspec.Struct, frozen=True):
    """Who a customer is and how he buys. ``since`` and the window of his orders are days of the diary."""

    id: str
    name: str
    trade: str
    relation: Relation
    value_class: ValueClass
    phase: Phase
    place: Place
    point: Point
    street: str
    contacts: tuple[Name, ...]
    since: int
    first_order: int
    last_order: int
    """The day after the last one on which he may have ordered."""
    counts: Counts
    parent: str | None = None
    satisfaction: int | None = None
    churn_risk: int | None = None


def value_classes(random: Random) -> list[ValueClass]:
    """Return the value classes of the next hundred customers."""
    classes = [value_class for value_class, count in PYRAMID.items() for _ in range(count)]
    random.shuffle(classes)
    return classes


def pick_trade(random: Random, value_class: ValueClass) -> str:
    """Return what a customer deals in: the large ones are mostly wholesalers."""
    is_large = value_class in {ValueClass.VIP, ValueClass.MAIN}
    return random.choices(_TRADES, cum_weights=_LARGE_TRADE_WEIGHTS if is_large else _TRADE_WEIGHTS)[0]


def pick_counts(random: Random, value_class: ValueClass, children: float) -> Counts:
    """Return how much is known of a customer, ``children`` records on average over the pyramid."""
    contacts = min(1.7, 0.9 + 0.05 * children, children / 2)
    rest = max(0.0, children - contacts) * _SHARE_OF_HISTORY[value_class] * _FOR_THE_NEW
    chosen = {"visits": 0.46, "orders": 0.31, "tasks": 0.09, "notes": 0.10, "deals": 0.04}
    # A triangle from nothing to twice as much: some customers are busy, some are quiet.
    spread = random.triangular(0, 2, 1)
    whole = min(3, int(contacts + random.random()))
    return Counts(whole, **{kind: int(share * rest * spread + random.random()) for kind, share in chosen.items()})


def pick_phase(random: Random, orders: int) -> Phase:
    """Return the phase of a customer who ordered so often in two years."""
    if orders == 0:
        return Phase.PROSPECTIVE
    if orders == 1:
        weights = (45, 70, 70, 100)
    elif orders < 4:
        weights = (8, 86, 86, 100)
    elif orders < 8:
        weights = (4, 50, 89, 100)
    else:
        weights = (0, 15, 93, 100)
    return random.choices((Phase.STARTING, Phase.REPEAT, Phase.LOYAL, Phase.LEAVING), cum_weights=weights)[0]


def pick_relation(random: Random, trade: str) -> Relation:
    """Return how a customer stands to us."""
    if trade == "wholesale":
        return Relation.DISTRIBUTOR
    return Relation.END_CUSTOMER if random.random() < 0.12 else Relation.BUSINESS


_SATISFACTION: Final = {
    Phase.STARTING: (55, 85), Phase.REPEAT: (58, 88), Phase.LOYAL: (72, 97), Phase.LEAVING: (28, 60),
}  # fmt: skip
_CHURN_RISK: Final = {
    Phase.STARTING: (18, 42), Phase.REPEAT: (10, 34), Phase.LOYAL: (2, 16), Phase.LEAVING: (52, 90),
}  # fmt: skip


def pick_satisfaction(random: Random, phase: Phase) -> int | None:
    """Return an index from 0 to 100; None where nobody has asked yet."""
    return random.randint(*_SATISFACTION[phase]) if phase in _SATISFACTION else None


def pick_churn_risk(random: Random, phase: Phase) -> int | None:
    """Return a percentage; None for somebody who never bought."""
    return random.randint(*_CHURN_RISK[phase]) if phase in _CHURN_RISK else None
