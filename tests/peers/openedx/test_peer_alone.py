"""The Open edX peer by itself: it launches, gives tokens and takes scores as README.md says.

Here a key made on the spot and nobody at its addresses stand for the tool.
"""

from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
import requests

from tests.peers.openedx.client import LAUNCH_OF_NOBODY as LAUNCH
from tests.peers.openedx.client import LOGIN_OF_NOBODY as LOGIN
from tests.peers.openedx.client import Browser, Page, Peer, Registration
from tests.peers.openedx.tool_key import ToolKey

pytestmark = pytest.mark.peer

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"


def initiation(browser: Browser, url: str) -> dict[str, str]:
    """The login initiation that a start address redirects to."""
    page = browser.step(url)
    assert page.status == 302
    address = urlsplit(page.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == LOGIN
    return dict(parse_qsl(address.query))


def ask(
    browser: Browser, registration: Registration, begun: dict[str, str], **changes: str
) -> Page:
    """What a tool asks of the auth address; "" leaves a field out."""
    asked = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": begun["client_id"],
        "redirect_uri": LAUNCH,
        "state": "state-1",
        "nonce": "nonce-1",
        "login_hint": begun["login_hint"],
        "lti_message_hint": begun["lti_message_hint"],
    } | changes
    kept = {name: value for name, value in asked.items() if value}
    return browser.step(f"{registration.auth_url}?{urlencode(kept)}")


def claims_in(page: Page, registration: Registration) -> dict[str, Any]:
    """The claims of the page's id_token, checked against the peer's key set."""
    token = page.form.fields["id_token"]
    keys = jwt.PyJWKSet.from_dict(requests.get(registration.jwks_url, timeout=20).json())
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256"
    claims: dict[str, Any] = jwt.decode(
        token,
        keys[header["kid"]],
        algorithms=["RS256"],
        audience=registration.client_id,
        issuer=registration.issuer,
    )
    return claims


def test_the_oidc_start_redirects_to_the_tools_login(
    peer: Peer, walker: Browser, registration: Registration
) -> None:
    begun = initiation(walker, peer.start_url(registration, user="user2"))
    assert begun.pop("lti_message_hint")
    assert begun == {
        "iss": peer.base_url,
        "client_id": registration.client_id,
        "lti_deployment_id": "1",
        "target_link_uri": LAUNCH,
        "login_hint": "user2",
    }


def test_the_auth_gate_signs_a_message_for_a_registered_address(
    peer: Peer, walker: Browser, registration: Registration
) -> None:
    begun = initiation(walker, peer.start_url(registration, target="assessments/m1-plan"))
    page = ask(walker, registration, begun)
    assert (page.status, page.form.action, page.form.method) == (200, LAUNCH, "post")
    assert page.form.fields["state"] == "state-1"
    claims = claims_in(page, registration)
    assert claims["aud"] == claims["azp"] == registration.client_id
    assert claims["exp"] == claims["iat"] + 3600
    assert (claims["sub"], claims["name"], claims["email"]) == (
        "user2",
        "Uma Example",
        "uma@example.test",
    )
    assert claims["nonce"] == "nonce-1"
    assert claims[f"{CLAIM}message_type"] == "LtiResourceLinkRequest"
    assert claims[f"{CLAIM}version"] == "1.3.0"
    assert claims[f"{CLAIM}deployment_id"] == "1"
    assert claims[f"{CLAIM}target_link_uri"] == LAUNCH
    assert claims[f"{CLAIM}custom"] == {"lms_target": "assessments/m1-plan"}
    assert claims[f"{CLAIM}resource_link"] == {"id": registration.resource_link_id}
    assert claims[f"{CLAIM}context"]["id"] == registration.context_id
    assert claims[f"{AGS}claim/endpoint"] == {
        "scope": [
            f"{AGS}scope/lineitem.readonly",
            f"{AGS}scope/result.readonly",
            f"{AGS}scope/score",
        ],
        "lineitems": registration.lineitems,
        "lineitem": registration.lineitem,
    }


def test_what_the_message_holds_and_leaves_out(
    peer: Peer, walker: Browser, registration: Registration
) -> None:
    begun = initiation(walker, peer.start_url(registration, name="", email="", window="window"))
    claims = claims_in(ask(walker, registration, begun), registration)
    assert claims[f"{CLAIM}context"]["type"] == [
        "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"
    ]
    assert claims[f"{CLAIM}launch_presentation"] == {
        "document_target": "window",
        "return_url": f"{peer.base_url}/back",
    }
    assert claims[f"{CLAIM}tool_platform"].keys() == {"guid", "name"}
    assert claims["preferred_username"] == "user2"
    assert {"name", "email", "given_name", "locale"}.isdisjoint(claims)
    assert {f"{CLAIM}custom", f"{CLAIM}lis"}.isdisjoint(claims)
    assert "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice" not in claims


