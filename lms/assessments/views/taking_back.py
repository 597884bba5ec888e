"""Taking back what was handed in, or making it final, from its receipt."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments.service import taking_back as service
from lms.assessments.views.blueprints import assessments
from lms.assessments.views.handing_in import receipt_page
from lms.db import db
from lms.errors import RuleBroken
from lms.tasks import poke
from lms.web.access import current_actor, requires


@assessments.post("/receipts/<number>/take-back")
@requires(Action.HAND_IN)
def take_back(number: str) -> Response | tuple[str, int]:
    """The draft is open again. Pressed twice, it leads to the same draft."""
    try:
        submission = service.take_back(number, actor=current_actor(), now=clock.now())
    except RuleBroken as refusal:
        db.session.rollback()
        return receipt_page(number, refused=refusal.reasons), 409
    brief = url_for("assessments.brief", assessment=submission.assessment, _anchor="draft")
    due = clock.on_page(submission.due_at)
    db.session.commit()
    poke("messages")
    flash(f"You took it back. It is not handed in now: hand it in again by {due}.")
    return redirect(brief, 303)


@assessments.post("/receipts/<number>/make-final")
@requires(Action.HAND_IN)
def make_final(number: str) -> Response:
    """Marking can begin. Pressed twice, it leads to the same receipt."""
    service.make_final(number, actor=current_actor(), now=clock.now())
    db.session.commit()
    flash("It is final. Marking can begin.")
    return redirect(url_for("assessments.receipt", number=number), 303)
