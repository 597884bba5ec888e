"""What an administrator pastes into each VLE, under the name that VLE's own form gives it."""

from typing import Any

from lms.lti.rules.asking import CANVAS_SCOPES, CUSTOM, DESCRIPTION, NAME, Tool

# Where the VLE asks for an address of its own for choosing activities.
CHOOSING = "Where activities are chosen (deep linking placement or link)"

# (name in the VLE's form, what to paste), in the order of that form.
Values = list[tuple[str, str]]


def values(tool: Tool) -> dict[str, Values]:
    """Per VLE, the fields of its form."""
    custom = "\n".join(f"{name}={variable}" for name, variable in CUSTOM.items())
    return {
        "Moodle": [
            ("Tool name", NAME),
            ("Tool URL", tool.launch_url),
            ("LTI version", "LTI 1.3"),
            ("Public key type", "Keyset URL"),
            ("Public keyset", tool.key_set_url),
            ("Initiate login URL", tool.login_url),
            ("Redirection URI(s)", tool.launch_url),
            ("Custom parameters", custom),
            ("Content selection URL", tool.linking_url),
        ],
        "Canvas": [
            ("Key name", NAME),
            ("Redirect URIs", tool.launch_url),
            ("Target link URI", tool.launch_url),
            ("OpenID Connect initiation URL", tool.login_url),
            ("JWK method", "Public JWK URL"),
            ("Public JWK URL", tool.key_set_url),
        ],
        "Blackboard": [
            ("Application name", NAME),
            ("Domain(s)", tool.domain),
            ("Login initiation URL", tool.login_url),
            ("Tool redirect URL(s)", tool.launch_url),
            ("Tool JWKS URL", tool.key_set_url),
            ("Signing algorithm", "RS256"),
            ("Target link URI", tool.launch_url),
            ("Custom parameters", custom),
            (CHOOSING, tool.linking_url),
        ],
        "D2L Brightspace": [
            ("Name", NAME),
            ("Domain", tool.public_url),
            ("Redirect URLs", tool.launch_url),
            ("OpenID Connect login URL", tool.login_url),
            ("Target link URI", tool.launch_url),
            ("Keyset URL", tool.key_set_url),
            ("Substitution parameters", custom),
            (CHOOSING, tool.linking_url),
        ],
    }


def canvas(tool: Tool) -> dict[str, Any]:
    """The whole registration as Canvas takes it, pasted as JSON into a developer key."""
    linking = [
        {
            "placement": placement,
            "message_type": "LtiDeepLinkingRequest",
            "target_link_uri": tool.linking_url,
            "text": NAME,
            "enabled": True,
        }
        for placement in ("link_selection", "assignment_selection")
    ]
    return {
        "title": NAME,
        "description": DESCRIPTION,
        "oidc_initiation_url": tool.login_url,
        "target_link_uri": tool.launch_url,
        "public_jwk_url": tool.key_set_url,
        "scopes": list(CANVAS_SCOPES),
        "custom_fields": dict(CUSTOM),
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": tool.domain,
                "tool_id": "advocate-training",
                "privacy_level": "public",
                "settings": {"text": NAME, "placements": linking},
            }
        ],
    }
