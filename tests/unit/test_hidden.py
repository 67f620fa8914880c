"""What is hidden is stored apart, row by row: another set of fields needs the stored rows summed up anew."""

from collections.abc import Collection

import msgspec

from routebook_server.records.views import keep_verdict, open_verdicts, view_of
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.person import Role
from routebook_sync.messages import Loser, Verdict, VerdictKind, View
from routebook_sync.record import Doc
from routebook_sync.shown import open_record, open_values


def test_the_hidden_fields_are_those_that_the_tables_were_summed_up_with() -> None:
    # Changed? Add a migration that calls sum_up (server/routebook_server/database/migrations/summing.py), then this.
    hidden = {kind: set(entity.hidden) for kind, entity in ENTITY_TYPES.items() if entity.hidden}
    assert hidden == {"customer": {"cost_to_serve_12m"}, "product": {"cost"}}


def test_a_hidden_field_is_neither_required_nor_shown_in_lists_nor_searched() -> None:
    for entity in ENTITY_TYPES.values():
        for name in entity.hidden:
            field = entity.fields[name]
            assert not any((field.required, field.column, field.search, field.title, field.home)), name


def test_only_reps_are_kept_from_hidden_fields() -> None:
    assert {role: view_of(role) for role in Role} == {
        Role.REP: View.REP,
        Role.MANAGER: View.FULL,
        Role.ADMINISTRATOR: View.FULL,
    }
    values = {"name": "Flour", "cost": 3}
    assert open_values("product", values, View.REP) == {"name": "Flour"}
    assert open_values("product", values, View.FULL) == values
    assert open_values("hologram", values, View.REP) == values


def test_a_held_edit_shows_no_more_than_the_record_that_it_would_write() -> None:
    part = {"kind": "product", "id": "b", "root": "shared", "v": {"cost": 4, "price": 5}}
    values = {"target_kind": "product", "values": {"name": "Flour", "cost": 3}, "more": [part], "code": "internal"}
    doc = Doc(values, {"1": []})
    shown = open_record("held_edit", doc)
    assert shown.v == {**values, "values": {"name": "Flour"}, "more": [{**part, "v": {"price": 5}}]}
    assert shown.s == doc.s
    assert open_values("held_edit", values, View.REP) == shown.v
    harmless = Doc({"target_kind": "product", "values": {"name": "Flour"}}, {"1": []})
    assert open_record("held_edit", harmless) is harmless


def test_however_many_verdicts_tell_a_value_whose_they_are_is_asked_once() -> None:
    loser = Loser("city", "Hel", "1" * 18, "ben")
    kept = [
        keep_verdict(Verdict(n, VerdictKind.CONFLICT, field="city", losers=[loser]), f"record{n % 2}")
        for n in range(1, 100)
    ]
    asked: list[set[str]] = []

    def find_granted(ids: Collection[str]) -> set[str]:
        asked.append(set(ids))
        return {"record1"}

    docs = [msgspec.json.encode(one) for one in kept]
    opened = [msgspec.json.decode(doc, type=Verdict) for doc in open_verdicts(docs, View.FULL, find_granted)]
    assert asked == [{"record0", "record1"}]
    assert [one.losers for one in opened] == [[loser] if n % 2 else [] for n in range(1, 100)]


def test_a_conflict_names_no_hidden_field() -> None:
    values = {
        "target_kind": "product",
        "lost": ["cost", "name"],
        "kept": ["cost"],
        "stands": {"cost": "1", "name": "2"},
    }
    doc = Doc(values, {})
    shown = open_record("conflict", doc)
    assert shown.v == {"target_kind": "product", "lost": ["name"], "kept": [], "stands": {"name": "2"}}
    assert open_values("conflict", values, View.REP) == shown.v
    harmless = Doc({"lost": ["name"], "kept": [], "stands": {"name": "2"}}, {})
    assert open_record("conflict", harmless) is harmless
