"""Signing in and out, invitations, and the person behind a request."""

from flask import Flask, request
from flask_wtf import CSRFProtect

from lms import clock
from lms.config import Settings
from lms.people import queries
from lms.people.service.sign_ins import digest
from lms.web.access import SignedIn, login_manager
from lms.web.prefix import launch_id


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_signed_in(secret: str) -> SignedIn | None:
    """Whoever signed in with a local account in this browser; a launch's prefix has its own loader (lms.lti)."""
    if launch_id(request.environ):
        return None
    found = queries.find_sign_in(digest(secret), clock.now())
    if found is None:
        return None
    user = found[1]
    return SignedIn(actor=queries.actor_for(user), key=secret, theme=user.theme)


def init_feature(app: Flask, settings: Settings, csrf: CSRFProtect) -> None:
    """Register the feature's pages."""
