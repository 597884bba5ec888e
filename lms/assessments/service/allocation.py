"""Scripts are given to markers, handed back, kept from some; names stay hidden until asked for."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lms.actor import Action, Actor
from lms.assessments import queries
from lms.assessments.models import (
    Allocation,
    DeclaredInterest,
    NameShown,
    ScriptOpened,
    Submission,
    TopicNotTaken,
)
from lms.assessments.rules.allocating import (
    NOMINAL_BELOW,
    Ending,
    Marker,
    Script,
    Topic,
    giving_blocks,
    reason_blocks,
)
from lms.assessments.service.scripts import is_released, mark_of
from lms.audit.service import record
from lms.clock import today
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.modules.catalogue import Assessment
from lms.people.models import Cohort
from lms.people.queries import enrolments_in

CHANGED = (
    "Somebody began a script, handed one in or moved one after this page was opened, so nothing "
    "was saved. Look at the list again."
)


@dataclass(frozen=True)
class Sharing:
    """The scripts of a cohort that can still be given, and who could have them."""

    scripts: tuple[Script, ...]
    markers: tuple[Marker, ...]

    @property
    def as_it_stands(self) -> str:
        """A hash of what somebody saw before they chose."""
        lines = [f"{s.id} {s.with_marker} {s.begun_by}" for s in self.scripts]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def sharing_of(
    assessment: Assessment, cohort: Cohort, *, actor: Actor, shares: Mapping[int, int] | None = None
) -> Sharing:
    """Everything that sharing out asks: five statements, however many scripts there are."""
    rows = [
        row
        for row in queries.scripts_to_share_out(actor, cohort, assessment.key)
        if not is_released(row)
    ]
    ids = [row.id for row in rows]
    history = queries.allocations(ids)
    topics = queries.topics_of(ids)
    return Sharing(
        tuple(_script(row, history, topics.get(row.id, frozenset())) for row in rows),
        _markers(rows, cohort, history, shares or {}),
    )


def _script(row: Submission, history: Sequence[Allocation], topics: frozenset[Topic]) -> Script:
    mine = [one for one in history if one.submission_id == row.id]
    holds = next((one.marker_id for one in mine if one.ended_at is None), None)
    back = {one.marker_id for one in mine if one.ended is Ending.HANDED_BACK}
    mark = mark_of(row)
    begun = mark.marker_id if mark and mark.marker_id not in back else None
    return Script(row.id, row.code, topics, holds if holds else begun, begun)


def _markers(
    rows: Sequence[Submission],
    cohort: Cohort,
    history: Sequence[Allocation],
    shares: Mapping[int, int],
) -> tuple[Marker, ...]:
    people = queries.markers_of(cohort.id)
    ids = [person.id for person in people]
    not_taken = queries.topics_not_taken(ids)
    script_of = {row.enrolment_id: row.id for row in rows}
    barred: dict[int, set[int]] = {
        row.enrolment.user_id: {row.id} for row in rows if row.enrolment.user_id in ids
    }
    for one in queries.barred(ids, cohort.id):
        if one.enrolment_id in script_of:
            barred.setdefault(one.marker_id, set()).add(script_of[one.enrolment_id])
    for past in history:
        if past.ended is Ending.HANDED_BACK:
            barred.setdefault(past.marker_id, set()).add(past.submission_id)
    return tuple(
        Marker(
            id=person.id,
            name=person.name,
            share=shares.get(person.id, 1),
            not_taken=not_taken.get(person.id, frozenset()),
            barred=frozenset(barred.get(person.id, ())),
        )
        for person in people
    )


def give_scripts(
    assessment: Assessment,
    cohort: Cohort,
    *,
    chosen: Mapping[int, int | None],
    seen: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Give scripts to markers as chosen (script id to marker id, or None); how many moved.

    `seen` is `Sharing.as_it_stands` of the page on which it was chosen.
    """
    rows = queries.scripts_to_share_out(actor, cohort, assessment.key)
    queries.hold_scripts([row.id for row in rows])
    sharing = sharing_of(assessment, cohort, actor=actor)
    if sharing.as_it_stands != seen:
        raise Conflict(CHANGED)
    if blocks := giving_blocks(sharing.scripts, sharing.markers, chosen):
        raise RuleBroken(*blocks)
    live = {one.submission_id: one for one in queries.allocations(list(chosen)) if not one.ended_at}
    moved = 0
    for script in sharing.scripts:
        if script.id not in chosen:
            continue
        before = live.get(script.id)
        if chosen[script.id] == (before.marker_id if before else None):
            continue
        if script.begun_by is not None and before is None:
            continue  # it is with whoever began it, and stays there
        _move(script.id, before, chosen[script.id], actor=actor, now=now)
        moved += 1
    return moved


def _move(
    submission_id: int,
    before: Allocation | None,
    marker_id: int | None,
    *,
    actor: Actor,
    now: datetime,
    how: Ending = Ending.MOVED,
) -> None:
    if before is not None:
        before.ended_at, before.ended = now, how
        db.session.flush()  # before the next one begins: there is one at a time
    if marker_id is not None:
        db.session.add(
            Allocation(
                submission_id=submission_id,
                marker_id=marker_id,
                given_by=actor.user_id,
                given_at=now,
            )
        )
    record(
        actor=actor,
        act="handed a script back" if how is Ending.HANDED_BACK else "gave a script to a marker",
        subject=f"submission:{submission_id}",
        now=now,
        detail={"from": before.marker_id if before else None, "to": marker_id},
    )


