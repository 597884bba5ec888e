"""Results in the demo: one late, one over length, one corrected after release, one asked about.

All in Cohort 2's first piece of work, whose regulations take something off.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import Submission
from lms.assessments.rules.marking import Decision
from lms.assessments.service import corrections, mark_queries, marks, next_steps, release
from lms.assessments.service.scripts import decisions_of, mark_of, piece_of, reckoning_of
from lms.modules.catalogue import Assessment, catalogue
from lms.people.models import Cohort
from lms.people.queries import find_cohort
from lms.regulations import StepKind, release_moment

COHORT, PIECE = "cohort-2", "m1-meeting"
LATE, LONG, CORRECTED, ASKS = "p-idris", "p-chidi", "p-elin", "p-rafael"
FILLER = "Here the script goes on longer than was asked, to show what the rules make of that. "
REASON = "The mark on one criterion was put down wrongly: the comment beside it describes more."
QUESTION = "The comment on the ending says that it is dated. Was that counted?"
STEP = "Write down sooner who decides what, and show it to Amara before the meeting."


def when(slug: str, assessment: Assessment, subject: str, due: datetime) -> datetime:
    """When somebody of the demo handed in."""
    late = (slug, assessment.key, subject) == (COHORT, PIECE, LATE)
    return due + timedelta(days=1, hours=2) if late else due - timedelta(days=5)


def more_words(slug: str, assessment: Assessment, subject: str) -> tuple[str, ...]:
    """What somebody wrote beyond the others."""
    if (slug, assessment.key, subject) != (COHORT, PIECE, LONG):
        return ()
    return (FILLER * (assessment.words * 115 // 100 // len(FILLER.split())),)


def release_all(trainer: Actor, cohort: Cohort, assessment: Assessment, at: datetime) -> None:
    """Decide what is open about lengths, then release at the first moment that the rules allow."""
    scripts = queries.scripts_visible_to(trainer, cohort, assessment.key)
    for script in scripts:
        if reckoning_of(script).questions:
            _confirm_length(script, trainer, at)
    rules = queries.regulations_of(cohort)
    moment = release_moment(rules.terms, at, rules.calendar)
    _release(trainer, cohort, assessment, moment)


def _confirm_length(script: Submission, trainer: Actor, at: datetime) -> None:
    corrections.decide_penalty(
        script.id,
        StepKind.WORDS,
        holds=True,
        reason="Counted again without the references: it is as long as it says.",
        seen=piece_of(script).met(StepKind.WORDS),
        actor=trainer,
        now=at,
    )


def _release(who: Actor, cohort: Cohort, assessment: Assessment, at: datetime) -> None:
    scripts = queries.scripts_to_release(who, cohort, assessment.key)
    agreed = release.list_hash(release.what_would_be_released(scripts))
    release.release_results(assessment, cohort, agreed=agreed, actor=who, now=at)


def follow(actors: dict[str, Actor], *, now: datetime) -> None:
    """A correction, a question and a next step, after the release."""
    cohort, assessment = find_cohort(COHORT), catalogue().assessment(PIECE)
    if cohort is None:
        return
    lead, trainer = actors["t-rowan"], actors["t-imogen"]
    rules = queries.regulations_of(cohort)
    script = _script_of(actors[CORRECTED], lead, assessment)
    began = _released_at(actors[CORRECTED], assessment) + timedelta(days=7)
    corrections.begin_correction(script.id, reason=REASON, actor=lead, now=began)
    _raise_one(script.id, trainer, began + timedelta(days=1))
    moment = release_moment(rules.terms, began + timedelta(days=1), rules.calendar)
    _release(lead, cohort, assessment, moment)
    next_steps.save_next_step(assessment, text=STEP, actor=actors[ASKS], now=now)
    mark_queries.ask_about_mark(
        assessment,
        text=QUESTION,
        actor=actors[ASKS],
        now=_released_at(actors[ASKS], assessment) + timedelta(days=2),
    )


def _released_at(owner: Actor, assessment: Assessment) -> datetime:
    return queries.released_visible_to(owner, assessment)[1].released_at


def _script_of(owner: Actor, reader: Actor, assessment: Assessment) -> Submission:
    mine = queries.released_visible_to(owner, assessment)[0]
    return queries.script_visible_to(reader, mine.id)


def _raise_one(script_id: int, trainer: Actor, at: datetime) -> None:
    """The marker gives one criterion what its comment says, and finishes the script again."""
    script = queries.script_visible_to(trainer, script_id)
    mark = mark_of(script)
    if mark is None:
        return
    decisions = decisions_of(mark)
    first = next(iter(decisions))
    decisions[first] = Decision("distinction", Decimal(74), decisions[first].comment)
    marks.save_mark(
        script_id,
        decisions=decisions,
        comment=mark.comment,
        version=mark.version,
        actor=trainer,
        now=at,
    )
    marks.finish_script(script_id, actor=trainer, now=at)
