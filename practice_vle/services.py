"""Line items, scores and results (AGS), with the behaviour that was seen in a Moodle.

The surprising parts are on purpose: a score that is not FullyGraded blanks the grade, times are
compared by the whole second and must rise (409), the reason of a refusal is in the reason phrase.
"""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, g, request

from practice_vle import switches
from practice_vle.courses import find_line_item
from practice_vle.courses import line_items as columns_of
from practice_vle.launching import AGS
from practice_vle.platform import Platform, platform
from practice_vle.state import Grade, ScoreCall
from practice_vle.world import (
    COURSES,
    TYPE_ID,
    LineItem,
    learners_of,
)

bp = Blueprint("services", __name__, url_prefix="/services/<course_id>")

MEDIA = "application/vnd.ims.lis."
LINE_ITEM = f"{MEDIA}v2.lineitem+json"
LINE_ITEMS = f"{MEDIA}v2.lineitemcontainer+json"
SCORE = f"{MEDIA}v1.score+json"
RESULTS = f"{MEDIA}v2.resultcontainer+json"

ISO_8601 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?")


class Refused(Exception):
    """A service call that is refused with a status and a reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Score:
    """A score that has passed the checks; `points` are out of the column's maximum."""

    person: str
    points: float | None
    comment: str
    scored_at: int


@bp.errorhandler(Refused)
def refused(fault: Refused) -> Response:
    """The reason goes into the reason phrase; the body is an empty list, as Moodle's is."""
    g.reason = fault.reason
    return Response("[]", f"{fault.status} {fault.reason}", content_type="application/json")


@bp.before_request
def held_up() -> Response | None:
    """Let the switches act first: a VLE that is down looks at nothing."""
    return switches.hold_up(platform())


@bp.after_request
def logged(response: Response) -> Response:
    """Keep every call of a score address, whatever came of it."""
    if request.endpoint == "services.scores":
        arguments, vle = request.view_args or {}, platform()
        body = request.get_data(as_text=True)[:2000]
        vle.state.add_call(
            ScoreCall(
                vle.now(),
                str(arguments["course_id"]),
                int(arguments["number"]),
                _user_named_in(body),
                response.status_code,
                str(g.get("reason", "")),
                body,
            )
        )
    return response


def _user_named_in(body: str) -> str:
    try:
        sent = json.loads(body)
    except ValueError:
        return ""
    return str(sent.get("userId", "")) if isinstance(sent, dict) else ""


@bp.get("/lineitems")
def line_items(course_id: str) -> Response:
    """The columns of a course, filtered by `tag`, `resource_id` or `resource_link_id`."""
    _allow("lineitem.readonly", LINE_ITEMS, course_id)
    vle = platform()
    rows = [_line_item_row(vle, item) for item in columns_of(vle, COURSES[course_id])]
    filters = (
        ("tag", "tag"),
        ("resource_id", "resourceId"),
        ("resource_link_id", "resourceLinkId"),
    )
    for name, key in filters:
        wanted = request.args.get(name)
        rows = [row for row in rows if wanted in (None, row[key])]
    return _json(rows, LINE_ITEMS)


@bp.get("/lineitems/<int:number>/lineitem")
def line_item(course_id: str, number: int) -> Response:
    """One column."""
    _allow("lineitem.readonly", LINE_ITEM, course_id)
    return _json(_line_item_row(platform(), _item(course_id, number)), LINE_ITEM)


@bp.get("/lineitems/<int:number>/lineitem/results")
def results(course_id: str, number: int) -> Response:
    """The grades of a column, filtered by `user_id`. A blanked grade is left out."""
    _allow("result.readonly", RESULTS, course_id)
    vle, item = platform(), _item(course_id, number)
    url, wanted = vle.line_item_url(item), request.args.get("user_id")
    rows = [
        {
            "id": url.replace("?", "/results?") + f"&user_id={grade.person}",
            "userId": grade.person,
            "resultScore": shown_points(grade, item),
            "resultMaximum": item.maximum,
            "scoreOf": url,
            "timestamp": datetime.fromtimestamp(grade.scored_at or 0, UTC).isoformat(),
            **({"comment": grade.comment} if grade.comment else {}),
        }
        for grade in vle.state.grades(item.number).values()
        if grade.points is not None and wanted in (None, grade.person)
    ]
    return _json(rows, RESULTS)


