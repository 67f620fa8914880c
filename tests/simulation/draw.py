"""Draw: makes a script from a seed. Pure: the same seed always gives the same script."""

from collections.abc import Callable
from random import Random
from typing import Any, Final, Literal

from simulation.market import KIND_BY_NAME, PEOPLE, ROOT_BY_NAME
from simulation.steps import (
    AnyStep,
    Archive,
    Backup,
    Cover,
    Deaf,
    Decide,
    Dismiss,
    Entry,
    Fault,
    Late,
    Lose,
    Overtaken,
    Promote,
    Purge,
    Renew,
    Restart,
    Restore,
    Script,
    Seat,
    ServerEdit,
    Skew,
    Sync,
    Takeover,
    Tamper,
    Tick,
    Together,
    Wipe,
    Write,
)

MINUTE: Final = 60_000
DAY: Final = 86_400_000
STEPS: Final = 60
SEATS: Final = (
    Seat("anna"),
    Seat("ben"),
    Seat("mira"),
    Seat("anna"),
    Seat("jan"),
    Seat("anna", "old"),
    Seat("ben", "first", 1),
    Seat("mira", "first", 1),
)
BUCKET_TERRITORIES: Final = ("north", "south", "west")
PAGES: Final = (0, 0, 300, 600, 1_500)
"""Bytes of a reply. On most networks a bucket is rarely read in one."""
PARTS: Final = (0, 1, 3)
"""Edits stored at a time, while the next ones of their push are merged. No simulated push is as long as a real part."""
WORDS: Final = ("red", "green", "blue", "gate", "step", "dog", "key", "bell")
TAGS: Final = ("vip", "late", "cash")


