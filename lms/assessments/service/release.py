"""Results of an assessment are released to a cohort: all that are finished, in one transaction."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import ResultRow, Submission
from lms.assessments.rules.ledger import Result, released_data
from lms.assessments.rules.marking import plain
from lms.assessments.rules.releasing import earliest_release, release_blocks
from lms.assessments.service.scripts import (
    append,
    is_corrected,
    is_released,
    piece_of,
    result_of,
    state_of,
)
from lms.audit.service import record
from lms.clock import on_page
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.messages.service import queue_message
from lms.modules.catalogue import Assessment, Regulations
from lms.people.models import Cohort

CHANGED = "Something changed after this list was made, so nothing was released. Look at it again."

SHARED = "Colleagues mark some of these scripts, so whoever leads the module releases the results."


def what_would_be_released(scripts: Sequence[Submission]) -> list[tuple[Submission, Result]]:
    """Each finished script that is not released yet, with its result."""
    waiting = [
        script
        for script in scripts
        if not is_released(script) and script.marks and script.marks[0].finished_at
    ]
    results = [(script, result_of(script)) for script in waiting]
    return [(script, found) for script, found in results if found is not None]


def blocks_of(
    assessment: Assessment,
    cohort: Cohort,
    scripts: Sequence[Submission],
    regulations: Regulations,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[str, ...]:
    """Every reason why this person cannot release these scripts now."""
    hidden = queries.hidden_scripts(actor, cohort, assessment.key)
    if hidden and not queries.decides(actor, cohort.id):
        return (SHARED,)
    states = [state_of(script, assessment, regulations) for script in scripts]
    if blocks := release_blocks(states):
        return blocks
    moment = earliest_release(states, regulations)
    if moment is None or now >= moment:
        return ()
    said = regulations.clause("release-time").text
    return (f"{said} These can be released from {on_page(moment)}.",)


def list_hash(would_be: Sequence[tuple[Submission, Result]]) -> str:
    """What somebody agreed to when they confirmed a list of codes and marks."""
    lines = [f"{script.code} {plain(found.points)}" for script, found in would_be]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def release_results(
    assessment: Assessment, cohort: Cohort, *, agreed: str, actor: Actor, now: datetime
) -> int:
    """Release every finished result of the cohort; how many. Done already, it does nothing twice.

    `agreed` is the `list_hash` of the list that was confirmed.
    """
    regulations = queries.regulations_of(cohort)
    ids = [s.id for s in queries.scripts_to_release(actor, cohort, assessment.key)]
    queries.hold_scripts(ids)
    scripts = queries.scripts_to_release(actor, cohort, assessment.key)
    if scripts and all(is_released(script) for script in scripts):
        return 0
    if blocks := blocks_of(assessment, cohort, scripts, regulations, actor=actor, now=now):
        raise RuleBroken(*blocks)
    would_be = what_would_be_released(scripts)
    if list_hash(would_be) != agreed:
        raise Conflict(CHANGED)
    places = [script.enrolment_id for script, _ in would_be]
    addresses = queries.addresses(places)
    newest = queries.newest_results(places, assessment.key)
    for script, found in would_be:
        again = is_corrected(script)
        _release_one(script, found, newest.get(script.enrolment_id), actor=actor, now=now)
        _tell(script, addresses[script.enrolment_id], assessment, now, again=again)
    return len(would_be)


def _release_one(
    script: Submission, found: Result, before: ResultRow | None, *, actor: Actor, now: datetime
) -> None:
    """A further result is appended, unless a correction left the mark as it was."""
    append(script, "released", released_data(found.points, piece_of(script)), actor=actor, now=now)
    if before is None or _differs(script, found, before):
        db.session.add(
            ResultRow(
                enrolment_id=script.enrolment_id,
                submission_id=script.id,
                assessment=script.assessment,
                sequence=before.sequence + 1 if before else 1,
                points=found.points,
                maximum=found.maximum,
                released_at=now,
                released_by=actor.user_id,
            )
        )
    record(
        actor=actor,
        act="released a result",
        subject=f"submission:{script.id}",
        now=now,
        detail={"points": plain(found.points)},
    )


def _differs(script: Submission, found: Result, before: ResultRow) -> bool:
    same_work = before.submission_id == script.id
    return not same_work or (before.points, before.maximum) != (found.points, found.maximum)


READY = (
    "Your feedback is ready",
    "The feedback on “{title}” is ready to read.",
)
CORRECTED = (
    "Your feedback was looked at again",
    "Your result for “{title}” was looked at again. What changed, and why, is on its page.",
)


def _tell(
    script: Submission, address: str | None, assessment: Assessment, now: datetime, *, again: bool
) -> None:
    """No mark in the mail: it is one click away where feedback can be read first."""
    if address is None:
        return
    subject, first = CORRECTED if again else READY
    times = sum(entry.kind == "released" for entry in script.entries)
    queue_message(
        to=address,
        subject=subject,
        body=(
            f"{first.format(title=assessment.title)}\n\n"
            "Open the assessment as you opened it to hand in. The comments come first; "
            "the mark shows when you ask for it.\n\n"
            "If you would like to talk it over, write to your tutor. "
            "Support lines are on every page.\n"
        ),
        dedupe_key=f"released:{script.id}:{times}",
        now=now,
    )
