"""Account: a customer's own record and those of the people there, from his profile and what he bought."""

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from routebook_server.demo.diary import HISTORY_DAYS, Diary
from routebook_server.demo.history import YEAR, Figures
from routebook_server.demo.maker import make_id, make_row, rewrite, stamp_at
from routebook_server.demo.opening import opening_hours
from routebook_server.demo.profile import Profile
from routebook_server.demo.team import Rep
from routebook_server.demo.words import Name, digits_for
from routebook_sync.entities.contact import Channel
from routebook_sync.entities.customer import Phase, Relation
from routebook_sync.messages import Row
from routebook_sync.normalise import normalise

VISIT_COST: Final = 6_000
"""What a visit costs, minor units: small customers that are seen often bring no profit."""
_OLD_WORTH: Final = 0.8
"""A year before the history brought this share of the last one."""
_CHANNELS: Final = tuple(channel.value for channel in Channel)


class Accounts:
    """Writes customers and contacts of one rep."""

    def __init__(self, random: Random, rep: Rep, diary: Diary) -> None:
        self.random = random
        self.rep = rep
        self.diary = diary

    def customer(self, profile: Profile, figures: Figures) -> Row:
        """Return the customer, with the figures that the orders come to."""
        random, rep, words = self.random, self.rep, self.rep.words
        created = self.diary.at(max(0, profile.since), 9 * 60)
        years_before = max(0, -profile.since) / YEAR
        cost_12m = figures.visits_12m * VISIT_COST
        profit_12m = figures.margin_12m - cost_12m
        values: dict[str, Any] = {
            "name": profile.name,
            "relation": profile.relation.value,
            "territory": rep.territory,
            "owner": rep.person,
            "trade": words.trades[profile.trade].label,
            "street": profile.street,
            "city": profile.place.label,
            "region": profile.place.region,
            "postcode": digits_for(random, profile.place.postcode),
            "country": rep.country,
            "latitude": profile.point.latitude,
            "longitude": profile.point.longitude,
            "phone": digits_for(random, random.choice(words.phone_office)),
            "email": f"office{random.randint(100, 99_999)}@{words.mail_domain}",
            "since": self.diary.iso_day(profile.since),
            "currency": rep.currency,
        }
        if hours := opening_hours(profile.id, rep.country, profile.trade):
            values["opening_hours"] = hours
        if profile.parent:
            values["parent"] = profile.parent
        if profile.relation is not Relation.END_CUSTOMER:
            values["tax_number"] = f"{rep.country}{random.randint(10**9, 10**10 - 1)}"
        if random.random() < 0.25:
            values["description"] = random.choice(words.descriptions)
        tags = random.sample(words.tags, random.choices((0, 1, 2), cum_weights=(45, 80, 100))[0])
        if tags:
            values["tags"] = {tag: [[stamp_at(created)], []] for tag in tags}
        computed: dict[str, Any] = {
            "value_class": profile.value_class.value,
            "phase": profile.phase.value,
            "phase_reason": self._phase_reason(profile.phase, figures),
            "lifetime_value": figures.margin + round(max(0, profit_12m) * _OLD_WORTH * years_before),
            "revenue_12m": figures.revenue_12m,
            "margin_12m": profit_12m,
            "cost_to_serve_12m": cost_12m,
        }
        if profile.satisfaction is not None:
            computed["satisfaction"] = profile.satisfaction
        if profile.churn_risk is not None:
            computed["churn_risk"] = profile.churn_risk
        row = make_row("customer", profile.id, profile.id, created, values)
        return rewrite(row, self.diary.at(HISTORY_DAYS - 1, 23 * 60), computed)

    def _phase_reason(self, phase: Phase, figures: Figures) -> str:
        words = self.rep.words
        days = HISTORY_DAYS - figures.last_order if phase is Phase.LEAVING else YEAR // max(1, figures.orders_12m)
        count = figures.orders if phase is Phase.STARTING else figures.orders_12m
        template = self.random.choice(words.phase_reasons[phase])
        return template.format(days=words.number(days), count=words.number(count))

    def contacts(self, profile: Profile) -> list[Row]:
        """Return the people at a customer, the owner first."""
        random, words = self.random, self.rep.words
        rows: list[Row] = []
        for name in profile.contacts[: profile.counts.contacts]:
            values = self.reach(name)
            values["job_title"] = words.job_titles[0] if not rows else random.choice(words.job_titles[1:])
            if random.random() < 0.55:
                born = date(random.randint(1956, 2003), 1, 1) + timedelta(days=random.randint(0, 364))
                values["birthday"] = born.isoformat()
            rows.append(self.contact(profile, values))
        return rows

    def contact(self, profile: Profile, values: dict[str, Any]) -> Row:
        """Return a person at a customer."""
        at = self.diary.at(max(0, profile.since), 9 * 60 + 10)
        return make_row("contact", make_id(self.random, at), profile.id, at, {"customer": profile.id} | values)

    def reach(self, name: Name) -> dict[str, Any]:
        """Return a contact's name and the ways to reach him."""
        random, words = self.random, self.rep.words
        mailbox = normalise(name.full).replace(" ", ".")
        if not mailbox.isascii():
            mailbox = f"p{random.randint(1_000, 999_999)}"
        values: dict[str, Any] = {"name": name.full, "phone": digits_for(random, random.choice(words.phone_mobile))}
        if random.random() < 0.7:
            values["email"] = f"{mailbox}@{words.mail_domain}"
        if random.random() < 0.5:
            values["channel"] = random.choice(_CHANNELS)
        return values
