"""Which gradebook column an assessment's marks go to when a launch named none, and what one is
made of.

Seen in Moodle: a column that is put back without its resourceLinkId is untied from its activity,
and a deleted one takes its marks along. So a column is found or made, never changed, never deleted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.lti.rules.addresses import is_service, origin
from lms.lti.rules.claims import LINEITEM_READ_SCOPE, LINEITEM_SCOPE
from lms.lti.rules.scores import Answer, Verdict

TAG = "mark"
MAXIMUM = 100
LONGEST_URL = 2000

CANNOT_MAKE = (
    "The VLE did not let us make a gradebook column. Make one for the activity in the VLE, and "
    "open the activity once from there."
)


@dataclass(frozen=True)
class Wanted:
    """The column that is looked for."""

    assessment: str
    label: str
    link_id: str  # the VLE's id of the activity, which ties the column to it
    lineitems_url: str
    trusted: tuple[str, ...]


def body(wanted: Wanted) -> dict[str, str | int]:
    """A new column, tied to its activity."""
    return {
        "label": wanted.label,
        "scoreMaximum": MAXIMUM,
        "resourceId": wanted.assessment,
        "tag": TAG,
        "resourceLinkId": wanted.link_id,
    }


def may_make(scopes: Collection[str]) -> bool:
    """Whether a launch let us make columns; reading alone finds them."""
    return LINEITEM_SCOPE in scopes


def may_look(scopes: Collection[str]) -> bool:
    """Whether a launch let us see the columns of its course."""
    return bool({LINEITEM_SCOPE, LINEITEM_READ_SCOPE} & set(scopes))


def address(item: object, wanted: Wanted) -> str | None:
    """A column's own address, if marks may go there: at the VLE's line items, nowhere else."""
    url = item.get("id") if isinstance(item, Mapping) else None
    if not isinstance(url, str) or not 0 < len(url) <= LONGEST_URL:
        return None
    good = is_service(url, trusted=wanted.trusted)
    return url if good and origin(url) == origin(wanted.lineitems_url) else None


def pick(items: Sequence[Any], wanted: Wanted) -> str | None:
    """The column of these that is the assessment's, if one is.

    Best is one tied to the activity that names our assessment, then the first tied to it (Moodle's
    own), then one that names the assessment and is tied to no activity. A column of another
    activity is never taken: it may be another course's copy.
    """

    def rank(item: Mapping[str, Any]) -> int | None:
        tied, named = item.get("resourceLinkId"), item.get("resourceId") == wanted.assessment
        if str(tied) == wanted.link_id:
            return 0 if named else 1
        return 2 if named and not tied else None

    found = [
        (rank(item), place, url)
        for place, item in enumerate(items)
        if isinstance(item, Mapping) and (url := address(item, wanted))
    ]
    fitting = sorted((order, place, url) for order, place, url in found if order is not None)
    return fitting[0][2] if fitting else None


def read_making(verdict: Verdict) -> Verdict:
    """What a refusal to make a column means: it is for the people of the VLE to mend."""
    if verdict.answer in (Answer.FINAL, Answer.READ_BACK):
        return Verdict(Answer.FINAL, CANNOT_MAKE)
    return verdict
