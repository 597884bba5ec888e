"""A platform in trouble is left in peace, ever longer; a person who asks ends its rest."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from lms.db import db
from lms.lti.models import PlatformRest
from lms.lti.rules.scores import SLOW_DOWN, Answer, Verdict, next_try


def settle(platform_id: int, verdict: Verdict, *, now: datetime, jitter: float) -> None:
    """Write down what an answer says of the whole platform."""
    if verdict.answer is Answer.TAKEN:
        db.session.execute(delete(PlatformRest).where(PlatformRest.platform_id == platform_id))
        return
    if not verdict.everybody:
        return
    rest = db.session.get(PlatformRest, platform_id)
    failures = 1 if rest is None else rest.failures + 1
    until = next_try(failures, now=now, wait=verdict.wait, jitter=jitter)
    if rest is None:
        rest = _begin(platform_id, until=until, words=verdict.words)
    if rest is not None:
        rest.failures, rest.until, rest.words = failures, until, verdict.words
        db.session.flush()


def _begin(platform_id: int, *, until: datetime, words: str) -> PlatformRest | None:
    """A first rest; None when another worker began one in the same moment, which is as good."""
    rest = PlatformRest(platform_id=platform_id, failures=1, until=until, words=words)
    try:
        with db.session.begin_nested():
            db.session.add(rest)
    except IntegrityError:
        return None
    return rest


def end(platform_id: int) -> None:
    """Somebody asks to try now. A pause that the VLE itself asked for is kept all the same."""
    db.session.execute(
        delete(PlatformRest).where(
            PlatformRest.platform_id == platform_id, PlatformRest.words != SLOW_DOWN
        )
    )
