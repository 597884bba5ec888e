"""Who marks what: shared out and given by whoever decides; handed back and kept away by markers."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms import GivingForm, ReasonForm, shares_in
from lms.assessments.rules.allocating import Interest, Marker, Script, Topic, share_out
from lms.assessments.service import allocation
from lms.assessments.views.blueprints import marking
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.modules.catalogue import Assessment, catalogue
from lms.people import queries as people
from lms.people.models import Cohort
from lms.web.access import current_actor, requires


@dataclass(frozen=True)
class GivingRow:
    """One script and who could have it."""

    script: Script
    chosen: int | None
    choices: tuple[tuple[int, str, bool], ...]  # marker, words, may be chosen
    begun_by: str
    topics: str


@marking.get("/<assessment>/markers")
@requires(Action.ALLOCATE)
def markers(assessment: str) -> str:
    """The scripts of a cohort and their markers; `?share-<marker>=` fills in a way to share out."""
    asked, cohort = _asked(assessment, request.args.get("cohort", ""))
    return _page(asked, cohort)


def _asked(assessment: str, slug: str) -> tuple[Assessment, Cohort]:
    asked = catalogue().assessment(assessment)
    return asked, people.cohort_visible_to(current_actor(), slug, Action.ALLOCATE)


def _page(asked: Assessment, cohort: Cohort, *, refused: Sequence[str] = ()) -> str:
    shares = shares_in(request.args)
    sharing = allocation.sharing_of(asked, cohort, actor=current_actor(), shares=shares)
    proposed = share_out(sharing.scripts, sharing.markers) if shares else None
    given = proposed.given if proposed else {s.id: s.with_marker for s in sharing.scripts}
    return render_template(
        "marking/markers.html",
        asked=asked,
        cohort=cohort,
        rows=[_row(script, sharing.markers, given.get(script.id)) for script in sharing.scripts],
        markers=sharing.markers,
        seen=sharing.as_it_stands,
        proposed=proposed is not None,
        left=proposed.left if proposed else (),
        refused=refused,
    )


def _row(script: Script, markers: Sequence[Marker], chosen: int | None) -> GivingRow:
    names = {marker.id: marker.name for marker in markers}
    return GivingRow(
        script=script,
        chosen=chosen,
        choices=tuple(
            (m.id, f"{m.name} ({why})" if (why := m.why_not(script)) else m.name, why is None)
            for m in markers
        ),
        begun_by=names.get(script.begun_by or 0, "a colleague") if script.begun_by else "",
        topics=", ".join(sorted(script.topics)),
    )


@marking.post("/<assessment>/markers")
@requires(Action.ALLOCATE)
def give(assessment: str) -> Response | tuple[str, int]:
    """Give the scripts as chosen on the page."""
    form = GivingForm()
    asked, cohort = _asked(assessment, form.cohort.data or "")
    try:
        moved = allocation.give_scripts(
            asked,
            cohort,
            chosen=form.chosen(),
            seen=form.seen.data or "",
            actor=current_actor(),
            now=clock.now(),
        )
    except (RuleBroken, Conflict) as refusal:
        db.session.rollback()
        reasons = refusal.reasons if isinstance(refusal, RuleBroken) else (refusal.message,)
        asked, cohort = _asked(assessment, form.cohort.data or "")
        return _page(asked, cohort, refused=reasons), 409
    slug = cohort.slug
    db.session.commit()
    flash(f"Saved. {moved} {'script' if moved == 1 else 'scripts'} moved." if moved else "Saved.")
    return redirect(url_for("marking.queue", assessment=asked.key, cohort=slug), 303)


@marking.post("/scripts/<int:submission_id>/hand-back")
@requires(Action.MARK)
def hand_back(submission_id: int) -> Response:
    """A script goes back, without a reason."""
    submission = allocation.hand_back(submission_id, actor=current_actor(), now=clock.now())
    target = url_for(
        "marking.queue", assessment=submission.assessment, cohort=submission.enrolment.cohort.slug
    )
    flash(f"Script {submission.code} is handed back. Nobody is told why, and it stays away.")
    db.session.commit()
    return redirect(target, 303)


@marking.route("/scripts/<int:submission_id>/name", methods=["GET", "POST"])
@requires(Action.MARK)
def name(submission_id: int) -> Response | str | tuple[str, int]:
    """Ask whose script it is, with a reason."""
    form = ReasonForm()
    refused: tuple[str, ...] = ()
    if form.is_submitted():
        try:
            allocation.show_name(
                submission_id,
                reason=form.reason.data or "",
                actor=current_actor(),
                now=clock.now(),
            )
        except RuleBroken as refusal:
            db.session.rollback()
            refused = refusal.reasons
        else:
            db.session.commit()
            return redirect(url_for("marking.script", submission_id=submission_id), 303)
    submission = queries.script_visible_to(current_actor(), submission_id)
    page = render_template(
        "marking/name.html",
        submission=submission,
        form=form,
        refused=refused,
    )
    return (page, 409) if refused else page


@marking.route("/yours", methods=["GET", "POST"])
@requires(Action.MARK)
def yours() -> Response | str:
    """What a marker would rather not read about, and the cohorts in which they may know people."""
    actor = current_actor()
    if request.method == "POST":
        sent = set(request.form.getlist("topics"))
        allocation.choose_topics([topic for topic in Topic if topic.name in sent], actor=actor)
        db.session.commit()
        flash("Saved. New scripts are shared out with this in mind.")
        return redirect(url_for("marking.yours"), 303)
    kept = queries.topics_not_taken([actor.user_id]).get(actor.user_id, frozenset())
    return render_template(
        "marking/yours.html",
        topics=[(topic.name, str(topic).capitalize()) for topic in Topic],
        kept=[topic.name for topic in kept],
        cohorts=[
            cohort
            for cohort in people.cohorts_visible_to(actor, Action.MARK)
            if cohort.programme == "pgcert"
        ],
    )


@marking.route("/yours/<slug>", methods=["GET", "POST"])
@requires(Action.MARK)
def known(slug: str) -> Response | str:
    """Whom a marker knows in a cohort; whoever decides who marks says it for colleagues too."""
    actor = current_actor()
    cohort = people.cohort_visible_to(actor, slug, Action.MARK)
    marker_id = request.values.get("marker", actor.user_id, type=int)
    if request.method == "POST":
        ids = [int(one) for one in request.form.getlist("known") if one.isdecimal()]
        allocation.declare_interests(cohort, ids, marker_id=marker_id, actor=actor, now=clock.now())
        db.session.commit()
        flash("Saved. Their scripts stay away.")
        return redirect(url_for("marking.known", slug=slug, marker=marker_id), 303)
    return _known_page(cohort, marker_id)


def _known_page(cohort: Cohort, marker_id: int) -> str:
    actor = current_actor()
    decides = queries.decides(actor, cohort.id)
    markers = {person.id: person.name for person in queries.markers_of(cohort.id)}
    if marker_id not in markers or not (decides or marker_id == actor.user_id):
        marker_id = actor.user_id
    ties = [
        one for one in queries.barred([marker_id], cohort.id) if one.why is not Interest.DECLARED
    ]
    places = people.enrolments_in(cohort.id)
    names = {place.id: place.user.name for place in places}
    return render_template(
        "marking/known.html",
        cohort=cohort,
        marker=marker_id,
        whose=None if marker_id == actor.user_id else markers.get(marker_id),
        markers=sorted(markers.items(), key=lambda one: one[1]) if decides else (),
        places=[(str(place.id), place.user.name) for place in places],
        chosen=[
            str(row.enrolment_id)
            for row in queries.declared_interests(cohort.id)
            if row.marker_id == marker_id
        ],
        ties=[(names[one.enrolment_id], one.why) for one in ties if one.enrolment_id in names],
    )
