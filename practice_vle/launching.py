"""How an activity opens: login initiation, then the OIDC auth endpoint, as Moodle does them."""

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from practice_vle import storage
from practice_vle.courses import find_activity, line_items
from practice_vle.platform import Platform, platform
from practice_vle.state import Hint, Tool
from practice_vle.world import (
    COURSES,
    PEOPLE,
    Activity,
    Course,
    Person,
)

bp = Blueprint("launching", __name__)

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/"
MEMBERS_SCOPE = f"{NRPS}scope/contextmembership.readonly"
ADD = "add-from-the-tool"  # stands in a hint for an activity that is still to be chosen
SCOPES = [f"{AGS}scope/{name}" for name in ("lineitem.readonly", "result.readonly", "score")]
LIFE = 60  # seconds that an id_token is good for, as in Moodle

VARIABLES = {"$Context.id.history": "", "$ResourceLink.id.history": ""}  # no course is a copy

Answer = dict[str, str]


def chosen_person() -> Person | None:
    """The person picked in this browser."""
    return PEOPLE.get(request.cookies.get("vle_person", ""))


@bp.get("/start/<course_id>/<key>")
def start(course_id: str, key: str) -> ResponseReturnValue:
    """Open an activity: a form that posts the login initiation to the tool."""
    vle, person = platform(), chosen_person()
    if person is None:
        return redirect(url_for("pages.index"))
    activity = find_activity(vle, course_id, key)
    if course_id not in person.courses or activity is None:
        return refuse(f"{person.name} does not have this activity.", 404)
    if person.sub in vle.state.suspended(course_id):
        return refuse(f"The enrolment of {person.name} in this course is suspended.", 403)
    return begin(vle, person, course_id, key, activity.url or vle.tool_in_use().launch_url)


def begin(
    vle: Platform, person: Person, course_id: str, key: str, target: str
) -> ResponseReturnValue:
    """Keep the hint of an opening, and post the login initiation."""
    window = "window" if request.args.get("in") == "window" else "iframe"
    hint = secrets.token_urlsafe(24)
    vle.state.add_hint(hint, Hint(person.sub, course_id, key, window))
    tool = vle.tool_in_use()
    fields = {
        "iss": vle.issuer,
        "target_link_uri": target,
        "login_hint": person.sub,
        "lti_message_hint": hint,
        "client_id": tool.client_id,
        "lti_deployment_id": tool.deployment_id,
    }
    target_window = storage.target(vle)
    if target_window:
        fields["lti_storage_target"] = target_window
    return go(tool.login_url, fields, "Opening the activity")


@bp.route("/auth", methods=["GET", "POST"])
def auth() -> ResponseReturnValue:
    """The OIDC auth endpoint: answers the tool with an id_token or an error, by a form.

    A hint is used up whatever comes of it. A wrong address, client or hint never reaches the
    tool (Moodle shows its own page, status 404); the other faults do, as `error`.
    """
    vle, asked = platform(), request.values
    hint = vle.state.use_hint(asked.get("lti_message_hint", ""))
    if hint is None:
        return refuse("The message hint is unknown or was used before. Open the activity again.")
    tool = vle.find_tool(asked.get("client_id", ""))
    if tool is None:
        return refuse("The client_id is not a registered one.")
    if asked.get("redirect_uri") not in tool.redirect_uris:
        return refuse("The redirect_uri is not exactly the registered one.")
    person = chosen_person()
    if person is not None and person.sub != hint.person:
        return refuse("This activity was opened by somebody else.")
    answer: Answer = {"state": asked["state"]} if asked.get("state") else {}
    fault = _fault(hint)
    if fault:
        answer |= {"error": fault[0], "error_description": fault[1]}
    else:
        answer |= {"id_token": vle.key.sign(_claims(vle, hint, asked["nonce"], tool))}
    return go(asked["redirect_uri"], answer, "Opening the activity")


def _fault(hint: Hint) -> tuple[str, str] | None:
    """What is wrong with the request, in OIDC's words; None when nothing is."""
    asked = request.values
    checks = (
        (asked.get("scope") == "openid", "invalid_scope", "scope must be openid"),
        (
            asked.get("response_type") == "id_token",
            "unsupported_response_type",
            "response_type must be id_token",
        ),
        (
            asked.get("response_mode") == "form_post",
            "invalid_request",
            "response_mode must be form_post",
        ),
        (asked.get("prompt", "none") == "none", "invalid_request", "prompt must be none"),
        (bool(asked.get("nonce")), "invalid_request", "nonce is missing"),
        (asked.get("login_hint") == hint.person, "access_denied", "login_hint was altered"),
    )
    return next(((error, text) for good, error, text in checks if not good), None)


