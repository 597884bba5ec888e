"""Speaking to a platform's services with a token that is kept, and asked for anew once when it is
not taken.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from flask import current_app

from lms import clock
from lms.config import Settings
from lms.db import db
from lms.lti.platform.scores import Gradebook, Token, TokenRefused
from lms.lti.platform.tool_keys import NoKey, signing_key
from lms.lti.queries.scores import Service
from lms.lti.rules.scores import NO_LEAVE, Answer, Verdict, read_answer
from lms.lti.service import tokens

log = logging.getLogger(__name__)

NO_TOKEN = Verdict(Answer.LATER, NO_LEAVE, everybody=True)
T = TypeVar("T")


def settings() -> Settings:
    """The app's settings."""
    found: Settings = current_app.config["LMS_SETTINGS"]
    return found


def jitter() -> float:
    """Spreads tries apart."""
    return secrets.randbelow(1000) / 1000


class NoToken(Exception):
    """No token is to be had; `verdict` says what to do about it."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.words)
        self.verdict = verdict


@dataclass(frozen=True)
class Line:
    """An open line to a platform's services, for these scopes."""

    service: Service
    scopes: frozenset[str]
    settings: Settings

    @property
    def _key(self) -> tuple[int, str]:
        return self.service.platform_id, " ".join(sorted(self.scopes))

    def gradebook(self) -> Gradebook:
        """The platform's services, asked with our key; raises NoToken."""
        try:
            key = signing_key(secret_key=self.settings.secret_key, now=clock.now())
        except NoKey:
            log.exception("nothing can be sent")
            raise NoToken(NO_TOKEN) from None
        finally:
            db.session.rollback()
        return Gradebook(self.service, key)

    def ask(
        self, gradebook: Gradebook, call: Callable[[Token], tuple[Verdict, T]]
    ) -> tuple[Verdict, T]:
        """Make a call; with a new token once more, if the first is not taken. Raises NoToken."""
        verdict, given = call(self.token(gradebook))
        if verdict.answer is Answer.NEW_TOKEN:
            verdict, given = call(self._new_token(gradebook))
        return verdict, given

    def token(self, gradebook: Gradebook) -> Token:
        """The token that is kept, or a new one; raises NoToken."""
        kept = tokens.kept_token(*self._key, secret_key=self.settings.secret_key, now=clock.now())
        db.session.rollback()
        return kept or self._new_token(gradebook)

    def _new_token(self, gradebook: Gradebook) -> Token:
        tokens.drop_token(*self._key)
        db.session.commit()
        try:
            token = gradebook.ask_for_token(self.scopes, now=clock.now())
        except TokenRefused as refused:
            raise NoToken(_without_token(refused)) from None
        tokens.keep_token(*self._key, token, secret_key=self.settings.secret_key)
        db.session.commit()
        return token


def _without_token(refused: TokenRefused) -> Verdict:
    """No token is never final: a setting in the VLE can be mended, and then the work goes on."""
    verdict = read_answer(refused.reply, now=clock.now())
    waits = verdict.answer is Answer.LATER
    return replace(verdict, everybody=True) if waits else NO_TOKEN