class Pen:
    """Draws the steps of one script; knows the names that it has given."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.kind_by_name = dict(KIND_BY_NAME)
        self.root_by_name = dict(ROOT_BY_NAME)
        self.seats = [*SEATS[:3], *random.sample(SEATS[3:], random.randint(0, 2))]
        self._made = 0
        self._clocks_run_wild = random.random() < 0.4
        self._network_is_bad = random.random() < 0.7

    def script(self, seed: int, steps: int = STEPS) -> Script:
        """Return a script of so many steps."""
        kinds, weights = zip(*_WEIGHTS, strict=True)
        drawn = [make(self) for make in self.random.choices(kinds, weights, k=steps)]
        page = self.random.choice(PAGES)
        part = PARTS[seed % len(PARTS)]  # drawn from nothing else: a seed's steps stay what they were
        return Script(self.seats, [step for step in drawn if step is not None], seed, page, part)

    # What is written

    def name(self) -> str:
        """Return a name that no record has."""
        self._made += 1
        return f"r{self._made}"

    def word(self) -> str:
        """Return a word that no text has yet."""
        self._made += 1
        return f"{self.random.choice(WORDS)}{self._made}"

    def text(self) -> list[Any]:
        """Return an instruction for a text."""
        how = self.random.choice(["append", "append", "prepend", "swap", "drop"])
        place = self.random.randrange(6)
        return [how, *([place] if how in {"swap", "drop"} else []), *([self.word()] if how != "drop" else [])]

    def person(self) -> str:
        """Return somebody."""
        return f"@{self.random.choice(list(PEOPLE))}"

    def values(self, kind: str) -> dict[str, Any]:
        """Return a change of one or two fields."""
        if self.random.random() < 0.08:
            return {"deleted": self.random.random() < 0.75}
        makers = _FIELDS[kind]
        names = self.random.sample(list(makers), min(len(makers), self.random.choice([1, 1, 1, 2])))
        return {name: makers[name](self) for name in names}

    def change(self) -> Entry:
        """Return a change of a record that there may be; the first ones are changed most."""
        names = list(self.kind_by_name)
        name = names[min(int(self.random.expovariate(0.3)), len(names) - 1)]
        kind = self.kind_by_name[name]
        return Entry(kind, name, self.root_by_name[name], self.values(kind))

    def creation(self, root: str = "") -> Entry:
        """Return a new record below a customer, or of a person's own."""
        root = root or self.random.choice([name for name, kind in self.kind_by_name.items() if kind == "customer"])
        kind = self.random.choice(["visit", "task", "note", "contact", "deal", "order"])
        if self.random.random() < 0.1:
            kind, root = "task", self.random.choice(["anna", "ben", "mira"])
        return self.new(kind, root)

    def new(self, kind: str, root: str) -> Entry:
        """Return the creation of a record of this kind."""
        name = self.name()
        self.kind_by_name[name], self.root_by_name[name] = kind, root or name
        values = {**_REQUIRED[kind](self), **({"customer": f"@{root}"} if root not in {"", *PEOPLE} else {})}
        return Entry(kind, name, root or name, {**self.values(kind), **values}, create=True)

    # Steps

    def write(self) -> Write:
        """A change, a creation, a group."""
        roll = self.random.random()
        together = False
        if roll < 0.6:
            entries = [self.change()]
        elif roll < 0.85:
            entries = [self.creation()]
        elif roll < 0.92:
            customer = self.new("customer", "")
            customer.v["territory"] = f"@{self.random.choice(BUCKET_TERRITORIES)}"
            entries = [customer, *(self.creation(customer.record) for _child in range(self.random.randint(0, 2)))]
            together = self.random.random() < 0.4
        else:
            entries = [self.change() for _part in range(self.random.randint(2, 3))]
            together = True
        return Write(
            self.seat(),
            entries,
            together=together,
            again=self.random.random() < 0.05,
            crash=self.random.randint(1, 12) if self.random.random() < 0.05 else 0,
            unchecked=self.random.random() < 0.04,
        )

    def move(self) -> Write:
        """A manager moves a customer."""
        customer = self.random.choice([name for name, kind in self.kind_by_name.items() if kind == "customer"])
        territory = f"@{self.random.choice(BUCKET_TERRITORIES)}"
        return Write(2, [Entry("customer", customer, customer, {"territory": territory})])

    def server_edit(self) -> ServerEdit:
        """The server computes a figure, or an administrator moves a customer from his desk."""
        customer = self.random.choice(["c1", "c2", "c3"])
        figure = self.random.choice(["revenue_12m", "cost_to_serve_12m"])
        values: dict[str, Any] = {figure: self.random.randrange(1000)}
        if self.random.random() < 0.4:
            values = {"territory": f"@{self.random.choice(BUCKET_TERRITORIES)}"}
        return ServerEdit([Entry("customer", customer, customer, values)])

    def deaf(self) -> Deaf:
        """The answers to a device's edits are lost for a while; half the time because the server's writer stalls."""
        step = Deaf(self.seat(), self.random.randint(4, 20), stalls=self.random.random() < 0.5)
        if self.random.random() < 0.5:
            step.meanwhile = [self.change()]
        return step

    def sync(self) -> Sync:
        """A round trip; on a bad network half of them come to harm."""
        step = Sync(self.seat())
        if self.random.random() < 0.15:
            step.meanwhile = [self.change() if self.random.random() < 0.7 else self.creation()]
        if self.random.random() < 0.3:
            step.budget = self.random.choice([1, 300, 1_000])
        if not self._network_is_bad or self.random.random() < 0.5:
            return step
        step.cut = self.random.randint(1, 99)
        match self.random.randrange(6):
            case 0:
                step.request = self.random.choice(["lost", "cut", "twice", "late"])
            case 1 | 2:
                step.reply = self.random.choice(["lost", "cut", "twice", "kept", "kept"])
            case 3:
                step.crash = self.random.randint(1, 30)
            case 4:
                step.server_crash = self.random.randint(1, 7)
            case _:
                step.busy = self.random.random() < 0.4
        return step

    def together(self) -> Together:
        """Several at once."""
        return Together(self.random.sample(range(len(self.seats)), self.random.randint(2, len(self.seats))))

    def tick(self) -> Tick:
        """Mostly minutes, sometimes days, rarely a year."""
        longest = self.random.choice([MINUTE, MINUTE, 10 * MINUTE, DAY, 10 * DAY])
        if self.random.random() < 0.03:
            longest = 400 * DAY
        return Tick(self.random.randint(1, longest))

    def skew(self) -> Skew | None:
        """A clock goes wrong by minutes, days or years, or is set right."""
        if not self._clocks_run_wild:
            return None
        wrong = self.random.choice([0, MINUTE, 3 * MINUTE, 90 * MINUTE, DAY, 30 * DAY, 3_000 * DAY])
        return Skew(self.seat(), self.random.choice([-1, 1]) * wrong)

    def cover(self) -> Cover:
        """Territories go to other people."""
        people = [person for person in ("anna", "ben", "mira") if self.random.random() < 0.45]
        return Cover(self.random.choice(BUCKET_TERRITORIES), people)

    def promote(self) -> Promote:
        """Somebody's role changes; the manager and the administrator stay what they are."""
        return Promote(self.random.choice(["anna", "ben"]), self.random.choice(["rep", "rep", "manager"]))

    def fault(self) -> Fault | None:
        """The server gets a defect."""
        if self.random.random() < 0.6:
            return None
        return Fault(self.random.choice(list(self.kind_by_name)), self.random.choice(["merge", "commit", "request"]))

    def restart(self) -> Restart:
        """The app is opened again, sometimes in another version."""
        schema = self.random.choice(["now", "old"]) if self.random.random() < 0.2 else ""
        return Restart(self.seat(), schema)

    def takeover(self) -> Takeover:
        """The leading tab dies, mostly while another one has it save something, and with a request in flight."""
        roll = self.random.random()
        entries = [] if roll < 0.2 else [self.change()] if roll < 0.6 else [self.creation()]
        return Takeover(
            self.seat(),
            entries,
            crash=self.random.randint(1, 12) if self.random.random() < 0.5 else 0,
            request=self.random.choice(["none", "lost", "late", "taken"]),
        )

    def decide(self) -> Decide:
        """Somebody decides on what is held."""
        status: Literal["applied", "discarded"] = "applied" if self.random.random() < 0.7 else "discarded"
        return Decide(self.seat(), self.random.randrange(5), status)

    def seat(self) -> int:
        """Return a device."""
        return self.random.randrange(len(self.seats))


