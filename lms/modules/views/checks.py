"""Answering a check: sent by an ordinary form; what is said to it stands on the page afterwards."""

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.modules import service
from lms.modules.catalogue import Page, catalogue
from lms.modules.forms import AnswersSent, read_answers
from lms.modules.rules.reading import NOT_YOURS, reader_of
from lms.modules.views.blueprint import bp
from lms.modules.views.shown import page_url, show_page
from lms.web.access import current_actor, requires


@bp.post("/modules/<module>/<unit>/<page>/check")
@requires(Action.READ_MODULES)
def check(module: str, unit: str, page: str) -> Response | tuple[str, int]:
    """Keep an attempt. Whatever is wrong with it, the page comes back with the answers in place."""
    read = catalogue().page(f"{module}/{unit}/{page}")
    reader = reader_of(current_actor(), catalogue().unit(read.unit_key).programme)
    if read.check is None or not reader.recorded:
        raise NotFound(NOT_YOURS)
    sent = read_answers(read.check, request.form)
    if sent.faults:
        return _again(read, sent), 422
    try:
        service.answer_check(
            read.check,
            sent.given,
            number=sent.number,
            content_hash=sent.content_hash,
            actor=current_actor(),
            now=clock.now(),
        )
    except RuleBroken as refused:
        flash(refused.message)
        return redirect(page_url(read, anchor="check"), 303)
    except Conflict as refused:
        db.session.rollback()
        return _again(read, sent, refused.message), 409
    db.session.commit()
    return redirect(page_url(read, anchor="check"), 303)


def _again(read: Page, sent: AnswersSent, message: str = "") -> str:
    shown = show_page(current_actor(), read, sent=sent, message=message)
    return render_template("modules/page.html", shown=shown)
