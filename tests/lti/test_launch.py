"""Launches that are let in."""

from flask.testing import FlaskClient

from tests.conftest import People
from tests.vle import PRIYA, Vle


def test_a_learner_launches_and_lands_on_the_unit(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    answer = vle.launch(client, PRIYA)

    assert answer.status_code == 303
    assert answer.location.startswith("/-/")
    assert answer.location.endswith("/modules/m1/u1")
