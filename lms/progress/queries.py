"""What is asked across features: a fixed number of statements, however many people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.actor import Action, Actor
from lms.assessments import queries as assessment_queries
from lms.assessments.rules.deadlines import Dated
from lms.clock import today
from lms.modules import queries as module_queries
from lms.modules.catalogue import Assessment, Programme, catalogue
from lms.modules.rules.standing import UnitStanding, UnitState, here, unit_standing
from lms.people import queries as people_queries
from lms.people.models import Cohort
from lms.progress.rules import Course, Piece, Standing, in_order_of_need, standing


@dataclass(frozen=True)
class Place:
    """A person's place in a programme, as everything here needs it."""

    enrolment_id: int
    name: str
    programme: str
    cohort: Cohort


@dataclass(frozen=True)
class Own:
    """A learner's standing in one programme."""

    enrolment_id: int
    programme: Programme
    units: tuple[UnitStanding, ...]
    pieces: tuple[tuple[Assessment, Piece], ...]
    standing: Standing

    @property
    def paused(self) -> bool:
        """Whether the learner is on a pause."""
        return self.standing.course is Course.PAUSED

    @property
    def here(self) -> UnitStanding | None:
        """The unit to carry on with."""
        return here(self.units)

    @property
    def units_complete(self) -> int:
        """How many units are complete."""
        return sum(unit.state is UnitState.DONE for unit in self.units)

    @property
    def units_open(self) -> int:
        """How many units can be read."""
        return sum(unit.state is not UnitState.OUTLINE for unit in self.units)


def own_standing(actor: Actor, *, now: datetime) -> list[Own]:
    """The actor's own standing, a programme each, the latest place first."""
    mine = [
        Place(place.enrolment_id, actor.name, place.programme, cohort)
        for place in reversed(actor.enrolments)
        for cohort in [people_queries.get_cohort(place.cohort_id)]
    ]
    return _standings(mine, now=now)


def cohort_visible_to(actor: Actor, slug: str) -> Cohort:
    """A cohort whose table the actor may see."""
    return people_queries.cohort_visible_to(
        actor, slug, Action.SEE_COHORT, Action.SEE_COHORT_STATUS
    )


def cohorts_visible_to(actor: Actor) -> Sequence[Cohort]:
    """Every cohort whose table the actor may see."""
    return people_queries.cohorts_visible_to(actor, Action.SEE_COHORT, Action.SEE_COHORT_STATUS)


def scripts_to_mark(actor: Actor) -> int:
    """How many scripts wait for marking where the actor may mark."""
    cohorts = people_queries.cohorts_visible_to(actor, Action.MARK)
    counts = assessment_queries.queue_counts(actor, [cohort.id for cohort in cohorts])
    return sum(count.handed_in - count.finished for count in counts.values())


def requests_to_decide(actor: Actor) -> int:
    """How many requests for more time wait for the actor's answer."""
    return assessment_queries.count_to_decide(actor)


def cohort_table(cohort: Cohort, *, now: datetime) -> list[tuple[str, Own]]:
    """Name and standing of everybody in a cohort, those who may need somebody first."""
    people = [
        Place(row.id, row.user.name, cohort.programme, cohort)
        for row in people_queries.enrolments_in(cohort.id)
    ]
    rows = list(zip([p.name for p in people], _standings(people, now=now), strict=True))
    order = in_order_of_need([(own.standing.course, name) for name, own in rows])
    return [rows[place] for place in order]


def _standings(places: Sequence[Place], *, now: datetime) -> list[Own]:
    """A fixed number of statements for all of them together, then plain arithmetic."""
    ids = [place.enrolment_id for place in places]
    done = module_queries.done_pages(ids)
    passed = module_queries.passed_checks(ids)
    work = assessment_queries.standing(ids)
    moves = assessment_queries.moves_of(ids)
    standings = []
    for place in places:
        programme = catalogue().programme(place.programme)
        read = dict.fromkeys(done[place.enrolment_id], "")
        units = tuple(
            unit_standing(unit, read, passed[place.enrolment_id]) for unit in programme.units
        )
        pieces = tuple(
            (
                assessment,
                _piece(
                    assessment,
                    work.get((place.enrolment_id, assessment.key)),
                    assessment_queries.dated_by(
                        moves[place.enrolment_id], place.cohort, assessment, now
                    ),
                ),
            )
            for module in programme.modules
            for assessment in module.assessments
        )
        stands = standing(
            begun=bool(read),
            units_left=sum(u.state in (UnitState.OPEN, UnitState.BEGUN) for u in units),
            pieces=[piece for _, piece in pieces],
            starts_on=place.cohort.starts_on,
            paused=moves[place.enrolment_id].on_pause,
            today=today(now),
            now=now,
        )
        standings.append(Own(place.enrolment_id, programme, units, pieces, stands))
    return standings


def _piece(
    assessment: Assessment,
    work: assessment_queries.AssessmentStanding | None,
    date: Dated,
) -> Piece:
    return Piece(
        title=assessment.title,
        due_at=date.due,
        draft_kept=bool(work and work.draft_saved_at),
        handed_in=bool(work and work.handed_in_at),
        released=bool(work and work.released_at),
        elsewhere=assessment.record == "vle",
    )
