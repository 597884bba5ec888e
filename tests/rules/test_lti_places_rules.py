"""Where a launch lands, what a person becomes by it, and which addresses of a VLE we follow."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lms.actor import Role
from lms.lti.rules import addresses, places
from lms.lti.rules.claims import (
    CUSTOM,
    TARGET_LINK_URI,
    SignedClaims,
)
from lms.lti.rules.places import Becomes, Place, Standing

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TOOL = "https://tool.test"
LAUNCH = f"{TOOL}/lti/launch"


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


def test_work_that_is_handed_in_to_the_vle_has_no_marking_here() -> None:
    target = "assessments/m2-policy"
    here = places.landing(target, marks=True, cohort="cohort-3", handed_in_here=True)
    there = places.landing(target, marks=True, cohort="cohort-3", handed_in_here=False)
    assert (here, there) == ("/marking/m2-policy?cohort=cohort-3", "/assessments/m2-policy")
