"""Looks: the language and the calendar that devices show, as they say with each subscription."""

from collections.abc import Iterable
from typing import Final

import msgspec

from routebook_server.database import Driver

_SELECT_OF_PEOPLE: Final = (
    "SELECT device.person, push_subscription.locale, push_subscription.calendar FROM push_subscription"
    " JOIN device ON device.number = push_subscription.device WHERE device.person IN (?*)"
    " AND (push_subscription.locale <> '' OR push_subscription.calendar <> '')"
    " ORDER BY push_subscription.renewed, push_subscription.device"
)


class Look(msgspec.Struct, frozen=True):
    """How a device shows things; "" for what it has not said, then its person's record is asked."""

    locale: str = ""
    calendar: str = ""


def look_of(driver: Driver, device: int) -> Look:
    """Return what a device has said of how it shows things."""
    found = driver.fetch_one("SELECT locale, calendar FROM push_subscription WHERE device = ?", device)
    return Look(*found) if found else Look()


def looks_of(driver: Driver, people: Iterable[str]) -> dict[str, Look]:
    """Return what of everybody's devices the one that was here last has said; nobody whose devices said nothing."""
    wanted = sorted(set(people))
    rows = driver.fetch(_SELECT_OF_PEOPLE, wanted) if wanted else ()
    return {person: Look(*shown) for person, *shown in rows}
