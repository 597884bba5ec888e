"""The marker's copy of a file: the same words, without who wrote, changed and commented on them.

The original stays for its owner. Nothing in a file is run, and no outside address is asked.
"""

from lms.assessments.models import SubmissionFile
from lms.assessments.rules.uploads import PDF, FileRefused
from lms.assessments.service.copies.office import stripped_office
from lms.assessments.service.copies.pdf import stripped_pdf
from lms.storage import storage

NO_COPY = (
    "We could not make a copy of this file without your name in it for your marker. "
    "Open it, save it again as a new file, and add that."
)


def marker_copy(media_type: str, data: bytes) -> bytes:
    """The copy, or FileRefused: whatever is odd inside is said in words, and is never a crash."""
    try:
        return stripped_pdf(data) if media_type == PDF else stripped_office(media_type, data)
    except FileRefused:
        raise
    except Exception as odd:  # zipfile, expat, defusedxml and pypdf each have their own
        raise FileRefused(NO_COPY) from odd


def kept_copy(file: SubmissionFile) -> bytes:
    """What markers get of a kept file; FileRefused where no copy can be made, NotFound where its
    content is gone.
    """
    if file.marker_key is not None:
        return storage().open(file.marker_key)
    return marker_copy(file.media_type, storage().open(file.storage_key))  # from before copies
