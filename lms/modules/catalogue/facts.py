"""What the content rests on: sources, facts of law and guidance, support lines, declarations.

A fact is a record with an id, a source, the nations it holds in and a date to look at it again
(DESIGN.md section 5). Pages cite ids, so a change in law leads to every page it touches.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from pydantic.types import StringConstraints

from lms.modules.catalogue.source import Source, Written

Words = Annotated[str, StringConstraints(min_length=1)]
FactKind = Literal["statistic", "phone", "rule"]
Nation = Literal["england", "wales", "scotland", "northern-ireland"]
NATIONS = {
    "england": "England",
    "wales": "Wales",
    "scotland": "Scotland",
    "northern-ireland": "Northern Ireland",
}


class _SourceFile(Written):
    title: Words
    publisher: str | None = None
    year: int | str | None = None
    url: str | None = None
    note: str | None = None


class _FactFile(Written):
    statement: Words
    source: Words
    keys: tuple[str, ...] = ()
    mark: Words
    nations: tuple[Nation, ...] = Field(min_length=1)
    checked_on: date
    review_by: date
    status: str | None = None
    kind: FactKind | None = None
    period: Words | None = None  # of a statistic: the time it counts
    changed_on: date | None = None  # the day its statement last changed


class _SupportFile(Written):
    name: Words
    phone: str | None = None
    text: str | None = None
    email: str | None = None
    web: str | None = None
    hours: str | None = None
    nations: tuple[Nation, ...] = Field(min_length=1)
    for_: Words = Field(alias="for")
    note: str | None = None
    fact: Words | None = None
    checked_on: date


class _VersionFile(Written):
    number: int = Field(ge=1)
    from_: date = Field(alias="from")
    text: Words


class _DeclarationFile(Written):
    title: Words | None = None
    version: tuple[_VersionFile, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Publication:
    """A work that facts are taken from."""

    key: str
    title: str
    publisher: str | None
    year: str | None
    url: str | None


@dataclass(frozen=True)
class Fact:
    id: str
    statement: str
    source: str
    publications: tuple[Publication, ...]
    mark: str
    nations: tuple[str, ...]
    checked_on: date
    review_by: date
    status: str | None
    kind: str | None = None
    period: str | None = None
    changed_on: date | None = None

    @property
    def holds_in(self) -> str:
        """The nations in words: `England and Wales`, `all of the UK`."""
        return in_words(self.nations)


@dataclass(frozen=True)
class SupportLine:
    name: str
    phone: str | None
    text: str | None
    email: str | None
    web: str | None
    hours: str | None
    nations: tuple[str, ...]
    for_whom: str
    note: str | None
    fact: str | None
    checked_on: date


@dataclass(frozen=True)
class DeclarationVersion:
    number: int
    starts_on: date
    text: str


@dataclass(frozen=True)
class Declaration:
    """A text a person agrees to. Each wording is kept; an agreement names its number."""

    id: str
    title: str | None
    versions: tuple[DeclarationVersion, ...]

    @property
    def latest(self) -> DeclarationVersion:
        return self.versions[-1]

    def on(self, day: date) -> DeclarationVersion:
        """The wording in force on a day; the first one before any began."""
        begun = [version for version in self.versions if version.starts_on <= day]
        return begun[-1] if begun else self.versions[0]


def in_words(nations: tuple[str, ...]) -> str:
    """Nations as a sentence says them."""
    if len(nations) == len(NATIONS):
        return "all of the UK"
    names = [NATIONS[nation] for nation in NATIONS if nation in nations]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def read_publications(source: Source) -> dict[str, Publication]:
    read: dict[str, Publication] = {}
    for key in source.data:
        if (shape := source.shape(_SourceFile, key)) is not None:
            year = None if shape.year is None else str(shape.year)
            read[key] = Publication(key, shape.title, shape.publisher, year, shape.url)
    return read


def read_facts(
    source: Source, publications: dict[str, Publication], today: date
) -> dict[str, Fact]:
    read: dict[str, Fact] = {}
    for key in source.data:
        shape = source.shape(_FactFile, key)
        if shape is None:
            continue
        for known in shape.keys:
            if known not in publications:
                message = (
                    f"source `{known}` is not in sources.toml: add it there or mend its spelling"
                )
                source.fault(source.line(key, "keys"), message)
        if shape.review_by < shape.checked_on:
            source.fault(
                source.line(key, "review_by"),
                "`review_by` is before `checked_on`: mend one of them",
            )
        elif shape.review_by < today:
            message = (
                f"fact {key} was to be looked at again by {shape.review_by}: "
                "check it and move the dates"
            )
            source.warn(source.line(key, "review_by"), message)
        _check_kind(source, key, shape)
        read[key] = Fact(
            id=key,
            statement=shape.statement,
            source=shape.source,
            publications=tuple(publications[k] for k in shape.keys if k in publications),
            mark=shape.mark,
            nations=tuple(shape.nations),
            checked_on=shape.checked_on,
            review_by=shape.review_by,
            status=shape.status,
            kind=shape.kind,
            period=shape.period,
            changed_on=shape.changed_on,
        )
    return read


def _check_kind(source: Source, key: str, shape: _FactFile) -> None:
    if shape.kind == "statistic" and shape.period is None:
        message = "a statistic needs `period`: say the time it counts, such as “2025”"
        source.fault(source.line(key, "kind"), message)
    if shape.period is not None and shape.kind != "statistic":
        message = '`period` is for a statistic: write kind = "statistic", or take it out'
        source.fault(source.line(key, "period"), message)
    if shape.kind == "phone" and not any(letter.isdigit() for letter in shape.statement):
        source.fault(source.line(key, "statement"), "a fact of kind phone says its number: add it")
    if shape.changed_on is not None and shape.changed_on > shape.checked_on:
        message = "`changed_on` is after `checked_on`: a statement is checked when it is changed"
        source.fault(source.line(key, "changed_on"), message)


def read_support(source: Source) -> tuple[SupportLine, ...]:
    read: list[SupportLine] = []
    _only(source, "line")
    for index in range(_tables(source, "line")):
        shape = source.shape(_SupportFile, "line", index)
        if shape is None:
            continue
        if not (shape.phone or shape.text or shape.web or shape.email):
            message = "say how to reach this line: `phone`, `text`, `email` or `web`"
            source.fault(source.line("line", index), message)
        fields = shape.model_dump(exclude={"for_", "nations"})
        read.append(SupportLine(**fields, nations=tuple(shape.nations), for_whom=shape.for_))
    return tuple(read)


def read_declarations(source: Source) -> dict[str, Declaration]:
    read: dict[str, Declaration] = {}
    for key in source.data:
        shape = source.shape(_DeclarationFile, key)
        if shape is None:
            continue
        for index, version in enumerate(shape.version):
            if version.number != index + 1:
                message = "versions are numbered 1, 2, 3 in the order they stand in: mend `number`"
                source.fault(source.line(key, "version", index, "number"), message)
            if index and version.from_ <= shape.version[index - 1].from_:
                message = "a later version must begin on a later day: mend `from`"
                source.fault(source.line(key, "version", index, "from"), message)
        versions = tuple(DeclarationVersion(v.number, v.from_, v.text) for v in shape.version)
        read[key] = Declaration(key, shape.title, versions)
    return read


def _only(source: Source, allowed: str) -> None:
    for key in source.data:
        if key != allowed:
            source.fault(source.line(key), f"`{key}` is not a key used here: use [[{allowed}]]")


def _tables(source: Source, key: str) -> int:
    tables = source.data.get(key, [])
    if isinstance(tables, list):
        return len(tables)
    source.fault(source.line(key), f"write [[{key}]] with two brackets: there may be several")
    return 0


def merged(into: dict[str, Fact], more: dict[str, Fact], source: Source) -> None:
    """Add one file's facts; an id may stand once in all files."""
    for key, fact in more.items():
        if key in into:
            source.fault(source.line(key), f"fact {key} stands twice: keep one of them")
        else:
            into[key] = fact
