"""Report: what a finished visit's report holds beside its outcome and note."""

from math import cos, pi, sin
from random import Random
from typing import Any, Final

from routebook_server.demo.catalogue import Catalogue
from routebook_server.demo.diary import MINUTE
from routebook_server.demo.forms import Answerer
from routebook_server.demo.maker import make_id, make_row
from routebook_server.demo.profile import Profile
from routebook_server.demo.team import Rep
from routebook_sync.entities.shelf_check import Stock
from routebook_sync.entities.visit import Outcome, Purpose
from routebook_sync.messages import Row

_LOOP: Final = 18
"""Points of one loop of a signature."""


class Reports:
    """Writes the reports of one rep. ``random`` is its own, so that reports change nothing else of the demo."""

    def __init__(self, random: Random, rep: Rep, catalogue: Catalogue, answerer: Answerer) -> None:
        self.random = random
        self.answerer = answerer
        self._rep = rep
        self._catalogue = catalogue

    def of_visit(self, profile: Profile, purpose: str, outcome: Outcome, ended: int) -> dict[str, Any]:
        """Return what a visit's report has beside its note."""
        if outcome is Outcome.NOT_IN:
            return {}
        return {**self.signature(profile, purpose, outcome, ended), **self.answerer.answers(purpose, ended)}

    def shelf(self, profile: Profile, visit: Row, ended: int, *, always: bool = False) -> list[Row]:
        """Return what was seen on the shelf of a customer at a visit, as records; nothing for most."""
        random = self.random
        outcome = visit.v.get("outcome")
        if outcome in (None, Outcome.NOT_IN) or ended < self.answerer.since or (random.random() < 0.6 and not always):
            return []
        articles, ids = self._catalogue.articles, self._catalogue.ids
        here = [index for index, article in enumerate(articles) if profile.trade in article.trades]
        at = {"customer": profile.id, "person": self._rep.person, "visit": visit.i, "seen_at": ended - 2 * MINUTE}
        seen: list[dict[str, Any]] = []
        for index in random.sample(here, min(len(here), random.randint(1, 3))):
            stock = random.choices(list(Stock), cum_weights=(70, 90, 100))[0]
            seen.append({"product": ids[index], "stock": stock.value, "facings": random.randint(1, 6)})
        for competitor in random.sample(self._rep.words.competitors, random.randint(1 if always else 0, 2)):
            article = articles[random.choice(here)]
            seen.append(
                {
                    "competitor": competitor,
                    "name": article.name[self._rep.words.locale],
                    "price": article.price * random.randint(84, 108) // 100,
                    "currency": self._rep.currency,
                    "facings": random.randint(1, 8),
                    "stock": Stock.IN_STOCK.value,
                }
            )
        return [make_row("shelf_check", make_id(random, ended), profile.id, ended, {**at, **one}) for one in seen]

    def signature(self, profile: Profile, purpose: str, outcome: Outcome, ended: int) -> dict[str, Any]:
        """Return who signed for what was delivered or ordered; {} where nobody did."""
        random = self.random
        share = 0.8 if purpose == Purpose.DELIVERY else 0.2 if outcome is Outcome.ORDER else 0.0
        if random.random() >= share:
            return {}
        name = random.choice(profile.contacts).full
        return {"signature": scrawl(random), "signed_by": name, "signed_at": ended - MINUTE}


def scrawl(random: Random) -> str:
    """Return the strokes of an illegible name: some loops on a line, and mostly a flourish below."""
    x, y = 90, 170
    path = [f"M{x} {y}"]
    left = float(x)
    for _ in range(random.randint(4, 8)):
        width, height = random.randint(18, 48), random.randint(24, 110)
        for step in range(1, _LOOP + 1):
            turn = step / _LOOP * 2 * pi
            to_x = round(left + width * step / _LOOP + width * 0.55 * sin(turn))
            to_y = round(170 - height * (1 - cos(turn)) / 2)
            path.append(f"l{to_x - x} {to_y - y}")
            x, y = to_x, to_y
        left += width
    if random.random() < 0.7:
        back, forth = random.randint(60, 160), random.randint(90, 200)
        path.append(f"M{round(left)} 188l{-back} {random.randint(4, 16)}l{forth} -8")
    return "".join(path)
