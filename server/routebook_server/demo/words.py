"""Words: what people, streets and firms are called in one language, and what a rep would write in it."""

from random import Random

import msgspec

from routebook_server.demo.package_data import read_data
from routebook_sync.entities.customer import Phase
from routebook_sync.entities.task import TaskType
from routebook_sync.entities.visit import Outcome


class Trade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a kind of shop is called, and how such firms name themselves."""

    label: str
    firms: tuple[str, ...]
    words: tuple[str, ...]


class Name(msgspec.Struct, frozen=True):
    """A person's whole name, and how a colleague's note speaks of him."""

    full: str
    address: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language. Texts are templates: {contact}, {product}, {competitor}, {percent}, {count}, {days}."""

    locale: str
    full_name: str
    address_female: str
    address_male: str
    given_female: tuple[str, ...]
    given_male: tuple[str, ...]
    family_female: tuple[str, ...]
    family_male: tuple[str, ...]
    phone_office: tuple[str, ...]
    phone_mobile: tuple[str, ...]
    mail_domain: str
    address: str
    streets: tuple[str, ...]
    trades: dict[str, Trade]
    chain_branch: str
    job_titles: tuple[str, ...]
    tags: tuple[str, ...]
    competitors: tuple[str, ...]
    visit_notes: dict[Outcome, tuple[str, ...]]
    next_steps: tuple[str, ...]
    tasks: dict[TaskType, tuple[str, ...]]
    deal_titles: tuple[str, ...]
    deal_next_steps: tuple[str, ...]
    lost_reasons: tuple[str, ...]
    comments: tuple[str, ...]
    own_tasks: tuple[str, ...]
    call_notes: tuple[str, ...]
    customer_notes: tuple[str, ...]
    descriptions: tuple[str, ...]
    phase_reasons: dict[Phase, tuple[str, ...]]
    digits: str = "0123456789"
    """The language's own ten digits."""

    def number(self, value: int) -> str:
        """Return a number in the language's digits."""
        text = str(value)
        return text if self.digits[0] == "0" else text.translate({48 + i: digit for i, digit in enumerate(self.digits)})

    def name(self, random: Random, is_female: bool) -> Name:
        """Return the name of an invented person."""
        if is_female:
            given, family = random.choice(self.given_female), random.choice(self.family_female)
        else:
            given, family = random.choice(self.given_male), random.choice(self.family_male)
        return self.name_of(given, family, is_female)

    def name_of(self, given: str, family: str, is_female: bool) -> Name:
        """Return the whole name and the form of address of somebody."""
        address = self.address_female if is_female else self.address_male
        return Name(self.full_name.format(given=given, family=family), address.format(given=given, family=family))

    def firm(self, random: Random, trade: str, town: str) -> str:
        """Return the name of an invented firm."""
        named = self.trades[trade]
        given, family = random.choice(self.given_female), random.choice(self.family_male)
        return random.choice(named.firms).format(
            given=given, family=family, family_male=family, word=random.choice(named.words), town=town
        )

    def street(self, random: Random) -> str:
        """Return a street with a number, as an envelope has it."""
        return self.address.format(street=random.choice(self.streets), number=self.number(random.randint(1, 120)))


def read_words(locale: str) -> Words:
    """Return the words of one language; FileNotFoundError if there are none."""
    return msgspec.json.decode(read_data(f"words/{locale}.json"), type=Words)


def digits_for(random: Random, pattern: str) -> str:
    """Return ``pattern`` with a digit for each #, and a capital letter for each @."""
    if "#" not in pattern:
        return pattern
    return "".join(
        str(int(random.random() * 10))
        if sign == "#"
        else random.choice("ABDEFGHJLNPQRSTUWXYZ")
        if sign == "@"
        else sign
        for sign in pattern
    )
