"""When a message is tried again. Pure."""

from datetime import datetime, timedelta

LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = 12


def next_try(attempts: int, *, now: datetime) -> datetime:
    """The next try after `attempts` that did not work: 1, 2, 4 … minutes, at most six hours."""
    return now + min(timedelta(minutes=2 ** max(attempts - 1, 0)), timedelta(hours=6))
