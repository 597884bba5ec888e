"""The names of the claims we read, and the type of claims that were verified.

What of an id_token is kept, and why, is the table `KEPT`; nothing else of it is stored or logged.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple, NewType

# Made only in lms/lti/platform/launch.py, after every check has passed: mypy then refuses a plain
# dict.
SignedClaims = NewType("SignedClaims", dict[str, Any])

_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_AGS = "https://purl.imsglobal.org/spec/lti-ags/"

MESSAGE_TYPE = _LTI + "message_type"
VERSION = _LTI + "version"
DEPLOYMENT_ID = _LTI + "deployment_id"
TARGET_LINK_URI = _LTI + "target_link_uri"
RESOURCE_LINK = _LTI + "resource_link"
ROLES = _LTI + "roles"
CONTEXT = _LTI + "context"
CUSTOM = _LTI + "custom"
LAUNCH_PRESENTATION = _LTI + "launch_presentation"
FOR_USER = _LTI + "for_user"
AGS_ENDPOINT = _AGS + "claim/endpoint"

NAMES_ROLES = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
LAUNCH = "LtiResourceLinkRequest"
REVIEW = "LtiSubmissionReviewRequest"

SCORE_SCOPE = _AGS + "scope/score"
RESULT_SCOPE = _AGS + "scope/result.readonly"
LINEITEM_SCOPE = _AGS + "scope/lineitem"
MEMBERS_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
# Moodle wants it asked for by name, even of a tool that may write line items.
LINEITEM_READ_SCOPE = _AGS + "scope/lineitem.readonly"

ASKS_FOR_LINKS = "LtiDeepLinkingRequest"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

GROUPS_SERVICE = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
GROUPS_SCOPE = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"

NOTICE_SERVICE = _LTI + "platformnotificationservice"
HANDLERS_SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
NOTICE = _LTI + "notice"
ORIGIN_CONTEXTS = _LTI + "origin_contexts"


class Keeping(NamedTuple):
    """Which parts of a claim are kept (all of it when none is named), and why."""

    parts: tuple[str, ...]
    why: str


KEPT: dict[str, Keeping] = {
    "sub": Keeping((), "to know the person again"),
    "name": Keeping((), "to show whose work it is"),
    "given_name": Keeping((), "for the name, where none is given"),
    "family_name": Keeping((), "for the name, where none is given"),
    "email": Keeping((), "to write to the person about what they handed in"),
    CONTEXT: Keeping(("id", "label", "title"), "which course was linked to which cohort"),
    RESOURCE_LINK: Keeping(("id", "title"), "which activity, and where its marks go"),
    NAMES_ROLES: Keeping(("context_memberships_url",), "where the list of people is asked for"),
    AGS_ENDPOINT: Keeping(("lineitem", "lineitems", "scope"), "where the activity's marks go"),
    CUSTOM: Keeping(
        ("lms_target",),
        "which page the activity opens; the histories of course and activity are only read, to "
        "find what they were copied from",
    ),
    DEEP_LINKING: Keeping(
        ("deep_link_return_url", "data", "accept_multiple", "accept_lineitem"),
        "where chosen links go and how many: until the launch ends, the first two sealed",
    ),
    GROUPS_SERVICE: Keeping(("context_groups_url",), "where the course's groups are read"),
    NOTICE_SERVICE: Keeping(
        ("platform_notification_service_url",), "where notices of copies are asked for"
    ),
    NOTICE: Keeping(("id", "type"), "a notice counts once"),
    ORIGIN_CONTEXTS: Keeping((), "which course a copied course was made from"),
}

# Read to decide about this one launch, and forgotten with it.
READ_ONLY = {
    MESSAGE_TYPE: "which of the messages it is",
    VERSION: "that it is LTI 1.3",
    DEPLOYMENT_ID: "which of the registered deployments it is from",
    TARGET_LINK_URI: "which page the activity opens, where no custom parameter says so: the page "
    "is kept with the activity",
    ROLES: "what the person is in the course: only that they ever came as one who teaches is kept",
    LAUNCH_PRESENTATION: "whether it is framed, kept with the launch; and the way back on a page "
    "that refuses",
    FOR_USER: "whose work a marker asks to see",
    "iss, aud, azp, exp, iat, nbf, nonce": "that it is the VLE's, meant for us, and new",
}


def part(claims: SignedClaims | dict[str, Any], name: str) -> dict[str, Any]:
    """A claim that is an object; an empty one when it is absent or something else."""
    value = claims.get(name)
    return value if isinstance(value, dict) else {}


def text_in(part_of: dict[str, Any], name: str, *, longest: int = 255) -> str:
    """A text of a claim on one line, without control characters, cut to `longest`; empty when it is
    none.
    """
    value = part_of.get(name)
    if not isinstance(value, str):
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return line[:longest]


def moment(value: Any) -> datetime | None:
    """A JWT's NumericDate; None for anything else, and for numbers that are no time."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def in_order(earlier: datetime | None, later: datetime | None) -> bool:
    """Whether both are known, and in this order."""
    return earlier is not None and later is not None and earlier <= later
