"""What the demo's people asked for, were given and agreed on: one of each, so that each page has
something to say. The reasons are as invented as the people.
"""

from datetime import datetime, timedelta

from lms.actor import Actor
from lms.assessments.rules.dates import LONDON
from lms.assessments.rules.more_time import Answer, Category, Decided, Wants
from lms.assessments.service import attempts, more_time
from lms.modules.catalogue import Assessment
from lms.people import queries
from lms.people.service import pauses
from lms.regulations import Attempt

TAKEN_AGAIN = "p-nadia"  # cohort 2: a first piece that is not yet there
MOVING = "Our landlord sells the house and we move twice this month."
ILL = "I have had pneumonia and am told to rest for some weeks."
SURGERY = "I have an operation in the new year and cannot begin before the spring."


def play(people: dict[str, int], plan: Assessment, first: Assessment, *, now: datetime) -> None:
    """More time granted, asked for and put off; an adjustment; a resit; a pause."""
    lead = _actor(people["t-rowan"])
    granted = _ask(people["p-kwame"], plan, 5, Category.LIFE, MOVING, now - timedelta(days=4))
    _answer(granted, Decided(Answer.DAYS, days=5, words="I hope the move goes well."), lead, now)
    _ask(people["p-lucia"], plan, 10, Category.HEALTH, ILL, now - timedelta(days=1))
    put_off = _ask(people["p-owen"], plan, None, Category.HEALTH, SURGERY, now - timedelta(days=6))
    _answer(put_off, Decided(Answer.DEFERRAL, until=_noon(now, 112)), lead, now)
    attempts.adjust(
        _place(people["p-aroha"]),
        extra_days=5,
        formats="A recording of up to 15 minutes may stand for the written plan.",
        version=0,
        actor=lead,
        now=now - timedelta(days=30),
    )
    attempts.open_attempt(
        _place(people[TAKEN_AGAIN]),
        first,
        kind=Attempt.RESIT,
        due=_noon(now, 56),
        looked_up=True,
        seen=1,
        actor=lead,
        now=now - timedelta(days=1),
    )
    pauses.take_pause(tell=False, actor=_actor(people["p-yusuf"]), now=now - timedelta(days=3))


def _actor(user_id: int) -> Actor:
    return queries.actor_for(queries.get_user(user_id))


def _place(user_id: int) -> int:
    return _actor(user_id).enrolments[-1].enrolment_id


def _noon(now: datetime, days: int) -> datetime:
    """Noon in London so many days from now."""
    day = now.astimezone(LONDON) + timedelta(days=days)
    return day.replace(hour=12, minute=0, second=0, microsecond=0)


def _ask(
    user_id: int,
    asked: Assessment,
    days: int | None,
    category: Category,
    text: str,
    at: datetime,
) -> int:
    row = more_time.ask_for_more_time(
        asked,
        wants=Wants.DEFERRAL if days is None else Wants.DAYS,
        days=days,
        category=category,
        text=text,
        files=(),
        actor=_actor(user_id),
        now=at,
    )
    return row.id


def _answer(request_id: int, decided: Decided, lead: Actor, now: datetime) -> None:
    at = now - timedelta(days=2)
    more_time.decide_more_time(request_id, decided=decided, actor=lead, now=at)
