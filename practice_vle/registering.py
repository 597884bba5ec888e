"""How a tool is registered here: by its address (dynamic registration), or by hand.

Both as in a Moodle: a registration token is good for one use and one hour, what it makes is pending
until it is activated on this page, and the answer is a 200. This VLE launches one tool, so every
address must be that tool's.
"""

import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from practice_vle.launching import SCOPES, refuse
from practice_vle.pages import at_our_name, same_site_only
from practice_vle.platform import Platform, platform
from practice_vle.state import Tool

bp = Blueprint("registering", __name__)
bp.before_request(same_site_only)

CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
LIFE = 3600
NEEDED = (
    "response_types",
    "initiate_login_uri",
    "redirect_uris",
    "client_name",
    "jwks_uri",
    "token_endpoint_auth_method",
    TOOL,
)


class Refused(Exception):
    """A registration that is refused."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


@bp.errorhandler(Refused)
def refused(fault: Refused) -> ResponseReturnValue:
    """JSON with the reason."""
    return jsonify(error=fault.error), fault.status


# --- for a person ---


@bp.get("/tools")
def tools() -> ResponseReturnValue:
    """Every registration, and the two ways to make another."""
    vle = platform()
    return at_our_name() or render_template(
        "tools.html", tools=vle.tools(), in_use=vle.tool_in_use(), vle=vle, fault=""
    )


def _again(fault: str) -> ResponseReturnValue:
    vle = platform()
    page = render_template(
        "tools.html", tools=vle.tools(), in_use=vle.tool_in_use(), vle=vle, fault=fault
    )
    return page, 400


def _is_the_tools(url: object) -> bool:
    """Whether an address is at the tool that this VLE launches."""
    if not isinstance(url, str) or not url.isprintable():
        return False
    try:
        found, known = urlsplit(url), urlsplit(platform().tool_url)
    except ValueError:
        return False
    return (found.scheme, found.netloc) == (known.scheme, known.netloc)


@bp.post("/tools/register")
def register() -> ResponseReturnValue:
    """Open the tool's registration address, as a VLE does: with our configuration and a token."""
    vle, address = platform(), request.form.get("address", "").strip()
    if not _is_the_tools(address):
        return _again(f"This practice VLE knows one tool: the address begins with {vle.tool_url}/")
    client_id, scope = secrets.token_hex(8), "reg"
    known = request.form.get("client_id", "")
    if known:
        if known not in {tool.client_id for tool in vle.state.tools()}:
            return _again("There is no such registration to bring up to date.")
        client_id, scope = known, "reg-update"
    asked = {
        "openid_configuration": f"{vle.base_url}/openid-configuration",
        "registration_token": _make_token(vle, client_id, scope),
    }
    join = "&" if urlsplit(address).query else "?"
    return render_template("register.html", address=address + join + urlencode(asked))


@bp.post("/tools/add")
def add() -> ResponseReturnValue:
    """Register by hand."""
    form = {name: request.form.get(name, "").strip() for name in ("login", "launch", "keys")}
    if not all(_is_the_tools(value) for value in form.values()):
        return _again(
            f"This practice VLE knows one tool: each address begins with {platform().tool_url}/"
        )
    vle = platform()
    vle.state.put_tool(
        Tool(
            client_id=secrets.token_hex(8),
            deployment_id=_next_deployment(vle),
            name=request.form.get("name", "").strip()[:100] or "A tool without a name",
            active=False,
            login_url=form["login"],
            launch_url=form["launch"],
            redirect_uris=(form["launch"],),
            jwks_url=form["keys"],
        )
    )
    return redirect(url_for("registering.tools"), 303)


@bp.post("/tools/<client_id>")
def change(client_id: str) -> ResponseReturnValue:
    """Activate a pending registration, or open activities with another one."""
    vle = platform()
    found = next((tool for tool in vle.tools() if tool.client_id == client_id), None)
    if found is None:
        return refuse("There is no such registration.")
    if request.form.get("act") == "activate" and not found.active:
        vle.state.put_tool(replace(found, active=True))
    if request.form.get("act") in ("activate", "use"):
        if vle.find_tool(client_id) is None:
            return _again("Activate the registration first.")
        vle.state.set("tool", client_id)
    return redirect(url_for("registering.tools"), 303)


def _next_deployment(vle: Platform) -> str:
    return str(len(vle.tools()) + 1)


# --- for the tool ---


