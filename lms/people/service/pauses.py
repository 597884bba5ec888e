"""A pause is taken and ended by the learner, without a reason."""

from datetime import datetime

from lms.actor import Action, Actor, Enrolled, Role
from lms.audit.service import record
from lms.db import db
from lms.errors import NotFound
from lms.messages.service import queue_message
from lms.people import queries
from lms.people.models import Pause

PROGRAMME = "pgcert"


def place_to_pause(actor: Actor) -> Enrolled:
    """The actor's own place that can be paused, or NotFound."""
    place = actor.enrolment_in(PROGRAMME)
    if place is None or not actor.may(Action.PAUSE, cohort_id=place.cohort_id):
        raise NotFound("There is nothing here to take a pause from.")
    return place


def take_pause(*, tell: bool, actor: Actor, now: datetime) -> Pause:
    """Begin a pause; being on one already, nothing changes.

    `tell`: whoever leads the module in the cohort gets an e-mail, with the name and no reason.
    """
    place = place_to_pause(actor)
    queries.hold_place(place.enrolment_id)
    pause = queries.find_pause(place.enrolment_id)
    if pause is None:
        pause = Pause(enrolment_id=place.enrolment_id, began_at=now, ended_at=None)
        db.session.add(pause)
        db.session.flush()
        record(actor=actor, act="took a pause", subject=_subject(place), now=now)
    if tell:
        _tell(pause, place, actor, now)
    return pause


def come_back(*, actor: Actor, now: datetime) -> Pause | None:
    """End the pause; None, and nothing changes, where there is none."""
    place = place_to_pause(actor)
    queries.hold_place(place.enrolment_id)
    pause = queries.find_pause(place.enrolment_id)
    if pause is not None:
        pause.ended_at = max(now, pause.began_at)
        db.session.flush()
        record(actor=actor, act="came back from a pause", subject=_subject(place), now=now)
    return pause


def _subject(place: Enrolled) -> str:
    return f"enrolment:{place.enrolment_id}"


def _tell(pause: Pause, place: Enrolled, actor: Actor, now: datetime) -> None:
    cohort = queries.get_cohort(place.cohort_id)
    for lead in queries.holders_of((Role.MODULE_LEAD,), place.cohort_id):
        if lead.email is None:
            continue
        queue_message(
            to=lead.email,
            subject="Somebody takes a pause",
            body=(
                f"{actor.name} ({cohort.name}) takes a pause, and asked that you are told.\n\n"
                "There is nothing you need to do. No reason was asked for, and none is kept.\n"
            ),
            dedupe_key=f"pause:{pause.id}:{lead.id}",
            now=now,
        )
