"""Two windows of one person at the same moment: one is kept, the other is told."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.actor import Actor
from lms.db import db
from lms.errors import LmsError
from lms.modules import service
from lms.modules.catalogue import Cards, Catalogue, Scenario, Template
from lms.modules.models import CardPlacing, FilledTemplate, ScenarioAct
from lms.modules.rules.scenarios import Act, Did
from lms.people.queries import actor_for, get_user
from tests.conftest import NOW, People
from tests.together import at_once

pytest_plugins = ("tests.modules.fixtures",)


@pytest.fixture
def ada(app: Flask, people: People) -> Actor:
    with app.app_context():
        return actor_for(get_user(people.ada))


def told(given: list[Any]) -> int:
    return sum(isinstance(each, LmsError) for each in given)


def test_a_template_changed_in_two_windows_at_once_keeps_one(
    app: Flask, doing: Catalogue, ada: Actor
) -> None:
    letter = doing.activity("m1/u3/letter")
    assert isinstance(letter, Template)

    def fill(words: str, version: int) -> Callable[[], Any]:
        return lambda: service.fill_template(
            letter, {"about": words}, version=version, actor=ada, now=NOW
        ).parts["about"]

    for version in (0, 1):  # the first words, and later ones
        given = at_once(app, *[fill(f"Window {n}, {version}", version) for n in range(4)])
        assert told(given) == 3
        with app.app_context():
            (kept,) = db.session.scalars(sa.select(FilledTemplate)).all()
            assert kept.version == version + 1
            assert kept.parts["about"] in given


def test_cards_moved_in_two_windows_at_once_are_kept_once(
    app: Flask, doing: Catalogue, ada: Actor
) -> None:
    whose = doing.activity("m1/u3/whose")
    assert isinstance(whose, Cards)

    def place(where: str, version: int) -> Callable[[], Any]:
        return lambda: service.place_cards(
            whose, {"told": where}, version=version, asked=False, actor=ada, now=NOW
        ).places["told"]

    first = at_once(app, place("hers", 0), place("yours", 0))
    assert told(first) == 1
    with app.app_context():
        (kept,) = db.session.scalars(sa.select(CardPlacing)).all()
        assert kept.version == 1
        assert kept.places["told"] in first


def test_two_ways_chosen_at_once_are_one_step(app: Flask, doing: Catalogue, ada: Actor) -> None:
    friday = doing.activity("m1/u3/friday")
    assert isinstance(friday, Scenario)

    def choose(way: str) -> Callable[[], Any]:
        did = Did(Act.CHOSE, "call", way)
        return lambda: service.act_in_scenario(friday, did, number=1, actor=ada, now=NOW).way_id

    given = at_once(app, choose("ask"), choose("ring"))
    assert told(given) == 1
    with app.app_context():
        assert db.session.scalars(sa.select(ScenarioAct.way_id)).all() == [
            one for one in given if isinstance(one, str)
        ]