@bp.post("/lineitems/<int:number>/lineitem/scores")
def scores(course_id: str, number: int) -> Response:
    """Take a score: 200 and an empty body."""
    _allow("score", SCORE, course_id)
    vle, item = platform(), _item(course_id, number)
    score = _read_score(item)
    grade = Grade(
        item.number, score.person, score.points, score.comment, score.scored_at, vle.now()
    )
    if not vle.state.put_grade(grade):
        raise Refused(409, f"Refusing score with an earlier timestamp for user {score.person}")
    return Response("", 200, content_type="application/json")


def shown_points(grade: Grade, item: LineItem) -> float:
    """The grade kept within 0 and the maximum, as the gradebook shows it."""
    points = min(max(grade.points or 0.0, 0.0), float(item.maximum))
    return int(points) if points == int(points) else round(points, 5)


def allow(scope: str, media: str) -> None:
    """Refuse a call without the token, scope or media type that it needs."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    vle = platform()
    held = vle.state.scope_of(token.strip(), vle.now()) if kind.lower() == "bearer" else None
    if held is None or scope not in held.split():
        raise Refused(401, "Unauthorized")
    sent = request.mimetype if request.method == "POST" else request.headers.get("Accept", "*/*")
    if sent.partition(";")[0].strip() not in (media, "*/*", ""):
        raise Refused(400, "No handler found")


def _allow(scope: str, media: str, course_id: str) -> None:
    """Refuse a call without the token, scope, media type or course that it needs."""
    allow(f"{AGS}scope/{scope}", media)
    if request.args.get("type_id") != TYPE_ID:
        raise Refused(400, "The query of the line item address was lost")
    if course_id not in COURSES:
        raise Refused(404, "Not Found: no such course")


def _item(course_id: str, number: int) -> LineItem:
    item = find_line_item(platform(), course_id, number)
    if item is None:
        raise Refused(404, "Not Found: no such line item")
    return item


def _line_item_row(vle: Platform, item: LineItem) -> dict[str, Any]:
    return {
        "id": vle.line_item_url(item),
        "label": item.activity.title,
        "scoreMaximum": item.maximum,
        "resourceId": item.activity.resource_id,
        "tag": item.activity.tag,
        "resourceLinkId": item.activity.link_id(item.course),
    }


def _read_score(item: LineItem) -> Score:
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict):
        raise Refused(400, "Incorrect score received")
    for name in ("userId", "timestamp", "activityProgress", "gradingProgress"):
        if not sent.get(name):
            raise Refused(400, f"Incorrect score received, no {name}")
    person = str(sent["userId"])
    if person not in {learner.sub for learner in learners_of(item.course)}:
        raise Refused(400, f"Incorrect score received, user {_plain(person)} cannot be graded")
    graded = sent["gradingProgress"] == "FullyGraded"  # anything else erases what was there
    return Score(
        person,
        _points(sent, item) if graded else None,
        str(sent.get("comment") or "") if graded else "",
        _seconds(sent["timestamp"]),
    )


def _points(sent: dict[str, Any], item: LineItem) -> float | None:
    if sent.get("scoreGiven") is None:
        return None
    given, maximum = _number(sent["scoreGiven"]), _number(sent.get("scoreMaximum"))
    if given is None or maximum is None or maximum <= 0:
        raise Refused(400, "Incorrect score received, scoreGiven needs a scoreMaximum above 0")
    return given * item.maximum / maximum


def _number(value: object) -> float | None:
    """A JSON number; None for anything else, NaN and infinity included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _seconds(timestamp: object) -> int:
    """An ISO 8601 time as whole seconds; one without a zone is taken as UTC."""
    if not isinstance(timestamp, str) or not ISO_8601.fullmatch(timestamp):
        raise Refused(400, "Incorrect score received, wrong timestamp")
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        raise Refused(400, "Incorrect score received, wrong timestamp") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _plain(text: str) -> str:
    """Text that is safe in a reason phrase."""
    return re.sub(r"[^\w@.-]", "?", text, flags=re.ASCII)[:60]


def _json(body: object, media: str) -> Response:
    return Response(json.dumps(body), 200, content_type=media)
