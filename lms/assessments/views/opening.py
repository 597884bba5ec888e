"""That somebody opened a script is kept, whichever page shows it."""

from lms import clock
from lms.assessments import queries
from lms.assessments.service.allocation import note_opening
from lms.db import db, db_writes
from lms.web.access import current_actor


def keep_opening(submission_id: int) -> str | None:
    """Keep it once a day, before the page is made, which itself says whether one may see it.

    Returns whose script it is, for somebody who was shown that earlier.
    """
    actor, now = current_actor(), clock.now()
    seen = queries.seen_before(actor, submission_id, clock.today(now))
    if seen.today:
        return seen.name
    db.session.rollback()  # what was read so far must not stand in the way of writing
    with db_writes():
        note_opening(submission_id, actor=actor, now=now)
        db.session.commit()
    return seen.name
