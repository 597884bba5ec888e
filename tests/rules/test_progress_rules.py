"""Whether somebody is on course: one table."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.progress.rules import Course, Piece, in_order_of_need, standing

START = date(2026, 5, 11)
NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
DUE = datetime(2026, 12, 21, 12, tzinfo=UTC)
WORK = Piece("A plan", DUE, draft_kept=False, handed_in=False, released=False)
LATE = replace(WORK, due_at=NOW - timedelta(days=1))
IN_THE_VLE = replace(LATE, elsewhere=True)


@pytest.mark.parametrize(
    ("begun", "units_left", "pieces", "days_in", "course"),
    [
        (False, 3, [WORK], 5, Course.NOT_STARTED),
        (False, 3, [WORK], 21, Course.NOT_STARTED),
        (False, 3, [WORK], 22, Course.CONVERSATION),
        (True, 3, [WORK], 40, Course.ON_COURSE),
        (True, 3, [LATE], 40, Course.CONVERSATION),
        (True, 3, [replace(LATE, handed_in=True)], 40, Course.ON_COURSE),
        (True, 0, [WORK], 40, Course.ON_COURSE),
        (True, 0, [replace(WORK, handed_in=True)], 40, Course.COMPLETE),
        (True, 0, [], 40, Course.COMPLETE),
        (False, 3, [LATE], 5, Course.CONVERSATION),
        (True, 3, [IN_THE_VLE], 40, Course.ON_COURSE),
        (True, 3, [IN_THE_VLE, LATE], 40, Course.CONVERSATION),
        (True, 0, [IN_THE_VLE], 40, Course.COMPLETE),
        (True, 0, [IN_THE_VLE, WORK], 40, Course.ON_COURSE),
    ],
)
def test_standing(
    *, begun: bool, units_left: int, pieces: list[Piece], days_in: int, course: Course
) -> None:
    stands = standing(
        begun=begun,
        units_left=units_left,
        pieces=pieces,
        starts_on=START,
        today=START + timedelta(days=days_in),
        now=NOW,
    )
    assert stands.course is course
    assert stands.why.endswith(".")


def test_the_words_of_a_piece_never_hold_a_mark() -> None:
    assert WORK.words == "Not begun"
    assert replace(WORK, draft_kept=True).words == "Draft kept"
    assert replace(WORK, draft_kept=True, handed_in=True).words == "Handed in"
    assert replace(WORK, handed_in=True, released=True).words == "Feedback released"


def test_what_the_vle_takes_is_neither_missing_nor_begun_here() -> None:
    assert LATE.missing(NOW)
    assert not replace(LATE, handed_in=True).missing(NOW)
    assert not WORK.missing(NOW)
    assert not IN_THE_VLE.missing(NOW)
    assert IN_THE_VLE.words == "On the university’s site"


def test_those_who_may_need_somebody_come_first_then_by_name() -> None:
    rows = [
        (Course.ON_COURSE, "Ben"),
        (Course.CONVERSATION, "Zoe"),
        (Course.COMPLETE, "ada"),
        (Course.CONVERSATION, "Ivo"),
    ]
    assert [rows[place][1] for place in in_order_of_need(rows)] == ["Ivo", "Zoe", "ada", "Ben"]
