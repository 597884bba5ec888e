"""A VLE's list of people: shown before anything is done, and then done exactly so."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.actor import Role
from lms.audit.models import AuditEntry
from lms.db import db, db_writes
from lms.lti import rosters as reading
from lms.lti.models import Context, CourseMember, Roster, VleIdentity
from lms.lti.service import rosters as service
from lms.people.models import Enrolment, RoleHeld, User
from lms.tasks import run_sweep
from tests.conftest import People
from tests.vle import IMOGEN, PRIYA, TOMOS, Answered, Person, Vle, suspend

Browse = Callable[[int], FlaskClient]
Later = Callable[[timedelta], None]
NEW = {"user_id": "p-new", "name": "Nia Newcome", "email": "ada@example.test", "roles": ["Learner"]}


def member(person: Person, role: str = "Learner", **more: Any) -> dict[str, Any]:
    return {"user_id": person.sub, "name": person.name, "roles": [role], "status": "Active"} | more


@pytest.fixture
def offered(vle: Vle, course: People, client: FlaskClient) -> People:
    """Imogen and Priya have come from the course, and the VLE offers its list."""
    vle.offer(client, IMOGEN)
    vle.offer(client, PRIYA)
    vle.members = [member(IMOGEN, "Instructor"), member(PRIYA)]
    return course


def address(app: Flask) -> str:
    with app.app_context():
        return f"/lti/people/{db.session.scalars(select(Context.id)).first()}"


def look(browser: FlaskClient, at: str) -> str:
    answer = browser.post(f"{at}/look")
    assert answer.status_code == 303, answer.text
    return browser.get(at).text


def agreed(page: str) -> str:
    found = re.search(r'name="agreed" value="(\w+)"', page)
    assert found is not None
    return found[1]


def place_of(app: Flask, subject: str) -> Enrolment | None:
    with app.app_context():
        place = db.session.scalar(
            select(Enrolment)
            .join(VleIdentity, VleIdentity.user_id == Enrolment.user_id)
            .where(VleIdentity.subject == subject)
        )
        if place is not None:
            db.session.expunge(place)
        return place


def acts(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


def test_the_list_is_shown_before_anything_is_done_and_then_done(
    vle: Vle, offered: People, browse: Browse, app: Flask
) -> None:
    vle.members += [NEW, member(TOMOS, "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner")]
    lead, at = browse(offered.lin), address(app)
    before = acts(app)
    page = look(lead, at)
    assert "Would join</h2>" in page.replace(" (2)", "")
    assert "Nia Newcome" in page
    assert "Tomos Sample" in page
    assert "Tuesday" in page, "the groups of the course"
    assert "1 person keeps their place" in page
    assert place_of(app, "p-new") is None
    assert acts(app) == before
    done = lead.post(f"{at}/apply", data={"agreed": agreed(page)})
    assert done.status_code == 303
    assert "read every night" in lead.get(at).text
    place = place_of(app, "p-new")
    assert place is not None
    assert place.left_at is None
    assert acts(app)[len(before) :] == ["joins by the VLE’s list"] * 2 + [
        "applied the VLE’s list of people"
    ]
    with app.app_context():  # an equal address joins nobody
        assert len(db.session.scalars(select(User).where(User.email == NEW["email"])).all()) == 2
        assert db.session.scalars(select(Roster)).one().listed.get("people") is None
    call = vle.asked("/memberships")[0]
    assert "limit=100" in call.url
    assert call.headers["Accept"].startswith("application/vnd.ims.lti-nrps.v2.membershipcontainer")


def test_whoever_is_no_longer_listed_is_marked_so_and_comes_back(
    vle: Vle, offered: People, browse: Browse, app: Flask, client: FlaskClient
) -> None:
    vle.offer(client, TOMOS)
    lead, at = browse(offered.lin), address(app)
    page = look(lead, at)
    assert "Would leave" in page
    lead.post(f"{at}/apply", data={"agreed": agreed(page)})
    left = place_of(app, TOMOS.sub)
    assert left is not None
    assert left.left_at is not None
    vle.members.append(member(TOMOS))
    page = look(lead, at)
    assert "Would come back" in page
    lead.post(f"{at}/apply", data={"agreed": agreed(page)})
    back = place_of(app, TOMOS.sub)
    assert back is not None
    assert (back.id, back.left_at) == (left.id, None)


def test_a_launch_gives_back_a_place_that_only_the_list_ended(
    vle: Vle, offered: People, browse: Browse, app: Flask, client: FlaskClient
) -> None:
    vle.offer(client, TOMOS)
    lead, at = browse(offered.lin), address(app)
    lead.post(f"{at}/apply", data={"agreed": agreed(look(lead, at))})
    assert vle.offer(client, TOMOS).location.endswith("/modules/m1/u1")
    back = place_of(app, TOMOS.sub)
    assert back is not None
    assert back.left_at is None


def test_a_place_that_a_person_ended_stays_ended(
    vle: Vle, offered: People, browse: Browse, app: Flask
) -> None:
    with app.app_context():
        identity = db.session.scalars(select(VleIdentity).filter_by(subject=PRIYA.sub)).one()
        place = db.session.scalars(select(Enrolment).filter_by(user_id=identity.user_id)).one()
        place.left_at = clock.now()
        db.session.commit()
    page = look(browse(offered.lin), address(app))
    assert "their place was ended here" in page
    assert "Would" not in page


def test_a_teacher_whom_the_list_calls_a_learner_stays_staff(
    vle: Vle, people: People, browse: Browse, app: Flask, client: FlaskClient
) -> None:
    """Moodle's non-editing teacher; here even one who came before the course was linked."""
    vle.offer(client, IMOGEN)
    with app.app_context():
        context = db.session.scalars(select(Context)).one()
        context.cohort_id, context.linked_at = people.cohort, clock.now()
        db.session.commit()
    vle.members = [member(IMOGEN), member(PRIYA)]
    lead, at = browse(people.lin), address(app)
    page = look(lead, at)
    assert "Imogen" not in page
    lead.post(f"{at}/apply", data={"agreed": agreed(page)})
    assert place_of(app, IMOGEN.sub) is None
    assert place_of(app, PRIYA.sub) is not None


