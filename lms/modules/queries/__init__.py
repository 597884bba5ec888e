"""What is asked about somebody's learning. Journals and choices: only ever for their owner."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select

from lms.db import db
from lms.modules.models import (
    CardPlacing,
    CheckAttempt,
    ConfidenceRating,
    FilledTemplate,
    JournalEntry,
    PageCompletion,
    ReadingChoice,
    ScenarioAct,
)
from lms.modules.models.readings import PageReading
from lms.modules.rules.reading import Way
from lms.people.models import Cohort, Enrolment, User


def done_pages(enrolment_ids: Collection[int]) -> dict[int, set[str]]:
    """The page keys that each place has done; one statement for a whole cohort."""
    done: dict[int, set[str]] = {enrolment_id: set() for enrolment_id in enrolment_ids}
    rows = db.session.execute(
        select(PageCompletion.enrolment_id, PageCompletion.page_key)
        .where(PageCompletion.enrolment_id.in_(enrolment_ids))
        .order_by(PageCompletion.enrolment_id, PageCompletion.id)
    )
    for enrolment_id, page_key in rows:
        done[enrolment_id].add(page_key)
    return done


def latest_places(enrolment_ids: Collection[int]) -> dict[int, tuple[str, datetime]]:
    """The page each place said "done" of last, and when; one statement for a whole cohort."""
    ranked = (
        select(
            PageCompletion.enrolment_id,
            PageCompletion.page_key,
            PageCompletion.done_at,
            func.row_number()
            .over(
                partition_by=PageCompletion.enrolment_id,
                order_by=(PageCompletion.done_at.desc(), PageCompletion.id.desc()),
            )
            .label("place"),
        )
        .where(PageCompletion.enrolment_id.in_(enrolment_ids))
        .subquery()
    )
    rows = db.session.execute(
        select(ranked.c.enrolment_id, ranked.c.page_key, ranked.c.done_at)
        .where(ranked.c.place == 1)
        .order_by(ranked.c.enrolment_id)
    )
    return {enrolment_id: (page_key, done_at) for enrolment_id, page_key, done_at in rows}


def passed_checks(enrolment_ids: Collection[int]) -> dict[int, set[str]]:
    """The keys of the checks that each place has passed; one statement for a whole cohort."""
    passed: dict[int, set[str]] = {enrolment_id: set() for enrolment_id in enrolment_ids}
    rows = db.session.execute(
        select(CheckAttempt.enrolment_id, CheckAttempt.activity_key)
        .where(CheckAttempt.enrolment_id.in_(enrolment_ids), CheckAttempt.passed.is_(True))
        .distinct()
        .order_by(CheckAttempt.enrolment_id, CheckAttempt.activity_key)
    )
    for enrolment_id, activity_key in rows:
        passed[enrolment_id].add(activity_key)
    return passed


def versions_read(enrolment_id: int | None) -> dict[str, str]:
    """The version of each page that a place has done; nothing for a reader without a place."""
    if enrolment_id is None:
        return {}
    rows = db.session.execute(
        select(PageCompletion.page_key, PageCompletion.content_hash)
        .where(PageCompletion.enrolment_id == enrolment_id)
        .order_by(PageCompletion.id)
    )
    return {row.page_key: row.content_hash for row in rows}


def finished_at(enrolment_id: int, page_keys: Collection[str]) -> dict[str, datetime]:
    """When a place said of some pages: done."""
    rows = db.session.execute(
        select(PageCompletion.page_key, PageCompletion.done_at)
        .where(PageCompletion.enrolment_id == enrolment_id, PageCompletion.page_key.in_(page_keys))
        .order_by(PageCompletion.id)
    )
    return {row.page_key: row.done_at for row in rows}


def readers_of(page_key: str) -> list[tuple[str, str, str, datetime]]:
    """Who read which version of a page: version, name, cohort, when; the latest first.

    For whoever runs the server. Not for pages: nobody is shown what another person has read.
    """
    rows = db.session.execute(
        select(PageReading.content_hash, User.name, Cohort.slug, PageReading.read_at)
        .join(Enrolment, Enrolment.id == PageReading.enrolment_id)
        .join(User, User.id == Enrolment.user_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(PageReading.page_key == page_key)
        .order_by(PageReading.read_at.desc(), PageReading.id.desc())
    )
    return [(row.content_hash, row.name, row.slug, row.read_at) for row in rows]


def find_reading(enrolment_id: int, page_key: str, version: str) -> PageReading | None:
    """That a place read a page in one version, if it did."""
    return db.session.scalar(
        select(PageReading).where(
            PageReading.enrolment_id == enrolment_id,
            PageReading.page_key == page_key,
            PageReading.content_hash == version,
        )
    )


def find_completion(enrolment_id: int, page_key: str) -> PageCompletion | None:
    """What a place said of a page, if it did."""
    return db.session.scalar(
        select(PageCompletion).where(
            PageCompletion.enrolment_id == enrolment_id, PageCompletion.page_key == page_key
        )
    )


def find_choice(enrolment_id: int, page_key: str) -> ReadingChoice | None:
    """How a place takes a heavy page, if it has chosen."""
    return db.session.scalar(
        select(ReadingChoice).where(
            ReadingChoice.enrolment_id == enrolment_id, ReadingChoice.page_key == page_key
        )
    )


def ways_chosen(enrolment_id: int | None, page_keys: Collection[str]) -> dict[str, Way]:
    """How a place takes some heavy pages: for its own reader only."""
    if enrolment_id is None or not page_keys:
        return {}
    rows = db.session.execute(
        select(ReadingChoice.page_key, ReadingChoice.way)
        .where(ReadingChoice.enrolment_id == enrolment_id, ReadingChoice.page_key.in_(page_keys))
        .order_by(ReadingChoice.id)
    )
    return {row.page_key: row.way for row in rows}


def attempts_at(
    enrolment_id: int | None, activity_keys: Collection[str]
) -> dict[str, list[CheckAttempt]]:
    """A place's attempts at some checks, in order; one statement."""
    attempts: dict[str, list[CheckAttempt]] = {key: [] for key in activity_keys}
    if enrolment_id is None or not activity_keys:
        return attempts
    rows = db.session.scalars(
        select(CheckAttempt)
        .where(
            CheckAttempt.enrolment_id == enrolment_id,
            CheckAttempt.activity_key.in_(activity_keys),
        )
        .order_by(CheckAttempt.activity_key, CheckAttempt.number)
    )
    for attempt in rows:
        attempts[attempt.activity_key].append(attempt)
    return attempts


