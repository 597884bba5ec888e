"""What is asked about a launch that asks for activities."""

from dataclasses import dataclass

from sqlalchemy import select

from lms.db import db
from lms.lti.models import Context, Launch, Linking, Platform
from lms.people.models import Cohort


@dataclass(frozen=True)
class Asked:
    """A deep linking request with its platform, and the cohort of the course it came from."""

    linking: Linking
    launch: Launch
    platform: Platform
    context: Context | None
    cohort: Cohort | None


def find_linking(public_id: str, user_id: int) -> Asked | None:
    """The request of this launch, if the launch is the person's and asks for activities."""
    row = db.session.execute(
        select(Linking, Launch, Platform, Context, Cohort)
        .join(Launch, Launch.id == Linking.launch_id)
        .join(Platform, Platform.id == Launch.platform_id)
        .outerjoin(Context, Context.id == Launch.context_id)
        .outerjoin(Cohort, Cohort.id == Context.cohort_id)
        .where(Launch.public_id == public_id, Launch.user_id == user_id)
    ).first()
    return Asked(*row) if row else None