def test_the_hint_is_not_used_up_and_little_else_is_looked_at(
    peer: Peer, walker: Browser, registration: Registration
) -> None:
    begun = initiation(walker, peer.start_url(registration))
    asked = begun | {"redirect_uri": LAUNCH, "state": "s", "nonce": "n1", "login_hint": "someone"}
    for nonce in ("n1", "n2"):
        page = walker.step(registration.auth_url, asked | {"nonce": nonce})
        assert claims_in(page, registration)["nonce"] == nonce
        assert claims_in(page, registration)["sub"] == "user2"


@pytest.mark.parametrize("mode", ["programmatic", "disabled"])
def test_line_items_may_be_left_to_the_tool_or_be_none(
    peer: Peer, walker: Browser, key: ToolKey, mode: Literal["programmatic", "disabled"]
) -> None:
    registered = peer.configure(
        login_url=LOGIN, launch_url=LAUNCH, jwks=key.key_set(), ags_mode=mode
    )
    assert registered.lineitem is None
    begun = initiation(walker, peer.start_url(registered))
    claims = claims_in(ask(walker, registered, begun), registered)
    if mode == "disabled":
        assert f"{AGS}claim/endpoint" not in claims
    else:
        endpoint = claims[f"{AGS}claim/endpoint"]
        assert endpoint["lineitems"] == registered.lineitems
        assert "lineitem" not in endpoint
        assert f"{AGS}scope/lineitem" in endpoint["scope"]


MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ROLES = {"student": "Learner", "staff": "Instructor", "instructor": "Administrator"}


@pytest.mark.parametrize(("role", "word"), ROLES.items())
def test_roles_hold_the_membership_among_others(
    peer: Peer, walker: Browser, registration: Registration, role: str, word: str
) -> None:
    begun = initiation(walker, peer.start_url(registration, role=role))
    roles = claims_in(ask(walker, registration, begun), registration)[f"{CLAIM}roles"]
    assert MEMBERSHIP + word in roles
    assert "http://purl.imsglobal.org/vocab/lis/v2/institution/person#None" in roles
    assert "http://purl.imsglobal.org/vocab/lis/v2/system/person#None" in roles
    assert (MEMBERSHIP + "Instructor" in roles) == (role != "student")


REFUSED = {
    "another redirect_uri": {"redirect_uri": "http://evil.example/lti/launch"},
    "a query after the redirect_uri": {"redirect_uri": f"{LAUNCH}?page=7"},
    "no nonce": {"nonce": ""},
    "no state": {"state": ""},
    "another client": {"client_id": "other-client"},
    "a made-up hint": {"lti_message_hint": "made-up"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_the_auth_gate_refuses(
    peer: Peer, walker: Browser, registration: Registration, changes: dict[str, str]
) -> None:
    begun = initiation(walker, peer.start_url(registration))
    page = ask(walker, registration, begun, **changes)
    assert page.status == 400
    assert "id_token" not in page.text


def test_a_rotated_key_signs_the_next_message(
    peer: Peer, walker: Browser, registration: Registration
) -> None:
    begun = initiation(walker, peer.start_url(registration))
    before = ask(walker, registration, begun).form.fields["id_token"]
    kid = peer.rotate_key(registration)
    after = ask(walker, registration, begun).form.fields["id_token"]
    assert jwt.get_unverified_header(before)["kid"] != kid
    assert jwt.get_unverified_header(after)["kid"] == kid
    assert [
        row["kid"] for row in requests.get(registration.jwks_url, timeout=20).json()["keys"]
    ] == [kid]


def test_a_browser_walks_a_launch_to_the_page_that_stays(peer: Peer, walker: Browser) -> None:
    """A tool whose login address is the peer's own page shows that redirects are followed."""
    back = f"{peer.base_url}/back"
    registered = peer.configure(login_url=back, launch_url=back, jwks_url=back)
    page = walker.open(peer.start_url(registered))
    assert page.status == 200
    assert '"login_hint": "user2"' in page.text
    assert walker.visited == [("GET", f"{peer.base_url}/start"), ("GET", back)]
