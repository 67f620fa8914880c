"""Rows: every record of the demo team from a seed, one after the other, each after what it refers to."""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from random import Random
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from routebook_server.demo.custom import Filler, read_fields
from routebook_server.demo.diary import DAY, HISTORY_DAYS, Diary
from routebook_server.demo.forms import Answerer, read_forms
from routebook_server.demo.history import History, Pace
from routebook_server.demo.invented import InventedCustomers
from routebook_server.demo.known import KnownCustomers
from routebook_server.demo.lists import own_lists, shared_lists
from routebook_server.demo.maker import make_id, make_row, rewrite, seeded
from routebook_server.demo.report import Reports
from routebook_server.demo.route import POOL, Seen, plan_days
from routebook_server.demo.team import Colleague, Rep, Team, make_team
from routebook_server.demo.words import Words, read_words
from routebook_server.holidays.known import known_holidays, years_around
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.person import Role
from routebook_sync.entities.task import TaskStatus, TaskType
from routebook_sync.messages import Row

DEFAULT_CUSTOMERS: Final = 2_000
MAX_CUSTOMERS: Final = 1_000_000
MAX_CHILDREN: Final = 200
_RICH_CHILDREN: Final = 15.0
_LEAN_CHILDREN: Final = 3.0
_RICH_UP_TO: Final = 5_000
"""More customers than these have a shorter history, so that size is measured, not depth."""
_OPEN_TASKS: Final = 45
_OPEN_DEALS: Final = 24
"""About what one rep has open at a time."""
_ASKED_DAYS: Final = 90
"""Since so many days the reports have forms."""
_FIRST_STOP: Final = 9 * 60
_STOP_MINUTES: Final = 70


