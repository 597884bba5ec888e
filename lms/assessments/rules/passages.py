"""Comments pinned to passages of a script: which passage, which words, what is said."""

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_QUOTE = 400  # letters


@dataclass(frozen=True, order=True)
class Passage:
    """Paragraph `place` of the text, or page `place` of a file (both from 1)."""

    file_id: int  # 0: the text itself
    place: int


@dataclass(frozen=True)
class Pin:
    """A comment on a passage, and the words of it that are meant, if not all."""

    comment: str
    quote: str = ""


def read_pins(sent: Mapping[str, str]) -> dict[Passage, Pin]:
    """The comments among a form's fields `pin-<file>-<place>`, each with its `quote-…`.

    What says nothing is left out, and so taken away where it was kept.
    """
    found = {}
    for name, comment in sent.items():
        kind, _, rest = name.partition("-")
        file_id, _, place = rest.partition("-")
        if kind == "pin" and file_id.isdecimal() and place.isdecimal() and comment.strip():
            quote = " ".join(sent.get(f"quote-{rest}", "").split())[:LONGEST_QUOTE]
            found[Passage(int(file_id), int(place))] = Pin(comment.strip(), quote)
    return dict(sorted(found.items()))


def parted(paragraph: str, quote: str) -> tuple[str, str, str]:
    """A paragraph before, at and after the words that are quoted; all before when they are not in
    it.
    """
    start = paragraph.find(quote) if quote else -1
    if start < 0:
        return paragraph, "", ""
    end = start + len(quote)
    return paragraph[:start], paragraph[start:end], paragraph[end:]
