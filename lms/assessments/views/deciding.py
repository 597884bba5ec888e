"""For whoever leads a module: requests for more time, and one person's dates and attempts.

One request, and one person, do not exist for anybody else: the queries say so, not a role.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms.more_time import AdjustmentForm, AttemptForm, MoreTimeAnswerForm
from lms.assessments.models import Adjustment
from lms.assessments.rules.attempts import Opening, opening
from lms.assessments.rules.deadlines import Dated
from lms.assessments.rules.more_time import Answer, Decided
from lms.assessments.service import attempts
from lms.assessments.service import more_time as service
from lms.assessments.views.blueprints import assessments
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.modules.catalogue import Assessment, catalogue
from lms.people.models import Enrolment
from lms.regulations import Attempt
from lms.tasks import poke
from lms.web.access import current_actor, requires

LATELY = timedelta(days=60)


def at_its_time(day: date | None, due: datetime) -> datetime | None:
    """A day, at the time of day at which the work is due."""
    if day is None:
        return None
    clock_time = due.astimezone(clock.LONDON).time()
    return datetime.combine(day, clock_time, tzinfo=clock.LONDON).astimezone(due.tzinfo)


@assessments.get("/requests")
@requires(Action.DECIDE_MORE_TIME)
def requests() -> str:
    """The requests that wait, and what was answered lately: never why."""
    return _requests_page()


def _requests_page(refused: Sequence[str] = ()) -> str:
    actor = current_actor()
    return render_template(
        "assessments/requests.html",
        waiting=queries.requests_to_decide(actor),
        decided=queries.lately_decided(actor, clock.now() - LATELY),
        title_of=lambda key: catalogue().assessment(key).title,
        refused=refused,
    )


@assessments.get("/requests/<int:request_id>")
@requires(Action.SIGNED_IN)
def one_request(request_id: int) -> str:
    """One request: what is asked, why, and where its writer stands."""
    return _request_page(request_id)


def _request_page(
    request_id: int, *, form: MoreTimeAnswerForm | None = None, refused: Sequence[str] = ()
) -> str:
    found = service.to_decide(request_id, actor=current_actor(), now=clock.now())
    row, where = found.row, found.where
    rules = queries.terms_of(row.enrolment.cohort.regulations).terms
    return render_template(
        "assessments/request.html",
        row=row,
        where=where,
        most=rules.extensions.most_working_days if rules.extensions else None,
        form=form or MoreTimeAnswerForm(formdata=None, data={"days": row.days}),
        refused=refused,
        open_to_decide=row.settled_at is None,
    )


@assessments.post("/requests/<int:request_id>")
@requires(Action.SIGNED_IN)
def answer_request(request_id: int) -> Response | tuple[str, int]:
    """Answer it. Somebody else having done so, one is told who."""
    form = MoreTimeAnswerForm()
    if not form.validate():
        return _request_page(request_id, form=form), 400
    answer = Answer[form.answer.data]
    actor, now = current_actor(), clock.now()
    try:
        due = service.due_now(request_id, actor=actor, now=now)
        decided = Decided(
            answer=answer,
            days=form.days.data if answer is Answer.DAYS else None,
            until=at_its_time(form.until.data, due)
            if answer in (Answer.DATE, Answer.DEFERRAL)
            else None,
            words=form.words.data or "",
        )
        service.decide_more_time(request_id, decided=decided, actor=actor, now=now)
    except RuleBroken as refusal:
        db.session.rollback()
        return _request_page(request_id, form=form, refused=refusal.reasons), 409
    except Conflict as refusal:
        db.session.rollback()
        return _requests_page((refusal.message,)), 409
    db.session.commit()
    poke("messages")
    flash("Your answer is saved, and the learner gets an e-mail.")
    return redirect(url_for("assessments.requests"), 303)


@dataclass(frozen=True)
class PieceShown:
    """One assessment of one person: the date and why, the attempts, and whether another may be
    opened.
    """

    asked: Assessment
    date: Dated
    history: Sequence[queries.PastAttempt]
    resit: Opening
    deferral: Opening

    @property
    def may_come_back(self) -> bool:
        """Something is handed in of the latest attempt, and no result is released."""
        latest = self.history[-1].handed_in
        return latest is not None and latest.released_at is None

    @property
    def kinds(self) -> tuple[tuple[Attempt, Opening], ...]:
        """What could be opened, and what stands in its way."""
        return (Attempt.RESIT, self.resit), (Attempt.DEFERRED, self.deferral)


@assessments.get("/people/<int:place_id>")
@requires(Action.SIGNED_IN)
def person(place_id: int) -> str:
    """One person's dates, attempts and adjustments."""
    return _person_page(place_id)


def _person_page(
    place_id: int,
    *,
    refused: Sequence[str] = (),
    adjusting: AdjustmentForm | None = None,
) -> str:
    actor, now = current_actor(), clock.now()
    place = queries.place_decided_by(actor, place_id, Action.DECIDE_MORE_TIME)
    adjustment = queries.find_adjustment(place.id)
    return render_template(
        "assessments/person.html",
        place=place,
        pieces=_pieces(place, _assessments_of(place), now),
        adjustment=adjustment,
        adjusting=adjusting or _adjusting(adjustment),
        refused=refused,
        Attempt=Attempt,
    )


