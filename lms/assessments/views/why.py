"""How a script's mark is made, for staff, in the words that its writer reads; and what a person
decides about it: penalties, silent rules, a correction.
"""

from decimal import Decimal, InvalidOperation

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms import CorrectForm, PenaltyForm, SettleForm
from lms.assessments.rules.ledger import corrections
from lms.assessments.service import corrections as service
from lms.assessments.service.scripts import (
    decisions_of,
    entries_of,
    is_corrected,
    is_released,
    mark_of,
    piece_of,
    reckoning_of,
    regulations_of_mark,
)
from lms.assessments.views.blueprints import marking
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.modules.catalogue import catalogue
from lms.regulations import StepKind
from lms.web.access import current_actor, requires

PENALTY_NAMES = {StepKind.LATE: "date", StepKind.WORDS: "length"}


@marking.get("/scripts/<int:submission_id>/result")
@requires(Action.READ_ANY_PROGRAMME)
def why(submission_id: int) -> str:
    """The steps of a script's mark, and what is to be decided."""
    return _page(submission_id)


def _page(submission_id: int, *, refused: tuple[str, ...] = (), typed: str = "") -> str:
    actor = current_actor()
    script = queries.script_for_marks(actor, submission_id)
    cohort = script.enrolment.cohort
    mark = mark_of(script)
    reckoning = reckoning_of(script)
    released = is_released(script)
    decides = (
        actor.may(Action.RELEASE, cohort_id=cohort.id)
        and not released
        and bool(mark and mark.finished_at)
        and queries.may_mark(actor, submission_id)
    )
    piece = piece_of(script)
    return render_template(
        "marking/why.html",
        script=script,
        asked=catalogue().assessment(script.assessment),
        cohort=cohort,
        found=reckoning.result,
        questions=reckoning.questions,
        sum=reckoning.sum,
        comments={key: one.comment for key, one in decisions_of(mark).items()},
        regulations=regulations_of_mark(script),
        released=released,
        being_corrected=is_corrected(script),
        corrected=corrections(entries_of(script)),
        decides=decides,
        met={kind: piece.met(kind) for kind in PENALTY_NAMES},
        names=PENALTY_NAMES,
        may_correct=released
        and actor.may(Action.CORRECT, cohort_id=cohort.id)
        and queries.may_mark(actor, submission_id),
        may_mark=actor.may(Action.MARK, cohort_id=cohort.id),
        refused=refused,
        typed=typed,
    )


def _refused(submission_id: int, refusal: RuleBroken | Conflict, typed: str) -> tuple[str, int]:
    db.session.rollback()
    reasons = refusal.reasons if isinstance(refusal, RuleBroken) else (refusal.message,)
    return _page(submission_id, refused=reasons, typed=typed), 409


def _here(submission_id: int) -> Response:
    db.session.commit()
    return redirect(url_for("marking.why", submission_id=submission_id), 303)


@marking.post("/scripts/<int:submission_id>/penalty")
@requires(Action.RELEASE)
def penalty(submission_id: int) -> Response | tuple[str, int]:
    """Confirm a penalty, or excuse the work from it."""
    form = PenaltyForm()
    reason = form.reason.data or ""
    kinds = {kind.value: kind for kind in PENALTY_NAMES}
    try:
        if form.step.data not in kinds or form.act.data not in ("confirm", "excuse"):
            raise RuleBroken("Choose whether the penalty holds or the work is excused from it.")
        service.decide_penalty(
            submission_id,
            kinds[form.step.data],
            holds=form.act.data == "confirm",
            reason=reason,
            seen=form.seen.data or "",
            actor=current_actor(),
            now=clock.now(),
        )
    except (RuleBroken, Conflict) as refusal:
        return _refused(submission_id, refusal, reason)
    flash("It is decided, and stands among the steps.")
    return _here(submission_id)


@marking.post("/scripts/<int:submission_id>/settle")
@requires(Action.RELEASE)
def settle(submission_id: int) -> Response | tuple[str, int]:
    """Give the mark where the regulations do not say."""
    form = SettleForm()
    reason = form.reason.data or ""
    try:
        service.settle_mark(
            submission_id,
            points=_whole(form.points.data or ""),
            reason=reason,
            actor=current_actor(),
            now=clock.now(),
        )
    except (RuleBroken, Conflict) as refusal:
        return _refused(submission_id, refusal, reason)
    flash("The mark is given, and the reason stands beside it.")
    return _here(submission_id)


def _whole(typed: str) -> Decimal:
    try:
        points = Decimal(typed)
    except InvalidOperation:
        points = Decimal("0.5")
    if not points.is_finite() or points != points.to_integral_value():
        raise RuleBroken("Write the mark as a whole number, such as 55.")
    return points


@marking.post("/scripts/<int:submission_id>/correct")
@requires(Action.CORRECT)
def correct(submission_id: int) -> Response | tuple[str, int]:
    """Open a released script again."""
    reason = CorrectForm().reason.data or ""
    try:
        service.begin_correction(
            submission_id, reason=reason, actor=current_actor(), now=clock.now()
        )
    except (RuleBroken, Conflict) as refusal:
        return _refused(submission_id, refusal, reason)
    flash("The script is open again. Its writer goes on seeing what was released.")
    return _here(submission_id)
