"""The glossary names every word of the closed sets, with the word that the screen shows."""

import re
from pathlib import Path

import msgspec

from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.joins import Join
from routebook_sync.messages import MARKERS, ProblemCode, VerdictKind

ROOT = Path(__file__).resolve().parents[2]
LINES = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
ROWS = {match[1].strip("`"): line.split(" | ") for line in LINES if (match := re.match(r"\| ([^|]+?) \|", line))}
"""The cells of each word's row."""


def test_every_kind_verdict_problem_and_join_is_in_the_glossary() -> None:
    words = {*ENTITY_TYPES, *VerdictKind, *ProblemCode, *Join, *MARKERS}
    assert words <= set(ROWS)


def test_a_word_in_the_type_of_code_is_one_of_a_closed_set() -> None:
    words = {match[1] for line in LINES if (match := re.match(r"\| `(\w+)` \|", line))}
    assert words == {*ENTITY_TYPES, *VerdictKind, *ProblemCode, *Join, *MARKERS}


def test_no_word_stands_twice() -> None:
    first_cells = [line.split(" | ")[0] for line in LINES if line.startswith("| ")]
    words = [cell for cell in first_cells if cell not in {"| word", "| code"}]
    assert sorted(words) == sorted(set(words))


def test_the_screen_names_every_kind_as_the_glossary_does() -> None:
    messages = msgspec.json.decode((ROOT / "pwa" / "messages" / "fields" / "en.json").read_bytes())
    for kind in ENTITY_TYPES:
        assert ROWS[kind][2].rstrip(" |") == messages[f"fields_kind_{kind}"]


def test_the_tables_that_the_glossary_names_are_there() -> None:
    named = set(re.findall(r"the table `(\w+)`|table `(\w+)`", "\n".join(LINES)))
    tables = {one or other for one, other in named}
    sources = [*(ROOT / "server").rglob("tables.py"), *(ROOT / "pwa" / "src" / "lib" / "store").glob("tables.ts")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert len(tables) > 5
    for table in tables:
        assert re.search(rf'"{table}",\n    metadata|CREATE TABLE {table} ', text), table
