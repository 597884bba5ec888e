"""Markdown to HTML that is safe to show, and people's own words to HTML.

`render` is for the repository's content files: reviewed like code, and cleaned all the same, so
that a slip in a file cannot become a script on a page. `learner_text` is for what people type: no
markup at all.

Not for deciding whether content is right: what a text links to, cites and shows is handed back, and
`lms.modules.catalogue` judges it.
"""

import re
import xml.etree.ElementTree as etree  # noqa: N813 (as its own documentation writes it)
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup, escape
from pymdownx.blocks import BlocksExtension  # type: ignore[import-untyped]
from pymdownx.blocks.block import Block, type_string  # type: ignore[import-untyped]

CITATION = r"\[@([^\]\[]+)\]"
_BAR = "\x1f"  # stands for | inside [[…]], which would part the cells of a table
TERM = rf"\[\[([^\]\[{_BAR}]+)(?:{_BAR}([^\]\[{_BAR}]+))?\]\]"
_TERM_WITH_WORDS = re.compile(r"\[\[([^\]\[|]+)\|([^\]\[|]+)\]\]")
EXTENSIONS = ("tables", "def_list", "footnotes", "toc", "sane_lists", "abbr")
_PLAIN = re.compile(r"(?!\d+[.)]|[-:/])[^\W_](?:[^\W_]|[ .,;:'\"\u2018-\u201d?!()%£/…=–—-])*")
EXTERNAL = ("http", "https", "mailto", "tel")

_TAGS = """
a abbr blockquote br caption cite code dd del div dl dt em figcaption figure h2 h3 h4 h5 hr img ins
li ol p pre q section small span strong sub sup table tbody td th thead tr ul
"""
TAGS = set(_TAGS.split())
ATTRIBUTES = {
    "*": {"class", "id", "role", "aria-label", "lang"},
    "a": {"href", "title", "target", "rel"},
    "abbr": {"title"},
    "div": {"tabindex"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "span": {"tabindex"},
    "td": {"colspan", "rowspan"},
    "th": {"scope", "colspan", "rowspan"},
}


@dataclass(frozen=True)
class Heading:
    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Image:
    src: str
    alt: str


@dataclass(frozen=True)
class Pause:
    text: str
    skip: str


@dataclass(frozen=True)
class Rendered:
    """HTML, and everything in it that somebody may want to check."""

    html: Markup
    headings: tuple[Heading, ...]
    citations: tuple[str, ...]
    terms: tuple[str, ...]  # words linked by [[…]], as written
    links: tuple[str, ...]
    images: tuple[Image, ...]
    pauses: tuple[Pause, ...]
    leftovers: tuple[str, ...]  # lines of markup that were not understood


@dataclass
class _Notes:
    """What the processors find while one text is rendered."""

    link: Callable[[str], str]
    image: Callable[[str], str]
    term: Callable[[str], str]
    citations: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)


class _Citation(InlineProcessor):
    """`[@A-007; C-012]` becomes a place for numbers; `_Finish` numbers them in reading order.

    Markdown does not visit inline text in that order: what stands in a block comes later.
    """

    def __init__(self) -> None:
        super().__init__(CITATION)

    def handleMatch(  # type: ignore[override]  # noqa: N802 (the library's name)
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element, int, int]:
        sup = etree.Element("sup", {"class": "source-ref", "data-facts": m.group(1)})
        return sup, m.start(0), m.end(0)


class _Term(InlineProcessor):
    """`[[debt bondage|bonded]]` becomes a link to the glossary, or plain words without one."""

    def __init__(self, notes: _Notes) -> None:
        super().__init__(TERM)
        self.notes = notes

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element | str, int, int]:
        words, shown = m.group(1).strip(), (m.group(2) or m.group(1)).strip()
        self.notes.terms.append(words)
        address = self.notes.term(words)
        if not address:
            return shown, m.start(0), m.end(0)
        link = etree.Element("a", {"class": "term", "href": address, "data-ours": "term"})
        link.text = shown
        return link, m.start(0), m.end(0)


