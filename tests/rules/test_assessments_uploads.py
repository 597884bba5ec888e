"""Which files are taken: by what is in them. Odd ones are refused in words, and never crash."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessments.rules import uploads
from lms.assessments.rules.uploads import (
    DOCX,
    LARGEST,
    MOST_FILES,
    ODT,
    PDF,
    FileRefused,
    Upload,
    check_upload,
    shown_name,
    sniff,
)
from lms.assessments.service.reading import read_words
from tests.factories import WORD_SPACE, docx, odt, pdf, zipped


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(docx("One two three."), DOCX), (odt("One two three."), ODT), (pdf("One two three."), PDF)],
)
def test_a_file_is_known_by_its_content_and_its_words_are_counted(
    data: bytes, media_type: str
) -> None:
    upload = check_upload("plan.bin", data, already=0)
    assert upload.media_type == media_type
    assert upload.name == "plan.bin" + uploads.ENDINGS[media_type]
    assert read_words(upload) == 3


def with_flag(data: bytes, flag: int) -> bytes:
    """The zip with a flag set on its first member, in both headers."""
    changed = bytearray(data)
    changed[6] |= flag
    directory = data.index(b"PK\x01\x02")
    changed[directory + 8] |= flag
    return bytes(changed)


REFUSED = {
    "a text": (b"Only words.", "is not a Word"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 40, "is not a Word"),
    "a web page": (b"<html><script>alert(1)</script>", "is not a Word"),
    "a program": (b"MZ" + b"\0" * 60, "is not a Word"),
    "an old Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 60, "old .doc"),
    "nothing": (b"", "is empty"),
    "a zip of something else": (zipped({"a.txt": "words"}), "is not a Word"),
    "a spreadsheet": (
        zipped(
            {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}
        ),
        "is not a Word",
    ),
    "an odt without content": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.text"}),
        "is not a Word",
    ),
    "macros": (docx("One.", **{"word/vbaProject.bin": b"macro"}), "contains macros"),
    "a locked zip": (with_flag(docx("One."), 1), "locked with a password"),
    "a broken zip": (docx("One.")[:60], "could not open"),
    "a bomb": (docx("One.", **{"word/media/a.bin": b"\0" * 20_000_000}), "could not open"),
    "many members": (
        docx("One.", **{f"word/{n}.xml": "<a/>" for n in range(2100)}),
        "could not open",
    ),
    "too large": (b"%PDF-" + b"0" * LARGEST, "larger than 10 MB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_is_refused_with_what_to_do(what: str) -> None:
    data, says = REFUSED[what]
    with pytest.raises(FileRefused, match=says):
        check_upload("plan.docx", data, already=0)


def test_no_more_files_than_may_be() -> None:
    with pytest.raises(FileRefused, match="Remove one"):
        check_upload("plan.docx", docx("One."), already=MOST_FILES)


UNREADABLE = {
    "xml that breaks off": zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f'<w:p xmlns:w="{WORD_SPACE}"><w:t>One',
        }
    ),
    "an entity bomb": zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        }
    ),
    "an entity from elsewhere": zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        }
    ),
    "broken odt": zipped(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a><b></a>"}
    ),
    "only the beginning of a pdf": b"%PDF-1.7\nand nothing more",
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_opened_is_refused(what: str) -> None:
    upload = check_upload("plan", UNREADABLE[what], already=0)
    with pytest.raises(FileRefused, match="could not open"):
        read_words(upload)


def test_a_header_that_lies_about_its_size_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.assessments.service.reading._XML_LIMIT", 1000)
    with pytest.raises(FileRefused, match="could not open"):
        read_words(Upload("plan.docx", DOCX, docx("word " * 400)))


def test_words_deleted_under_tracked_changes_are_not_counted() -> None:
    document = (
        f'<w:document xmlns:w="{WORD_SPACE}"><w:body><w:p><w:r><w:t>Kept</w:t></w:r>'
        "<w:del><w:r><w:delText>gone words</w:delText></w:r></w:del></w:p>"
        "<w:p><w:r><w:t>spl</w:t></w:r><w:r><w:t>it</w:t></w:r></w:p></w:body></w:document>"
    )
    data = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document})
    assert read_words(Upload("plan.docx", DOCX, data)) == 2


def test_a_locked_pdf_is_refused() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("One."))))
    writer.encrypt("secret", algorithm="RC4-128")
    kept = io.BytesIO()
    writer.write(kept)
    with pytest.raises(FileRefused, match="locked with a password"):
        read_words(check_upload("plan.pdf", kept.getvalue(), already=0))


def test_a_pdf_that_takes_too_long_is_taken_without_a_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lms.assessments.service.reading._PATIENCE", -1.0)
    assert read_words(Upload("slow.pdf", PDF, pdf("One two."))) is None


def test_a_very_deep_file_is_refused() -> None:
    deep = "<t:span>" * 50_000 + "word" + "</t:span>" * 50_000
    with pytest.raises(FileRefused, match="could not open"):
        read_words(Upload("deep.odt", ODT, odt(deep)))


def test_a_scan_is_taken_without_a_count() -> None:
    assert read_words(Upload("scan.pdf", PDF, pdf(""))) is None


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("My plan.docx", "My plan.docx"),
        ("My plan.DOCX", "My plan.docx"),
        (r"C:\Users\me\plan.docx", "plan.docx"),
        ("../../etc/passwd", "passwd.docx"),
        ('a"b<c>\r\nSet-Cookie: x.docx', "abcSet-Cookie x.docx"),
        ("", "file.docx"),
        (".docx", "file.docx"),
        ("plan.exe", "plan.exe.docx"),
        ("n" * 300, "n" * 120 + ".docx"),
    ],
)
def test_the_name_that_is_shown(given_name: str, kept: str) -> None:
    assert shown_name(given_name, DOCX) == kept


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=400))
def test_no_bytes_crash_it(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"%PDF-"):
        try:
            read_words(check_upload("any", start + data, already=0))
        except FileRefused as refused:
            assert str(refused).endswith(".")  # noqa: PT017 (either outcome is right)


@settings(deadline=None)  # the machine may be busy
@given(st.data())
def test_no_damaged_file_crashes_it(data: st.DataObject) -> None:
    whole = bytearray(
        data.draw(st.sampled_from([docx("One two."), odt("One two."), pdf("One two.")]))
    )
    for _ in range(data.draw(st.integers(1, 12))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_words(check_upload("any", bytes(whole), already=0))
    except FileRefused as refused:
        assert str(refused).endswith(".")  # noqa: PT017 (either outcome is right)


def test_a_zip_is_not_a_docx_by_its_name() -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as pack:
        pack.writestr("index.html", "<script>alert(1)</script>")
    with pytest.raises(FileRefused, match="is not a Word"):
        sniff(kept.getvalue())
