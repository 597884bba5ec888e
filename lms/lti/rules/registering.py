"""Dynamic registration: what a VLE's configuration must say, and what it answers.

A VLE's administrator opens `/lti/register` with the address of the VLE's configuration. Anybody on
the internet can do so with any address: nothing of it is believed before every check has passed,
and what comes of it is switched off until an administrator of ours has looked at it.
(LTI Dynamic Registration 1.0; OpenID Connect Discovery 1.0, section 3.)
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from lms.lti.rules.addresses import is_on_this_machine, may_be_asked, origin
from lms.lti.rules.asking import (
    MESSAGES,
    PLACEMENTS,
    SCOPES,
    TOOL_CONFIGURATION,
    USUAL_SCOPES,
    Tool,
    asked_of,
)
from lms.lti.rules.claims import ASKS_FOR_LINKS, text_in

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
LONGEST_ADDRESS = 2000
LONGEST_TOKEN = 8000
LONGEST_ID = 255

# An issuer lives at the host of its configuration. This one does not: for each issuer, the hosts
# that may speak for it. A line here is trust, so each needs a source.
#
# - Blackboard: its article 000090618 (Behind the Blackboard, 16 April 2025) prints the
#   configuration of its developer portal: issuer https://blackboard.com, every address of it at
#   developer.blackboard.com.
#
# Not here, because their configuration lives at their issuer: Moodle (seen: the site's own
# /mod/lti/openid-configuration.php), Canvas (canvas-lms, dynamic_registration_controller.rb,
# `oidc_configuration_url`: the host of `lti_iss`; sso.canvaslms.com is only where people sign in,
# which an issuer may put anywhere), D2L (its article 23662: the issuer is the site's own address).
MAY_SPEAK_FOR: Mapping[str, frozenset[str]] = {
    "https://blackboard.com": frozenset({"developer.blackboard.com"}),
}

PRODUCTS = {
    "moodle": "Moodle",
    "canvas": "Canvas",
    "blackboard": "Blackboard",
    "bblearn": "Blackboard",
    "blackboardlearn": "Blackboard",
    "desire2learn": "D2L Brightspace",
}

_BEGIN_AGAIN = "In the VLE, begin the registration again."
_TELL = "Tell the people who look after the VLE, with the reference below."


class Unfit(Exception):
    """A registration that is refused: for which check, and what a person is told."""

    def __init__(self, check: str, words: str) -> None:
        super().__init__(check)
        self.check = check
        self.words = words


@dataclass(frozen=True)
class Offer:
    """A VLE's configuration that has passed every check."""

    configuration_url: str
    issuer: str
    auth_login_url: str
    auth_token_url: str
    key_set_url: str
    registration_url: str
    auth_audience: str | None
    product: str
    name: str
    scopes: tuple[str, ...]
    messages: tuple[str, ...]
    placements: tuple[str, ...]

    def as_kept(self) -> dict[str, Any]:
        """As it is kept between the page and its button."""
        return asdict(self)

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> "Offer":
        """The offer again."""
        lists = {name: tuple(kept.get(name, ())) for name in ("scopes", "messages", "placements")}
        return cls(**{**kept, **lists})


@dataclass(frozen=True)
class Given:
    """What the VLE gave us when it registered us."""

    client_id: str
    deployment_id: str | None


# --- addresses ---


def may_connect(url: object, *, demo: bool) -> bool:
    """Whether an address that a stranger named may be asked: https elsewhere; on this machine only
    in the demo.
    """
    if not isinstance(url, str) or not 0 < len(url) <= LONGEST_ADDRESS or not may_be_asked(url):
        return False
    return demo if is_on_this_machine(url) else url.startswith("https://")


def check_asked(configuration_url: str, token: str, *, demo: bool) -> None:
    """Refuse what the browser brought, before anything is fetched."""
    if not configuration_url:
        raise Unfit(
            "configuration is named",
            "This address is for a VLE to open. In the VLE, find where external tools are "
            "registered, and paste the address of this page there.",
        )
    if not may_connect(configuration_url, demo=demo):
        raise Unfit(
            "configuration may be asked",
            "The address of the VLE’s configuration cannot be used. It must begin with https://, "
            f"and be on the open internet. {_TELL}",
        )
    if len(token) > LONGEST_TOKEN or not (token.isascii() and token.isprintable()) or " " in token:
        raise Unfit(
            "token is readable",
            f"The VLE’s registration token cannot be read. {_BEGIN_AGAIN}",
        )


def speaks_for(configuration_url: str, issuer: str) -> bool:
    """Whether a configuration at that address may speak for the issuer."""
    if origin(configuration_url) == origin(issuer):
        return True
    host = urlsplit(configuration_url).hostname or ""
    return host in MAY_SPEAK_FOR.get(issuer.rstrip("/"), frozenset())


# --- the configuration ---


