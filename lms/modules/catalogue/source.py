"""Reads TOML and Markdown files, and knows on which line each key stands.

Every fault in content is found in one run and named `file:line`, so an author mends a file once,
not once per fault. `tomllib` forgets lines; `lines_of_keys` finds them again with a small scan.
Not for judging meaning: the other files of this package do that.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

KeyPath = tuple[str | int, ...]
Shape = TypeVar("Shape", bound="Written")

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=\s*(.*)$"""
)
_FRONT = re.compile(r"\A\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*$\n?", re.DOTALL | re.MULTILINE)

_TYPES = ("int", "str", "float", "decimal")
_SAYS = {
    "missing": "`{key}` is missing: add it",
    "unexpected_keyword_argument": "`{key}` is not a key used here: mend its spelling",
    "decimal_parsing": "`{key}` must be a number, without quotation marks",
    "decimal_type": "`{key}` must be a number, without quotation marks",
    "dataclass_type": "`{key}` must be a table",
    "extra_forbidden": "`{key}` is not a key used here: take it out or mend its spelling",
    "string_type": "`{key}` must be text in quotation marks",
    "int_type": "`{key}` must be a whole number, without quotation marks",
    "bool_type": "`{key}` must be true or false, without quotation marks",
    "date_type": "`{key}` must be a day written as 2026-11-21, without quotation marks",
    "tuple_type": "`{key}` must be a list in square brackets",
    "dict_type": "`{key}` must be a table",
    "model_type": "`{key}` must be a table",
    "too_short": "`{key}` must not be empty",
    "string_pattern_mismatch": "`{key}` is not written as content/README.md says: mend it",
    "string_too_short": "`{key}` must not be empty",
}


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one place, and what to do about it."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass
class Faults:
    """Everything found while one folder is read.

    `editorial` and warnings do not stop the server; the check fails on all but warnings.
    """

    faults: list[Fault] = field(default_factory=list)
    editorial: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


