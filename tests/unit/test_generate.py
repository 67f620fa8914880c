"""What is derived from the entities is in the tree as it would be derived now."""

import re
from pathlib import Path

import msgspec

from routebook_sync import generate, messages
from routebook_sync.entities import ENTITY_TYPES

SYNC = Path(__file__).resolve().parents[2] / "sync"
SCHEMA = SYNC / "schema.json"
TYPESCRIPT = SYNC / "ts" / "src" / "schema.gen.ts"


def test_the_generated_files_are_current() -> None:
    outputs = generate.outputs(SYNC)
    assert set(outputs) == {SCHEMA, TYPESCRIPT}
    for path, text in outputs.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is not current: make gen"


def test_both_languages_name_the_same_schema_and_protocol() -> None:
    text = TYPESCRIPT.read_text(encoding="utf-8")
    found = {"SCHEMA_HASH": "", "PROTOCOL": ""} | dict(
        re.findall(r"export const (SCHEMA_HASH|PROTOCOL) = '?(\w+)'?;", text)
    )
    in_file = msgspec.json.decode(SCHEMA.read_bytes())
    assert found == {"SCHEMA_HASH": generate.schema_hash(), "PROTOCOL": str(messages.PROTOCOL)}
    assert (in_file["hash"], in_file["protocol"]) == (generate.schema_hash(), messages.PROTOCOL)


def test_a_changed_field_changes_the_schemas_hash() -> None:
    before = generate.schema()["kinds"]
    after = msgspec.json.decode(msgspec.json.encode(before))
    after["customer"]["fields"][0]["max_length"] += 1
    assert generate.hash_of(after) != generate.hash_of(before) == generate.schema_hash()


def test_every_kind_has_its_type_and_its_table_in_typescript() -> None:
    text = TYPESCRIPT.read_text(encoding="utf-8")
    for kind, entity in ENTITY_TYPES.items():
        assert f"export type {generate.camel(kind)} = {{" in text
        for name in entity.fields:
            assert re.search(rf"^  {name}\?: ", text, re.MULTILINE), f"{kind}.{name}"
