"""The marker's copy: who wrote, changed and commented is gone. Odd files never crash."""

import io
import random
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import DictionaryObject, Fit, NameObject, TextStringObject

from lms.assessments.rules.uploads import DOCX, ODT, PDF, FileRefused, check_upload
from lms.assessments.service.copies import marker_copy
from lms.assessments.service.reading import read_parts, read_words
from tests.factories import ODF, WORD_SPACE, docx, odt, pdf, zipped

NAME = "Ada Lovelace-Example"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MARKUP = "http://schemas.openxmlformats.org/markup-compatibility/2006"


FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    "<w:r><w:instrText> AUTHOR </w:instrText></w:r>"
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    f"<w:r><w:t>{NAME}</w:t></w:r>"
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
WRITTEN = (
    '<w:p w:rsidR="00AA11BB"><w:commentRangeStart w:id="0"/>'
    "<w:r><w:t>Kept. </w:t></w:r>"
    f'<w:ins w:id="1" w:author="{NAME}" w:date="2031-01-01T00:00:00Z">'
    "<w:r><w:t>Put in. </w:t></w:r></w:ins>"
    f'<w:del w:id="2" w:author="{NAME}">'
    f"<w:r><w:delText>Taken out by {NAME}. </w:delText></w:r></w:del>"
    '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
    f'<w:fldSimple w:instr=" LASTSAVEDBY "><w:r><w:t>{NAME}</w:t></w:r></w:fldSimple>'
    f"{FIELD}<w:sdt><w:sdtPr>"
    '<w:dataBinding w:xpath="/ns1:coreProperties[1]/ns0:creator[1]"/></w:sdtPr>'
    f"<w:sdtContent><w:r><w:t>{NAME}</w:t></w:r></w:sdtContent></w:sdt>"
    '<w:hyperlink r:id="r7"><w:r><w:t>A link.</w:t></w:r></w:hyperlink></w:p>'
)
OUTSIDE = f'Target="file:///C:/Users/{NAME}/x.dotm" TargetMode="External"'


def named_docx() -> bytes:
    """A Word file in which a name stands in every place that Word has for one."""
    document = (
        f'<w:document xmlns:w="{WORD_SPACE}" xmlns:r="{RELS}" xmlns:mc="{MARKUP}" '
        f'xmlns:w14="urn:w14" mc:Ignorable="w14"><w:body>{WRITTEN}</w:body></w:document>'
    )
    relations = (
        f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{RELS}/comments" Target="comments.xml"/>'
        f'<Relationship Id="r2" Type="{RELS}/attachedTemplate" {OUTSIDE}/>'
        f'<Relationship Id="r7" Type="{RELS}/hyperlink" {OUTSIDE}/></Relationships>'
    )
    picture = b"\xff\xd8\xff\xe1\x00\x10Exif" + NAME[:10].encode() + b"\xff\xda\x00\x02pixels"
    settings_part = f'<w:settings xmlns:w="{WORD_SPACE}"><w:rsids><w:rsid/></w:rsids></w:settings>'
    return zipped(
        {
            "[Content_Types].xml": '<Types><Override PartName="/docProps/core.xml"/>'
            '<Override PartName="/word/document.xml"/></Types>',
            "word/document.xml": document,
            "word/_rels/document.xml.rels": relations,
            "word/comments.xml": f'<w:comments xmlns:w="{WORD_SPACE}" w:author="{NAME}"/>',
            "word/people.xml": f"<people>{NAME}</people>",
            "word/settings.xml": settings_part,
            "word/media/a.jpg": picture,
            "docProps/core.xml": f"<a><creator>{NAME}</creator></a>",
            "docProps/app.xml": f"<Properties><Manager>{NAME}</Manager></Properties>",
            "docProps/custom.xml": f"<Properties>{NAME}</Properties>",
            "customXml/item1.xml": f"<a>{NAME}</a>",
            "_xmlsignatures/sig1.xml": f"<a>{NAME}</a>",
        }
    )


def named_odt() -> bytes:
    """An OpenDocument text in which a name stands in every place that it has for one."""
    content = (
        f'<o:document-content xmlns:o="{ODF}:office:1.0" xmlns:t="{ODF}:text:1.0" '
        'xmlns:dc="urn:dc"><o:body><o:text><t:tracked-changes><t:changed-region><t:deletion>'
        f"<dc:creator>{NAME}</dc:creator><t:p>Taken out by {NAME}.</t:p></t:deletion>"
        "</t:changed-region></t:tracked-changes><t:p>Kept. "
        '<t:change-start t:change-id="c1"/>Put in. <t:change-end t:change-id="c1"/>'
        f"<o:annotation><dc:creator>{NAME}</dc:creator><t:p>Said.</t:p></o:annotation>"
        f"<t:initial-creator>{NAME}</t:initial-creator>A link.</t:p>"
        "</o:text></o:body></o:document-content>"
    )
    entry = "<manifest:file-entry manifest:full-path="
    manifest = (
        f'<manifest:manifest xmlns:manifest="urn:m">{entry}"meta.xml"/>{entry}"content.xml"/>'
        "</manifest:manifest>"
    )
    return zipped(
        {
            "mimetype": ODT,
            "content.xml": content,
            "meta.xml": f"<m>{NAME}</m>",
            "settings.xml": f"<s>{NAME}</s>",
            "META-INF/manifest.xml": manifest,
            "META-INF/documentsignatures.xml": f"<s>{NAME}</s>",
            "Thumbnails/thumbnail.png": b"picture",
        }
    )


