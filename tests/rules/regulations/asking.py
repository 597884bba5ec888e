"""How each kind of question of the tables is put to the engine, and its answer in their words."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from lms.regulations import (
    Asked,
    Attempt,
    HandedIn,
    Mark,
    ModuleResult,
    NeedsPerson,
    NeedsSetting,
    Part,
    StepKind,
    Terms,
    applies_to,
    award_class,
    award_mark,
    best_average,
    compensate,
    late_consequence,
    mark_for,
    mean,
    module_mark,
    more_time_blocks,
    requests_needed,
    resit_blocks,
    resit_credits,
    returned_in_time,
    sample_size,
    second_marker_needed,
    self_certifiable,
    standing,
    third_marker_needed,
    turnaround_date,
    word_consequence,
)
from lms.regulations.late import LONDON
from tests.rules.regulations.published import calendar, moment, number

Given = Mapping[str, Any]
Answer = dict[str, Any] | NeedsSetting
DUE = datetime(2026, 3, 10, 12, tzinfo=LONDON)
BANDS_OF_LATENESS = {"on_time": -0.5, "upto_2_working_days": 0.5, "over_2_upto_5_working_days": 2.5}
ATTEMPTS = {
    "first": Attempt.FIRST,
    "resit": Attempt.RESIT,
    "further_first_attempt": Attempt.DEFERRED,
}


def a_mark(terms: Terms, given: Given) -> Answer:
    """A piece of work that came at some time, with some words, as some attempt."""
    due = moment(given.get("extended_deadline", given.get("deadline", DUE.isoformat()[:19])))
    at = moment(given["submitted"]) if "submitted" in given else _handed_in(given, due)
    merit = given.get("on_merit")
    handed = HandedIn(
        points=number(given.get("raw")),
        maximum=Decimal(given.get("out_of", 100)),
        attempt=ATTEMPTS[given.get("attempt", "first")],
        due=due,
        at=at,
        words=given.get("words"),
        limit=given.get("limit"),
        level=given.get("level"),
        components=given.get("components", 1),
        board_on=date.fromisoformat(given["board_date"]) if "board_date" in given else None,
        passes=merit == "pass" if merit else None,
        claim_upheld=given.get("claim_upheld", False),
    )
    found = mark_for(terms, handed, calendar(given))
    return found.open or _said(found)


def _handed_in(given: Given, due: datetime) -> datetime:
    late = timedelta(hours=given.get("late_hours", 0), minutes=float(given.get("minutes_late", 0)))
    return due + (late or timedelta(days=BANDS_OF_LATENESS[given.get("late_band", "on_time")]))


def _said(mark: Mark) -> dict[str, Any]:
    late, cap = mark.step(StepKind.LATE), mark.step(StepKind.CAP)
    words = mark.step(StepKind.WORDS)
    step = mark.lateness.step
    return {
        "mark": mark.points,
        "units_late": mark.lateness.days,
        "deduction": sum(s.takes for s in (late, words) if s),
        "unrounded": mark.exact,
        "after_penalty": cap.before if cap else mark.points,
        "passed": mark.passed,
        "capped": mark.capped,
        "marked": mark.marked,
        "outcome": step.outcome if step else None,
        "complete": step.complete if step else None,
        "result": {True: "pass", False: "fail", None: None}[mark.passed],
        "words_marked": mark.words_read,
    }


def an_online_exam(terms: Terms, given: Given) -> Answer:
    at = DUE + timedelta(minutes=given["minutes_late"])
    found = late_consequence(terms, DUE, at, calendar(given))
    if isinstance(found, NeedsSetting):
        return found
    assert found.step is not None
    upheld = HandedIn(None, due=DUE, at=at, claim_upheld=given.get("claim_upheld", False))
    again = mark_for(terms, upheld, calendar(given)).next_attempt
    return {
        "accepted": found.step.accepted,
        "deduction_percent": found.step.take,
        "mark": found.step.mark,
        "attempt": "as if for the first time" if again is Attempt.FIRST else None,
    }


def over_length(terms: Terms, given: Given) -> Answer:
    """The percentage that a length costs, of whatever it is a percentage."""
    found = word_consequence(terms, given["words"], given["limit"])
    if isinstance(found, NeedsSetting):
        return found
    return {"penalty_percent": found.band.take if found.band else 0}


def more_time(terms: Terms, given: Given) -> Answer:
    if "selfcert_working_days" in given:
        days, further = given["selfcert_working_days"], given["further_evidenced_working_days"]
        blocks = more_time_blocks(terms, self_certified=days, granted=further)
        return {"allowed": not blocks, "total_working_days": days + further}
    if "deadlines" in given or "assessments_same_day" in given:
        return _requests(terms, given)
    due = moment(given.get("deadline", DUE.isoformat()[:19]))
    if "requested" in given:
        asked_at = datetime.combine(date.fromisoformat(given["requested"]), time(9), LONDON)
    else:
        asked_at = due + timedelta(hours=-1 if given["requested_before_deadline"] else 1)
    asked = Asked(due, asked_at, given["used_this_year"])
    found = self_certifiable(terms, asked, calendar(given))
    if found.open and "requested" in given:
        return found.open
    return {
        "granted": found.granted,
        "evidence_needed": found.evidence_needed,
        "length_days": found.length,
        "new_deadline": found.new_due and found.new_due.replace(tzinfo=None).isoformat(),
    }


def _requests(terms: Terms, given: Given) -> Answer:
    dues = [moment(one) for one in given.get("deadlines", ())]
    dues = dues or [DUE] * given["assessments_same_day"]
    starts = date.fromisoformat(given.get("window_start", DUE.date().isoformat()))
    needed = requests_needed(terms, dues, starts, calendar(given))
    if isinstance(needed, NeedsSetting):
        return needed
    return {"requests_consumed": needed, "uses_consumed": needed, "both_extended": needed == 1}


def moderation(terms: Terms, given: Given) -> Answer:
    if "cats" in given:
        needed = second_marker_needed(terms, Decimal(given["cats"]))
        return {"second_examiner_required": needed}
    first, second = Decimal(given["first"]), Decimal(given["second"])
    bands = [Decimal(bound) for bound in given["class_bounds"]]
    third = third_marker_needed(terms, first, second, bands, agreed=given["resolved"])
    return {"third_marker": third}


def a_sample(terms: Terms, given: Given) -> Answer:
    size = sample_size(terms, given.get("cohort", given.get("batch")))
    if isinstance(size, NeedsSetting):
        return size
    assert terms.sample is not None
    return {"min_sample": size, "all_fails_moderated": terms.sample.all_not_passed}


def turnaround(terms: Terms, given: Given) -> Answer:
    if "kind" in given:
        return {"applies": applies_to(terms, given["kind"])}
    due, off = date.fromisoformat(given["deadline"]), calendar(given)
    if "returned" not in given:
        last = turnaround_date(terms, due, off)
        return last if isinstance(last, NeedsSetting) else {"due": last.isoformat()}
    written = given["submitted"]
    late = 0 if written == "on time" else int(written.split()[0])
    returned = date.fromisoformat(given["returned"])
    within = returned_in_time(terms, due, returned, off, days_late=late)
    return within if isinstance(within, NeedsSetting) else {"within": within}


def parts_of(given: Given) -> list[Part]:
    """Components as pairs or as tables; or the attempts at a module that is one piece."""
    if "components" not in given:
        deferred = given.get("deferred", False)
        first = given["mark_at_deferred"] if deferred else given["first"]
        again = number(given.get("retake"))
        return [Part("whole", Decimal(100), number(first), again, deferred=deferred)]
    return [_part(n, one) for n, one in enumerate(given["components"])]


def _part(n: int, one: Any) -> Part:
    if isinstance(one, list):
        return Part(str(n), Decimal(one[0]), number(one[1]))
    passes = {"pass": True, "fail": False, None: None}[one.get("result")]
    return Part(
        key=str(n),
        weight=Decimal(one.get("weight", 0)),
        first=number(one.get("first", one.get("mark"))),
        resit=number(one.get("retake")),
        least=number(one.get("min_mark")),
        must_pass=one.get("must_pass", False),
        passes=passes,
    )


def a_module(terms: Terms, given: Given) -> Answer:
    found = module_mark(terms, parts_of(given))
    if found.open:
        return found.open
    return {
        "mark": found.points,
        "unrounded": found.exact,
        "passed": found.passed,
        "counted": found.counted,
    }


def resits(terms: Terms, given: Given) -> Answer:
    if "taught_credits" in given:
        limit = resit_credits(terms, Decimal(given["taught_credits"]))
        if isinstance(limit, NeedsSetting):
            return limit
        return {"limit": limit, "allowed": given["failed_credits"] <= limit}
    if "request" in given:
        points = number(given.get("component_first", given.get("first")))
        blocks = resit_blocks(terms, points=points or Decimal(0))
        return blocks if isinstance(blocks, NeedsSetting) else {"allowed": not blocks}
    if "components" in given:
        return a_module(terms, given)
    return _attempts(terms, given)


def _attempts(terms: Terms, given: Given) -> Answer:
    tries = 2 if "retake" in given else 1
    upheld = given.get("extenuating_circumstances_at_retake", False)
    found = standing(terms, parts_of(given), tries, circumstances=upheld)
    board = isinstance(found.open, NeedsPerson) and found.open.who == "exam board"
    if found.open and not board:
        assert isinstance(found.open, NeedsSetting)
        return found.open
    return {
        "mark": found.mark.points,
        "passed": found.mark.passed,
        "retake_offered": found.resit_offered,
        "outcome": found.outcome,
        "further_attempt": "at the Board's discretion" if board else None,
    }


def in_two_languages(terms: Terms, given: Given) -> Answer:
    if "label" not in given:
        return resits(terms, given)
    term = next(one for one in terms.term if one.en == given["label"])
    assert terms.pass_ is not None
    text = {"cy": term.cy, "en": term.en}[given["lang"]]
    return {"text_contains": text, "value": terms.pass_.mark}


def a_class(terms: Terms, given: Given) -> Answer:
    if "modules" in given:
        results = [_result(terms, *pair) for pair in given["modules"]]
        average, project = mean(results), results[-1].mark
    else:
        average = Decimal(str(given["credit_weighted_mean"]))
        project = Decimal(str(given["dissertation"]))
    found = award_class(terms, average, project)
    if isinstance(found, NeedsSetting):
        return found
    return {"award": found.id if found else "pass", "credit_weighted_mean": average}


def _result(terms: Terms, credits_: int, mark: Any) -> ModuleResult:
    if isinstance(mark, dict):
        whole = [Part("whole", Decimal(100), number(mark["first"]), number(mark["retake"]))]
        points = module_mark(terms, whole).points
        assert points is not None
        return ModuleResult(Decimal(credits_), points)
    return ModuleResult(Decimal(credits_), Decimal(str(mark)))


def an_average(terms: Terms, given: Given) -> Answer:
    average = mean([_result(terms, *pair) for pair in given["modules"]])
    mark = award_mark(terms, average)
    return mark if isinstance(mark, NeedsSetting) else {"unrounded": average, "mark": mark}


def _modules(given: Given) -> list[ModuleResult]:
    return [
        ModuleResult(
            credits=Decimal(one["credits"]),
            mark=Decimal(str(one["mark"])),
            must_pass=one.get("must_pass", False),
            project=one.get("project", False),
        )
        for one in given["modules"]
    ]


def near_misses(terms: Terms, given: Given) -> Answer:
    found = compensate(terms, given["award"], _modules(given))
    if isinstance(found, NeedsSetting):
        return found
    return {
        "taught_average": found.average,
        "compensated_credits": found.credits,
        "award_met": found.award_met,
    }


def an_exit(terms: Terms, given: Given) -> Answer:
    needed = Decimal(given["credits_needed"])
    return {"average": best_average(_modules(given), needed)}


# The kind of question of each rule. A rule that is not here has no case that passes.
ASKS: dict[str, Callable[[Terms, Given], Answer]] = {
    **dict.fromkeys(
        [
            *("late", "late_phil", "late_phys", "late_history", "late_scharr", "late_2017"),
            *("late_basc", "late_old", "late_laws", "late_2022"),
            *("words", "words_scharr", "combined", "attempts"),
        ],
        a_mark,
    ),
    "online_exam": an_online_exam,
    "words_mec": over_length,
    "selfcert": more_time,
    "moderation": moderation,
    "sample": a_sample,
    "turnaround": turnaround,
    "module": a_module,
    "pass": a_module,
    "reassess": resits,
    "pgcert": resits,
    "welsh": in_two_languages,
    "class": a_class,
    "mean": an_average,
    "compensation": near_misses,
    "interim": an_exit,
}
