"""Doing: a scenario's choices, cards put somewhere, how sure somebody is. All by ordinary forms."""

from typing import TypeVar

from flask import Response, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from lms import clock
from lms.actor import Action
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.modules import service
from lms.modules.catalogue import Attached, Cards, Confidence, Page, Scenario, catalogue
from lms.modules.forms import PlacedSent, read_act, read_placed, read_rated
from lms.modules.models import CardPlacing
from lms.modules.rules.cards import what_is_said
from lms.modules.rules.reading import NOT_YOURS, reader_of
from lms.modules.rules.scenarios import Act
from lms.modules.views.activity_shown import CardsShown, ConfidenceShown, ScenarioShown
from lms.modules.views.blueprint import bp
from lms.modules.views.shown import page_url, show_page
from lms.web.access import current_actor, requires

Kind = TypeVar("Kind", bound=Attached)
NO_CHOICE = "Choose one of the ways on, then go on."


@bp.post("/modules/<module>/<unit>/<page>/scenario/<name>")
@requires(Action.READ_MODULES)
def scenario(module: str, unit: str, page: str, name: str) -> BaseResponse | tuple[str, int]:
    """Keep one choice as it is made, or a step back, or a new beginning."""
    read, about = asked(f"{module}/{unit}/{page}", name, Scenario)
    sent = read_act(request.form)
    if sent.did.act is Act.CHOSE and sent.did.way_id is None:
        return _scenario_again(read, about, {"way": NO_CHOICE}), 422
    try:
        service.act_in_scenario(
            about, sent.did, number=sent.number, actor=current_actor(), now=clock.now()
        )
    except Conflict as refused:
        db.session.rollback()
        return _scenario_again(read, about, {}, refused.message), 409
    db.session.commit()
    return redirect(page_url(read, anchor=f"a-{name}-here"), 303)


@bp.post("/modules/<module>/<unit>/<page>/cards/<name>")
@requires(Action.READ_MODULES)
def cards(module: str, unit: str, page: str, name: str) -> BaseResponse | tuple[str, int]:
    """Keep where the cards are, and say what we would, once each is somewhere."""
    read, about = asked(f"{module}/{unit}/{page}", name, Cards)
    sent = read_placed(about, request.form)
    try:
        _place(about, sent, all_placed=not sent.faults)
    except Conflict as refused:
        db.session.rollback()
        return _cards_again(read, about, sent, refused.message), 409
    if sent.faults:  # what is placed already is kept
        return _cards_again(read, about, sent), 422
    return redirect(page_url(read, anchor=f"a-{name}"), 303)


@bp.post("/modules/<module>/<unit>/<page>/cards/<name>/draft")
@requires(Action.READ_MODULES)
def cards_draft(module: str, unit: str, page: str, name: str) -> Response:
    """Keep where the cards are while they are being moved (js/autosave.js)."""
    _, about = asked(f"{module}/{unit}/{page}", name, Cards)
    placing = _place(about, read_placed(about, request.form), all_placed=False)
    return jsonify(saved_at=clock.clock_time(placing.saved_at), version=placing.version)


@bp.post("/modules/<module>/<unit>/<page>/confidence/<name>")
@requires(Action.READ_MODULES)
def confidence(module: str, unit: str, page: str, name: str) -> BaseResponse | tuple[str, int]:
    """Keep how sure somebody is."""
    read, about = asked(f"{module}/{unit}/{page}", name, Confidence)
    sent = read_rated(about, request.form)
    if sent.faults:
        return _confidence_again(read, about, sent.steps, sent.faults), 422
    try:
        service.rate_confidence(about, sent.steps, actor=current_actor(), now=clock.now())
    except RuleBroken as refused:
        db.session.rollback()
        flash(refused.message)
        return redirect(page_url(read, anchor=f"a-{name}"), 303)
    except Conflict as refused:
        db.session.rollback()
        return _confidence_again(read, about, sent.steps, {}, refused.message), 409
    db.session.commit()
    return redirect(page_url(read, anchor=f"a-{name}"), 303)


def asked(page_key: str, name: str, kind: type[Kind]) -> tuple[Page, Kind]:
    """The activity of a page that a reader with a place acts on; nothing else exists."""
    read = catalogue().page(page_key)
    reader = reader_of(current_actor(), catalogue().unit(read.unit_key).programme)
    if reader.recorded:
        for one in read.activities:
            if isinstance(one, kind) and one.key == f"{read.unit_key}/{name}":
                return read, one
    raise NotFound(NOT_YOURS)


def _place(about: Cards, sent: PlacedSent, *, all_placed: bool) -> CardPlacing:
    placing = service.place_cards(
        about,
        sent.places,
        version=sent.version,
        asked=all_placed,
        actor=current_actor(),
        now=clock.now(),
    )
    db.session.commit()
    return placing


def _scenario_again(read: Page, about: Scenario, faults: dict[str, str], message: str = "") -> str:
    shown = show_page(current_actor(), read)
    one = shown.activity(about.key, ScenarioShown)
    one.faults, one.message = faults, message
    return render_template("modules/page.html", shown=shown)


def _cards_again(read: Page, about: Cards, sent: PlacedSent, message: str = "") -> str:
    """The page with the cards where they were put; beside them what another window put."""
    shown = show_page(current_actor(), read)
    one = shown.activity(about.key, CardsShown)
    if message:
        one.later = what_is_said(about, one.places)
    one.places, one.said = sent.places, ()
    one.faults, one.message = ({} if message else sent.faults), message
    return render_template("modules/page.html", shown=shown)


def _confidence_again(
    read: Page, about: Confidence, steps: dict[str, int], faults: dict[str, str], message: str = ""
) -> str:
    shown = show_page(current_actor(), read)
    one = shown.activity(about.key, ConfidenceShown)
    one.steps, one.said = steps, False
    one.faults, one.message = faults, message
    return render_template("modules/page.html", shown=shown)