def _claims(vle: Platform, hint: Hint, nonce: str, tool: Tool) -> dict[str, Any]:
    person, course = PEOPLE[hint.person], COURSES[hint.course]
    activity = find_activity(vle, course.id, hint.activity)
    given, _, family = person.name.partition(" ")
    now = int(vle.now())
    back = urlencode({"course": course.id})
    claims: dict[str, Any] = {
        "iss": vle.issuer,
        "aud": tool.client_id,
        "sub": person.sub,
        "iat": now,
        "exp": now + LIFE,
        "nonce": nonce,
        "name": person.name,
        "given_name": given,
        "family_name": family,
        "email": person.email,
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": tool.deployment_id,
        f"{LTI}roles": [person.role],
        f"{LTI}context": {
            "id": course.id,
            "label": course.label,
            "title": course.title,
            "type": ["CourseSection"],
        },
        f"{LTI}lis": {"person_sourcedid": "", "course_section_sourcedid": course.label},
        f"{LTI}launch_presentation": {
            "locale": "en",
            "document_target": hint.window,
            "return_url": f"{vle.base_url}/return?{back}",
        },
        f"{LTI}tool_platform": {
            "guid": "practice-vle",
            "name": "Practice VLE",
            "description": "A pretend university VLE",
            "product_family_code": "practice-vle",
            "version": "1",
        },
        f"{NRPS}claim/namesroleservice": {
            "context_memberships_url": vle.members_url(course),
            "service_versions": ["1.0", "2.0"],
        },
    }
    if activity is None:
        return claims | _asks_for_links(vle, course)
    return claims | _opens(vle, course, activity, tool)


def _opens(vle: Platform, course: Course, activity: Activity, tool: Tool) -> dict[str, Any]:
    """What a message says that opens an activity."""
    said: dict[str, Any] = {
        f"{LTI}message_type": "LtiResourceLinkRequest",
        f"{LTI}target_link_uri": activity.url or tool.launch_url,
        f"{LTI}resource_link": {
            "id": activity.link_id(course),
            "title": activity.title,
            "description": activity.description,
        },
        f"{AGS}claim/endpoint": _endpoint(vle, course, activity),
    }
    custom = dict(tool.custom) | ({"lms_target": activity.target} if activity.target else {})
    if custom:  # a variable that is not known comes through as it is written, as in Moodle
        said[f"{LTI}custom"] = {name: VARIABLES.get(v, v) for name, v in custom.items()}
    return said


def _asks_for_links(vle: Platform, course: Course) -> dict[str, Any]:
    """What a message says that asks for activities; without `data`, as Moodle's."""
    key = secrets.token_urlsafe(16)
    vle.state.ask_for_links(key, course.id)
    return {
        f"{LTI}message_type": "LtiDeepLinkingRequest",
        f"{LTI}target_link_uri": vle.deep_linking_url,
        f"{AGS}claim/endpoint": {"scope": SCOPES, "lineitems": vle.line_items_url(course)},
        DL_SETTINGS: {
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["frame", "iframe", "window"],
            "accept_copy_advice": False,
            "accept_multiple": True,
            "accept_unsigned": False,
            "auto_create": False,
            "can_confirm": False,
            "deep_link_return_url": f"{vle.base_url}/added?{urlencode({'key': key})}",
        },
    }


def _endpoint(vle: Platform, course: Course, activity: Activity) -> dict[str, Any]:
    endpoint: dict[str, Any] = {"scope": SCOPES, "lineitems": vle.line_items_url(course)}
    for item in line_items(vle, course):
        if item.activity == activity:
            endpoint["lineitem"] = vle.line_item_url(item)
    return endpoint


def go(address: str, fields: Answer, title: str) -> ResponseReturnValue:
    """A page whose form posts `fields` to the tool: by itself, or by its Continue button."""
    return render_template("go.html", address=address, fields=fields, title=title)


def refuse(reason: str, status: int = 404) -> tuple[str, int]:
    """A page of our own that says why; the tool hears nothing."""
    return render_template("refused.html", reason=reason), status
