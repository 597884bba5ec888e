"""The administrator's pages: every VLE, one VLE, adding one by hand, and the connection check."""

import json
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action, Actor
from lms.config import Settings
from lms.db import db, db_writes, expect_writes
from lms.errors import BadRequest, RuleBroken
from lms.lti.platform.probing import Target, check_connection
from lms.lti.platform.tool_keys import ensure_key, signing_key
from lms.lti.queries import connecting as queries
from lms.lti.queries.platforms import find_platform, get_platform
from lms.lti.queries.scores import Service
from lms.lti.rules import pasting
from lms.lti.rules.connection import from_kept
from lms.lti.service import checking, registering
from lms.lti.service import platforms as service
from lms.lti.views.platform_forms import AddForm, ChangeForm, DeploymentForm
from lms.lti.views.registering import tool
from lms.web.access import current_actor, requires
from lms.web.doors import Door


def _settings() -> Settings:
    settings: Settings = current_app.config["LMS_SETTINGS"]
    return settings


def door(actor: Actor) -> Door | None:
    """The way here from home."""
    if not actor.may(Action.MANAGE_PLATFORMS):
        return None
    return Door("VLEs", "Where people come in from", url_for("lti.platforms"))


def _values() -> dict[str, Any]:
    """What a VLE's administrator pastes there."""
    ours = tool()
    return {
        "register_url": ours.register_url,
        "products": pasting.values(ours),
        "canvas_json": json.dumps(pasting.canvas(ours), indent=2),
    }


@requires(Action.MANAGE_PLATFORMS)
def platforms() -> str:
    """Every VLE: its state, its last launch, its last trouble."""
    return render_template("lti/platforms.html", listed=queries.listed_platforms(), **_values())


def _platform_page(platform_id: int, form: DeploymentForm) -> str:
    listed = queries.get_listed(platform_id)
    return render_template(
        "lti/platform.html",
        listed=listed,
        platform=listed.platform,
        form=form,
        findings=from_kept(listed.checked.findings) if listed.checked else [],
        seen=queries.seen_services(platform_id),
        **_values(),
    )


@requires(Action.MANAGE_PLATFORMS)
def platform(platform_id: int) -> str:
    """One VLE."""
    return _platform_page(platform_id, DeploymentForm(formdata=None))


@requires(Action.MANAGE_PLATFORMS)
def add_platform() -> str | Response:
    """Connect a VLE by hand."""
    form = AddForm()
    if form.validate_on_submit():
        known = find_platform(form.issuer.data or "", form.client_id.data or "")
        if known is None:
            return _add(form)
        form.client_id.errors = [
            f"This client of that VLE is connected already: {known.name}. Change it there."
        ]
    page = render_template("lti/platform_add.html", form=form, **_values())
    return Response(page, 400 if form.errors else 200, mimetype="text/html")


def _add(form: AddForm) -> Response:
    added = service.add_platform(
        name=form.name.data or "",
        issuer=form.issuer.data or "",
        client_id=form.client_id.data or "",
        deployment_id=form.deployment_id.data or "",
        **{name: value or "" for name, value in form.addresses().items()},
        secret_key=_settings().secret_key,
        now=clock.now(),
        actor=current_actor(),
    )
    platform_id = added.id
    db.session.commit()
    flash("The VLE is connected. Check the connection next.")
    return redirect(url_for("lti.platform", platform_id=platform_id), 303)


@requires(Action.MANAGE_PLATFORMS)
def change_platform(platform_id: int) -> str | Response:
    """Correct a VLE's name or addresses."""
    known = get_platform(platform_id)
    form = ChangeForm(obj=known)
    if form.validate_on_submit():
        service.change_platform(
            platform_id,
            name=form.name.data or "",
            addresses=form.addresses(),
            actor=current_actor(),
            now=clock.now(),
        )
        return _done(platform_id, "The change is saved. Check the connection again.")
    page = render_template("lti/platform_change.html", form=form, platform=known)
    return Response(page, 400 if form.errors else 200, mimetype="text/html")


