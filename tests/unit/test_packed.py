"""Packed texts, spliced into a gzip body."""

import gzip
import zlib
from random import Random

import pytest

from routebook_server.records.packed import Packed, Part, gzip_of, plain


def words(random: Random, count: int) -> bytes:
    return b" ".join(random.choice([b"Bakery", "Łódź".encode(), b"visit", b"{}"]) for _ in range(count))


@pytest.mark.parametrize("seed", range(20))
def test_what_is_spliced_reads_as_it_was_written(seed: int) -> None:
    random = Random(seed)
    texts = [words(random, random.choice([0, 1, 9, 400, 30_000])) for _ in range(random.randrange(8))]
    parts: list[Part] = [Packed.of(text) if random.random() < 0.5 else text for text in texts]

    assert gzip.decompress(gzip_of(parts)) == plain(parts) == b"".join(texts)


def test_one_stream_is_written_and_nothing_after_it() -> None:
    # Browsers need not read a second stream in a gzip body.
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    text = unpacker.decompress(gzip_of([b"[", Packed.of(b"1" * 1000), b",", Packed.of(b"2" * 1000), b"]"]))

    assert text == b"[" + b"1" * 1000 + b"," + b"2" * 1000 + b"]"
    assert unpacker.eof
    assert unpacker.unused_data == b""


def test_a_text_packed_twice_in_one_body_stands_there_twice() -> None:
    packed = Packed.of(b"the same again" * 50)

    assert gzip.decompress(gzip_of([packed, packed])) == packed.text * 2
