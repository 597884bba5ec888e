"""The worker's side: scores that are due are sent, and old launches are forgotten.

Each score is three short transactions (claim, token, settle) with the network between them, never
inside one. A worker that dies in between leaves a lease that ends by itself; the score is then sent
once more, with a later time, and a VLE that already has it says so and is read back.
"""

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil

from flask import current_app

from lms import clock
from lms.config import Settings
from lms.db import db
from lms.lti.platform.scores import Gradebook, Score, Token, TokenRefused
from lms.lti.platform.tool_keys import NoKey, signing_key
from lms.lti.queries.scores import Due, due_scores, next_due_at
from lms.lti.rules.claims import RESULT_SCOPE, SCORE_SCOPE
from lms.lti.rules.scores import DOWN, NO_LEAVE, Answer, Verdict, is_same, read_answer
from lms.lti.service import scores as service
from lms.lti.service.launches import clear_old
from lms.tasks import poke, sweep

log = logging.getLogger(__name__)

NO_TOKEN = Verdict(Answer.LATER, NO_LEAVE, everybody=True)
SOON = timedelta(minutes=1)  # what is due later the every-minute sweep finds by itself


@sweep("launches")
def forget_old_launches() -> int:
    """Delete logins and launches that open nothing any more."""
    cleared = clear_old(now=clock.now())
    db.session.commit()
    return cleared


@sweep("scores")
def send_due_scores() -> int:
    """Send every score that is due; returns how many were dealt with."""
    began = clock.now()
    dues = due_scores(began)
    db.session.rollback()
    dealt_with, out_of_order = 0, set[int]()
    for due in dues:
        platform_id = due.route.service.platform_id
        if platform_id in out_of_order:
            continue
        claimed = service.claim(due, now=clock.now())
        db.session.commit()
        if claimed is None:
            continue
        verdict = _send(due, claimed)
        settled = service.settle(claimed, verdict, now=clock.now(), jitter=_jitter())
        log.info("score %s: %s", settled.id, settled.status)
        db.session.commit()
        dealt_with += 1
        if verdict.everybody and verdict.answer is not Answer.TAKEN:
            out_of_order.add(platform_id)
    _come_back(began)
    return dealt_with


def _send(due: Due, claimed: service.Claimed) -> Verdict:
    """Whatever a VLE answers, and whatever we had not thought of: the score stays, and is tried
    again.
    """
    try:
        return Sending(due, claimed, _settings()).send()
    except Exception:
        log.exception("score %s could not be sent", claimed.delivery_id)
        db.session.rollback()
        return Verdict(Answer.LATER, DOWN, everybody=True)


def _settings() -> Settings:
    settings: Settings = current_app.config["LMS_SETTINGS"]
    return settings


def _jitter() -> float:
    return secrets.randbelow(1000) / 1000


def _come_back(began: datetime) -> None:
    """Be woken for what is due before the next every-minute sweep."""
    next_at = next_due_at(began)
    db.session.rollback()
    if next_at is not None and (pause := next_at - clock.now()) < SOON:
        poke("scores", delay=max(1, ceil(pause.total_seconds())))


@dataclass(frozen=True)
class Sending:
    """One score on its way."""

    due: Due
    claimed: service.Claimed
    settings: Settings

    @property
    def _scopes(self) -> frozenset[str]:
        return self.due.route.scopes & {SCORE_SCOPE, RESULT_SCOPE}

    @property
    def _token_key(self) -> tuple[int, str]:
        return self.due.route.service.platform_id, " ".join(sorted(self._scopes))

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
        try:
            gradebook = self._gradebook()
            token = self._token(gradebook)
            verdict = self._post(gradebook, token)
            if verdict.answer is Answer.NEW_TOKEN:
                token = self._new_token(gradebook)
                verdict = self._post(gradebook, token)
        except TokenRefused as refused:
            return _without_token(refused)
        except NoKey:
            log.exception("no score can be sent")
            return NO_TOKEN
        if verdict.answer is Answer.READ_BACK:
            return self._read_back(gradebook, token, verdict)
        return verdict

    def _gradebook(self) -> Gradebook:
        key = signing_key(secret_key=self.settings.secret_key, now=clock.now())
        db.session.rollback()
        return Gradebook(self.due.route.service, key)

    def _token(self, gradebook: Gradebook) -> Token:
        kept = service.kept_token(
            *self._token_key, secret_key=self.settings.secret_key, now=clock.now()
        )
        db.session.rollback()
        return kept or self._new_token(gradebook)

    def _new_token(self, gradebook: Gradebook) -> Token:
        service.drop_token(*self._token_key)
        db.session.commit()
        token = gradebook.ask_for_token(self._scopes, now=clock.now())
        service.keep_token(*self._token_key, token, secret_key=self.settings.secret_key)
        db.session.commit()
        return token

    def _post(self, gradebook: Gradebook, token: Token) -> Verdict:
        reply = gradebook.post_score(self.due.route.lineitem_url, self._score, token=token)
        return read_answer(reply, now=clock.now())

    def _read_back(self, gradebook: Gradebook, token: Token, verdict: Verdict) -> Verdict:
        """A VLE that says it has the score already may have it from a try whose answer was lost."""
        route, score = self.due.route, self._score
        held = gradebook.read_result(route.lineitem_url, route.subject, token=token)
        if held is not None and is_same(held, points=score.points, maximum=score.maximum):
            return Verdict(Answer.TAKEN)
        return Verdict(Answer.LATER, verdict.words)


def _without_token(refused: TokenRefused) -> Verdict:
    """No token is never final: a setting in the VLE can be mended, and then the score goes."""
    verdict = read_answer(refused.reply, now=clock.now())
    waits = verdict.answer is Answer.LATER
    return replace(verdict, everybody=True) if waits else NO_TOKEN