def named_pdf() -> bytes:
    """A PDF with a name in its properties, XMP, a comment, an attachment and a program."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("Kept. Put in. A link."))))
    writer.add_metadata({"/Author": NAME, "/Title": f"Plan of {NAME}"})
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    writer.xmp_metadata = (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{rdf}">'
        f'<rdf:Description rdf:about=""><a>{NAME}</a></rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()
    note = FreeText(text=f"Said by {NAME}", rect=(50, 50, 200, 200))
    writer.add_annotation(0, note)
    writer.add_annotation(0, Link(rect=(50, 50, 99, 99), url="https://example.org/"))
    writer.add_annotation(0, Link(rect=(9, 9, 20, 20), target_page_index=0, fit=Fit.fit()))
    writer.add_attachment(f"{NAME}.txt", NAME.encode())
    act = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(NAME)}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(act)
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(act)})
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def whole(data: bytes) -> bytes:
    """Everything in a file, unpacked."""
    if data[:2] != b"PK":
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        return b"\n".join(name.encode() + pack.read(name) for name in pack.namelist())


MADE: dict[str, Callable[[], bytes]] = {DOCX: named_docx, ODT: named_odt, PDF: named_pdf}


@pytest.mark.parametrize("media_type", MADE)
def test_names_comments_and_deletions_are_gone_and_the_words_are_there(media_type: str) -> None:
    data = MADE[media_type]()
    assert check_upload("a", data, already=0).media_type == media_type
    copy = marker_copy(media_type, data)
    for hidden in (b"Lovelace", b"Taken out", b"Said", b"rsid", b"Users", b"JavaScript"):
        assert hidden not in whole(copy), hidden
    words = " ".join(read_parts(media_type, copy) or ())
    assert [part in words for part in ("Kept.", "Put in.", "A link.")] == [True] * 3
    assert marker_copy(media_type, copy)  # it opens again


def test_a_word_copy_names_no_part_that_is_gone() -> None:
    with zipfile.ZipFile(io.BytesIO(marker_copy(DOCX, named_docx()))) as pack:
        names = set(pack.namelist())
        assert names == {
            "[Content_Types].xml",
            "word/document.xml",
            "word/_rels/document.xml.rels",
            "word/settings.xml",
            "word/media/a.jpg",
        }
        assert b"docProps" not in pack.read("[Content_Types].xml")
        relations = pack.read("word/_rels/document.xml.rels")
        assert b"comments" not in relations
        assert b'Target="about:blank"' in relations
        document = pack.read("word/document.xml")
        assert b'mc:Ignorable="w14"' in document
        assert b'xmlns:w14="urn:w14"' in document
        assert b"w:ins " not in document
        assert pack.read("word/media/a.jpg") == b"\xff\xd8\xff\xda\x00\x02pixels"


def test_a_pdf_copy_keeps_links_only() -> None:
    page = PdfReader(io.BytesIO(marker_copy(PDF, named_pdf()))).pages[0]
    kinds = [each.get_object()["/Subtype"] for each in page["/Annots"]]  # type: ignore[attr-defined]
    assert kinds == ["/Link", "/Link"]


def test_the_same_file_gives_the_same_words_counted() -> None:
    for media_type, data in ((DOCX, docx("Three words here.")), (ODT, odt("Three words here."))):
        copy = marker_copy(media_type, data)
        assert read_words(check_upload("a", copy, already=0)) == 3


ODD = {
    "a bomb of entities": zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        }
    ),
    "an outside entity": zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        }
    ),
    "no XML": zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "not <xml"}),
    "two of one name": docx("One.", **{"WORD/document.xml": "<a/>"}),
    "odd names": docx("One.", **{"../../up.xml": "<a/>", "/root.xml": "<a/>"}),
    "an odt with a macro": zipped(
        {"mimetype": ODT, "content.xml": "<a/>", "Basic/Standard/Module1.xml": "<a/>"}
    ),
    "a PDF without pages": b"%PDF-1.4\ntrailer << /Root 1 0 R >>\n%%EOF",
    "a PDF that is a page of the web": b"%PDF-1.4<html><script>alert(1)</script></html>",
    "a PDF that turns in a circle": pdf("a").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"),
}


def refusal_of(data: bytes) -> str:
    """What a hand-in says of a file; nothing when it is taken. Anything else is a failed test."""
    try:
        upload = check_upload("a.docx", data, already=0)
        read_words(upload)
        copy = marker_copy(upload.media_type, data)
    except FileRefused as refusal:
        return str(refusal)
    assert check_upload("a", copy, already=0).media_type == upload.media_type
    read_parts(upload.media_type, copy)
    return ""


def taken_or_refused(data: bytes) -> None:
    """It is kept, or refused in a sentence; nothing else happens."""
    assert refusal_of(data)[-1:] in ("", ".")


@pytest.mark.parametrize("what", ODD)
def test_odd_files_are_refused_in_words_or_copied(what: str) -> None:
    taken_or_refused(ODD[what])


def test_entities_are_refused() -> None:
    for what in (
        "a bomb of entities",
        "an outside entity",
        "an odt with a macro",
        "two of one name",
    ):
        assert refusal_of(ODD[what])


@pytest.mark.parametrize("media_type", MADE)
@given(st.integers(0, 2**32), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_broken_files_never_crash(media_type: str, seed: int, changes: int) -> None:
    chance = random.Random(seed)
    data = bytearray(MADE[media_type]())
    for _ in range(changes):
        place = chance.randrange(len(data))
        if chance.random() < 0.2:
            del data[place : place + chance.randrange(1, 60)]
            data = data or bytearray(b"P")
        else:
            data[place] = chance.randrange(256)
    taken_or_refused(bytes(data))


@given(st.text(alphabet='<>/&;"=w:tpabcd[]!?- ', max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_markup_inside_never_crashes(inside: str) -> None:
    taken_or_refused(docx(inside))
    taken_or_refused(odt(inside))
