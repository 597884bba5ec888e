"""Signing in and out, invitations, resets, one's account, and the person behind a request."""

from flask import Flask, request
from flask_wtf import CSRFProtect

from lms import clock
from lms.config import Settings
from lms.db import db
from lms.people import queries
from lms.people.service.clearing import clear_old
from lms.people.service.passwords import nobodys_hash
from lms.people.service.sign_ins import digest
from lms.people.views import account, invitations, look, reset, sign_in
from lms.people.views.browser import bp
from lms.tasks import sweep
from lms.web.access import SignedIn, login_manager
from lms.web.prefix import launch_id

__all__ = ["account", "bp", "init_feature", "invitations", "look", "reset", "sign_in"]


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_signed_in(secret: str) -> SignedIn | None:
    """Whoever signed in with a local account here; a launch has its own loader (lms.lti)."""
    if launch_id(request.environ):
        return None
    found = queries.find_sign_in(digest(secret), clock.now())
    if found is None:
        return None
    user = found[1]
    return SignedIn(
        actor=queries.actor_for(user), key=secret, theme=user.theme, reads=queries.reads(user)
    )


@sweep("people")
def clear_away() -> int:
    """Clear away tries, spent links and ended sign-ins."""
    cleared = clear_old(now=clock.now())
    db.session.commit()
    return cleared


def init_feature(app: Flask, settings: Settings, csrf: CSRFProtect) -> None:
    """Register the feature's pages."""
    nobodys_hash()  # now, so that the first unknown address does not take longer than a known one
    app.register_blueprint(bp)