@bp.get("/openid-configuration")
def configuration() -> Response:
    """What a tool must know of this VLE."""
    vle = platform()
    return jsonify(
        {
            "issuer": vle.issuer,
            "authorization_endpoint": f"{vle.base_url}/auth",
            "token_endpoint": vle.token_url,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "jwks_uri": f"{vle.base_url}/jwks.json",
            "registration_endpoint": f"{vle.base_url}/registration",
            "scopes_supported": [*SCOPES, "openid"],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
            CONFIGURATION: {
                "product_family_code": "practice-vle",
                "version": "1",
                "messages_supported": [
                    {"type": "LtiResourceLinkRequest"},
                    {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
                ],
                "variables": ["Context.id.history", "ResourceLink.id.history"],
            },
        }
    )


def _make_token(vle: Platform, client_id: str, scope: str) -> str:
    now = int(vle.now())
    claims = {"sub": client_id, "scope": scope, "iat": now, "exp": now + LIFE}
    return vle.key.sign(claims | {"jti": secrets.token_hex(16)})


def _read_token(vle: Platform) -> dict[str, Any]:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Refused(401, "missing_registration_token")
    try:
        key = jwt.PyJWK(vle.key.key_set()["keys"][0])
        claims: dict[str, Any] = jwt.decode(
            token.strip(),
            key,
            algorithms=["RS256"],
            options={"require": ["sub", "exp", "jti"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError:
        raise Refused(401, "invalid_registration_token") from None
    if claims["exp"] <= vle.now() or claims.get("scope") not in ("reg", "reg-update"):
        raise Refused(401, "invalid_registration_token")
    return claims


@bp.post("/registration")
def registration() -> Response:
    """Take a tool's registration: pending until somebody activates it."""
    vle = platform()
    token, sent = _read_token(vle), request.get_json(force=True, silent=True)
    if not isinstance(sent, dict):
        raise Refused(400, "invalid_client_metadata")
    for name in NEEDED:
        if not sent.get(name):
            raise Refused(400, f"missing required attribute {name}")
    inner = sent[TOOL] if isinstance(sent[TOOL], dict) else {}
    launch = inner.get("target_link_uri") or f"https://{inner.get('domain', '')}"
    _check_addresses(sent, inner, launch)
    known = _known(vle, token)
    once = token["scope"] == "reg"  # a token to bring one up to date may be used again
    name = f"registration {token['jti']}"
    if once and not vle.state.is_new_assertion(name, token["exp"], vle.now()):
        raise Refused(401, "token_already_used")
    custom = inner.get("custom_parameters")
    tool = Tool(
        client_id=str(token["sub"]),
        deployment_id=known.deployment_id if known else _next_deployment(vle),
        name=str(sent["client_name"])[:100],
        active=known.active if known else False,
        login_url=sent["initiate_login_uri"],
        launch_url=launch,
        redirect_uris=tuple(sent["redirect_uris"]),
        jwks_url=sent["jwks_uri"],
        scopes=tuple(one for one in str(sent.get("scope", "")).split() if one in SCOPES),
        custom=tuple((str(k), str(v)) for k, v in custom.items())
        if isinstance(custom, dict)
        else (),
    )
    vle.state.put_tool(tool)
    return jsonify(_registered(tool, sent, inner))


def _known(vle: Platform, token: dict[str, Any]) -> Tool | None:
    known = next((t for t in vle.state.tools() if t.client_id == token["sub"]), None)
    if token["scope"] == "reg-update" and known is None:
        raise Refused(401, "invalid_registration_token")
    return known


def _check_addresses(sent: dict[str, Any], inner: dict[str, Any], launch: str) -> None:
    if not inner.get("domain"):
        raise Refused(400, "missing_domain")
    if inner["domain"] != urlsplit(launch).netloc:
        raise Refused(400, "domain_targetlinkuri_mismatch")
    redirects = sent["redirect_uris"]
    addresses = [sent["initiate_login_uri"], sent["jwks_uri"], launch]
    addresses += redirects if isinstance(redirects, list) else [None]
    if not all(_is_the_tools(address) for address in addresses):
        raise Refused(400, "invalid_redirect_uri")


def _registered(tool: Tool, sent: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    """As a Moodle answers: what was sent, with the two ids."""
    return {
        **{name: sent[name] for name in NEEDED if name != TOOL},
        "client_id": tool.client_id,
        "scope": " ".join(tool.scopes),
        TOOL: inner | {"version": "1.3.0", "deployment_id": tool.deployment_id},
    }
