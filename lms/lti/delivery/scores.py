"""Scores that are due are sent.

A worker that dies in between leaves a lease that ends by itself; the score is then sent once more,
with a later time, and a VLE that already has it says so and is read back.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil

from lms import clock
from lms.config import Settings
from lms.db import db
from lms.lti.delivery.columns import find_columns
from lms.lti.delivery.speaking import Line, NoToken, jitter, settings
from lms.lti.platform.scores import Gradebook, Score, Token
from lms.lti.queries.scores import Due, due_scores, next_due_at
from lms.lti.rules.claims import RESULT_SCOPE, SCORE_SCOPE
from lms.lti.rules.scores import DOWN, Answer, Verdict, is_same, read_answer
from lms.lti.service import rests
from lms.lti.service import scores as service
from lms.tasks import poke, sweep

log = logging.getLogger(__name__)

SOON = timedelta(minutes=1)  # what is due later the every-minute sweep finds by itself
A_MOMENT = timedelta(seconds=3)  # until another sender of the same assessment may be done


@sweep("scores")
def send_due_scores() -> int:
    """Find the columns that are missing, then send every score that is due; returns how many scores
    were dealt with.
    """
    began = clock.now()
    find_columns(began)
    dues = due_scores(began)
    db.session.rollback()
    dealt_with, out_of_order, busy = 0, set[int](), set[str]()
    for due in dues:
        platform_id = due.route.service.platform_id
        if platform_id in out_of_order or due.route.target in busy:
            continue
        try:
            claimed = service.claim(due, now=clock.now())
        except service.Busy:
            busy.add(due.route.target)
            claimed = None
        db.session.commit()
        if claimed is None:
            continue
        verdict = _send(due, claimed)
        settled = service.settle(claimed, verdict, now=clock.now(), jitter=jitter())
        rests.settle(platform_id, verdict, now=clock.now(), jitter=jitter())
        log.info("score %s: %s", settled.id, settled.status)
        db.session.commit()
        dealt_with += 1
        if verdict.everybody and verdict.answer is not Answer.TAKEN:
            out_of_order.add(platform_id)
    _come_back(began, busy=bool(busy))
    return dealt_with


def _send(due: Due, claimed: service.Claimed) -> Verdict:
    """Whatever a VLE answers, and whatever we had not thought of: the score stays, and is tried
    again.
    """
    try:
        return Sending(due, claimed, settings()).send()
    except Exception:
        log.exception("score %s could not be sent", claimed.delivery_id)
        db.session.rollback()
        return Verdict(Answer.LATER, DOWN, everybody=True)


def _come_back(began: datetime, *, busy: bool) -> None:
    """Be woken for what is due before the next every-minute sweep."""
    next_at = next_due_at(began)
    db.session.rollback()
    pauses = [A_MOMENT] if busy else []
    if next_at is not None:
        pauses.append(next_at - clock.now())
    if pauses and (pause := min(pauses)) < SOON:
        poke("scores", delay=max(1, ceil(pause.total_seconds())))


@dataclass(frozen=True)
class Sending:
    """One score on its way."""

    due: Due
    claimed: service.Claimed
    settings: Settings

    @property
    def _line(self) -> Line:
        route = self.due.route
        return Line(route.service, route.scopes & {SCORE_SCOPE, RESULT_SCOPE}, self.settings)

    @property
    def _score(self) -> Score:
        result = self.due.result
        return Score(
            subject=self.due.route.subject,
            points=Decimal(result.points),
            maximum=Decimal(result.maximum),
            timestamp=self.claimed.timestamp,
        )

    def send(self) -> Verdict:
        """Send it, with a new token if the old one is not taken, and read the answer."""
        line = self._line
        try:
            gradebook = line.gradebook()
            verdict, token = line.ask(gradebook, lambda token: self._post(gradebook, token))
        except NoToken as none:
            return none.verdict
        if verdict.answer is Answer.READ_BACK:
            return self._read_back(gradebook, token, verdict)
        return verdict

    def _post(self, gradebook: Gradebook, token: Token) -> tuple[Verdict, Token]:
        reply = gradebook.post_score(self.due.route.lineitem_url, self._score, token=token)
        return read_answer(reply, now=clock.now()), token

    def _read_back(self, gradebook: Gradebook, token: Token, verdict: Verdict) -> Verdict:
        """A VLE that says it has the score already may have it from a try whose answer was lost."""
        route, score = self.due.route, self._score
        held = gradebook.read_result(route.lineitem_url, route.subject, token=token)
        if held is not None and is_same(held, points=score.points, maximum=score.maximum):
            return Verdict(Answer.TAKEN)
        return Verdict(Answer.LATER, verdict.words)
