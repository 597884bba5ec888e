"""The glossary: what the words of the field mean, each resting on facts.

Pages link a term by `[[debt bondage]]`, or `[[debt bondage|bonded]]` where the sentence needs
another form. `also` names the other forms that lead to the same term.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from markupsafe import Markup
from pydantic import Field

from lms.markdown_html import render
from lms.modules.catalogue.facts import NATIONS, Fact, Nation, Words, in_words
from lms.modules.catalogue.source import Source, Written

RESERVED_ADDRESS = "glossary"  # /modules/glossary: no module may be called so


class _TermFile(Written):
    name: Words
    also: tuple[Words, ...] = ()
    text: Words
    nations: tuple[Nation, ...] = ()  # all four
    facts: tuple[Words, ...] = Field(min_length=1)
    programmes: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Term:
    """A word of the field, and what it means here."""

    slug: str
    name: str
    also: tuple[str, ...]
    text: Markup
    nations: tuple[str, ...]
    facts: tuple[Fact, ...]
    programmes: tuple[str, ...]  # empty: every programme

    @property
    def holds_in(self) -> str:
        """The nations in words; empty where the term is the same in all four."""
        return "" if len(self.nations) == len(NATIONS) else in_words(self.nations)

    def is_for(self, programme: str) -> bool:
        """Whether the readers of a programme see it."""
        return not self.programmes or programme in self.programmes


@dataclass(frozen=True)
class Glossary:
    """Every term, in the order of its name, and the words that lead to each."""

    terms: Mapping[str, Term] = field(default_factory=lambda: MappingProxyType({}))
    ways: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def find(self, words: str) -> Term | None:
        """The term that some words name; capitals and spaces do not count."""
        return self.terms.get(self.ways.get(_key(words), ""))


def address_of(term: Term) -> str:
    """Where a page leads for a term when no script opens it: from any page of a unit."""
    return f"../../../modules/{RESERVED_ADDRESS}#{term.slug}"


def read_glossary(source: Source, facts: Mapping[str, Fact]) -> Glossary:
    """Read `glossary.toml`: tables `[term.slug]`."""
    terms: dict[str, Term] = {}
    ways: dict[str, str] = {}
    for key in source.data:
        if key != "term":
            inside = list(source.data[key])[:1] if isinstance(source.data[key], dict) else []
            message = f"`{key}` is not a key used here: use [term.slug]"
            source.fault(source.line(key, *inside), message)
    for slug in source.data.get("term", {}):
        shape = source.shape(_TermFile, "term", slug)
        if shape is None:
            continue
        _take_words(source, ways, slug, (shape.name, *shape.also))
        terms[slug] = Term(
            slug=slug,
            name=shape.name,
            also=shape.also,
            text=_text(source, slug, shape.text),
            nations=tuple(shape.nations) or tuple(NATIONS),
            facts=_facts(source, slug, shape.facts, facts),
            programmes=shape.programmes,
        )
    in_order = dict(sorted(terms.items(), key=lambda item: _key(item[1].name)))
    return Glossary(MappingProxyType(in_order), MappingProxyType(ways))


def check_programmes(source: Source, glossary: Glossary, programmes: Mapping[str, object]) -> None:
    """Note a fault where a term is for a programme that is none."""
    for term in glossary.terms.values():
        for programme in term.programmes:
            if programme not in programmes:
                message = f"there is no programme `{programme}`: mend `programmes` of this term"
                source.fault(source.line("term", term.slug, "programmes"), message)


def _take_words(source: Source, ways: dict[str, str], slug: str, named: tuple[str, ...]) -> None:
    for words in named:
        if ways.get(_key(words), slug) != slug:
            message = f"“{words}” already leads to the term {ways[_key(words)]}: keep one"
            source.fault(source.line("term", slug, "also"), message)
        ways[_key(words)] = slug


def _text(source: Source, slug: str, written: str) -> Markup:
    rendered = render(written)
    line = source.line("term", slug, "text")
    if rendered.citations:
        source.fault(line, "a term cites by `facts`: take the [@…] out of its text")
    if rendered.terms:
        source.fault(line, "the text of a term links no other term: take the [[…]] out")
    for href in rendered.links:
        if urlsplit(href).scheme != "https":
            source.fault(line, f"the link {href} must begin with https://: a term stands anywhere")
    return rendered.html


def _facts(
    source: Source, slug: str, named: tuple[str, ...], facts: Mapping[str, Fact]
) -> tuple[Fact, ...]:
    line = source.line("term", slug, "facts")
    for fact in named:
        if fact not in facts:
            source.fault(
                line, f"fact `{fact}` is in no file of content/facts: add it or mend its id"
            )
    return tuple(facts[fact] for fact in named if fact in facts)


def _key(words: str) -> str:
    return " ".join(words.casefold().split())
