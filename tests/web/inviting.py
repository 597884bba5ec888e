"""Inviting and accepting, as the tests of invitations do it."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.db import db
from lms.messages.models import Message

PASSWORD = "harbour lantern seventeen"
Browse = Callable[[int], FlaskClient]

SAM = {
    "name": "Sam Invented",
    "email": "Sam@Example.test",
    "role": "line-manager",
    "organisation": "Example Harbour Charity",
    "cohort": "onboarding-3",
}


def invite(browser: FlaskClient, **changes: str) -> Any:
    return browser.post("/invitations/new", data={**SAM, **changes})


def letters(app: Flask, to: str = "sam@example.test") -> list[Message]:
    with app.app_context():
        return list(
            db.session.scalars(select(Message).where(Message.to == to).order_by(Message.id))
        )


def link(app: Flask) -> str:
    """The path of the newest link that was sent to Sam."""
    found = re.search(r"https://tool\.test(/invitation/\S+)", letters(app)[-1].body)
    assert found
    return found[1]


def accept(browser: FlaskClient, path: str, **changes: str) -> Any:
    return browser.post(path, data={"name": "Sam Invented", "password": PASSWORD, **changes})
