"""What we ask of a VLE that is to be connected, and the addresses we give it.

Of a VLE that lists what it offers nothing else is asked: Canvas refuses the whole registration for
one scope that it does not know (canvas-lms, lti/ims/registration.rb, `scopes_are_valid`), while
Moodle drops it in silence.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lms.lti.rules.claims import (
    ASKS_FOR_LINKS,
    GROUPS_SCOPE,
    HANDLERS_SCOPE,
    LAUNCH,
    LINEITEM_READ_SCOPE,
    LINEITEM_SCOPE,
    MEMBERS_SCOPE,
    RESULT_SCOPE,
    SCORE_SCOPE,
)

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"

SCOPES = {
    LINEITEM_SCOPE: "find or make the gradebook column that a mark goes to",
    LINEITEM_READ_SCOPE: "read which gradebook columns there are",
    RESULT_SCOPE: "read back the marks that we sent",
    SCORE_SCOPE: "send the marks of released results",
    MEMBERS_SCOPE: "read who is in a course that was linked, and their role",
    # Course Groups 1.0 (Blackboard offers it) and Platform Notification Service 1.0 (Canvas, D2L).
    GROUPS_SCOPE: "read the names of that course’s groups",
    HANDLERS_SCOPE: "be told when a course is copied",
}
# What a VLE that does not list its scopes is asked for: LTI Advantage itself.
USUAL_SCOPES = (LINEITEM_SCOPE, LINEITEM_READ_SCOPE, RESULT_SCOPE, SCORE_SCOPE, MEMBERS_SCOPE)
# Canvas knows no groups scope (canvas-lms, token_scopes.rb).
CANVAS_SCOPES = (*USUAL_SCOPES, HANDLERS_SCOPE)

CLAIMS = {
    "iss": "which VLE it is",
    "sub": "the VLE’s own number for the person",
    "name": "the person’s name",
    "given_name": "the given name",
    "family_name": "the family name",
    "email": "the email address, to write about work that was handed in",
}
MESSAGES = {
    LAUNCH: "open an activity of a course",
    ASKS_FOR_LINKS: "choose what to add to a course",
}
# Where in a VLE activities are chosen from; the second is Canvas's own, for what is marked.
PLACEMENTS = ("ContentArea", "https://canvas.instructure.com/lti/assignment_selection")
# A copied course says which course, and which activity, it was copied from.
CUSTOM = {
    "context_id_history": "$Context.id.history",
    "resource_link_id_history": "$ResourceLink.id.history",
}
NAME = "Advocate training"
DESCRIPTION = "Training and accreditation of Independent Modern Slavery Advocates"


@dataclass(frozen=True)
class Tool:
    """Ourselves, as a VLE is told."""

    public_url: str
    logo_url: str
    contact: str | None

    @property
    def login_url(self) -> str:
        """Where a launch begins."""
        return f"{self.public_url}/lti/login"

    @property
    def launch_url(self) -> str:
        """The one address that messages are sent to; which page opens is said inside."""
        return f"{self.public_url}/lti/launch"

    @property
    def linking_url(self) -> str:
        """Where activities are chosen; the message itself comes to the launch address too."""
        return f"{self.public_url}/lti/deep-linking"

    @property
    def key_set_url(self) -> str:
        """Our public keys."""
        return f"{self.public_url}/lti/jwks.json"

    @property
    def register_url(self) -> str:
        """The address a VLE's administrator pastes."""
        return f"{self.public_url}/lti/register"

    @property
    def domain(self) -> str:
        """With its port: Moodle compares it with the launch address's."""
        return urlsplit(self.public_url).netloc


def asked_of(
    tool: Tool,
    *,
    scopes: Collection[str],
    messages: Collection[str],
    placements: Collection[str],
) -> dict[str, Any]:
    """The body of a registration (LTI Dynamic Registration 1.0, section 3.5.2)."""
    wanted: list[dict[str, Any]] = [{"type": LAUNCH}]
    if ASKS_FOR_LINKS in messages:
        wanted.append(
            {
                "type": ASKS_FOR_LINKS,
                "target_link_uri": tool.linking_url,
                "label": "Add training",
                "placements": list(placements),
            }
        )
    asked: dict[str, Any] = {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": tool.login_url,
        "redirect_uris": [tool.launch_url],
        "client_name": NAME,
        "jwks_uri": tool.key_set_url,
        "logo_uri": tool.logo_url,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scopes),
        TOOL_CONFIGURATION: {
            "domain": tool.domain,
            "description": DESCRIPTION,
            "target_link_uri": tool.launch_url,
            "custom_parameters": dict(CUSTOM),
            "claims": list(CLAIMS),
            "messages": wanted,
        },
    }
    if tool.contact:
        asked["contacts"] = [tool.contact]
    return asked
