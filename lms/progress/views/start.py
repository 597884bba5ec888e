"""The first page, home, support, and a way to leave quickly."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action, Actor
from lms.modules.catalogue import Assessment, Module, catalogue
from lms.modules.rules.standing import UnitStanding, UnitState
from lms.progress import queries
from lms.progress.queries import Own
from lms.progress.rules import Piece
from lms.web.access import current_actor, find_actor, public, requires
from lms.web.doors import HOME, doors

bp = Blueprint("start", __name__, template_folder="../templates")


@dataclass(frozen=True)
class Resume:
    """Where to carry on."""

    title: str
    unit_title: str
    where: str
    minutes_left: int
    url: str
    first: bool


@dataclass(frozen=True)
class ModuleRow:
    """A module on a person's home."""

    title: str
    word: str
    url: str
    segments: tuple[str, ...]
    summary: str


@dataclass(frozen=True)
class DateRow:
    """A date that concerns the person."""

    day: str
    what: str
    url: str
    passed: bool


@dataclass(frozen=True)
class WorkRow:
    """Something a member of staff may turn to."""

    title: str
    text: str
    url: str
    status: str = ""


@bp.get("/")
@public
def index() -> str | Response:
    """What this is, and four ways in; whoever is signed in already goes home."""
    if find_actor():
        return redirect(url_for("start.home"))
    return render_template("start/index.html")


@bp.get("/home")
@requires(Action.SIGNED_IN)
def home() -> str:
    """Where the person left off, their modules and dates; for staff, their work."""
    actor, now = current_actor(), clock.now()
    own = queries.own_standing(actor, now=now)
    return render_template(
        "start/home.html",
        greeting_name=actor.name.split()[0],
        resume=next((resume for one in own if (resume := _resume(one))), None),
        modules=[row for one in own for row in _module_rows(one)],
        dates=[row for one in own for row in _dates(one, now)],
        work=_work(actor),
        has_marks=actor.enrolment_in("pgcert") is not None,
        paused=any(one.paused for one in own),
        may_pause=actor.may(Action.PAUSE),
    )


@bp.get("/back")
@requires(Action.PAUSE)
def back() -> str:
    """After a pause: the next date, where to carry on, and nothing else."""
    now = clock.now()
    own = queries.own_standing(current_actor(), now=now)
    waiting = [
        (piece.due_at, assessment, piece)
        for one in own
        for assessment, piece in one.pieces
        if not piece.handed_in and not piece.elsewhere
    ]
    # What lies ahead comes first: what has passed needs a conversation, not a welcome.
    first = min(waiting, key=lambda one: (one[0] < now, one[0]), default=None)
    return render_template(
        "start/back.html",
        resume=next((resume for one in own if (resume := _resume(one))), None),
        next_date=_date_row(*first[1:], now) if first else None,
    )


@bp.get("/support")
@public
def support() -> str:
    """The support lines, with the day each was checked."""
    return render_template("start/support.html", support_lines=catalogue().support_lines)


@bp.get("/leave")
@public
def leave() -> str:
    """A plain page that says nothing of where one was."""
    return render_template("start/leave.html")


def unit_url(standing: UnitStanding) -> str:
    """The address of a unit's first page."""
    return url_for("modules.unit", module=standing.unit.module_key, unit=standing.unit.slug)


def _resume(own: Own) -> Resume | None:
    here = own.here
    if here is None or here.resume is None:
        return None
    module = catalogue().module(here.unit.module_key)
    first = own.units_complete == 0 and here.done_count == 0
    page = here.resume
    return Resume(
        title=here.unit.title,
        unit_title=f"{module.short}, unit {here.unit.number}",
        where="" if first else page.title,
        minutes_left=here.minutes_left,
        url=url_for("modules.page", module=module.key, unit=here.unit.slug, page=page.slug)
        if not first
        else unit_url(here),
        first=first,
    )


def _module_word(units: list[UnitStanding], *, here: bool) -> str:
    states = {unit.state for unit in units}
    if states == {UnitState.OUTLINE}:
        return "Being written"
    if states == {UnitState.DONE}:
        return "Complete"
    return "You are here" if here else ""


_SEGMENT = {UnitState.DONE: "done", UnitState.BEGUN: "begun"}


def _module_rows(own: Own) -> list[ModuleRow]:
    return [_module_row(own, module) for module in own.programme.modules]


def _module_row(own: Own, module: Module) -> ModuleRow:
    units = [unit for unit in own.units if unit.unit.module_key == module.key]
    done = sum(unit.state is UnitState.DONE for unit in units)
    begun = sum(unit.state is UnitState.BEGUN for unit in units)
    here = own.here is not None and own.here.unit.module_key == module.key
    summary = f"{done} of {len(units)} units complete" + (f", {begun} begun" if begun else "")
    return ModuleRow(
        title=f"{module.short}: {module.title}",
        word=_module_word(units, here=here),
        url=url_for("modules.module", module=module.key),
        segments=tuple(_SEGMENT.get(unit.state, "open") for unit in units) if here else (),
        summary=summary if here or done else "",
    )


def _dates(own: Own, now: datetime) -> list[DateRow]:
    return [_date_row(assessment, piece, now) for assessment, piece in own.pieces]


def _date_row(assessment: Assessment, piece: Piece, now: datetime) -> DateRow:
    return DateRow(
        day=clock.on_page(piece.due_at),
        what=f"{assessment.title}. {piece.words}",
        url=url_for("assessments.brief", assessment=assessment.key),
        passed=piece.missing(now),
    )


def _work(actor: Actor) -> list[WorkRow]:
    rows: list[WorkRow] = []
    if actor.may(Action.MARK):
        waiting = queries.scripts_to_mark(actor)
        text = f"{waiting} to mark" if waiting else "Nothing to mark today"
        rows.append(WorkRow("Marking", text, url_for("marking.queues")))
    if actor.may(Action.DECIDE_MORE_TIME):
        waiting = queries.requests_to_decide(actor)
        text = f"{waiting} to answer" if waiting else "Nothing to answer today"
        rows.append(WorkRow("Requests for more time", text, url_for("assessments.requests")))
    if actor.may(Action.SEE_COHORT) or actor.may(Action.SEE_COHORT_STATUS):
        rows.append(
            WorkRow(
                "Cohorts", "Who is where, and who may need somebody", url_for("progress.cohorts")
            )
        )
    if actor.may(Action.SEE_MARKS):
        text = "Released marks by name, and each module’s mark so far"
        rows.append(WorkRow("Results", text, url_for("marking.cohort_marks")))
    if actor.may(Action.INVITE):
        rows.append(
            WorkRow("Invitations", "Who was invited, and until when", url_for("people.invitations"))
        )
    rows += [WorkRow(door.title, door.text, door.url) for door in doors(HOME, actor)]
    return rows
