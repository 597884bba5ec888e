"""How a check is scored: each type of question, attempts, the best one, and what must be right."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from markupsafe import Markup

from lms.modules.catalogue import Answer, Check, Item, Option, Question

Given = Mapping[str, tuple[str, ...]]
"""Answers by question: option ids, item ids in the chosen order, or one text."""

_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Feedback:
    """What is said to one option or answer."""

    about: str  # the option's text; empty where the question has no options
    text: Markup
    chosen: bool


@dataclass(frozen=True)
class Outcome:
    """How one question went."""

    question_id: str
    right: bool
    feedback: tuple[Feedback, ...]


@dataclass(frozen=True)
class Scored:
    """How one attempt went. `passed` is None where there is nothing to pass."""

    points: int
    maximum: int
    passed: bool | None
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Tried:
    """What is kept of an attempt."""

    number: int
    points: int
    maximum: int
    passed: bool | None


def score(check: Check, given: Given) -> Scored:
    """Score one attempt: a point for each question that is right, no halves."""
    outcomes = tuple(_outcome(question, given.get(question.id, ())) for question in check.questions)
    points = sum(outcome.right for outcome in outcomes)
    return Scored(points, len(outcomes), _passed(check, outcomes, points), outcomes)


def needed_to_pass(check: Check) -> int:
    """How many questions have to be right; 0 where there is no pass line."""
    return -(-len(check.questions) * (check.pass_percent or 0) // 100)


def best(tries: Iterable[Tried]) -> Tried | None:
    """The attempt that counts: a passed one, then more points, then the earlier."""
    ranked = sorted(tries, key=lambda t: (not t.passed, -_share(t), t.number))
    return ranked[0] if ranked else None


def attempts_left(check: Check, used: int) -> int | None:
    """How many tries remain; None where there is no limit."""
    return None if check.attempts is None else max(0, check.attempts - used)


def shuffled(question: Question) -> tuple[Item, ...]:
    """The lines of an ordering question, always in the same mixed order, never the right one."""

    def place(item: Item) -> str:
        return hashlib.sha256(f"{question.id} {item.id}".encode()).hexdigest()

    mixed = tuple(sorted(question.items, key=place))
    return mixed if mixed != question.items else mixed[1:] + mixed[:1]


def recognised(answers: tuple[Answer, ...], text: str) -> Answer | None:
    """The first answer of a short-text question that a text matches."""
    return next((answer for answer in answers if _MATCHES[answer.match](answer.text, text)), None)


def _passed(check: Check, outcomes: tuple[Outcome, ...], points: int) -> bool | None:
    if not check.to_pass:
        return None
    needed = {question.id for question in check.questions if question.must_be_right}
    safe = all(outcome.right for outcome in outcomes if outcome.question_id in needed)
    return safe and points >= needed_to_pass(check)


def _share(tried: Tried) -> Decimal:
    return Decimal(tried.points) / Decimal(tried.maximum)


def _outcome(question: Question, given: tuple[str, ...]) -> Outcome:
    if question.type == "order":
        return _order(question, given)
    if question.type == "short":
        return _short(question, given)
    return _options(question, given)


def _options(question: Question, given: tuple[str, ...]) -> Outcome:
    """Single, multiple and true-false: right when exactly the right options are chosen."""
    right = {option.id for option in question.options if option.right}
    feedback = [_about(o, chosen=True) for o in question.options if o.id in given]
    if question.type == "multiple":
        feedback += [
            _about(o, chosen=False) for o in question.options if o.right and o.id not in given
        ]
    return Outcome(question.id, set(given) == right, tuple(feedback))


def _about(option: Option, *, chosen: bool) -> Feedback:
    return Feedback(str(option.text.striptags()), option.feedback, chosen)


def _order(question: Question, given: tuple[str, ...]) -> Outcome:
    right = given == tuple(item.id for item in question.items)
    said = question.feedback_right if right else question.feedback_wrong
    return Outcome(question.id, right, (Feedback("", said, chosen=True),))


def _short(question: Question, given: tuple[str, ...]) -> Outcome:
    answer = recognised(question.answers, given[0] if given else "")
    said = answer.feedback if answer else question.feedback_other
    right = answer is not None and answer.right
    return Outcome(question.id, right, (Feedback("", said, chosen=True),))


def _tidy(text: str) -> str:
    """Lower case, one space between words, plain apostrophes, nothing at the ends."""
    plain = re.sub("[\u2018\u2019]", "'", text).casefold()
    return " ".join(plain.split()).strip(" .,;:!?\"'\u201c\u201d()")


def _same_text(wanted: str, text: str) -> bool:
    return _tidy(wanted) == _tidy(text)


def _has_words(wanted: str, text: str) -> bool:
    """Every wanted word is in the text, whole, in any order."""
    words = set(_WORD.findall(_tidy(text)))
    sought = set(_WORD.findall(_tidy(wanted)))
    return bool(sought) and sought <= words


def _same_number(wanted: str, text: str) -> bool:
    """The text names one number, and it is the wanted one: `45`, `45 days`, `1,000`."""
    numbers = {_number(found) for found in _NUMBER.findall(text)}
    return numbers == {_number(wanted)}


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        return None


_MATCHES = {"exact": _same_text, "words": _has_words, "number": _same_number}
