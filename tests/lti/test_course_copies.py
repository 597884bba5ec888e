"""A copied course: its activities open what they opened, and nobody's records are mixed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.db import db
from lms.lti.models import Context, ResourceLink
from lms.lti.rules.claims import AGS_ENDPOINT, CONTEXT, CUSTOM, RESOURCE_LINK
from lms.lti.rules.history import ids_in
from lms.people.models import Enrolment
from tests.conftest import People
from tests.lti.conftest import Browser
from tests.lti.scoring import PLAN, Release, Sweep
from tests.vle import ISSUER, LINE_ITEM, PRIYA, SCOPES, TOMOS, Person, Vle

Browse = Callable[[int], FlaskClient]
COPY = {"id": "3", "label": "TRAIN2", "title": "Training Programme 2"}
ZED = Person("p-zed", "Zed Fictive")
NEW_COLUMN = f"{ISSUER}/services/3/lineitems/8/lineitem?type_id=1"


def _copied(rl_hist: str = "1", ctx_hist: str = "2", link: str = "41") -> dict[str, Any]:
    return {
        CONTEXT: COPY,
        RESOURCE_LINK: {"id": link, "title": "Week 1 training activity"},
        CUSTOM: {"ctx_hist": ctx_hist, "rl_hist": rl_hist},
        AGS_ENDPOINT: {"scope": SCOPES, "lineitem": NEW_COLUMN},
    }


def _copy(app: Flask) -> Context:
    with app.app_context():
        context = db.session.scalars(select(Context).where(Context.vle_id == "3")).one()
        db.session.expunge(context)
        return context


def test_a_copy_is_not_linked_by_itself_and_whoever_links_it_sees_the_old_one(
    vle: Vle, course: People, browser: Browser, browse: Browse, app: Flask
) -> None:
    vle.launch(browser(), PRIYA, **PLAN)
    waiting = vle.launch(browser(), ZED, **_copied())
    assert waiting.location.endswith("/lti/waiting")
    copy = _copy(app)
    assert copy.cohort_id is None
    lead = browse(course.lin)
    page = lead.get(f"/lti/courses/{copy.id}").text
    assert "This course is a copy of <strong>Training Programme 1</strong>" in page
    assert "which is linked to Cohort 3" in page
    assert "checked" not in page  # nothing is chosen for anybody
    assert "A copy of Training Programme 1" in lead.get("/lti/courses").text
    with app.app_context():
        assert len(db.session.scalars(select(Enrolment)).all()) == 5  # the standing four, and Priya


def test_a_copied_activity_opens_what_its_original_opens(
    vle: Vle, course: People, browser: Browser, browse: Browse, app: Flask
) -> None:
    vle.launch(browser(), PRIYA, **PLAN)
    vle.launch(browser(), ZED, **_copied())
    linked = browse(course.lin).post(
        f"/lti/courses/{_copy(app).id}", data={"cohort": str(course.other_cohort)}
    )
    assert linked.status_code == 303
    opened = vle.launch(browser(), ZED, **_copied())
    assert opened.location.endswith("/assessments/m1-plan")
    older = vle.launch(browser(), ZED, **_copied("40,%31", link="42"))  # the copy of a copy
    assert older.location.endswith("/assessments/m1-plan")


@pytest.mark.parametrize("hist", ["", "$ResourceLink.id.history", "unknown", ",,", "%00"])
def test_a_history_that_says_nothing_leads_home(
    vle: Vle, course: People, browser: Browser, app: Flask, hist: str
) -> None:
    vle.launch(browser(), PRIYA, **PLAN)
    opened = vle.launch(
        browser(), PRIYA, **{RESOURCE_LINK: {"id": "41"}, CUSTOM: {"rl_hist": hist}}
    )
    assert opened.location.endswith("/home")


def test_an_activity_that_says_what_it_opens_is_believed(
    vle: Vle, course: People, browser: Browser
) -> None:
    vle.launch(browser(), PRIYA, **PLAN)
    opened = vle.launch(
        browser(),
        PRIYA,
        **{
            RESOURCE_LINK: {"id": "41"},
            CUSTOM: {"rl_hist": "1", "lms_target": "modules/m1/u1"},
        },
    )
    assert opened.location.endswith("/modules/m1/u1")


@pytest.mark.parametrize("link", ["41", "1"])  # the copy may even keep the activity's id
def test_marks_of_two_cohorts_are_never_mixed(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    learners: People,
    browser: Browser,
    browse: Browse,
    app: Flask,
    link: str,
) -> None:
    vle.launch(browser(), ZED, **_copied(link=link))
    browse(learners.lin).post(
        f"/lti/courses/{_copy(app).id}", data={"cohort": str(learners.other_cohort)}
    )
    vle.launch(browser(), ZED, **_copied("1", link=link))
    with app.app_context():
        links = db.session.scalars(select(ResourceLink).order_by(ResourceLink.id)).all()
        assert [one.lineitem_url for one in links] == [LINE_ITEM, NEW_COLUMN]
    release(PRIYA)
    release(ZED)
    assert sweep() == 2
    went = {
        call.json["userId"]: call.url.split("/services/")[1][0] for call in vle.asked("/scores")
    }
    assert went == {"p-priya": "2", "p-zed": "3"}


def test_a_learner_of_both_courses_keeps_both_places(
    vle: Vle, learners: People, browser: Browser, browse: Browse, app: Flask
) -> None:
    vle.launch(browser(), TOMOS, **_copied())
    browse(learners.lin).post(
        f"/lti/courses/{_copy(app).id}", data={"cohort": str(learners.other_cohort)}
    )
    vle.launch(browser(), TOMOS, **_copied())
    with app.app_context():
        places = db.session.scalars(
            select(Enrolment.cohort_id).order_by(Enrolment.id.desc()).limit(1)
        ).all()
        assert places == [learners.other_cohort]


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (None, ()),
        ("", ()),
        ("$Context.id.history", ()),
        (7, ()),
        (["2"], ()),
        ("2", ("2",)),
        ("3, 2,3", ("3", "2")),
        ("a%2Cb,c", ("a,b", "c")),
        ("x" * 256, ()),
        ("\x07", ()),
        (",".join(str(one) for one in range(500)), tuple(str(one) for one in range(50))),
    ],
)
def test_what_a_history_says(value: object, ids: tuple[str, ...]) -> None:
    assert ids_in(value) == ids
