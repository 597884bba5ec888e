"""What is said of a mark: each step in words, and what lateness and length would cost."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from lms.modules.catalogue import Regulations, read_draft
from lms.regulations import (
    Attempt,
    HandedIn,
    Mark,
    NeedsSetting,
    StepKind,
    Terms,
    in_words,
    late_consequence,
    mark_for,
    release_moment,
    what_lateness_costs,
    what_length_costs,
    word_consequence,
)
from lms.regulations.saying import unstated
from lms.regulations.terms import Release
from tests.rules.regulations.published import CONTENT, terms


def example(name: str) -> Regulations:
    """A file of content/regulations."""
    found, faults = read_draft(CONTENT / "regulations" / f"{name}.toml", CONTENT)
    assert found is not None, faults
    return found


REGULATIONS = example("pgcert-example-2")
RULES, DAYS = REGULATIONS.terms, REGULATIONS.calendar
DUE = datetime(2026, 3, 10, 12, tzinfo=UTC)  # a Tuesday, noon


def marked(points: str, *, hours: float = 0, words: int = 2000, **more: object) -> Mark:
    """A mark with its sentences, for work of up to 2,000 words."""
    at = DUE + timedelta(hours=hours)
    work = HandedIn(Decimal(points), due=DUE, at=at, words=words, limit=2000, **more)  # type: ignore[arg-type]
    return in_words(mark_for(RULES, work, DAYS), RULES)


def said(mark: Mark) -> dict[str, str]:
    return {step.kind.value: step.sentence for step in mark.steps}


def test_work_that_is_in_order_has_two_steps() -> None:
    mark = marked("64.7")
    assert said(mark) == {
        "marked": "What the marker gave, by the weights of the criteria.",
        "rounding": "The mark is rounded once.",
    }
    assert (mark.exact, mark.points, mark.passed) == (Decimal("64.7"), Decimal(65), True)


def test_two_days_after_the_date() -> None:
    mark = marked("64", hours=30)
    step = mark.step(StepKind.LATE)
    assert step is not None
    assert (step.clause, step.before, step.after) == ("late", Decimal(64), Decimal(54))
    assert step.sentence == "It came up to 2 working days after the date. 10 marks were taken off."
    assert said(mark)["rounding"] == "Nothing needed rounding."


def test_later_than_the_last_day_and_a_mark_that_cannot_go_below_zero() -> None:
    late = marked("64", hours=24 * 9)
    assert late.points == 0
    assert said(late)["late"].endswith("The mark is 0 for that reason.")
    low = marked("3", hours=30)
    assert low.points == 0
    assert said(low)["late"].endswith("3 marks were taken off. The rule would take 10.")


def test_over_length_is_held_at_the_pass_mark() -> None:
    mark = marked("53", words=2300)
    assert mark.points == 50
    assert said(mark)["words"] == (
        "It is over the word limit. 3 marks were taken off. The rule would take 5."
    )
    assert said(marked("48", words=2300))["words"].endswith("Nothing was taken off.")


def test_only_the_larger_of_two_is_taken() -> None:
    mark = marked("64", hours=30, words=2300)
    assert mark.points == 54
    assert said(mark)["words"] == (
        "It is over the word limit. Another penalty takes more, and only the larger is taken off."
    )


def test_what_was_excused_is_said() -> None:
    mark = marked("64", hours=30, exempt=frozenset({StepKind.LATE}))
    assert mark.points == 64
    assert said(mark)["late"].endswith("It was excused, so nothing was taken off.")


@pytest.mark.parametrize(
    ("attempt", "points", "cap"),
    [
        (Attempt.RESIT, 50, "A resit is capped. It was above the cap."),
        (Attempt.DEFERRED, 68, None),
        (Attempt.FIRST, 68, None),
    ],
)
def test_a_resit_is_capped_and_a_deferral_is_not(
    attempt: Attempt, points: int, cap: str | None
) -> None:
    mark = marked("68", attempt=attempt)
    assert mark.points == points
    assert said(mark).get("cap") == cap
    assert mark.capped == (attempt is Attempt.RESIT)


def test_before_a_late_hand_in_the_page_can_say_what_follows() -> None:
    late = late_consequence(RULES, DUE, DUE + timedelta(hours=25), DAYS)
    assert not isinstance(late, NeedsSetting)
    assert what_lateness_costs(late, RULES.late) == (
        "It comes up to 2 working days after the date. "
        "By the rules 5 marks are taken off for each day begun: 10 marks in all."
    )
    assert what_lateness_costs(late, RULES.late, done=True) == (
        "It came up to 2 working days after the date. "
        "By the rules 5 marks are taken off for each day begun: 10 marks in all."
    )
    never = late_consequence(RULES, DUE, DUE, DAYS)
    assert not isinstance(never, NeedsSetting)
    assert what_lateness_costs(never, RULES.late) == "It is not after the date."


def test_regulations_that_take_nothing_say_so() -> None:
    first = example("pgcert-example-1")
    late = late_consequence(first.terms, DUE, DUE + timedelta(days=40), first.calendar)
    assert not isinstance(late, NeedsSetting)
    said = what_lateness_costs(late, first.terms.late)
    assert said == "It comes after the date. Nothing is taken off for that."
    long = word_consequence(first.terms, 4000, 2000)
    assert not isinstance(long, NeedsSetting)
    assert what_length_costs(long) == (
        "It is 100% over the word limit. Nothing is taken off; 4,000 words are read."
    )


def test_what_a_length_would_cost() -> None:
    costs = [word_consequence(RULES, words, 2000) for words in (2000, 2200, 2300)]
    assert not any(isinstance(one, NeedsSetting) for one in costs)
    within, tolerated, over = (what_length_costs(one) for one in costs)  # type: ignore[arg-type]
    assert within == "It is within the word limit."
    assert tolerated.endswith("Nothing is taken off; 2,200 words are read.")
    assert over.startswith("It is 15% over the word limit. By the rules 5 marks are taken off")


def test_a_refusal_says_that_it_does_not_count() -> None:
    rules = terms("york-online-exam")
    found = late_consequence(rules, DUE, DUE + timedelta(hours=1), DAYS)
    assert not isinstance(found, NeedsSetting)
    assert what_lateness_costs(found, rules.late).endswith("It would not count as handed in.")
    done = what_lateness_costs(found, rules.late, done=True)
    assert done.endswith("It does not count as handed in.")
    history = terms("sheffield-history")
    found = late_consequence(history, DUE, DUE + timedelta(days=20), DAYS)
    assert not isinstance(found, NeedsSetting)
    assert what_lateness_costs(found, history.late).endswith("It would not be marked.")
    done = what_lateness_costs(found, history.late, done=True)
    assert done.endswith("It is not marked.")


def test_every_step_cites_a_clause_of_the_regulations() -> None:
    ids = {clause.id for clause in REGULATIONS.clauses}
    mark = marked("64.5", hours=30, words=2300, attempt=Attempt.RESIT)
    cited = [step.clause for step in mark.steps]
    assert cited == ["weighting", "late", "penalties", "rounding", "resit-cap"]
    assert set(cited) <= ids
    assert mark.points == 50


def test_what_is_not_said_is_listed() -> None:
    assert unstated(RULES) == ()
    assert len(unstated(Terms())) == 5


@pytest.mark.parametrize(
    ("ready", "out"),
    [
        (datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 10, tzinfo=UTC)),
        (datetime(2026, 3, 10, 11, tzinfo=UTC), datetime(2026, 3, 11, 10, tzinfo=UTC)),
        (datetime(2026, 3, 13, 11, tzinfo=UTC), datetime(2026, 3, 16, 10, tzinfo=UTC)),
        (datetime(2026, 4, 1, 11, tzinfo=UTC), datetime(2026, 4, 8, 9, tzinfo=UTC)),  # Easter
        (datetime(2026, 4, 4, 6, tzinfo=UTC), datetime(2026, 4, 8, 9, tzinfo=UTC)),
    ],
)
def test_results_go_out_on_a_working_day_at_ten(ready: datetime, out: datetime) -> None:
    assert release_moment(RULES, ready, DAYS) == out


def test_results_go_out_at_once_unless_something_is_said() -> None:
    ready = datetime(2026, 4, 4, 6, tzinfo=UTC)
    assert release_moment(Terms(), ready, DAYS) == ready
    every_day = Terms(release=Release(at=datetime(2026, 1, 1, 10).time()))  # noqa: DTZ001
    assert release_moment(every_day, ready, DAYS) == datetime(2026, 4, 4, 9, tzinfo=UTC)
    assert release_moment(every_day, datetime(2026, 4, 4, 12, tzinfo=UTC), DAYS) == datetime(
        2026, 4, 5, 9, tzinfo=UTC
    )
    assert date(2026, 4, 7) in DAYS.closure_days