def test_the_list_makes_nobody_staff_and_lowers_nobody(
    vle: Vle, offered: People, browse: Browse, app: Flask
) -> None:
    vle.members = [member(TOMOS, "Instructor"), member(PRIYA)]  # Imogen is gone from it
    lead, at = browse(offered.lin), address(app)
    page = look(lead, at)
    assert "Would" not in page
    lead.post(f"{at}/apply", data={"agreed": agreed(page)})
    with app.app_context():
        trainers = db.session.scalars(select(RoleHeld).where(RoleHeld.role == Role.TRAINER)).all()
        assert len(trainers) == 2  # Max, and Imogen still
        assert db.session.scalar(select(VleIdentity).filter_by(subject=TOMOS.sub)) is None


def test_people_who_came_another_way_do_not_leave(
    vle: Vle, offered: People, browse: Browse, app: Flask
) -> None:
    """Ada and Ben were enrolled here, and the VLE has never heard of them."""
    page = look(browse(offered.lin), address(app))
    assert "Would leave" not in page
    assert "Ada" not in page


def test_names_change_only_as_the_vle_changes_them(
    vle: Vle, offered: People, browse: Browse, app: Flask
) -> None:
    vle.members = [member(PRIYA, name="Priya Renamed"), member(IMOGEN, "Instructor")]
    lead, at = browse(offered.lin), address(app)
    page = look(lead, at)
    assert "Would get another name" in page
    lead.post(f"{at}/apply", data={"agreed": agreed(page)})
    with app.app_context():
        identity = db.session.scalars(select(VleIdentity).filter_by(subject=PRIYA.sub)).one()
        user = db.session.get(User, identity.user_id)
        assert user is not None
        assert (user.name, identity.told_name) == ("Priya Renamed", "Priya Renamed")
        user.name = "The name she chose"
        db.session.commit()
    vle.members = [member(PRIYA, name="Priya Again"), member(IMOGEN, "Instructor")]
    assert "Would" not in look(lead, at)


