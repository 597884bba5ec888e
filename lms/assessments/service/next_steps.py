"""A learner notes what to do next time; it is theirs alone."""

from datetime import datetime

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import NextStep
from lms.assessments.rules.asking import text_blocks
from lms.db import db
from lms.errors import RuleBroken
from lms.modules.catalogue import Assessment


def save_next_step(assessment: Assessment, *, text: str, actor: Actor, now: datetime) -> None:
    """Keep it beside the result; nothing written takes it away again."""
    place = queries.place_visible_to(actor, assessment)
    queries.released_visible_to(actor, assessment)
    queries.hold_place(place.id)
    kept = queries.find_next_step(place.id, assessment.key)
    if not text.strip():
        if kept is not None:
            db.session.delete(kept)
        return
    if blocks := text_blocks(text, "your next step"):
        raise RuleBroken(*blocks)
    if kept is None:
        kept = NextStep(enrolment_id=place.id, assessment=assessment.key)
        db.session.add(kept)
    kept.text, kept.saved_at = text, now
    db.session.flush()
