"""Merging prose by words (SPEC R17): what two people made of one text becomes one; no word typed is dropped.

Each side is aligned with the text that both began from. A word of that text stays if both left it; what a side put in
comes where it was put, and at the same place the current side's words come first. Nothing here depends on a language:
a word is what stands between white space, and in scripts that write without spaces each letter with its marks.

The alignment takes words that occur once on either side as fixed points (Bram Cohen's "patience diff"), looks between
them again, and compares only small rests word by word: its cost grows with the length, never with its square.
"""

import re
import unicodedata
from bisect import bisect_left
from typing import Final, NamedTuple, TypeAlias

_SMALL: Final = 1_024
"""Pairs of words that are compared one by one; a greater rest without fixed points counts as rewritten."""
_LEVELS: Final = 16
"""How often the words between fixed points are searched for new ones."""

# Thai, Lao, Burmese, Khmer; kana and their kin; Han with its punctuation and full-width forms.
_UNSPACED: Final = (
    "\u0e01-\u0e7f\u0e81-\u0eff\u1000-\u109f\u1780-\u17ff\u3001-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff"
)
_MARKS: Final = "".join(
    chr(code)
    for first, last in ((0x300, 0x36F), (0xE01, 0xEFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3099, 0x309A))
    for code in range(first, last + 1)
    if unicodedata.category(chr(code)).startswith("M")
)
_WORD: Final = re.compile(rf"(\s*)([{_UNSPACED}][{_MARKS}]*|[^\s{_UNSPACED}]+)")
_STARTS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")

_Pairs: TypeAlias = list[tuple[int, int]]
_Spaces: TypeAlias = tuple[list[str], list[str], list[str]]
"""The white space before each word of the text that both began from, of the current and of the incoming one."""


class _Side(NamedTuple):
    """One person's text beside the one that both began from."""

    words: list[str]
    spaces: list[str]
    """The white space before each word; one more for the end."""
    place_by_word: dict[int, int]
    """The place of each word of the first text that is still there; the end counts as a word."""
    put_in: dict[int, range]
    """New words by slot: 2 i before word i of the first text, 2 i + 1 in its place."""


class _Placed(NamedTuple):
    """A word of the outcome: its place in each text, -1 where it is not."""

    word: str
    base: int
    current: int
    incoming: int


def merge_texts(base: str, current: str, incoming: str) -> str:
    """Return ``current`` with what ``incoming`` changes in ``base``; both sides' words where they changed the same."""
    if incoming in {current, base}:
        return current
    if current == base:
        return incoming
    words, spaces = split_words(base)
    mine, theirs = _compare(words, current), _compare(words, incoming)
    return _join(_place(words, mine, theirs), (spaces, mine.spaces, theirs.spaces))


