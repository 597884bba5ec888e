"""A platform in trouble is left in peace, ever longer; a person who asks ends its rest."""

from datetime import datetime

from sqlalchemy import delete

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
    if rest is None:
        rest = PlatformRest(platform_id=platform_id, failures=0)
        db.session.add(rest)
    rest.failures += 1
    rest.until = next_try(rest.failures, now=now, wait=verdict.wait, jitter=jitter)
    rest.words = verdict.words
    db.session.flush()


def end(platform_id: int) -> None:
    """Somebody asks to try now. A pause that the VLE itself asked for is kept all the same."""
    db.session.execute(
        delete(PlatformRest).where(
            PlatformRest.platform_id == platform_id, PlatformRest.words != SLOW_DOWN
        )
    )
