"""Local accounts: made, given a new password, and asked for by people who came from a VLE."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lms.actor import Actor
from lms.audit.service import record
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.messages.service import queue_message
from lms.people import letters, queries, rules
from lms.people.models import AccountRequest, LocalAccount, Theme, User
from lms.people.service import passwords, sign_ins
from lms.people.service.links import CONFIRMATION, Links, digest, new_secret


def make_local_account(*, user_id: int, email: str, password: str, now: datetime) -> LocalAccount:
    """Let a person sign in here with an address and a password."""
    user = queries.get_user(user_id)
    if blocks := rules.email_blocks(email):
        raise RuleBroken(*blocks)
    address = rules.as_address(email)
    password_hash = passwords.hashed(password, name=user.name, email=address)
    return _add_account(user, address, password_hash, now=now)


def _add_account(user: User, email: str, password_hash: str, *, now: datetime) -> LocalAccount:
    account = LocalAccount(
        user_id=user.id, email=email, password_hash=password_hash, password_set_at=now
    )
    try:
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError as error:  # two at once: the address or the person has one by now
        raise Conflict("This cannot be used any more. Try signing in.") from error
    user.email = user.email or email
    return account


def set_password(
    *, account: LocalAccount, user: User, password: str, act: str, links: Links, now: datetime
) -> None:
    """Set a new password: every sign-in ends, open resets are void, and the person is told."""
    account.password_hash = passwords.hashed(password, name=user.name, email=account.email)
    account.password_set_at = now
    sign_ins.end_every_sign_in(user_id=user.id, now=now)
    for reset in queries.open_resets(user.id):
        reset.used_at = now
    letter = letters.password_changed(name=user.name, at=now, reset_page=links.page("/reset"))
    queue_message(
        to=account.email,
        subject=letter.subject,
        body=letter.body,
        dedupe_key=f"password-changed:{user.id}:{now.isoformat()}",
        now=now,
    )
    record(actor=queries.actor_for(user), act=act, subject=f"person:{user.id}", now=now)


def change_password(*, actor: Actor, new: str, links: Links, now: datetime) -> None:
    """Somebody signed in, who proved the old password, chooses a new one."""
    account = queries.find_account_of(actor.user_id)
    if account is None:
        raise NotFound("You do not sign in with a password here.")
    user = queries.get_user(actor.user_id)
    set_password(
        account=account, user=user, password=new, act="password changed", links=links, now=now
    )


def choose_theme(*, actor: Actor, theme: Theme) -> None:
    """Keep how a person wants pages to look."""
    queries.get_user(actor.user_id).theme = theme


def ask_for_account(
    *, actor: Actor, email: str, password: str, links: Links, now: datetime
) -> None:
    """Ask for a local account beside the way in from the VLE.

    Nothing is made until the link sent to the address is used; and whoever asks is told the same
    whether or not the address has an account: its owner alone is told, by e-mail.
    """
    user = queries.get_user(actor.user_id)
    if queries.find_account_of(user.id):
        raise RuleBroken("You already sign in here with an e-mail address and a password.")
    if blocks := rules.email_blocks(email):
        raise RuleBroken(*blocks)
    address = rules.as_address(email)
    password_hash = passwords.hashed(password, name=user.name, email=address)
    owner = queries.find_account(address)
    if owner:
        letter = letters.address_in_use(
            name=owner.user.name,
            sign_in_page=links.page("/sign-in"),
            reset_page=links.page("/reset"),
        )
        key = f"address-in-use:{user.id}:{now.isoformat()}"
    else:
        secret = new_secret()
        request = AccountRequest(
            user_id=user.id,
            email=address,
            password_hash=password_hash,
            digest=digest(secret),
            expires_at=now + rules.CONFIRMATION_LASTS,
        )
        db.session.add(request)
        db.session.flush()
        letter = letters.confirmation(
            name=user.name,
            link=links.make(CONFIRMATION, request.id, secret),
            expires_at=request.expires_at,
        )
        key = f"confirmation:{request.id}"
    queue_message(to=address, subject=letter.subject, body=letter.body, dedupe_key=key, now=now)


def find_request(
    token: str, *, links: Links, now: datetime, hold: bool = False
) -> AccountRequest | None:
    """The wished-for account that a link names, while the link can still be used."""
    read = links.read(CONFIRMATION, token)
    request = queries.find_account_request(read[0], digest(read[1]), hold=hold) if read else None
    usable = request is not None and request.used_at is None and request.expires_at > now
    return request if usable else None


def confirm_account(*, token: str, links: Links, now: datetime) -> None:
    """Whoever reads the address says yes: the account is made; NotFound when the link is spent."""
    request = find_request(token, links=links, now=now, hold=True)
    if request is None:
        raise NotFound("This link cannot be used any more.")
    request.used_at = now
    user = queries.get_user(request.user_id)
    _add_account(user, request.email, request.password_hash, now=now)
    letter = letters.address_confirmed(
        name=user.name, email=request.email, at=now, reset_page=links.page("/reset")
    )
    queue_message(
        to=request.email,
        subject=letter.subject,
        body=letter.body,
        dedupe_key=f"address-confirmed:{request.id}",
        now=now,
    )
    record(
        actor=queries.actor_for(user),
        act="password set",
        subject=f"person:{user.id}",
        now=now,
        detail={"by": "confirmed address"},
    )
