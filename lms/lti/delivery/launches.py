"""Old launches are forgotten."""

from lms import clock
from lms.db import db
from lms.lti.service.launches import clear_old
from lms.tasks import sweep


@sweep("launches")
def forget_old_launches() -> int:
    """Delete logins and launches that open nothing any more."""
    cleared = clear_old(now=clock.now())
    db.session.commit()
    return cleared
