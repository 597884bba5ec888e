"""The ways in from a VLE: login and launch; and our key set.

Step by step: `login` (1, 2: lms/lti/platform/login.py), the VLE, `launch` (3:
lms/lti/platform/launch.py), and then a redirect to the page under the launch's own prefix. What is
done where a frame keeps no cookie is in frames.py.
"""

import logging
import secrets

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from lms import clock
from lms.config import Settings
from lms.db import db, db_writes, expect_writes
from lms.lti.models import LoginAttempt, Platform
from lms.lti.platform import login as platform_login
from lms.lti.platform.launch import Verified, return_url_in, verify
from lms.lti.platform.sealing import digest
from lms.lti.platform.tool_keys import key_set
from lms.lti.queries import launches as queries
from lms.lti.queries.platforms import platforms_of
from lms.lti.rules.addresses import way_back
from lms.lti.rules.checks import CHECKS, Refusal
from lms.lti.rules.claims import LAUNCH_PRESENTATION, part
from lms.lti.service import launches as service
from lms.lti.views import frames
from lms.lti.views.sessions import browser_cookie, keep_cookie
from lms.web.access import public
from lms.web.errors import new_reference
from lms.web.headers import allow_framing
from lms.web.prefix import under_launch

log = logging.getLogger(__name__)

NOT_ALLOWED = ("platform is active", "review is allowed")  # the others are faults of the message

bp = Blueprint("lti", __name__, template_folder="../templates")


def _settings() -> Settings:
    settings: Settings = current_app.config["LMS_SETTINGS"]
    return settings


def _know(platform: Platform) -> None:
    """From here on the answer may be framed by this platform, refusals too, and may lead back to
    it.
    """
    allow_framing(*platform.origins)
    g.lti_origins = platform.origins


def _platform(issuer: str, client_id: str) -> Platform:
    """The registered platform of a login; without a client_id, the only one of that issuer."""
    known = platforms_of(issuer)
    fitting = [one for one in known if one.client_id == client_id or not client_id]
    if len(fitting) != 1:
        for one in known:
            allow_framing(*one.origins)
        raise platform_login.unknown_platform()
    return fitting[0]


@bp.route("/lti/login", methods=["GET", "POST"])
@public
def login() -> AnyResponse:
    """Begin a login: the VLE asks, we send the browser to its auth endpoint."""
    asked, now = request.values.to_dict(), clock.now()
    settings = _settings()
    secret = browser_cookie(request) or secrets.token_urlsafe(32)
    platform_login.check_form(asked)
    with db_writes():
        platform = _platform(asked.get("iss", ""), asked.get("client_id", ""))
        _know(platform)
        if platform.active_at is None:
            raise Refusal("platform is active", service.SWITCHED_OFF)
        platform_login.check_request(asked, tool_url=settings.public_url)
        begun = platform_login.begin(
            platform,
            asked,
            launch_url=f"{settings.public_url}/lti/launch",
            storage=frames.storage_for(asked),
        )
        service.remember_login(begun, platform_id=platform.id, browser=digest(secret), now=now)
        origin = platform.auth_origin
        db.session.commit()
    return keep_cookie(frames.ask_to_keep(begun, origin=origin) or redirect(begun.url, 302), secret)


@bp.post("/lti/launch")
@public
def launch() -> AnyResponse:
    """Take the VLE's signed message, or its error."""
    asked, now, secret = request.form.to_dict(), clock.now(), browser_cookie(request)
    browser = digest(secret) if secret else None
    # Verifying may have to wait for the VLE's keys: the database is only read, and let go of,
    # before.
    expect_writes(expected=False)
    attempt, platform = queries.find_login(digest(asked.get("state", ""))) or (None, None)
    db.session.expunge_all()
    db.session.rollback()
    if platform is not None:
        _know(platform)
    if asked.get("error"):
        raise Refusal("the VLE's own error", _said_no(asked["error"]))
    if attempt is None or platform is None:
        raise Refusal("state is known", CHECKS["state is known"].words)
    verified = verify(
        asked,
        attempt=attempt,
        platform=platform,
        browser=browser,
        tool_url=_settings().public_url,
        now=now,
    )
    let_in = _let_in(verified, attempt, browser=browser)
    if let_in.ticket:
        return frames.offer(let_in, attempt=attempt, origin=platform.auth_origin)
    return redirect(under_launch(let_in.public_id, let_in.landing), 303)


def _said_no(error: str) -> str:
    log.info("the VLE answered a login with %s", error if error.isidentifier() else "an error")
    return (
        "The VLE did not confirm that it is you. You may have signed in to it as somebody else "
        "meanwhile, or too long "
        "ago. Sign in to the VLE again, go back to the course, and open the activity."
    )


def _let_in(verified: Verified, attempt: LoginAttempt, *, browser: str | None) -> service.LetIn:
    """Open the launch in one transaction; once more if another first launch made the same rows
    meanwhile.
    """
    claims = verified.claims
    target = part(claims, LAUNCH_PRESENTATION).get("document_target")
    framed = target in ("iframe", "frame") or request.headers.get("Sec-Fetch-Dest") == "iframe"
    for again in (True, False):
        try:
            with db_writes():
                let_in = service.let_in(
                    verified,
                    attempt_id=attempt.id,
                    platform_id=attempt.platform_id,
                    browser=browser,
                    kept=attempt.kept_digest,
                    framed=framed,
                    tool_url=_settings().public_url,
                    secret_key=_settings().secret_key,
                    now=clock.now(),
                )
                db.session.commit()
                return let_in
        except IntegrityError:
            db.session.rollback()
            if not again:
                raise
    raise AssertionError("the loop returns or raises")


@bp.get("/lti/jwks.json")
@public
def jwks() -> Response:
    """Our public keys."""
    response = jsonify(key_set(clock.now()))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@bp.errorhandler(Refusal)
def refused(refusal: Refusal) -> Response:
    """What happened, what to do, the way back, and a reference that stands in the log beside the
    check's name.
    """
    db.session.rollback()
    reference = new_reference()
    log.warning("launch refused %s: %s", reference, refusal.check)
    page = render_template(
        "lti/refused.html",
        message=refusal.message,
        back=_back(reference),
        opened=_opened_already() if refusal.check == "state is not used" else None,
        reference=reference,
    )
    return make_response(page, 403 if refusal.check in NOT_ALLOWED else 400)


def _back(reference: str) -> str | None:
    return way_back(
        return_url_in(request.form.get("id_token", "")),
        trusted=g.get("lti_origins", ()),
        said=f"The activity could not be opened. Reference {reference}",
    )


def _opened_already() -> str | None:
    """Where somebody is at work who sent the VLE's form once more, by Back or by Reload."""
    secret = browser_cookie(request)
    state = digest(request.form.get("state", ""))
    launch = queries.find_opened(state, digest(secret)) if secret else None
    return under_launch(launch.public_id, launch.landing) if launch else None
