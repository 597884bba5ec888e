"""The unit as one file: whole, nothing fetched, nothing private in it unless it was asked for."""

import itertools
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from lms.modules.catalogue import Catalogue, catalogue
from lms.modules.rules.offline import POLICY, anchors_known, as_data, part_of_file, sheet_inside
from tests.conftest import People
from tests.modules.sheet import Sheet, open_page, read

pytest_plugins = ("tests.modules.fixtures",)

Browse = Callable[[int], FlaskClient]
UNIT = "/modules/m1/u1"
BEFORE, FILE = f"{UNIT}/offline", f"{UNIT}/offline/file"


@pytest.fixture
def ada(browse: Browse, people: People, small: Catalogue) -> FlaskClient:
    return browse(people.ada)


def fetched(sheet: Sheet) -> list[str]:
    """What a browser would fetch by itself on opening the file."""
    asked = [
        one.get(kind) or ""
        for one in sheet.root.iter()
        for kind in ("src", "srcset", "poster", "data")
        if one.get(kind)
    ]
    asked += [one.get("href") or "" for one in sheet.root.iter("link")]
    asked += [one.get("href") or "" for one in sheet.root.iter("use")]
    asked += re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')]+)", sheet.html)
    return [one for one in asked if not one.startswith("data:")]


def faults(sheet: Sheet) -> list[str]:
    """What would not work in a file by itself."""
    ids = {one.get("id") for one in sheet.root.iter()}
    found = [f"fetches {one}" for one in fetched(sheet)]
    for kind in ("script", "form", "iframe", "object"):
        found += [f"has a {kind}" for _ in sheet.root.iter(kind)]
    for link in sheet.root.iter("a"):
        to = urlsplit(link.get("href") or "")
        if not to.scheme and (to.path or to.fragment not in ids):
            found.append(f"a link to {link.get('href')} leads nowhere")
    levels = [int(one.tag[1]) for one in sheet.root.iter() if re.fullmatch("h[1-6]", one.tag)]
    jumps = [b for a, b in itertools.pairwise(levels) if b > a + 1]
    return found + [f"a heading jumps to level {one}" for one in jumps]


def test_a_unit_is_one_file(ada: FlaskClient) -> None:
    unit = open_page(ada, UNIT)
    before = open_page(ada, unit.links()["Read it without a network"])
    assert "Whoever can open the device can read it." in before.text
    assert before.address_of("/offline/file") == FILE
    response = ada.get(FILE)
    assert response.headers["Content-Disposition"] == 'attachment; filename="m1-u1.html"'
    file = read(response)
    assert faults(file) == []
    policies = [one.get("content") for one in file.root.iter("meta") if one.get("http-equiv")]
    assert policies == [POLICY]
    for said in (
        "Slavery is an offence",
        "Where do you begin?",
        "To answer, and to see what we would say, you need the network.",
        "Modern Slavery Act 2015, section 1.",
        "What would you need?",
        "Stand up and stretch.",
        "Saved on ",
        "Version " + catalogue().page("m1/u1/first").content_hash[:8],
        "Academic approval: not yet.",
    ):
        assert said in file.text, said
    assert "We would begin here too" not in file.text  # answers stay where they are given
    assert file.links()["0800 000 000"].startswith("tel:")
    assert file.links()["Leave quickly"] == "about:blank"
    assert 'src="data:image/svg+xml;base64,' in file.html


def test_heavy_text_is_closed_and_nothing_tells_how_somebody_took_it(ada: FlaskClient) -> None:
    def without_day(html: str) -> str:
        return re.sub(r"Saved on [^.]*", "", html)

    unasked = read(ada.get(FILE))
    assert "An account of harm." in unasked.text
    closed = list(unasked.root.iter("details"))
    assert [" ".join("".join(one.itertext()).split())[:11] for one in closed] == [
        "Read it all",
        "Read the su",
        "Take anothe",
    ]
    assert not [one for one in closed if "open" in one.attrib]
    assert "THE WHOLE ACCOUNT" in "".join(closed[0].itertext())
    ada.post(f"{UNIT}/heavy/way", data={"way": "all"})
    ada.post(f"{UNIT}/first/done")
    assert without_day(read(ada.get(FILE)).html) == without_day(unasked.html)


