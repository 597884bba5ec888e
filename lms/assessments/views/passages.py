"""A script passage by passage, each with its comment, for the desk and for its writer."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from lms.assessments.models import Submission
from lms.assessments.rules.passages import Passage, Pin, parted
from lms.markdown_html import paragraphs


@dataclass(frozen=True)
class ShownPassage:
    """One passage of the text."""

    name: str  # `0-3`: of fields and ids
    place: int
    html: Markup
    pin: Pin | None


@dataclass(frozen=True)
class ShownFilePin:
    """A comment on a page of a file; `number` is the file's place in the list."""

    number: int
    pin: Pin
    page: int


def passages_of(submission: Submission, pins: Mapping[Passage, Pin]) -> list[ShownPassage]:
    """Every paragraph of the text, in order, with the words that are meant marked."""
    shown = []
    for place, words in enumerate(paragraphs(submission.text), start=1):
        pin = pins.get(Passage(0, place))
        shown.append(
            ShownPassage(f"0-{place}", place, _marked(words, pin.quote if pin else ""), pin)
        )
    return shown


def _marked(words: str, quote: str) -> Markup:
    before, meant, after = (_lines(part) for part in parted(words, quote))
    return Markup("{}<mark>{}</mark>{}").format(before, meant, after) if meant else before


def _lines(words: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in words.split("\n"))


def file_pins_of(submission: Submission, pins: Mapping[Passage, Pin]) -> list[ShownFilePin]:
    """The comments on pages of files, in the files' order."""
    numbers = {file.id: number for number, file in enumerate(submission.files, start=1)}
    return [
        ShownFilePin(numbers[passage.file_id], pin, passage.place)
        for passage, pin in sorted(pins.items())
        if passage.file_id in numbers
    ]
