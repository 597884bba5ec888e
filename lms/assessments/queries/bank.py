"""What is asked about comments kept to use again, and about what is said to a whole cohort."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from lms.actor import Actor
from lms.assessments.models import BankComment, CohortFeedback, CriterionMark, Mark, Submission
from lms.db import db
from lms.errors import NotFound
from lms.people.models import User

GONE = "That comment is not among yours, or was taken away meanwhile."


@dataclass(frozen=True)
class Kept:
    """A comment one may use, and whose it is; `owner` is empty for one's own."""

    comment: BankComment
    owner: str


def bank_of(actor: Actor, assessment: str | None = None) -> list[Kept]:
    """One's own comments and those that are shared: all, or those that suit an assessment."""
    found = (
        select(BankComment, User.name)
        .join(User, User.id == BankComment.owner_id)
        .where(or_(BankComment.owner_id == actor.user_id, BankComment.shared))
        .order_by(BankComment.used.desc(), BankComment.id)
    )
    if assessment is not None:
        found = found.where(
            or_(BankComment.assessment == assessment, BankComment.assessment.is_(None))
        )
    return [
        Kept(row[0], "" if row[0].owner_id == actor.user_id else row[1])
        for row in db.session.execute(found)
    ]


def often_used(actor: Actor, more_than: int) -> dict[int, list[tuple[str, int]]]:
    """In how many scripts of which assessment the actor wrote a kept comment word for word, where
    that is more than so many: by comment, most first. One statement.
    """
    scripts = func.count(Submission.id.distinct())
    rows = db.session.execute(
        select(BankComment.id, Submission.assessment, scripts)
        .select_from(BankComment)
        .join(Mark, Mark.marker_id == actor.user_id)
        .join(CriterionMark, CriterionMark.mark_id == Mark.id)
        .join(Submission, Submission.id == Mark.submission_id)
        .where(
            or_(BankComment.owner_id == actor.user_id, BankComment.shared),
            # Contains it: LIKE would read `%` and `_` in the words, and ignore capitals on SQLite.
            func.replace(CriterionMark.comment, BankComment.text, "") != CriterionMark.comment,
        )
        .group_by(BankComment.id, Submission.assessment)
        .having(scripts > more_than)
        .order_by(scripts.desc(), BankComment.id, Submission.assessment)
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for comment_id, assessment, number in rows:
        found.setdefault(comment_id, []).append((assessment, number))
    return found


def _comment(comment_id: int, *, held: bool) -> BankComment | None:
    """A comment as it is now; held until the transaction ends, if it is to be changed."""
    found = select(BankComment).where(BankComment.id == comment_id)
    return db.session.scalar(
        (found.with_for_update() if held else found).execution_options(populate_existing=True)
    )


def own_comment(actor: Actor, comment_id: int, *, held: bool = False) -> BankComment:
    """One's own comment, or NotFound."""
    comment = _comment(comment_id, held=held)
    if comment is None or comment.owner_id != actor.user_id:
        raise NotFound(GONE)
    return comment


def usable_comment(actor: Actor, comment_id: int, *, held: bool = False) -> BankComment:
    """One's own comment or a shared one, or NotFound."""
    comment = _comment(comment_id, held=held)
    if comment is None or not (comment.shared or comment.owner_id == actor.user_id):
        raise NotFound(GONE)
    return comment


def find_same(
    actor: Actor, text: str, assessment: str | None, criterion: str | None
) -> BankComment | None:
    """The comment one keeps already in the same words for the same use."""
    return db.session.scalar(
        select(BankComment).where(
            BankComment.owner_id == actor.user_id,
            BankComment.text == text,
            BankComment.assessment.is_not_distinct_from(assessment),
            BankComment.criterion.is_not_distinct_from(criterion),
        )
    )


def find_cohort_feedback(cohort_id: int, assessment: str) -> CohortFeedback | None:
    """What is said to a whole cohort about an assessment."""
    return db.session.scalar(
        select(CohortFeedback).where(
            CohortFeedback.cohort_id == cohort_id, CohortFeedback.assessment == assessment
        )
    )