def pass_to_taker(submission: Submission, *, actor: Actor, now: datetime) -> None:
    """Somebody took a script over that was given to a colleague: it is theirs now."""
    live = [one for one in queries.allocations([submission.id]) if one.ended_at is None]
    if live and live[0].marker_id != actor.user_id:
        _move(submission.id, live[0], actor.user_id, actor=actor, now=now)


def hand_back(submission_id: int, *, actor: Actor, now: datetime) -> Submission:
    """A marker gives a script back, without saying why; it is never given to them again.

    Pressed twice, it is given back once.
    """
    try:
        submission = queries.held_script(actor, submission_id)
    except (NotFound, Conflict):
        if (done := queries.handed_back_by(actor, submission_id)) is not None:
            return done
        raise
    history = queries.allocations([submission_id])
    if (
        history
        and history[-1].ended is Ending.HANDED_BACK
        and (history[-1].marker_id == actor.user_id)
    ):
        return submission
    mark = mark_of(submission)
    if is_released(submission) or (mark and mark.finished_at):
        raise RuleBroken("This script is finished, so it can no longer be handed back.")
    if mark is not None and mark.marker_id != actor.user_id:
        raise Conflict(f"{queries.marker_name(mark.marker_id)} is marking this script.")
    live = next((one for one in history if one.ended_at is None), None)
    if live is None:
        live = Allocation(
            submission_id=submission_id,
            marker_id=actor.user_id,
            given_by=actor.user_id,
            given_at=now,
        )
        db.session.add(live)
    elif live.marker_id != actor.user_id:
        raise Conflict(f"{queries.marker_name(live.marker_id)} has this script.")
    _move(submission_id, live, None, actor=actor, now=now, how=Ending.HANDED_BACK)
    return submission


def choose_topics(topics: Collection[Topic], *, actor: Actor) -> None:
    """Keep what a marker would rather not read about. It is asked of nobody else, nor logged."""
    queries.hold_person(actor.user_id)
    for row in queries.find_topics_not_taken(actor.user_id):
        db.session.delete(row)
    db.session.flush()
    db.session.add_all(TopicNotTaken(marker_id=actor.user_id, topic=t) for t in sorted(set(topics)))
    db.session.flush()


def declare_interests(
    cohort: Cohort, enrolment_ids: Collection[int], *, marker_id: int, actor: Actor, now: datetime
) -> None:
    """Keep whom a marker knows in a cohort: for oneself, or for a colleague by whoever decides."""
    if not actor.may(Action.MARK, cohort_id=cohort.id) or (
        marker_id != actor.user_id and not queries.decides(actor, cohort.id)
    ):
        raise NotFound(queries.NOT_HERE)
    if marker_id not in {person.id for person in queries.markers_of(cohort.id)}:
        raise NotFound(queries.NOT_HERE)
    queries.hold_person(marker_id)
    wanted = set(enrolment_ids) & {place.id for place in enrolments_in(cohort.id)}
    kept = {
        row.enrolment_id: row
        for row in queries.declared_interests(cohort.id)
        if row.marker_id == marker_id
    }
    for gone in kept.keys() - wanted:
        db.session.delete(kept[gone])
    for new in sorted(wanted - kept.keys()):
        db.session.add(
            DeclaredInterest(
                marker_id=marker_id,
                enrolment_id=new,
                declared_by=actor.user_id,
                declared_at=now,
            )
        )
    if wanted != kept.keys():
        record(
            actor=actor,
            act="said whom a marker knows",
            subject=f"cohort:{cohort.id}",
            now=now,
            detail={"marker": marker_id, "people": len(wanted)},
        )


def is_nominal(cohort: Cohort) -> bool:
    """Whether so few people are in a cohort that hiding names hides little."""
    return queries.people_in(cohort.id) < NOMINAL_BELOW


def show_name(submission_id: int, *, reason: str, actor: Actor, now: datetime) -> Submission:
    """Show somebody who marks a script whose it is. The reason is kept, and its writer is told."""
    submission = queries.held_script(actor, submission_id)
    if blocks := reason_blocks(reason):
        raise RuleBroken(*blocks)
    if queries.seen_before(actor, submission_id, today(now)).name is None:
        db.session.add(
            NameShown(
                submission_id=submission_id,
                shown_to=actor.user_id,
                reason=" ".join(reason.split()),
                shown_at=now,
            )
        )
        record(actor=actor, act="was shown a name", subject=f"submission:{submission_id}", now=now)
    return submission


def note_opening(submission_id: int, *, actor: Actor, now: datetime) -> None:
    """Keep that somebody opened a script today, if they may. The second time changes nothing."""
    if not queries.opens_first(actor, submission_id, today(now)):
        return
    with suppress(IntegrityError), db.session.begin_nested():  # another window may be quicker
        db.session.add(
            ScriptOpened(
                submission_id=submission_id,
                opened_by=actor.user_id,
                day=today(now),
                first_at=now,
            )
        )
