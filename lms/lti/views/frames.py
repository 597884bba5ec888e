"""What is done where a frame of the VLE may keep no cookie.

Cookies come first (partitioned: sessions.py). Where none came with the login and the VLE offers
platform storage, the login page has the VLE keep a secret (`ask_to_keep`; rules/storage.py says
what that proves). Where none came back with the launch, it waits with a ticket, for one minute and
one use, and `offer` shows a page which

- asks the VLE for the secret, when it was given one: a launch that is proven so goes on in its
  frame, if the cookie that this page sets is kept there (`stay_here`);
- and else, or without script, offers the same launch in a new tab, by one click on the person's
  name (`open_here`).

A frame in which no cookie lives can hold no session: our pages are ordinary pages, and an address
that opens by itself would be a key that anybody can pass on. Work then goes on in the tab.
"""

import secrets

from flask import Blueprint, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from lms import clock
from lms.db import db, db_writes
from lms.lti.models import LoginAttempt
from lms.lti.platform.login import Begun
from lms.lti.platform.sealing import digest
from lms.lti.rules.checks import Refusal
from lms.lti.rules.storage import key_of, may_keep_no_cookie, storage_target
from lms.lti.service import launches as service
from lms.lti.service.linking import PAGE as LINKING
from lms.lti.views.sessions import browser_cookie, keep_cookie
from lms.web.access import public
from lms.web.prefix import under_launch


def storage_for(asked: dict[str, str]) -> str | None:
    """The window of the VLE's page that is to keep a secret for this login, where one must."""
    needed = may_keep_no_cookie(
        has_cookie=browser_cookie(request) is not None,
        destination=request.headers.get("Sec-Fetch-Dest", ""),
    )
    return storage_target(asked.get("lti_storage_target")) if needed else None


def ask_to_keep(begun: Begun, *, origin: str | None) -> Response | None:
    """The page that gives the VLE's page the secret and then goes on to the auth endpoint."""
    if begun.kept is None:
        return None
    page = render_template("lti/opening.html", kept=begun.kept, origin=origin, url=begun.url)
    return make_response(page)


def offer(let_in: service.LetIn, *, attempt: LoginAttempt, origin: str | None) -> Response:
    """The page of a launch that waits with a ticket."""
    key = key_of(attempt.state_digest) if attempt.storage_target else None
    page = render_template(
        "lti/new_tab.html",
        let_in=let_in,
        target=attempt.storage_target,
        key=key,
        origin=origin,
        links=let_in.landing == LINKING,
    )
    response = make_response(page)
    # Bound to nothing yet: whether it comes back says whether a cookie can live in this frame.
    return keep_cookie(response, secrets.token_urlsafe(32)) if key else response


def _sent_by_our_page() -> bool:
    """Browsers say where a request came from; the very old ones do not."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


@public
def open_here(ticket: str) -> Response:
    """Go on in the new tab: the ticket is taken once, by a click on our own page."""
    # A link sent by somebody else, or a browser that fetches ahead, must not use the ticket up,
    # nor open somebody else's launch here.
    if not _sent_by_our_page() or "prefetch" in request.headers.get("Sec-Purpose", ""):
        raise Refusal(
            "ticket is clicked", "Open the activity from the course, and use the button there."
        )
    if request.method != "GET":
        return make_response("")
    secret = browser_cookie(request) or secrets.token_urlsafe(32)
    with db_writes():
        let_in = service.take_ticket(ticket, browser=digest(secret), now=clock.now())
        db.session.commit()
    if let_in is None:
        raise Refusal(
            "ticket is good",
            "This way in was used before, or is more than a minute old. Go back to the course "
            "and open the activity again.",
        )
    return keep_cookie(redirect(under_launch(let_in.public_id, let_in.landing), 303), secret)


@public
def stay_here(ticket: str) -> Response:
    """Go on in the frame, by what the VLE's page kept; asked by our script, answered in JSON.

    `address` is None when the frame keeps no cookie, or the secret is another: the page then shows
    its button, which still has its ticket.
    """
    sent, secret = request.get_json(silent=True), browser_cookie(request)
    kept = sent.get("kept") if isinstance(sent, dict) else None
    # JSON: another site cannot send it without asking first, and we never say yes.
    if not _sent_by_our_page() or not isinstance(kept, str) or secret is None:
        return jsonify(address=None)
    with db_writes():
        let_in = service.take_ticket(
            ticket, browser=digest(secret), kept=digest(kept), now=clock.now()
        )
        db.session.commit()
    address = under_launch(let_in.public_id, let_in.landing) if let_in else None
    return jsonify(address=address)


def register(bp: Blueprint) -> None:
    """Give the blueprint these addresses."""
    bp.add_url_rule("/lti/open/<ticket>", view_func=open_here)
    bp.add_url_rule("/lti/open/<ticket>/here", view_func=stay_here, methods=["POST"])
