"""An assessment that is marked by a guide: marks out of each criterion's weight, and no bands."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.modules.catalogue import Assessment, Catalogue, catalogue
from tests.conftest import People
from tests.factories import PLAN, SubmissionFactory, made

Browse = Callable[[int], FlaskClient]


@pytest.fixture
def guide(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Assessment:
    """The plan, as though its file said `marking = "guide"`."""
    with app.app_context():
        asked = catalogue().assessment(PLAN)
    criteria = tuple(
        replace(each, levels=(), guidance=f"Look for {each.id}.") for each in asked.criteria
    )
    by_guide = replace(asked, criteria=criteria)
    monkeypatch.setattr(Catalogue, "assessment", lambda _self, _key: by_guide)
    monkeypatch.setattr(Catalogue, "find_assessment", lambda _self, _key: by_guide)
    return by_guide


def test_a_script_is_marked_by_a_guide_and_its_writer_sees_why(
    browse: Browse, people: People, app: Flask, guide: Assessment
) -> None:
    with app.app_context():
        script = made(SubmissionFactory, enrolment_id=people.ada_place, code="4F2K").id
        db.session.commit()
    max_ = browse(people.max)
    address = f"/marking/scripts/{script}"
    page = max_.get(address).text
    first = guide.criteria[0]
    assert f"Look for {first.id}." in page
    assert f"a whole mark, out of {first.weight}" in page
    assert 'type="radio"' not in page
    over = {"version": 0, f"{first.id}-points": str(first.weight + 1)}
    refused = max_.post(address, data=over)
    assert refused.status_code == 400
    assert f"Write a mark of at most {first.weight}." in refused.text
    sent: dict[str, object] = {"version": 0, "comment": "Clear.", "act": "finish"}
    for criterion in guide.criteria:
        sent |= {f"{criterion.id}-points": criterion.weight - 5, f"{criterion.id}-why": "Why."}
    assert "is finished" in max_.post(address, data=sent, follow_redirects=True).text
    shown = max_.get(address).text
    assert f"{first.weight - 5} of {first.weight}" in shown
    confirm = max_.get(f"/marking/{PLAN}/release?cohort=cohort-3").text
    assert '<td class="num" data-label="Mark">75</td>' in confirm
    brief = browse(people.ada).get(f"/assessments/{PLAN}").text
    assert f"Look for {first.id}." in brief
