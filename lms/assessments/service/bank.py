"""Comments are kept to use again; and something is said to a whole cohort."""

from datetime import datetime

from lms.actor import Action, Actor
from lms.assessments import queries
from lms.assessments.models import BankComment, CohortFeedback
from lms.assessments.service.drafts import STALE
from lms.audit.service import record
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.modules.catalogue import Assessment
from lms.people.models import Cohort

OFTEN = 3  # scripts of one assessment; beyond that, people of one cohort may well compare


def keep_comment(
    text: str,
    *,
    assessment: str | None,
    criterion: str | None,
    actor: Actor,
    now: datetime,
) -> BankComment:
    """Keep words to use again. The same words for the same use are kept once."""
    words = text.strip()
    if not words:
        raise RuleBroken("There are no words to keep yet.")
    queries.hold_person(actor.user_id)
    kept = queries.find_same(actor, words, assessment, criterion)
    if kept is None:
        kept = BankComment(
            owner_id=actor.user_id,
            assessment=assessment,
            criterion=criterion,
            text=words,
            shared=False,
            used=0,
            kept_at=now,
        )
        db.session.add(kept)
        db.session.flush()
    return kept


def use_comment(comment_id: int, *, actor: Actor) -> str:
    """The words of a comment, counted as used once more."""
    comment = queries.usable_comment(actor, comment_id, held=True)
    comment.used += 1
    return comment.text


def change_comment(
    comment_id: int, *, text: str, shared: bool, anywhere: bool, actor: Actor
) -> None:
    """Change the words of one's own comment, who may use it, and where it is offered."""
    queries.hold_person(actor.user_id)
    comment = queries.own_comment(actor, comment_id, held=True)
    words = text.strip()
    if not words:
        raise RuleBroken("Write the comment, or take it away.")
    if anywhere:
        comment.assessment = comment.criterion = None
    same = queries.find_same(actor, words, comment.assessment, comment.criterion)
    if same is not None and same.id != comment.id:
        raise RuleBroken("You keep a comment in these words already.")
    comment.text, comment.shared = words, shared


def drop_comment(comment_id: int, *, actor: Actor) -> None:
    """Take one's own comment away. Feedback in which it was used keeps its words."""
    db.session.delete(queries.own_comment(actor, comment_id, held=True))


def say_to_cohort(
    assessment: Assessment,
    cohort: Cohort,
    *,
    text: str,
    version: int,
    actor: Actor,
    now: datetime,
    draft: bool = False,
) -> CohortFeedback:
    """Keep what a whole cohort reads beside each person's own feedback, once that is released.

    A `draft` is kept as it is typed, and read by nobody but those who write it.
    """
    if not actor.may(Action.RELEASE, cohort_id=cohort.id):
        raise NotFound(queries.NOT_HERE)
    queries.hold_cohort(cohort.id)
    said = queries.find_cohort_feedback(cohort.id, assessment.key)
    if said is None:
        said = CohortFeedback(
            cohort_id=cohort.id, assessment=assessment.key, text="", draft="", version=0
        )
        db.session.add(said)
    elif said.draft == text and (draft or said.text == text.strip()):
        return said
    if said.version != version:
        raise Conflict(STALE.replace("This draft", "This feedback"))
    said.draft, said.version = text, version + 1
    said.saved_by, said.saved_at = actor.user_id, now
    if draft:
        db.session.flush()
        return said
    said.text = said.draft = text.strip()
    record(
        actor=actor,
        act="wrote to a whole cohort about an assessment",
        subject=f"cohort:{cohort.id}",
        now=now,
        detail={"assessment": assessment.key},
    )
    return said
