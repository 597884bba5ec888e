"""Linking a VLE's course to a cohort: done once, by whoever may."""

from datetime import datetime

from lms.actor import Action, Actor
from lms.audit.service import record
from lms.db import db
from lms.errors import NotAllowed, RuleBroken
from lms.lti.models import Context
from lms.lti.queries import launches as queries
from lms.people.queries import get_cohort


def may_link(actor: Actor) -> bool:
    """Who may link: a module lead or an administrator, whose right holds for every cohort.

    A trainer of one cohort may not: everybody who learns in the course would get a place in it.
    """
    return actor.cohorts_where(Action.LINK_CONTEXT) is None


def link_context(context_id: int, cohort_id: int, *, actor: Actor, now: datetime) -> Context:
    """Link a course to a cohort. Learners get their place at their next launch."""
    if not may_link(actor):
        raise NotAllowed("Linking a course is for module leads and administrators.")
    context = queries.get_context(context_id)
    if context.cohort_id == cohort_id:
        return context
    if context.cohort_id is not None:
        raise RuleBroken("This course was linked before, and a course is linked once.")
    cohort = get_cohort(cohort_id)
    context.cohort_id, context.linked_at, context.linked_by = cohort.id, now, actor.user_id
    record(
        actor=actor,
        act="linked a course to a cohort",
        subject=f"context:{context.id}",
        now=now,
        detail={"cohort": cohort.id},
    )
    db.session.flush()
    return context
