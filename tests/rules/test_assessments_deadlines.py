"""A learner's own date: steps in one order, none of which brings it forward."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.rules.deadlines import Facts, Given, Paused, Rules, Try, dated, whole_days
from lms.modules.catalogue import Due
from lms.regulations import Attempt, Terms, no_days_off
from lms.regulations.terms import Pause, SelfCertified
from tests.rules.test_regulations_sayings import example

EXAMPLE = example("pgcert-example-2")
RULES = Rules(EXAMPLE.terms, EXAMPLE.calendar)
DUE = Due(weeks=4, weekday=0, at=time(12))
START = date(2026, 6, 1)  # so due on Monday 29 June 2026, noon in London
BASE = datetime(2026, 6, 29, 11, tzinfo=UTC)
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)


def due(facts: Facts, now: datetime = NOW, rules: Rules = RULES) -> datetime:
    return dated(DUE, facts, rules, now=now).due


def said(facts: Facts, now: datetime = NOW) -> list[str]:
    return [reason.said for reason in dated(DUE, facts, RULES, now=now).because]


def test_with_nothing_else_it_is_the_cohorts_date() -> None:
    found = dated(DUE, Facts(START), RULES, now=NOW)
    assert (found.attempt, found.kind, found.due, found.moved) == (1, Attempt.FIRST, BASE, False)
    assert said(Facts(START)) == ["It is the date of your cohort."]


def test_an_adjustment_adds_working_days_at_the_same_time_of_day() -> None:
    assert due(Facts(START, extra_days=5)) == BASE + timedelta(days=7)
    assert said(Facts(START, extra_days=1))[1] == "Your standing adjustment adds 1 working day."


def test_time_taken_and_time_granted_add_to_an_adjustment() -> None:
    facts = Facts(
        START,
        extra_days=5,
        given=(Given(1, decided=False, days=5), Given(1, decided=True, days=5)),
    )
    assert due(facts) == BASE + timedelta(days=21)
    assert [one.clause for one in dated(DUE, facts, RULES, now=NOW).because] == [
        "",
        "",
        "self-certified",
        "extensions",
    ]


def test_self_certified_days_are_counted_as_the_regulations_count_them() -> None:
    calendar = replace(EXAMPLE.terms, self_certified=SelfCertified(length=5, day="calendar"))
    facts = Facts(START, given=(Given(1, decided=False, days=5),))
    assert due(facts, rules=Rules(calendar, EXAMPLE.calendar)) == BASE + timedelta(days=5)


def test_another_date_is_that_date_and_never_an_earlier_one() -> None:
    later = BASE + timedelta(days=30)
    assert due(Facts(START, given=(Given(1, decided=True, until=later),))) == later
    sooner = BASE - timedelta(days=3)
    assert due(Facts(START, given=(Given(1, decided=True, until=sooner),))) == BASE


def test_a_further_attempt_has_its_own_date_and_none_of_the_time_of_the_first() -> None:
    resit = datetime(2026, 9, 1, 11, tzinfo=UTC)
    facts = Facts(
        START,
        tries=(Try(2, Attempt.RESIT, resit),),
        given=(Given(1, decided=True, days=10),),
    )
    found = dated(DUE, facts, RULES, now=NOW)
    assert (found.attempt, found.kind, found.due) == (2, Attempt.RESIT, resit)


def test_a_date_inside_a_pause_keeps_the_time_that_was_left() -> None:
    pause = Paused(BASE - timedelta(days=3), BASE + timedelta(days=4))
    assert due(Facts(START, pauses=(pause,))) == BASE + timedelta(days=7)
    assert said(Facts(START, pauses=(pause,)))[-1] == (
        "It fell into your pause, and moved by 7 days."
    )


def test_a_date_outside_a_pause_stays() -> None:
    over = Paused(BASE - timedelta(days=9), BASE - timedelta(days=2))
    begun_later = Paused(BASE + timedelta(days=1), BASE + timedelta(days=2))
    assert due(Facts(START, pauses=(over, begun_later))) == BASE


def test_pauses_move_dates_by_what_the_regulations_permit_in_all() -> None:
    long = Paused(BASE - timedelta(days=1), BASE + timedelta(days=60))
    assert due(Facts(START, pauses=(long,))) == BASE + timedelta(days=14)
    spent = Paused(BASE - timedelta(days=100), BASE - timedelta(days=88))
    assert due(Facts(START, pauses=(spent, long))) == BASE + timedelta(days=2)


def test_regulations_without_a_pause_move_nothing() -> None:
    pause = Paused(BASE - timedelta(days=3), BASE + timedelta(days=4))
    rules = Rules(replace(EXAMPLE.terms, pause=None), EXAMPLE.calendar)
    assert due(Facts(START, pauses=(pause,)), rules=rules) == BASE


def test_while_a_pause_goes_on_the_date_stays_ahead_as_long_as_days_are_left() -> None:
    pause = Paused(BASE - timedelta(days=2))
    for day in range(12):
        now = BASE + timedelta(days=day, hours=1)
        assert due(Facts(START, pauses=(pause,)), now) > now


def test_work_of_the_vle_keeps_the_cohorts_date_and_says_where_the_own_one_is() -> None:
    found = dated(DUE, Facts(START, extra_days=5), RULES, now=NOW, record="vle")
    assert found.due == BASE
    assert "learning site" in found.because[-1].said


def test_a_year_without_known_bank_holidays_leaves_out_weekends() -> None:
    unknown = Rules(Terms(), no_days_off(date.max, date.min))
    assert due(Facts(START, extra_days=5), rules=unknown) == BASE + timedelta(days=7)


MOMENTS = st.timedeltas(timedelta(0), timedelta(days=700)).map(
    lambda after: datetime(2026, 1, 1, tzinfo=UTC) + after
)
GIVEN = st.builds(
    Given,
    attempt=st.integers(1, 2),
    decided=st.booleans(),
    days=st.none() | st.integers(1, 60),
    until=st.none() | MOMENTS,
)
PAUSES = st.builds(
    lambda at, length: Paused(at, at + length),
    MOMENTS,
    st.timedeltas(timedelta(0), timedelta(days=90)),
)
FACTS = st.builds(
    Facts,
    starts_on=st.just(START),
    given=st.lists(GIVEN, max_size=4).map(tuple),
    extra_days=st.integers(0, 30),
    pauses=st.lists(PAUSES, max_size=3).map(tuple),
)


@given(FACTS, MOMENTS, st.integers(0, 40))
def test_nothing_brings_a_date_forward(facts: Facts, now: datetime, most: int) -> None:
    rules = Rules(replace(EXAMPLE.terms, pause=Pause(most)), EXAMPLE.calendar)
    found = dated(DUE, facts, rules, now=now)
    assert found.due >= found.base_due
    assert found.moved or found.due == BASE


@given(FACTS, GIVEN, MOMENTS)
def test_more_time_never_makes_it_earlier(facts: Facts, more: Given, now: datetime) -> None:
    without = replace(facts, pauses=())
    assert due(replace(without, given=(*facts.given, more)), now) >= due(without, now)


@given(FACTS, st.integers(0, 10), MOMENTS)
def test_a_larger_adjustment_never_makes_it_earlier(facts: Facts, more: int, now: datetime) -> None:
    without = replace(facts, pauses=())
    larger = replace(without, extra_days=facts.extra_days + more)
    assert due(larger, now) >= due(without, now)


@given(st.integers(0, 20), st.integers(0, 20), MOMENTS)
def test_adjustments_compose(one: int, other: int, now: datetime) -> None:
    both = Facts(START, extra_days=one, given=(Given(1, decided=True, days=other or None),))
    assert due(both, now) == due(Facts(START, extra_days=one + other), now)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_days_begun_cover_the_time(start: datetime, length: timedelta) -> None:
    days = whole_days(start, start + length)
    assert timedelta(days=days - 1) < length <= timedelta(days=days) or days == 0 == length.days
