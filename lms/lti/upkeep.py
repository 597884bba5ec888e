"""What is tidied without being asked for: keys nobody needs any more, registrations nobody can send
any more; and the newest launch of each platform is written down before launches are forgotten.
"""

from datetime import timedelta

from lms import clock
from lms.db import db
from lms.lti.platform.tool_keys import forget_retired
from lms.lti.queries.connecting import newest_launches
from lms.lti.queries.platforms import all_platforms
from lms.lti.service.registering import forget_old
from lms.tasks import sweep

NOTED = timedelta(minutes=15)  # so that a busy morning is not a write a minute


@sweep("platforms")
def keep_platforms_tidy() -> int:
    """Retire keys that are due, forget old registrations, note launches."""
    now = clock.now()
    done = forget_retired(now=now) + forget_old(now=now)
    newest = newest_launches()
    for platform in all_platforms():
        launched, noted = newest.get(platform.id), platform.last_launch_at
        if launched and (noted is None or launched - noted > NOTED):
            platform.last_launch_at = launched
            done += 1
    db.session.commit()
    return done
