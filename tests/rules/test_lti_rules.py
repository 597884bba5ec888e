"""The checks of a launch, as a table: each refuses something that no other does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lms.lti.rules.checks import CHECKS, first_fault
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    ASKS_FOR_LINKS,
    CONTEXT,
    DEEP_LINKING,
    DEPLOYMENT_ID,
    FOR_USER,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    REVIEW,
    ROLES,
    TARGET_LINK_URI,
    VERSION,
)
from lms.lti.rules.evidence import Evidence, Login, Registered, Signature, Stage

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
TOOL = "https://tool.test"
LAUNCH = f"{TOOL}/lti/launch"

LOGIN = Login("nonce-1", "browser-1", LAUNCH, NOW - timedelta(seconds=2), used=False)
PLATFORM = Registered(
    "https://vle.test",
    "client-1",
    active=True,
    deployments=frozenset({"1"}),
    origins=("https://vle.test",),
)
SETTINGS: dict[str, Any] = {
    "deep_link_return_url": "https://vle.test/back?sesskey=1",
    "accept_types": ["ltiResourceLink"],
    "accept_presentation_document_targets": ["iframe"],
}
CLAIMS: dict[str, Any] = {
    "iss": "https://vle.test",
    "aud": "client-1",
    "sub": "4",
    "nonce": "nonce-1",
    "iat": AT,
    "exp": AT + 60,
    MESSAGE_TYPE: "LtiResourceLinkRequest",
    VERSION: "1.3.0",
    DEPLOYMENT_ID: "1",
    TARGET_LINK_URI: LAUNCH,
    ROLES: [],
    RESOURCE_LINK: {"id": "1"},
    CONTEXT: {"id": "2"},
}
GOOD = Evidence(
    now=NOW,
    tool_url=TOOL,
    browser="browser-1",
    login=LOGIN,
    platform=PLATFORM,
    header={"alg": "RS256", "kid": "key-1"},
    claims=CLAIMS,
    signature=Signature.GOOD,
)
LONG = "x" * 256
REVIEWED: dict[str, Any] = {
    MESSAGE_TYPE: REVIEW,
    AGS_ENDPOINT: {"lineitem": "https://vle.test/7"},
}


def _said(**changes: Any) -> Evidence:
    """The good launch with other claims; None leaves one out."""
    claims = {k: v for k, v in (CLAIMS | changes).items() if v is not None}
    return replace(GOOD, claims=claims)


def _claim(name: str, value: Any) -> Evidence:
    return _said(**{name: value})


def _links(*, roles: Any = ("Instructor",), more: Any = None, **settings: Any) -> Evidence:
    """A good deep linking request with other settings; None leaves one out."""
    asked = {k: v for k, v in (SETTINGS | settings).items() if v is not None}
    said = {MESSAGE_TYPE: ASKS_FOR_LINKS, RESOURCE_LINK: None, TARGET_LINK_URI: None}
    return _said(**said | {ROLES: list(roles), DEEP_LINKING: asked} | (more or {}))


def _login(**changes: Any) -> Evidence:
    return replace(GOOD, login=replace(LOGIN, **changes))


BAD: dict[str, list[Evidence]] = {
    "state is known": [replace(GOOD, login=None)],
    "state is not used": [_login(used=True)],
    "state is not old": [_login(created_at=NOW - timedelta(minutes=10, seconds=1))],
    "state is this browser's": [replace(GOOD, browser="browser-2")],
    "token is readable": [
        replace(GOOD, header=None),
        replace(GOOD, claims=["a list"]),
        replace(GOOD, claims=None),
    ],
    "algorithm": [
        replace(GOOD, header={"alg": alg, "kid": "key-1"})
        for alg in ("none", "HS256", "RS512", None)
    ],
    "key is named": [
        replace(GOOD, header={"alg": "RS256"}),
        replace(GOOD, header={"alg": "RS256", "kid": ""}),
        replace(GOOD, header={"alg": "RS256", "kid": ["key-1"]}),
    ],
    "nonce": [
        _said(nonce=None),
        _said(nonce="nonce-2"),
        _said(nonce=["nonce-1"]),
        _said(nonce="\ud800"),
    ],
    "platform is active": [replace(GOOD, platform=replace(PLATFORM, active=False))],
    "issuer": [_said(iss=None), _said(iss="https://other.test"), _said(iss="https://vle.test/")],
    "audience": [
        _said(aud=None),
        _said(aud="client-2"),
        _said(aud=["client-2"]),
        _said(aud={"client-1": 1}),
    ],
    "authorised party": [
        _said(aud=["client-1", "client-2"]),
        _said(aud=["client-1", "client-2"], azp="client-2"),
        _said(azp="client-2"),
    ],
    "keys can be fetched": [replace(GOOD, signature=Signature.KEYS_UNREACHABLE)],
    "key is the platform's": [replace(GOOD, signature=Signature.NO_SUCH_KEY)],
    "signature": [
        replace(GOOD, signature=Signature.BAD),
        replace(GOOD, signature=Signature.UNCHECKED),
    ],
    "deployment": [_claim(DEPLOYMENT_ID, value) for value in (None, "2", 1, ["1"])],
    "expiry is given": [_said(exp=None), _said(exp="soon"), _said(exp=True), _said(exp=1e300)],
    "not expired": [_said(exp=AT - 31), _said(exp=22222)],
    "issue time is given": [_said(iat=None), _said(iat="now"), _said(iat=float("nan"))],
    "not issued long ago": [_said(iat=AT - 631), _said(iat=11111)],
    "not issued in the future": [_said(iat=AT + 31)],
    "not before its time": [_said(nbf=AT + 31), _said(nbf="later")],
    "subject": [_said(sub=None), _said(sub=""), _said(sub=4)],
    "subject is an identifier": [_said(sub=LONG), _said(sub="4\x00"), _said(sub="\ud800")],
    "version": [_claim(VERSION, value) for value in (None, "11.3", "1.3", 1.3)],
    "message type is given": [_claim(MESSAGE_TYPE, value) for value in (None, "", ["x"])],
    "message type is a launch": [
        _claim(MESSAGE_TYPE, value)
        for value in ("LtiDeepLinkingResponse", "LtiContextLaunchRequest", "badltilaunch")
    ],
    "review is of somebody": [
        _said(**REVIEWED, **{FOR_USER: value})
        for value in (None, {}, {"user_id": ""}, {"user_id": 4}, {"user_id": LONG}, "4", ["4"])
    ],
    "review is of a column": [
        _said(**{MESSAGE_TYPE: REVIEW, FOR_USER: {"user_id": "4"}, AGS_ENDPOINT: value})
        for value in (None, {}, {"lineitem": None}, {"lineitem": ["x"]}, "https://vle.test/7")
    ],
    "roles": [_claim(ROLES, value) for value in (None, "Learner", {"Learner": 1})],
    "resource link": [
        _claim(RESOURCE_LINK, value) for value in (None, {}, {"id": ""}, "1", ["id"])
    ],
    "resource link is an identifier": [
        _claim(RESOURCE_LINK, {"id": value}) for value in (LONG, 7, "\n")
    ],
    "context is an identifier": [
        _claim(CONTEXT, "2"),
        _claim(CONTEXT, []),
        _claim(CONTEXT, {}),
        *(_claim(CONTEXT, {"id": value}) for value in ("", LONG, 2)),
    ],
    "target is ours": [
        _claim(TARGET_LINK_URI, value)
        for value in (
            None,
            "https://other.test/lti/launch",
            "http://tool.test/lti/launch",
            7,
            "//tool.test",
        )
    ]
    + [_links(more={TARGET_LINK_URI: "https://other.test/"})],
    "target is the login's": [
        _claim(TARGET_LINK_URI, f"{TOOL}/modules/m1"),
        _links(more={TARGET_LINK_URI: f"{TOOL}/lti/deep-linking"}),
    ],
    "links go back to the VLE": [
        _links(more={DEEP_LINKING: None}),
        _links(more={DEEP_LINKING: "https://vle.test/back"}),
        *(
            _links(deep_link_return_url=value)
            for value in (
                None,
                7,
                "https://other.test/back",
                "http://vle.test/back",
                "https://vle.test.other.test/back",
                "https://vle.test@other.test/back",
                "javascript:alert(1)",
                "https://vle.test/" + "x" * 4000,
            )
        ),
        _links(data="x" * 20_001),
    ],
    "links are taken": [
        _links(accept_types=value) for value in (None, [], ["link", "file"], "ltiResourceLink")
    ],
    "links are shown somewhere": [
        _links(accept_presentation_document_targets=None),
        _links(accept_presentation_document_targets=[]),
        _links(accept_presentation_document_targets="iframe"),
    ],
    "links are chosen by those who teach": [
        _links(roles=roles) for roles in ((), ("Learner",), ("Mentor", 7), ("urn:x#Instructor",))
    ],
}


def test_a_good_launch_passes_every_check() -> None:
    assert all(check.passes(GOOD) for check in CHECKS.values())


def test_every_check_has_a_bad_case() -> None:
    assert BAD.keys() == CHECKS.keys()


@pytest.mark.parametrize(
    ("name", "evidence"), [(name, bad) for name, cases in BAD.items() for bad in cases]
)
def test_a_bad_launch_is_refused_for_its_own_reason(name: str, evidence: Evidence) -> None:
    in_order = [first_fault(stage, evidence) for stage in Stage]
    assert next(fault for fault in in_order if fault) == name


PASSING: list[Evidence] = [
    _said(aud=["client-1"]),
    _said(aud=["client-2", "client-1"], azp="client-1"),
    _said(azp="client-1"),
    _said(exp=AT - 29),
    _said(iat=AT + 29),
    _said(iat=AT - 629),
    _said(nbf=AT),
    _claim(CONTEXT, None),
    _claim(ROLES, [""]),
    _claim("sub", "x" * 255),
    _links(),
    _links(data=""),
    _links(data=None, accept_multiple=None),
    _links(more={TARGET_LINK_URI: LAUNCH}),
    _links(roles=("Learner", "http://purl.imsglobal.org/vocab/lis/v2/membership#ContentDeveloper")),
    replace(GOOD, browser=None),
    _login(created_at=NOW - timedelta(minutes=10)),
]


@pytest.mark.parametrize("evidence", PASSING)
def test_what_is_only_unusual_passes(evidence: Evidence) -> None:
    assert [first_fault(stage, evidence) for stage in Stage] == [None] * len(Stage)
