"""What a browser may send about learning, and the sentence for each thing that is not in order."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from lms.modules.catalogue import Check, Question
from lms.modules.rules.checks import shuffled
from lms.modules.rules.reading import Way
from lms.web.forms import Form

LONGEST_ANSWER = 500
LONGEST_ENTRY = 50_000
NO_WAY = "Choose one of the three ways."


class EntryForm(Form):
    """Words for the journal, and the version they were written over."""

    text = TextAreaField(
        "Your words",
        validators=[
            Length(
                max=LONGEST_ENTRY,
                message="This is longer than the journal keeps at one place: 50,000 characters. "
                "Shorten it a little, then save.",
            )
        ],
    )
    version = IntegerField(
        widget=HiddenInput(),
        validators=[
            InputRequired("Load the page again, then save."),
            NumberRange(min=0, message="Load the page again, then save."),
        ],
    )


class WayForm(Form):
    """How somebody takes a heavy page."""

    way = StringField(validators=[AnyOf([way.value for way in Way], NO_WAY)])


@dataclass(frozen=True)
class AnswersSent:
    """What came back from a check's form. `faults` has a sentence per question to look at again."""

    given: dict[str, tuple[str, ...]]
    faults: dict[str, str]
    places: dict[str, dict[str, int]]  # the numbers given to the lines of ordering questions
    number: int
    content_hash: str


def read_answers(check: Check, sent: MultiDict[str, str]) -> AnswersSent:
    """The answers to a check, question by question."""
    given: dict[str, tuple[str, ...]] = {}
    faults: dict[str, str] = {}
    for question in check.questions:
        answer, fault = _READERS[question.type](question, sent)
        given[question.id] = answer
        if fault:
            faults[question.id] = fault
    return AnswersSent(
        given=given,
        faults=faults,
        places={q.id: _places(q, sent) for q in check.questions if q.type == "order"},
        number=_whole(sent.get("number", "")),
        content_hash=sent.get("content_hash", ""),
    )


def field_name(question: Question, item: str = "") -> str:
    """The name of a question's field; an ordering question has one for each line."""
    return f"q-{question.id}-{item}" if item else f"q-{question.id}"


def _one(question: Question, sent: MultiDict[str, str]) -> tuple[tuple[str, ...], str]:
    chosen = _known(question, sent)
    if len(chosen) != 1:
        return chosen, f"Choose an answer for question {question.number}."
    return chosen, ""


def _several(question: Question, sent: MultiDict[str, str]) -> tuple[tuple[str, ...], str]:
    chosen = _known(question, sent)
    if not chosen:
        return chosen, f"Choose at least one answer for question {question.number}."
    return chosen, ""


def _known(question: Question, sent: MultiDict[str, str]) -> tuple[str, ...]:
    """The options sent that the question has, each once, in the question's order."""
    values = set(sent.getlist(field_name(question)))
    return tuple(option.id for option in question.options if option.id in values)


def _order(question: Question, sent: MultiDict[str, str]) -> tuple[tuple[str, ...], str]:
    places = _places(question, sent)
    given = tuple(sorted(places, key=lambda item_id: places[item_id]))
    if sorted(places.values()) == list(range(1, len(places) + 1)):
        return given, ""
    if 0 in places.values():
        return given, f"Give every line of question {question.number} a number."
    return given, f"Give each line of question {question.number} a different number."


def _places(question: Question, sent: MultiDict[str, str]) -> dict[str, int]:
    return {
        item.id: _whole(sent.get(field_name(question, item.id), "")) for item in shuffled(question)
    }


def _text(question: Question, sent: MultiDict[str, str]) -> tuple[tuple[str, ...], str]:
    text = sent.get(field_name(question), "").strip()
    if not text:
        return (), f"Write an answer for question {question.number}."
    if len(text) > LONGEST_ANSWER:
        return (text,), f"Shorten your answer to question {question.number}: a few words will do."
    return (text,), ""


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


_READERS = {
    "single": _one,
    "true-false": _one,
    "multiple": _several,
    "order": _order,
    "short": _text,
}
