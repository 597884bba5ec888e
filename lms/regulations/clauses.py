"""Regulations in plain words, made from their numbers: a clause for each rule that is stated.

The words are for learners and staff alike. A rule that is not stated has no clause; where it would
make a difference, the page says what is not said (readings.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from lms.regulations.terms import (
    Compensation,
    Cost,
    Extensions,
    Late,
    LateStep,
    Pass,
    Pause,
    Penalties,
    Query,
    Release,
    Resit,
    Rounding,
    Sample,
    SecondMarking,
    SelfCertified,
    Skip,
    Terms,
    Turnaround,
    WordBand,
    Words,
)

SKIPPED: dict[Skip, str] = {
    "bank-holidays": "bank holidays",
    "closure-days": "the university’s closure days",
}


@dataclass(frozen=True)
class Clause:
    """One rule: its id (steps and pages cite it), what it is about, and what it says."""

    id: str
    text: str
    title: str = ""


def plain(number: Decimal) -> str:
    """A number as people write it: `65`, `64.7`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(number: int, thing: str) -> str:
    """`1 day`, `3 days`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def clauses(terms: Terms) -> tuple[Clause, ...]:
    """A clause for each rule that is stated, in the order in which a piece of work meets them."""
    return tuple(_all(terms))


def _all(terms: Terms) -> Iterator[Clause]:
    for clause_id, title, rule, say in (
        ("pass-mark", "The pass mark", terms.pass_, _pass),
        ("late", "After the date", terms.late, _late),
        ("words", "Length", terms.words, _words),
        ("penalties", "After the date and over length", terms.penalties, _penalties),
        ("rounding", "Rounding", terms.rounding, _rounding),
        ("resit-cap", "Another attempt", terms.resit, _resit),
        ("self-certified", "More time without evidence", terms.self_certified, _self),
        ("extensions", "More time that is decided", terms.extensions, _extensions),
        ("pause", "A pause", terms.pause, _pause),
        ("turnaround", "When feedback comes", terms.turnaround, _turnaround),
        ("release-time", "When results go out", terms.release, _release),
        ("query", "Asking about a mark", terms.query, _query),
        ("compensation", "A near miss", terms.compensation, _compensation),
        ("second-marking", "A second reader", terms.second_marking, _second),
        ("sample", "How many are read twice", terms.sample, _sample),
    ):
        if rule is not None and (text := cast(Callable[[object], str], say)(rule)):
            yield Clause(clause_id, _with_number(text, clause_id, terms), title)
    for one in terms.award_class:
        project = f", and {plain(one.project)} or more in the project" if one.project else ""
        text = f"An average of {plain(one.mean)} or more{project}."
        yield Clause(f"class-{one.id}", text, one.title)


def _with_number(text: str, clause_id: str, terms: Terms) -> str:
    """The text with the pass mark as a number too, where it is named first."""
    if terms.pass_ is None or clause_id == "pass-mark":
        return text
    return text.replace("the pass mark", f"the pass mark ({plain(terms.pass_.mark)})", 1)


def _penalties(rule: Penalties) -> str:
    return {"greater": GREATER, "both": BOTH, None: ""}[rule.combine]


GREATER = "Where work is after the date and over length, only the larger of the two is taken off."
BOTH = "Where work is after the date and over length, both are taken off, one after the other."


def _pass(rule: Pass) -> str:
    others = "".join(f" At level {one.level} it is {plain(one.mark)}." for one in rule.level)
    return f"The pass mark is {plain(rule.mark)}.{others}"


def _late(rule: Late) -> str:
    if rule.takes == "nothing":
        return "Nothing is taken off for work that comes after the date."
    parts = [f"{_reach(step, rule)}: {cost(step)}{_after(step)}." for step in rule.step]
    if rule.step and (counting := _counting(rule)):
        parts.append(counting)
    if rule.floor == "zero":
        parts.append("A mark is never taken below 0.")
    if rule.without_marks == "not-yet":
        parts.append("Work that has no marks is “not yet” if it comes after the date.")
    return " ".join(parts)


def _reach(step: LateStep, rule: Late) -> str:
    if step.up_to_minutes is not None:
        return f"Up to {plain(step.up_to_minutes)} minutes after the deadline"
    if step.up_to_days is not None:
        day = "working day" if rule.day == "working" else "day"
        return f"Up to {count(step.up_to_days, day)} after the deadline"
    if step.up_to_months is not None:
        board = step.weeks_before_board
        sooner = f", or until {count(board, 'week')} before the board if sooner" if board else ""
        return f"Up to {count(step.up_to_months, 'month')} after the deadline{sooner}"
    return "Later than that" if step.each is None else "After the deadline"


def _after(step: LateStep) -> str:
    said = "" if step.accepted else ", and the work does not count as handed in"
    said += "" if step.marked else ", and the work is not marked"
    said += ", and the work counts as done" if step.complete else ""
    return f"{said} (code {step.outcome})" if step.outcome else said


def cost(rule: Cost) -> str:
    """What a step or band costs, in words: `5 marks are taken off for each day`."""
    if rule.mark is not None:
        return f"the mark is {plain(rule.mark)}"
    if rule.cap_at is not None:
        return f"the mark is {_line(rule.cap_at)} at most"
    if rule.take is None:
        return "nothing is taken off"
    each = " for each day begun" if isinstance(rule, LateStep) and rule.each else ""
    held = f", but a mark is not taken below {_line(rule.hold_at)}" if rule.hold_at else ""
    if held and rule.below_hold == "unchanged":
        held += ", and one below it stays as it is"
    return f"{_taken(rule)} taken off{each}{held}"


def _taken(rule: Cost) -> str:
    take = plain(rule.take or Decimal(0))
    if rule.of == "points":
        return f"{take} {'mark is' if rule.take == 1 else 'marks are'}"
    return f"{take}% " + {"maximum": "of the marks available is", "mark": "of the mark is"}.get(
        rule.of or "", "is"
    )


def _line(line: Decimal | str) -> str:
    return plain(line) if isinstance(line, Decimal) else "the pass mark"


def _counting(rule: Late) -> str:
    ends = {
        "noon": "A day ends at noon.",
        "midnight": "A day ends at midnight.",
        "deadline": "A day ends at the time of day of the deadline.",
    }
    skips = " and ".join(SKIPPED[skip] for skip in rule.skips or ())
    days = {
        "working": f"Weekends, {skips} do not count." if skips else "Weekends do not count.",
        "calendar": "Every day counts, weekends too.",
        "date": "Days are counted by their dates.",
    }
    return " ".join(filter(None, (days.get(rule.day or ""), ends.get(rule.ends or ""))))


def _words(rule: Words) -> str:
    if rule.takes == "nothing":
        return "The word guide is a guide. Nothing is taken off for length."
    tolerance = rule.tolerance or Decimal(0)
    parts = []
    if tolerance:
        parts.append(f"Up to {plain(tolerance)}% over the limit costs nothing.")
    if rule.excess == "unread":
        parts.append("Words beyond that are not read, and nothing is taken off for them.")
    parts += [f"{_band(band)}: {cost(band)}." for band in rule.band]
    if rule.counts:
        parts.append(f"Not counted: {', '.join(rule.counts)}.")
    return " ".join(parts) or "Words over the limit are not allowed."


def _band(band: WordBand) -> str:
    start = band.above if band.above is not None else band.from_
    if start is None and band.up_to is None and band.below is None:
        return "Any number of words over the limit"
    lower = "" if not start else f"more than {plain(start)}%"
    if band.from_:
        lower = f"{plain(band.from_)}% or more"
    upper = f"up to {plain(band.up_to)}%" if band.up_to is not None else ""
    if band.below is not None:
        upper = f"less than {plain(band.below)}%"
    said = " and ".join(part for part in (lower, upper) if part)
    return f"{said[:1].upper()}{said[1:]} over the limit" if said else "Over the limit"


def _rounding(rule: Rounding) -> str:
    to = "the nearest whole mark" if rule.to == 1 else f"the nearest {plain(rule.to)}"
    ways = {"half-up": "A half is rounded up.", "half-even": "A half goes to the even number."}
    if rule.way == "down":
        to = "the whole mark below" if rule.to == 1 else f"the {plain(rule.to)} below"
    named = {"mark": "mark of a piece of work", "module": "mark of a module", "award": "average"}
    where = [f"the {named[place]}" for place in rule.at]
    first, *others = where if len(where) == 1 else [", ".join(where[:-1]), where[-1]]
    each = (
        f"{first} and {others[0]} are each rounded once" if others else f"{first} is rounded once"
    )
    return f"{each[:1].upper()}{each[1:]}, to {to}. {ways.get(rule.way or '', '')}".strip()


def _resit(rule: Resit) -> str:
    return " ".join([*_attempts(rule), *(words for holds, words in _sayings(rule) if holds)])


def _attempts(rule: Resit) -> Iterator[str]:
    if rule.attempts is not None:
        yield f"There are {count(rule.attempts, 'attempt')} at each piece of work."
    if rule.cap == "none":
        yield "The mark of a resit is not capped."
    elif rule.cap is not None:
        of = " of a module" if rule.on == "module" else ""
        yield f"The mark{of} after a resit is {_line(rule.cap)} at most."


def _sayings(rule: Resit) -> tuple[tuple[bool, str], ...]:
    put_off = "A first attempt that was put off to a later date is"
    return (
        (rule.use == "higher", "The higher of the first mark and the resit counts."),
        (rule.deferred_capped is False, f"{put_off} not capped."),
        (rule.deferred_capped is True, f"{put_off} capped too."),
        (rule.order == "penalty-first", "Anything taken off comes before the cap."),
        (rule.order == "cap-first", "The cap comes before anything that is taken off."),
        (rule.when_passed == "refused", "Work that has passed cannot be taken again."),
        (bool(rule.after_last), f"After the last attempt: {rule.after_last}."),
        (
            rule.with_circumstances == "board",
            "With accepted circumstances the board may allow one more.",
        ),
    )


def _self(rule: SelfCertified) -> str:
    kind = f"{rule.day} day" if rule.day == "working" else "day"
    parts = [f"You can take {count(rule.length, kind)} more"]
    if rule.per_year is not None:
        by = " pieces of work" if rule.counted_by == "assessment" else " times"
        parts.append(f", for up to {rule.per_year}{by} in an academic year")
    text = "".join(parts) + (". Nothing needs to be shown." if rule.evidence is False else ".")
    if rule.after_the_date is False:
        text += " It must be asked for before the date."
    if rule.earliest_days_before is not None:
        text += (
            f" It can be asked for in the {count(rule.earliest_days_before, 'day')} before that."
        )
    if rule.most_in_all is not None:
        text += (
            f" With other time, a piece of work can have {rule.most_in_all} working days in all."
        )
    return text


def _extensions(rule: Extensions) -> str:
    most = rule.most_working_days
    text = "More time can be asked for, and somebody decides."
    text += f" It is {count(most, 'working day')} at most." if most is not None else ""
    late = " It must be asked for before the date." if rule.after_the_date is False else ""
    return text + late


def _pause(rule: Pause) -> str:
    days = f"by its days, up to {count(rule.most_days, 'day')} in all"
    moved = f"A date that falls inside it moves {days}." if rule.most_days else "No date moves."
    return f"You can take a pause without giving a reason. {moved}"


def _turnaround(rule: Turnaround) -> str:
    text = f"Marks and comments are due within {count(rule.working_days, 'working day')}"
    text += " of the date the work was due."
    if rule.skips:
        text += f" Weekends, {' and '.join(SKIPPED[skip] for skip in rule.skips)} do not count."
    if rule.late:
        text += f" For work up to {count(rule.late.up_to_days, 'day')} after the date it is"
        text += f" {rule.late.working_days} working days of the date it was due."
    return text


def _release(rule: Release) -> str:
    at = f" at {rule.at:%H:%M}" if rule.at else ""
    days = " on working days" if rule.on_working_days else ""
    return f"Results go out{days}{at}."


def _query(rule: Query) -> str:
    kind = "working day" if rule.day == "working" else "day"
    return (
        f"You can ask whether a mark was put together rightly for {count(rule.within_days, kind)} "
        "after it was released. Somebody other than your marker answers. It is not an appeal."
    )


def _compensation(rule: Compensation) -> str:
    limits = "; ".join(f"{one.award}: {plain(one.credits)} credits" for one in rule.limit)
    text = (
        f"A module at {plain(rule.from_)} or more, below the pass mark, can be made good "
        f"if the average is {plain(rule.average)} or more."
    )
    return f"{text} At most, {limits}." if limits else text


def _second(rule: SecondMarking) -> str:
    over = rule.credits_over
    text = "Work is read by a second person"
    text += f" where it is worth more than {plain(over)} credits." if over is not None else "."
    if rule.third_when:
        text += " If their bands differ and they cannot agree, a third person marks."
    return text


def _sample(rule: Sample) -> str:
    text = (
        f"A second person reads at least {plain(rule.percent)}% or {rule.number} of the scripts, "
        f"whichever is {rule.combine}."
    )
    if rule.all_not_passed:
        text += " Every script below the pass mark is among them."
    return text
