"""What a batch has merged but not stored is found by record, also after some of it was taken back."""

from typing import cast

from routebook_server.records.draft import Draft
from routebook_server.records.lookup import Lookup
from routebook_sync.clock import SERVER_DEVICE, Clock

NOW_MS = 1_800_000_000_000


def record(draft: Draft, record_id: str, stamp: str, person: str) -> None:
    draft.record((record_id, stamp, 1, person), {"note": stamp}, None)


def test_an_author_and_the_past_are_those_of_the_record_newest_first() -> None:
    draft = Draft({}, cast("Lookup", None), Clock(0, 0, SERVER_DEVICE), NOW_MS)
    record(draft, "a", "1", "anna")
    record(draft, "b", "1", "ben")
    record(draft, "a", "2", "mira")
    record(draft, "a", "1", "ewa")

    assert [edit.stamp for edit in draft.past("a")] == ["1", "2", "1"]
    assert [draft.author_of("a", stamp) for stamp in ("1", "2", "3")] == ["ewa", "mira", None]
    assert draft.author_of("b", "1") == "ben"
    assert draft.author_of("c", "1") is None


def test_what_was_taken_back_is_found_no_more_and_what_follows_is() -> None:
    draft = Draft({}, cast("Lookup", None), Clock(0, 0, SERVER_DEVICE), NOW_MS)
    record(draft, "a", "1", "anna")
    first = draft.mark()
    record(draft, "b", "2", "ben")
    record(draft, "a", "2", "ben")
    assert draft.author_of("a", "2") == "ben"
    second = draft.mark()
    record(draft, "a", "3", "mira")
    draft.undo(second)
    assert [edit.stamp for edit in draft.past("a")] == ["2", "1"]
    draft.undo(first)
    record(draft, "a", "4", "ewa")

    assert [edit.stamp for edit in draft.past("a")] == ["4", "1"]
    assert [draft.author_of("a", stamp) for stamp in ("2", "3", "4")] == [None, None, "ewa"]
    assert list(draft.past("b")) == []
