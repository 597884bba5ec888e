"""What was typed on a script that went to somebody else meanwhile is shown, to be copied."""

from flask import jsonify, make_response, render_template, request
from werkzeug.wrappers import Response

from lms.assessments import queries
from lms.assessments.forms import typed_on_desk
from lms.db import db
from lms.errors import NotFound
from lms.web.errors import wants_json


def say_moved() -> Response | tuple[str, int]:
    """The same for every number that is not the actor's to mark, so that it tells of none."""
    db.session.rollback()
    typed = typed_on_desk(request.form)
    if not typed:
        raise NotFound(queries.NOT_HERE)
    if wants_json():  # there is no newer version to open; the words stay on the device
        return make_response(jsonify(message=queries.MOVED), 404)
    return render_template("marking/moved.html", typed=typed, why=queries.MOVED), 404