_WEIGHTS: Final[list[tuple[Callable[[Pen], AnyStep | None], int]]] = [
    (Pen.write, 100),
    (Pen.sync, 90),
    (Pen.tick, 25),
    (Pen.together, 10),
    (Pen.move, 10),
    (Pen.server_edit, 6),
    (lambda pen: Late(pen.random.randrange(3)), 4),
    (lambda pen: Overtaken(pen.seat()), 6),
    (Pen.restart, 6),
    (Pen.takeover, 8),
    (Pen.skew, 16),
    (Pen.cover, 8),
    (Pen.promote, 2),
    (Pen.fault, 2),
    (lambda pen: Lose(pen.seat(), renumber=pen.random.random() < 0.5), 2),
    (lambda pen: Renew(pen.seat()), 2),
    (lambda pen: Wipe(pen.seat()), 1),
    (lambda _pen: Purge(), 3),
    (lambda pen: Archive(pen.random.randrange(3)), 6),
    (lambda _pen: Backup(), 4),
    (lambda _pen: Restore(), 3),
    (
        lambda pen: Decide(pen.seat(), pen.random.randrange(5), pen.random.choice(["applied", "applied", "discarded"])),
        8,
    ),
    (lambda pen: Tamper(pen.seat(), pen.random.randrange(50), pen.random.choice(["flip", "miss", "ghost"])), 2),
    (lambda pen: Dismiss(pen.seat()), 2),
    (Pen.deaf, 4),
]

Maker = Callable[[Pen], Any]
_FIELDS: Final[dict[str, dict[str, Maker]]] = {
    "customer": {
        "city": Pen.word,
        "phone": Pen.word,
        "tags": lambda pen: {
            "add": pen.random.sample(TAGS, pen.random.randint(0, 2)),
            "remove": pen.random.sample(TAGS, pen.random.randint(0, 1)),
        },
        "description": Pen.text,
        "owner": Pen.person,
    },
    "visit": {
        "status": lambda pen: pen.random.choice(["planned", "open", "done"]),
        "outcome": lambda pen: pen.random.choice(["order", "not_in", None]),
        "note": Pen.text,
        "next_step": Pen.word,
        "comments": lambda pen: {"append": pen.word()},
    },
    "task": {
        "title": Pen.word,
        "status": lambda pen: pen.random.choice(["open", "done"]),
        "snoozes": lambda pen: {"plus": pen.random.randint(-2, 3)},
        "description": Pen.text,
    },
    "note": {"body": Pen.text, "pinned": lambda pen: pen.random.random() < 0.5},
    "contact": {"phone": Pen.word, "job_title": Pen.word, "description": Pen.text},
    "deal": {"next_step": Pen.word, "stage": lambda pen: pen.random.choice(["new", "won", "lost"])},
    "order": {"number": Pen.word, "amount": lambda pen: pen.random.randrange(1_000)},
    "product": {"packaging": Pen.word, "cost": lambda pen: pen.random.randrange(1_000)},
}
_REQUIRED: Final[dict[str, Maker]] = {
    "customer": lambda pen: {"name": pen.word()},
    "visit": lambda pen: {"person": pen.person(), "status": "planned"},
    "task": lambda pen: {"person": pen.person(), "status": "open", "title": pen.word()},
    "note": lambda pen: {"person": pen.person(), "written_at": pen.random.randrange(1_000)},
    "contact": lambda pen: {"name": pen.word()},
    "deal": lambda pen: {"title": pen.word(), "stage": "new"},
    "order": lambda pen: {"status": "placed", "ordered_at": pen.random.randrange(1_000)},
}


def draw_script(seed: int) -> Script:
    """Return the script of a seed."""
    return Pen(Random(f"routebook {seed}")).script(seed)