@requires(Action.MANAGE_PLATFORMS)
def deploy_platform(platform_id: int) -> Response:
    """Add a deployment."""
    form = DeploymentForm()
    if not form.validate_on_submit():
        return Response(_platform_page(platform_id, form), 400, mimetype="text/html")
    service.deploy_platform(
        platform_id, form.deployment_id.data or "", actor=current_actor(), now=clock.now()
    )
    return _done(platform_id, "The deployment is added.")


def _done(platform_id: int, words: str) -> Response:
    db.session.commit()
    flash(words)
    return redirect(url_for("lti.platform", platform_id=platform_id), 303)


@requires(Action.MANAGE_PLATFORMS)
def switch_platform(platform_id: int) -> Response:
    """Switch a VLE on or off; nothing is forgotten either way."""
    turned = request.form.get("turn")
    if turned == "on":
        service.resume_platform(
            platform_id,
            now=clock.now(),
            actor=current_actor(),
            shown=request.form.get("shown", ""),
        )
        return _done(platform_id, "The VLE is switched on. People can come in from it.")
    if turned == "off":
        service.suspend_platform(platform_id, now=clock.now(), actor=current_actor())
        return _done(
            platform_id,
            "The VLE is switched off. Nobody comes in from it and no mark goes to it. Nothing is "
            "forgotten.",
        )
    raise BadRequest("Say whether to switch it on or off.")


@requires(Action.MANAGE_PLATFORMS)
def answer_proposal(platform_id: int) -> Response:
    """Take or leave what a later registration would change."""
    answer = request.form.get("answer")
    if answer not in ("take", "leave"):
        raise BadRequest("Say whether to take the changes or leave them.")
    get_platform(platform_id)
    registering.answer_proposal(
        platform_id,
        accept=answer == "take",
        shown=request.form.get("shown", ""),
        actor=current_actor(),
        now=clock.now(),
    )
    words = "The changes are taken. Check the connection again."
    return _done(platform_id, words if answer == "take" else "All stays as it was.")


@requires(Action.MANAGE_PLATFORMS)
def check_platform(platform_id: int) -> Response:
    """Try the VLE's services, and keep what came of it."""
    now, settings, actor = clock.now(), _settings(), current_actor()
    ensure_key(secret_key=settings.secret_key, now=now)
    db.session.commit()
    expect_writes(expected=False)  # nothing of the database is held while the VLE is waited for
    known = get_platform(platform_id)
    if known.active_at is None and known.suspended_at is None:
        raise RuleBroken("Switch the VLE on first: until then we ask nothing of it.")
    key = signing_key(secret_key=settings.secret_key, now=now)
    seen = queries.seen_services(platform_id)
    target = Target(
        platform=Service(
            platform_id,
            known.issuer,
            known.client_id,
            known.auth_login_url,
            known.auth_token_url,
            known.key_set_url,
            known.auth_audience,
        ),
        product=known.product,
        key_set_url=tool().key_set_url,
        scopes=seen.scopes,
        lineitems_url=seen.lineitems_url,
        course=seen.course,
        memberships_url=seen.memberships_url,
        members_of=seen.members_of,
        try_score=request.form.get("score") == "yes",
    )
    db.session.rollback()
    findings = check_connection(target, key, now=now)
    with db_writes():
        checking.keep_check(platform_id, findings, actor=actor, now=clock.now())
        db.session.commit()
    address = url_for("lti.platform", platform_id=platform_id, _anchor="check")
    return redirect(address, 303)


def register_pages(bp: Blueprint) -> None:
    """Give the blueprint these pages."""
    one = "/platforms/<int:platform_id>"
    rules: list[tuple[str, Any, list[str]]] = [
        ("/platforms", platforms, ["GET"]),
        ("/platforms/add", add_platform, ["GET", "POST"]),
        (one, platform, ["GET"]),
        (f"{one}/change", change_platform, ["GET", "POST"]),
        (f"{one}/deployments", deploy_platform, ["POST"]),
        (f"{one}/switch", switch_platform, ["POST"]),
        (f"{one}/proposal", answer_proposal, ["POST"]),
        (f"{one}/check", check_platform, ["POST"]),
    ]
    for rule, view, methods in rules:
        bp.add_url_rule(rule, view_func=view, methods=methods)
