"""Every instant of every kind either tells when something was done, or may lie ahead."""

from routebook_server.records.doing import DONE_AT, set_right
from routebook_sync.clock import CLAMP_MS
from routebook_sync.entities import ENTITY_TYPES

MAY_LIE_AHEAD = {
    "planned_at", "remind_at", "repeat_from", "decided_at", "discount_answered", "duration", "happened_at",
}  # fmt: skip
"""What is planned or comes again, the server's own, what names another instant, and a length."""
NOON = 1_800_000_000_000


def test_every_instant_is_known_as_one_or_the_other() -> None:
    instants = {name for entity in ENTITY_TYPES.values() for name, field in entity.fields.items() if field.unit == "ms"}
    assert instants == DONE_AT | MAY_LIE_AHEAD


def test_a_right_clock_is_left_alone_to_the_last_millisecond() -> None:
    values = {"called_at": NOON + CLAMP_MS, "note": "late"}
    assert set_right(values, NOON, 0) == (values, "")


def test_values_of_another_type_are_left_to_those_who_refuse_them() -> None:
    values = {"called_at": None, "written_at": "tomorrow"}
    assert set_right(values, NOON, 5) == (values, "")
