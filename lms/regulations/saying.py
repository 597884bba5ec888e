"""Steps in words: the sentence that learner, examiner and board all read."""

from dataclasses import replace
from decimal import Decimal

from lms.regulations.clauses import cost, count, plain
from lms.regulations.late import Lateness
from lms.regulations.marks import Mark, Step, StepKind
from lms.regulations.readings import QUESTIONS
from lms.regulations.terms import Late, LateStep, Terms
from lms.regulations.words import Length

MARKED = "What the marker gave, by the weights of the criteria."
EXCUSED = "It was excused, so nothing was taken off."
GREATER = "Another penalty takes more, and only the larger is taken off."


def in_words(mark: Mark, terms: Terms) -> Mark:
    """The mark with a sentence on each step."""
    steps = tuple(replace(step, sentence=_sentence(step, mark, terms)) for step in mark.steps)
    return replace(mark, steps=steps)


def _sentence(step: Step, mark: Mark, terms: Terms) -> str:
    match step.kind:
        case StepKind.MARKED:
            return MARKED
        case StepKind.LATE:
            return f"{how_late(step.days, terms.late)} {_what_was_taken(step, mark)}"
        case StepKind.WORDS:
            return f"It is over the word limit. {_what_was_taken(step, mark)}"
        case StepKind.ROUNDING:
            return "The mark is rounded once." if step.changes else "Nothing needed rounding."
        case StepKind.CAP:
            at = "It was above the cap." if step.changes else "It is not above the cap."
            return f"A resit is capped. {at}"


def how_late(days: int | None, late: Late | None) -> str:
    """`It came 2 working days after the date.`"""
    if days is None or late is None:
        return "It came after the date."
    if days == 0:
        return "It came later on the day it was due."
    kind = "working day" if late.day == "working" else "day"
    return f"It came up to {count(days, kind)} after the date."


def _what_was_taken(step: Step, mark: Mark) -> str:
    if step.spared:
        return EXCUSED if step.spared == "excused" else GREATER
    if step.words_read is not None and step.words_read == mark.words_read and not step.changes:
        return f"The first {step.words_read:,} words were read; nothing was taken off."
    if not step.changes:
        return "Nothing was taken off."
    taken = step.before - step.after
    if not step.takes:
        return f"The mark is {plain(step.after)} for that reason."
    held = f" The rule would take {plain(step.takes)}." if step.takes != taken else ""
    return f"{marks(taken)} taken off.{held}"


def unstated(terms: Terms) -> tuple[str, ...]:
    """What a learner would look for and the regulations do not say, each as a question."""
    asked = {
        "late": terms.late,
        "words": terms.words,
        "resit.cap": terms.resit and terms.resit.cap,
        "self_certified": terms.self_certified,
        "turnaround": terms.turnaround,
    }
    return tuple(QUESTIONS[setting] for setting, rule in asked.items() if rule is None)


def marks(number: Decimal) -> str:
    """`1 mark was`, `5 marks were`."""
    return f"{plain(number)} {'mark was' if number == 1 else 'marks were'}"


def what_lateness_costs(found: Lateness, late: Late | None, *, done: bool = False) -> str:
    """For the page before a late hand-in: what would follow, whatever the mark will be.

    `done`: for the receipt, what follows from one that was made.
    """
    if not found.late:
        return "It is not after the date."
    comes = how_late(found.days, late) if done else _would_come(found, late)
    if found.step is None:
        return f"{comes} Nothing is taken off for that."
    said = cost(found.step)
    sentence = f"{comes} By the rules {said}"
    if found.step.each == "day" and found.days and found.step.take is not None:
        times = found.step.take * found.days
        of = "%" if found.step.of != "points" else " marks"
        sentence += f": {plain(times)}{of} in all"
    return f"{sentence}.{_and_more(found.step, done=done)}"


def _and_more(step: LateStep, *, done: bool) -> str:
    counts = "It does not count" if done else "It would not count"
    after = "" if step.accepted else f" {counts} as handed in."
    marked = "It is not marked." if done else "It would not be marked."
    return after + ("" if step.marked else f" {marked}")


def _would_come(found: Lateness, late: Late | None) -> str:
    return how_late(found.days, late).replace("It came", "It comes")


def what_length_costs(found: Length) -> str:
    """For the page before handing in: what this many words would meet."""
    if not found.over_percent:
        return "It is within the word limit."
    over = f"It is {plain(found.over_percent.quantize(Decimal('0.1')))}% over the word limit."
    if found.band is not None:
        return f"{over} By the rules {cost(found.band)}."
    if found.words_read:
        return f"{over} Nothing is taken off; {found.words_read:,} words are read."
    return f"{over} Nothing is taken off for that."
