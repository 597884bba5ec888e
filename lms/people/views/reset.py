"""A new password for somebody who cannot sign in."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from lms import clock
from lms.db import db
from lms.errors import NotFound, RuleBroken, TooMany
from lms.people import queries, rules
from lms.people.forms import NewPasswordForm, ResetStartForm, typed
from lms.people.service import limits, resets, sign_ins
from lms.people.views.browser import (
    account_key,
    bp,
    links,
    place_key,
    sign_browser_in,
    sign_browser_out,
)
from lms.tasks import poke
from lms.web.access import public


@bp.route("/reset", methods=["GET", "POST"])
@public
def reset_start() -> Any:
    """Ask for a link. The reply is the same whether or not the address is known."""
    if request.method == "GET" and "sent" in request.args:
        return render_template("people/reset_sent.html")
    form = ResetStartForm()
    if form.validate_on_submit():
        try:
            _ask(typed(form.email))
            return redirect(url_for("people.reset_start", sent="yes"), 303)
        except TooMany as refusal:
            form.form_errors.append(refusal.message)
            page = render_template("people/reset_start.html", form=form)
            return page, 429, {"Retry-After": str(refusal.retry_after)}
    return render_template("people/reset_start.html", form=form), 422 if form.errors else 200


def _ask(email: str) -> None:
    now = clock.now()
    limits.take(
        rules.RESET,
        account_key=account_key(rules.as_address(email)),
        place_key=place_key(),
        now=now,
    )
    resets.ask_reset(email=email, links=links(), now=now)
    db.session.commit()  # once, known address or not
    poke("messages")


@bp.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> Any:
    """Choose a new password by the link."""
    found = resets.find_reset(token, links=links(), now=clock.now())
    account = queries.find_account_of(found.user_id) if found else None
    if found is None or account is None:
        return render_template("people/reset_closed.html"), 410
    user = queries.get_user(found.user_id)
    form = NewPasswordForm(name=user.name, address=account.email)
    if form.validate_on_submit():
        try:
            return _chosen(token, typed(form.password))
        except NotFound:  # used in another window meanwhile
            db.session.rollback()
            return render_template("people/reset_closed.html"), 410
        except RuleBroken as refusal:
            form.form_errors.extend(refusal.reasons)
    page = render_template("people/reset.html", form=form, token=token, email=account.email)
    return page, 422 if form.errors else 200


def _chosen(token: str, password: str) -> Any:
    now = clock.now()
    user_id = resets.reset_password(token=token, password=password, links=links(), now=now)
    sign_browser_out(now)
    sign_browser_in(user_id, sign_ins.start_sign_in(user_id=user_id, now=now))
    db.session.commit()
    poke("messages")
    flash("Your new password is set, and you are signed in. Every other browser was signed out.")
    return redirect(url_for("start.home"), 303)
