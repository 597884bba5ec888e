"""The pretend VLE, known to the tool, with its course "2" linked to cohort 3."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.lti.platform import http
from tests.conftest import Client, People
from tests.vle import Vle

Browser = Callable[[], FlaskClient]


@pytest.fixture
def vle(clean_database: Flask, monkeypatch: pytest.MonkeyPatch) -> Vle:
    """A platform that the tool knows."""
    vle = Vle(clean_database, clock.now)
    monkeypatch.setattr(http, "new_session", vle.session)
    vle.register()
    return vle


@pytest.fixture
def course(vle: Vle, people: People) -> People:
    """The platform's course is linked to cohort 3."""
    vle.link(people.cohort)
    return people


@pytest.fixture
def browser(clean_database: Flask) -> Browser:
    """`browser()`: another browser."""

    def another() -> FlaskClient:
        clean_database.test_client_class = Client
        return clean_database.test_client()

    return another
