"""Taking back what was handed in, from its receipt."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments.service.taking_back import take_back as take_it_back
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
        submission = take_it_back(number, actor=current_actor(), now=clock.now())
    except RuleBroken as refusal:
        db.session.rollback()
        return receipt_page(number, refused=refusal.reasons), 409
    brief = url_for("assessments.brief", assessment=submission.assessment, _anchor="draft")
    due = clock.on_page(submission.due_at)
    db.session.commit()
    poke("messages")
    flash(f"You took it back. It is not handed in now: hand it in again by {due}.")
    return redirect(brief, 303)
