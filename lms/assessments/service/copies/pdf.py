"""A PDF without its metadata, comments, attachments and programs. The pages stay as they are."""

import io
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from lms.assessments.rules.uploads import LOCKED, FileRefused

# Of the document (PDF 32000-1, 7.7.2): everything that names, runs, attaches, signs or asks.
_DOCUMENT_IN_TEXT = """
/Metadata /OpenAction /AA /AcroForm /AF /Collection /Perms /DSS /PieceInfo /Legal /Threads
/SpiderInfo /URI /DPartRoot /Extensions
"""
_NAME_TREES_IN_TEXT = """
/EmbeddedFiles /JavaScript /AP /Renditions /IDS /URLS /AlternatePresentations
"""
_ANYWHERE_IN_TEXT = "/Metadata /PieceInfo /LastModified /AA /Thumb /AF /Measure /OPI"
_LINK_KEYS_IN_TEXT = "/Type /Subtype /Rect /Border /A /Dest /H /F /StructParent /P /C"
_DOCUMENT = tuple(_DOCUMENT_IN_TEXT.split())
_NAME_TREES = tuple(_NAME_TREES_IN_TEXT.split())
_ANYWHERE = tuple(_ANYWHERE_IN_TEXT.split())
_LINK_KEYS = frozenset(_LINK_KEYS_IN_TEXT.split())
_LINKS = ("/URI", "/GoTo")


def stripped_pdf(data: bytes) -> bytes:
    """The copy; FileRefused for one that is locked."""
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise FileRefused(LOCKED)
    writer = PdfWriter(clone_from=reader)
    root = writer.root_object
    _without(root, _DOCUMENT)
    names = root.get("/Names")
    if names is not None:
        _without(names.get_object(), _NAME_TREES)
    for page in writer.pages:
        _links_only(page)
    for each in writer._objects:  # noqa: SLF001  # pictures and fonts carry metadata too
        if isinstance(each, DictionaryObject):
            _without(each, _ANYWHERE)
            _harmless(each)
    writer.metadata = None
    writer.generate_file_identifiers()
    _forget_unreached(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _forget_unreached(writer: PdfWriter) -> None:
    """Take out what nothing leads to any more: pypdf would write it, and one pass of its own
    clearing leaves what only something cleared leads to.
    """
    reached: set[int] = set()
    waiting: list[Any] = [writer.root_object]
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            if one.idnum in reached:
                continue
            reached.add(one.idnum)
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            waiting.extend(one.values())
        elif isinstance(one, ArrayObject):
            waiting.extend(one)
    root = writer.root_object.indirect_reference
    for place in range(len(writer._objects)):  # noqa: SLF001
        number = place + 1
        if number not in reached and (root is None or number != root.idnum):
            writer._objects[place] = None  # noqa: SLF001


def _without(thing: Any, keys: tuple[str, ...]) -> None:
    if isinstance(thing, DictionaryObject):
        for key in keys:
            thing.pop(NameObject(key), None)


def _links_only(page: DictionaryObject) -> None:
    """Keep links; comments, stamps, form fields and attached files go, with their authors."""
    annotations = page.get("/Annots")
    if annotations is None:
        return
    kept = ArrayObject()
    for reference in annotations.get_object():
        one = reference.get_object()
        if isinstance(one, DictionaryObject) and one.get("/Subtype") == "/Link":
            _without(one, tuple(key for key in one if key not in _LINK_KEYS))
            kept.append(reference)
    page[NameObject("/Annots")] = kept


def _harmless(thing: DictionaryObject) -> None:
    """Leave an action only where it leads to a page or an address."""
    action = thing.get("/A")
    action = action.get_object() if action is not None else None
    if isinstance(action, DictionaryObject):
        _without(action, ("/Next",))
        if "/S" in action and action.get("/S") not in _LINKS:
            thing.pop(NameObject("/A"), None)
