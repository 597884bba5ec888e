"""Giving scripts to markers, keeping some apart, handing back, and asking whose a script is."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.actor import Role
from lms.assessments.models import Allocation, NameShown, ScriptOpened, ScriptTopic, Submission
from lms.assessments.rules.allocating import Topic
from lms.audit.models import AuditEntry
from lms.db import db
from lms.people.service import places
from tests.conftest import NOW, People
from tests.factories import (
    PLAN,
    EnrolmentFactory,
    SubmissionFactory,
    finished_script,
    made,
    released,
)

Browse = Callable[[int], FlaskClient]
MARKERS = f"/marking/{PLAN}/markers?cohort=cohort-3"
QUEUE = f"/marking/{PLAN}?cohort=cohort-3"


@pytest.fixture
def scripts(people: People, app: Flask) -> dict[str, int]:
    """Ada's and Ben's scripts, not begun; and a second trainer of the cohort, Kit."""
    with app.app_context():
        kit = places.make_person(name="Kit Example", email="kit@example.test", now=NOW)
        places.appoint(user_id=kit.id, role=Role.TRAINER, cohort_id=people.cohort, now=NOW)
        ids = {
            "ada": made(SubmissionFactory, enrolment_id=people.ada_place, code="AAAA").id,
            "ben": made(SubmissionFactory, enrolment_id=people.ben_place, code="BBBB").id,
            "kit": kit.id,
        }
        db.session.commit()
    return ids


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def give(browser: FlaskClient, page: str, **chosen: object) -> str:
    """Send the page's form; the page that answers."""
    data = {"cohort": "cohort-3", "seen": seen(page)} | {
        name.replace("_", "-"): str(value) for name, value in chosen.items()
    }
    return browser.post(f"/marking/{PLAN}/markers", data=data, follow_redirects=True).text


def employ(app: Flask, people: dict[int, tuple[int | None, int | None]]) -> None:
    """Say that these people work for one organisation, under a manager and a supervisor."""
    with app.app_context():
        harbour = places.find_or_make_organisation("Example Harbour").id
        for user_id, (manager, supervisor) in people.items():
            places.employ(
                user_id=user_id,
                organisation_id=harbour,
                manager_id=manager,
                supervisor_id=supervisor,
            )
        db.session.commit()


def test_a_proposal_is_filled_in_and_saved_by_a_button(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    lin = browse(people.lin)
    page = lin.get(f"{MARKERS}&share-{people.max}=1&share-{scripts['kit']}=1&share-{people.lin}=0")
    assert "Nothing is saved yet" in page.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Allocation.id))) == 0
    chosen = dict(re.findall(r'name="script-(\d+)">.*?value="(\d+)" selected', page.text, re.S))
    assert set(chosen.values()) == {str(people.max), str(scripts["kit"])}
    answer = give(lin, page.text, **{f"script_{k}": v for k, v in chosen.items()})
    assert "2 scripts moved" in answer
    assert "Kit Example" in answer


def test_a_marker_sees_what_is_theirs_and_what_is_nobodys(
    browse: Browse, people: People, scripts: dict[str, int]
) -> None:
    lin, max_ = browse(people.lin), browse(people.max)
    assert {"AAAA", "BBBB"} == set(re.findall(r"Script ([A-Z]{4})</a>", max_.get(QUEUE).text))
    give(lin, lin.get(MARKERS).text, **{f"script_{scripts['ada']}": scripts["kit"]})
    assert {"BBBB"} == set(re.findall(r"Script ([A-Z]{4})</a>", max_.get(QUEUE).text))
    assert max_.get(f"/marking/scripts/{scripts['ada']}").status_code == 404
    assert browse(scripts["kit"]).get(f"/marking/scripts/{scripts['ada']}").status_code == 200
    assert lin.get(f"/marking/scripts/{scripts['ada']}").status_code == 200
    assert "whoever leads the module releases" in max_.get(QUEUE).text


def test_only_whoever_decides_gives_scripts(
    browse: Browse, people: People, scripts: dict[str, int]
) -> None:
    for user_id in (people.max, people.ada, people.hub, people.admin):
        browser = browse(user_id)
        assert browser.get(MARKERS).status_code == 403
        sent = browser.post(f"/marking/{PLAN}/markers", data={"cohort": "cohort-3", "seen": "x"})
        assert sent.status_code == 403


