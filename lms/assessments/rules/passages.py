"""Comments pinned to passages of a script: which passage, which words, what is said."""

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_QUOTE = 400  # letters
LAST_PLACE = 9999
_LONGEST_NUMBER = 9  # digits; PostgreSQL holds ten


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
    """The comments among a form's fields `pin-<file>-<place>`, each with its `quote-…`; and
    `newpin-<file>` with its page in `newpage-<file>`.

    What says nothing is left out, and so taken away where it was kept.
    """
    found: dict[Passage, Pin] = {}
    for name, comment in sent.items():
        kind, _, rest = name.partition("-")
        passage = _passage(kind, rest, sent)
        if passage is None or not comment.strip():
            continue
        quote = " ".join(sent.get(f"quote-{rest}", "").split())[:LONGEST_QUOTE]
        before = found.get(passage)
        if before is None:
            found[passage] = Pin(comment.strip(), quote)
        elif comment.strip() not in before.comment:
            found[passage] = Pin(f"{before.comment}\n\n{comment.strip()}", before.quote)
    return dict(sorted(found.items()))


def _passage(kind: str, rest: str, sent: Mapping[str, str]) -> Passage | None:
    """Where a field's comment stands: by its name, or for `newpin-<file>` by the page that is
    written beside it.
    """
    file_id, _, place = rest.partition("-")
    if kind == "newpin":
        file_id, place = rest, sent.get(f"newpage-{rest}", "").strip()
    if kind not in ("pin", "newpin") or not (file_id.isdecimal() and place.isdecimal()):
        return None
    if len(file_id) > _LONGEST_NUMBER or not 1 <= int(place[:_LONGEST_NUMBER]) <= LAST_PLACE:
        return None
    return Passage(int(file_id), int(place))


def unplaced(sent: Mapping[str, str]) -> list[str]:
    """The `newpage-<file>` fields beside a comment that name no page."""
    return [
        f"newpage-{name.partition('-')[2]}"
        for name, comment in sent.items()
        if name.startswith("newpin-")
        and comment.strip()
        and _passage("newpin", name.partition("-")[2], sent) is None
    ]


def parted(paragraph: str, quote: str) -> tuple[str, str, str]:
    """A paragraph before, at and after the words that are quoted; all before when they are not in
    it.
    """
    start = paragraph.find(quote) if quote else -1
    if start < 0:
        return paragraph, "", ""
    end = start + len(quote)
    return paragraph[:start], paragraph[start:end], paragraph[end:]


def in_text(place: int) -> str:
    """`passage 3`: where a comment on the text stands."""
    return f"passage {place}"


def in_file(number: int, place: int, *, paged: bool) -> str:
    """`file 1, page 3`: where a comment on a file stands; `number` is its place in the list."""
    return f"file {number}, {'page' if paged else 'passage'} {place}"
