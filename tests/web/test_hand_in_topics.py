"""What a script speaks of at length: named when it is handed in, used for sharing out."""

import re
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments.models import ScriptTopic
from lms.assessments.rules.allocating import Topic
from lms.audit.models import AuditEntry
from lms.db import db
from tests.conftest import People
from tests.web.test_assessment_pages import keep
from tests.web.test_hand_in import HAND_IN, rows
from tests.web.test_release import hidden

Browse = Callable[[int], FlaskClient]
MARKERS = "/marking/m1-plan/markers?cohort=cohort-3"


def filled(browser: FlaskClient) -> dict[str, str]:
    page = browser.get(HAND_IN).text
    return {"shown": hidden(page, "shown"), "wording": hidden(page, "wording")}


def test_topics_are_named_and_reach_whoever_shares_out(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    assert "It speaks at length of" in ada.get(HAND_IN).text
    sent = {**filled(ada), "agreed": "y", "topics": ["DETENTION", "VIOLENCE", "nonsense"]}
    answer = ada.post(HAND_IN, data=sent)
    assert answer.status_code == 303
    again = ada.post(HAND_IN, data={**sent, "topics": ["DEATH"]})
    assert again.location == answer.location
    kept = {row.topic for row in rows(app, ScriptTopic)}
    assert kept == {Topic.VIOLENCE, Topic.DETENTION}
    assert "Detention or removal, violence" in ada.get(answer.location).text
    page = browse(people.lin).get(MARKERS).text
    assert "detention or removal, violence" in page
    assert "Ada" not in page
    with app.app_context():
        details = str([one.detail for one in db.session.scalars(sa.select(AuditEntry))])
    assert "violence" not in details.lower()


def test_naming_none_is_whole_and_says_nothing(browse: Browse, people: People, app: Flask) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    answer = ada.post(HAND_IN, data={**filled(ada), "agreed": "y"})
    assert rows(app, ScriptTopic) == []
    assert "speaks at length" not in ada.get(answer.location).text


def test_a_refusal_keeps_the_ticks(browse: Browse, people: People, app: Flask) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    refused = ada.post(HAND_IN, data={**filled(ada), "topics": "VIOLENCE"})
    assert refused.status_code == 409
    assert re.search(r'value="VIOLENCE" checked', refused.text)
    assert re.search(r'id="heavy" open', refused.text)
    assert 'value="DEATH" checked' not in refused.text
    assert rows(app, ScriptTopic) == []