class _Finish(Treeprocessor):
    """Resolve links and images, give table heads their scope, and note what was found."""

    def __init__(self, notes: _Notes) -> None:
        super().__init__()
        self.notes = notes

    def run(self, root: etree.Element) -> None:
        titles = {
            h.get("id"): "".join(h.itertext()) for h in root.iter() if h.tag in ("h2", "h3", "h4")
        }
        for link in root.iter("a"):
            skipped_to = titles.get(link.get("href", "").removeprefix("#"))
            if link.get("data-ours") == "skip" and skipped_to:
                link.text = f"Skip to “{skipped_to}”"
            self._finish_link(link)
        for place in root.iter("sup"):
            self._number(place)
        for image in root.iter("img"):
            src = image.get("src", "")
            self.notes.images.append(Image(src, image.get("alt", "").strip()))
            image.set("src", self.notes.image(src))
        for head in root.iter("th"):
            if "".join(head.itertext()).strip():
                head.set("scope", "col")
            else:
                head.tag = "td"  # the corner of a table heads nothing

    def _number(self, place: etree.Element) -> None:
        """Number the facts cited here, each by where it is first cited."""
        facts = place.attrib.pop("data-facts", "").split(";")
        ids = [fact.strip().lstrip("@") for fact in facts if fact.strip()]
        for position, fact in enumerate(ids):
            first = fact not in self.notes.citations
            if first:
                self.notes.citations.append(fact)
            number = str(self.notes.citations.index(fact) + 1)
            link = etree.SubElement(place, "a", {"href": f"#source-{number}"})
            link.set("aria-label", f"Source {number}")
            if first:
                link.set("id", f"source-ref-{number}")
            link.text = number
            if position < len(ids) - 1:
                link.tail = ", "

    def _finish_link(self, link: etree.Element) -> None:
        href = link.get("href", "")
        if link.get("class", "").startswith("footnote") or href.startswith("#fn"):
            return
        if link.get("data-ours"):
            del link.attrib["data-ours"]
            return
        self.notes.links.append(href)
        if urlsplit(href).scheme in ("http", "https"):
            link.set("target", "_blank")
            link.set("rel", "noopener noreferrer")
            note = etree.SubElement(link, "span", {"class": "visually-hidden"})
            note.text = " (opens in a new tab)"
        else:
            link.set("href", self.notes.link(href))


class _Aside(Block):  # type: ignore[misc]
    """`/// aside | In Scotland`: a note beside the main line of the text."""

    NAME = "aside"
    ARGUMENT = True

    def on_create(self, parent: etree.Element) -> etree.Element:
        box = etree.SubElement(parent, "div", {"class": "aside-note", "role": "note"})
        box.set("aria-label", self.argument)
        etree.SubElement(box, "p", {"class": "aside-title"}).text = self.argument
        return box


class _Case(Block):  # type: ignore[misc]
    """`/// case | Amara`: an invented person's situation."""

    NAME = "case"
    ARGUMENT = True

    def on_create(self, parent: etree.Element) -> etree.Element:
        box = etree.SubElement(parent, "div", {"class": "case", "role": "group"})
        box.set("aria-label", f"A case: {self.argument}")
        etree.SubElement(box, "p", {"class": "case-title"}).text = self.argument
        return box


class _Quote(Block):  # type: ignore[misc]
    """`/// quote | Amara, who is invented`: a person's words, and who speaks."""

    NAME = "quote"
    ARGUMENT = True

    def on_create(self, parent: etree.Element) -> etree.Element:
        return etree.SubElement(parent, "figure", {"class": "quote"})

    def on_add(self, block: etree.Element) -> etree.Element:
        words = block.find("blockquote")
        return etree.SubElement(block, "blockquote") if words is None else words

    def on_end(self, block: etree.Element) -> None:
        etree.SubElement(block, "figcaption").text = self.argument


class _Pause(Block):  # type: ignore[misc]
    """`/// pause | What comes next, and how long it takes` with `skip: heading-id`."""

    NAME = "pause"
    ARGUMENT = True
    OPTIONS = {"skip": ["", type_string]}  # noqa: RUF012 (the library's own shape)

    def on_create(self, parent: etree.Element) -> etree.Element:
        notes: _Notes = self.config["notes"]
        skip = str(self.options["skip"])
        notes.pauses.append(Pause(self.argument, skip))
        after = f"after-pause-{len(notes.pauses)}"
        box = etree.SubElement(parent, "div", {"class": "rest", "role": "group"})
        box.set("aria-label", "A place to pause")
        etree.SubElement(box, "p", {"class": "rest-title"}).text = "A place to pause"
        etree.SubElement(box, "p").text = self.argument
        ways = etree.SubElement(box, "p", {"class": "rest-ways"})
        for kind, href, words in (
            ("on", f"#{after}", "Carry on"),
            ("skip", f"#{skip}" if skip else "", "Skip this part"),
            ("stop", notes.link("./"), "Stop here for now"),
        ):
            if href:
                link = etree.SubElement(ways, "a", {"href": href, "data-ours": kind})
                link.text = words
                link.tail = " "
        etree.SubElement(parent, "span", {"id": after, "tabindex": "-1", "class": "after-rest"})
        return box


