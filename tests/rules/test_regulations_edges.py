"""The edges that no published table reaches: hours, months, limits, and what is still missing."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from lms.regulations import (
    Asked,
    Attempt,
    HandedIn,
    ModuleResult,
    NeedsPerson,
    NeedsSetting,
    Part,
    StepKind,
    Terms,
    applies_to,
    compensate,
    late_consequence,
    mark_for,
    module_mark,
    more_time_blocks,
    moved_by_working_days,
    requests_needed,
    resit_blocks,
    resit_credits,
    returned_in_time,
    self_certifiable,
    standing,
    third_marker_needed,
    turnaround_date,
    word_consequence,
)
from lms.regulations.late import LONDON
from lms.regulations.terms import (
    Extensions,
    Late,
    LateStep,
    Pass,
    Resit,
    Rounding,
    SelfCertified,
    Turnaround,
    WordBand,
    Words,
)
from tests.rules.regulations.published import england, terms

DUE = datetime(2026, 3, 27, 16, tzinfo=LONDON)  # a Friday; the clocks change on Sunday 29 March
DAILY = (LateStep(take=Decimal(5), of="points", each="day"),)
WHOLE = Decimal(100)


def days_late(late: Late, at: datetime, due: datetime = DUE) -> int | None:
    found = late_consequence(Terms(late=late), due, at, england())
    assert not isinstance(found, NeedsSetting), found
    return found.days


def late(**rule: object) -> Late:
    """A rule that states everything, but for what is named."""
    stated = {"day": "calendar", "ends": "deadline", "at_the_moment": "on-time", "step": DAILY}
    return Late(**{**stated, **rule})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ends", "hours", "days"),
    [
        ("deadline", 1, 1),
        ("deadline", 24, 1),
        ("deadline", 25, 2),
        ("midnight", 7, 1),
        ("midnight", 8, 1),  # exactly midnight still belongs to the day that ends
        ("midnight", 9, 2),
        ("noon", 19, 1),
        ("noon", 21, 2),
    ],
)
def test_when_a_day_ends(ends: str, hours: int, days: int) -> None:
    assert days_late(late(ends=ends), DUE + timedelta(hours=hours)) == days


def test_a_deadline_before_noon_has_its_first_noon_on_the_same_day() -> None:
    due = DUE.replace(hour=9)
    assert days_late(late(ends="noon"), due + timedelta(hours=3), due) == 1
    assert days_late(late(ends="noon"), due + timedelta(hours=4), due) == 2


def test_the_clock_on_the_wall_decides_when_the_clocks_change() -> None:
    due = datetime(2026, 3, 28, 16, tzinfo=LONDON)
    by_the_wall = datetime(2026, 3, 29, 16, tzinfo=LONDON)
    assert (by_the_wall.astimezone(UTC) - due.astimezone(UTC)) == timedelta(hours=23)
    assert days_late(late(), by_the_wall, due) == 1
    assert days_late(late(), by_the_wall + timedelta(seconds=1), due) == 2


def test_the_hour_that_comes_twice_is_read_by_its_order() -> None:
    due = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON)
    after = due.replace(minute=15, fold=1)  # the second quarter past one
    assert days_late(late(), after, due) == 1


def test_working_days_leave_out_easter() -> None:
    rule = late(day="working", skips=("bank-holidays",))
    due = datetime(2026, 4, 2, 16, tzinfo=LONDON)  # Maundy Thursday
    assert days_late(rule, datetime(2026, 4, 7, 16, tzinfo=LONDON), due) == 1
    assert days_late(rule, datetime(2026, 4, 7, 17, tzinfo=LONDON), due) == 2


def test_the_end_of_a_month_is_asked_for_only_where_it_matters() -> None:
    steps = (LateStep(mark=Decimal(1), up_to_months=1), LateStep(mark=Decimal(0)))
    rules = Terms(late=late(step=steps))
    due = datetime(2026, 1, 31, 16, tzinfo=LONDON)
    soon = late_consequence(rules, due, due + timedelta(days=20), england())
    assert not isinstance(soon, NeedsSetting)
    assert soon.step == steps[0]
    between = late_consequence(rules, due, datetime(2026, 3, 2, tzinfo=LONDON), england())
    assert isinstance(between, NeedsSetting)
    assert between.settings == ("late.step.month_end",)
    december = datetime(2026, 12, 10, 16, tzinfo=LONDON)
    in_january = late_consequence(rules, december, december + timedelta(days=31), england())
    assert not isinstance(in_january, NeedsSetting)
    assert in_january.step == steps[0]


def test_years_without_bank_holidays_are_asked_for_only_where_they_count() -> None:
    rule = late(day="working", skips=("bank-holidays",))
    friday = datetime(2030, 4, 5, 16, tzinfo=LONDON)
    saturday = late_consequence(Terms(late=rule), friday, friday + timedelta(days=1), england())
    assert not isinstance(saturday, NeedsSetting)
    monday = late_consequence(Terms(late=rule), friday, friday + timedelta(days=4), england())
    assert isinstance(monday, NeedsSetting)
    assert monday.settings == ("bank_holidays",)


def test_on_time_needs_no_rule_at_all() -> None:
    for at in (DUE, DUE - timedelta(days=1)):
        found = late_consequence(Terms(), DUE, at, england())
        assert not isinstance(found, NeedsSetting)
        assert not found.late
    assert isinstance(late_consequence(Terms(), DUE, DUE + timedelta(1), england()), NeedsSetting)


def test_cap_first_takes_the_penalty_from_the_cap() -> None:
    resit = Resit(cap=Decimal(50), on="component", order="cap-first")
    rules = Terms(pass_=Pass(Decimal(50)), late=late(floor="zero"), resit=resit)
    work = HandedIn(Decimal(66), attempt=Attempt.RESIT, due=DUE, at=DUE + timedelta(hours=1))
    mark = mark_for(rules, work, england())
    assert [step.kind for step in mark.steps] == [StepKind.MARKED, StepKind.CAP, StepKind.LATE]
    assert (mark.points, mark.passed) == (Decimal(45), False)
    uncapped = Terms(late=late(), resit=Resit(cap="none", on="component"))
    assert mark_for(uncapped, work, england()).points == 61


def test_a_penalty_that_bites_nothing_raises_no_question_of_the_other() -> None:
    band = WordBand(take=Decimal(5), of="points", hold_at="pass-mark", below_hold="unchanged")
    rules = Terms(pass_=Pass(Decimal(50)), late=late(floor="zero"), words=Words(band=(band,)))
    work = HandedIn(Decimal(50), due=DUE, at=DUE + timedelta(hours=1), words=1100, limit=1000)
    mark = mark_for(rules, work, england())
    assert mark.open is None
    assert mark.points == 45


def test_what_of_a_percentage_is_not_said() -> None:
    rules = Terms(words=Words(band=(WordBand(take=Decimal(5)),)))
    full = mark_for(rules, HandedIn(WHOLE, words=1100, limit=1000), england())
    assert full.points == 95  # of the mark or of the maximum: the same
    less = mark_for(rules, HandedIn(Decimal(60), words=1100, limit=1000), england())
    assert less.open is not None
    assert less.open.settings == ("words.band.of", "rounding") or less.open.settings == (
        "words.band.of",
    )


def test_unread_words_stop_after_the_tolerance() -> None:
    rules = Terms(words=Words(tolerance=Decimal(10), excess="unread"))
    found = word_consequence(rules, 1300, 1000)
    assert not isinstance(found, NeedsSetting)
    assert (found.words_read, found.band) == (1100, None)


def test_a_module_says_what_is_missing() -> None:
    rules = Terms(pass_=Pass(Decimal(50)), rounding=Rounding(Decimal(1), "half-up", ("module",)))
    portfolio = Part("portfolio", Decimal(60), Decimal(64))
    essay = Part("essay", Decimal(40))
    skills = Part("skills", Decimal(0), must_pass=True)
    mark = module_mark(rules, [portfolio, essay, skills])
    assert (mark.points, mark.passed, mark.missing) == (None, None, ("essay", "skills"))
    done = [portfolio, Part("essay", Decimal(40), Decimal(40)), Part("s", Decimal(0), passes=False)]
    assert module_mark(rules, done).points == 54
    assert module_mark(rules, done).passed
    assert standing(rules, [portfolio, essay], 1).resit_offered is None


def test_a_required_part_that_is_short_is_named() -> None:
    rules = Terms(pass_=Pass(Decimal(50)))
    parts = [
        Part("plan", Decimal(50), Decimal(44), must_pass=True),
        Part("essay", Decimal(50), Decimal(70)),
    ]
    mark = module_mark(rules, parts)
    assert (mark.points, mark.passed, mark.not_met) == (Decimal(57), False, ("plan",))


def test_a_deferred_part_is_capped_where_that_is_the_rule() -> None:
    part = [Part("whole", WHOLE, Decimal(66), deferred=True)]
    for on in ("component", "module"):
        resit = Resit(cap=Decimal(50), on=on, deferred_capped=True)
        assert module_mark(Terms(pass_=Pass(Decimal(50)), resit=resit), part).points == 50


def test_how_many_attempts_there_are_is_asked() -> None:
    short = [Part("whole", WHOLE, Decimal(40))]
    found = standing(Terms(pass_=Pass(Decimal(50))), short, 1)
    assert isinstance(found.open, NeedsSetting)
    assert found.open.settings == ("resit.attempts",)
    passed = standing(Terms(pass_=Pass(Decimal(50))), [Part("whole", WHOLE, Decimal(60))], 1)
    assert passed.resit_offered is False


def test_work_that_passed_may_be_taken_again_where_that_is_allowed() -> None:
    allowed = Terms(pass_=Pass(Decimal(50)), resit=Resit(when_passed="allowed"))
    assert resit_blocks(allowed, points=Decimal(60)) == ()
    assert resit_blocks(allowed, points=Decimal(40)) == ()
    assert isinstance(resit_blocks(Terms(), points=Decimal(60)), NeedsSetting)
    assert isinstance(resit_credits(Terms(), Decimal(60)), NeedsSetting)


def test_over_the_limit_of_compensation_the_board_decides() -> None:

    rules = terms("leicester-2025")
    marks = [62, 55, 45, 44]
    modules = [ModuleResult(Decimal(15), Decimal(mark)) for mark in marks]
    found = compensate(rules, "PGCert 60:0", modules)
    assert not isinstance(found, NeedsSetting)
    assert isinstance(found.open, NeedsPerson)
    assert found.open.who == "exam board"
    unknown = compensate(rules, "an award that is not named", modules)
    assert isinstance(unknown, NeedsSetting)
    assert unknown.settings == ("compensation.limit",)


STATED = SelfCertified(
    length=5,
    day="working",
    skips=("bank-holidays",),
    per_year=2,
    counted_by="window",
    earliest_days_before=3,
    earliest_day="working",
    after_the_date=False,
    evidence=False,
    most_in_all=8,
)


def test_every_reason_against_more_time_is_given_at_once() -> None:
    asked = Asked(DUE, DUE - timedelta(days=30), used=2, days_already=4)
    found = self_certifiable(Terms(self_certified=STATED), asked, england())
    assert found.blocks == (
        "You have taken this twice this year, the most.",
        "It is more than 3 days before the date. It can be taken closer to it.",
        "With this there would be more than 8 working days in all.",
    )
    late_asked = Asked(DUE, DUE + timedelta(minutes=1))
    found = self_certifiable(Terms(self_certified=STATED), late_asked, england())
    assert found.blocks == ("The date has passed. It can only be taken before the date.",)


def test_without_a_rule_nobody_gets_more_time_by_asking() -> None:
    found = self_certifiable(Terms(), Asked(DUE, DUE - timedelta(1)), england())
    assert found.blocks == (
        "These regulations say nothing about more time without evidence. Ask your tutor.",
    )
    no_limit = Terms(self_certified=SelfCertified(5))
    found = self_certifiable(no_limit, Asked(DUE, DUE - timedelta(1)), england())
    assert found.open is not None
    assert not found.granted
    assert isinstance(requests_needed(Terms(), [DUE], DUE.date(), england()), NeedsSetting)


def test_a_second_stretch_of_days_is_a_second_request() -> None:
    rules = Terms(self_certified=STATED)
    dues = [DUE, DUE + timedelta(days=3), DUE + timedelta(days=20)]
    assert requests_needed(rules, dues, DUE.date(), england()) == 2


def test_more_time_that_is_decided_has_its_limit_too() -> None:
    rules = Terms(extensions=Extensions(most_working_days=20))
    assert more_time_blocks(rules, self_certified=5, granted=15) == ()
    assert more_time_blocks(rules, self_certified=5, granted=16) == (
        "That makes 21 working days in all; the regulations allow 20.",
    )
    assert more_time_blocks(Terms(), self_certified=99, granted=99) == ()
    moved = moved_by_working_days(DUE, 5, england())
    assert moved == datetime(2026, 4, 7, 16, tzinfo=LONDON)  # Good Friday and Easter Monday


def test_turnaround_of_work_later_than_any_rule() -> None:
    rules = terms("leicester-feedback")
    asked = turnaround_date(rules, date(2026, 2, 27), england(), days_late=30)
    assert isinstance(asked, NeedsSetting)
    assert asked.settings == ("turnaround.late",)
    assert isinstance(returned_in_time(Terms(), DUE.date(), DUE.date(), england()), NeedsSetting)
    assert not applies_to(Terms(), "coursework")
    on_the_day = Terms(turnaround=Turnaround(1, "due", ("bank-holidays",)))
    assert turnaround_date(on_the_day, DUE.date(), england()) == DUE.date()


def test_no_third_marker_without_a_rule() -> None:
    assert not third_marker_needed(Terms(), Decimal(10), Decimal(90), [], agreed=False)
