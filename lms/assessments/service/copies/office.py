"""A docx or odt without properties, comments, tracked changes and names.

Insertions are accepted and deletions dropped, as if the writer had done so before sending. Each XML
member passes once through a filter that keeps its prefixes as they are (Office needs them so).
"""

import io
import posixpath
import re
import zipfile
from xml.sax.handler import ContentHandler  # only its interface: defusedxml parses
from xml.sax.saxutils import XMLGenerator  # it writes
from xml.sax.xmlreader import AttributesImpl

from defusedxml.sax import make_parser

from lms.assessments.rules.uploads import CANNOT_OPEN, DOCX, FileRefused

_LIMIT = 40 * 1024 * 1024  # one XML member, unpacked

# Members that carry names, comments, or programs, and nothing of the words.
_DROPPED = re.compile(
    r"docProps/.*|customXml/.*|_xmlsignatures/.*|word/(?:comments\w*|people|persons?/.*|vba\w*)\.xml"
    r"|word/(?:vba.*|activeX/.*|embeddings/.*|printerSettings/.*|attachedToolbars\.bin)"
    r"|(?:.*/)?meta\.xml|Thumbnails/.*|Configurations2/.*|Basic/.*|Scripts/.*|Versions/.*|VersionList\.xml"
    r"|META-INF/(?!manifest\.xml$).*|layout-cache|settings\.xml",
    re.IGNORECASE,
)
_RELATIONS_DROPPED = re.compile(
    r"/(?:core-properties|extended-properties|custom-properties|metadata/\w+|thumbnail|comments\w*|people|person"
    r"|customXml\w*|attachedTemplate|vbaProject|oleObject|package|control|printerSettings|origin|signature"
    r"|mailMerge\w*|keyMapCustomizations)$"
)
# Elements left out with all that is in them, by their local names (Word, then OpenDocument).
_OUT_IN_TEXT = """
del moveFrom delText delInstrText rPrChange pPrChange sectPrChange tblPrChange tblPrExChange
tcPrChange trPrChange tblGridChange numberingChange cellIns cellDel cellMerge commentRangeStart
commentRangeEnd commentReference annotationRef rsids moveFromRangeStart moveFromRangeEnd
moveToRangeStart moveToRangeEnd attachedTemplate trackRevisions mailMerge OLEObject externalData
control customXmlInsRangeStart customXmlInsRangeEnd customXmlDelRangeStart customXmlDelRangeEnd
customXmlMoveFromRangeStart customXmlMoveFromRangeEnd customXmlMoveToRangeStart
customXmlMoveToRangeEnd docVars annotation annotation-end tracked-changes change change-start
change-end creator initial-creator author-name author-initials printed-by file-name user-defined
event-listeners scripts sender-firstname sender-lastname sender-initials sender-title
sender-position sender-email sender-phone-private sender-fax sender-company sender-phone-work
sender-street sender-city sender-postal-code sender-country sender-state-or-province
"""
_OUT = frozenset(_OUT_IN_TEXT.split())
_UNWRAPPED = frozenset({"ins", "moveTo"})  # accepted: their content stays
_NAMES_IN_ATTRIBUTES = re.compile(
    r"\w+:(?:author|initials|date|rsid\w*|lastModifiedBy|userId|providerId)|(?:office|dc|meta):creator"
    r"|o:(?:author|lastauthor)|r:link"
)
_FIELDS = re.compile(
    r"^\s*(?:AUTHOR|LASTSAVEDBY|USERNAME|USERINITIALS|USERADDRESS|FILENAME|MANAGER|COMPANY|DOCPROPERTY|INFO"
    r"|TEMPLATE|INCLUDE\w*|DDE\w*|LINK|SUBJECT|TITLE|KEYWORDS|COMMENTS)\b",
    re.IGNORECASE,
)
_PROPERTIES = re.compile(
    r"core-?properties|extended-?properties|CoverPage|metadata/", re.IGNORECASE
)


