"""What the demo's people did before anybody tries it: enough that every table has something to say.

Done through the same use cases as real acts, on days in the past. E-mails about it are not sent.
"""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from lms.actor import Actor
from lms.assessments import queries as assessment_queries
from lms.assessments.rules.marking import Decision
from lms.assessments.service import drafts, handing_in, marks, release
from lms.cli.demo import cast
from lms.messages import queries as message_queries
from lms.modules import service as modules
from lms.modules.catalogue import Assessment, Unit, catalogue
from lms.people import queries

UNIT, ASSESSMENT = "m1/u1", "m1-plan"
PAGES_READ = {"p-tomos": 9, "p-aroha": 4, "p-kwame": 2, "p-lucia": 9, "p-yusuf": 1}
ROUNDS = {"cohort-1": 8, "cohort-2": 5}  # how many of each handed in
WORDS = (
    "This script is invented for the demonstration; no person or service in it exists. ",
    (
        "The plan begins with what Amara, who is invented, says she wants: to keep her home near "
        "Tilly’s school, and to be asked before anybody speaks about her. "
    ),
    (
        "I set out two ways forward and what each would cost her, and I write down where I do not "
        "know the law well enough to say more. "
    ),
    (
        "My employer is paid for the housing that Amara might leave. The safeguard I propose: that "
        "the Hub, and not my manager, hears of any disagreement about the move. "
    ),
    "The ending is dated at the first meeting, with a way back that does not pass through me. ",
)
COMMENT = "You keep to what the person wants. Say more exactly what you would do on the next day."
OVERALL = "A plan that a person could read about herself. Next: test the safeguard on one scene."


def play(people: dict[str, int], *, now: datetime) -> None:
    """Play the past; `people` are user ids by subject."""
    assessment = catalogue().assessment(ASSESSMENT)
    for course, handed_in in ROUNDS.items():
        started = _day(course)
        subjects = list(cast.LEARNERS[course])
        for subject in subjects:
            _read(_actor(people[subject]), 99, started + timedelta(weeks=2))
        for subject in subjects[:handed_in]:
            _hand_in(_actor(people[subject]), assessment, started + timedelta(weeks=31))
    trainer = _actor(people["t-imogen"])
    _mark(trainer, "cohort-1", assessment, _day("cohort-1") + timedelta(weeks=34), everything=True)
    _mark(trainer, "cohort-2", assessment, now - timedelta(days=2), everything=False)
    _cohort_three(people, assessment, now)
    _send_nothing(now)


def _cohort_three(people: dict[str, int], assessment: Assessment, now: datetime) -> None:
    for subject, pages in PAGES_READ.items():
        _read(_actor(people[subject]), pages, now - timedelta(days=9))
    _hand_in(_actor(people["p-tomos"]), assessment, now - timedelta(days=3))
    drafts.save_draft(
        assessment,
        text="".join(WORDS[:2]),
        version=0,
        actor=_actor(people["p-aroha"]),
        now=now - timedelta(days=1),
    )


def _actor(user_id: int) -> Actor:
    return queries.actor_for(queries.get_user(user_id))


def _day(slug: str) -> datetime:
    cohort = queries.find_cohort(slug)
    if cohort is None:
        raise LookupError(slug)
    return datetime.combine(cohort.starts_on, time(10), UTC)


def _read(actor: Actor, pages: int, at: datetime) -> None:
    unit: Unit = catalogue().unit(UNIT)
    for number, page in enumerate(unit.pages[:pages]):
        modules.mark_done(page.key, actor=actor, now=at + timedelta(minutes=20 * number))


def _hand_in(actor: Actor, assessment: Assessment, at: datetime) -> None:
    draft = drafts.save_draft(
        assessment, text="\n\n".join(WORDS), version=0, actor=actor, now=at - timedelta(hours=1)
    )
    handing_in.hand_in(
        assessment,
        shown=handing_in.fingerprint_of(draft),
        declared=handing_in.declaration_now(assessment, at).number,
        actor=actor,
        now=at,
    )


def _mark(
    trainer: Actor, slug: str, assessment: Assessment, at: datetime, *, everything: bool
) -> None:
    """Mark every script of a cohort and release, or only half of them."""
    cohort = queries.find_cohort(slug)
    if cohort is None:
        raise LookupError(slug)
    scripts = list(assessment_queries.scripts_visible_to(trainer, cohort, assessment.key))
    for number, script in enumerate(scripts if everything else scripts[: len(scripts) // 2]):
        points = Decimal(54 + 5 * (number % 4))
        band = "merit" if points >= 60 else "pass"
        decision = Decision(band=band, points=points, comment=COMMENT)
        marks.save_mark(
            script.id,
            decisions={criterion.id: decision for criterion in assessment.criteria},
            comment=OVERALL,
            version=0,
            actor=trainer,
            now=at,
        )
        marks.finish_script(script.id, actor=trainer, now=at)
    if everything:
        scripts = list(assessment_queries.scripts_visible_to(trainer, cohort, assessment.key))
        would_be = release.what_would_be_released(scripts)
        agreed = release.list_hash(would_be)
        release.release_results(assessment, cohort, agreed=agreed, actor=trainer, now=at)


def _send_nothing(now: datetime) -> None:
    while message := message_queries.next_due(now):
        message.sent_at, message.body = now, ""
