"""One's own account: how one signs in, and how pages look."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.db import db
from lms.errors import BadRequest, Conflict, NotFound, RuleBroken, TooMany
from lms.people import queries, rules
from lms.people.forms import ChangePasswordForm, OwnAccountForm, ThemeForm, typed
from lms.people.models import Theme
from lms.people.rules import Limit
from lms.people.service import accounts, limits, passwords, sign_ins
from lms.people.views.browser import (
    account_key,
    bp,
    links,
    local_secret,
    place_key,
    sign_browser_in,
    sign_browser_out,
)
from lms.tasks import poke
from lms.web.access import current_actor, public, requires


@bp.get("/account")
@requires(Action.SIGNED_IN)
def account() -> Any:
    """Everything about one's account on one page."""
    return _page()


def _page(
    *,
    change: ChangePasswordForm | None = None,
    own: OwnAccountForm | None = None,
    status: int = 200,
) -> Any:
    user = queries.get_user(current_actor().user_id)
    local = queries.find_account_of(user.id)
    page = render_template(
        "people/account.html",
        user=user,
        local=local,
        look=ThemeForm(formdata=None, theme=user.theme.value),
        change=change or ChangePasswordForm(formdata=None, name="", address=""),
        own=own or OwnAccountForm(formdata=None, name="", address=""),
    )
    return page, status


@bp.post("/account/theme")
@requires(Action.SIGNED_IN)
def choose_theme() -> Response:
    """Keep how pages look."""
    form = ThemeForm()
    if not form.validate():
        raise BadRequest("Choose one of the three.")
    accounts.choose_theme(actor=current_actor(), theme=Theme(form.theme.data))
    db.session.commit()
    flash("Saved. Pages now look so wherever you sign in.")
    return redirect(url_for("people.account"), 303)


@bp.post("/account/password")
@requires(Action.SIGNED_IN)
def change_password() -> Any:
    """Choose a new password; the old one proves who asks."""
    actor = current_actor()
    local = queries.find_account_of(actor.user_id)
    if local is None:
        raise NotFound("You do not sign in with a password here.")
    form = ChangePasswordForm(name=actor.name, address=local.email)
    if not form.validate_on_submit():
        return _page(change=form, status=422)
    held_hash = local.password_hash
    try:
        taken = _count(rules.OLD_PASSWORD, f"person:{actor.user_id}")
    except TooMany as refusal:
        form.form_errors.append(refusal.message)
        return _page(change=form, status=429)
    if not passwords.matches(held_hash, typed(form.old)):
        form.old.errors = [
            "This is not your password now. Check it, or choose a new one by e-mail."
        ]
        return _page(change=form, status=422)
    limits.forgive(taken)
    _change(typed(form.password))
    flash("Your new password is set. Every other browser was signed out.")
    return redirect(url_for("people.account"), 303)


def _count(limit: Limit, key: str) -> limits.Taken:
    taken = limits.take(limit, account_key=account_key(key), place_key=place_key(), now=clock.now())
    db.session.commit()
    return taken


def _change(password: str) -> None:
    actor, now = current_actor(), clock.now()
    stays_in = local_secret() is not None
    accounts.change_password(actor=actor, new=password, links=links(), now=now)
    if stays_in:  # this browser, too, gets a new secret
        secret = sign_ins.start_sign_in(user_id=actor.user_id, now=now)
        sign_browser_in(actor.user_id, secret)
    db.session.commit()
    poke("messages")


@bp.post("/account/sign-out-everywhere")
@requires(Action.SIGNED_IN)
def sign_out_everywhere() -> Response:
    """Sign out in every browser, this one too."""
    now = clock.now()
    sign_ins.end_every_sign_in(user_id=current_actor().user_id, now=now)
    sign_browser_out(now)
    db.session.commit()
    flash("You are signed out everywhere.")
    return redirect(url_for("start.index"), 303)


@bp.post("/account/own")
@requires(Action.SIGNED_IN)
def ask_for_account() -> Any:
    """Ask to sign in without the VLE too; the reply is the same for an address in use."""
    actor = current_actor()
    form = OwnAccountForm(name=actor.name, address="")
    if not form.validate_on_submit():
        return _page(own=form, status=422)
    try:
        _count(rules.CONFIRMATION, f"person:{actor.user_id}")
        accounts.ask_for_account(
            actor=actor,
            email=typed(form.email),
            password=typed(form.password),
            links=links(),
            now=clock.now(),
        )
    except TooMany as refusal:
        form.form_errors.append(refusal.message)
        return _page(own=form, status=429)
    db.session.commit()
    poke("messages")
    flash("We have written to that address. Open the link in the e-mail within a day.")
    return redirect(url_for("people.account"), 303)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> Any:
    """Say yes, by the link sent to the address. A look alone (a mail program's) changes nothing."""
    wished = accounts.find_request(token, links=links(), now=clock.now())
    if wished is None:
        return render_template("people/confirm_closed.html"), 410
    if request.method == "GET":
        name = queries.get_user(wished.user_id).name
        return render_template("people/confirm.html", email=wished.email, name=name, token=token)
    try:
        accounts.confirm_account(token=token, links=links(), now=clock.now())
    except (Conflict, NotFound, RuleBroken):
        db.session.rollback()
        return render_template("people/confirm_closed.html"), 410
    db.session.commit()
    poke("messages")
    flash("Your address is confirmed. You can sign in with it now.")
    return redirect(url_for("people.sign_in"), 303)
