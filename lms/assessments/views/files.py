"""Files are given back as they came, as downloads only."""

from urllib.parse import quote

from flask import make_response
from werkzeug.wrappers import Response

from lms.actor import Action
from lms.assessments import queries
from lms.assessments.rules.uploads import ENDINGS, FileRefused
from lms.assessments.service.copies import kept_copy
from lms.assessments.views.blueprints import assessments
from lms.assessments.views.opening import keep_opening
from lms.errors import RuleBroken
from lms.storage import storage
from lms.web.access import current_actor, requires


@assessments.get("/files/<int:file_id>")
@requires(Action.SIGNED_IN)
def file(file_id: int) -> Response:
    """A file, for its owner under its own name, for its marker under the script's code."""
    actor = current_actor()
    seen = queries.file_visible_to(actor, file_id)
    if seen.file.submission_id is not None and actor.may(Action.MARK):
        keep_opening(seen.file.submission_id)
        seen = queries.file_visible_to(actor, file_id)
    ending, name = ENDINGS[seen.file.media_type], seen.name
    if not name.endswith(ending):
        name += ending
    response = make_response(_content(seen))
    response.headers["Content-Type"] = seen.file.media_type
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"file{ending}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _content(seen: queries.FileSeen) -> bytes:
    """The file as it came, for its owner; for its markers the copy without names in it."""
    if seen.own:
        return storage().open(seen.file.storage_key)
    try:
        return kept_copy(seen.file)
    except FileRefused as refusal:
        raise RuleBroken(
            "We could not make a copy of this file without its writer’s name in it. "
            "Ask your module lead for it."
        ) from refusal
