"""Team: the demo's organisation, its people, what each may see, and the customers that its first screens show."""

from typing import Final

import msgspec

from routebook_server.demo.catalogue import Article, Catalogue, read_articles
from routebook_server.demo.diary import DAY, HISTORY_DAYS
from routebook_server.demo.maker import make_id, seeded
from routebook_server.demo.package_data import read_data
from routebook_server.demo.places import Place, Point, read_places
from routebook_server.demo.words import Words, read_words
from routebook_server.identity.founding import Member
from routebook_sync.entities.customer import Phase, ValueClass
from routebook_sync.entities.deal import Stage
from routebook_sync.entities.person import Role
from routebook_sync.entities.task import TaskType

DOMAIN: Final = "demo.example"
"""Of the team's e-mails; reserved, so that no real organisation has it."""
PASSWORD: Final = "routebook"  # noqa: S105 - printed on the first screen: it opens nothing but the demo
"""Everybody's in the demo."""


class Colleague(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody in the team."""

    name: str
    email: str
    locale: str
    time_zone: str
    phone: str


class KnownContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named person at a named customer; ``job`` counts the language's job titles, ``birthday_in`` days from today."""

    name: str
    job: int
    female: bool = False
    birthday_in: int | None = None


class KnownVisit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """This morning's visit: how long it took, and the order taken: article number and pieces."""

    minutes: int
    note: str
    lines: tuple[tuple[str, int], ...]


class KnownDeal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An open deal: minor units, per cent, days in its stage, days until it should close, a discount that waits."""

    title: str
    stage: Stage
    amount: int
    margin: int
    days: int
    close_in: int
    next_step: str | None
    competitor: str | None
    discount: int | None = None
    """Per cent that the rep has asked for this morning."""
    discount_reason: str | None = None


class KnownCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was said on the telephone some days ago."""

    days: int
    note: str


class KnownTask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An open task; due in days from today, with a reminder at a time of that day."""

    title: str
    type: TaskType
    due_in: int
    remind: str | None = None


class KnownCustomer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A customer that the first screens show: the same for every seed."""

    name: str
    trade: str
    street: str
    place: int
    latitude: int
    longitude: int
    value_class: ValueClass
    phase: Phase
    since: int
    """The year; 0 for some weeks ago."""
    orders: int
    """In the two years of history."""
    seen: int
    """Days since the last visit."""
    satisfaction: int
    churn_risk: int
    contacts: tuple[KnownContact, ...]
    stop: str | None = None
    """The time of today's visit."""
    done: KnownVisit | None = None
    deal: KnownDeal | None = None
    call: KnownCall | None = None
    task: KnownTask | None = None
    autumn: bool = False
    """Bought the autumn pack in each of the last three Novembers."""

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.latitude, self.longitude)


class RepFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rep as the package's file describes him; ``home`` is a GeoNames number."""

    person: Colleague
    territory: str
    country: str
    home: int
    customers: tuple[KnownCustomer, ...]


class TeamFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The package's file of the team."""

    organisation: str
    currency: str
    region: str
    manager: Colleague
    administrator: Colleague
    reps: tuple[RepFile, ...]


class Rep(msgspec.Struct, frozen=True):
    """A rep with the ids of his records, and everything his days are made from."""

    colleague: Colleague
    person: str
    territory: str
    territory_name: str
    country: str
    currency: str
    home: Place
    words: Words
    known: tuple[KnownCustomer, ...]


class Team(msgspec.Struct, frozen=True):
    """The whole team with its ids; the same for the same seed and time."""

    organisation: str
    organisation_id: str
    currency: str
    region: str
    """The id of the territory above all others."""
    region_name: str
    manager: Colleague
    manager_id: str
    administrator: Colleague
    administrator_id: str
    reps: tuple[Rep, ...]
    articles: tuple[Article, ...]
    article_ids: tuple[str, ...]
    places: dict[int, Place]
    founded: int
    """When its first records were made, milliseconds."""

    @property
    def repriced(self) -> int:
        """When some prices changed, milliseconds: days ago, so that most shops ordered at the old ones."""
        return self.founded + (HISTORY_DAYS + 3) * DAY

    @property
    def catalogue(self) -> Catalogue:
        """A fresh catalogue to pick from."""
        return Catalogue(self.articles, self.article_ids, self.repriced)


def make_team(seed: int, founded: int) -> Team:
    """Return the team of a seed, founded at ``founded`` (milliseconds)."""
    random = seeded(seed, "team")
    file = msgspec.json.decode(read_data("team.json"), type=TeamFile)
    places = read_places()
    articles = read_articles()
    # People's ids have times of their own, so that lists by id keep the order of the file.
    reps = tuple(
        Rep(
            colleague=rep.person,
            person=make_id(random, founded + number),
            territory=make_id(random, founded),
            territory_name=rep.territory,
            country=rep.country,
            currency=file.currency,
            home=places[rep.home],
            words=read_words(rep.person.locale),
            known=rep.customers,
        )
        for number, rep in enumerate(file.reps)
    )
    return Team(
        organisation=file.organisation,
        organisation_id=make_id(random, founded),
        currency=file.currency,
        region=make_id(random, founded),
        region_name=file.region,
        manager=file.manager,
        manager_id=make_id(random, founded + len(reps)),
        administrator=file.administrator,
        administrator_id=make_id(random, founded + len(reps) + 1),
        reps=reps,
        articles=articles,
        article_ids=tuple(make_id(random, founded) for _ in articles),
        places=places,
        founded=founded,
    )


def demo_members(team: Team) -> list[Member]:
    """Return who may sign in and what each covers: the reps, the manager over all of them, the administrator."""
    return [
        *(Member(rep.person, rep.colleague.email, Role.REP, (rep.territory,)) for rep in team.reps),
        Member(team.manager_id, team.manager.email, Role.MANAGER, (team.region,)),
        Member(team.administrator_id, team.administrator.email, Role.ADMINISTRATOR),
    ]
