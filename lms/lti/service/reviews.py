"""The VLE's gradebook leads to somebody's work: who may see it is decided here.

A VLE's signature says who asks, not that they may: Moodle signs such a message for whoever changes
`user=` in an address.
"""

from lms.actor import Action
from lms.assessments.queries import find_released_script, may_mark, may_mark_place
from lms.lti.models import Context, ResourceLink
from lms.lti.queries import launches as queries
from lms.lti.rules.checks import Refusal
from lms.lti.rules.claims import AGS_ENDPOINT, FOR_USER, SignedClaims, part, text_in
from lms.lti.rules.places import assessment_in
from lms.lti.service.landings import landing_in
from lms.people.models import User
from lms.people.queries import actor_for, find_enrolment

NOT_YOURS = (
    "You can open your own work here, and markers the work of their cohort. "
    "Go back to the course and open the activity itself."
)
NOT_KNOWN = (
    "That person has not come here from the VLE, so there is no work of theirs to open. "
    "Go back to the gradebook."
)
NOTHING_MARKED = (
    "This activity is no assessment here, so there is no work to open. Go back to the gradebook."
)


def target_of(claims: SignedClaims, link: ResourceLink, context: Context | None) -> str:
    """What the reviewed activity opens: as it is known, or as the activity of that column is.

    A review may carry other custom values than the activity's launches.
    """
    if assessment_in(link.target):
        return link.target
    column = text_in(part(claims, AGS_ENDPOINT), "lineitem", longest=2000)
    found = queries.find_link_of_column(context.id, column) if context else None
    return found.target if found else ""


def review_landing(
    claims: SignedClaims,
    *,
    user: User,
    platform_id: int,
    link: ResourceLink,
    context: Context | None,
    unlinked: str,
) -> str:
    """The page of the work that is asked for; raises Refusal. `unlinked`: where somebody goes who
    may link the course first.
    """
    if context is not None and context.cohort is None:
        return unlinked
    assessment = assessment_in(target_of(claims, link, context))
    if assessment is None or context is None or context.cohort is None:
        raise Refusal("review is of an assessment", NOTHING_MARKED)
    asked = queries.find_identity(platform_id, part(claims, FOR_USER)["user_id"])
    actor = actor_for(user)
    place = find_enrolment(asked.user_id, context.cohort.id) if asked is not None else None
    if place is not None and place.user_id == user.id:
        released = find_released_script(place.id, assessment) is not None
        return f"/assessments/{assessment}" + ("/result" if released else "")
    if place is None and actor.may(Action.MARK, cohort_id=context.cohort.id):
        raise Refusal("review is of somebody here", NOT_KNOWN)
    if place is None or not may_mark_place(actor, place):
        raise Refusal("review is allowed", NOT_YOURS)
    script = find_released_script(place.id, assessment)
    if script is not None and may_mark(actor, script):
        return f"/marking/scripts/{script}"
    # Scripts that are being marked are known by code alone: the queue does not say whose is whose.
    return landing_in(f"assessments/{assessment}", marks=True, cohort=context.cohort.slug)
