"""Scripts are taken away, and a sheet of marks comes back: sent, looked at, saved."""

from flask import flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments.forms import SheetForm
from lms.assessments.rules.sheets import MOST_SCRIPTS, SheetRefused, State
from lms.assessments.service import offline
from lms.assessments.views.blueprints import marking
from lms.assessments.views.shown import count_in_words
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.modules.catalogue import Assessment, catalogue
from lms.people import queries as people
from lms.people.models import Cohort
from lms.web.access import current_actor, requires

NOTHING_CHOSEN = "Choose the sheet that you filled in."


def _place(assessment: str) -> tuple[Assessment, Cohort]:
    slug = request.values.get("cohort", "")
    cohort = people.cohort_visible_to(current_actor(), slug, Action.MARK)
    return catalogue().assessment(assessment), cohort


@marking.route("/<assessment>/away", methods=["GET", "POST"])
@requires(Action.MARK)
def away(assessment: str) -> Response | str | tuple[str, int]:
    """Take scripts away; and send a sheet back, which changes nothing yet."""
    form = SheetForm()
    if request.method == "POST":
        asked, cohort = _place(assessment)
        data = form.sent()
        try:
            if not data:
                raise SheetRefused(NOTHING_CHOSEN)
            offline.keep_sheet(cohort, asked, data, actor=current_actor(), now=clock.now())
        except (SheetRefused, Conflict) as refusal:
            db.session.rollback()
            form.sheet.errors = [str(refusal)]
            return _away_page(assessment, form), 409
        target = url_for("marking.sheet", assessment=asked.key, cohort=cohort.slug)
        db.session.commit()
        return redirect(target, 303)
    return _away_page(assessment, form)


def _away_page(assessment: str, form: SheetForm, refused: tuple[str, ...] = ()) -> str:
    asked, cohort = _place(assessment)
    found = offline.here_now(cohort, asked, actor=current_actor())
    open_now = [script for script in found if not script.blocks]
    return render_template(
        "marking/away.html",
        asked=asked,
        cohort=cohort,
        form=form,
        refused=refused,
        all=len(found),
        taken=len(offline.to_take(found)),
        more=len(open_now) > MOST_SCRIPTS,
        waiting=offline.is_waiting(cohort, asked, actor=current_actor()),
    )


@marking.post("/<assessment>/away/scripts")
@requires(Action.MARK)
def take_away(assessment: str) -> Response | tuple[str, int]:
    """A zip of the scripts and one sheet."""
    asked, cohort = _place(assessment)
    try:
        pack = offline.take_away(cohort, asked, actor=current_actor(), now=clock.now())
    except RuleBroken as refusal:
        db.session.rollback()
        return _away_page(assessment, SheetForm(), refusal.reasons), 409
    name = f"scripts-{asked.key}-{cohort.slug}.zip"
    db.session.commit()
    response = send_file(
        pack, mimetype="application/zip", as_attachment=True, download_name=name, etag=False
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@marking.route("/<assessment>/sheet", methods=["GET", "POST"])
@requires(Action.MARK)
def sheet(assessment: str) -> Response | str | tuple[str, int]:
    """What a sheet would change; then save it, as it was shown, or put it away."""
    asked, cohort = _place(assessment)
    if request.method != "POST":
        return _sheet_page(asked, cohort)
    queue = url_for("marking.queue", assessment=asked.key, cohort=cohort.slug)
    if request.form.get("act") == "drop":
        offline.put_away(cohort, asked, actor=current_actor())
        db.session.commit()
        flash("The sheet is put away. Nothing more is saved from it.")
        return redirect(queue, 303)
    try:
        saved, left = offline.apply_sheet(
            cohort,
            asked,
            seen=request.form.get("seen", ""),
            actor=current_actor(),
            now=clock.now(),
        )
    except Conflict as refusal:
        db.session.rollback()
        return _sheet_page(*_place(assessment), refused=(refusal.message,)), 409
    target = url_for("marking.sheet", assessment=asked.key, cohort=cohort.slug) if left else queue
    db.session.commit()
    flash(f"{count_in_words(saved)} {'script is' if saved == 1 else 'scripts are'} saved.")
    return redirect(target, 303)


def _sheet_page(asked: Assessment, cohort: Cohort, refused: tuple[str, ...] = ()) -> str:
    shown = offline.preview(cohort, asked, actor=current_actor())
    return render_template(
        "marking/sheet.html",
        asked=asked,
        cohort=cohort,
        sheet=shown.sheet,
        seen=shown.seen,
        refused=refused,
        changed=shown.of(State.CHANGED),
        unchanged=shown.of(State.UNCHANGED),
        left=shown.of(State.STALE) + shown.of(State.REFUSED),
        count=count_in_words,
    )
