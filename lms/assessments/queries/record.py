"""What was done to scripts, for whoever answers for their marking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from lms.actor import Action, Actor
from lms.assessments.models import Submission
from lms.assessments.queries.learners import NOT_HERE
from lms.assessments.rules.record import in_words, people_in
from lms.audit.queries import entries_about
from lms.db import db
from lms.errors import NotFound
from lms.people.models import Cohort, Enrolment, User

A_PAGE = 50
ITS_WRITER = "Its writer"


@dataclass(frozen=True)
class OnRecord:
    """A script as its record names it."""

    id: int
    code: str
    assessment: str
    cohort_id: int
    writer_id: int


@dataclass(frozen=True)
class Act:
    """One line: who did what to which script, when; before, after and why in words."""

    entry_id: int
    at: datetime
    who: str
    what: str
    code: str
    more: tuple[str, ...]


def _on_record(which: ColumnElement[bool]) -> list[OnRecord]:
    rows = db.session.execute(
        select(
            Submission.id,
            Submission.code,
            Submission.assessment,
            Enrolment.cohort_id,
            Enrolment.user_id,
        )
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(which)
        .order_by(Submission.code, Submission.id)
    )
    return [OnRecord(*row) for row in rows]


def script_on_record(actor: Actor, submission_id: int) -> OnRecord:
    """A script whose record the actor may read; never one's own, whose marking it tells of."""
    for found in _on_record(Submission.id == submission_id):
        if found.writer_id != actor.user_id and actor.may(
            Action.SEE_RECORD, cohort_id=found.cohort_id
        ):
            return found
    raise NotFound(NOT_HERE)


def scripts_on_record(actor: Actor, cohort: Cohort, assessment: str) -> list[OnRecord]:
    """Every script of an assessment in a cohort whose record the actor may read."""
    if not actor.may(Action.SEE_RECORD, cohort_id=cohort.id):
        raise NotFound(NOT_HERE)
    return [
        found
        for found in _on_record(
            (Submission.assessment == assessment) & (Enrolment.cohort_id == cohort.id)
        )
        if found.writer_id != actor.user_id
    ]


def acts_on(scripts: Sequence[OnRecord], *, before: int | None = None) -> list[Act]:
    """What was done to these scripts, the newest first, a page of them: two statements."""
    by_subject = {f"submission:{script.id}": script for script in scripts}
    entries = entries_about(list(by_subject), before=before, most=A_PAGE)
    ids = {entry.actor_id for entry in entries if entry.actor_id is not None}
    ids = ids.union(*(people_in(entry.detail) for entry in entries))
    people = select(User.id, User.name).where(User.id.in_(ids)).order_by(User.id)
    names = {row[0]: row[1] for row in db.session.execute(people)}
    acts = []
    for entry in entries:
        script = by_subject[entry.subject]
        who = names.get(entry.actor_id or 0, "The product itself")
        acts.append(
            Act(
                entry_id=entry.id,
                at=entry.at,
                who=ITS_WRITER if entry.actor_id == script.writer_id else who,
                what=entry.act,
                code=script.code,
                more=in_words(entry.detail, names),
            )
        )
    return acts
