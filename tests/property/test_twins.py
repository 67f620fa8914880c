"""The two cores are twins: the same random script gives the same records, stamps, checksums and orders in both.

One Node process plays the scripts as they are drawn, so that a difference shrinks like any other failure.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from property.conftest import EXAMPLES
from property.states import Edit, scripts, stamps, texts
from routebook_sync import checksum, clock, joins, normalise
from routebook_sync.clock import MAX_COUNTER, MAX_DEVICE, Clock
from routebook_sync.entities import EntityType
from routebook_sync.record import Doc, join_docs, merge_edit

TWIN = Path(__file__).resolve().parents[2] / "sync" / "ts" / "test" / "twin.ts"
NODE = Path(sys.executable).parent / "node"

readings = st.builds(
    Clock,
    ms=st.integers(0, 3) | st.integers(0, 2**47),
    counter=st.integers(0, 3) | st.just(MAX_COUNTER),
    device=st.integers(1, MAX_DEVICE),
)
situations = st.lists(st.tuples(st.integers(0, 3) | st.integers(0, 2**47), st.just("") | stamps), max_size=6)
people_and_places = st.sampled_from(
    [
        "Łódź",
        "Żółć ßæ",
        "Ёлкин Йод",
        "علي كريمي",
        "خانۀ ما",
        "می‌خواهم ۱۲٫۵",
        "北京，二〇",
        "ガキ・ゝ",
        "ΟΔΟΣ ς",
        "İı",
        "+48 (0)22",
    ]
)
words = st.lists(
    people_and_places | texts | st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=12), max_size=6
)
Play = Callable[[bytes], str]


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    """Return what plays one script on the TypeScript core."""
    with subprocess.Popen([NODE, TWIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as node:
        assert node.stdin is not None
        assert node.stdout is not None
        given_in, given_out = node.stdin, node.stdout

        def play_line(script: bytes) -> str:
            given_in.write(script + b"\n")
            given_in.flush()
            return str(msgspec.json.decode(given_out.readline()))

        yield play_line
        given_in.close()
        assert node.wait(timeout=10) == 0


def _state(doc: Doc) -> dict[str, Any]:
    return {"v": doc.v, "s": doc.s}


def _merges(entity: EntityType, edits: list[Edit]) -> list[Any]:
    doc: Doc | None = None
    merges: list[Any] = []
    for edit in edits:
        before = doc or Doc()
        merge = merge_edit(entity, doc, *edit)
        alone = merge_edit(entity, None, edit.values, edit.stamp).doc
        doc = merge.doc
        merges.append(
            [
                _state(doc),
                _state(join_docs(entity, alone, before)),
                merge.changed,
                [change.field for change in merge.conflicts],
                checksum.row_checksum(entity, edit.stamp, len(merges), doc),
                joins.elements(doc.v.get("tags", {})),
            ]
        )
    return merges


def _stamps(now: Clock, steps: list[tuple[int, str]]) -> list[list[str]]:
    made, last = [], ""
    for now_ms, floor in steps:
        now = clock.tick(now, now_ms, floor)
        last = clock.clamp(clock.stamp_from_clock(now), now_ms, last)
        made.append([clock.stamp_from_clock(now), last])
    return made


@settings(max_examples=3 * EXAMPLES)
@given(scripts, readings, situations, words)
def test_both_cores_make_the_same_of_the_same_script(
    play: Play, case: tuple[EntityType, list[Edit]], now: Clock, steps: list[tuple[int, str]], names: list[str]
) -> None:
    entity, edits = case
    script = {"kind": entity.kind, "edits": edits, "clock": now, "situations": steps, "texts": names}
    folded = [[normalise.normalise(name), normalise.normalise_phone(name), normalise.sort_key(name)] for name in names]
    ours = [_merges(entity, edits), _stamps(now, steps), folded, sorted(names, key=normalise.sort_key)]
    assert play(msgspec.json.encode(script)) == joins.canonical(ours).decode()
