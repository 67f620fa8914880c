"""Merging prose by words (SPEC R17): whatever two people make of one text, nothing that either typed is lost."""

import time
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.states import texts
from routebook_sync.text_merge import merge_texts, split_words

prose = st.one_of(
    st.text("ab \n"),
    st.text("客户喜欢红茶。 "),
    st.lists(st.sampled_from(["the", "shop", "چای", "می‌خواهد", "чай", "Łódź", "客户", "茶"])).map(" ".join),
    texts,
)
WORDS = [f"word{number}" for number in range(12)]
scripts = st.lists(
    st.tuples(
        st.lists(st.integers(0, 9), max_size=2, unique=True),
        st.booleans(),
        st.booleans(),
        st.lists(st.integers(0, 9), max_size=2, unique=True),
    ),
    min_size=len(WORDS),
    max_size=len(WORDS),
)
"""For each word: what the current side puts before it, whether either side leaves it, what the incoming one puts in."""


def words(text: str) -> list[str]:
    return split_words(text)[0]


@given(prose)
def test_words_and_the_space_between_them_are_the_whole_text(text: str) -> None:
    found, spaces = split_words(text)
    assert spaces[0] + "".join(word + space for word, space in zip(found, spaces[1:], strict=True)) == text
    assert all(word and not any(letter.isspace() for letter in word) for word in found)


@given(prose, prose, prose)
def test_every_word_that_either_side_put_in_is_there(base: str, current: str, incoming: str) -> None:
    merged = Counter(words(merge_texts(base, current, incoming)))
    for side in (current, incoming):
        assert Counter(words(side)) - Counter(words(base)) <= merged


@given(prose, prose, prose)
def test_no_word_comes_from_nowhere(base: str, current: str, incoming: str) -> None:
    sources = {*words(base), *words(current), *words(incoming)}
    # Where no space may stand between letters, two words of different people still end up side by side.
    assert set("".join(words(merge_texts(base, current, incoming)))) <= set("".join(sources))


@given(prose, prose)
def test_what_one_side_alone_changed_is_the_outcome(base: str, changed: str) -> None:
    assert merge_texts(base, changed, base) == changed
    assert merge_texts(base, base, changed) == changed
    assert merge_texts(base, changed, changed) == changed


@given(scripts)
def test_words_stay_where_they_were_put_and_what_either_took_out_is_gone(
    script: list[tuple[list[int], bool, bool, list[int]]],
) -> None:
    current: list[str] = []
    incoming: list[str] = []
    expected: list[str] = []
    for word, (mine, is_left, is_left_there, theirs) in zip(WORDS, script, strict=True):
        put_in = [f"{word}-current{number}" for number in mine]
        put_in_there = [f"{word}-incoming{number}" for number in theirs]
        current += [*put_in, *([word] if is_left else [])]
        incoming += [*put_in_there, *([word] if is_left_there else [])]
        expected += [*put_in, *put_in_there, *([word] if is_left and is_left_there else [])]
    merged = merge_texts(" ".join(WORDS), " ".join(current), " ".join(incoming))
    assert sorted(words(merged)) == sorted(expected)
    for side in (current, incoming):
        kept = [word for word in side if word in expected]
        assert [word for word in words(merged) if word in kept] == kept


@pytest.mark.parametrize("alphabet", [1, 2, 60, 3_000])
def test_a_long_paragraph_costs_in_proportion_to_its_length(alphabet: int) -> None:
    def cost(length: int) -> float:
        random = Random(alphabet)
        sides = [" ".join(str(random.randrange(alphabet)) for _ in range(length)) for _ in range(3)]
        started = time.process_time()
        merge_texts(*sides)
        return time.process_time() - started

    short, long = (min(cost(length) for _ in range(3)) for length in (500, 5_000))
    assert long < 40 * short + 0.05, "ten times the words took a hundred times the work"
