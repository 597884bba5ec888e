"""The words of a file that was handed in, for whoever reads it beside the rubric or its comments.

They come from the marker's copy, so that nobody's name or tracked change is in them. What was read
once is remembered by the hash of the copy, which never changes.
"""

import hashlib
from collections import OrderedDict

from lms.assessments.models import SubmissionFile
from lms.assessments.rules.uploads import PDF, FileRefused
from lms.assessments.service.copies import kept_copy
from lms.assessments.service.reading import read_parts
from lms.errors import NotFound

MOST_PARTS = 400  # passages or pages; each has its own fields on the page
_REMEMBERED = 64  # files
_read: OrderedDict[str, tuple[str, ...] | None] = OrderedDict()


def parts_of(file: SubmissionFile) -> dict[int, str] | None:
    """Place to words: every page of a PDF, every paragraph with words of another file, from 1.

    None where no words can be read: a scan, or a file that opens no more.
    """
    try:
        data = kept_copy(file)
    except (FileRefused, NotFound):
        return None
    parts = _parts(file.media_type, data)
    if parts is None:
        return None
    if file.media_type != PDF:
        parts = tuple(part for part in parts if part.strip())
    return dict(enumerate(parts[:MOST_PARTS], start=1))


def _parts(media_type: str, data: bytes) -> tuple[str, ...] | None:
    key = hashlib.sha256(data).hexdigest()
    if key not in _read:
        _read[key] = read_parts(media_type, data)
        while len(_read) > _REMEMBERED:
            _read.popitem(last=False)
    return _read.get(key)
