"""Comments on passages as a form sends them, and the words they mean."""

from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.rules.passages import (
    LAST_PLACE,
    LONGEST_QUOTE,
    Passage,
    Pin,
    in_file,
    in_text,
    parted,
    read_pins,
    unplaced,
)


def test_what_says_something_is_kept_with_its_words_in_order_of_place() -> None:
    sent = {
        "pin-0-12": "Good.",
        "pin-0-3": "  Say how.  ",
        "quote-0-3": "the   law",
        "pin-7-2": "A page of a file.",
        "pin-0-4": "   ",
        "quote-0-5": "alone",
        "pin-x-1": "no",
        "comment": "no",
    }
    assert list(read_pins(sent).items()) == [
        (Passage(0, 3), Pin("Say how.", "the law")),
        (Passage(0, 12), Pin("Good.", "")),
        (Passage(7, 2), Pin("A page of a file.", "")),
    ]


def test_a_new_comment_names_its_page_and_joins_what_is_there() -> None:
    sent = {"pin-7-3": "Old.", "newpin-7": " New. ", "newpage-7": " 3 ", "newpin-8": "Other."}
    assert read_pins(sent) == {Passage(7, 3): Pin("Old.\n\nNew.")}
    assert unplaced(sent) == ["newpage-8"]
    assert read_pins(sent | {"newpage-7": "4", "newpin-7": "New."}) == {
        Passage(7, 3): Pin("Old."),
        Passage(7, 4): Pin("New."),
    }
    assert read_pins({"pin-7-3": "Old.", "newpin-7": "Old.", "newpage-7": "3"}) == {
        Passage(7, 3): Pin("Old.")
    }


def test_places_that_no_database_holds_are_left_out() -> None:
    for place in ("0", str(LAST_PLACE + 1), "9" * 30, "²"):
        assert read_pins({f"pin-0-{place}": "x"}) == {}
    assert read_pins({f"pin-{'9' * 30}-1": "x"}) == {}


def test_where_a_comment_stands_is_said_in_words() -> None:
    assert in_text(3) == "passage 3"
    assert in_file(1, 2, paged=True) == "file 1, page 2"
    assert in_file(1, 2, paged=False) == "file 1, passage 2"


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=600), max_size=6))
def test_nothing_that_a_browser_sends_is_odd(sent: dict[str, str]) -> None:
    for pin in read_pins(sent).values():
        assert pin.comment.strip()
        assert len(pin.quote) <= LONGEST_QUOTE


@given(st.text(max_size=60), st.text(max_size=6))
def test_the_parts_of_a_paragraph_are_the_paragraph(paragraph: str, quote: str) -> None:
    before, meant, after = parted(paragraph, quote)
    assert before + meant + after == paragraph
    assert meant == (quote if quote in paragraph else "")
