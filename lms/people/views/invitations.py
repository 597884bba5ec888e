"""Invitations: the list, making one, and the page that a link opens."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action, Actor
from lms.db import db
from lms.errors import Conflict, NotFound, TooMany
from lms.people import queries, rules
from lms.people.forms import AcceptForm, InviteForm, typed
from lms.people.rules import InvitationState
from lms.people.service import invitations as service
from lms.people.service import limits, sign_ins
from lms.people.service.invitations import Held
from lms.people.views.browser import (
    account_key,
    bp,
    links,
    place_key,
    sign_browser_in,
)
from lms.tasks import poke
from lms.web.access import current_actor, find_actor, public, requires


@bp.get("/invitations")
@requires(Action.INVITE)
def invitations() -> str:
    """Everybody who was invited, and where each invitation stands."""
    now = clock.now()
    rows = [
        (row, service.state_of(row.invitation, now=now), rules.OFFERS[row.invitation.role].label)
        for row in queries.invitations()
    ]
    mine = rules.roles_to_invite(current_actor().roles)
    return render_template("people/invitations.html", rows=rows, mine=mine)


@bp.route("/invitations/new", methods=["GET", "POST"])
@requires(Action.INVITE)
def invite() -> Any:
    """Invite somebody."""
    actor = current_actor()
    form = InviteForm()
    form.offer(
        rules.roles_to_invite(actor.roles),
        [(cohort.slug, cohort.name) for cohort in queries.all_cohorts()],
    )
    if form.validate_on_submit() and _invited(form, actor):
        return redirect(url_for("people.invitations"), 303)
    page = render_template(
        "people/invite.html", form=form, organisations=queries.organisation_names()
    )
    return page, 422 if form.errors else 200


def _invited(form: InviteForm, actor: Actor) -> bool:
    asked = form.asked()
    if asked is None:
        form.refuse([("role", "Choose one of the roles in the list.")])
        return False
    invitable = rules.roles_to_invite(actor.roles)
    blocks = rules.invitation_blocks(service.with_programme(asked), invitable=invitable)
    if blocks:
        form.refuse(blocks)
        return False
    service.invite(actor=actor, asked=asked, links=links(), now=clock.now())
    db.session.commit()
    poke("messages")
    flash(f"The invitation to {asked.name.strip()} is on its way.")
    return True


@bp.post("/invitations/<int:invitation_id>/send-again")
@requires(Action.INVITE)
def send_again(invitation_id: int) -> Response:
    """Send a new link; the older one stops working."""
    service.send_again(
        actor=current_actor(), invitation_id=invitation_id, links=links(), now=clock.now()
    )
    db.session.commit()
    poke("messages")
    flash("A new link is on its way. The older one no longer works.")
    return redirect(url_for("people.invitations"), 303)


@bp.post("/invitations/<int:invitation_id>/withdraw")
@requires(Action.INVITE)
def withdraw(invitation_id: int) -> Response:
    """Take an invitation back."""
    service.withdraw(actor=current_actor(), invitation_id=invitation_id, now=clock.now())
    db.session.commit()
    flash("The invitation was taken back. Its link no longer works.")
    return redirect(url_for("people.invitations"), 303)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> Any:
    """What an invitation's link opens: who invites, to what, until when, and the way in."""
    held = service.find_held(token, links=links(), now=clock.now())
    if held.state is not InvitationState.OPEN or held.row is None:
        return _closed(held.state)
    form = AcceptForm(name=held.row.invitation.name, address=held.row.invitation.email)
    if request.method == "GET":
        return _page(form, held, token, 200)
    if find_actor() or held.has_account:  # the form was left open while something else happened
        return redirect(url_for("people.invitation", token=token), 303)
    try:
        _count_try(token)
        if form.validate():
            return _accepted_by_newcomer(form, token)
    except TooMany as refusal:
        form.form_errors.append(refusal.message)
        return _page(form, held, token, 429)
    except (Conflict, NotFound):
        return _used_meanwhile(token)
    return _page(form, held, token, 422)


def _accepted_by_newcomer(form: AcceptForm, token: str) -> Response:
    now = clock.now()
    user_id = service.accept_as_newcomer(
        token=token,
        name=typed(form.name),
        password=typed(form.password),
        links=links(),
        now=now,
    )
    sign_browser_in(user_id, sign_ins.start_sign_in(user_id=user_id, now=now))
    db.session.commit()
    return redirect(url_for("start.home"), 303)


def _count_try(token: str) -> None:
    limits.take(
        rules.ACCEPTANCE,
        account_key=account_key(token),
        place_key=place_key(),
        now=clock.now(),
    )
    db.session.commit()


@bp.post("/invitation/<token>/accept")
@requires(Action.SIGNED_IN)
def accept_invitation(token: str) -> Any:
    """Accept with the account one is signed in to."""
    _count_try(token)
    try:
        service.accept_as(actor=current_actor(), token=token, links=links(), now=clock.now())
    except (Conflict, NotFound):
        return _used_meanwhile(token)
    db.session.commit()
    flash("Thank you. What the invitation brings is now yours.")
    return redirect(url_for("start.home"), 303)


def _used_meanwhile(token: str) -> Any:
    """Somebody else, or another window, was first: say where the link stands now."""
    db.session.rollback()
    held = service.find_held(token, links=links(), now=clock.now())
    if held.state is InvitationState.OPEN:  # the address found another way to an account meanwhile
        return redirect(url_for("people.invitation", token=token), 303)
    return _closed(held.state)


def _page(form: AcceptForm, held: Held, token: str, status: int) -> Any:
    assert held.row is not None  # noqa: S101  -- the callers looked
    actor = find_actor()
    account = queries.find_account(held.row.invitation.email) if held.has_account else None
    page = render_template(
        "people/invitation.html",
        form=form,
        token=token,
        row=held.row,
        purpose=service.purpose_of(held.row),
        has_account=held.has_account,
        is_theirs=bool(actor and account and account.user_id == actor.user_id),
    )
    return page, status


def _closed(state: InvitationState) -> Any:
    page = render_template("people/invitation_closed.html", state=state.value)
    return page, 404 if state is InvitationState.UNKNOWN else 410
