"""Opens a file far enough to read its words. What is odd inside is refused, never a crash."""

import io
import logging
import re
import zipfile
from time import monotonic
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from lms.assessments.rules.handing_in import count_words
from lms.assessments.rules.uploads import CANNOT_OPEN, DOCX, LOCKED, PDF, FileRefused, Upload

_XML_LIMIT = 10 * 1024 * 1024  # a thesis needs less than 2
_MOST_PAGES = 150
_PATIENCE = 8.0  # seconds; a PDF can be made to take any time

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ODF_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

_BODY = re.compile(r"word/document\.xml|content\.xml")
_COUNTED = re.compile(r"word/(?:document|footnotes|endnotes)\.xml|content\.xml")
_EVERYTHING = re.compile(
    r"word/(?:document|footnotes|endnotes|header\d*|footer\d*)\.xml|content\.xml|styles\.xml"
)

logging.getLogger("pypdf").setLevel(
    logging.CRITICAL
)  # it writes about odd files; people hear of them


def read_words(upload: Upload) -> int | None:
    """The number of words; None where a file can be opened but not counted (a scan, say)."""
    if upload.media_type == PDF:
        pages = pdf_pages(upload.data)
        return None if pages is None else sum(map(count_words, pages)) or None
    return sum(map(count_words, _office_parts(upload.media_type, upload.data, _COUNTED)))


def read_parts(media_type: str, data: bytes) -> tuple[str, ...] | None:
    """The pages of a PDF or the paragraphs of another file, notes, heads and feet behind them.

    None where nothing can be read: a scan, a file too long, one that opens no more.
    """
    try:
        if media_type == PDF:
            pages = pdf_pages(data)
            return pages if pages and any(map(str.strip, pages)) else None
        return _office_parts(media_type, data, _EVERYTHING)
    except FileRefused:
        return None


def _office_parts(media_type: str, data: bytes, wanted: re.Pattern[str]) -> tuple[str, ...]:
    read = _docx_text if media_type == DOCX else _odt_text
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            names = sorted(filter(wanted.fullmatch, pack.namelist()), key=_body_first)
        return tuple(part for name in names for part in read(member(data, name)).split("\n"))
    except FileRefused:
        raise
    except Exception as odd:  # zlib, zipfile, expat and defusedxml each have their own
        raise FileRefused(CANNOT_OPEN) from odd


def _body_first(name: str) -> tuple[bool, str]:
    return not _BODY.fullmatch(name), name


def member(data: bytes, name: str) -> bytes:
    """One member of a zip, unpacked at most to the limit, whatever its header claims."""
    with zipfile.ZipFile(io.BytesIO(data)) as pack, pack.open(name) as packed:
        unpacked = packed.read(_XML_LIMIT + 1)
    if len(unpacked) > _XML_LIMIT:
        raise FileRefused(CANNOT_OPEN)
    return unpacked


def _docx_text(xml: bytes) -> str:
    """The text as it reads: what was deleted under tracked changes is `delText`, and left out."""
    parts: list[str] = []
    for _, element in iterparse(io.BytesIO(xml), events=("end",), forbid_dtd=True):
        if element.tag == f"{_W}t":
            parts.append(element.text or "")
        elif element.tag in (f"{_W}tab", f"{_W}br"):
            parts.append("\t")
        elif element.tag == f"{_W}p":
            parts.append("\n")
            element.clear()  # so that a long file does not stand in memory twice
    return "".join(parts)


def _odt_text(xml: bytes) -> str:
    text = ""
    for _, element in iterparse(io.BytesIO(xml), events=("end",), forbid_dtd=True):
        if element.tag.endswith(("}body", "}master-styles")):
            text += _odf_words(element)
    return text


def _odf_words(body: Element) -> str:
    paragraphs = (
        element for element in body.iter() if element.tag in (f"{_ODF_TEXT}p", f"{_ODF_TEXT}h")
    )
    return "\n".join(re.sub(r"\s+", " ", _with_spaces(element)) for element in paragraphs)


def _with_spaces(element: Element) -> str:
    gap = (
        " " if element.tag in (f"{_ODF_TEXT}s", f"{_ODF_TEXT}tab", f"{_ODF_TEXT}line-break") else ""
    )
    inner = "".join(_with_spaces(child) + (child.tail or "") for child in element)
    return gap + (element.text or "") + inner


def pdf_pages(data: bytes) -> tuple[str, ...] | None:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise FileRefused(LOCKED)
        pages = len(reader.pages)
    except FileRefused:
        raise
    except (PyPdfError, Exception) as odd:  # a broken PDF can raise nearly anything
        raise FileRefused(CANNOT_OPEN) from odd
    if pages == 0:
        raise FileRefused(CANNOT_OPEN)
    return _pdf_texts(reader) if pages <= _MOST_PAGES else None


def _pdf_texts(reader: PdfReader) -> tuple[str, ...] | None:
    give_up_at = monotonic() + _PATIENCE
    texts = []
    try:
        for page in reader.pages:
            texts.append(page.extract_text() or "")
            if monotonic() > give_up_at:
                return None
    except Exception:
        return None
    return tuple(texts)
