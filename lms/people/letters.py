"""The e-mails about accounts: plain text, short, warm. Addresses come from `LMS_PUBLIC_URL`."""

from dataclasses import dataclass
from datetime import datetime

from lms import clock


@dataclass(frozen=True)
class Letter:
    """A subject and a body."""

    subject: str
    body: str


def _letter(subject: str, *paragraphs: str) -> Letter:
    return Letter(
        subject, "\n\n".join((*paragraphs, "With good wishes,\nAdvocate training")) + "\n"
    )


def invitation(
    *, name: str, invited_by: str | None, purpose: str, link: str, expires_at: datetime
) -> Letter:
    """You are invited."""
    inviter = invited_by or "The training team"
    return _letter(
        "Your invitation to Advocate training",
        f"Dear {name},",
        f"{inviter} invites you to Advocate training {purpose}.",
        "Open this link to choose a password. After that you can begin whenever it suits you:",
        link,
        f"The link works once, until {clock.on_page(expires_at)}. "
        "If that moment passes, ask for a new one: nothing is lost.",
        "If you did not expect this, you can leave it. Nothing happens until the link is used.",
    )


def reset(*, name: str, link: str, expires_at: datetime) -> Letter:
    """Choose a new password."""
    return _letter(
        "Choose a new password",
        f"Dear {name},",
        "Somebody, we hope you, asked for a new password for Advocate training. "
        "Open this link to choose one:",
        link,
        f"It works once, until {clock.on_page(expires_at)}.",
        "If it was not you, you can leave this. Your password stays as it is.",
    )


def password_changed(*, name: str, at: datetime, reset_page: str) -> Letter:
    """Your password was changed."""
    return _letter(
        "Your password was changed",
        f"Dear {name},",
        f"Your password for Advocate training was changed on {clock.on_page(at)}. "
        "Every other browser that was signed in has been signed out.",
        "If that was you, there is nothing to do.",
        "If it was not you, choose a new password now, and then tell the person who invited you:",
        reset_page,
    )


def confirmation(*, name: str, link: str, expires_at: datetime) -> Letter:
    """Confirm that this address is yours."""
    return _letter(
        "Sign in without your university’s site",
        f"Dear {name},",
        "You asked to sign in to Advocate training with this address too. "
        "Open this link to say yes:",
        link,
        f"It works once, until {clock.on_page(expires_at)}. "
        "Until then nothing has changed, and you can still come from your university’s site.",
        "If you did not ask for this, please do not open the link.",
    )


def address_in_use(*, name: str, sign_in_page: str, reset_page: str) -> Letter:
    """Somebody asked for an account with an address that has one."""
    return _letter(
        "You already sign in with this address",
        f"Dear {name},",
        "Somebody, perhaps you, asked to use this address for a second account in Advocate "
        "training. It already has one, so nothing was changed.",
        f"You can sign in with it here:\n{sign_in_page}",
        f"If you do not remember the password, choose a new one here:\n{reset_page}",
        "If it was not you, you can leave this.",
    )


def address_confirmed(*, name: str, email: str, at: datetime, reset_page: str) -> Letter:
    """You can now sign in with this address."""
    return _letter(
        "You can now sign in with this address",
        f"Dear {name},",
        f"Since {clock.on_page(at)} you can sign in to Advocate training with {email}, "
        "and still come from your university’s site.",
        f"If you ever need a new password, choose one here:\n{reset_page}",
    )
