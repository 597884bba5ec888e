"""A script passage by passage, each with its comment, for the desk and for its writer."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from lms.assessments.models import Submission, SubmissionFile
from lms.assessments.rules.passages import Passage, Pin, in_file, in_text, parted
from lms.assessments.rules.uploads import PDF
from lms.assessments.service.file_words import MOST_PARTS, parts_of
from lms.markdown_html import paragraphs


@dataclass(frozen=True)
class ShownPassage:
    """One passage of the text or of a file; without words where only its page is known."""

    name: str  # `0-3`: of fields and ids
    where: str  # `passage 3`, `file 1, page 2`
    short: str  # `3`, `on page 2`
    html: Markup
    pin: Pin | None


@dataclass(frozen=True)
class ShownFile:
    """A file beside the rubric."""

    number: int
    file: SubmissionFile
    readable: bool
    cut: bool  # whether it goes on after what is shown
    passages: list[ShownPassage]


def passages_of(submission: Submission, pins: Mapping[Passage, Pin]) -> list[ShownPassage]:
    """Every paragraph of the text, in order, with the words that are meant marked; and comments on
    passages that are there no more.
    """
    parts = dict(enumerate(paragraphs(submission.text), start=1))
    return [
        ShownPassage(
            f"0-{place}",
            in_text(place),
            str(place),
            _marked(parts.get(place, ""), pins.get(Passage(0, place))),
            pins.get(Passage(0, place)),
        )
        for place in _places(0, parts, pins)
    ]


def files_of(
    submission: Submission, pins: Mapping[Passage, Pin], *, only_pinned: bool = False
) -> list[ShownFile]:
    """Every file, page by page or paragraph by paragraph. `only_pinned` opens no other file."""
    pinned = {passage.file_id for passage in pins}
    return [
        _file(number, file, pins)
        for number, file in enumerate(submission.files, start=1)
        if not only_pinned or file.id in pinned
    ]


def _file(number: int, file: SubmissionFile, pins: Mapping[Passage, Pin]) -> ShownFile:
    parts = parts_of(file)
    paged = parts is None or file.media_type == PDF
    passages = [
        ShownPassage(
            f"{file.id}-{place}",
            in_file(number, place, paged=paged),
            f"{'on page ' if paged else ''}{place}",
            _marked((parts or {}).get(place, "").strip(), pins.get(Passage(file.id, place))),
            pins.get(Passage(file.id, place)),
        )
        for place in _places(file.id, parts or {}, pins)
    ]
    return ShownFile(number, file, parts is not None, len(parts or {}) == MOST_PARTS, passages)


def _places(file_id: int, parts: Mapping[int, str], pins: Mapping[Passage, Pin]) -> list[int]:
    return sorted({*parts, *(passage.place for passage in pins if passage.file_id == file_id)})


def _marked(words: str, pin: Pin | None) -> Markup:
    before, meant, after = (_lines(part) for part in parted(words, pin.quote if pin else ""))
    return Markup("{}<mark>{}</mark>{}").format(before, meant, after) if meant else before


def _lines(words: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in words.split("\n"))