def test_notes_are_in_it_only_when_asked(ada: FlaskClient, browse: Browse, people: People) -> None:
    assert not open_page(ada, BEFORE).root.findall(".//input[@type='checkbox']")
    note = {"note": "My <b>own</b> words.", "version": "0"}
    ada.post(f"{UNIT}/first/note", data=note)
    ada.post("/modules/m1/u1/last/reflection", data={"text": "In my journal.", "version": "0"})
    assert open_page(ada, BEFORE).form("/offline/file") == {}  # the box is not ticked for anybody
    for address in (FILE, f"{FILE}?notes=", f"{FILE}?notes=no", f"{FILE}?notes=<b>"):
        assert "own</b> words" not in ada.get(address).get_data(as_text=True)
    asked = read(ada.get(f"{FILE}?notes=yes"))
    assert "My <b>own</b> words." in asked.text  # as words, not as markup
    assert "Your own notes are in this file, because you asked for them." in asked.text
    assert "In my journal." not in asked.text
    body = asked.root.find("body")
    assert body is not None
    assert "Ada" not in "".join(body.itertext())
    others = browse(people.lin).get(f"{FILE}?notes=yes").get_data(as_text=True)
    assert "own</b> words" not in others


def test_it_looks_as_its_reader_chose(ada: FlaskClient) -> None:
    chosen = {"text_size": "large", "spacing": "wide", "nation": "wales", "next": UNIT}
    sent = open_page(ada, "/account/look").form("/account/look") | {
        name: [value] for name, value in chosen.items()
    }
    ada.post("/account/look", data=sent)
    assert read(ada.get(FILE)).root.get("class") == "letters-large spacing-wide"


@pytest.mark.parametrize("address", [BEFORE, FILE])
def test_it_is_for_those_who_may_read_it(
    ada: FlaskClient, browse: Browse, people: People, client: FlaskClient, address: str
) -> None:
    assert browse(people.morgan).get(address).status_code == 404
    assert client.get(address).status_code == 303
    assert browse(people.lin).get(address).status_code == 200
    outline = ada.get(address.replace("/u1/", "/u2/"))
    assert outline.status_code == 404
    assert "being written" in outline.get_data(as_text=True)


def test_each_unit_of_the_content_is_a_sound_file(browse: Browse, people: People) -> None:
    browser = browse(people.lin)
    written = [unit for unit in catalogue().units if unit.written]
    assert written
    for unit in written:
        response = browser.get(f"/modules/{unit.key}/offline/file")
        found = faults(read(response))
        assert not found, f"{unit.key}: {found}"
        assert len(response.data) < 600_000, f"{unit.key}: too much for a slow phone"


def test_links_lead_to_parts_of_the_file_or_to_the_site() -> None:
    html = (
        '<h2 id="b">B</h2><a href="../../../modules/m1/u1/last#after">a</a><a href="#b">b</a>'
        '<a href="../../../modules/m2/u1/other">c</a><a href="../u1">d</a>'
        '<a href="https://gov.test/x">e</a>'
        '<a class="term" href="../../../modules/glossary#debt">f</a>'
        '<a class="term" href="../../../modules/glossary#debt">g</a>'
    )
    site = "https://tool.test"
    made = part_of_file(html, "first", unit_key="m1/u1", slugs=["last", "first"], site=site)
    for expected in (
        '<h3 id="first.b">B</h3>',
        'href="#last.after"',
        'href="#first.b"',
        'href="https://tool.test/modules/m2/u1/other"',
        'href="#file.contents"',
        'href="https://gov.test/x"',
        '<a class="term" id="first.term-ref-debt" href="#first.term-debt">f</a>',
        '<a class="term" href="#first.term-debt">g</a>',
    ):
        assert expected in made, expected
    known = anchors_known('<p id="here"></p><a href="#here">a</a><a href="#gone">b</a>')
    assert known.endswith('<a href="#here">a</a><a href="#file.contents">b</a>')


def test_a_style_sheet_brings_its_drawings() -> None:
    css = '/* why */ @font-face { src: url("fonts/a.woff2"); } .a { mask: url("drawings/b.svg"); }'
    made = sheet_inside(css, {"drawings/b.svg": as_data("image/svg+xml", b"<svg/>")})
    assert made.strip() == '.a { mask: url("data:image/svg+xml;base64,PHN2Zy8+"); }'
