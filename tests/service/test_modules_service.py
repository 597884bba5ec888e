"""What is done in learning, on a real database: once, in the version seen, for one's own place."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from lms.actor import Actor
from lms.errors import Conflict, NotFound
from lms.modules import queries, service
from lms.modules.catalogue import Catalogue, Check, Reflection
from lms.modules.rules.reading import Way
from lms.people.queries import actor_for, get_user
from tests.conftest import NOW, People

pytest_plugins = ("tests.modules.fixtures",)

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def check(small: Catalogue) -> Check:
    found = small.activity("m1/u1/needed")
    assert isinstance(found, Check)
    return found


@pytest.fixture
def reflection(small: Catalogue) -> Reflection:
    found = small.activity("m1/u1/reflection")
    assert isinstance(found, Reflection)
    return found


@pytest.fixture
def ada(database: Any, people: People, small: Catalogue) -> Actor:
    return actor_for(get_user(people.ada))


def actor(user_id: int) -> Actor:
    return actor_for(get_user(user_id))


def test_done_keeps_the_first_time_and_moves_on_with_a_new_version(
    ada: Actor, small: Catalogue
) -> None:
    first = service.mark_done("m1/u1/first", actor=ada, now=NOW)
    again = service.mark_done("m1/u1/first", actor=ada, now=LATER)
    assert again is first
    assert first.done_at == NOW
    first.content_hash = "an older version"
    service.mark_done("m1/u1/first", actor=ada, now=LATER)
    assert (first.content_hash, first.done_at) == (small.page("m1/u1/first").content_hash, LATER)


def test_another_window_that_was_first_is_not_an_error(
    ada: Actor, reflection: Reflection, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked, found nothing, and wrote: the database lets one in, the other takes its row."""
    first = service.mark_done("m1/u1/first", actor=ada, now=NOW)
    chosen = service.choose_way("m1/u1/heavy", Way.ALL, actor=ada, now=NOW)
    service.save_entry(reflection, "One", version=0, actor=ada, now=NOW)
    for name in ("find_completion", "find_choice", "find_entry"):
        monkeypatch.setattr(queries, name, _blind_once(getattr(queries, name)))
    assert service.mark_done("m1/u1/first", actor=ada, now=LATER) is first
    again = service.choose_way("m1/u1/heavy", Way.SUMMARY, actor=ada, now=LATER)
    assert again is chosen
    assert chosen.way is Way.SUMMARY
    with pytest.raises(Conflict):
        service.save_entry(reflection, "Other words", version=0, actor=ada, now=LATER)
    database.commit()
    assert [entry.text for entry in queries.entries_of(ada.user_id)] == ["One"]


def _blind_once(real: Any) -> Any:
    seen: list[bool] = []

    def find(*args: Any) -> Any:
        seen.append(True)
        return None if len(seen) == 1 else real(*args)

    return find


def test_two_tries_at_the_same_moment_are_one(
    ada: Actor, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"safe": ("999",), "other": ("go",)}
    service.answer_check(
        check, given, number=1, content_hash=check.content_hash, actor=ada, now=NOW
    )
    monkeypatch.setattr(queries, "attempts_at", lambda _place, keys: {key: [] for key in keys})
    with pytest.raises(Conflict):
        service.answer_check(
            check, given, number=1, content_hash=check.content_hash, actor=ada, now=NOW
        )


def test_acts_need_a_place_in_the_programme(database: Any, people: People, check: Check) -> None:
    for somebody in (people.max, people.morgan, people.hub):
        who = actor(somebody)
        with pytest.raises(NotFound):
            service.mark_done("m1/u1/first", actor=who, now=NOW)
        with pytest.raises(NotFound):
            service.choose_way("m1/u1/heavy", Way.ALL, actor=who, now=NOW)
        with pytest.raises(NotFound):
            service.take_back("m1/u1/first", actor=who)
        with pytest.raises(NotFound):
            service.answer_check(
                check, {}, number=1, content_hash=check.content_hash, actor=who, now=NOW
            )