def test_what_changed_meanwhile_is_shown_again(
    vle: Vle, offered: People, browse: Browse, app: Flask, client: FlaskClient
) -> None:
    vle.members += [NEW, member(TOMOS)]
    lead, at = browse(offered.lin), address(app)
    shown = agreed(look(lead, at))
    vle.offer(client, TOMOS)  # joins by himself before it is done
    again = lead.post(f"{at}/apply", data={"agreed": shown})
    assert again.status_code == 409
    assert "Something changed meanwhile" in again.text
    assert agreed(again.text) != shown
    assert place_of(app, "p-new") is None
    assert lead.post(f"{at}/apply", data={"agreed": agreed(again.text)}).status_code == 303
    assert place_of(app, "p-new") is not None


def test_two_who_do_it_at_once_do_it_once(
    vle: Vle, offered: People, browse: Browse, app: Flask
) -> None:
    vle.members.append(NEW)
    lead, admin, at = browse(offered.lin), browse(offered.admin), address(app)
    shown = agreed(look(lead, at))
    assert lead.post(f"{at}/apply", data={"agreed": shown}).status_code == 303
    assert admin.post(f"{at}/apply", data={"agreed": shown}).status_code == 409
    assert acts(app).count("joins by the VLE’s list") == 1


def test_two_readings_at_once_are_one(
    vle: Vle, offered: People, browse: Browse, app: Flask, later: Later
) -> None:
    lead, at = browse(offered.lin), address(app)
    with app.app_context(), db_writes():
        assert service.claim(int(at.rpartition("/")[2]), now=clock.now())
        db.session.commit()
    busy = lead.post(f"{at}/look")
    assert busy.status_code == 409
    assert reading.BUSY in busy.text
    assert vle.asked("/memberships") == []
    later(timedelta(minutes=6))  # whoever read it is gone
    assert lead.post(f"{at}/look").status_code == 303


def test_an_old_list_is_not_done(
    vle: Vle, offered: People, browse: Browse, app: Flask, later: Later
) -> None:
    vle.members.append(NEW)
    lead, at = browse(offered.lin), address(app)
    shown = agreed(look(lead, at))
    later(timedelta(hours=2))
    answer = lead.post(f"{at}/apply", data={"agreed": shown})
    assert answer.status_code == 409
    assert "more than an hour ago" in answer.text
    assert place_of(app, "p-new") is None
    later(timedelta(days=1))
    with app.app_context():
        run_sweep("rosters")
        assert db.session.scalars(select(Roster)).one().listed.get("people") is None


def test_who_may(vle: Vle, offered: People, browse: Browse, app: Flask) -> None:
    at = address(app)
    for user_id in (offered.lin, offered.max, offered.admin):
        assert browse(user_id).get(at).status_code == 200
        assert "Training Programme 1" in browse(user_id).get("/lti/people").text
    for user_id in (offered.ada, offered.hub, offered.morgan):
        assert browse(user_id).get(at).status_code == 403
        assert browse(user_id).post(f"{at}/look").status_code == 403
        assert browse(user_id).post(f"{at}/apply").status_code == 403
    with app.app_context():
        held = db.session.scalars(select(RoleHeld).filter_by(user_id=offered.max)).one()
        held.cohort_id = offered.other_cohort
        db.session.commit()
    other = browse(offered.max)
    assert other.get(at).status_code == 404
    assert other.post(f"{at}/look").status_code == 404
    assert other.post(f"{at}/apply").status_code == 404
    assert "Training Programme 1" not in other.get("/lti/people").text
    assert vle.asked("/memberships") == []


