"""For 48 hours, from the receipt: replacing what was handed in so that nobody is identified."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms import ReplaceForm
from lms.assessments.models import Submission
from lms.assessments.rules.confidentiality import WINDOW
from lms.assessments.rules.uploads import FileRefused
from lms.assessments.service import confidentiality
from lms.assessments.service import replacing as service
from lms.assessments.service.handing_in import NO_ANSWERS
from lms.assessments.views.blueprints import assessments
from lms.assessments.views.briefs import READABLE
from lms.db import db
from lms.errors import RuleBroken
from lms.modules.catalogue import catalogue
from lms.storage import storage
from lms.web.access import current_actor, requires


@assessments.url_value_preprocessor
def _read_large_files(endpoint: str | None, _values: object) -> None:
    if endpoint == "assessments.replace":
        request.max_content_length = READABLE


@assessments.get("/receipts/<number>/replace")
@requires(Action.HAND_IN)
def replacing(number: str) -> str:
    """What was handed in, what could tell who somebody is in it, and how to replace it."""
    return _page(queries.receipt_visible_to(current_actor(), number))


def _page(
    submission: Submission, *, refused: tuple[str, ...] = (), form: ReplaceForm | None = None
) -> str:
    asked = catalogue().assessment(submission.assessment)
    blocks = service.may_replace(submission, now=clock.now())
    return render_template(
        "assessments/replace.html",
        asked=asked,
        module=catalogue().module(asked.module_key),
        submission=submission,
        until=submission.handed_in_at + WINDOW,
        blocks=blocks,
        refused=() if blocks else refused,
        review=confidentiality.review_of(submission, submission.enrolment),
        answers=NO_ANSWERS,
        text=submission.text if form is None or not form.text.data else form.text.data,
    )


@assessments.post("/receipts/<number>/replace")
@requires(Action.HAND_IN)
def replace(number: str) -> Response | tuple[str, int]:
    """Replace the text (`what=text`), or one file (`what=<its id>`)."""
    form = ReplaceForm()
    try:
        done = _replace(number, form)
    except (RuleBroken, FileRefused) as refusal:
        db.session.rollback()
        reasons = refusal.reasons if isinstance(refusal, RuleBroken) else (str(refusal),)
        submission = queries.receipt_visible_to(current_actor(), number)
        return _page(submission, refused=reasons, form=form), 409
    db.session.commit()
    for key in done.keys:
        storage().delete(key)  # only now: a file that is still named somewhere must exist
    flash("It is replaced. Your markers see only the new one.")
    return redirect(url_for("assessments.replacing", number=number), 303)


def _replace(number: str, form: ReplaceForm) -> service.Replaced:
    actor, now, what = current_actor(), clock.now(), request.form.get("what", "")
    alone = bool(form.alone.data)
    if what == "text":
        return service.replace_text(
            number, text=form.text.data or "", alone=alone, actor=actor, now=now
        )
    sent = form.sent_file()
    if sent is None or not what.isdecimal():
        raise RuleBroken("Choose the file to put in its place first.")
    name, data = sent
    return service.replace_file(
        number, file_id=int(what), name=name, data=data, alone=alone, actor=actor, now=now
    )
