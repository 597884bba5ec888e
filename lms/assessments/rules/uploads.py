"""Which files are taken: known by what is in them, never by their name or by what the browser says.

A file that is taken is kept and given back as it came; nothing in it is run or shown by us.
"""

import io
import re
import zipfile
from dataclasses import dataclass

LARGEST = 10 * 1024 * 1024
MOST_FILES = 3
_MEMBERS = 2000
_UNPACKED = 60 * 1024 * 1024
_RATIO = 200  # a photograph packs little, text about 10 to 1; a bomb thousands to 1
_NAME_LENGTH = 120

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
PDF = "application/pdf"
ENDINGS = {DOCX: ".docx", ODT: ".odt", PDF: ".pdf"}

WRONG_TYPE = (
    "This is not a Word (docx), PDF or OpenDocument (odt) file. "
    "Save it as one of these and add it again."
)
CANNOT_OPEN = (
    "We could not open this file. Open it in your word processor, save it again, "
    "and add the new copy."
)
LOCKED = "This file is locked with a password. Save a copy without one and add that."
OLD_WORD = (
    "This is an old .doc file, or one locked with a password. Save it as .docx without a password."
)
MACROS = "This file contains macros. Save it as a plain .docx or .odt without them and add that."


class FileRefused(Exception):
    """A file that is not taken; the text says what to do."""


@dataclass(frozen=True)
class Upload:
    """A file that may be kept."""

    name: str
    media_type: str
    data: bytes


def check_upload(name: str, data: bytes, *, already: int) -> Upload:
    """The file as it may be kept, or FileRefused."""
    if already >= MOST_FILES:
        raise FileRefused(
            f"There are {MOST_FILES} files already. Remove one before you add another."
        )
    if not data:
        raise FileRefused("This file is empty. Choose another.")
    if len(data) > LARGEST:
        raise FileRefused(
            "This file is larger than 10 MB. Save a smaller copy, for example as PDF."
        )
    media_type = sniff(data)
    return Upload(shown_name(name, media_type), media_type, data)


def sniff(data: bytes) -> str:
    """The media type by content, or FileRefused."""
    if data[:5] == b"%PDF-":
        return PDF
    if data[:4] == b"PK\x03\x04":
        return _zip_type(data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise FileRefused(OLD_WORD)
    raise FileRefused(WRONG_TYPE)


def _zip_type(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            members = pack.infolist()
            check_members(members)
            names = {member.filename for member in members}
            if "mimetype" in names:
                with pack.open("mimetype") as member:
                    said = member.read(100).decode("ascii", "replace").strip()
                return _odt_type(said, names)
    except FileRefused:
        raise
    except Exception as odd:  # zipfile meets broken files with many kinds of exception
        raise FileRefused(CANNOT_OPEN) from odd
    return _docx_type(names)


def check_members(members: list[zipfile.ZipInfo]) -> None:
    """Refuse a pack that is locked, or that would unpack to far more than anybody writes."""
    if any(member.flag_bits & 0x1 for member in members):
        raise FileRefused(LOCKED)
    if len({member.filename.lower() for member in members}) < len(members):
        raise FileRefused(CANNOT_OPEN)  # of two with one name, each program opens another
    unpacked = sum(member.file_size for member in members)
    bombs = [m for m in members if m.file_size > _RATIO * max(m.compress_size, 1024)]
    if len(members) > _MEMBERS or unpacked > _UNPACKED or bombs:
        raise FileRefused(CANNOT_OPEN)


def _odt_type(said: str, names: set[str]) -> str:
    if said != ODT or "content.xml" not in names:
        raise FileRefused(WRONG_TYPE)
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise FileRefused(MACROS)
    return ODT


def _docx_type(names: set[str]) -> str:
    if not {"[Content_Types].xml", "word/document.xml"} <= names:
        raise FileRefused(WRONG_TYPE)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused(MACROS)
    return DOCX


def shown_name(name: str, media_type: str) -> str:
    """The name its owner gave it, without folders or odd characters, ending as its content does."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*')
    ending = ENDINGS[media_type]
    stem = kept.strip()
    if stem.lower().endswith(ending):
        stem = stem[: -len(ending)]
    return (stem[:_NAME_LENGTH].strip(" .") or "file") + ending
