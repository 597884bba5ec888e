"""The marker's desk: the queues, one queue, and one script beside its rubric."""

from collections.abc import Sequence

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms import MarkForm, mark_form
from lms.assessments.models import Mark, Submission
from lms.assessments.rules.marking import Decision, band_ranges, decided
from lms.assessments.rules.turnaround import first_due, marks_by
from lms.assessments.service import allocation, bank, marks
from lms.assessments.service.mark_queries import waiting_for
from lms.assessments.service.release import blocks_of
from lms.assessments.service.scripts import (
    correction_of,
    decisions_of,
    is_released,
    mark_of,
    missing,
    pins_of,
)
from lms.assessments.views.blueprints import marking
from lms.assessments.views.moved import say_moved
from lms.assessments.views.opening import keep_opening
from lms.assessments.views.passages import files_of, passages_of
from lms.assessments.views.shown import SoFar, queue_rows, so_far
from lms.db import db
from lms.errors import LmsError, NotFound, RuleBroken
from lms.modules.catalogue import Assessment, Criterion, Regulations, catalogue
from lms.people import queries as people
from lms.web.access import current_actor, requires
from lms.web.doors import QUEUE, doors
from lms.web.errors import wants_json

NO_PAGE = "Write the number of the page that your comment is on."


@marking.get("/")
@requires(Action.MARK)
def queues() -> str:
    """Every assessment that is handed in here, of every cohort the actor may mark, with counts.

    What waits for somebody comes first; what is released is folded away.
    """
    actor = current_actor()
    cohorts = people.cohorts_visible_to(actor, Action.MARK)
    counts = queries.queue_counts(actor, [cohort.id for cohort in cohorts])
    rows = [
        (cohort, asked, counts.get((cohort.id, asked.key), queries.QueueCounts()))
        for cohort in cohorts
        for asked in catalogue().assessments
        if asked.programme == cohort.programme and asked.record == "here"
    ]
    return render_template(
        "marking/queues.html",
        waiting=[row for row in rows if row[2].waiting],
        released=[row for row in rows if row[2].handed_in and not row[2].waiting],
        still_to_come=[row for row in rows if not row[2].handed_in],
        questions=waiting_for(actor),
        answers=actor.may(Action.CORRECT),
        sees_marks=actor.may(Action.SEE_MARKS),
    )


@marking.get("/<assessment>")
@requires(Action.MARK)
def queue(assessment: str) -> Response | str:
    """The scripts of one cohort, by code; without `?cohort=` the only one, or all the queues."""
    actor = current_actor()
    asked = catalogue().assessment(assessment)
    if "cohort" not in request.args:
        return _choose_cohort(asked)
    cohort = people.cohort_visible_to(actor, request.args["cohort"], Action.MARK)
    regulations = queries.regulations_of(cohort)
    scripts = queries.scripts_visible_to(actor, cohort, asked.key)
    return render_template(
        "marking/queue.html",
        asked=asked,
        cohort=cohort,
        rows=queue_rows(scripts, asked, regulations, queries.holders([s.id for s in scripts])),
        blocks=blocks_of(asked, cohort, scripts, regulations, actor=actor, now=clock.now()),
        by=first_due(
            [
                marks_by(s.due_at, s.handed_in_at, regulations, clock.today(clock.now()))
                for s in scripts
                if not is_released(s)
            ]
        ),
        not_final=queries.count_not_final(actor, cohort, asked.key),
        sees_marks=actor.may(Action.SEE_MARKS, cohort_id=cohort.id),
        nominal=allocation.is_nominal(cohort),
        decides=queries.decides(actor, cohort.id),
        sees_record=actor.may(Action.SEE_RECORD, cohort_id=cohort.id),
        may_release=actor.may(Action.RELEASE, cohort_id=cohort.id),
        released=sum(is_released(script) for script in scripts),
        doors=doors(QUEUE, actor, assessment=asked.key, cohort=cohort.slug),
    )


def _choose_cohort(asked: Assessment) -> Response:
    cohorts = [
        cohort
        for cohort in people.cohorts_visible_to(current_actor(), Action.MARK)
        if cohort.programme == asked.programme
    ]
    if len(cohorts) == 1:
        return redirect(url_for("marking.queue", assessment=asked.key, cohort=cohorts[0].slug))
    return redirect(url_for("marking.queues"))