class Written(BaseModel):
    """What may stand in a file: strict types, no unknown key, never changed after reading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


@dataclass(frozen=True)
class Source:
    """One file: its text, the keys in it, and the lines they stand on."""

    path: Path
    name: str  # as an author says it: content/pgcert/m1/module.toml
    text: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]
    body: str
    body_line: int
    found: Faults

    def line(self, *key: str | int) -> int:
        """The line of a key, or of the nearest thing round it."""
        path: KeyPath = key
        while path and path not in self.lines:
            if (*path, 0) in self.lines:  # a list of tables: its first one
                return self.lines[(*path, 0)]
            path = path[:-1]
        return self.lines.get(path, 1)

    def line_with(self, needle: str) -> int:
        """The line of the Markdown text in which some words stand; its first line if nowhere."""
        at = self.body.find(needle) if needle else -1
        return self.body_line + (self.body.count("\n", 0, at) if at >= 0 else 0)

    def fault(self, line: int, message: str) -> None:
        self.found.faults.append(Fault(self.name, line, message))

    def send_back(self, line: int, message: str) -> None:
        """What an editor would send back: the check fails, the server starts."""
        self.found.editorial.append(Fault(self.name, line, message))

    def warn(self, line: int, message: str) -> None:
        self.found.warnings.append(Fault(self.name, line, message))

    def shape(self, shape: type[Shape], *at: str | int) -> Shape | None:
        """The data (or the table at a key) as `shape`; None, with faults noted, if it is not."""
        data: Any = self.data
        for step in at:
            data = data[step]
        return self.shape_of(data, shape, *at)

    def shape_of(self, data: Any, shape: type[Shape], *at: str | int) -> Shape | None:
        """The same for a part of the data that was picked out; `at` is where it stands."""
        try:
            return shape.model_validate(_tuples(data))
        except ValidationError as refused:
            for error in refused.errors():
                self.refused(error, at)
            return None

    def refused(
        self,
        error: ErrorDetails,
        at: KeyPath = (),
        rename: Callable[[str | int], str | int] = lambda part: part,
    ) -> None:
        """Note what pydantic refused; `rename` gives a key as the file writes it."""
        # pydantic adds the name of a type where a key may have one of two: it is no key.
        keys = tuple(rename(part) for part in error["loc"] if not _is_type(part))
        where = (*at, *keys)
        named = [part for part in keys if isinstance(part, str)]
        key = named[-1] if named else "this"
        said = _SAYS.get(error["type"])
        if said is None:
            said = f"`{key}`: {error['msg'].removeprefix('Value error, ')}"
        self.fault(self.line(*where), said.replace("{key}", key))

    @property
    def hash(self) -> str:
        """The version of what is said here; line ends and trailing spaces do not count."""
        tidy = "\n".join(line.rstrip() for line in self.text.strip().split("\n"))
        return hashlib.sha256(tidy.encode()).hexdigest()


def read_toml(path: Path, root: Path, found: Faults) -> Source | None:
    """A TOML file, or None with the fault noted."""
    text = _text(path, root, found)
    if text is None:
        return None
    return _parsed(path, root, found, text=text, front=text, first_line=1, body="", body_line=1)


def read_markdown(path: Path, root: Path, found: Faults) -> Source | None:
    """A Markdown file with TOML between two lines of `+++` above it."""
    text = _text(path, root, found)
    if text is None:
        return None
    front = _FRONT.match(text)
    if front is None:
        message = "the file must begin with a line +++, its keys (title, minutes), and a line +++"
        found.faults.append(Fault(_name(path, root), 1, message))
        return None
    body_line = 1 + text.count("\n", 0, front.end())
    body = text[front.end() :]
    return _parsed(
        path, root, found, text=text, front=front[1], first_line=2, body=body, body_line=body_line
    )


def read_plain(path: Path, root: Path, found: Faults) -> Source | None:
    """A Markdown file without keys: a brief."""
    text = _text(path, root, found)
    if text is None:
        return None
    return _parsed(path, root, found, text=text, front="", first_line=1, body=text, body_line=1)


def missing_file(path: Path, root: Path, found: Faults, why: str) -> None:
    found.faults.append(Fault(_name(path, root), 1, why))


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root.parent).as_posix()


def _is_type(part: str | int) -> bool:
    return isinstance(part, str) and (part in _TYPES or part.startswith("literal["))


def _text(path: Path, root: Path, found: Faults) -> str | None:
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        missing_file(path, root, found, "the file is missing: write it")
    except UnicodeDecodeError as odd:
        line = 1 + path.read_bytes()[: odd.start].count(b"\n")
        message = "a letter here is not UTF-8: save the file as UTF-8"
        found.faults.append(Fault(_name(path, root), line, message))
    return None


def _parsed(
    path: Path,
    root: Path,
    found: Faults,
    *,
    text: str,
    front: str,
    first_line: int,
    body: str,
    body_line: int,
) -> Source | None:
    name = _name(path, root)
    try:
        data = tomllib.loads(front)
    except tomllib.TOMLDecodeError as odd:
        at = re.search(r"line (\d+)", str(odd))
        line = int(at[1]) if at else front.count("\n") + 1
        message = f"this is not valid TOML: {str(odd).split(' (at ')[0]}"
        found.faults.append(Fault(name, line + first_line - 1, message))
        return None
    lines = {key: line + first_line - 1 for key, line in lines_of_keys(front).items()}
    return Source(path, name, text, data, lines, body, body_line, found)


def lines_of_keys(text: str) -> dict[KeyPath, int]:
    """Where each key and table of a TOML text stands, counting tables of an array from 0."""
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    open_until = ""  # the end of a text or list that runs over lines
    for number, line in enumerate(text.split("\n"), start=1):
        if open_until:
            open_until = "" if _closes(line, open_until) else open_until
            continue
        if header := _HEADER.match(line):
            table = _table_of(header, counts)
            lines.setdefault(table, number)
        elif pair := _KEY.match(line):
            lines.setdefault((*table, *_parts(pair[1])), number)
            open_until = _runs_on(pair[2])
    return lines


def _table_of(header: re.Match[str], counts: dict[KeyPath, int]) -> KeyPath:
    path: KeyPath = ()
    parts = _parts(header[2])
    for part in parts[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path])
    path = (*path, parts[-1])
    if header[1] == "[[":
        counts[path] = counts.get(path, -1) + 1
        path = (*path, counts[path])
    return path


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', dotted)]


def _runs_on(value: str) -> str:
    for quotes in ('"""', "'''"):
        if value.startswith(quotes) and quotes not in value[3:]:
            return quotes
    if value.startswith("[") and not value.split("#")[0].rstrip().endswith("]"):
        return "]"
    return ""


def _closes(line: str, ending: str) -> bool:
    if ending == "]":
        return line.split("#")[0].strip().endswith("]")
    return ending in line


def _tuples(data: Any) -> Any:
    if isinstance(data, list):
        return tuple(_tuples(part) for part in data)
    if isinstance(data, dict):
        return {key: _tuples(part) for key, part in data.items()}
    return data
