"""The person behind a request under `/-/<launch id>/…`.

The launch id in the path opens nothing by itself: the browser's own cookie must be the one the
launch was opened with. So two tabs, and two people in one browser, live side by side, and no
address holds a session.
"""

from flask import Request
from werkzeug.wrappers import Response

from lms import clock
from lms.lti.platform.sealing import digest
from lms.lti.queries.launches import find_launch
from lms.lti.service.launches import LAUNCH_LASTS
from lms.people.queries import actor_for, reads
from lms.web.access import SignedIn, login_manager
from lms.web.headers import allow_framing
from lms.web.prefix import launch_id

COOKIE = "__Host-lms_browser"
LONGEST = 100


def browser_cookie(request: Request) -> str | None:
    """The browser's secret, if it sent one that could be ours."""
    value = request.cookies.get(COOKIE, "")
    return value if 0 < len(value) <= LONGEST else None


def keep_cookie(response: Response, secret: str) -> Response:
    """Give the browser its secret.

    Partitioned: inside a VLE's frame no other cookie comes back in browsers that block third
    parties' cookies.
    """
    response.set_cookie(
        COOKIE, secret, secure=True, httponly=True, samesite="None", partitioned=True, path="/"
    )
    return response


def load_launched(request: Request) -> SignedIn | None:
    """The launched person: three statements, this one and the actor's two."""
    public_id, secret = launch_id(request.environ), browser_cookie(request)
    found = find_launch(public_id) if public_id else None
    if found is None or public_id is None:
        return None
    launch, user, platform = found
    allow_framing(*platform.origins)  # so that a refusal, too, can be read inside the VLE
    if secret is None or launch.browser_digest != digest(secret):
        return None
    if platform.active_at is None or clock.now() - launch.created_at > LAUNCH_LASTS:
        return None
    return SignedIn(
        actor=actor_for(user),
        key=public_id,
        theme=user.theme,
        reads=reads(user),
        # A link of a framed page may be opened in a tab of its own.
        framed=launch.framed and request.headers.get("Sec-Fetch-Dest") != "document",
        launched=True,
        frame_ancestors=platform.origins,
    )


def init() -> None:
    """Let Flask-Login ask for launched people."""
    login_manager.request_loader(load_launched)