@marking.get("/scripts/<int:submission_id>")
@requires(Action.MARK)
def script(submission_id: int) -> str:
    """One script, by its code, beside the rubric. That it was opened is kept, for its writer."""
    name = keep_opening(submission_id)
    return _page(queries.script_visible_to(current_actor(), submission_id), name=name)


def _page(
    submission: Submission,
    *,
    form: MarkForm | None = None,
    theirs: Mark | None = None,
    refused: Sequence[str] = (),
    name: str | None = None,
) -> str:
    actor = current_actor()
    cohort = submission.enrolment.cohort
    asked = catalogue().assessment(submission.assessment)
    regulations = queries.regulations_of(cohort)
    mark = mark_of(submission)
    others = mark is not None and mark.marker_id != actor.user_id
    open_to_change = not (others or is_released(submission) or (mark and mark.finished_at))
    form = form or _form_of(asked, regulations, mark, sent=False)
    queue = queries.neighbours_of(actor, submission)
    pins = form.pins() if form.sent else pins_of(mark)
    return render_template(
        "marking/script.html",
        submission=submission,
        check=submission.check,
        asked=asked,
        cohort=cohort,
        mark=mark,
        form=form,
        ranges=tuple(reversed(band_ranges(regulations))),
        decisions=decisions_of(mark),
        so_far=so_far(asked, decisions_of(mark), regulations),
        passages=passages_of(submission, pins),
        files=files_of(submission, pins),
        unplaced=form.unplaced() if form.sent else [],
        bank=_bank_of(asked) if open_to_change else {},
        left=missing(submission, asked, regulations),
        opened=_first_open(asked, mark, form, regulations),
        released=is_released(submission),
        correction=correction_of(submission),
        other_marker=queries.marker_name(mark.marker_id) if mark and others else None,
        open_to_change=open_to_change,
        queue=queue,
        theirs=theirs,
        refused=refused,
        shown_name=name,
        sees_record=actor.may(Action.SEE_RECORD, cohort_id=cohort.id),
        unsaved=form.in_one_text() if refused and not open_to_change else "",
    )


def _bank_of(asked: Assessment) -> dict[str, list[queries.Kept]]:
    """The kept comments that suit each criterion; those for any suit all."""
    kept = queries.bank_of(current_actor(), asked.key)
    return {
        criterion.id: [one for one in kept if one.comment.criterion in (None, criterion.id)]
        for criterion in asked.criteria
    }


def _first_open(
    asked: Assessment, mark: Mark | None, form: MarkForm, regulations: Regulations
) -> str:
    """The criterion to open: one with something to correct, else the first that is not decided."""
    wrong = [c.id for c in asked.criteria if any(k.startswith(f"{c.id}-") for k in form.errors)]
    kept = decisions_of(mark)
    undecided = [
        c.id for c in asked.criteria if not decided(kept.get(c.id, Decision()), c, regulations)
    ]
    return (wrong + undecided + [""])[0]


def _form_of(
    asked: Assessment, regulations: Regulations, mark: Mark | None, *, sent: bool
) -> MarkForm:
    return mark_form(
        asked.criteria,
        band_ranges(regulations),
        decisions_of(mark),
        comment=mark.comment if mark else "",
        version=mark.version if mark else 0,
        sent=sent,
    )


@marking.post("/scripts/<int:submission_id>")
@requires(Action.MARK)
def save(submission_id: int) -> Response | tuple[str, int]:
    """Keep what is decided so far: as it is typed (JSON), or by a button, which may also finish."""
    try:
        submission = queries.script_visible_to(current_actor(), submission_id)
    except NotFound:
        return say_moved()
    asked = catalogue().assessment(submission.assessment)
    regulations = queries.regulations_of(submission.enrolment.cohort)
    form = _form_of(asked, regulations, mark_of(submission), sent=True)
    if not form.validate() or form.unplaced():
        return _say_invalid(submission, form)
    act, _, rest = request.form.get("act", "").partition("-")
    try:
        if act == "put":
            _put(form, asked, rest)
        mark = marks.save_mark(
            submission_id,
            decisions=form.decisions(),
            comment=form.comment.data or "",
            version=form.version.data or 0,
            actor=current_actor(),
            now=clock.now(),
            pins=form.pins(),
        )
        if act == "keep":
            _keep(form, asked, rest)
    except LmsError as refusal:
        db.session.rollback()
        return _not_saved(submission_id, form, refusal)
    if wants_json():
        return _say_saved(mark, so_far(asked, decisions_of(mark), regulations))
    db.session.commit()
    if act == "finish":
        return _finish(submission_id)
    anchor = f"criterion-{rest.partition('-')[0]}" if act in ("put", "keep") else None
    return redirect(url_for("marking.script", submission_id=submission_id, _anchor=anchor), 303)


