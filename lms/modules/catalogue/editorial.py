"""Is the content well made? What an editor would send back, by file and line.

These faults fail `flask content check`, and so the tests; they do not stop a server, which can show
a long page. They are judged on the files themselves, in whatever form an activity is written, so
that a new kind of activity is judged without a word here. The limits are data: `[limits]` of each
programme.toml, and `words.toml`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms.modules.catalogue.balance import judge_balance
from lms.modules.catalogue.facts import Fact, Words
from lms.modules.catalogue.measures import argued_words, grade, running_words, word_count
from lms.modules.catalogue.programme import LimitsFile
from lms.modules.catalogue.source import Faults, KeyPath, Source, Written, read_markdown, read_toml

INSTRUCTIONS = frozenset(
    {
        *("prompt", "intro", "guidance", "instructions", "hint", "label", "keep_note"),
        *("holds", "not_held", "content_note"),
    }
)
TOO_SHORT_TO_GRADE = 15  # words: the grade of less says nothing

_PHONE = re.compile(
    r"(?<![\d.-])(?:\+44[ \d()-]{9,15}\d"
    r"|0\d{2,4}[ -]?\d{3}[ -]?\d{2,4}(?:[ -]?\d{2})?|116 ?\d{3}|999)(?![\d-])"
    r"|(?i:\b(?:ring|call|dial|phone|text|line),? (?:on )?)(\d{3,6})(?!\d|[ -]?[%\d])"
)
_STATISTIC = re.compile(r"\d ?%|\bper cent\b|(?<![£€$\d])\b\d{1,3}(?:,\d{3})+\b")
_UNREAD = re.compile(r"\s*(?:#|version\s*=)")
_LINKED = re.compile(r"\[\[[^\]\[]+\]\]")


class _WordFile(Written):
    say_not: tuple[Words, ...]
    say: Words
    why: Words


class _AllowFile(Written):
    words: tuple[Words, ...]
    why: Words
    file: Words | None = None


class _WordsFile(Written):
    word: tuple[_WordFile, ...] = ()
    allow: tuple[_AllowFile, ...] = ()


@dataclass(frozen=True)
class _Listed:
    """One form that we do not use about people."""

    form: str
    pattern: re.Pattern[str]
    say: str
    why: str


@dataclass(frozen=True)
class _House:
    """What every text is judged by."""

    words: tuple[_Listed, ...]
    allowed: tuple[tuple[str | None, re.Pattern[str]], ...]
    numbers: frozenset[str]  # digits of the telephone numbers that a fact of kind phone holds


def judge(root: Path, facts: Mapping[str, Fact], found: Faults) -> None:
    """Add every editorial fault of a content folder to `found`."""
    house = _house(root, facts, found)
    _judge_facts(root, found)
    for name in ("glossary.toml", "support.toml"):
        if (root / name).is_file() and (source := read_toml(root / name, root, Faults())):
            _judge_words(_told(source, found), house)
    for folder in sorted(path.parent for path in root.glob("*/programme.toml")):
        _judge_programme(folder, root, house, found)


def _judge_programme(folder: Path, root: Path, house: _House, found: Faults) -> None:
    silent = Faults()  # a file that cannot be read is named already
    programme = read_toml(folder / "programme.toml", root, silent)
    written = programme.data.get("limits", {}) if programme else {}
    limits = programme.shape(LimitsFile, "limits") if programme and written else None
    limits = limits or LimitsFile()
    checks: list[Source] = []
    for path in sorted(folder.rglob("*.*")):
        source = _source(path, root, silent)
        if source is None:
            continue
        source = _told(source, found)
        _judge_words(source, house)
        _judge_numbers(source, house)
        _judge_links(source)
        _judge_instructions(source, limits)
        _judge_length(source, limits)
        if source.data.get("kind") == "check":
            checks.append(source)
    for path in sorted(folder.rglob("unit.toml")):
        if unit := read_toml(path, root, silent):
            _judge_unit_length(_told(unit, found), limits, root)
    if programme:
        judge_balance(checks, limits, _told(programme, found))


def _source(path: Path, root: Path, silent: Faults) -> Source | None:
    if path.suffix == ".toml":
        return read_toml(path, root, silent)
    if path.suffix == ".md" and path.parent.name != "assessments":
        return read_markdown(path, root, silent)
    return None


def _told(source: Source, found: Faults) -> Source:
    """The same file, whose faults go where they are counted."""
    return Source(
        source.path,
        source.name,
        source.text,
        source.data,
        source.lines,
        source.body,
        source.body_line,
        found,
    )


# Words about people


def _house(root: Path, facts: Mapping[str, Fact], found: Faults) -> _House:
    path = root / "words.toml"
    source = read_toml(path, root, found) if path.is_file() else None
    shape = source.shape(_WordsFile) if source else None
    shape = shape or _WordsFile()
    if source:
        _check_allowed(source, shape, root)
    return _House(
        words=tuple(
            _Listed(form, _form(form), word.say, word.why)
            for word in shape.word
            for form in word.say_not
        ),
        allowed=tuple((a.file, _form(words)) for a in shape.allow for words in a.words),
        numbers=frozenset(
            number
            for fact in facts.values()
            if fact.kind == "phone"
            for number in re.findall(r"\d+", re.sub(r"(?<=\d)[ ()-]+(?=\d)", "", fact.statement))
        ),
    )


def _check_allowed(source: Source, shape: _WordsFile, root: Path) -> None:
    for index, allow in enumerate(shape.allow):
        if allow.file is not None and not (root / allow.file).is_file():
            message = f"there is no file {allow.file}: mend it, or take the line out"
            source.fault(source.line("allow", index, "file"), message)


def _form(words: str) -> re.Pattern[str]:
    inside = r"[\s-]+".join(re.escape(part) for part in words.split())
    return re.compile(rf"(?<!\w){inside}(?!\w)", re.IGNORECASE)


def _judge_words(source: Source, house: _House) -> None:
    file = source.name.partition("/")[2]
    allowed = [pattern for only, pattern in house.allowed if only in (None, file)]
    for number, line in _lines(source):
        kept = [span.span() for pattern in allowed for span in pattern.finditer(line)]
        for listed in house.words:
            for hit in listed.pattern.finditer(line):
                if any(start <= hit.start() and hit.end() <= end for start, end in kept):
                    continue
                message = f"“{hit[0]}” is not said here: say {listed.say}. {listed.why}"
                source.fault(number, message)


def _lines(source: Source) -> Iterator[tuple[int, str]]:
    """The lines that somebody reads: no comments of TOML, no version (it may be all digits)."""
    for number, line in enumerate(source.text.split("\n"), start=1):
        in_toml = number < source.body_line or not source.body
        if not (in_toml and _UNREAD.match(line)):
            yield number, line


# Telephone numbers, statistics


def _judge_numbers(source: Source, house: _House) -> None:
    for number, line in _lines(source):
        for hit in _PHONE.finditer(line):
            digits = re.sub(r"\D", "", hit[1] or hit[0])
            if digits not in house.numbers:
                message = (
                    f"the telephone number {(hit[1] or hit[0]).strip()} stands in no fact of kind "
                    "phone: lead to the support page, or write the fact with its `checked_on`"
                )
                source.fault(number, message)


def _judge_links(source: Source) -> None:
    """Terms are linked in the text of pages only: not in headings, nor in activities."""
    for number, line in _lines(source):
        linked = _LINKED.search(line)
        if linked and line.startswith("#"):
            source.fault(number, f"{linked[0]}: a heading links no term. Take the brackets out")
        elif linked and not source.body and not line.lstrip().startswith("["):
            message = f"{linked[0]}: terms are linked in pages only. Take the brackets out"
            source.fault(number, message)


def _judge_facts(root: Path, found: Faults) -> None:
    for path in sorted((root / "facts").glob("*.toml")):
        source = read_toml(path, root, Faults())
        for key, fact in source.data.items() if source else ():
            told = isinstance(fact, dict) and isinstance(fact.get("statement"), str)
            if source and told and "kind" not in fact and _STATISTIC.search(fact["statement"]):
                message = (
                    f'fact {key} looks like a statistic: write kind = "statistic" and its '
                    '`period`; or kind = "rule" where the number is fixed by law or guidance'
                )
                _told(source, found).fault(source.line(key, "statement"), message)


# Instructions and length


def _judge_instructions(source: Source, limits: LimitsFile) -> None:
    if source.path.name in ("programme.toml", "module.toml"):
        return
    for path, text in _instructions(source.data):
        level = grade(text)
        if word_count(text) >= TOO_SHORT_TO_GRADE and level > limits.instruction_grade:
            message = (
                f"`{path[-1]}` reads at grade {level:.1f}, above {limits.instruction_grade:g}: "
                "shorter sentences, shorter words"
            )
            source.fault(source.line(*path), message)


def _instructions(data: Any, at: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every text that tells a reader what to do or what comes, and where it stands."""
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, str) and key in INSTRUCTIONS:
                yield (*at, key), value
            else:
                yield from _instructions(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _instructions(value, (*at, index))


def _judge_length(source: Source, limits: LimitsFile) -> None:
    words = running_words(source.body)
    if words > limits.page_words:
        message = (
            f"the page has {words:,} words of running prose, above {limits.page_words:,}: "
            "cut it, or make two pages"
        )
        source.fault(source.body_line, message)


def _judge_unit_length(unit: Source, limits: LimitsFile, root: Path) -> None:
    """A written unit is neither a pamphlet nor more than a reader was promised."""
    slugs = unit.data.get("pages", ())
    if not slugs:
        return
    pages = [read_markdown(unit.path.parent / f"{slug}.md", root, Faults()) for slug in slugs]
    words = sum(argued_words(page.body) for page in pages if page)
    if words > limits.unit_words:
        advice = f"above {limits.unit_words:,}: cut what another page, a table or the glossary says"
    elif words < limits.unit_words_least:
        advice = f"under {limits.unit_words_least:,}: argue more, or join it to another unit"
    else:
        return
    message = f"the unit has {words:,} words (content/README.md says what counts), {advice}"
    unit.fault(unit.line("pages"), message)
