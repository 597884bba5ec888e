"""Choosing what a VLE's course will show: the picker, and the form that carries it back.

The picker works without script: its search is a GET form that keeps what is ticked in the address,
and the token against forgery is the value of the one button that posts.
"""

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import NoReturn

from flask import Blueprint, current_app, render_template, request
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments.rules.dates import deadline
from lms.clock import LONDON
from lms.config import Settings
from lms.db import db
from lms.errors import NotFound
from lms.lti.queries.linking import Asked, find_linking
from lms.lti.rules.addresses import origin
from lms.lti.rules.linking import Choice
from lms.lti.service import linking as service
from lms.modules.catalogue import Assessment, Module, Programme, catalogue
from lms.people.models import Cohort
from lms.web.access import current_actor, public, requires
from lms.web.headers import allow_posting
from lms.web.prefix import launch_id

LONGEST_SEARCH = 100
WHOLE_PROGRAMME = "modules"
FROM_A_VLE = (
    "This page is opened from a VLE. There, in a course, add an activity and choose this tool, or "
    "choose “Select content”."
)
READ_HERE = "Read the task here. It is handed in on the university’s learning site."
USUAL_MAXIMUM = 100  # while no cohort says by which regulations


@dataclass(frozen=True)
class Offer:
    """A thing to choose, with what it is called beside its title."""

    choice: Choice
    label: str


@dataclass(frozen=True)
class Group:
    """What a module offers."""

    title: str
    offers: tuple[Offer, ...]


def _asked() -> Asked:
    """The request of this launch, or nothing here: a launch of another kind asks for no links."""
    asked = find_linking(launch_id(request.environ) or "", current_actor().user_id)
    return asked if asked is not None else _nothing()


def _nothing() -> NoReturn:
    raise NotFound(FROM_A_VLE)


def _opens_at(cohort: Cohort | None) -> datetime | None:
    return datetime.combine(cohort.starts_on, time(), tzinfo=LONDON) if cohort else None


def _assessment(assessment: Assessment, cohort: Cohort | None) -> Offer:
    regulations = cohort.regulations if cohort else None
    maximum = catalogue().regulations(regulations).maximum if regulations else USUAL_MAXIMUM
    here = assessment.record == "here"
    choice = Choice(
        target=f"assessments/{assessment.key}",
        title=assessment.title,
        text=f"{assessment.short}. "
        + ("Read the task, write, and hand in here." if here else READ_HERE),
        # Work that is handed in to the VLE is marked there, in a column of its own.
        maximum=Decimal(maximum) if here else None,
        opens_at=_opens_at(cohort),
        due_at=deadline(cohort.starts_on, assessment.due) if cohort else None,
    )
    return Offer(choice, assessment.short)


def _module(module: Module, cohort: Cohort | None) -> Group:
    opens_at = _opens_at(cohort)
    whole = Choice(f"modules/{module.key}", module.title, module.summary, opens_at=opens_at)
    units = [
        Offer(Choice(f"modules/{one.key}", one.title, one.summary, opens_at=opens_at), one.label)
        for one in module.units
    ]
    assessments = [_assessment(one, cohort) for one in module.assessments]
    offers = (Offer(whole, f"The whole of {module.short}"), *units, *assessments)
    return Group(f"{module.short}: {module.title}", offers)


def _programmes(cohort: Cohort | None) -> list[Programme]:
    """The cohort's programme; every one while the course belongs to no cohort yet."""
    if cohort is None:
        return list(catalogue().programmes)
    return [one for one in catalogue().programmes if one.key == cohort.programme]


def _whole(programme: Programme, cohort: Cohort) -> Group:
    """One activity for all of it: each opens their own programme, where they may read it."""
    choice = Choice(WHOLE_PROGRAMME, programme.title, programme.summary, opens_at=_opens_at(cohort))
    return Group("The programme", (Offer(choice, "Every module in one activity"),))


def _groups(cohort: Cohort | None) -> list[Group]:
    programmes = _programmes(cohort)
    wholes = [_whole(one, cohort) for one in programmes] if cohort else []
    return wholes + [_module(one, cohort) for each in programmes for one in each.modules]


def _found(groups: list[Group], words: list[str], ticked: set[str]) -> list[Group]:
    """The offers that have every word, and those that are ticked."""

    def fits(offer: Offer) -> bool:
        told = f"{offer.label} {offer.choice.title} {offer.choice.text}".casefold()
        return offer.choice.target in ticked or all(word in told for word in words)

    kept = (Group(one.title, tuple(filter(fits, one.offers))) for one in groups)
    return [one for one in kept if one.offers]


@public
def linking() -> str | Response:
    """The picker. Without a launch nobody gets anywhere by signing in, so that is not asked."""
    if not launch_id(request.environ):
        _nothing()
    answer: str | Response = _choosing()
    return answer


@requires(Action.SIGNED_IN)
def _choosing() -> str | Response:
    asked = _asked()
    if request.method == "POST":
        return _choose(asked)
    return _picker(asked, request.args.getlist("item"))


def _picker(asked: Asked, ticked: list[str], fault: str = "") -> str:
    search = request.values.get("q", "").strip()[:LONGEST_SEARCH]
    groups = _groups(asked.cohort)
    if not asked.linking.several:
        ticked = ticked[:1]
    return render_template(
        "lti/linking.html",
        asked=asked,
        groups=_found(groups, search.casefold().split(), set(ticked)),
        search=search,
        ticked=set(ticked),
        fault=fault,
    )


def _choose(asked: Asked) -> Response:
    offers = {one.choice.target: one for group in _groups(asked.cohort) for one in group.offers}
    ticked = list(dict.fromkeys(request.form.getlist("item")))
    fault = ""
    if not offers.keys() >= set(ticked):
        fault = "Choose from this list."
    elif len(ticked) > 1 and not asked.linking.several:
        fault = "The VLE takes one activity at a time. Choose one."
    if fault:
        page = _picker(asked, [one for one in ticked if one in offers], fault)
        return Response(page, 400, mimetype="text/html")
    return _send_back(asked, [offers[one].choice for one in ticked])


@requires(Action.SIGNED_IN)
def linking_cancel() -> Response:
    """Go back with nothing."""
    return _send_back(_asked(), [])


def _send_back(asked: Asked, choices: list[Choice]) -> Response:
    """Our own escaped form, which a script sends at once and a button sends without one."""
    settings: Settings = current_app.config["LMS_SETTINGS"]
    signed = service.answer(
        asked,
        choices,
        launch_url=f"{settings.public_url}/lti/launch",
        secret_key=settings.secret_key,
        actor=current_actor(),
        now=clock.now(),
    )
    db.session.commit()
    allow_posting(str(origin(signed.return_url)))
    page = render_template("lti/linking_sent.html", signed=signed, choices=choices)
    return Response(page, mimetype="text/html")


def register(bp: Blueprint) -> None:
    """Give the blueprint these pages."""
    bp.add_url_rule(service.PAGE, view_func=linking, methods=["GET", "POST"])
    bp.add_url_rule(f"{service.PAGE}/cancel", view_func=linking_cancel, methods=["POST"])
