"""When work is due, and what is said about the day it came."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessments.rules.dates import (
    A_PERSON,
    LONDON,
    date_costs,
    date_rule,
    days_after,
    deadline,
    due_in_words,
    length_rule,
)
from lms.modules.catalogue import Due
from lms.regulations import Terms
from tests.rules.test_regulations_sayings import example

NOON = time(12, 0)
FIRST = example("pgcert-example-1")


def utc(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


DEADLINES = [
    # start, weeks, weekday, due in UTC
    ("a Monday, in winter", date(2026, 5, 11), Due(32, 0, NOON), utc(2026, 12, 21, 12)),
    ("a Monday, in summer", date(2026, 5, 11), Due(4, 0, NOON), utc(2026, 6, 8, 11)),
    ("another weekday", date(2026, 5, 11), Due(4, 4, time(17, 0)), utc(2026, 6, 12, 16)),
    ("from mid-week", date(2026, 5, 13), Due(2, 0, NOON), utc(2026, 5, 25, 11)),
    ("never before the start", date(2026, 5, 13), Due(0, 0, NOON), utc(2026, 5, 18, 11)),
    ("the day after clocks change", date(2026, 3, 2), Due(4, 0, NOON), utc(2026, 3, 30, 11)),
    ("the day clocks go back", date(2026, 10, 19), Due(0, 6, NOON), utc(2026, 10, 25, 12)),
]


@pytest.mark.parametrize(("_why", "start", "due", "expected"), DEADLINES)
def test_the_deadline(_why: str, start: date, due: Due, expected: datetime) -> None:
    assert deadline(start, due) == expected


@settings(deadline=None)  # the machine may be busy
@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(0, 60),
    st.integers(0, 6),
    st.times().filter(lambda at: at.hour != 1),  # the hour that clocks skip or repeat
)
def test_a_deadline_shows_the_clock_and_weekday_asked_for(
    start: date, weeks: int, weekday: int, at: time
) -> None:
    local = deadline(start, Due(weeks, weekday, at)).astimezone(LONDON)
    assert local.time() == at
    assert local.weekday() == weekday
    assert local.date() >= start
    assert local.date() - start < timedelta(weeks=weeks + 1)


@settings(deadline=None)  # the machine may be busy
@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 60), st.integers(0, 6))
def test_a_week_more_is_a_week_later(start: date, weeks: int, weekday: int) -> None:
    sooner = deadline(start, Due(weeks, weekday, NOON)).astimezone(LONDON)
    later = deadline(start, Due(weeks + 1, weekday, NOON)).astimezone(LONDON)
    assert later.date() - sooner.date() == timedelta(weeks=1)


DUE = datetime(2026, 12, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("handed_in", "days", "words"),
    [
        (DUE - timedelta(days=3), None, "Handed in by the date."),
        (DUE, None, "Handed in by the date."),
        (DUE + timedelta(seconds=1), 0, "Handed in later on the day it was due."),
        (DUE + timedelta(hours=13), 1, "Handed in 1 day after the date."),
        (DUE + timedelta(days=3), 3, "Handed in 3 days after the date."),
    ],
)
def test_the_rule_about_the_date(handed_in: datetime, days: int | None, words: str) -> None:
    assert days_after(DUE, handed_in) == days
    assert date_rule(DUE, handed_in, FIRST).startswith(words)


@pytest.mark.parametrize("done", [True, False])
def test_where_rules_are_silent_a_person_is_asked(*, done: bool) -> None:
    silent = replace(FIRST, terms=Terms())
    late = DUE + timedelta(days=3)
    said = date_rule(DUE, late, silent, done=done)
    assert "The regulations do not say what happens to work that comes after the date." in said
    assert said.endswith(A_PERSON)
    assert date_costs(DUE, late, silent)
    assert not date_costs(DUE, DUE - timedelta(seconds=1), silent)
    assert not date_costs(DUE, late, FIRST)
    over = length_rule(2100, 2000, silent)
    assert over.startswith("It is over the word limit. The regulations do not say")
    assert length_rule(2000, 2000, silent) == "It is within the word limit."


def test_the_date_as_an_offset() -> None:
    assert due_in_words(Due(32, 0, NOON)) == "Monday of week 32 after a cohort’s start, 12 noon"
    assert due_in_words(Due(3, 4, time(17, 0))) == "Friday of week 3 after a cohort’s start, 17:00"
