"""Where each fact is used: pages, activities, terms, support lines, by file and line.

Found in the files themselves, so that a new kind of file or activity that names facts is found
without a word here: a Markdown text cites by `[@A-007]`, a TOML file names ids under `facts` or
`fact`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms.markdown_html import CITATION
from lms.modules.catalogue.source import Faults, KeyPath, Source, read_markdown, read_toml

_CITATION = re.compile(CITATION)
RECORDS = frozenset({"facts", "regulations"})


@dataclass(frozen=True, order=True)
class Use:
    """One place that rests on a fact."""

    file: str
    line: int
    what: str  # page, check, term, …

    def __str__(self) -> str:
        return f"{self.file}:{self.line} ({self.what})"


def uses_of_facts(root: Path) -> Mapping[str, tuple[Use, ...]]:
    """Every use of every fact of a content folder, in the order of files and lines."""
    found: dict[str, set[Use]] = {}
    for path in sorted(root.rglob("*.*")):
        if path.parent.name in RECORDS:
            continue
        for fact, use in _uses(path, root):
            found.setdefault(fact, set()).add(use)
    return {fact: tuple(sorted(uses)) for fact, uses in found.items()}


def _uses(path: Path, root: Path) -> Iterator[tuple[str, Use]]:
    source = _source(path, root)
    if source is None:
        return
    for number, line in enumerate(source.text.split("\n"), start=1):
        if path.suffix == ".toml" and line.lstrip().startswith("#"):
            continue
        for cited in _CITATION.finditer(line):
            for fact in cited[1].split(";"):
                yield fact.strip().lstrip("@"), Use(source.name, number, _what(source))
    for at, fact in _named(source.data):
        yield fact, Use(source.name, source.line(*at), _what(source))


def _source(path: Path, root: Path) -> Source | None:
    silent = Faults()  # a file that cannot be read is a fault of the check
    if path.suffix == ".toml":
        return read_toml(path, root, silent)
    if path.suffix == ".md" and path.parent.name != "assessments" and path.parent != root:
        return read_markdown(path, root, silent)
    return None


def _what(source: Source) -> str:
    if source.path.suffix == ".md":
        return "page"
    names = {"glossary.toml": "term", "support.toml": "support line", "unit.toml": "unit"}
    return names.get(source.path.name, str(source.data.get("kind", "record")))


def _named(data: Any, at: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Ids under `fact` and `facts`, wherever they stand."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "fact" and isinstance(value, str):
                yield (*at, key), value
            elif key == "facts" and isinstance(value, list):
                yield from (((*at, key), one) for one in value if isinstance(one, str))
            else:
                yield from _named(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _named(value, (*at, index))
