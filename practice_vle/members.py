"""The list of a course's people (Names and Roles), as a Moodle gives it.

Role names are short, suspended people left out, and `limit` brings a good Link header.
"""

import json
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from practice_vle import switches
from practice_vle.launching import MEMBERS_SCOPE
from practice_vle.platform import platform
from practice_vle.services import Refused, allow, refused
from practice_vle.world import COURSES, PEOPLE, Course, Person

bp = Blueprint("members", __name__)

MEDIA = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
bp.register_error_handler(Refused, refused)


@bp.before_request
def held_up() -> Response | None:
    """Let the switches act first."""
    return switches.hold_up(platform())


@bp.get("/services/CourseSection/<course_id>/bindings/1/memberships")
def memberships(course_id: str) -> Response:
    """Everybody whose enrolment is not suspended; `role` filters, `limit` and `from` page."""
    allow(MEMBERS_SCOPE, MEDIA)
    if course_id not in COURSES:
        raise Refused(404, "Not Found: no such course")
    vle, course = platform(), COURSES[course_id]
    suspended = vle.state.suspended(course_id)
    rows = [
        _row(one)
        for one in PEOPLE.values()
        if course_id in one.courses and one.sub not in suspended
    ]
    role = request.args.get("role", "").rpartition("#")[2]
    rows = [row for row in rows if not role or role in row["roles"]]
    start = max(request.args.get("from", 0, type=int), 0)
    size = request.args.get("limit", 0, type=int)
    page = rows[start : start + size] if size > 0 else rows[start:]
    answer = Response(json.dumps(_body(course, page)), 200, content_type=MEDIA)
    if size > 0 and start + size < len(rows):
        asked = {"limit": size, "from": start + size} | ({"role": role} if role else {})
        answer.headers["Link"] = f'<{vle.members_url(course)}?{urlencode(asked)}>; rel="next"'
    return answer


def _body(course: Course, rows: list[dict[str, Any]]) -> dict[str, Any]:
    context = {"id": course.id, "label": course.label, "title": course.title}
    return {"id": platform().members_url(course), "context": context, "members": rows}


def _row(person: Person) -> dict[str, Any]:
    given, _, family = person.name.partition(" ")
    return {
        "status": "Active",
        "roles": ["Instructor" if person.trains else "Learner"],
        "user_id": person.sub,
        "lis_person_sourcedid": "",
        "name": person.name,
        "given_name": given,
        "family_name": family,
        "email": person.email,
        "ext_user_username": person.sub,
    }