def test_a_page_that_is_out_of_date_saves_nothing_and_says_so(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    lin = browse(people.lin)
    old = lin.get(MARKERS).text
    give(lin, old, **{f"script_{scripts['ada']}": scripts["kit"]})
    answer = give(lin, old, **{f"script_{scripts['ada']}": people.max})
    assert "nothing was saved" in answer
    with app.app_context():
        assert db.session.scalars(sa.select(Allocation.marker_id)).all() == [scripts["kit"]]


@pytest.mark.parametrize("tie", ["manager", "supervisor", "colleague", "reports to", "declared"])
def test_nobody_marks_the_work_of_somebody_they_are_tied_to(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask, tie: str
) -> None:
    if tie == "manager":
        employ(app, {people.ada: (people.max, None)})
    elif tie == "supervisor":
        employ(app, {people.ada: (None, people.max)})
    elif tie == "colleague":
        employ(app, {people.ada: (None, None), people.max: (None, None)})
    elif tie == "reports to":
        employ(app, {people.max: (people.ada, None)})
    else:
        browse(people.max).post("/marking/yours/cohort-3", data={"known": people.ada_place})
    max_, lin = browse(people.max), browse(people.lin)
    assert {"BBBB"} == set(re.findall(r"Script ([A-Z]{4})</a>", max_.get(QUEUE).text))
    assert max_.get(f"/marking/scripts/{scripts['ada']}").status_code == 404
    answer = give(lin, lin.get(MARKERS).text, **{f"script_{scripts['ada']}": people.max})
    assert "Max Example may not mark this script" in answer
    proposal = lin.get(
        f"{MARKERS}&share-{people.max}=1&share-{people.lin}=0&share-{scripts['kit']}=0"
    )
    assert "Nobody with a share may take script AAAA" in proposal.text


def test_a_tie_keeps_a_lead_away_too(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    employ(app, {people.ada: (people.lin, None)})
    assert browse(people.lin).get(f"/marking/scripts/{scripts['ada']}").status_code == 404


def test_a_script_is_handed_back_without_a_reason_and_stays_away(
    browse: Browse, people: People, scripts: dict[str, int]
) -> None:
    max_ = browse(people.max)
    address = f"/marking/scripts/{scripts['ada']}"
    assert "Hand this script back" in max_.get(address).text
    answer = max_.post(f"{address}/hand-back", follow_redirects=True)
    assert "Script AAAA is handed back" in answer.text
    assert max_.get(address).status_code == 404
    assert browse(scripts["kit"]).get(address).status_code == 200
    assert max_.post(f"{address}/hand-back").status_code == 303  # pressed twice: done once
    assert browse(people.ada).post(f"{address}/hand-back").status_code == 403


def test_what_is_finished_or_a_colleagues_is_not_handed_back(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    with app.app_context():
        done = finished_script(people.zoe_place, people.lin)
        db.session.commit()
        number = done.id
    answer = browse(people.lin).post(f"/marking/scripts/{number}/hand-back")
    assert answer.status_code == 409
    lin = browse(people.lin)
    give(lin, lin.get(MARKERS).text, **{f"script_{scripts['ada']}": scripts["kit"]})
    answer = lin.post(f"/marking/scripts/{scripts['ada']}/hand-back")
    assert answer.status_code == 409
    assert "Kit Example has this script" in answer.text


def test_topics_a_marker_does_not_take_go_to_others(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    with app.app_context():
        made_topic = ScriptTopic(submission_id=scripts["ada"], topic=Topic.VIOLENCE)
        db.session.add(made_topic)
        db.session.commit()
    answer = browse(people.max).post(
        "/marking/yours", data={"topics": ["VIOLENCE", "nonsense"]}, follow_redirects=True
    )
    assert re.search(r'value="VIOLENCE" checked', answer.text)
    lin = browse(people.lin)
    page = lin.get(f"{MARKERS}&share-{people.max}=1&share-{scripts['kit']}=1&share-{people.lin}=0")
    assert re.search(
        rf'id="script-{scripts["ada"]}".*?value="{scripts["kit"]}" selected', page.text, re.S
    )
    assert "violence" in page.text
    with app.app_context():
        acts = set(db.session.scalars(sa.select(AuditEntry.act)))
    assert not any("topic" in act for act in acts)


def test_a_name_is_shown_on_a_reason_and_its_writer_sees_that(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    max_ = browse(people.max)
    address = f"/marking/scripts/{scripts['ada']}"
    assert "Ada Example" not in max_.get(address).text
    refused = max_.post(f"{address}/name", data={"reason": "hm"})
    assert refused.status_code == 409
    assert "Say in a few words why" in refused.text
    reason = "A line in it worries me for her safety."
    answer = max_.post(f"{address}/name", data={"reason": reason}, follow_redirects=True)
    assert "This is the work of Ada Example" in answer.text
    assert "Ada Example" not in browse(scripts["kit"]).get(address).text
    with app.app_context():
        row = db.session.scalars(sa.select(NameShown)).one()
        assert (row.shown_to, row.reason) == (people.max, reason)
        number = db.session.get_one(Submission, scripts["ada"]).receipt
        acts = db.session.scalars(sa.select(AuditEntry)).all()
        assert [one.act for one in acts] == ["was shown a name"]
        assert reason not in str([one.detail for one in acts])
    page = browse(people.ada).get(f"/assessments/receipts/{number}").text
    assert "Max Example" in page
    assert "was shown that it is yours" in page
    assert "Kit Example" in page


def test_opening_is_kept_once_a_day_and_never_for_who_may_not(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    address = f"/marking/scripts/{scripts['ada']}"
    max_ = browse(people.max)
    for _ in range(3):
        assert max_.get(address).status_code == 200
    for user_id in (people.ada, people.hub):
        browse(user_id).get(address)
    with app.app_context():
        opened = db.session.scalars(sa.select(ScriptOpened)).all()
        assert [(one.opened_by, one.submission_id) for one in opened] == [
            (people.max, scripts["ada"])
        ]


def test_a_small_cohort_is_told_that_names_are_hidden_in_form_only(
    browse: Browse, people: People, scripts: dict[str, int]
) -> None:
    assert "you may know whose work you read" in browse(people.max).get(QUEUE).text


def test_released_scripts_are_not_given_any_more(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        released(finished_script(people.ada_place, people.max), people.lin)
        db.session.commit()
    assert "There is no script to give" in browse(people.lin).get(MARKERS).text


def test_nobody_says_for_a_colleague_whom_they_know_unless_they_decide(
    browse: Browse, people: People, scripts: dict[str, int]
) -> None:
    data = {"marker": scripts["kit"], "known": people.ada_place}
    assert browse(people.max).post("/marking/yours/cohort-3", data=data).status_code == 404
    answer = browse(people.lin).post("/marking/yours/cohort-3", data=data, follow_redirects=True)
    assert "Whom Kit Example knows" in answer.text
    assert browse(scripts["kit"]).get(f"/marking/scripts/{scripts['ada']}").status_code == 404


def test_what_was_typed_on_a_script_that_went_elsewhere_is_shown_to_be_copied(
    browse: Browse, people: People, scripts: dict[str, int]
) -> None:
    max_, lin = browse(people.max), browse(people.lin)
    address = f"/marking/scripts/{scripts['ada']}"
    assert max_.get(address).status_code == 200
    give(lin, lin.get(MARKERS).text, **{f"script_{scripts['ada']}": scripts["kit"]})
    typed = {
        "version": "0",
        "act": "save",
        "plan-why": "A kind beginning.",
        "pin-t1": "This line.",
        "comment": "Overall <b>clear</b>.",
    }
    # The same for what one may not see and for what is not there: it tells of neither.
    for where in (address, "/marking/scripts/999999"):
        page = max_.post(where, data=typed)
        assert page.status_code == 404
        assert "not yours to mark now" in page.text
        for words in ("A kind beginning.", "This line.", "Overall &lt;b&gt;clear&lt;/b&gt;."):
            assert words in page.text
        script = max_.post(where, data=typed, headers={"Accept": "application/json"})
        assert script.status_code == 404
        assert "handed back" in script.get_json()["message"]
        assert max_.post(where, data={"version": "0"}).status_code == 404


def test_handing_back_by_a_double_click_leads_to_the_queue_twice(
    browse: Browse, people: People, scripts: dict[str, int]
) -> None:
    max_, lin = browse(people.max), browse(people.lin)
    give(lin, lin.get(MARKERS).text, **{f"script_{scripts['ada']}": people.max})
    for _ in range(2):
        answer = max_.post(f"/marking/scripts/{scripts['ada']}/hand-back", follow_redirects=True)
        assert answer.status_code == 200
        assert "Script AAAA is handed back" in answer.text


@pytest.mark.parametrize("size", [4, 40])
def test_the_page_asks_the_database_as_little_for_many_as_for_few(
    browse: Browse,
    people: People,
    app: Flask,
    statements: Callable[[], int],
    size: int,
) -> None:
    with app.app_context():
        for _ in range(size):
            place = made(EnrolmentFactory, cohort_id=people.cohort)
            made(SubmissionFactory, enrolment_id=place.id)
        db.session.commit()
    lin = browse(people.lin)
    for page in (MARKERS, f"{MARKERS}&share-{people.max}=1", "/marking/yours/cohort-3"):
        statements()
        assert lin.get(page).status_code == 200
        assert statements() <= 14, page
