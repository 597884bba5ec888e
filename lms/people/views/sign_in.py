"""Signing in and out."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.db import db
from lms.errors import TooMany
from lms.people import rules
from lms.people.forms import SignInForm, typed
from lms.people.service import sign_ins
from lms.people.views.browser import (
    account_key,
    bp,
    place_key,
    sign_browser_in,
    sign_browser_out,
)
from lms.web.access import find_signed_in, public, requires, safe_next

NO_MATCH = (
    "We could not sign you in with that address and password. "
    "Check both, or choose a new password below."
)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """The sign-in page; afterwards to `next`, if that is ours, or home."""
    target = safe_next(request.args.get("next"))
    if request.method == "GET" and find_signed_in():
        return redirect(target, 303)
    form = SignInForm()
    if form.validate_on_submit():
        try:
            if _signed_in(form):
                return redirect(target, 303)
        except TooMany as refusal:
            form.form_errors.append(refusal.message)
            return _page(form, 429, {"Retry-After": str(refusal.retry_after)})
        form.form_errors.append(NO_MATCH)
    return _page(form, 422 if form.errors else 200)


def _signed_in(form: SignInForm) -> bool:
    now = clock.now()
    candidate = sign_ins.consider(
        email=typed(form.email),
        account_key=account_key(rules.as_address(typed(form.email))),
        place_key=place_key(),
        now=now,
    )
    db.session.commit()  # the try stands, whatever comes of it
    user_id = candidate.who_proves_it(typed(form.password))
    if user_id is None:
        return False
    sign_browser_out(now)
    secret = sign_ins.welcome(
        candidate=candidate, user_id=user_id, password=typed(form.password), now=now
    )
    sign_browser_in(user_id, secret)
    db.session.commit()
    return True


def _page(form: SignInForm, status: int, headers: dict[str, str] | None = None) -> Any:
    page = render_template("people/sign_in.html", form=form, next=request.args.get("next"))
    return page, status, headers or {}


@bp.post("/sign-out")
@requires(Action.SIGNED_IN)
def sign_out() -> Response:
    """Sign this browser out."""
    sign_browser_out(clock.now())
    db.session.commit()
    flash("You are signed out.")
    return redirect(url_for("start.index"), 303)