def find_entry(user_id: int, activity_key: str) -> JournalEntry | None:
    """A person's own entry on a reflection, if there is one."""
    return db.session.scalar(
        select(JournalEntry).where(
            JournalEntry.user_id == user_id, JournalEntry.activity_key == activity_key
        )
    )


def entries_of(user_id: int) -> Sequence[JournalEntry]:
    """Every entry of a person's journal, the latest first."""
    return db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.user_id == user_id)
        .order_by(JournalEntry.saved_at.desc(), JournalEntry.id.desc())
    ).all()


def acts_in(user_id: int, activity_keys: Collection[str]) -> dict[str, list[ScenarioAct]]:
    """What a person did in some scenarios, in order: for themselves only. One statement."""
    acts: dict[str, list[ScenarioAct]] = {key: [] for key in activity_keys}
    if not activity_keys:
        return acts
    rows = db.session.scalars(
        select(ScenarioAct)
        .where(ScenarioAct.user_id == user_id, ScenarioAct.activity_key.in_(activity_keys))
        .order_by(ScenarioAct.activity_key, ScenarioAct.number)
    )
    for act in rows:
        acts[act.activity_key].append(act)
    return acts


def acts_of(user_id: int) -> Sequence[ScenarioAct]:
    """Everything a person did in any scenario, in order: for their own journal."""
    return db.session.scalars(
        select(ScenarioAct)
        .where(ScenarioAct.user_id == user_id)
        .order_by(ScenarioAct.activity_key, ScenarioAct.number)
    ).all()


def placings_of(user_id: int, activity_keys: Collection[str]) -> dict[str, CardPlacing]:
    """Where a person has put the cards of some activities: for themselves only."""
    if not activity_keys:
        return {}
    rows = db.session.scalars(
        select(CardPlacing)
        .where(CardPlacing.user_id == user_id, CardPlacing.activity_key.in_(activity_keys))
        .order_by(CardPlacing.id)
    )
    return {row.activity_key: row for row in rows}


def filled_by(user_id: int, activity_keys: Collection[str]) -> dict[str, FilledTemplate]:
    """Some templates as a person has filled them in: for themselves only."""
    if not activity_keys:
        return {}
    rows = db.session.scalars(
        select(FilledTemplate)
        .where(FilledTemplate.user_id == user_id, FilledTemplate.activity_key.in_(activity_keys))
        .order_by(FilledTemplate.id)
    )
    return {row.activity_key: row for row in rows}


def templates_of(user_id: int) -> Sequence[FilledTemplate]:
    """Every template that a person has filled in: for their own journal."""
    return db.session.scalars(
        select(FilledTemplate)
        .where(FilledTemplate.user_id == user_id)
        .order_by(FilledTemplate.saved_at.desc(), FilledTemplate.id.desc())
    ).all()


def ratings_of(user_id: int, activity_keys: Collection[str]) -> Sequence[ConfidenceRating]:
    """How sure a person said they were, before and after: for themselves only."""
    if not activity_keys:
        return ()
    return db.session.scalars(
        select(ConfidenceRating)
        .where(
            ConfidenceRating.user_id == user_id,
            ConfidenceRating.activity_key.in_(activity_keys),
        )
        .order_by(ConfidenceRating.id)
    ).all()


def placing_to_change(user_id: int, activity_key: str) -> CardPlacing | None:
    """A person's placing, held until the transaction ends: two windows take turns."""
    return db.session.scalar(
        select(CardPlacing)
        .where(CardPlacing.user_id == user_id, CardPlacing.activity_key == activity_key)
        .with_for_update()
    )


def template_to_change(user_id: int, activity_key: str) -> FilledTemplate | None:
    """A person's template, held until the transaction ends: two windows take turns."""
    return db.session.scalar(
        select(FilledTemplate)
        .where(FilledTemplate.user_id == user_id, FilledTemplate.activity_key == activity_key)
        .with_for_update()
    )