@dataclass(frozen=True)
class _Read:
    body: dict[str, Any]
    url: str
    demo: bool

    def address(self, name: str) -> bool:
        return may_connect(self.body.get(name), demo=self.demo)

    def allows(self, name: str, wanted: str) -> bool:
        """A list that is there must hold what we need; one that is absent says nothing."""
        listed = self.body.get(name)
        return listed is None or (isinstance(listed, list) and wanted in listed)

    @property
    def platform(self) -> dict[str, Any]:
        found = self.body.get(PLATFORM_CONFIGURATION)
        return found if isinstance(found, dict) else {}

    @property
    def messages(self) -> tuple[str, ...]:
        listed = self.platform.get("messages_supported")
        given = listed if isinstance(listed, list) else []
        types = [one.get("type") for one in given if isinstance(one, dict)]
        return tuple(name for name in MESSAGES if name in types)

    @property
    def placements(self) -> tuple[str, ...]:
        """Where the VLE offers to choose activities from, as far as we can use it."""
        listed = self.platform.get("messages_supported")
        given = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        said = [one.get("placements") for one in given if one.get("type") == ASKS_FOR_LINKS]
        offered = [place for one in said if isinstance(one, list) for place in one]
        return tuple(place for place in PLACEMENTS if place in offered) or PLACEMENTS[:1]


def _bad_issuer(read: _Read) -> bool:
    issuer = read.body.get("issuer")
    if not may_connect(issuer, demo=read.demo):
        return True
    parts = urlsplit(str(issuer))
    return bool(parts.query or parts.fragment)


# In this order; each with what a person is told.
FAULTS: dict[str, tuple[Callable[[_Read], bool], str]] = {
    "issuer is an address": (_bad_issuer, "does not say which VLE it is, in a way we can use."),
    "issuer is the configuration's": (
        lambda read: not speaks_for(read.url, str(read.body.get("issuer"))),
        "speaks for a VLE at another address, and may not.",
    ),
    "authorization endpoint": (
        lambda read: not read.address("authorization_endpoint"),
        "does not say where people sign in, in a way we can use.",
    ),
    "token endpoint": (
        lambda read: not read.address("token_endpoint"),
        "does not say where access tokens are given, in a way we can use.",
    ),
    "key set": (
        lambda read: not read.address("jwks_uri"),
        "does not say where its public keys are, in a way we can use.",
    ),
    "registration endpoint": (
        lambda read: not read.address("registration_endpoint"),
        "does not say where a tool registers, in a way we can use.",
    ),
    "signs with RS256": (
        lambda read: not read.allows("id_token_signing_alg_values_supported", "RS256"),
        "signs its messages in a way we cannot read (we read RS256).",
    ),
    "takes signed assertions": (
        lambda read: not read.allows("token_endpoint_auth_methods_supported", "private_key_jwt"),
        "wants a shared password for its services (we sign with our own key instead).",
    ),
    "speaks LTI": (
        lambda read: "LtiResourceLinkRequest" not in read.messages,
        "does not offer to open activities by LTI 1.3.",
    ),
}


def read_configuration(body: object, *, url: str, demo: bool) -> Offer:
    """The offer of a configuration; raises Unfit for the first check that does not pass."""
    if not isinstance(body, dict):
        raise Unfit("configuration is readable", f"The VLE’s configuration cannot be read. {_TELL}")
    read = _Read(body, url, demo)
    for check, (is_faulty, words) in FAULTS.items():
        if is_faulty(read):
            raise Unfit(check, f"The VLE’s configuration {words} {_TELL}")
    listed = body.get("scopes_supported")
    offered = listed if isinstance(listed, list) else USUAL_SCOPES
    product = text_in(read.platform, "product_family_code", longest=60).lower()
    host = urlsplit(body["issuer"]).hostname or ""
    return Offer(
        configuration_url=url,
        issuer=body["issuer"],
        auth_login_url=body["authorization_endpoint"],
        auth_token_url=body["token_endpoint"],
        key_set_url=body["jwks_uri"],
        registration_url=body["registration_endpoint"],
        auth_audience=text_in(body, "authorization_server", longest=LONGEST_ADDRESS) or None,
        product=product,
        name=f"{PRODUCTS.get(product, product)} at {host}" if product else host,
        scopes=tuple(scope for scope in SCOPES if scope in offered),
        messages=read.messages,
        placements=read.placements,
    )


# --- what we ask for ---


def registration(offer: Offer, tool: Tool) -> dict[str, Any]:
    """What is sent to this VLE's registration endpoint."""
    return asked_of(tool, scopes=offer.scopes, messages=offer.messages, placements=offer.placements)


# --- what it answers ---


def _identifier(value: object) -> str | None:
    """A client or deployment id; numbers are taken as they are written (Moodle's are)."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    usable = isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()
    return str(value) if usable and str(value) == str(value).strip() else None


def read_answer(status: int, body: object) -> Given:
    """What the VLE gave us (200 from Moodle, 201 from others); raises Unfit when it did not."""
    if status == 0:
        raise Unfit(
            "VLE answers", f"The VLE did not answer when we asked it to register us. {_BEGIN_AGAIN}"
        )
    if status in (401, 403):
        raise Unfit(
            "token is taken",
            "The VLE did not accept its registration token. It works once, and for an hour. "
            f"{_BEGIN_AGAIN}",
        )
    if status not in (200, 201):
        raise Unfit("VLE registers", f"The VLE did not register us. {_TELL}")
    given = body if isinstance(body, dict) else {}
    client_id = _identifier(given.get("client_id"))
    if client_id is None:
        raise Unfit(
            "client id is given",
            f"The VLE registered us, but did not say under which client id. {_TELL}",
        )
    inner = given.get(TOOL_CONFIGURATION)
    deployment = inner.get("deployment_id") if isinstance(inner, dict) else None
    return Given(client_id, _identifier(deployment or given.get("deployment_id")))
