"""Opening: when a customer of the demo may be visited, as shops of his trade do it in his country."""

from typing import Final

from routebook_sync.base32 import decode

_WORKDAYS: Final = {"IR": ("Sa-We", "Th", "Sa-Th")}
"""Whole days, the short day, and all of them."""
_ELSEWHERE: Final = ("Mo-Fr", "Sa", "Mo-Sa")
_HOURS: Final = {
    "pharmacy": (("08:00-20:00", "09:00-15:00"), ("08:00-18:00", "08:00-13:00")),
    "grocery": (("07:00-21:00", "07:00-21:00"), ("06:30-18:00", "07:00-14:00")),
    "wholesale": (("07:00-15:00", ""), ("08:00-16:00", ""), ("08:00-17:00", "08:00-13:00")),
    "hardware": (("08:00-17:00", "08:00-14:00"), ("07:30-18:00", "08:00-15:00")),
    "cafe": (("09:00-22:00", "09:00-22:00"), ("10:00-20:00", "")),
    "cosmetics": (("10:00-18:00", "10:00-14:00"), ("09:00-19:00", "")),
}
"""Of whole days and of the short one, by trade."""
_BREAKS: Final = {"IR": ("13:00", "15:00"), "CN": ("12:00", "13:30")}
"""Where many close at noon, and when."""
_UNKNOWN: Final = 5
"""Of each so many customers nobody has noted it of one."""


def opening_hours(customer: str, country: str, trade: str) -> str | None:
    """Return the ``opening_hours`` of a customer, by his id; None where nobody has asked."""
    chance, lot = divmod(decode(customer), _UNKNOWN)
    if lot == 0:
        return None
    chance, lot = divmod(chance, len(_HOURS[trade]))
    whole, short = _HOURS[trade][lot]
    weekdays, short_day, all_days = _WORKDAYS.get(country, _ELSEWHERE)
    if country in _BREAKS and chance % 2:
        noon, again = _BREAKS[country]
        whole = whole.replace("-", f"-{noon},{again}-")
    elif whole == short:
        return f"{all_days} {whole}"
    return f"{weekdays} {whole}" + (f"; {short_day} {short}" if short else "")