def _adjusting(row: Adjustment | None) -> AdjustmentForm:
    if row is None:
        return AdjustmentForm(formdata=None)
    kept = {"extra_days": row.extra_days, "formats": row.formats, "version": row.version}
    return AdjustmentForm(formdata=None, data=kept)


def _assessments_of(place: Enrolment) -> list[Assessment]:
    return [one for one in catalogue().assessments if one.programme == place.cohort.programme]


def _pieces(place: Enrolment, all_asked: Sequence[Assessment], now: datetime) -> list[PieceShown]:
    moves, handed_in = queries.moves_of([place.id])[place.id], queries.handed_in_by(place.id)
    return [_piece(place, asked, now, moves, handed_in) for asked in all_asked]


def _piece(
    place: Enrolment,
    asked: Assessment,
    now: datetime,
    moves: queries.Moves,
    handed_in: Mapping[tuple[str, int], queries.HandedIn],
) -> PieceShown:
    past, dated = attempts.past_of(place, asked, now, moves=moves, handed_in=handed_in)
    terms = queries.terms_of(place.cohort.regulations).terms
    return PieceShown(
        asked,
        dated,
        queries.history_of(moves, handed_in, asked.key),
        opening(Attempt.RESIT, past, terms),
        opening(Attempt.DEFERRED, past, terms),
    )


@assessments.get("/people/<int:place_id>/<assessment>/attempt")
@requires(Action.OPEN_ATTEMPT)
def further_attempt(place_id: int, assessment: str) -> str:
    """What stands in the way of a further attempt, and the form."""
    return _attempt_page(place_id, assessment)


def _attempt_page(
    place_id: int,
    assessment: str,
    *,
    form: AttemptForm | None = None,
    refused: Sequence[str] = (),
) -> str:
    place = queries.place_decided_by(current_actor(), place_id, Action.OPEN_ATTEMPT)
    asked = one_of(place, assessment)
    piece = _pieces(place, [asked], clock.now())[0]
    if form is None:
        form = AttemptForm(formdata=None, data={"seen": piece.date.attempt})
    form.leave_out([kind for kind, found in piece.kinds if found.blocks])
    return render_template(
        "assessments/attempt.html",
        place=place,
        asked=asked,
        piece=piece,
        form=form,
        refused=refused,
    )


def one_of(place: Enrolment, key: str) -> Assessment:
    """An assessment of the place's programme, or NotFound."""
    for asked in _assessments_of(place):
        if asked.key == key:
            return asked
    raise NotFound(queries.NOT_HERE)


@assessments.post("/people/<int:place_id>/<assessment>/attempt")
@requires(Action.OPEN_ATTEMPT)
def open_attempt(place_id: int, assessment: str) -> Response | tuple[str, int]:
    """Open a further attempt."""
    actor, now = current_actor(), clock.now()
    place = queries.place_decided_by(actor, place_id, Action.OPEN_ATTEMPT)
    asked = one_of(place, assessment)
    form = AttemptForm()
    if not form.validate():
        return _attempt_page(place_id, assessment, form=form), 400
    due = queries.deadline_of(place, asked, now).due
    try:
        attempts.open_attempt(
            place_id,
            asked,
            kind=Attempt[form.kind.data],
            due=at_its_time(form.until.data, due),
            looked_up=bool(form.looked_up.data),
            seen=form.seen.data or 0,
            actor=actor,
            now=now,
        )
    except (RuleBroken, Conflict) as refusal:
        db.session.rollback()
        reasons = refusal.reasons if isinstance(refusal, RuleBroken) else (refusal.message,)
        return _attempt_page(place_id, assessment, form=form, refused=reasons), 409
    db.session.commit()
    poke("messages")
    flash("The attempt is open, and the learner gets an e-mail.")
    return redirect(url_for("assessments.person", place_id=place_id), 303)


@assessments.post("/people/<int:place_id>/adjustment")
@requires(Action.DECIDE_MORE_TIME)
def adjust(place_id: int) -> Response | tuple[str, int]:
    """Set what holds for a person in every piece of work."""
    form = AdjustmentForm()
    if not form.validate():
        return _person_page(place_id, adjusting=form), 400
    try:
        attempts.adjust(
            place_id,
            extra_days=form.extra_days.data or 0,
            formats=(form.formats.data or "").strip(),
            version=form.version.data or 0,
            actor=current_actor(),
            now=clock.now(),
        )
    except (RuleBroken, Conflict) as refusal:
        db.session.rollback()
        reasons = refusal.reasons if isinstance(refusal, RuleBroken) else (refusal.message,)
        return _person_page(place_id, adjusting=form, refused=reasons), 409
    db.session.commit()
    flash("Saved. It holds for every piece of work from now on.")
    return redirect(url_for("assessments.person", place_id=place_id), 303)
