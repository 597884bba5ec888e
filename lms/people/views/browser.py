"""What these pages share: the blueprint, whose browser asks, and signing it in and out."""

from datetime import datetime
from typing import cast

from flask import Blueprint, current_app, request, session
from flask_login import login_user, logout_user

from lms.config import Settings
from lms.people import queries, rules
from lms.people.service import sign_ins
from lms.people.service.links import Links
from lms.web.access import SignedIn, find_signed_in

bp = Blueprint("people", __name__, template_folder="../templates")


def _settings() -> Settings:
    return cast(Settings, current_app.config["LMS_SETTINGS"])


def links() -> Links:
    """The maker of this installation's links."""
    return Links.of(_settings())


def account_key(value: str) -> str:
    """The key under which tries at an account are counted."""
    return rules.limit_key(value, pepper=_settings().secret_key)


def place_key() -> str:
    """The key under which tries from this place on the network are counted."""
    place = rules.network_place(request.remote_addr or "")
    return rules.limit_key(place, pepper=_settings().secret_key)


def local_secret() -> str | None:
    """The secret of this browser's sign-in with a local account; a launch has none."""
    signed_in = find_signed_in()
    return None if signed_in is None or signed_in.launched else signed_in.key


def sign_browser_in(user_id: int, secret: str) -> None:
    """Put a fresh sign-in into this browser; what its session held may have been planted."""
    user = queries.get_user(user_id)
    session.clear()
    login_user(
        SignedIn(
            actor=queries.actor_for(user), key=secret, theme=user.theme, reads=queries.reads(user)
        )
    )


def sign_browser_out(now: datetime) -> None:
    """End this browser's sign-in, here and in the database."""
    secret = local_secret()
    if secret:
        sign_ins.end_sign_in(secret=secret, now=now)
    logout_user()
    session.clear()
