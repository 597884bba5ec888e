"""Comments on passages as a form sends them, and the words they mean."""

from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.rules.passages import LONGEST_QUOTE, Passage, Pin, parted, read_pins


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
