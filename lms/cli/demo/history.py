"""What the demo's people did before anybody tries it: enough that every table has something to say.

Done through the same use cases as real acts, on days in the past. E-mails about it are not sent.
"""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from lms.actor import Actor
from lms.assessments import queries as assessment_queries
from lms.assessments.rules.dates import deadline
from lms.assessments.rules.marking import Decision
from lms.assessments.service import drafts, handing_in, marks
from lms.cli.demo import cast, dates, outcomes
from lms.messages import queries as message_queries
from lms.modules import service as modules
from lms.modules.catalogue import Assessment, Unit, catalogue
from lms.people import queries

UNIT, PLAN = "m1/u1", "m1-plan"
PROGRAMME = "pgcert"
PAGES_READ = {"p-tomos": 9, "p-aroha": 4, "p-kwame": 2, "p-lucia": 9, "p-yusuf": 1}
HANDED_IN_EARLY, SOME = 2, 5  # cohort 2: how many pieces; how many people in the later of them
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
OVERALL = "Clear, and fair to everyone in it. Next: test one sentence of this on one scene."


def play(people: dict[str, int], *, now: datetime) -> None:
    """Play the past; `people` are user ids by subject."""
    taken_here = _taken_here()
    for course in ("cohort-1", "cohort-2"):
        for subject in cast.LEARNERS[course]:
            _read(_actor(people[subject]), 99, _day(course) + timedelta(weeks=2))
    trainer = _actor(people["t-imogen"])
    for assessment in taken_here:
        _round(people, trainer, "cohort-1", assessment, now=now)
    *earlier, last = taken_here[:HANDED_IN_EARLY]
    for assessment in earlier:
        _round(people, trainer, "cohort-2", assessment, now=now)
    _round(people, trainer, "cohort-2", last, now=now, some=SOME)
    outcomes.follow({subject: _actor(user_id) for subject, user_id in people.items()}, now=now)
    _cohort_three(people, catalogue().assessment(PLAN), now)
    dates.play(people, catalogue().assessment(PLAN), taken_here[0], now=now)
    _send_nothing(now)


def _taken_here() -> list[Assessment]:
    """Every assessment of the programme that is handed in here, the first due first."""
    here = [
        assessment
        for assessment in catalogue().assessments
        if assessment.programme == PROGRAMME and assessment.record == "here"
    ]
    return sorted(here, key=lambda one: (one.due.weeks, one.due.weekday, one.due.at))


def _round(
    people: dict[str, int],
    trainer: Actor,
    slug: str,
    assessment: Assessment,
    *,
    now: datetime,
    some: int | None = None,
) -> None:
    """A cohort hands in, is marked and gets its results; or `some` do, and half are marked."""
    due = min(deadline(_day(slug).date(), assessment.due), now - timedelta(days=9))
    for subject in list(cast.LEARNERS[slug])[:some]:
        at = outcomes.when(slug, assessment, subject, due)
        more = outcomes.more_words(slug, assessment, subject)
        _hand_in(_actor(people[subject]), assessment, at, more, final=True)
    at = due + timedelta(days=7) if some is None else now - timedelta(days=2)
    not_yet = people[dates.TAKEN_AGAIN] if assessment == _taken_here()[0] else None
    _mark(trainer, slug, assessment, at, everything=some is None, not_yet=not_yet)


def _cohort_three(people: dict[str, int], assessment: Assessment, now: datetime) -> None:
    for subject, pages in PAGES_READ.items():
        _read(_actor(people[subject]), pages, now - timedelta(days=9))
    _hand_in(_actor(people["p-tomos"]), assessment, now - timedelta(days=3), final=True)
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


def _words_of(assessment: Assessment) -> tuple[str, ...]:
    """A short script: the plan is written out; any other has a line on each of its criteria."""
    if assessment.key == PLAN:
        return WORDS
    lines = (
        f"{criterion.title}. Here a real script argues for what its writer did, and against it."
        for criterion in assessment.criteria
    )
    return (WORDS[0], *lines)


def _hand_in(
    actor: Actor,
    assessment: Assessment,
    at: datetime,
    more: tuple[str, ...] = (),
    *,
    final: bool = False,
) -> None:
    draft = drafts.save_draft(
        assessment,
        text="\n\n".join((*_words_of(assessment), *more)),
        version=0,
        actor=actor,
        now=at - timedelta(hours=1),
    )
    handing_in.hand_in(
        assessment,
        shown=handing_in.fingerprint_of(draft),
        declared=handing_in.declaration_now(assessment, at).number,
        actor=actor,
        now=at,
        final=final,
    )


def _mark(
    trainer: Actor,
    slug: str,
    assessment: Assessment,
    at: datetime,
    *,
    everything: bool,
    not_yet: int | None,
) -> None:
    """Mark every script of a cohort and release, or only half of them."""
    cohort = queries.find_cohort(slug)
    if cohort is None:
        raise LookupError(slug)
    scripts = list(assessment_queries.scripts_visible_to(trainer, cohort, assessment.key))
    for number, script in enumerate(scripts if everything else scripts[: len(scripts) // 2]):
        points = Decimal(54 + 5 * ((number + assessment.due.weeks) % 4))
        band = "merit" if points >= 60 else "pass"
        if script.enrolment.user_id == not_yet:
            points, band = Decimal(44), "not-yet"
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
        outcomes.release_all(trainer, cohort, assessment, at)


def _send_nothing(now: datetime) -> None:
    while message := message_queries.next_due(now):
        message.sent_at, message.body = now, ""
