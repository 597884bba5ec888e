"""The pages a person sees: who to be, what to open, the gradebook, the post, the switches."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from practice_vle import storage, switches
from practice_vle.courses import activities_in, find_activity, line_items
from practice_vle.launching import chosen_person, refuse
from practice_vle.platform import platform
from practice_vle.post import find_letter, letters
from practice_vle.services import shown_points
from practice_vle.world import COURSES, PEOPLE, learners_of

bp = Blueprint("pages", __name__)

LONDON = ZoneInfo("Europe/London")


@bp.app_template_filter("moment")
def moment(at: float) -> str:
    """A time as people here say it."""
    return datetime.fromtimestamp(at, UTC).astimezone(LONDON).strftime("%-d %B %Y, %H:%M:%S")


@bp.before_request
def at_our_name() -> ResponseReturnValue | None:
    """Somebody who typed 127.0.0.1 goes on at localhost: there the tool is another site."""
    vle = platform()
    if request.host.startswith("127.0.0.1") and not vle.base_url.startswith("http://127.0.0.1"):
        return redirect(f"{vle.base_url}{request.path}")
    return None


@bp.before_request
def same_site_only() -> ResponseReturnValue | None:
    """A form of another site must not turn our switches."""
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin not in (None, platform().base_url):
        return refuse("That form came from another site.", 403)
    return None


@bp.get("/")
def index() -> ResponseReturnValue:
    """What this is, who to be, and the chosen person's courses."""
    groups = [("Trainers", [p for p in PEOPLE.values() if p.trains])]
    groups += [
        (f"Learners of Cohort {course.number}", learners_of(course))
        for course in reversed(COURSES.values())
    ]
    person = chosen_person()
    courses = [COURSES[key] for key in reversed(person.courses)] if person else []
    activities = {course.id: activities_in(platform(), course) for course in courses}
    return render_template("index.html", groups=groups, courses=courses, activities=activities)


@bp.post("/person")
def choose() -> ResponseReturnValue:
    """Be somebody: a cookie of this browser remembers it."""
    person = PEOPLE.get(request.form.get("person", ""))
    if person is None:
        return refuse("There is nobody of that name here.", 400)
    answer = redirect(url_for("pages.index"), 303)
    answer.set_cookie("vle_person", person.sub, httponly=True, samesite="Lax")
    return answer


@bp.get("/courses/<course_id>/<key>")
def activity(course_id: str, key: str) -> ResponseReturnValue:
    """An activity in a frame of the page, as a VLE shows it."""
    person = chosen_person()
    if person is None:
        return redirect(url_for("pages.index"))
    found = find_activity(platform(), course_id, key)
    if course_id not in person.courses or found is None:
        return refuse(f"{person.name} does not have this activity.")
    return render_template("activity.html", course=COURSES[course_id], activity=found)


@bp.get("/storage-frame")
def storage_frame() -> str:
    """The window that keeps things for the tool, when that is a frame of its own."""
    return render_template("storage_frame.html")


@bp.get("/return")
def come_back() -> ResponseReturnValue:
    """Where the tool sends somebody back to, with a message for them or for the log."""
    messages = [
        request.args[name] for name in ("lti_errormsg", "lti_msg") if request.args.get(name)
    ]
    return render_template("return.html", messages=messages)


@bp.get("/gradebook/<course_id>")
def gradebook(course_id: str) -> ResponseReturnValue:
    """The course's grades, and every score call that came for it."""
    course, state = COURSES.get(course_id), platform().state
    if course is None:
        return refuse("There is no such course.")
    columns = []
    for item in line_items(platform(), course):
        grades = state.grades(item.number)
        shown = {sub: shown_points(g, item) for sub, g in grades.items() if g.points is not None}
        columns.append((item, grades, shown))
    return render_template(
        "gradebook.html",
        course=course,
        columns=columns,
        learners=learners_of(course),
        calls=state.calls(course.id),
        people=PEOPLE,
    )


@bp.get("/post")
def post() -> ResponseReturnValue:
    """The e-mails that the tool has sent."""
    folder = platform().mail_folder
    return render_template("post.html", letters=letters(folder), folder=folder)


@bp.get("/post/<name>")
def letter(name: str) -> ResponseReturnValue:
    """One e-mail."""
    found = find_letter(platform().mail_folder, name)
    if found is None:
        return refuse("There is no such e-mail.")
    return render_template("letter.html", letter=found)


@bp.route("/switches", methods=["GET", "POST"])
def switch_board() -> ResponseReturnValue:
    """Make the services fail or wait, or end the tool's access tokens."""
    vle = platform()
    if request.method == "GET":
        return render_template(
            "switches.html",
            modes=switches.MODES,
            mode=switches.mode(vle),
            slow=switches.slowness(vle),
            most=switches.MOST_SLOW,
            storage_modes=storage.MODES,
            enrolments=[
                (course, learner, learner.sub in vle.state.suspended(course.id))
                for course in COURSES.values()
                for learner in learners_of(course)
            ],
        )
    if request.form.get("act") == "forget-tokens":
        vle.state.forget_tokens()
    elif request.form.get("act") == "storage":
        storage.turn(vle, request.form.get("storage", ""))
    elif request.form.get("act") in ("suspend", "let-back"):
        course, _, person = request.form.get("enrolment", "").partition(" ")
        if course in COURSES and person in PEOPLE:
            vle.state.suspend(course, person, suspended=request.form["act"] == "suspend")
    else:
        slow = request.form.get("slow", default=0, type=int)
        switches.turn(vle, mode=request.form.get("mode"), slow=slow)
    return redirect(url_for("pages.switch_board"), 303)
