"""How many words count: without what a university's rules leave out, and saying what that was.

Parts are known by the styles and the structure of a file, and where there are none (text typed
here, a PDF) by a line that is nothing but such a heading: “References”, “Appendix A”. What cannot
be told is counted, and said. Such a line is believed only in the second half of the words: what
stands before it is more likely a line of the contents page.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.assessments.rules.handing_in import count_words


class Part(StrEnum):
    """What rules may leave out of a count."""

    TITLE = "the title"
    CONTENTS = "the table of contents"
    ABSTRACT = "the abstract"
    TABLES = "tables"
    NOTES = "footnotes and endnotes"
    REFERENCES = "the list of references"
    APPENDICES = "appendices"


TITLE_LEVEL = 0  # of a block; headings have 1 and more
_ANY_LEVEL = 99

# What a rule's own words name; the first that is found takes its words out of the phrase.
_NAMED = (
    (re.compile(r"(table of )?contents( page)?", re.I), Part.CONTENTS),
    (re.compile(r"title( page)?", re.I), Part.TITLE),
    (re.compile(r"abstract", re.I), Part.ABSTRACT),
    (re.compile(r"tables?\b", re.I), Part.TABLES),
    (re.compile(r"(foot|end)notes?", re.I), Part.NOTES),
    (re.compile(r"(list of )?references?( list)?|bibliograph(y|ies)", re.I), Part.REFERENCES),
    (re.compile(r"appendix|appendices|annex(es)?", re.I), Part.APPENDICES),
)

_REFERENCES = re.compile(r"(list of )?references( list)?|reference list|bibliography|works cited")
_APPENDIX = re.compile(r"(appendix|appendices|annex|annexes)( [a-z0-9]{1,2})?([.:–—-] ?.{0,79}\D)?")
_BY_STYLE_ONLY = (
    (re.compile(r"(table of )?contents"), Part.CONTENTS),
    (re.compile(r"abstract"), Part.ABSTRACT),
)
_OTHER_HEADINGS = re.compile(
    r"introduction|background|methods?|discussion|reflections?|conclusions?|summary|evaluation"
)
_NUMBER = re.compile(r"^[#*\s]*(\d+(\.\d+)*[.)]?\s+)?|[\s:*#]+$")


@dataclass(frozen=True)
class Block:
    """A paragraph or line: `level` of a heading by its style, `inside` what the file says it is."""

    text: str
    level: int | None = None
    inside: Part | None = None


@dataclass(frozen=True)
class LeftOut:
    """Words that were not counted, and the heading or structure by which they were known."""

    part: Part
    words: int
    heading: str = ""


@dataclass(frozen=True)
class Count:
    """The words that count, and those that were left out."""

    words: int
    left_out: tuple[LeftOut, ...] = ()


def parts_named(counts: Iterable[str]) -> tuple[frozenset[Part], tuple[str, ...]]:
    """The parts that a rule leaves out, and those of its phrases that name none of them."""
    found: set[Part] = set()
    unknown = []
    for phrase in counts:
        rest, named = phrase, set()
        for words, part in _NAMED:
            rest, times = words.subn(" ", rest)
            if times:
                named.add(part)
        found |= named
        if not named:
            unknown.append(phrase)
    return frozenset(found), tuple(unknown)


def lines(text: str) -> tuple[Block, ...]:
    """Text without styles; a line that begins with `#` is a heading."""
    return tuple(Block(line, _marked_level(line)) for line in text.split("\n"))


def _marked_level(line: str) -> int | None:
    marks = re.match(r"(#{1,6}) \S", line)
    return len(marks[1]) if marks else None


def count(blocks: Sequence[Block], leave_out: Collection[Part]) -> Count:
    """Count what is not to be left out."""
    section = _Section()
    counted = so_far = 0
    half = sum(count_words(block.text) for block in blocks) / 2
    left: dict[tuple[Part, str], int] = {}
    for block in blocks:
        words = count_words(block.text)
        if not words:
            continue
        section = section.after(block, late=so_far >= half)
        so_far += words
        part, heading = _part_of(block, section)
        if part is not None and part in leave_out:
            left[part, heading] = left.get((part, heading), 0) + words
        else:
            counted += words
    return Count(counted, tuple(LeftOut(p, number, at) for (p, at), number in left.items()))


@dataclass(frozen=True)
class _Section:
    """The part under whose heading one stands; none at first."""

    part: Part | None = None
    level: int = _ANY_LEVEL
    heading: str = ""

    def after(self, block: Block, *, late: bool) -> "_Section":
        """Where one stands from this block on; `late` in the second half of the words."""
        if block.inside is not None or block.level == TITLE_LEVEL:
            return self
        if block.level is None and (not late or self.level < _ANY_LEVEL):
            return self  # what a styled heading began, only a styled heading ends
        part = _heading(block)
        if part is not None:
            return _Section(part, block.level or _ANY_LEVEL, block.text.strip("#* \t"))
        ends = block.level is not None and block.level <= self.level
        return _Section() if ends or _other_heading(block) else self


def _part_of(block: Block, section: _Section) -> tuple[Part | None, str]:
    if section.part is not None:
        return section.part, section.heading
    if block.inside is not None:
        return block.inside, ""
    return (Part.TITLE if block.level == TITLE_LEVEL else None), ""


def _plain(text: str) -> str:
    return _NUMBER.sub("", " ".join(text.split())).casefold()


def _heading(block: Block) -> Part | None:
    line = _plain(block.text)
    if _REFERENCES.fullmatch(line):
        return Part.REFERENCES
    if _APPENDIX.fullmatch(line) or (block.level and re.match(r"(appendix|annex)\b", line)):
        return Part.APPENDICES
    if block.level is None:
        return None
    return next((part for words, part in _BY_STYLE_ONLY if words.fullmatch(line)), None)


def _other_heading(block: Block) -> bool:
    """A heading without a style that ends a list of references in the middle of a text."""
    return block.level is None and bool(_OTHER_HEADINGS.fullmatch(_plain(block.text)))
