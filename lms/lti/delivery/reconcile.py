"""Every night, and when somebody asks, the marks that a VLE holds are read and compared."""

import logging
from typing import Any

from lms import clock
from lms.db import db
from lms.lti.delivery.speaking import Line, NoToken, jitter, settings
from lms.lti.platform.scores import Gradebook, Token, Unreadable
from lms.lti.queries.reconcile import DueCheck, due_checks, sent_marks
from lms.lti.rules.claims import RESULT_SCOPE, SCORE_SCOPE
from lms.lti.rules.reconcile import last_night
from lms.lti.rules.scores import DOWN, Answer, Verdict, read_answer
from lms.lti.service import reconcile as service
from lms.lti.service import rests
from lms.tasks import sweep

log = logging.getLogger(__name__)


@sweep("reconcile")
def read_marks_back() -> int:
    """Read every column whose turn it is; returns how many."""
    began = clock.now()
    dues = due_checks(began, last_night=last_night(began))
    db.session.rollback()
    done, out_of_order = 0, set[int]()
    for due in dues:
        platform_id = due.service.platform_id
        if platform_id in out_of_order:
            continue
        claimed = service.claim(due, now=clock.now())
        sent = sent_marks(due.link_id)
        db.session.commit()
        if claimed is None:
            continue
        verdict, held = _read(due)
        differences = service.settle(
            due, claimed, verdict, sent=sent, held=held, now=clock.now(), jitter=jitter()
        )
        rests.settle(platform_id, verdict, now=clock.now(), jitter=jitter())
        db.session.commit()
        log.info("column of activity %s: %s differences", due.link_id, differences)
        done += 1
        if verdict.everybody and verdict.answer is not Answer.TAKEN:
            out_of_order.add(platform_id)
    return done


def _read(due: DueCheck) -> tuple[Verdict, list[Any]]:
    try:
        line = Line(due.service, due.scopes & {SCORE_SCOPE, RESULT_SCOPE}, settings())
        gradebook = line.gradebook()
        return line.ask(gradebook, lambda token: _results(gradebook, due, token))
    except NoToken as none:
        return none.verdict, []
    except Exception:
        log.exception("the column of activity %s could not be read", due.link_id)
        db.session.rollback()
        return Verdict(Answer.LATER, DOWN, everybody=True), []


def _results(gradebook: Gradebook, due: DueCheck, token: Token) -> tuple[Verdict, list[Any]]:
    try:
        return Verdict(Answer.TAKEN), gradebook.results(due.lineitem_url, token=token)
    except Unreadable as fault:
        return read_answer(fault.reply, now=clock.now()), []
