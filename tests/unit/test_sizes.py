"""The size of a record is counted on from edit to edit, and is what its JSON takes."""

import random

import msgspec
import pytest

from routebook_server.records import sizes
from routebook_server.records.refusal import RefusalError
from routebook_server.records.sizes import Sizes
from routebook_server.records.state import encode_json
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.record import Doc, merge_edit

CUSTOMER = ENTITY_TYPES["customer"]


def change(draw: random.Random, number: int) -> tuple[dict[str, object], str]:
    stamp = stamp_from_clock(Clock(1_000 + draw.randrange(60), number, draw.randrange(1, 4)))
    elements = {f'"{draw.randrange(20)}\n گ': [[stamp], [stamp][: draw.randrange(2)]] for _ in range(draw.randrange(4))}
    registers = {name: draw.choice(["", "a\tb", "گ" * 9, None]) for name in draw.sample(["name", "street", "city"], 2)}
    return {"tags": elements, **(registers if draw.randrange(2) else {})}, stamp


@pytest.mark.parametrize("seed", range(20))
def test_a_record_is_refused_from_the_byte_on_at_which_it_is_too_large(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, counted = random.Random(seed), Sizes()
    doc = draw.choice([Doc(), Doc({"name": "x"}, {stamp_from_clock(Clock(1, 0, 1)): []})])
    for number in range(60):
        values, stamp = change(draw, number)
        new = merge_edit(CUSTOMER, doc, values, stamp).doc
        size = len(encode_json(new))
        monkeypatch.setattr(sizes, "MAX_RECORD_BYTES", size)
        counted.require_room(CUSTOMER, "a", values, doc, new)
        monkeypatch.setattr(sizes, "MAX_RECORD_BYTES", size - 1)
        if size > len(encode_json(doc)):
            with pytest.raises(RefusalError):
                counted.require_room(CUSTOMER, "a", values, doc, new)
        else:
            counted.require_room(CUSTOMER, "a", values, doc, new)
        doc = new if draw.randrange(4) else msgspec.structs.replace(doc)
