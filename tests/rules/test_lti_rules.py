"""The rules of launching and sending, as tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lms.actor import Role
from lms.lti.rules import addresses, places, scores
from lms.lti.rules.checks import CHECKS, Evidence, Login, Registered, Signature, Stage, first_fault
from lms.lti.rules.claims import (
    CONTEXT,
    CUSTOM,
    DEPLOYMENT_ID,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    ROLES,
    TARGET_LINK_URI,
    VERSION,
    SignedClaims,
)
from lms.lti.rules.places import Becomes, Place, Standing
from lms.lti.rules.scores import Answer, Reply

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
TOOL = "https://tool.test"
LAUNCH = f"{TOOL}/lti/launch"

LOGIN = Login("nonce-1", "browser-1", LAUNCH, NOW - timedelta(seconds=2), used=False)
PLATFORM = Registered("https://vle.test", "client-1", active=True, deployments=frozenset({"1"}))
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


def _said(**changes: Any) -> Evidence:
    """The good launch with other claims; None leaves one out."""
    claims = {k: v for k, v in (CLAIMS | changes).items() if v is not None}
    return replace(GOOD, claims=claims)


def _claim(name: str, value: Any) -> Evidence:
    return _said(**{name: value})


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
        for value in ("LtiDeepLinkingRequest", "LtiSubmissionReviewRequest", "badltilaunch")
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
    ],
    "target is the login's": [_claim(TARGET_LINK_URI, f"{TOOL}/modules/m1")],
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
    replace(GOOD, browser=None),
    _login(created_at=NOW - timedelta(minutes=10)),
]


@pytest.mark.parametrize("evidence", PASSING)
def test_what_is_only_unusual_passes(evidence: Evidence) -> None:
    assert [first_fault(stage, evidence) for stage in Stage] == [None] * len(Stage)


# --- who and where ---

MEMBER = "http://purl.imsglobal.org/vocab/lis/v2/membership"
PERSON = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person"


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([f"{MEMBER}#Instructor"], Standing.INSTRUCTOR),
        ([f"{MEMBER}#Learner"], Standing.LEARNER),
        (["Instructor"], Standing.INSTRUCTOR),
        (["Learner"], Standing.LEARNER),
        ([f"{MEMBER}#Instructor", f"{PERSON}#Staff", f"{PERSON}#Other"], Standing.INSTRUCTOR),
        ([f"{MEMBER}#Learner", f"{PERSON}#Student", f"{MEMBER}#Mentor"], Standing.LEARNER),
        ([f"{MEMBER}#Learner", f"{PERSON}#Instructor"], Standing.LEARNER),
        ([f"{PERSON}#Instructor"], Standing.OTHER),
        ([f"{PERSON}#Administrator", f"{SYSTEM}#Administrator"], Standing.OTHER),
        ([f"{PERSON}#Administrator", f"{MEMBER}#Instructor"], Standing.INSTRUCTOR),
        ([f"{MEMBER}/Instructor#TeachingAssistant"], Standing.OTHER),
        ([f"{MEMBER}#Mentor"], Standing.OTHER),
        (["http://purl.imsglobal.org/vocab/lis/v2/unknown/unknown#Helper"], Standing.OTHER),
        ([], Standing.OTHER),
        ([""], Standing.OTHER),
        ([None, 7, ["Instructor"]], Standing.OTHER),
        ("Instructor", Standing.OTHER),
        (None, Standing.OTHER),
    ],
)
def test_a_standing_comes_from_the_course_alone(roles: object, expected: Standing) -> None:
    assert places.standing(roles) is expected


NONE: frozenset[Role] = frozenset()


@pytest.mark.parametrize(
    ("standing", "place", "roles", "expected"),
    [
        (Standing.LEARNER, Place.NONE, NONE, Becomes.LEARNER),
        (Standing.LEARNER, Place.HELD, NONE, Becomes.AS_BEFORE),
        (Standing.LEARNER, Place.ENDED, NONE, Becomes.ENDED),
        # Moodle's "switch role to student" sends Learner for a teacher
        (Standing.LEARNER, Place.NONE, {Role.TRAINER}, Becomes.AS_BEFORE),
        (Standing.INSTRUCTOR, Place.NONE, NONE, Becomes.TRAINER),
        (Standing.INSTRUCTOR, Place.ENDED, NONE, Becomes.TRAINER),
        (Standing.INSTRUCTOR, Place.HELD, NONE, Becomes.AS_BEFORE),
        # Moodle calls an external examiner an Instructor
        (Standing.INSTRUCTOR, Place.NONE, {Role.EXAMINER}, Becomes.AS_BEFORE),
        (Standing.INSTRUCTOR, Place.NONE, {Role.MODULE_LEAD}, Becomes.AS_BEFORE),
        (Standing.INSTRUCTOR, Place.NONE, {Role.ADMIN}, Becomes.TRAINER),
        (Standing.OTHER, Place.NONE, NONE, Becomes.NOBODY),
        (Standing.OTHER, Place.HELD, NONE, Becomes.AS_BEFORE),
        (Standing.OTHER, Place.NONE, {Role.TRAINER}, Becomes.AS_BEFORE),
        (Standing.OTHER, Place.ENDED, NONE, Becomes.NOBODY),
    ],
)
def test_a_launch_gives_a_place_and_lowers_nothing(
    standing: Standing, place: Place, roles: set[Role], expected: Becomes
) -> None:
    assert places.becomes(standing, place=place, roles=frozenset(roles)) is expected


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"name": "Priya Example"}, "Priya Example"),
        ({"given_name": "Priya", "family_name": "Example"}, "Priya Example"),
        ({"email": "priya@example.test"}, "priya"),
        ({"name": "  ", "email": "priya@example.test"}, "priya"),
        ({}, places.NAMELESS),
        ({"name": None, "email": ""}, places.NAMELESS),
        ({"name": "Priya\n\x00\u202e Example"}, "Priya Example"),
        ({"name": "\ud800"}, places.NAMELESS),
        ({"name": ["Priya"]}, places.NAMELESS),
        ({"name": "x" * 500}, "x" * 200),
    ],
)
def test_a_person_has_a_label_however_little_is_shared(
    claims: dict[str, Any], expected: str
) -> None:
    assert places.label(SignedClaims(claims)) == expected


@pytest.mark.parametrize("email", ["not an address", "a@b@c", "", None, "a@", "x <a@b.c>"])
def test_what_is_no_address_is_not_kept(email: Any) -> None:
    assert places.shared_email(SignedClaims({"email": email})) is None


@pytest.mark.parametrize(
    ("custom", "uri", "expected"),
    [
        ("modules/m1/u1", LAUNCH, "modules/m1/u1"),
        ("modules/m1", LAUNCH, "modules/m1"),
        ("/assessments/m1-plan/", LAUNCH, "assessments/m1-plan"),
        (None, LAUNCH, ""),
        (None, f"{TOOL}/modules/m1/u1?page=7", "modules/m1/u1"),
        (None, "https://other.test/modules/m1/u1", ""),
        ("$Context.id", f"{TOOL}/modules/m1", "modules/m1"),
        ("", f"{TOOL}/modules/m1", "modules/m1"),
        (7, f"{TOOL}/modules/m1", "modules/m1"),
        ("modules/m1/../../journal", LAUNCH, ""),
        ("https://other.test/", LAUNCH, ""),
        ("//other.test/modules/m1", LAUNCH, ""),
        ("modules/m1?next=//other.test", LAUNCH, ""),
        ("journal", LAUNCH, ""),
        ("modules/m1\n", LAUNCH, ""),
    ],
)
def test_an_activity_opens_its_page_or_home(custom: Any, uri: str, expected: str) -> None:
    claims = SignedClaims({CUSTOM: {"lms_target": custom}, TARGET_LINK_URI: uri})
    assert places.target(claims, tool_url=TOOL) == expected


@pytest.mark.parametrize(
    ("target", "marks", "cohort", "expected"),
    [
        ("modules/m1/u1", True, "cohort-3", "/modules/m1/u1"),
        ("assessments/m1-plan", False, "cohort-3", "/assessments/m1-plan"),
        ("assessments/m1-plan", True, "cohort-3", "/marking/m1-plan?cohort=cohort-3"),
        ("assessments/m1-plan", True, None, "/assessments/m1-plan"),
        ("", True, "cohort-3", "/home"),
    ],
)
def test_a_launch_lands(target: str, *, marks: bool, cohort: str | None, expected: str) -> None:
    assert places.landing(target, marks=marks, cohort=cohort) == expected


# --- addresses ---


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://vle.test/mod/lti?x=1", "https://vle.test"),
        ("https://vle.test:443/", "https://vle.test"),
        ("http://localhost:5001/auth", "http://localhost:5001"),
        ("https://user:word@vle.test/", "https://vle.test"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("ftp://vle.test/", None),
        ("javascript:alert(1)", None),
        ("https://vle.test:port/", None),
        ("https://vle.test;script-src/", None),
        ("https://vle.test /", None),
        ("", None),
    ],
)
def test_an_origin_is_what_a_browser_says(url: str, expected: str | None) -> None:
    assert addresses.origin(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://vle.test/x", True),
        ("http://127.0.0.1:5001/x", True),
        ("http://localhost:5001/x", True),
        ("http://vle.test/x", False),
        ("https://user:word@vle.test/", False),
        ("file:///etc/passwd", False),
        ("not an address", False),
    ],
)
def test_only_https_or_this_machine_is_asked(url: str, *, expected: bool) -> None:
    assert addresses.may_be_asked(url) is expected


VLE = ("https://vle.test",)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://vle.test/return?course=2&sesskey=k&lti_errormsg=old#part",
            "https://vle.test/return?course=2&sesskey=k&lti_errormsg=It+did+not+open",
        ),
        ("https://other.test/return", None),
        ("http://vle.test/return", None),
        ("javascript:alert(1)", None),
        (None, None),
        (7, None),
        ("https://vle.test/" + "x" * 2000, None),
    ],
)
def test_the_way_back_is_the_platforms_own(url: object, expected: str | None) -> None:
    assert addresses.way_back(url, trusted=VLE, said="It did not open") == expected


@pytest.mark.parametrize(
    ("line_item", "expected"),
    [
        (
            "https://vle.test/lineitems/7/lineitem?type_id=1",
            "https://vle.test/lineitems/7/lineitem/scores?type_id=1",
        ),
        ("https://vle.test/lineitems/7", "https://vle.test/lineitems/7/scores"),
        ("https://vle.test/lineitems/7/", "https://vle.test/lineitems/7/scores"),
    ],
)
def test_scores_goes_before_the_question_mark(line_item: str, expected: str) -> None:
    assert addresses.inside(line_item, "scores") == expected


def test_results_are_asked_for_one_person() -> None:
    asked = addresses.inside("https://vle.test/7/lineitem?type_id=1", "results", user_id="a&b")
    assert asked == "https://vle.test/7/lineitem/results?type_id=1&user_id=a%26b"


# --- scores ---


@pytest.mark.parametrize(
    ("reply", "answer", "words"),
    [
        (Reply(200), Answer.TAKEN, ""),
        (Reply(204), Answer.TAKEN, ""),
        (Reply(0), Answer.LATER, scores.UNREACHABLE),
        (Reply(302), Answer.LATER, scores.MOVED),
        (Reply(400, "Incorrect score received"), Answer.FINAL, scores.NOT_TAKEN),
        # Blackboard
        (Reply(400, "User could not be found: x"), Answer.FINAL, scores.NOT_IN_COURSE),
        # Open edX
        (
            Reply(400, "Score already exists for the provided timestamp"),
            Answer.READ_BACK,
            scores.NEWER_THERE,
        ),
        (Reply(401), Answer.NEW_TOKEN, scores.NO_LEAVE),
        # Open edX, after a rotation of its key
        (Reply(403, "Invalid token signature."), Answer.NEW_TOKEN, scores.NO_LEAVE),
        # D2L
        (Reply(403, "User is not enrolled in the org unit"), Answer.FINAL, scores.NOT_IN_COURSE),
        (Reply(422, "non-gradable user"), Answer.FINAL, scores.NOT_IN_COURSE),
        # Canvas
        (Reply(403, "403 Forbidden (Rate Limit Exceeded)"), Answer.LATER, scores.SLOW_DOWN),
        (Reply(404), Answer.FINAL, scores.NO_COLUMN),
        (Reply(408), Answer.LATER, scores.UNREACHABLE),
        (
            Reply(409, "Refusing score with an earlier timestamp"),
            Answer.READ_BACK,
            scores.NEWER_THERE,
        ),
        (Reply(410), Answer.FINAL, scores.NO_COLUMN),
        (Reply(429), Answer.LATER, scores.SLOW_DOWN),
        # Moodle, when the grade is locked
        (Reply(500), Answer.LATER, scores.IN_TROUBLE),
        (Reply(502), Answer.LATER, scores.DOWN),
        (Reply(503), Answer.LATER, scores.DOWN),
        (Reply(504), Answer.LATER, scores.DOWN),
        (Reply(507), Answer.LATER, scores.IN_TROUBLE),
    ],
)
def test_an_answer_is_read(reply: Reply, answer: Answer, words: str) -> None:
    verdict = scores.read_answer(reply, now=NOW)
    assert (verdict.answer, verdict.words) == (answer, words)


def test_what_is_about_the_whole_vle_stops_the_others_and_what_is_about_one_does_not() -> None:
    about_all = {0, 302, 401, 403, 408, 429, 502, 503, 504}
    for status in (0, 200, 302, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504):
        assert scores.read_answer(Reply(status), now=NOW).everybody is (status in about_all)
    assert not scores.read_answer(Reply(403, "not enrolled"), now=NOW).everybody


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("120", timedelta(seconds=120)),
        ("Tue, 24 Nov 2026 10:05:00 GMT", timedelta(minutes=5)),
        ("Tue, 24 Nov 2026 09:00:00 GMT", timedelta(seconds=1)),
        ("0", timedelta(seconds=1)),
        ("999999999999999999", None),
        ("86400", timedelta(hours=6)),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_honoured_within_reason(said: str, expected: timedelta | None) -> None:
    for status in (429, 503):
        assert scores.read_answer(Reply(status, "", said), now=NOW).wait == expected


def test_tries_come_ever_later_and_apart() -> None:
    def pause(attempts: int, jitter: float = 0.0) -> timedelta:
        return scores.next_try(attempts, now=NOW, wait=None, jitter=jitter) - NOW

    assert [pause(n).total_seconds() for n in (1, 2, 3, 99)] == [10, 20, 40, 600]
    assert pause(1, 1.0) == timedelta(seconds=12.5)
    asked = scores.next_try(1, now=NOW, wait=timedelta(minutes=5), jitter=0.0)
    assert asked == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, NOW),
        (NOW - timedelta(seconds=1), NOW),
        (NOW.replace(microsecond=0), None),
        (NOW + timedelta(seconds=5), None),
    ],
)
def test_a_time_is_now_or_not_yet(last: datetime | None, expected: datetime | None) -> None:
    assert scores.next_timestamp(last, now=NOW) == expected


def test_a_time_within_the_last_second_waits() -> None:
    now = NOW.replace(microsecond=900_000)
    assert scores.next_timestamp(NOW.replace(microsecond=100_000), now=now) is None


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("62", "62"),
        ("62.00", "62"),
        ("62.50", "62.5"),
        ("62.45", "62.45"),
        ("0", "0"),
        ("0.10", "0.1"),
    ],
)
def test_points_are_sent_as_they_read(points: str, expected: str) -> None:
    assert str(scores.as_number(Decimal(points))) == expected


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({"resultScore": 62, "resultMaximum": 100}, True),
        ({"resultScore": 0.62, "resultMaximum": 1}, True),
        ({"resultScore": 0.62}, True),
        ({"resultScore": 6.2, "resultMaximum": 10}, True),
        ({"resultScore": 61.99, "resultMaximum": 100}, False),
        ({"resultScore": 70, "resultMaximum": 100}, False),
        ({"resultMaximum": 100}, False),
        ({"resultScore": None, "resultMaximum": 100}, False),
        ({"resultScore": "many", "resultMaximum": 100}, False),
        ({"resultScore": "NaN", "resultMaximum": 100}, False),
        ({"resultScore": 62, "resultMaximum": -1}, False),
    ],
)
def test_a_result_read_back_is_compared(held: dict[str, Any], *, expected: bool) -> None:
    assert scores.is_same(held, points=Decimal("62"), maximum=Decimal("100")) is expected


def test_no_sentence_is_written_by_the_vle() -> None:
    echo = "Priya Example scored 12"
    for status in range(600):
        assert echo not in scores.read_answer(Reply(status, echo), now=NOW).words
