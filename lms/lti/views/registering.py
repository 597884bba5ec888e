"""`/lti/register`: a VLE's administrator opens it from the VLE, sees what will be shared, and
presses one button.

Nobody is signed in here, so there is no session to protect: the button carries the state that
stands for what was shown, works once and for an hour, and what it does is what was shown. Any VLE
may frame the page (Canvas does so from a school's own host, which its configuration does not name):
it shows nothing that its opener does not know, and does nothing that its opener could not do. What
comes of it stays switched off until an administrator of ours has looked at it.
"""

import logging

from flask import Blueprint, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from lms import clock
from lms.config import Settings
from lms.db import db, db_writes, expect_writes
from lms.lti.platform import registering as platform
from lms.lti.platform.tool_keys import ensure_key
from lms.lti.rules import registering as rules
from lms.lti.rules.addresses import origins
from lms.lti.rules.asking import CLAIMS, MESSAGES, SCOPES, Tool
from lms.lti.rules.registering import Offer, Unfit
from lms.lti.service import registering as service
from lms.web.access import public
from lms.web.errors import new_reference
from lms.web.headers import allow_framing
from lms.web.pages import asset

log = logging.getLogger(__name__)


def _settings() -> Settings:
    settings: Settings = current_app.config["LMS_SETTINGS"]
    return settings


def tool() -> Tool:
    """Ourselves, as a VLE is told."""
    settings = _settings()
    sender = settings.mail_from
    return Tool(
        public_url=settings.public_url,
        logo_url=settings.public_url + asset("drawings/mark.svg").split("?")[0],
        contact=None if sender.endswith("@localhost") else sender,
    )


def _framed_by(url: str) -> None:
    """The VLE shows this page in a frame, or in a window that it opened and wants to hear from."""
    allow_framing("https:", *(one for one in origins(url) if one.startswith("http:")))


@public
def register() -> Response:
    """Show what will be shared; on the button, register."""
    try:
        page = _send() if request.method == "POST" else _show()
    except Unfit as unfit:
        page = _refused(unfit)
    # The usual `same-origin` would cut this page off from the window that opened it.
    page.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return page


def _show() -> Response:
    settings, now = _settings(), clock.now()
    url = request.args.get("openid_configuration", "").strip()
    token = request.args.get("registration_token", "").strip()
    if rules.may_connect(url, demo=settings.demo):
        _framed_by(url)
    rules.check_asked(url, token, demo=settings.demo)
    if request.method == "HEAD":  # a look ahead must not fetch anything
        return make_response("")
    service.check_pace(now=now)
    db.session.rollback()  # nothing of the database is held while the VLE is waited for
    try:
        offer = platform.fetch_configuration(url, token, demo=settings.demo)
    except Unfit:
        _keep(None, "")
        raise
    state = _keep(offer, token)
    return make_response(
        render_template(
            "lti/register.html",
            offer=offer,
            state=state,
            tool=tool(),
            messages_asked=[MESSAGES[name] for name in offer.messages],
            claims=CLAIMS,
            scopes=[SCOPES[name] for name in offer.scopes],
        )
    )


def _keep(offer: Offer | None, token: str) -> str:
    with db_writes():
        state = service.begin(offer, token, secret_key=_settings().secret_key, now=clock.now())
        db.session.commit()
    return state


def _send() -> Response:
    settings, now = _settings(), clock.now()
    offer, token = service.take(
        request.form.get("state", ""), secret_key=settings.secret_key, now=now
    )
    _framed_by(offer.configuration_url)
    ensure_key(secret_key=settings.secret_key, now=now)  # the VLE may read our keys at once
    db.session.commit()
    expect_writes(expected=False)
    asked = rules.registration(offer, tool())
    given = platform.send_registration(offer, token, asked, demo=settings.demo)
    with db_writes():
        stored = service.store(offer, given, now=clock.now())
        told = {
            "name": stored.name,
            "active": stored.active_at is not None,
            "known": stored.active_at is not None or stored.suspended_at is not None,
            "proposed": stored.proposal is not None,
            "without_deployment": not stored.deployments,
        }
        db.session.commit()
    tell = origins(offer.configuration_url, offer.issuer, offer.auth_login_url)
    return make_response(render_template("lti/registered.html", tell=tell, **told))


def _refused(unfit: Unfit) -> Response:
    db.session.rollback()
    reference = new_reference()
    log.warning("registration refused %s: %s", reference, unfit.check)
    page = render_template("lti/unregistered.html", message=unfit.words, reference=reference)
    return make_response(page, 400)


def register_pages(bp: Blueprint) -> None:
    """Give the blueprint this page."""
    bp.add_url_rule("/lti/register", "register", register, methods=["GET", "POST"])