def test_a_vle_that_offers_no_list_is_said_to(
    vle: Vle, course: People, browse: Browse, app: Flask
) -> None:
    lead, at = browse(course.lin), address(app)
    assert "has not offered its list" in lead.get(at).text
    assert lead.post(f"{at}/look").status_code == 409
    assert vle.calls == []


def test_statements_do_not_grow_with_people(
    vle: Vle, offered: People, browse: Browse, app: Flask, statements: Callable[[], int]
) -> None:
    lead, at = browse(offered.lin), address(app)
    counted = []
    for more in (3, 60):
        vle.members += [member(Person(f"p-{more}-{n}", f"Person {n}")) for n in range(more)]
        look(lead, at)
        statements()
        lead.get(at)
        counted.append(statements())
    assert counted[0] == counted[1]
    assert len(vle.asked("/memberships")) == 3, "the second list had two pages"


# --- by night ---


def kept(vle: Vle, people: People, browse: Browse, app: Flask) -> str:
    lead, at = browse(people.lin), address(app)
    lead.post(f"{at}/apply", data={"agreed": agreed(look(lead, at))})
    vle.calls.clear()
    return at


def night(app: Flask) -> int:
    with app.app_context():
        return run_sweep("rosters")


def test_a_list_that_was_used_once_is_kept_in_step_every_night(
    vle: Vle, offered: People, browse: Browse, app: Flask, later: Later
) -> None:
    assert night(app) == 0, "nothing happens before somebody looked"
    kept(vle, offered, browse, app)
    vle.members.append(NEW)
    assert night(app) == 0
    later(timedelta(days=1))
    assert night(app) == 1
    assert place_of(app, "p-new") is not None
    assert night(app) == 0
    with app.app_context():
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert last.actor_id is None


def test_a_list_that_would_empty_the_cohort_waits_for_somebody(
    vle: Vle, offered: People, browse: Browse, app: Flask, later: Later
) -> None:
    vle.members += [member(Person(f"p-{n}", f"Person {n}")) for n in range(6)]
    at = kept(vle, offered, browse, app)
    vle.members = []
    later(timedelta(days=1))
    night(app)
    assert all(place_of(app, f"p-{n}").left_at is None for n in range(6))  # type: ignore[union-attr]
    page = browse(offered.lin).get(at).text
    assert service.LOOK_FIRST in page
    assert "Many people would leave at once" in page


def test_a_suspended_platform_is_not_asked(
    vle: Vle, offered: People, browse: Browse, app: Flask, later: Later
) -> None:
    at = kept(vle, offered, browse, app)
    suspend(app, vle.platform_id)
    later(timedelta(days=1))
    assert night(app) == 0
    assert browse(offered.lin).post(f"{at}/look").status_code == 409
    assert vle.calls == []


def test_the_command_says_and_then_does(vle: Vle, offered: People, app: Flask) -> None:
    vle.members.append(NEW)
    number = address(app).rpartition("/")[2]
    runner = app.test_cli_runner()
    said = runner.invoke(args=["lti", "sync-roster", number])
    assert "joins: Nia Newcome" in said.output
    assert "1 changes would be made" in said.output
    assert place_of(app, "p-new") is None
    assert runner.invoke(args=["lti", "sync-roster", number, "--apply"]).exit_code == 0
    assert place_of(app, "p-new") is not None
    vle.answers["memberships"] = [Answered(503)]
    broken = runner.invoke(args=["lti", "sync-roster", number])
    assert broken.exit_code == 1
    assert "out of order" in broken.output


def test_members_are_remembered_once(vle: Vle, offered: People, browse: Browse, app: Flask) -> None:
    kept(vle, offered, browse, app)
    with app.app_context():
        rows = db.session.scalars(select(CourseMember)).all()
        assert sorted(one.taught for one in rows) == [False, True]
