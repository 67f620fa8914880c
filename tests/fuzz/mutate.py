"""Mutations: spoils a message in ways that a broken client, a bad line or an attacker would. Seeded, without I/O."""

import copy
import gzip
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Where in a JSON value something stands."""

ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, 1, -1, 2**53 - 1, 2**53, -(2**53), 2**63, 2**64, 10**400, 0.5, -0.0, 1e308,
    "", " ", "0", "a" * 300, "\x00",
    "\ud800", "\udfff", "\u202e", "\ufffd", "shared", "moved", "__proto__", "constructor", "'; DROP TABLE record; --",
    "%s", "../../etc", "7vvvvvvvvvvvvv0001", "00000000000000zzzz", "0" * 18, "7" + "v" * 25, "0" * 26,
    "t:", "u:", "t:" + "v" * 80,
    [], {}, [[]], [None], {"": None}, {"v": {}}, [0, 0], [1, 2**53 - 1], [-1, 0], ["0" * 18], {"0" * 18: []},
)  # fmt: skip
"""Values that stand for nothing sensible in most places."""
KEYS: Final = (
    "",
    "n",
    "v",
    "s",
    "at",
    "id",
    "kind",
    "root",
    "base",
    "group",
    "deleted",
    "name",
    "\x00",
    "x" * 200,
    "__proto__",
)
MAX_DEEP: Final = 3_000
"""Levels of a nested value: more than any decoder follows."""


def mutate(random: Random, value: Any) -> bytes:
    """Return ``value`` as JSON bytes, spoiled once to five times: in its structure, its text, or both."""
    spoiled = json.loads(json.dumps(value))
    for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        spoiled = random.choice(_STRUCTURE)(random, spoiled)
    body = json.dumps(spoiled, ensure_ascii=random.random() < 0.5, allow_nan=True).encode("utf-8", "surrogatepass")
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 8))):
        body = random.choice(_BYTES)(random, body)
    return body


def pack(random: Random, body: bytes) -> tuple[bytes, bytes]:
    """Return a body as it may come over the line, and its content encoding."""
    match random.randrange(12):
        case 0:
            return gzip.compress(body, 1), b"gzip"
        case 1:
            return random.choice(_BYTES)(random, gzip.compress(body, 1)), b"gzip"
        case 2:
            return body, random.choice((b"gzip", b"br", b"identity", b"x" * 99, b"gzip, gzip"))
        case _:
            return body, b""


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    parts: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(value, dict):
        parts = iter(value.items())
    elif isinstance(value, list):
        parts = iter(enumerate(value))
    for key, part in parts:
        yield from _paths(part, (*path, key))


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _pick(random: Random, value: Any) -> Path:
    return random.choice(list(_paths(value)))


def _odd(random: Random) -> Any:
    return copy.deepcopy(random.choice(ODD))


def _replace(random: Random, value: Any) -> Any:
    path = _pick(random, value)
    odd = _odd(random)
    if not path:
        return odd
    _at(value, path[:-1])[path[-1]] = odd
    return value


def _remove(random: Random, value: Any) -> Any:
    path = _pick(random, value)
    if path:
        del _at(value, path[:-1])[path[-1]]
    return value


def _add(random: Random, value: Any) -> Any:
    found = _at(value, _pick(random, value))
    if isinstance(found, dict):
        found[random.choice(KEYS)] = _odd(random)
    elif isinstance(found, list):
        found.insert(random.randint(0, len(found)), _odd(random))
    return value


def _copy(random: Random, value: Any) -> Any:
    """Put one part where another stood: right in itself, wrong there."""
    source, target = _pick(random, value), _pick(random, value)
    if not target:
        return value
    part = json.loads(json.dumps(_at(value, source)))
    _at(value, target[:-1])[target[-1]] = part
    return value


def _repeat(random: Random, value: Any) -> Any:
    found = _at(value, _pick(random, value))
    if isinstance(found, list) and found and len(found) < 1_000:
        found.extend(found * random.choice((1, 1, 2, 7)))
    return value


def _nudge(random: Random, value: Any) -> Any:
    """Change a number or a text a little, so that it stays nearly right."""
    path = _pick(random, value)
    found = _at(value, path)
    if not path:
        return value
    if isinstance(found, int) and not isinstance(found, bool):
        found += random.choice((-1, 1, 1000, -1000, 2**31))
    elif isinstance(found, str) and found:
        place = random.randrange(len(found))
        found = found[:place] + random.choice("0v1z\x00é\ud83d😀ی") + found[place + random.randint(0, 1) :]
    _at(value, path[:-1])[path[-1]] = found
    return value


def _flip(random: Random, body: bytes) -> bytes:
    if not body:
        return body
    place = random.randrange(len(body))
    return body[:place] + bytes([body[place] ^ 1 << random.randrange(8)]) + body[place + 1 :]


def _cut(random: Random, body: bytes) -> bytes:
    return body[: random.randint(0, len(body))]


def _drop(random: Random, body: bytes) -> bytes:
    start = random.randint(0, len(body))
    return body[:start] + body[start + random.randint(1, 20) :]


def _insert(random: Random, body: bytes) -> bytes:
    place = random.randint(0, len(body))
    return (
        body[:place]
        + random.choice((b"\x00", b"\xff", b'"', b"{", b"]", b",", b"\\u0000", b"\\ud800", b"e9", b"-"))
        + body[place:]
    )


def _double(random: Random, body: bytes) -> bytes:
    return body + body[random.randint(0, len(body)) :]


def _nest(random: Random, body: bytes) -> bytes:
    depth = random.choice((20, 200, MAX_DEEP))
    opening, closing = random.choice(((b"[", b"]"), (b'{"v":', b"}")))
    place = body.find(b":") + 1
    return body[:place] + opening * depth + b"1" + closing * depth + b"," + body[place:]


_STRUCTURE: Final[tuple[Callable[[Random, Any], Any], ...]] = (
    _replace,
    _replace,
    _remove,
    _add,
    _copy,
    _repeat,
    _nudge,
    _nudge,
)
_BYTES: Final[tuple[Callable[[Random, bytes], bytes], ...]] = (
    _flip,
    _flip,
    _cut,
    _drop,
    _insert,
    _insert,
    _double,
    _nest,
)
