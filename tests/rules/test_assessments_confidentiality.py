"""What must be explained before handing in, what is counted, until when work is replaced."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.assessments.rules.confidentiality import (
    LONGEST_SEARCHED,
    RELEASED,
    TOO_LATE,
    WINDOW,
    Answers,
    Searched,
    fixed_since,
    replace_blocks,
    review,
    review_blocks,
)
from lms.identifying import Kind, Known

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TEXT = Searched(
    "Your text", "paragraph", ("First.", "Ring 07700 900 123.", "Or 07700 900 456, in LS6 4QX.")
)
SCAN = Searched("scan.pdf", "page", None, key="7")


def test_each_find_is_shown_in_its_place() -> None:
    found = review([TEXT]).found
    assert [(one.kind, one.where, one.place.words) for one in found] == [
        (Kind.PHONE, "Your text, paragraph 2", "07700 900 123"),
        (Kind.PHONE, "Your text, paragraph 3", "07700 900 456"),
        (Kind.POSTCODE, "Your text, paragraph 3", "LS6 4QX"),
    ]
    assert found[0].place.before == "Ring "
    assert len({one.key for one in found}) == 3
    assert [(kind, len(group)) for kind, group in review([TEXT]).by_kind] == [
        (Kind.PHONE, 2),
        (Kind.POSTCODE, 1),
    ]


def test_paragraphs_are_counted_as_readers_do_and_pages_as_they_are() -> None:
    parts = ("First.", "", " ", "Ring 07700 900 123.")
    assert review([Searched("a", "paragraph", parts)]).found[0].where == "a, paragraph 2"
    assert review([Searched("a", "paragraph", parts[3:])]).found[0].where == "a, paragraph 1"
    assert review([Searched("a", "page", parts)]).found[0].where == "a, page 4"


def test_a_file_that_cannot_be_read_is_said_not_passed_over() -> None:
    long = Searched("long.docx", "paragraph", ("a" * (LONGEST_SEARCHED + 1),), key="8")
    assert review([TEXT, SCAN, long]).unread == (SCAN, long)


def test_what_is_known_is_not_marked() -> None:
    assert not review([TEXT], Known(phones=frozenset({"07700 900123", "07700900456"}))).found[1:]


FIRST, SECOND, PLACE = (one.key for one in review([TEXT]).found)
ENOUGH = {
    "nothing said": (Answers(), 3),
    "one explained": (Answers(reasons={FIRST: "Ours."}), 2),
    "a kind explained": (Answers(for_kinds={"phone": "Both are ours."}), 1),
    "a blank is no reason": (Answers(reasons={FIRST: "  x "}), 3),
    "all explained": (Answers({PLACE: "Public."}, {"phone": "Ours."}), 0),
    "another find's reason": (Answers(reasons={"text-1-phone": "Ours."}), 3),
}


@pytest.mark.parametrize("what", ENOUGH)
def test_each_find_needs_a_reason_of_its_own_or_of_its_kind(what: str) -> None:
    answers, left = ENOUGH[what]
    blocks = review_blocks(review([TEXT]), answers)
    said = {0: (), 1: ("One place",), 2: ("2 places",), 3: ("3 places",)}[left]
    assert len(blocks) == len(said)
    assert all(block.startswith(start) for block, start in zip(blocks, said, strict=True))


def test_an_unread_file_needs_a_tick() -> None:
    (block,) = review_blocks(review([SCAN]), Answers())
    assert "scan.pdf" in block
    assert review_blocks(review([SCAN]), Answers(looked=frozenset({"7"}))) == ()
    assert review_blocks(review([SCAN]), Answers(looked=frozenset({"8"})))


def test_fixed_are_the_finds_that_went_away() -> None:
    assert [fixed_since(3, 1), fixed_since(1, 3), fixed_since(2, 2)] == [2, 0, 0]


def test_it_may_be_replaced_for_two_days_while_no_result_is_out() -> None:
    last = AT + WINDOW - timedelta(seconds=1)
    assert replace_blocks(AT, released=False, now=last) == ()
    assert replace_blocks(AT, released=False, now=AT + WINDOW) == (TOO_LATE,)
    assert replace_blocks(AT, released=True, now=last) == (RELEASED,)
