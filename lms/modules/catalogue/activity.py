"""Checks and reflections: what a page may ask, and what it answers."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup
from pydantic import Field

from lms.markdown_html import inline, render
from lms.modules.catalogue.facts import Words
from lms.modules.catalogue.source import KeyPath, Source, Written
from lms.modules.catalogue.wording import check_tone

QuestionType = Literal["single", "multiple", "true-false", "order", "short"]
MatchType = Literal["exact", "words", "number"]


class _OptionFile(Written):
    id: Words
    text: Words
    right: bool = False
    feedback: Words


class _ItemFile(Written):
    id: Words
    text: Words


class _AnswerFile(Written):
    match: MatchType
    text: Words
    right: bool = False
    feedback: Words


class _QuestionFile(Written):
    id: Words
    type: QuestionType
    prompt: Words
    facts: tuple[str, ...] = ()
    must_be_right: bool = False
    as_at: date | None = None
    option: tuple[_OptionFile, ...] = ()
    item: tuple[_ItemFile, ...] = ()
    answer: tuple[_AnswerFile, ...] = ()
    feedback_right: str | None = None
    feedback_wrong: str | None = None
    feedback_other: str | None = None


class _CheckFile(Written):
    kind: Literal["check"]
    title: Words
    intro: str | None = None
    attempts: int | None = Field(default=None, ge=1)
    pass_percent: int | None = Field(default=None, ge=1, le=100)
    question: tuple[_QuestionFile, ...] = Field(min_length=1)


class _ReflectionFile(Written):
    kind: Literal["reflection"]
    title: Words
    prompt: Words
    guidance: str | None = None
    keep_note: str = "Only you can see this."


@dataclass(frozen=True)
class Option:
    id: str
    text: Markup
    right: bool
    feedback: Markup


@dataclass(frozen=True)
class Item:
    id: str
    text: Markup


@dataclass(frozen=True)
class Answer:
    """One text to recognise in a short answer, and what to say to it."""

    match: str  # exact, words, number
    text: str
    right: bool
    feedback: Markup


@dataclass(frozen=True)
class Question:
    id: str
    number: int
    type: str
    prompt: Markup
    facts: tuple[str, ...]
    must_be_right: bool
    as_at: date | None
    options: tuple[Option, ...]
    items: tuple[Item, ...]  # in the right order
    answers: tuple[Answer, ...]
    feedback_right: Markup
    feedback_wrong: Markup
    feedback_other: Markup


@dataclass(frozen=True)
class Check:
    key: str
    page_key: str
    title: str
    intro: Markup
    attempts: int | None
    pass_percent: int | None
    questions: tuple[Question, ...]
    content_hash: str

    @property
    def to_pass(self) -> bool:
        """Whether the unit waits for it: it has a pass line, or an answer that must be right."""
        return self.pass_percent is not None or any(q.must_be_right for q in self.questions)


@dataclass(frozen=True)
class Reflection:
    key: str
    page_key: str
    title: str
    prompt: Markup
    guidance: Markup
    keep_note: str
    content_hash: str


def read_activity(
    source: Source, key: str, page_key: str, *, kind: str
) -> Check | Reflection | None:
    """An activity file that a page names under `check` or `reflection`."""
    written = source.data.get("kind")
    if written != kind:
        source.fault(
            source.line("kind"), f'the page shows this as a {kind}: write kind = "{kind}" here'
        )
        return None
    if kind == "check":
        return _read_check(source, key, page_key)
    return _read_reflection(source, key, page_key)


def _read_reflection(source: Source, key: str, page_key: str) -> Reflection | None:
    shape = source.shape(_ReflectionFile)
    if shape is None:
        return None
    prompt = render(shape.prompt)
    for link in prompt.links:
        if not link.startswith(("https:", "mailto:", "tel:")):
            message = (
                f"`prompt` links to {link}: it is also shown in the journal, "
                "so link to https addresses only"
            )
            source.fault(source.line("prompt"), message)
    return Reflection(
        key=key,
        page_key=page_key,
        title=shape.title,
        prompt=prompt.html,
        guidance=render(shape.guidance).html if shape.guidance else Markup(),
        keep_note=shape.keep_note,
        content_hash=source.hash,
    )


def _read_check(source: Source, key: str, page_key: str) -> Check | None:
    shape = source.shape(_CheckFile)
    if shape is None:
        return None
    seen: set[str] = set()
    for index, question in enumerate(shape.question):
        at: KeyPath = ("question", index)
        if question.id in seen:
            source.fault(
                source.line(*at, "id"), f"question id `{question.id}` stands twice: change one"
            )
        seen.add(question.id)
        _check_question(source, at, question)
    if shape.attempts and (shape.pass_percent or any(q.must_be_right for q in shape.question)):
        message = "a check that must be passed may be tried as often as needed: take `attempts` out"
        source.fault(source.line("attempts"), message)
    return Check(
        key=key,
        page_key=page_key,
        title=shape.title,
        intro=render(shape.intro).html if shape.intro else Markup(),
        attempts=shape.attempts,
        pass_percent=shape.pass_percent,
        questions=tuple(_question(n, q) for n, q in enumerate(shape.question, start=1)),
        content_hash=source.hash,
    )


_PARTS = {
    "single": ("option", set[str]()),
    "multiple": ("option", set[str]()),
    "true-false": ("option", set[str]()),
    "order": ("item", {"feedback_right", "feedback_wrong"}),
    "short": ("answer", {"feedback_other"}),
}


def _check_question(source: Source, at: KeyPath, question: _QuestionFile) -> None:
    part, feedback = _PARTS[question.type]
    for other in ("option", "item", "answer"):
        if other != part and getattr(question, other):
            message = (
                f"a question of type {question.type} has no [[question.{other}]]: "
                f"use [[question.{part}]]"
            )
            source.fault(source.line(*at, other, 0), message)
    for said in ("feedback_right", "feedback_wrong", "feedback_other"):
        written = getattr(question, said)
        if said in feedback and not written:
            source.fault(source.line(*at), f"`{said}` is missing: say what a person reads then")
        if said not in feedback and written:
            message = f"`{said}` has no place in a question of type {question.type}: take it out"
            source.fault(source.line(*at, said), message)
    _check_words(source, at, question)
    if part == "answer":
        _check_answers(source, at, question)
    else:
        _check_ids(
            source, at, part, [o.id for o in question.option] + [i.id for i in question.item]
        )
        _check_right(source, at, question)


def _check_words(source: Source, at: KeyPath, question: _QuestionFile) -> None:
    """Feedback says where we would begin; it judges nobody (look.md section 5)."""
    said: list[tuple[KeyPath, str]] = [
        (("feedback_right",), question.feedback_right or ""),
        (("feedback_wrong",), question.feedback_wrong or ""),
        (("feedback_other",), question.feedback_other or ""),
        *((("option", n, "feedback"), o.feedback) for n, o in enumerate(question.option)),
        *((("answer", n, "feedback"), a.feedback) for n, a in enumerate(question.answer)),
    ]
    for place, words in said:
        check_tone(source, source.line(*at, *place), words)


def _check_ids(source: Source, at: KeyPath, part: str, ids: list[str]) -> None:
    if len(ids) < 2:
        source.fault(source.line(*at), f"give at least two [[question.{part}]]")
    for index, one in enumerate(ids):
        if one in ids[:index]:
            source.fault(
                source.line(*at, part, index, "id"), f"id `{one}` stands twice here: change one"
            )


def _check_right(source: Source, at: KeyPath, question: _QuestionFile) -> None:
    right = [index for index, option in enumerate(question.option) if option.right]
    if question.type == "order":
        return
    if not right:
        source.fault(source.line(*at), "no option is right: write `right = true` at one")
    elif question.type != "multiple" and len(right) > 1:
        where = source.line(*at, "option", right[1], "right")
        source.fault(where, 'two options are right: keep one, or use type = "multiple"')
    if question.type == "true-false" and [o.id for o in question.option] not in (
        ["true", "false"],
        ["false", "true"],
    ):
        source.fault(
            source.line(*at), "a true-false question has two options, with ids true and false"
        )


def _check_answers(source: Source, at: KeyPath, question: _QuestionFile) -> None:
    if not any(answer.right for answer in question.answer):
        source.fault(source.line(*at), "no answer is right: write `right = true` at one")
    seen: set[tuple[str, str]] = set()
    for index, answer in enumerate(question.answer):
        same = (answer.match, " ".join(answer.text.lower().split()))
        if same in seen:
            message = f"“{answer.text}” stands twice: nobody could tell which feedback it gets"
            source.fault(source.line(*at, "answer", index, "text"), message)
        seen.add(same)
        if answer.match == "number" and not _is_number(answer.text):
            where = source.line(*at, "answer", index, "text")
            source.fault(where, 'match = "number" needs digits in `text`, such as "45"')


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


def _question(number: int, shape: _QuestionFile) -> Question:
    return Question(
        id=shape.id,
        number=number,
        type=shape.type,
        prompt=inline(shape.prompt),
        facts=shape.facts,
        must_be_right=shape.must_be_right,
        as_at=shape.as_at,
        options=tuple(
            Option(o.id, inline(o.text), o.right, inline(o.feedback)) for o in shape.option
        ),
        items=tuple(Item(i.id, inline(i.text)) for i in shape.item),
        answers=tuple(Answer(a.match, a.text, a.right, inline(a.feedback)) for a in shape.answer),
        feedback_right=inline(shape.feedback_right or ""),
        feedback_wrong=inline(shape.feedback_wrong or ""),
        feedback_other=inline(shape.feedback_other or ""),
    )
