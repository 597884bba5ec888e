"""What a browser may send about learning, and the sentence for each thing that is not in order."""

from collections.abc import Collection
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from lms.errors import BadRequest
from lms.modules.catalogue import Cards, Check, Confidence, Question, Template
from lms.modules.rules.cards import still_to_place, what_to_do
from lms.modules.rules.checks import shuffled
from lms.modules.rules.reading import Way
from lms.modules.rules.scenarios import Act, Did
from lms.modules.rules.templates import LONGEST_TEMPLATE, fault_of, tidy
from lms.web.forms import Form

LONGEST_ANSWER = 500
LONGEST_ENTRY = 50_000
NO_WAY = "Choose one of the three ways."
LOAD_AGAIN = "Load the page again, then save."
FORM_CHANGED = (
    "This form was changed while you had it open, so it was not saved yet. "
    "Your words are below, also those of parts that have been taken out."
)


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


@dataclass(frozen=True)
class ActSent:
    """What somebody wants to do in a scenario, and as which of their acts."""

    did: Did
    number: int


def read_act(sent: MultiDict[str, str]) -> ActSent:
    """An act in a scenario; a choice with nothing chosen has no way."""
    act = sent.get("act", "")
    if act not in list(Act):
        raise BadRequest("We could not tell what to do. Load the page again, then choose.")
    scene = None if act == Act.BEGAN_AGAIN else sent.get("scene", "")
    way = (sent.get("way") or None) if act == Act.CHOSE else None
    return ActSent(Did(Act(act), scene, way), _whole(sent.get("number", "")))


@dataclass(frozen=True)
class PlacedSent:
    """Where the cards were put. `faults` has a sentence for each card that is nowhere yet."""

    places: dict[str, str]
    faults: dict[str, str]
    version: int


def read_placed(cards: Cards, sent: MultiDict[str, str]) -> PlacedSent:
    """The places of the cards; what is no card or no place here is refused."""
    known = {place.id for place in cards.places}
    _refuse_strangers(sent, "card-", {card.id for card in cards.cards})
    places = {card.id: sent.get(f"card-{card.id}", "") for card in cards.cards}
    places = {card: place for card, place in places.items() if place}
    for place in places.values():
        if place not in known:
            raise BadRequest("There is no such place for a card. Load the page again, then choose.")
    faults = {
        card.id: f"{what_to_do(cards, card, places)}: {card.text.striptags()}"
        for card in still_to_place(cards, places)
    }
    return PlacedSent(places, faults, read_version(sent))


@dataclass(frozen=True)
class FilledSent:
    """A template as it was sent. `strangers` are words of parts that it no longer has."""

    parts: dict[str, str]
    faults: dict[str, str]
    strangers: dict[str, str]
    version: int


def read_filled(template: Template, sent: MultiDict[str, str]) -> FilledSent:
    """The parts of a template, each with what is to be mended in it."""
    written = {
        name.removeprefix("part-"): text.replace("\x00", "")
        for name, text in sent.items()
        if name.startswith("part-")
    }
    fields = {field.id: field for field in template.fields}
    parts = {key: tidy(field, written.get(key, "")) for key, field in fields.items()}
    faults = {key: fault_of(field, parts[key]) for key, field in fields.items()}
    if sum(map(len, parts.values())) > LONGEST_TEMPLATE:
        faults[template.fields[0].id] = (
            "This is longer than one template keeps: 100,000 characters. Shorten it a little."
        )
    return FilledSent(
        parts=parts,
        faults={key: fault for key, fault in faults.items() if fault},
        strangers={key: text for key, text in written.items() if key not in fields},
        version=read_version(sent),
    )


@dataclass(frozen=True)
class RatedSent:
    """How sure somebody is, 1 to 5 by statement."""

    steps: dict[str, int]
    faults: dict[str, str]


def read_rated(rating: Confidence, sent: MultiDict[str, str]) -> RatedSent:
    """The steps chosen; what is no statement or no step here is refused."""
    statements = {one.id: one for one in rating.statements}
    _refuse_strangers(sent, "sure-", statements.keys())
    steps: dict[str, int] = {}
    faults: dict[str, str] = {}
    for key, statement in statements.items():
        chosen = sent.get(f"sure-{key}", "")
        step = _whole(chosen)
        if chosen and not 1 <= step <= len(rating.steps):
            raise BadRequest("Choose one of the five answers.")
        if step:
            steps[key] = step
        else:
            faults[key] = f"Choose how sure you are: {statement.text.striptags()}"
    return RatedSent(steps, faults)


def read_version(sent: MultiDict[str, str]) -> int:
    """The version that words were written over."""
    version = sent.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        raise BadRequest(LOAD_AGAIN)
    return int(version)


def _refuse_strangers(sent: MultiDict[str, str], prefix: str, known: Collection[str]) -> None:
    names = [name.removeprefix(prefix) for name in sent if name.startswith(prefix)]
    if set(names) - set(known):
        raise BadRequest("Part of this is no longer here. Load the page again, then choose.")


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


_READERS = {
    "single": _one,
    "true-false": _one,
    "multiple": _several,
    "order": _order,
    "short": _text,
}