class _Picture(Block):  # type: ignore[misc]
    """`/// figure | Caption` round one image."""

    NAME = "figure"
    ARGUMENT = True

    def on_create(self, parent: etree.Element) -> etree.Element:
        return etree.SubElement(parent, "figure", {"class": "picture"})

    def on_end(self, block: etree.Element) -> None:
        etree.SubElement(block, "figcaption").text = self.argument


class _HouseBlocks(BlocksExtension):  # type: ignore[misc]
    def __init__(self, notes: _Notes) -> None:
        super().__init__()
        self.notes = notes

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: Any) -> None:  # noqa: N802
        for block in (_Aside, _Case, _Quote, _Pause, _Picture):
            block_mgr.register(block, {"notes": self.notes})


class _House(Extension):
    def __init__(self, notes: _Notes) -> None:
        super().__init__()
        self.notes = notes

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        # Before links (160), so that [@A-007] is not taken for a reference link.
        md.inlinePatterns.register(_Citation(), "citation", 175)
        md.inlinePatterns.register(_Term(self.notes), "term", 176)
        md.treeprocessors.register(_Finish(self.notes), "house", 1)


def _same(address: str) -> str:
    return address


def _no_glossary(_words: str) -> str:
    return ""


def render(
    text: str,
    *,
    link: Callable[[str], str] = _same,
    image: Callable[[str], str] = _same,
    term: Callable[[str], str] = _no_glossary,
) -> Rendered:
    """Render a content text. `link`, `image`, `term` turn its own references into addresses."""
    notes = _Notes(link, image, term)
    md = Markdown(
        extensions=[*EXTENSIONS, _HouseBlocks(notes), _House(notes)],
        extension_configs={"footnotes": {"BACKLINK_TITLE": "Back to note {} in the text"}},
    )
    html = md.convert(_TERM_WITH_WORDS.sub(rf"[[\1{_BAR}\2]]", text))
    headings = tuple(_headings(getattr(md, "toc_tokens", [])))
    html = html.replace(
        "<table>", '<div class="table-wrap" tabindex="0" role="group" aria-label="Table"><table>'
    )
    html = html.replace("</table>", "</table></div>")
    return Rendered(
        html=Markup(_clean(html)),  # noqa: S704 (cleaned by nh3 just now)
        headings=headings,
        citations=tuple(notes.citations),
        terms=tuple(dict.fromkeys(notes.terms)),
        links=tuple(notes.links),
        images=tuple(notes.images),
        pauses=tuple(notes.pauses),
        leftovers=tuple(re.findall(r"^(?:<p>)?(/{3,}.*?)(?:</p>)?$", html, re.MULTILINE)),
    )


def inline(text: str) -> Markup:
    """One line of Markdown without the paragraph round it: prompts, options, feedback."""
    if _PLAIN.fullmatch(text):
        return escape(text)  # most lines have no markup; a parser for each costs some 4 ms
    html = str(render(text).html).strip()
    whole = re.fullmatch(r"<p>(.*)</p>", html, re.DOTALL)
    return Markup(whole.group(1) if whole and "<p>" not in whole.group(1) else html)  # noqa: S704


def learner_text(text: str) -> Markup:
    """People's own words: escaped, in paragraphs, line breaks kept. Nothing in them is markup."""
    return Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in part.split("\n")))
        for part in paragraphs(text)
    )


def paragraphs(text: str) -> list[str]:
    """The paragraphs of people's own words, as `learner_text` shows them."""
    tidy = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return [part for part in re.split(r"\n\s*\n", tidy) if part.strip()]


def in_a_longer_page(html: Markup, prefix: str) -> Markup:
    """The same HTML to stand beside others: unique ids, headings one level down, plain terms."""
    text = re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", str(html), flags=re.DOTALL)
    text = re.sub(r' id="([^"]+)"', rf' id="{prefix}-\1"', text)
    text = re.sub(r' href="#([^"]+)"', rf' href="#{prefix}-\1"', text)
    text = re.sub(r"<(/?)h([2-5])(?=[ >])", lambda m: f"<{m[1]}h{int(m[2]) + 1}", text)
    return Markup(text)  # noqa: S704 (only attributes and heading levels were changed)


def _headings(tokens: list[Any]) -> list[Heading]:
    found: list[Heading] = []
    for token in tokens:
        found.append(Heading(token["level"], token["id"], token["name"]))
        found.extend(_headings(token["children"]))
    return found


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=set(EXTERNAL),
        link_rel=None,
        clean_content_tags={"script", "style"},
    )
