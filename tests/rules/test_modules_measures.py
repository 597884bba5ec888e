"""Words that run, and how hard an instruction reads."""

import pytest

from lms.modules.catalogue.measures import (
    argued_words,
    grade,
    plain,
    running_words,
    syllables,
    word_count,
)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("ask", 1),
        ("made", 1),
        ("table", 2),
        ("wanted", 2),
        ("asked", 1),
        ("advocate", 3),
        ("exploitation", 4),
        ("the", 1),
        ("NRM", 1),
        ("2015", 1),
    ],
)
def test_syllables_are_about_right(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_plain_sentence_reads_lower_than_a_hard_one() -> None:
    easy = "Stay with her. Ask what she wants. Write down her words."
    hard = (
        "Notwithstanding organisational responsibilities, documentation necessitates "
        "comprehensive communication."
    )
    assert grade(easy) < 2 < 15 < grade(hard)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What would Priya want now?", "What would Philippa Bartholomew-Example want now?"),
        ("We read the Act here.", "We read the Adult Support and Protection (Scotland) Act here."),
        ("Ask her first.", "Ask her first[@A-015; A-016]."),
        ("Ask her first.", "[Ask her](../u2/immigration-accommodation.md) **first**."),
        ("Ask her first.", "[[debt bondage|Ask her]] first."),
        ("Ask her. Then wait.", "Ask her; then wait."),
    ],
)
def test_names_marks_and_citations_do_not_make_a_text_harder(one: str, other: str) -> None:
    assert grade(one) == pytest.approx(grade(other))


def test_nothing_has_no_grade() -> None:
    assert grade("") == grade("[@A-001]") == 0.0


def test_only_running_prose_is_counted() -> None:
    page = """\
Four words of prose[@A-001].

## A heading

/// aside | Not counted
    skip: there
Two words.
///

| A | table |
| --- | --- |
| not | counted |

![Not counted](a.svg)

- One item

[^one]: Not counted.
"""
    assert running_words(page) == 8
    assert word_count("Four *words* of [prose](a.md)[^one].") == 4
    assert plain("[[a term|two words]] here") == "two words here"


def test_a_units_length_counts_its_argument_and_not_what_is_looked_up() -> None:
    page = """\
Four words of prose.

/// aside | In Scotland
Two words.
///

## What to read next

A book[@A-001]. Why?

## Terms

Base
:   The number below.

## Terms of art

Three words more.
"""
    assert running_words(page) == 4 + 2 + 3 + 4 + 3
    assert argued_words(page) == 4 + 2 + 3
