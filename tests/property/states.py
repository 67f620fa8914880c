"""Random stamps, states, edits and rows, drawn from few values so that ties and collisions are common."""

from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from routebook_sync import joins
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.entities import ENTITY_TYPES, EntityType
from routebook_sync.joins import MAX_SAFE, Join
from routebook_sync.record import Doc, merge_edit

HOSTILE: Final = ["", "a", "\x00", "\x01", "\uffff", "\U00010000", "é", "constructor", "__proto__", "10", "9", "e\x00"]
FIELDS: Final = {
    "customer": ["name", "city", "description", "deleted", "tags", "colour", "constructor"],
    "task": ["title", "status", "snoozes", "deleted", "colour"],
    "visit": ["note", "outcome", "comments", "deleted", "colour"],
}
"""Fields of every join by kind; ``colour`` and ``constructor`` are fields that no schema knows."""

stamps = st.builds(Clock, ms=st.integers(0, 3), counter=st.integers(0, 1), device=st.integers(1, 3)).map(
    stamp_from_clock
)
texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=6)
integers = st.sampled_from([0, 1, -1, MAX_SAFE, -MAX_SAFE]) | st.integers(-MAX_SAFE, MAX_SAFE)
values = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(texts, parts, max_size=3),
    max_leaves=6,
)
set_changes = st.dictionaries(
    st.sampled_from(["vip", "constructor", "__proto__", "10", "9", "😀"]),
    st.tuples(st.lists(stamps, max_size=3), st.lists(stamps, max_size=3)).map(list),
    max_size=3,
)
set_states = set_changes.map(lambda change: joins.join_sets({}, change))
counter_states = st.dictionaries(
    st.sampled_from(["0001", "0002", "0003"]),
    st.lists(st.integers(0, 3) | st.just(MAX_SAFE), min_size=2, max_size=2),
    max_size=3,
)
log_states = st.dictionaries(stamps, texts, max_size=4)
_BY_JOIN = {Join.SET: set_changes, Join.COUNTER: counter_states, Join.LOG: log_states}


class Edit(NamedTuple):
    """One edit as the merge takes it."""

    values: dict[str, Any]
    stamp: str
    base: dict[str, str] | None


def _field_values(entity: EntityType) -> dict[str, st.SearchStrategy[Any]]:
    return {name: _BY_JOIN.get(entity.join_of(name), values) for name in FIELDS[entity.kind]}


def edits_of(entity: EntityType) -> st.SearchStrategy[Edit]:
    """Return edits of one kind; bases are right, wrong or not asked for."""
    by_name = _field_values(entity)
    bases = st.none() | st.dictionaries(st.sampled_from(FIELDS[entity.kind]), stamps, max_size=3)
    return st.builds(Edit, st.fixed_dictionaries({}, optional=by_name), stamps, bases)


def docs_of(entity: EntityType) -> st.SearchStrategy[Doc]:
    """Return states of one kind as some edits leave them."""
    return st.lists(edits_of(entity), max_size=4).map(lambda edits: merged(entity, edits))


def merged(entity: EntityType, edits: list[Edit]) -> Doc:
    """Return what the edits make of a new record."""
    doc = Doc()
    for edit in edits:
        doc = merge_edit(entity, doc, edit.values, edit.stamp).doc
    return doc


entities = st.sampled_from([ENTITY_TYPES[kind] for kind in FIELDS])
scripts = entities.flatmap(
    lambda entity: st.tuples(st.just(entity), st.lists(edits_of(entity), min_size=1, max_size=5))
)
three_docs = entities.flatmap(lambda entity: st.tuples(st.just(entity), *[docs_of(entity)] * 3))


def wire(value: Any) -> bytes:
    """Return the canonical bytes of a value or state: equal bytes are equal on the wire."""
    return joins.canonical({"v": value.v, "s": value.s} if isinstance(value, Doc) else value)
