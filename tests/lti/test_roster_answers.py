"""What a VLE answers when its list is asked for: whatever it is, nobody is harmed by it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.db import db
from lms.lti import rosters as reading
from lms.lti.models import Roster
from lms.lti.platform import rosters as platform
from lms.lti.rules.scores import DOWN, MOVED, SLOW_DOWN, UNREACHABLE
from lms.people.models import Enrolment, User
from tests.conftest import People
from tests.lti.test_rosters import (
    NEW,
    address,
    agreed,
    kept,
    look,
    member,
    night,
    offered,
    place_of,
)
from tests.vle import IMOGEN, MEMBERS, PRIYA, TOMOS, Answered, Vle

__all__ = ["offered"]  # the fixture

Browse = Callable[[int], FlaskClient]
Later = Callable[[timedelta], None]


def listed(*people: Any, link: str = "", **more: Any) -> Answered:
    headers = {"Link": link} if link else {}
    return Answered(body=json.dumps({"members": list(people)} | more), headers=headers)


def next_at(url: str) -> str:
    return f'<{url}>; rel="next"'


GOOD = member(PRIYA)
ANSWERS: dict[str, tuple[list[Answered | Exception], str]] = {
    "next on another host": ([listed(link=next_at("https://evil.test/p2"))], platform.ELSEWHERE),
    "next on plain http": ([listed(link=next_at("http://vle.test/p2"))], platform.ELSEWHERE),
    "next on another port": ([listed(link=next_at("https://vle.test:8443/p"))], platform.ELSEWHERE),
    "next is itself": ([listed(link=next_at(f"{MEMBERS}?limit=100"))], platform.IN_CIRCLES),
    "two that lead to each other": (
        [
            listed(link=next_at(f"{MEMBERS}?p=2")),
            listed(link=next_at(f"{MEMBERS}?limit=100")),
        ],
        platform.IN_CIRCLES,
    ),
    "a next that cannot be read": ([listed(link="<x>; rel=”next”")], platform.NOT_A_LIST),
    "no link at all in the header": ([listed(link="rel=next")], platform.NOT_A_LIST),
    "HTML": ([Answered(body="<html>Sign in</html>")], platform.NOT_A_LIST),
    "nothing": ([Answered(body="")], platform.NOT_A_LIST),
    "an array": ([Answered(body="[]")], platform.NOT_A_LIST),
    "no members": ([Answered(body='{"members": {"a": 1}}')], platform.NOT_A_LIST),
    "deep": ([Answered(body="[" * 100_000)], platform.NOT_A_LIST),
    "another course": ([listed(GOOD, context={"id": "77"})], platform.OTHER_COURSE),
    "huge": ([Answered(body="x" * 600_000)], UNREACHABLE),
    "400": ([Answered(400, "[]", "No handler found")], reading.OUT_OF_ORDER),
    "401 twice": ([Answered(401), Answered(401)], reading.NOT_ALLOWED),
    "403 twice": ([Answered(403), Answered(403)], reading.NOT_ALLOWED),
    "rate limit of Canvas": ([Answered(403, "403 Forbidden (Rate Limit Exceeded)")], SLOW_DOWN),
    "404": ([Answered(404)], reading.NO_LIST),
    "429": ([Answered(429, headers={"Retry-After": "600"})], SLOW_DOWN),
    "500": ([Answered(500)], reading.OUT_OF_ORDER),
    "503": ([Answered(503)], DOWN),
    "redirect": ([Answered(302, headers={"Location": "https://evil.test/"})], MOVED),
    "time out": ([requests.Timeout()], UNREACHABLE),
    "no name": ([requests.ConnectionError()], UNREACHABLE),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_list_that_cannot_be_read_changes_nothing(
    vle: Vle, offered: People, browse: Browse, app: Flask, name: str
) -> None:
    answers, words = ANSWERS[name]
    vle.answers["memberships"] = list(answers)
    lead, at = browse(offered.lin), address(app)
    answer = lead.post(f"{at}/look")
    assert answer.status_code == 409
    assert words in answer.text
    assert words in lead.get(at).text
    assert all("evil.test" not in call.url for call in vle.calls)
    assert all(call.url.startswith("https://vle.test/") for call in vle.calls)
    with app.app_context():
        row = db.session.scalars(select(Roster)).one()
        assert (row.leased_until, row.listed) == (None, {})
    assert lead.post(f"{at}/look").status_code == 303, "it is well again"


def test_a_list_without_an_end_is_left_off(
    vle: Vle, offered: People, browse: Browse, app: Flask
) -> None:
    vle.answers["memberships"] = [
        listed(link=next_at(f"{MEMBERS}?p={n}")) for n in range(platform.MOST_PAGES + 5)
    ]
    answer = browse(offered.lin).post(f"{address(app)}/look")
    assert platform.TOO_LONG in answer.text
    assert len(vle.asked("/memberships")) == platform.MOST_PAGES


def test_a_list_that_drips_is_left_off(
    vle: Vle, offered: People, browse: Browse, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "PATIENCE", -1.0)
    vle.answers["memberships"] = [listed(link=next_at(f"{MEMBERS}?p=1"))]
    answer = browse(offered.lin).post(f"{address(app)}/look")
    assert platform.TOO_SLOW in answer.text


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_taken_is_asked_for_once_more(
    vle: Vle, offered: People, browse: Browse, app: Flask, status: int
) -> None:
    vle.answers["memberships"] = [Answered(status, "Invalid token signature.")]
    assert browse(offered.lin).post(f"{address(app)}/look").status_code == 303
    assert len(vle.asked("/memberships")) == 2
    scopes = [call.form["scope"] for call in vle.asked("/token")]
    assert all(len(scope.split()) == 1 for scope in scopes)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answered(400, '{"error": "invalid_scope"}'), reading.NOT_ALLOWED),
        (Answered(503), DOWN),
        (Answered(200, "not JSON"), reading.OUT_OF_ORDER),
        (requests.Timeout(), UNREACHABLE),
    ],
)
def test_without_a_token_there_is_no_list(
    vle: Vle,
    offered: People,
    browse: Browse,
    app: Flask,
    answer: Answered | Exception,
    words: str,
) -> None:
    vle.answers["token"] = [answer]
    page = browse(offered.lin).post(f"{address(app)}/look").text
    assert words in page or (words == reading.OUT_OF_ORDER and DOWN in page)
    assert vle.asked("/memberships") == []


def test_entries_that_cannot_be_read_take_nobody_off(
    vle: Vle, offered: People, browse: Browse, app: Flask
) -> None:
    odd: list[Any] = [7, None, {}, {"user_id": ""}, {"user_id": "x" * 300}, {"user_id": ["a"]}]
    vle.answers["memberships"] = [listed(*odd, {"user_id": 12, "roles": "Learner", "name": 3}, NEW)]
    page = look(browse(offered.lin), address(app))
    assert "nobody leaves for not being on it" in page
    assert "Would leave" not in page
    assert "Nia Newcome" in page


def test_markup_in_a_name_is_text(vle: Vle, offered: People, browse: Browse, app: Flask) -> None:
    vle.members.append(NEW | {"name": "<script>alert(1)</script>\n\x00Nia"})
    page = look(browse(offered.lin), address(app))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_nobody_is_named_without_a_name(
    vle: Vle, offered: People, browse: Browse, app: Flask
) -> None:
    vle.members.append({"user_id": "p-anon", "roles": ["Learner"]})
    lead, at = browse(offered.lin), address(app)
    page = look(lead, at)
    assert "Name not shared" in page
    lead.post(f"{at}/apply", data={"agreed": agreed(page)})
    vle.members[-1]["name"] = "Anon Shared"
    assert "Anon Shared" in look(lead, at)


def test_said_to_be_gone_is_gone(vle: Vle, offered: People, browse: Browse, app: Flask) -> None:
    vle.members[1] = member(PRIYA, status="Inactive")
    assert "Would leave" in look(browse(offered.lin), address(app))
    vle.members.append(member(PRIYA))  # in another section of the same course
    assert "Would leave" not in look(browse(offered.lin), address(app))


def test_changes_alone_are_read_where_they_are_offered(
    vle: Vle, offered: People, browse: Browse, app: Flask, later: Later
) -> None:
    changes = f"{MEMBERS}/changes/memberships?since=1"
    whole = listed(*vle.members, member(TOMOS), link=f'<{changes}>; rel="differences"')
    vle.answers["memberships"] = [whole]
    kept(vle, offered, browse, app)
    later(timedelta(days=1))
    vle.answers["memberships"] = [
        listed(NEW, member(TOMOS, status="Deleted"), link=f'<{changes}2>; rel="differences"')
    ]
    night(app)
    assert vle.asked("/memberships")[0].url == changes
    joined, left, stays = (place_of(app, sub) for sub in ("p-new", TOMOS.sub, PRIYA.sub))
    assert joined is not None
    assert left is not None
    assert stays is not None
    assert left.left_at is not None
    assert stays.left_at is None, "not being among the changes is no leaving"
    with app.app_context():
        assert db.session.scalars(select(Roster)).one().differences_url == f"{changes}2"
    later(timedelta(days=1))
    vle.answers["memberships"] = [Answered(410)]
    night(app)
    later(timedelta(hours=2))
    vle.members = [member(IMOGEN, "Instructor"), member(PRIYA), NEW]
    night(app)
    assert vle.asked("/memberships")[-1].url.endswith("limit=100"), "the whole list again"


@pytest.mark.parametrize("elsewhere", ["https://evil.test/changes", "http://vle.test/changes"])
def test_changes_said_to_be_elsewhere_are_never_asked_for(
    vle: Vle, offered: People, browse: Browse, app: Flask, later: Later, elsewhere: str
) -> None:
    vle.answers["memberships"] = [listed(*vle.members, link=f'<{elsewhere}>; rel="differences"')]
    kept(vle, offered, browse, app)
    with app.app_context():
        assert db.session.scalars(select(Roster)).one().differences_url is None
    later(timedelta(days=1))
    night(app)
    assert vle.asked("/memberships")[-1].url.endswith("limit=100"), "the whole list again"
    assert all(call.url.startswith("https://vle.test/") for call in vle.calls)


def test_a_failing_night_is_tried_again_and_harms_nobody(
    vle: Vle, offered: People, browse: Browse, app: Flask, later: Later
) -> None:
    kept(vle, offered, browse, app)
    later(timedelta(days=1))
    vle.answers["memberships"] = [Answered(503), Answered(429, headers={"Retry-After": "1200"})]
    night(app)
    assert night(app) == 0
    later(timedelta(minutes=61))
    night(app)
    later(timedelta(minutes=19))
    assert night(app) == 0
    later(timedelta(minutes=2))
    assert night(app) == 1
    with app.app_context():
        assert db.session.scalars(select(Roster)).one().fault is None
        assert all(one.left_at is None for one in db.session.scalars(select(Enrolment)))
        assert db.session.scalars(select(User)).first() is not None


def test_groups_that_cannot_be_read_spoil_nothing(
    vle: Vle, offered: People, browse: Browse, app: Flask
) -> None:
    vle.answers["groups"] = [Answered(500)]
    assert "Groups in the VLE" not in look(browse(offered.lin), address(app))
