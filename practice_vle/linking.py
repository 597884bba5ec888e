"""Adding activities from the tool (deep linking): asking, and keeping what comes back."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from practice_vle.launching import ADD, LTI, begin, chosen_person, refuse
from practice_vle.platform import Platform, platform
from practice_vle.state import Linked
from practice_vle.tokens import Refused, verified_by_tool
from practice_vle.world import COURSES, Person

bp = Blueprint("linking", __name__)

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
MOST = 100
LONGEST = 2000


def _trainer(course_id: str) -> Person | None:
    person = chosen_person()
    may = person is not None and person.trains and course_id in person.courses
    return person if may else None


@bp.get("/courses/<course_id>/add")
def add(course_id: str) -> ResponseReturnValue:
    """The tool's picker in a frame of the page."""
    if chosen_person() is None:
        return redirect(url_for("pages.index"))
    if _trainer(course_id) is None:
        return refuse("Adding activities is for trainers of the course.", 403)
    return render_template("add.html", course=COURSES[course_id])


@bp.get("/courses/<course_id>/add/start")
def start(course_id: str) -> ResponseReturnValue:
    """Ask the tool: the same login as for an activity."""
    vle, person = platform(), _trainer(course_id)
    if person is None:
        return refuse("Adding activities is for trainers of the course.", 403)
    return begin(vle, person, course_id, ADD, vle.deep_linking_url)


@bp.post("/added")
def added() -> ResponseReturnValue:
    """What the tool sends back. Our cookie does not come with a form of another site, so the key in
    the address, once, says for which course it is.
    """
    vle = platform()
    course_id = vle.state.use_link_ask(request.args.get("key", ""))
    if course_id is None:
        return refuse("This way back was used before. Begin again from the course.", 400)
    try:
        items = _items(vle, request.form.get("JWT", ""))
    except Refused as refused:
        return refuse(f"The tool's answer was not accepted: {refused.description}.", 400)
    vle.state.add_linked(course_id, items)
    return render_template("added.html", course=COURSES[course_id], items=items)


def _items(vle: Platform, token: str) -> list[Linked]:
    claims = verified_by_tool(vle, token, vle.issuer, ("iss", "aud", "nonce"))
    tool = vle.find_tool(str(claims["iss"]))
    if tool is None:
        raise Refused("invalid", "iss must be the client_id")
    if claims.get(f"{LTI}message_type") != "LtiDeepLinkingResponse":
        raise Refused("invalid", "it is no deep linking response")
    if (
        claims.get(f"{LTI}version") != "1.3.0"
        or claims.get(f"{LTI}deployment_id") != tool.deployment_id
    ):
        raise Refused("invalid", "version or deployment is another")
    if f"{DL}data" in claims:
        raise Refused("invalid", "data came back that was never sent")
    if not vle.state.is_new_assertion(f"dl {claims['nonce']}", float(claims["exp"]), vle.now()):
        raise Refused("invalid", "it was used before")
    given = claims.get(f"{DL}content_items", [])
    if not isinstance(given, list) or len(given) > MOST:
        raise Refused("invalid", "content_items is not a list")
    return [_item(vle, one) for one in given]


def _item(vle: Platform, item: Any) -> Linked:
    if not isinstance(item, dict) or item.get("type") != "ltiResourceLink":
        raise Refused("invalid", "an item is no ltiResourceLink")
    url = str(item.get("url") or vle.launch_url)
    if not url.startswith(f"{vle.tool_url}/"):
        raise Refused("invalid", "an item leads to another site than the tool's")
    column, custom = item.get("lineItem"), item.get("custom")
    column = column if isinstance(column, dict) else {}
    return Linked(
        title=str(item.get("title") or "Activity")[:LONGEST],
        text=str(item.get("text") or "")[:LONGEST],
        url=url,
        target=str(custom.get("lms_target", "")) if isinstance(custom, dict) else "",
        maximum=int(column["scoreMaximum"]) if column.get("scoreMaximum") else None,
        resource_id=str(column.get("resourceId", "")),
        tag=str(column.get("tag", "")),
    )