def test_an_unknown_page_is_not_found(ada: Actor) -> None:
    with pytest.raises(NotFound):
        service.mark_done("m1/u1/nothing", actor=ada, now=NOW)


def test_a_whole_cohort_is_asked_for_in_one_statement_each(
    people: People, ada: Actor, check: Check, statements: Any
) -> None:
    ben, zoe = actor(people.ben), actor(people.zoe)
    service.mark_done("m1/u1/first", actor=ada, now=NOW)
    service.mark_done("m1/u1/heavy", actor=ada, now=LATER)
    service.mark_done("m1/u1/last", actor=ben, now=NOW)
    service.mark_done("m1/u1/last", actor=zoe, now=NOW)
    service.answer_check(
        check,
        {"safe": ("999",), "other": ("stay",)},
        number=1,
        content_hash=check.content_hash,
        actor=ben,
        now=NOW,
    )
    places = [people.ada_place, people.ben_place]
    statements()
    assert queries.done_pages(places) == {
        people.ada_place: {"m1/u1/first", "m1/u1/heavy"},
        people.ben_place: {"m1/u1/last"},
    }
    assert statements() == 1
    assert queries.latest_places(places) == {
        people.ada_place: ("m1/u1/heavy", LATER),
        people.ben_place: ("m1/u1/last", NOW),
    }
    assert statements() == 1
    assert queries.passed_checks(places) == {
        people.ada_place: set(),
        people.ben_place: {"m1/u1/needed"},
    }
    assert statements() == 1


def test_nobody_is_nothing(database: Any) -> None:
    assert queries.done_pages([]) == {}
    assert queries.latest_places([]) == {}
    assert queries.passed_checks([]) == {}


def test_the_time_that_comes_back_is_aware(people: People, ada: Actor, database: Any) -> None:
    service.mark_done("m1/u1/first", actor=ada, now=NOW)
    database.commit()
    database.expire_all()
    moment: datetime = queries.latest_places([people.ada_place])[people.ada_place][1]
    assert moment == NOW
    assert moment.tzinfo is not None


def test_an_attempt_keeps_answers_points_and_version(ada: Actor, check: Check) -> None:
    given = {"safe": ("999",), "other": ("go",)}
    kept = service.answer_check(
        check, given, number=1, content_hash=check.content_hash, actor=ada, now=NOW
    )
    assert (kept.points, kept.maximum, kept.passed, kept.number) == (1, 2, True, 1)
    assert kept.answers == {"safe": ["999"], "other": ["go"]}
    assert kept.content_hash == check.content_hash


@pytest.mark.parametrize(
    ("number", "content_hash"), [(2, None), (0, None), (1, "an older version")]
)
def test_an_attempt_from_an_older_page_is_refused(
    ada: Actor, check: Check, number: int, content_hash: str | None
) -> None:
    with pytest.raises(Conflict):
        service.answer_check(
            check,
            {"safe": ("999",)},
            number=number,
            content_hash=content_hash or check.content_hash,
            actor=ada,
            now=NOW,
        )


def test_words_go_up_one_version_at_a_time(
    people: People, ada: Actor, reflection: Reflection
) -> None:
    entry = service.save_entry(reflection, "One", version=0, actor=ada, now=NOW)
    assert (entry.version, entry.saved_at) == (1, NOW)
    service.save_entry(reflection, "Two", version=1, actor=ada, now=LATER)
    assert (entry.text, entry.version, entry.saved_at) == ("Two", 2, LATER)
    for stale in (0, 1, 3):
        with pytest.raises(Conflict):
            service.save_entry(reflection, "Three", version=stale, actor=ada, now=LATER)
    assert [one.text for one in queries.entries_of(people.ada)] == ["Two"]
    assert list(queries.entries_of(people.ben)) == []


def test_words_that_were_never_saved_here_are_not_saved_over(
    ada: Actor, reflection: Reflection
) -> None:
    with pytest.raises(Conflict):
        service.save_entry(reflection, "Words", version=3, actor=ada, now=NOW)