def _put(form: MarkForm, asked: Assessment, what: str) -> None:
    """Put a kept comment (`<comment>-<criterion>`) after what is written for a criterion."""
    number, _, criterion_id = what.partition("-")
    field = form.part(_criterion(asked, criterion_id), "why")
    words = bank.use_comment(int(number) if number.isdecimal() else 0, actor=current_actor())
    field.data = "\n\n".join(part for part in (field.data, words) if part)


def _keep(form: MarkForm, asked: Assessment, criterion_id: str) -> None:
    bank.keep_comment(
        form.part(_criterion(asked, criterion_id), "why").data or "",
        assessment=asked.key,
        criterion=criterion_id,
        actor=current_actor(),
        now=clock.now(),
    )
    flash("Kept among your comments, to use again.")


def _criterion(asked: Assessment, criterion_id: str) -> Criterion:
    for criterion in asked.criteria:
        if criterion.id == criterion_id:
            return criterion
    raise NotFound(queries.NOT_HERE)


def _say_saved(mark: Mark, decided: SoFar) -> Response:
    answer = jsonify(
        saved_at=clock.clock_time(mark.saved_at), version=mark.version, live=decided.live()
    )
    db.session.commit()
    return answer


def _say_invalid(submission: Submission, form: MarkForm) -> Response | tuple[str, int]:
    first = next(iter(form.errors.values()))[0] if form.errors else NO_PAGE
    if wants_json():
        return make_response(jsonify(message=str(first)), 400)
    return _page(submission, form=form, refused=() if form.errors else (NO_PAGE,)), 400


def _not_saved(submission_id: int, form: MarkForm, refusal: LmsError) -> Response | tuple[str, int]:
    reasons = refusal.reasons if isinstance(refusal, RuleBroken) else (refusal.message,)
    try:
        submission = queries.script_visible_to(current_actor(), submission_id)
    except NotFound:
        return say_moved()
    if wants_json():
        return make_response(jsonify(message=" ".join(reasons)), 409)
    theirs = mark_of(submission)
    form.write_over(theirs.version if theirs else 0)
    return _page(submission, form=form, theirs=theirs, refused=reasons), 409


def _finish(submission_id: int) -> Response | tuple[str, int]:
    try:
        submission = marks.finish_script(submission_id, actor=current_actor(), now=clock.now())
    except RuleBroken as refusal:
        db.session.rollback()
        submission = queries.script_visible_to(current_actor(), submission_id)
        return _page(submission, refused=refusal.reasons), 409
    flash(f"Script {submission.code} is finished.")
    target = url_for(
        "marking.queue", assessment=submission.assessment, cohort=submission.enrolment.cohort.slug
    )
    db.session.commit()
    return redirect(target, 303)


@marking.post("/scripts/<int:submission_id>/reopen")
@requires(Action.MARK)
def reopen(submission_id: int) -> Response:
    """Take a finished script up again."""
    marks.reopen_script(submission_id, actor=current_actor(), now=clock.now())
    db.session.commit()
    return redirect(url_for("marking.script", submission_id=submission_id), 303)


@marking.post("/scripts/<int:submission_id>/take-over")
@requires(Action.MARK)
def take_over(submission_id: int) -> Response:
    """Go on with a script that a colleague began."""
    marks.take_over_script(submission_id, actor=current_actor(), now=clock.now())
    db.session.commit()
    return redirect(url_for("marking.script", submission_id=submission_id), 303)
