"""Activities on a real database: each act kept once, nothing written over, only one's own."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from lms.actor import Actor
from lms.errors import BadRequest, Conflict, NotFound, RuleBroken
from lms.modules import queries, service
from lms.modules.catalogue import Cards, Catalogue, Confidence, Scenario, Template
from lms.modules.models import CardPlacing, ConfidenceRating, FilledTemplate, ScenarioAct
from lms.modules.rules.scenarios import Act, Did
from lms.people.queries import actor_for, get_user
from tests.conftest import NOW, People

pytest_plugins = ("tests.modules.fixtures",)

LATER = NOW + timedelta(hours=1)
ASK, PAPERS = Did(Act.CHOSE, "call", "ask"), Did(Act.CHOSE, "wish", "papers")
AGAIN = Did(Act.BEGAN_AGAIN, None, None)


@pytest.fixture
def ada(database: Any, people: People, doing: Catalogue) -> Actor:
    return actor_for(get_user(people.ada))


@pytest.fixture
def friday(doing: Catalogue) -> Scenario:
    found = doing.activity("m1/u3/friday")
    assert isinstance(found, Scenario)
    return found


@pytest.fixture
def whose(doing: Catalogue) -> Cards:
    found = doing.activity("m1/u3/whose")
    assert isinstance(found, Cards)
    return found


@pytest.fixture
def letter(doing: Catalogue) -> Template:
    found = doing.activity("m1/u3/letter")
    assert isinstance(found, Template)
    return found


@pytest.fixture
def before(doing: Catalogue) -> Confidence:
    found = doing.page("m1/u3/begin").activities[0]
    assert isinstance(found, Confidence)
    return found


def kept(ada: Actor, friday: Scenario) -> list[tuple[int, str, str | None]]:
    acts = queries.acts_in(ada.user_id, [friday.key])[friday.key]
    return [(one.number, one.act.value, one.way_id) for one in acts]


def test_each_act_is_kept_as_it_is_made(ada: Actor, friday: Scenario) -> None:
    first = service.act_in_scenario(friday, ASK, number=1, actor=ada, now=NOW)
    assert service.act_in_scenario(friday, ASK, number=1, actor=ada, now=LATER) is first
    service.act_in_scenario(friday, PAPERS, number=2, actor=ada, now=NOW)
    back = Did(Act.WENT_BACK, "wish", None)
    service.act_in_scenario(friday, back, number=3, actor=ada, now=NOW)
    service.act_in_scenario(friday, AGAIN, number=4, actor=ada, now=NOW)
    assert kept(ada, friday) == [
        (1, "chose", "ask"),
        (2, "chose", "papers"),
        (3, "went back", None),
        (4, "began again", None),
    ]
    assert first.content_hash == friday.content_hash
    assert first.done_at == NOW


@pytest.mark.parametrize(
    ("did", "number", "refusal"),
    [
        (Did(Act.CHOSE, "call", "ring"), 1, Conflict),  # chosen otherwise in another window
        (PAPERS, 3, Conflict),
        (PAPERS, 0, Conflict),
        (Did(Act.CHOSE, "call", "ask"), 2, Conflict),  # the scene is another one now
        (Did(Act.CHOSE, "nowhere", "ask"), 2, Conflict),
        (Did(Act.CHOSE, "wish", "ask"), 2, BadRequest),
        (Did(Act.WENT_BACK, "council", None), 2, BadRequest),
        (Did(Act.WENT_BACK, "nowhere", None), 2, BadRequest),
    ],
)
def test_an_act_that_does_not_fit_changes_nothing(
    ada: Actor, friday: Scenario, did: Did, number: int, refusal: type[Exception]
) -> None:
    service.act_in_scenario(friday, ASK, number=1, actor=ada, now=NOW)
    with pytest.raises(refusal):
        service.act_in_scenario(friday, did, number=number, actor=ada, now=NOW)
    assert kept(ada, friday) == [(1, "chose", "ask")]


def test_two_windows_at_the_same_moment_choose_once(
    ada: Actor, friday: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.act_in_scenario(friday, ASK, number=1, actor=ada, now=NOW)
    real = queries.acts_in
    monkeypatch.setattr(queries, "acts_in", lambda _who, keys: {key: [] for key in keys})
    with pytest.raises(Conflict):
        service.act_in_scenario(
            friday, Did(Act.CHOSE, "call", "ring"), number=1, actor=ada, now=NOW
        )
    monkeypatch.setattr(queries, "acts_in", real)
    assert kept(ada, friday) == [(1, "chose", "ask")]


def test_cards_are_kept_in_versions(ada: Actor, whose: Cards) -> None:
    def place(places: dict[str, str], version: int, *, asked: bool = False) -> CardPlacing:
        return service.place_cards(
            whose, places, version=version, asked=asked, actor=ada, now=LATER if asked else NOW
        )

    first = place({"told": "hers"}, 0)
    assert (first.version, first.asked_at) == (1, None)
    assert place({"told": "hers"}, 0).version == 1  # an answer that got lost
    whole = {"told": "hers", "letter": "yours", "pace": "hers"}
    asked = place(whole, 1, asked=True)
    assert (asked.version, asked.asked_at) == (2, LATER)
    with pytest.raises(Conflict):
        place({"told": "yours"}, 1)
    assert asked.places == whole
    moved = place(whole | {"pace": "yours"}, 2)
    assert (moved.version, moved.asked_at) == (3, None)


def test_a_template_is_kept_in_versions_and_keeps_what_its_form_lost(
    ada: Actor, letter: Template
) -> None:
    def fill(parts: dict[str, str], version: int) -> FilledTemplate:
        return service.fill_template(letter, parts, version=version, actor=ada, now=NOW)

    first = fill({"about": "One"}, 0)
    first.parts = {**first.parts, "gone": "Older words"}
    assert fill({"about": "One"}, 0).version == 1
    assert fill({"about": "Two"}, 1).parts == {"about": "Two", "gone": "Older words"}
    with pytest.raises(Conflict):
        fill({"about": "Three"}, 1)
    assert (first.parts["about"], first.version) == ("Two", 2)
    with pytest.raises(Conflict):
        fill({"about": "Four"}, 0)


def test_another_window_that_was_first_is_told(
    ada: Actor, letter: Template, whose: Cards, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.fill_template(letter, {"about": "One"}, version=0, actor=ada, now=NOW)
    service.place_cards(whose, {"told": "hers"}, version=0, asked=False, actor=ada, now=NOW)
    for name in ("template_to_change", "placing_to_change"):
        monkeypatch.setattr(queries, name, lambda *_: None)
    with pytest.raises(Conflict):
        service.fill_template(letter, {"about": "Two"}, version=0, actor=ada, now=NOW)
    with pytest.raises(Conflict):
        service.place_cards(whose, {}, version=0, asked=False, actor=ada, now=NOW)


def test_confidence_is_changed_until_it_is_said_after(ada: Actor, before: Confidence) -> None:
    after = before.asked_after("m1/u3/end")

    def rate(rating: Confidence, **steps: int) -> None:
        service.rate_confidence(rating, steps, actor=ada, now=NOW)

    rate(before, whose=1, stop=2)
    rate(before, whose=2, stop=2)
    rate(after, whose=4, stop=5)
    with pytest.raises(RuleBroken, match="stays as it was"):
        rate(before, whose=5, stop=5)
    rate(after, whose=3, stop=5)
    said = queries.ratings_of(ada.user_id, [before.key])
    assert [(row.statement_id, row.after, row.step) for row in said] == [
        ("whose", False, 2),
        ("stop", False, 2),
        ("whose", True, 3),
        ("stop", True, 5),
    ]


def test_two_windows_that_rate_at_once_keep_one(
    ada: Actor, before: Confidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.rate_confidence(before, {"whose": 1}, actor=ada, now=NOW)
    monkeypatch.setattr(queries, "ratings_of", lambda *_: ())
    with pytest.raises(Conflict):
        service.rate_confidence(before, {"whose": 5}, actor=ada, now=NOW)


def test_acts_need_a_place_in_the_programme(
    database: Any,
    people: People,
    friday: Scenario,
    whose: Cards,
    letter: Template,
    before: Confidence,
) -> None:
    for somebody in (people.max, people.morgan, people.hub):
        who = actor_for(get_user(somebody))
        with pytest.raises(NotFound):
            service.act_in_scenario(friday, ASK, number=1, actor=who, now=NOW)
        with pytest.raises(NotFound):
            service.place_cards(whose, {}, version=0, asked=False, actor=who, now=NOW)
        with pytest.raises(NotFound):
            service.fill_template(letter, {}, version=0, actor=who, now=NOW)
        with pytest.raises(NotFound):
            service.rate_confidence(before, {"whose": 1}, actor=who, now=NOW)


def _act(ada: Actor, **odd: Any) -> ScenarioAct:
    row: dict[str, Any] = {
        "user_id": ada.user_id,
        "activity_key": "m1/u3/friday",
        "content_hash": "x",
        "number": 1,
        "act": Act.CHOSE,
        "scene_id": "call",
        "way_id": "ask",
        "done_at": NOW,
    }
    return ScenarioAct(**(row | odd))


@pytest.mark.parametrize(
    "odd",
    [
        {"number": 0},
        {"way_id": None},
        {"act": Act.WENT_BACK},
        {"act": Act.BEGAN_AGAIN, "way_id": None},
        {"scene_id": None},
        {"user_id": 0},
    ],
)
def test_the_database_refuses_an_odd_act(ada: Actor, database: Any, odd: dict[str, Any]) -> None:
    database.add(_act(ada, **odd))
    with pytest.raises(IntegrityError):
        database.flush()


@pytest.mark.parametrize("step", [0, 6])
def test_the_database_knows_five_steps(ada: Actor, database: Any, step: int) -> None:
    database.add(
        ConfidenceRating(
            user_id=ada.user_id,
            activity_key="m1/u3/sure",
            statement_id="whose",
            after=False,
            step=step,
            rated_at=NOW,
        )
    )
    with pytest.raises(IntegrityError):
        database.flush()
