"""Files are given back as they came, as downloads only."""

from urllib.parse import quote

from flask import make_response
from werkzeug.wrappers import Response

from lms.actor import Action
from lms.assessments import queries
from lms.assessments.rules.uploads import ENDINGS
from lms.assessments.views.blueprints import assessments
from lms.assessments.views.opening import keep_opening
from lms.storage import storage
from lms.web.access import current_actor, requires


@assessments.get("/files/<int:file_id>")
@requires(Action.SIGNED_IN)
def file(file_id: int) -> Response:
    """A file, for its owner under its own name, for its marker under the script's code."""
    actor = current_actor()
    found, name = queries.file_visible_to(actor, file_id)
    if found.submission_id is not None and actor.may(Action.MARK):
        keep_opening(found.submission_id)
        found, name = queries.file_visible_to(actor, file_id)
    ending = ENDINGS[found.media_type]
    if not name.endswith(ending):
        name += ending
    response = make_response(storage().open(found.storage_key))
    response.headers["Content-Type"] = found.media_type
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"file{ending}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