def stripped_office(media_type: str, data: bytes) -> bytes:
    """The copy of a docx or odt; FileRefused where a member is larger than any text."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as pack, zipfile.ZipFile(made, "w") as copy:
        seen: set[str] = set()
        for member in sorted(pack.infolist(), key=lambda each: each.filename != "mimetype"):
            name = member.filename
            if name in seen or member.is_dir() or _DROPPED.fullmatch(name):
                continue
            seen.add(name)
            with pack.open(member) as file:
                content = file.read(_LIMIT + 1)
            if len(content) > _LIMIT:
                raise FileRefused(CANNOT_OPEN)
            kept = _kept(name, content, docx=media_type == DOCX)
            plain = name == "mimetype"
            # With the earliest time a zip can have: when it was written is nobody's affair.
            about = zipfile.ZipInfo(name)
            about.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
            copy.writestr(about, kept)
    return made.getvalue()


def _kept(name: str, content: bytes, *, docx: bool) -> bytes:
    if name.lower().endswith((".jpg", ".jpeg")):
        return without_exif(content)
    if not name.lower().endswith((".xml", ".rels")):
        return content
    made = io.BytesIO()
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(_Filter(made, name, docx=docx))
    parser.parse(io.BytesIO(content))
    return made.getvalue()


class _Filter(ContentHandler):
    """Writes XML on as it comes, without what names a person."""

    def __init__(self, out: io.BytesIO, member: str, *, docx: bool) -> None:
        super().__init__()
        self.write = XMLGenerator(out, "UTF-8", short_empty_elements=True)
        self.member = member
        self.docx = docx
        self.out = 0  # how deep inside something that is left out
        self.fields: list[list[str]] = []  # Word's fields that are open: instruction, and its part
        self.bound: list[bool] = []  # content controls that are open: filled from properties?
        self.open: list[str] = []

    def startDocument(self) -> None:  # noqa: N802  # the names are SAX's
        self.write.startDocument()

    def endDocument(self) -> None:  # noqa: N802
        self.write.endDocument()

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        local = name.rpartition(":")[2]
        if self.out or self._left_out(local, attrs):
            self.out += 1
            return
        self.open.append(local)
        self._note(local, attrs)
        if local not in _UNWRAPPED:
            kept = _without_names(attrs)
            if local == "Relationship" and attrs.get("TargetMode") == "External":
                kept["Target"] = _outside(attrs.get("Target", ""))
            self.write.startElement(name, AttributesImpl(kept))

    def endElement(self, name: str) -> None:  # noqa: N802
        if self.out:
            self.out -= 1
            return
        local = self.open.pop()
        if local == "sdt" and self.bound:
            self.bound.pop()
        if local not in _UNWRAPPED:
            self.write.endElement(name)

    def characters(self, content: str) -> None:
        if self.out:
            return
        inside = self.open[-1] if self.open else ""
        if inside == "instrText" and self.fields and self.fields[-1][1] == "asks":
            self.fields[-1][0] += content
        if inside in ("t", "instrText") and self._names_somebody():
            return
        self.write.characters(content)

    def _left_out(self, local: str, attrs: AttributesImpl) -> bool:
        if local in _OUT:
            return True
        if local == "fldSimple":
            return bool(_FIELDS.match(attrs.get("w:instr", "")))
        if local == "Relationship":
            return self._relation_left_out(attrs)
        if local in ("Override", "file-entry"):
            part = attrs.get("PartName", "") or attrs.get("manifest:full-path", "")
            return bool(_DROPPED.fullmatch(part.lstrip("/")))
        return False

    def _relation_left_out(self, attrs: AttributesImpl) -> bool:
        target = attrs.get("Target", "")
        if attrs.get("TargetMode") == "External":
            return not attrs.get("Type", "").endswith("/hyperlink")
        folder = posixpath.dirname(posixpath.dirname(self.member))
        part = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return bool(_RELATIONS_DROPPED.search(attrs.get("Type", "")) or _DROPPED.fullmatch(part))

    def _note(self, local: str, attrs: AttributesImpl) -> None:
        """Keep in mind which field and which content control one stands in."""
        if local == "fldChar":
            kind = attrs.get("w:fldCharType", "")
            if kind == "begin":
                self.fields.append(["", "asks"])
            elif kind == "separate" and self.fields:
                self.fields[-1][1] = "answers"
            elif kind == "end" and self.fields:
                self.fields.pop()
        elif local == "sdt":
            self.bound.append(False)
        elif local == "dataBinding" and self.bound:
            asked = attrs.get("w:xpath", "") + attrs.get("w:prefixMappings", "")
            self.bound[-1] = bool(_PROPERTIES.search(asked))

    def _names_somebody(self) -> bool:
        """Whether the words here are filled in from who wrote the file."""
        return any(self.bound) or any(
            part == "answers" and _FIELDS.match(instruction) for instruction, part in self.fields
        )


def _without_names(attrs: AttributesImpl) -> dict[str, str]:
    return {
        name: attrs[name] for name in attrs.getNames() if not _NAMES_IN_ATTRIBUTES.fullmatch(name)
    }


def _outside(target: str) -> str:
    """Where a link may lead: a path on somebody's own computer names them."""
    return target if re.match(r"https?:|mailto:", target, re.IGNORECASE) else "about:blank"


def without_exif(picture: bytes) -> bytes:
    """A JPEG without its APP1 and APP13 segments, in which cameras write who, when and where."""
    if picture[:2] != b"\xff\xd8":
        return picture
    kept, place = bytearray(b"\xff\xd8"), 2
    while place + 4 <= len(picture) and picture[place] == 0xFF and picture[place + 1] != 0xDA:
        length = 2 + int.from_bytes(picture[place + 2 : place + 4], "big")
        if picture[place + 1] not in (0xE1, 0xED, 0xFE):
            kept += picture[place : place + length]
        place += length
    return bytes(kept) + picture[place:]
