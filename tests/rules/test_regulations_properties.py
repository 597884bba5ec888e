"""What holds for any regulations and any work: no rule raises a mark, and the order is fixed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.regulations import (
    Asked,
    Attempt,
    Calendar,
    HandedIn,
    NeedsSetting,
    Part,
    StepKind,
    Terms,
    late_consequence,
    mark_for,
    module_mark,
    self_certifiable,
    turnaround_date,
    word_consequence,
)
from lms.regulations.terms import (
    Late,
    LateStep,
    Pass,
    Penalties,
    Resit,
    Rounding,
    SelfCertified,
    Turnaround,
    WordBand,
    Words,
)
from lms.regulations.working_days import ALL_SKIPS
from tests.rules.regulations.published import england

DUE = datetime(2026, 3, 27, 12, tzinfo=UTC)  # a Friday, a week before Good Friday
ORDER = [StepKind.MARKED, StepKind.LATE, StepKind.WORDS, StepKind.ROUNDING, StepKind.CAP]

numbers = st.decimals("0", "100", places=1)
amounts = st.integers(0, 40).map(Decimal)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def costs() -> dict[str, st.SearchStrategy[Any]]:
    """One consequence, or none."""
    return {
        "hold_at": maybe(st.just("pass-mark") | amounts),
        "below_hold": maybe(st.sampled_from(["unchanged", "lowered"])),
        "of": maybe(st.sampled_from(["points", "maximum", "mark"])),
    }


late_steps = st.one_of(
    st.builds(
        LateStep,
        take=amounts,
        each=maybe(st.just("day")),
        up_to_days=maybe(st.integers(1, 9)),
        **costs(),
    ),
    st.builds(LateStep, cap_at=st.just("pass-mark") | amounts),
    st.builds(LateStep, mark=amounts),
)
lates = st.builds(
    Late,
    day=maybe(st.sampled_from(["working", "calendar", "date"])),
    ends=maybe(st.sampled_from(["deadline", "noon", "midnight"])),
    skips=maybe(st.sampled_from([(), ALL_SKIPS])),
    at_the_moment=maybe(st.sampled_from(["on-time", "late"])),
    floor=maybe(st.just("zero")),
    same_date=maybe(st.sampled_from(["nothing", "day-one"])),
    step=st.lists(late_steps, min_size=1, max_size=3).map(tuple),
)
words = st.builds(
    Words,
    floor=maybe(st.just("zero")),
    tolerance=maybe(st.just(Decimal(10))),
    band=st.lists(st.builds(WordBand, take=amounts, **costs()), min_size=1, max_size=1).map(tuple),
)
roundings = st.builds(
    Rounding, to=st.just(Decimal(1)), way=st.sampled_from(["half-up", "half-even", "half-down"])
)
resits = st.builds(
    Resit,
    cap=maybe(st.sampled_from(["pass-mark", "none"]) | amounts),
    order=maybe(st.sampled_from(["penalty-first", "cap-first"])),
    use=maybe(st.sampled_from(["resit", "higher"])),
    deferred_capped=maybe(st.booleans()),
    on=st.just("component"),
)
regulations = st.builds(
    Terms,
    pass_=st.just(Pass(Decimal(50))),
    late=maybe(lates),
    words=maybe(words),
    penalties=maybe(st.builds(Penalties, combine=maybe(st.sampled_from(["both", "greater"])))),
    rounding=maybe(roundings),
    resit=maybe(resits),
)
delays = st.timedeltas(timedelta(days=-2), timedelta(days=20))
works = st.builds(
    HandedIn,
    points=numbers,
    attempt=st.sampled_from(Attempt),
    due=st.just(DUE),
    at=delays.map(lambda delay: DUE + delay),
    words=maybe(st.integers(0, 6000)),
    limit=st.just(2500),
    exempt=st.frozensets(st.sampled_from([StepKind.LATE, StepKind.WORDS])),
)


@given(terms=regulations, work=works)
@settings(max_examples=150, deadline=None)
def test_only_rounding_ever_raises_a_mark_and_by_less_than_one(
    terms: Terms, work: HandedIn
) -> None:
    mark = mark_for(terms, work, england())
    if mark.open:
        assert mark.open.settings
        assert mark.points is None
        return
    for step in mark.steps:
        most = Decimal(1) if step.kind is StepKind.ROUNDING else Decimal(0)
        assert step.after <= step.before + most
    assert mark.steps[0].before == work.points
    assert mark.steps[-1].after == mark.points
    pairs = zip(mark.steps, mark.steps[1:], strict=False)
    assert all(one.after == another.before for one, another in pairs)


@given(terms=regulations, work=works)
@settings(max_examples=80, deadline=None)
def test_the_order_of_the_steps_is_fixed(terms: Terms, work: HandedIn) -> None:
    kinds = [step.kind for step in mark_for(terms, work, england()).steps]
    cap_first = terms.resit is not None and terms.resit.order == "cap-first"
    order = [StepKind.MARKED, StepKind.CAP, *ORDER[1:4]] if cap_first else ORDER
    assert kinds == [kind for kind in order if kind in kinds]


@given(terms=regulations, work=works)
@settings(max_examples=50, deadline=None)
def test_the_same_facts_give_the_same_mark(terms: Terms, work: HandedIn) -> None:
    assert mark_for(terms, work, england()) == mark_for(terms, work, england())


@given(terms=regulations, points=numbers)
@settings(max_examples=50, deadline=None)
def test_a_cap_never_touches_a_first_attempt(terms: Terms, points: Decimal) -> None:
    mark = mark_for(terms, HandedIn(points), england())
    assert mark.step(StepKind.CAP) is None
    assert mark.open is None or set(mark.open.settings) <= {"rounding", "rounding.way"}


@given(terms=regulations, work=works)
@settings(max_examples=50, deadline=None)
def test_what_is_excused_takes_nothing(terms: Terms, work: HandedIn) -> None:
    excused = {StepKind.LATE, StepKind.WORDS}
    mark = mark_for(terms, HandedIn(**{**vars(work), "exempt": frozenset(excused)}), england())
    assert not any(step.changes for step in mark.steps if step.kind in excused)


@given(delay=delays, more=st.timedeltas(timedelta(0), timedelta(days=5)))
def test_later_is_never_fewer_days(delay: timedelta, more: timedelta) -> None:
    late = Late(day="working", ends="deadline", skips=ALL_SKIPS, at_the_moment="on-time")
    steps = (LateStep(take=Decimal(1), of="points", each="day"),)
    terms = Terms(late=Late(**{**vars(late), "step": steps}))
    one = late_consequence(terms, DUE, DUE + delay, england())
    another = late_consequence(terms, DUE, DUE + delay + more, england())
    assert not isinstance(one, NeedsSetting)
    assert not isinstance(another, NeedsSetting)
    assert (one.days or 0) <= (another.days or 0)
    assert one.late == (delay > timedelta(0))


@given(first=st.integers(0, 5000), more=st.integers(0, 2000))
def test_more_words_are_never_less_over(first: int, more: int) -> None:
    terms = Terms(words=Words(band=(WordBand(take=Decimal(5), of="points"),)))
    one, another = (word_consequence(terms, count, 2500) for count in (first, first + more))
    assert not isinstance(one, NeedsSetting)
    assert not isinstance(another, NeedsSetting)
    assert one.over_percent <= another.over_percent


days = st.dates(date(2025, 3, 1), date(2028, 6, 1))


@given(day=days, count=st.integers(0, 60))
def test_working_days_there_and_back(day: date, count: int) -> None:
    calendar = england()
    there = calendar.after(day, count, ALL_SKIPS)
    assert calendar.between(day, there, ALL_SKIPS) == count
    if count:
        assert calendar.works(there, ALL_SKIPS)
    if calendar.works(day, ALL_SKIPS):
        assert calendar.before(there, count, ALL_SKIPS) == day


@given(due=days, more=st.integers(1, 30), length=st.integers(1, 30))
def test_a_later_date_is_never_due_back_sooner(due: date, more: int, length: int) -> None:
    terms = Terms(turnaround=Turnaround(length, "after", ALL_SKIPS))
    one = turnaround_date(terms, due, england())
    another = turnaround_date(terms, due + timedelta(days=more), england())
    assert isinstance(one, date)
    assert isinstance(another, date)
    assert due < one <= another


@given(length=st.integers(1, 20), hours=st.integers(1, 200))
def test_more_time_is_later_at_the_same_time_of_day(length: int, hours: int) -> None:
    rule = SelfCertified(
        length, day="working", skips=ALL_SKIPS, per_year=1, after_the_date=False, evidence=False
    )
    asked = Asked(DUE, DUE - timedelta(hours=hours))
    found = self_certifiable(Terms(self_certified=rule), asked, england())
    assert found.granted
    assert found.new_due is not None
    assert found.new_due > DUE
    assert found.new_due.astimezone(UTC).hour in (
        11,
        12,
    )  # noon in London, before or after 29 March


@given(first=numbers, again=numbers, cap=amounts)
def test_the_higher_of_two_is_never_less_than_the_first(
    first: Decimal, again: Decimal, cap: Decimal
) -> None:
    rules = Resit(cap=cap, on="component", use="higher", must_pass_alone_changes_mark=True)
    terms = Terms(pass_=Pass(Decimal(50)), resit=rules, rounding=Rounding(Decimal("0.01"), "down"))
    mark = module_mark(terms, [Part("whole", Decimal(100), first, again)])
    assert mark.counted == (max(first, min(again, cap)),)


def test_a_year_that_nobody_has_given_is_asked_for() -> None:
    nothing = Calendar(frozenset(), frozenset(), date(2025, 1, 1), date(2025, 12, 31))
    terms = Terms(turnaround=Turnaround(20, "after", ALL_SKIPS))
    found = turnaround_date(terms, date(2025, 12, 20), nothing)
    assert isinstance(found, NeedsSetting)
    assert found.settings == ("bank_holidays",)