def demo_team(seed: int, now_ms: int) -> Team:
    """Return the team that ``demo_rows`` writes about, for the same seed and time."""
    return make_team(seed, (now_ms // DAY - HISTORY_DAYS - 7) * DAY)


def demo_rows(
    seed: int,
    now_ms: int,
    customers: int = DEFAULT_CUSTOMERS,
    children: float | None = None,
    zone: tzinfo | None = None,
) -> Iterator[tuple[str, Row]]:
    """Return the records with the bucket of each (SPEC R30), the same for the same arguments; memory stays bounded.

    ``now_ms``: the present, milliseconds since 1970 UTC; each rep's history ends with yesterday.
    ``children``: records below a customer on average; None is 15, and 3 above 5 000 customers. ``zone``: by whose clock
    everybody's day runs, so that one who looks at all of them sees today everywhere; None is each one's own.
    """
    team, present = demo_team(seed, now_ms), Present(now_ms, zone)
    if children is None:
        children = _RICH_CHILDREN if customers <= _RICH_UP_TO else _LEAN_CHILDREN
    yield from ((SHARED_ROOT, row) for row in _shared_rows(seed, team, now_ms))
    share, rest = divmod(customers, len(team.reps))
    for index, rep in enumerate(team.reps):
        size = Size(share + (index < rest), children)
        yield from _rep_rows(seed, team, rep, present, size)
    yield from _own_tasks(seeded(seed, "manager"), team.manager_id, team.manager, read_words("en"), present)


def _shared_rows(seed: int, team: Team, now_ms: int) -> Iterator[Row]:
    random, at = seeded(seed, "shared"), team.founded
    people = [
        (team.administrator_id, team.administrator, Role.ADMINISTRATOR),
        (team.manager_id, team.manager, Role.MANAGER),
        *((rep.person, rep.colleague, Role.REP) for rep in team.reps),
    ]
    for person, colleague, role in people:
        values = {
            "name": colleague.name,
            "role": role.value,
            "email": colleague.email,
            "phone": colleague.phone,
            "time_zone": colleague.time_zone,
            "locale": colleague.locale,
            "active": True,
        }
        yield make_row("person", person, SHARED_ROOT, at, values)
    yield make_row("territory", team.region, SHARED_ROOT, at, {"name": team.region_name})
    for rep in team.reps:
        territory = {"name": rep.territory_name, "parent": team.region, "country": rep.country}
        yield make_row("territory", rep.territory, SHARED_ROOT, at, territory)
    for article, article_id in zip(team.articles, team.article_ids, strict=True):
        product = {
            "name": article.name["en"],
            "article_number": article.article_number,
            "category": article.category,
            "packaging": article.packaging,
            "price": article.price,
            "cost": article.cost,
            "currency": team.currency,
            "active": True,
        }
        row = make_row("product", article_id, SHARED_ROOT, at, product)
        yield row if article.new_price is None else rewrite(row, team.repriced, {"price": article.new_price})
    competitors = sorted({name for rep in team.reps for name in rep.words.competitors})
    settings: dict[str, Any] = {
        "organisation": team.organisation,
        "currency": team.currency,
        "competitors": competitors,
    }
    for name, value in settings.items():
        yield make_row("setting", make_id(random, at), SHARED_ROOT, at, {"name": name, "value": value})
    yield from (form.row for form in read_forms(seed, at))
    yield from shared_lists(seeded(seed, "shared lists"), team.manager_id, at)
    for holiday in known_holidays({rep.country for rep in team.reps}, years_around(now_ms)):
        yield make_row("holiday", holiday.id, SHARED_ROOT, at, holiday.values)
    yield from (field.row for field in read_fields(seed, at))


class Present(NamedTuple):
    """The moment at which the demo is looked at, and by whose clock; None is each one's own."""

    now_ms: int
    zone: tzinfo | None

    def zone_of(self, colleague: Colleague) -> tzinfo:
        """Return the zone in which a colleague's days run."""
        return self.zone or ZoneInfo(colleague.time_zone)

    def today_of(self, colleague: Colleague) -> date:
        """Return the colleague's today."""
        return datetime.fromtimestamp(self.now_ms / 1000, self.zone_of(colleague)).date()


class Size(NamedTuple):
    """How many customers a rep has, and how many records are below each on average."""

    customers: int
    children: float


def _rep_rows(seed: int, team: Team, rep: Rep, present: Present, size: Size) -> Iterator[tuple[str, Row]]:
    random = seeded(seed, rep.colleague.email)
    bucket, (customers, children) = f"t:{rep.territory}", size
    diary = Diary(
        rep.country, present.zone_of(rep.colleague), present.today_of(rep.colleague), round(customers * children * 0.45)
    )
    expected = max(1.0, customers * children)
    pace = Pace(min(0.3, _OPEN_TASKS / (0.08 * expected)), min(0.3, _OPEN_DEALS / (0.036 * expected)))
    reporting = seeded(seed, f"{rep.colleague.email} reports")
    since = present.now_ms - _ASKED_DAYS * DAY
    answerer = Answerer(reporting, read_forms(seed, team.founded), team.article_ids, since, rep.currency)
    reports = Reports(reporting, rep, team.catalogue, answerer)
    history = History(random, rep, diary, team.catalogue, pace=pace, reports=reports)
    known_customers = KnownCustomers(random, rep, diary, history, team.places)
    invented = InventedCustomers(random, rep, diary, history, team.places)
    filler = Filler(
        seeded(seed, f"{rep.colleague.email} custom"), read_fields(seed, team.founded), rep.colleague.locale
    )
    filled = present.now_ms - _ASKED_DAYS * DAY
    position = 0
    for known in rep.known[:customers]:
        position += known.stop is not None
        rows = known_customers.make(known, position, present.now_ms)
        yield from ((bucket, row) for row in [*rows, *filler.fill(rows[0].i, filled, always=True)])
    pool: list[Seen] = []
    for _ in range(customers - len(rep.known)):
        rows, seen = invented.next(children)
        if len(pool) < POOL:
            pool.append(seen)
        yield from ((bucket, row) for row in [*rows, *filler.fill(rows[0].i, filled)])
    planned = diary.at(HISTORY_DAYS - 1, 17 * 60 + 30)
    for ahead, stops in enumerate(plan_days(random, rep.home.point, pool), 1):
        for number, stop in enumerate(stops):
            minute = _FIRST_STOP + number * _STOP_MINUTES
            yield bucket, history.planned_visit(stop.id, HISTORY_DAYS + ahead, minute, number + 1, planned)
    yield from _own_tasks(random, rep.person, rep.colleague, rep.words, present)
    listing, locale = seeded(seed, f"{rep.colleague.email} lists"), rep.colleague.locale
    lists = own_lists(listing, rep.person, locale, rep.words, team.founded)
    yield from ((f"u:{rep.person}", row) for row in lists)


def _own_tasks(
    random: Random, person: str, colleague: Colleague, words: Words, present: Present
) -> Iterator[tuple[str, Row]]:
    """Return what somebody has to do for himself: with no customer, in his own bucket."""
    today = present.today_of(colleague)
    made = present.now_ms - 3 * DAY
    for days, title in enumerate(words.own_tasks):
        values = {
            "title": title,
            "person": person,
            "type": TaskType.TODO.value,
            "status": TaskStatus.OPEN.value,
            "due_day": today.fromordinal(today.toordinal() + days).isoformat(),
        }
        yield f"u:{person}", make_row("task", make_id(random, made), person, made, values)
