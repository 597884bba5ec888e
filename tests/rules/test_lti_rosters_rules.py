"""What a list of people would change, as a table; and when a name is taken."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lti.rules.places import NAMELESS, Place, Standing
from lms.lti.rules.rosters import Known, Listed, Plan, Step, next_night, plan, renamed

LEARNER, INSTRUCTOR, OTHER = Standing.LEARNER, Standing.INSTRUCTOR, Standing.OTHER
HELD, ENDED, NONE = Place.HELD, Place.ENDED, Place.NONE


def here(**more: Any) -> Known:
    known: dict[str, Any] = {"user_id": 1, "identity_id": 1, "name": "P", "told_name": "P"}
    return Known(**known | more)


CASES: list[tuple[Listed | None, Known | None, Step | None]] = [
    (Listed("p", "P", None, LEARNER), None, Step.JOIN),
    (Listed("p", "P", None, INSTRUCTOR), None, None),
    (Listed("p", "P", None, OTHER), None, None),
    (Listed("p", "P", None, LEARNER, active=False), None, None),
    (Listed("p", "P", None, LEARNER), here(), Step.JOIN),
    (Listed("p", "P", None, LEARNER), here(place=HELD), None),
    (Listed("p", "P", None, LEARNER), here(staff=True), None),
    (Listed("p", "P", None, LEARNER), here(place=ENDED), None),
    (Listed("p", "P", None, LEARNER), here(place=ENDED, taken_off=True), Step.RETURN),
    (Listed("p", "P", None, LEARNER), here(place=ENDED, taken_off=True, staff=True), None),
    (Listed("p", "P", None, INSTRUCTOR), here(place=HELD, member=True), None),
    (Listed("p", "Q", None, LEARNER), here(place=HELD), Step.RENAME),
    (Listed("p", "", None, LEARNER), here(place=HELD), None),
    (Listed("p", "Q", None, LEARNER), here(place=HELD, name="Own"), None),
    (Listed("p", "P", None, LEARNER, active=False), here(place=HELD), Step.LEAVE),
    (Listed("p", "P", None, LEARNER, active=False), here(place=HELD, staff=True), None),
    (None, here(place=HELD, member=True), Step.LEAVE),
    (None, here(place=HELD), None),
    (None, here(place=HELD, member=True, staff=True), None),
    (None, here(place=HELD, member=True, elsewhere=True), None),
    (None, here(place=ENDED, member=True), None),
]


@pytest.mark.parametrize(("listed", "known", "step"), CASES)
def test_one_person(listed: Listed | None, known: Known | None, step: Step | None) -> None:
    would_be = plan([listed] if listed else [], {"p": known} if known else {}, whole=True)
    assert [line.step for line in would_be.lines] == ([step] if step else [])


def test_nobody_leaves_for_being_absent_from_part_of_a_list() -> None:
    known = {"p": here(place=HELD, member=True)}
    assert plan([], known, whole=False).lines == ()
    gone = [Listed("p", "P", None, LEARNER, active=False)]
    assert [line.step for line in plan(gone, known, whole=False).lines] == [Step.LEAVE]


people = st.lists(
    st.builds(
        Listed,
        subject=st.sampled_from("abcdef"),
        name=st.sampled_from(["", "A", "B"]),
        email=st.none(),
        standing=st.sampled_from(Standing),
        active=st.booleans(),
    ),
    unique_by=lambda one: one.subject,
)
known_people = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(
        Known,
        user_id=st.just(1),
        identity_id=st.just(1),
        name=st.sampled_from(["A", "B", NAMELESS]),
        told_name=st.sampled_from(["", "A", "B"]),
        place=st.sampled_from(Place),
        staff=st.booleans(),
        member=st.booleans(),
        taken_off=st.booleans(),
        elsewhere=st.booleans(),
    ),
)


@given(listed=people, known=known_people, whole=st.booleans())
def test_staff_are_never_moved_and_the_order_of_the_list_does_not_matter(
    listed: list[Listed], known: dict[str, Known], *, whole: bool
) -> None:
    would_be = plan(listed, known, whole=whole)
    assert would_be == plan(list(reversed(listed)), known, whole=whole)
    moved = {line.subject for line in would_be.lines if line.step is not Step.RENAME}
    assert not {subject for subject in moved if subject in known and known[subject].staff}
    assert len(moved) == sum(line.step is not Step.RENAME for line in would_be.lines)


def test_the_fingerprint_is_of_what_would_be_done() -> None:
    one = plan([Listed("p", "P", "p@example.test", LEARNER)], {}, whole=True)
    two = plan([Listed("p", "P", "q@example.test", LEARNER)], {}, whole=True)
    assert one.fingerprint != two.fingerprint != Plan().fingerprint
    assert (
        one.fingerprint
        == plan([Listed("p", "P", "p@example.test", LEARNER)], {}, whole=False).fingerprint
    )


@pytest.mark.parametrize(
    ("leaving", "staying", "look"), [(2, 0, False), (3, 9, False), (3, 8, True), (9, 0, True)]
)
def test_many_leaving_at_once_is_looked_at(leaving: int, staying: int, *, look: bool) -> None:
    members = {f"p{n}": here(place=HELD, member=True) for n in range(leaving + staying)}
    listed = [Listed(f"p{n}", "P", None, LEARNER) for n in range(staying)]
    assert plan(listed, members, whole=True).empties_the_cohort is look


@pytest.mark.parametrize(
    ("current", "before", "now", "taken"),
    [
        ("A", "A", "B", True),
        ("A", "A", "", False),
        ("A", "", "B", False),
        ("Own", "A", "B", False),
        (NAMELESS, "", "B", True),
        ("", "", "B", True),
        ("B", "A", "B", False),
    ],
)
def test_a_name_is_taken_only_where_the_vles_stood(
    current: str, before: str, now: str, *, taken: bool
) -> None:
    assert renamed(current, told_before=before, told_now=now) is taken


def test_the_next_night_is_ahead() -> None:
    noon = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert next_night(noon, 7) == datetime(2026, 11, 25, 2, 7, tzinfo=UTC)
    assert next_night(datetime(2026, 11, 24, 1, 0, tzinfo=UTC), 0).day == 24
