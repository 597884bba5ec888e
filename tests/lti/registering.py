"""A VLE's administrator at our registration page, with a pretend VLE behind it."""

import json
import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.lti.rules.asking import TOOL_CONFIGURATION
from lms.lti.rules.registering import PLATFORM_CONFIGURATION
from tests.vle import ISSUER, Answered, Vle

CONFIGURATION_URL = f"{ISSUER}/openid-configuration"
TOKEN = "registration-token-1"
GOOD: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks.json",
    "registration_endpoint": f"{ISSUER}/registration",
    "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    "id_token_signing_alg_values_supported": ["RS256"],
    "scopes_supported": [
        "https://purl.imsglobal.org/spec/lti-ags/scope/score",
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
        "openid",
    ],
    PLATFORM_CONFIGURATION: {
        "product_family_code": "moodle",
        "messages_supported": [
            {"type": "LtiResourceLinkRequest"},
            {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
        ],
    },
}


def registered(client_id: str = "given-client", **inner: Any) -> Answered:
    """As Moodle answers a registration: 200, the ids inside."""
    body = {"client_id": client_id, TOOL_CONFIGURATION: {"deployment_id": "2"} | inner}
    return Answered(200, json.dumps(body))


@dataclass
class Administrator:
    """Somebody who looks after a VLE, in front of our page."""

    vle: Vle
    client: FlaskClient

    def open(
        self,
        configuration: Any = None,
        *,
        url: str = CONFIGURATION_URL,
        token: str = TOKEN,
        **changes: Any,
    ) -> TestResponse:
        """The VLE opens our page; None leaves a field of the configuration out."""
        if configuration is None:
            given = {k: v for k, v in (GOOD | changes).items() if v is not None}
            configuration = Answered(body=json.dumps(given))
        self.vle.answers["openid-configuration"] = [configuration]
        asked = {"openid_configuration": url, "registration_token": token}
        return self.client.get("/lti/register", query_string=asked)

    def press(self, page: TestResponse, answer: Any = None) -> TestResponse:
        """Press the page's button; the VLE answers."""
        self.vle.answers["registration"] = [answer or registered()]
        found = re.search(r'name="state" value="([^"]+)"', page.text)
        assert found is not None, page.text
        return self.client.post("/lti/register", data={"state": found[1]})


def shown_on(browser: FlaskClient, platform_id: int) -> str:
    """What the administrator's page stands for: it goes along with every decision."""
    page = browser.get(f"/platforms/{platform_id}").text
    found = re.search(r'name="shown" value="(\w+)"', page)
    assert found is not None
    return found[1]
