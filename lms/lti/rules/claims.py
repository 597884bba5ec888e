"""The names of the claims we read, and the type of claims that were verified.

What of an id_token is kept, and why, is the table `KEPT`; nothing else of it is stored or logged.
"""

from datetime import UTC, datetime
from typing import Any, NewType

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

KEPT = {
    "sub": "to know the person again",
    "name, given_name, family_name": "to show whose work it is",
    "email": "to write to the person about what they handed in",
    CONTEXT: "id, label and title: which course was linked to which cohort",
    RESOURCE_LINK: "id and title: which activity, and where its marks go",
    NAMES_ROLES: "context_memberships_url: where the list of people is asked for",
    AGS_ENDPOINT: "lineitem, lineitems and scope: where its marks go",
    CUSTOM: "lms_target: which page the activity opens; the histories of course and activity are "
    "only read, to find what they were copied from",
    DEEP_LINKING: "return address and data, sealed, until the launch ends: where chosen links go",
    GROUPS_SERVICE: "context_groups_url: where the course's groups are read",
    NOTICE_SERVICE: "platform_notification_service_url: where notices of copies are asked for",
    NOTICE: "id and type: a notice counts once",
    ORIGIN_CONTEXTS: "which course a copied course was made from",
}

# Read to decide about this one launch, and forgotten with it.
READ_ONLY = {
    MESSAGE_TYPE: "which of the messages it is",
    VERSION: "that it is LTI 1.3",
    DEPLOYMENT_ID: "which of the registered deployments it is from",
    TARGET_LINK_URI: "which page the activity opens, where no custom parameter says so",
    ROLES: "what the person is in the course",
    LAUNCH_PRESENTATION: "whether it is framed, and the way back on a page that refuses",
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
