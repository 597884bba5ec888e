"""What the templates show, made from the catalogue, the rules and a reader's record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from flask import url_for
from markupsafe import Markup

from lms import clock
from lms.actor import Actor
from lms.modules import queries
from lms.modules.catalogue import (
    Check,
    Fact,
    Item,
    Module,
    Page,
    Question,
    Term,
    Text,
    Unit,
    catalogue,
)
from lms.modules.forms import AnswersSent, field_name
from lms.modules.models import CheckAttempt, JournalEntry
from lms.modules.models.notes import PageKept
from lms.modules.queries.notes import written_at
from lms.modules.rules.changes import ApprovalStanding, Since, approvals_of
from lms.modules.rules.checks import (
    Outcome,
    Scored,
    Tried,
    attempts_left,
    best,
    needed_to_pass,
    score,
    shuffled,
)
from lms.modules.rules.reading import Reader, Way, reader_of
from lms.modules.rules.standing import (
    PageStanding,
    UnitStanding,
    after,
    before,
    unit_standing,
)
from lms.modules.views.activity_shown import AnyShown, ConfidenceShown, Shown, show_activities
from lms.modules.views.history import changed_since
from lms.modules.views.identifying import FindShown

ShownKind = TypeVar("ShownKind", bound=Shown)


@dataclass(frozen=True)
class QuestionShown:
    """One question as it stands on the page."""

    question: Question
    name: str
    items: tuple[Item, ...]  # of an ordering question, mixed
    names: Mapping[str, str]  # field names of its lines
    chosen: tuple[str, ...]
    places: Mapping[str, int]
    fault: str
    outcome: Outcome | None

    @property
    def answered(self) -> list[Markup | str]:
        """What was answered, in words."""
        if self.question.type == "short":
            return list(self.chosen)
        words = {option.id: option.text for option in self.question.options}
        words |= {item.id: item.text for item in self.question.items}
        return [words[one] for one in self.chosen if one in words]


@dataclass(frozen=True)
class CheckShown:
    """A check as it stands on the page: to answer, or with what was said to the answers."""

    check: Check
    questions: tuple[QuestionShown, ...]
    number: int
    left: int | None
    best: Tried | None
    passed: bool
    needed: int
    message: str
    scored: Scored | None
    changed: bool  # since the reader answered it

    @property
    def faults(self) -> list[tuple[str, str]]:
        """For the summary: the sentence, and the id of the field."""
        return [(shown.fault, shown.name) for shown in self.questions if shown.fault]


@dataclass(frozen=True)
class Part:
    """A line of the contents rail."""

    title: str
    url: str
    state: str  # read, here, open


@dataclass(frozen=True)
class SourceShown:
    text: str
    url: str | None
    checked_on: str


@dataclass(frozen=True)
class Record:
    """What is known of a reader in one unit."""

    reader: Reader
    standing: UnitStanding
    attempts: Mapping[str, Sequence[CheckAttempt]]


@dataclass
class PageShown:
    """Everything a page's template needs."""

    module: Module
    unit: Unit
    page: Page
    record: Record
    here: PageStanding
    parts: list[Part]
    way: Way | None
    text: Text | None
    check: CheckShown | None
    entry: JournalEntry | None
    kept: PageKept | None
    words: str = ""  # in the journal's field
    version: int = 0
    entry_fault: str = ""
    way_fault: str = ""
    finds: list[FindShown] = field(default_factory=list)  # that could tell who somebody is
    both: bool = False  # two windows wrote: `words` are this one's, `entry` is the later
    sources: list[SourceShown] = field(default_factory=list)
    activities: list[AnyShown] = field(default_factory=list)
    since: Since = field(default_factory=lambda: Since(()))

    def activity(self, key: str, kind: type[ShownKind]) -> ShownKind:
        """The one of these activities with a key, to say something about it."""
        place = [one.key for one in self.page.activities].index(key)
        shown = self.activities[place]
        if not isinstance(shown, kind):
            raise TypeError(f"{key} is no {kind.__name__}")
        return shown

    @property
    def asked_first(self) -> list[ConfidenceShown]:
        """Ratings before the unit: they stand above the text."""
        return [one for one in self._ratings if not one.rating.after]

    @property
    def asked_last(self) -> list[ConfidenceShown]:
        """Ratings after the unit: the last thing of their page."""
        return [one for one in self._ratings if one.rating.after]

    @property
    def asked_with_the_text(self) -> list[AnyShown]:
        """What is done with the text: shown once its reader has chosen how to take it."""
        return [one for one in self.activities if not isinstance(one, ConfidenceShown)]

    @property
    def _ratings(self) -> list[ConfidenceShown]:
        return [one for one in self.activities if isinstance(one, ConfidenceShown)]

    @property
    def approvals(self) -> tuple[ApprovalStanding, ...]:
        return approvals_of(self.page)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms that stand on the page, each once."""
        closing = self.unit.closing if self.next is None else None
        texts = [text for text in (self.text, closing) if text is not None]
        return tuple({term.slug: term for text in texts for term in text.terms}.values())

    @property
    def previous(self) -> tuple[str, str] | None:
        page = before(self.unit, self.page)
        return (page.title, page_url(page)) if page else None

    @property
    def next(self) -> tuple[str, str] | None:
        page = after(self.unit, self.page)
        return (page.title, page_url(page)) if page else None

    def act_url(self, endpoint: str) -> str:
        """The address of an act on this page."""
        return page_url(self.page, endpoint=endpoint)

    def activity_url(self, endpoint: str, name: str) -> str:
        """The address of an act on one of its activities."""
        return page_url(self.page, endpoint=endpoint, name=name)


def unit_url(unit: Unit, endpoint: str = "modules.unit") -> str:
    return url_for(endpoint, module=unit.module_key, unit=unit.slug)


def page_url(
    page: Page,
    *,
    endpoint: str = "modules.page",
    anchor: str | None = None,
    name: str | None = None,
) -> str:
    """The address of a page, or of an act on it; `name` is the activity acted on."""
    module, unit, slug = page.key.split("/")
    # A name that is None is left out of the address.
    return url_for(endpoint, module=module, unit=unit, page=slug, name=name, _anchor=anchor)


def record_of(actor: Actor, unit: Unit) -> Record:
    """A reader's record in a unit: two statements. For anybody else the unit does not exist."""
    reader = reader_of(actor, unit.programme)
    checks = [activity.key for activity in unit.activities if isinstance(activity, Check)]
    attempts = queries.attempts_at(reader.enrolment_id, checks)
    passed = {key for key, tries in attempts.items() if any(one.passed for one in tries)}
    standing = unit_standing(unit, queries.versions_read(reader.enrolment_id), passed)
    return Record(reader, standing, attempts)