def split_words(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text and the white space before each and at the end: one more."""
    found = _WORD.findall(text)
    words = [word for _space, word in found]
    end = text[len(text.rstrip()) :]
    return words, [*(space for space, _word in found), end]


def _compare(base: list[str], text: str) -> _Side:
    words, spaces = split_words(text)
    place_by_word: dict[int, int] = {}
    put_in: dict[int, range] = {}
    first = start = 0
    for after, place in [*_align(base, words), (len(base), len(words))]:
        if place > start:
            put_in[2 * first + (after > first)] = range(start, place)
        place_by_word[after] = place
        first, start = after + 1, place + 1
    return _Side(words, spaces, place_by_word, put_in)


def _place(base: list[str], mine: _Side, theirs: _Side) -> list[_Placed]:
    """Return the words of the outcome in their order; the last one is the end."""
    placed: list[_Placed] = []
    for number, word in enumerate([*base, ""]):
        for slot in (2 * number, 2 * number + 1):
            current, incoming = mine.put_in.get(slot, range(0)), theirs.put_in.get(slot, range(0))
            placed += _put_in(mine, current, theirs, incoming)
        if number in mine.place_by_word and number in theirs.place_by_word:
            placed.append(_Placed(word, number, mine.place_by_word[number], theirs.place_by_word[number]))
    return placed


def _put_in(mine: _Side, current: range, theirs: _Side, incoming: range) -> list[_Placed]:
    """Return what both sides put in at one place: the current side's words, then the incoming ones.

    Where one side's begin with all of the other's, as when both typed the same, they come once.
    """
    pairs = list(zip(current, incoming, strict=False))
    if all(mine.words[place] == theirs.words[other] for place, other in pairs):
        same = [_Placed(mine.words[place], -1, place, other) for place, other in pairs]
        current, incoming = current[len(pairs) :], incoming[len(pairs) :]
    else:
        same = []
    more = [_Placed(mine.words[place], -1, place, -1) for place in current]
    return [*same, *more, *(_Placed(theirs.words[place], -1, -1, place) for place in incoming)]


def _join(placed: list[_Placed], spaces: _Spaces) -> str:
    parts: list[str] = []
    before: _Placed | None = None
    for word in placed:
        parts += [_space(before, word, spaces), word.word]
        before = word
    return "".join(parts)


def _space(before: _Placed | None, word: _Placed, spaces: _Spaces) -> str:
    """Return the white space between two words of the outcome, which need not have met in either text."""
    base, current, incoming = (
        texts[place] if place >= 0 else "" for texts, place in zip(spaces, word[1:], strict=True)
    )
    in_current = _met(before.current if before else None, word.current)
    in_incoming = _met(before.incoming if before else None, word.incoming)
    if in_current == in_incoming and (in_current or not word.word):
        return current if current != base else incoming
    if in_current or in_incoming:
        return current if in_current else incoming
    if before is None:
        return ""
    behind = (texts[place + 1] for texts, place in zip(spaces, before[1:], strict=True) if place >= 0)
    usual = "" if _STARTS_UNSPACED.match(before.word) or _STARTS_UNSPACED.match(word.word) else " "
    return next((space for space in (current, incoming, *behind) if space), usual)


def _met(before: int | None, place: int) -> bool:
    """Tell whether the word before, None at the beginning, stands before this one in a text that has both."""
    return place == 0 if before is None else 0 <= before == place - 1


# Alignment


def _align(words: list[str], others: list[str]) -> _Pairs:
    """Return places of equal words in both, rising in both."""
    pairs: _Pairs = []
    rest = [(0, len(words), 0, len(others), 0)]
    while rest:
        first, last, start, stop, level = rest.pop()
        while first < last and start < stop and words[first] == others[start]:
            pairs.append((first, start))
            first, start = first + 1, start + 1
        while first < last and start < stop and words[last - 1] == others[stop - 1]:
            last, stop = last - 1, stop - 1
            pairs.append((last, stop))
        if first == last or start == stop:
            continue
        fixed = _fixed_points(words[first:last], others[start:stop]) if level < _LEVELS else []
        if fixed:
            ends = [(first + place, start + other) for place, other in fixed]
            pairs += ends
            for (low, left), (high, right) in zip([(first - 1, start - 1), *ends], [*ends, (last, stop)], strict=True):
                rest.append((low + 1, high, left + 1, right, level + 1))
        elif (last - first) * (stop - start) <= _SMALL:
            found = _longest_common(words[first:last], others[start:stop])
            pairs += [(first + place, start + other) for place, other in found]
    return sorted(pairs)


def _fixed_points(words: list[str], others: list[str]) -> _Pairs:
    """Return the longest rising run of the words that occur once in either."""
    place_by_word = _places_of_single(others)
    pairs = [(place, place_by_word[word]) for word, place in _places_of_single(words).items() if word in place_by_word]
    # Each pile's top is the least end of a run of that length; `before` leads back along a run.
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_place, other) in enumerate(pairs):
        pile = bisect_left(tops, other)
        if pile == len(tops):
            tops.append(other)
            piles.append(number)
        else:
            tops[pile], piles[pile] = other, number
        before.append(piles[pile - 1] if pile else -1)
    run: _Pairs = []
    number = piles[-1] if piles else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]


def _places_of_single(words: list[str]) -> dict[str, int]:
    """Return the place of each word that occurs once, in the order of the places."""
    places: dict[str, int] = {}
    for place, word in enumerate(words):
        places[word] = -1 if word in places else place
    return {word: place for word, place in places.items() if place >= 0}


def _longest_common(words: list[str], others: list[str]) -> _Pairs:
    """Return a longest common subsequence by the textbook's table."""
    lengths = [[0] * (len(others) + 1) for _ in range(len(words) + 1)]
    for place in range(len(words) - 1, -1, -1):
        row, below = lengths[place], lengths[place + 1]
        for other in range(len(others) - 1, -1, -1):
            row[other] = below[other + 1] + 1 if words[place] == others[other] else max(below[other], row[other + 1])
    pairs: _Pairs = []
    place = other = 0
    while place < len(words) and other < len(others):
        if words[place] == others[other]:
            pairs.append((place, other))
            place, other = place + 1, other + 1
        elif lengths[place + 1][other] >= lengths[place][other + 1]:
            place += 1
        else:
            other += 1
    return pairs