def parts_of(standing: UnitStanding, here: Page | None = None) -> list[Part]:
    """The contents rail of a unit."""

    def state(one: PageStanding) -> str:
        if here is not None and one.page.key == here.key:
            return "here"
        return "read" if one.done else "open"

    return [Part(one.page.title, page_url(one.page), state(one)) for one in standing.pages]


def show_page(
    actor: Actor,
    page: Page,
    *,
    way: Way | None = None,
    again: bool = False,
    opened: str = "",
    sent: AnswersSent | None = None,
    message: str = "",
) -> PageShown:
    """A page for its reader. `way` is what staff ask for: their choice is not kept."""
    unit = catalogue().unit(page.unit_key)
    record = record_of(actor, unit)
    if record.reader.recorded:
        way = queries.ways_chosen(record.reader.enrolment_id, [page.key] if page.note else []).get(
            page.key
        )
    text = text_for(page, way)
    about = page.reflection.key if page.reflection else None
    entry, kept = written_at(actor.user_id, page.key, about)
    check = None
    if page.check is not None:
        tries = record.attempts.get(page.check.key, ())  # a draft's has none
        check = show_check(page.check, tries, again=again, sent=sent, message=message)
    here = (
        PageStanding(page, done=False, changed=False)
        if page.draft
        else record.standing.pages[page.number - 1]
    )
    return PageShown(
        module=catalogue().module(unit.module_key),
        unit=unit,
        page=page,
        record=record,
        here=here,
        parts=parts_of(record.standing, page),
        way=way,
        text=text,
        check=check,
        entry=entry,
        kept=kept,
        words=entry.text if entry else "",
        version=entry.version if entry else 0,
        sources=sources_of(text),
        activities=show_activities(page, actor.user_id if record.reader.recorded else None, opened),
        since=changed_since(record.reader, [here]).get(page.key, Since(())),
    )


def text_for(page: Page, way: Way | None) -> Text | None:
    """What is read of a page; nothing of a heavy one until its reader has chosen."""
    if page.note is None or way is Way.ALL:
        return page.text
    if way is Way.SUMMARY:
        return page.note.summary
    return page.note.alternative if way is Way.ALTERNATIVE else None


def sources_of(text: Text | None) -> list[SourceShown]:
    """The numbered sources of a text, each with where it holds and when it was checked."""
    return [
        SourceShown(
            text=_source(cited.fact),
            url=next((p.url for p in cited.fact.publications if p.url), None),
            checked_on=clock.day(cited.fact.checked_on),
        )
        for cited in (text.sources if text else ())
    ]


def _source(fact: Fact) -> str:
    """Where a fact is from and holds, and what is still open about it."""
    open_still = f" {fact.status.rstrip('.')}." if fact.status else ""
    return f"{fact.source.rstrip('.')}. Holds in {fact.holds_in}.{open_still} Fact {fact.id}."


def show_check(
    check: Check,
    tries: Sequence[CheckAttempt],
    *,
    again: bool = False,
    sent: AnswersSent | None = None,
    message: str = "",
) -> CheckShown:
    """The last answers with what is said to them; or the questions, to answer (again)."""
    last = tries[-1] if tries else None
    current = last is not None and last.content_hash == check.content_hash
    given: Mapping[str, tuple[str, ...]] = sent.given if sent else {}
    scored = None
    if last is not None and current and sent is None and not again:
        given = {question: tuple(chosen) for question, chosen in last.answers.items()}
        scored = score(check, given)
    outcomes = {one.question_id: one for one in scored.outcomes} if scored else {}
    return CheckShown(
        check=check,
        questions=tuple(
            _question(question, given.get(question.id, ()), sent, outcomes.get(question.id))
            for question in check.questions
        ),
        number=len(tries) + 1,
        left=attempts_left(check, len(tries)),
        best=best(Tried(one.number, one.points, one.maximum, one.passed) for one in tries),
        passed=any(one.passed for one in tries),
        needed=needed_to_pass(check),
        message=message,
        scored=scored,
        changed=last is not None and not current,
    )


def _question(
    question: Question,
    chosen: tuple[str, ...],
    sent: AnswersSent | None,
    outcome: Outcome | None,
) -> QuestionShown:
    return QuestionShown(
        question=question,
        name=field_name(question),
        items=shuffled(question) if question.type == "order" else (),
        names={item.id: field_name(question, item.id) for item in question.items},
        chosen=chosen,
        places=sent.places.get(question.id, {}) if sent else {},
        fault=sent.faults.get(question.id, "") if sent else "",
        outcome=outcome,
    )
