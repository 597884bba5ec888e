"""Where somebody stands, and who may read."""

from pathlib import Path

import pytest

from lms.actor import Actor, Appointment, Enrolled, Role
from lms.errors import NotFound
from lms.modules.catalogue import Catalogue, load
from lms.modules.rules.reading import readable_programmes, reader_of
from lms.modules.rules.standing import (
    UnitState,
    after,
    before,
    here,
    module_standings,
    unit_standing,
)
from tests.modules.small_content import write_small_content

PAGES = ["m1/u1/first", "m1/u1/heavy", "m1/u1/last"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder: Path = tmp_path_factory.mktemp("standing")
    return load(write_small_content(folder / "content"))


def read(small: Catalogue, *keys: str) -> dict[str, str]:
    return {key: small.page(key).content_hash for key in keys}


@pytest.mark.parametrize(
    ("done", "passed", "state", "resume", "left"),
    [
        ([], [], UnitState.OPEN, "first", 20),
        (PAGES[:1], [], UnitState.BEGUN, "heavy", 15),
        (PAGES[1:2], [], UnitState.BEGUN, "first", 11),
        (PAGES, [], UnitState.BEGUN, "heavy", 0),  # its check is still to pass
        (PAGES, ["m1/u1/needed"], UnitState.DONE, "first", 0),
        (PAGES[:2], ["m1/u1/needed"], UnitState.BEGUN, "last", 6),
        ([], ["m1/u1/needed"], UnitState.OPEN, "first", 20),
    ],
)
def test_a_unit_stands_by_what_its_reader_said_and_passed(
    small: Catalogue,
    done: list[str],
    passed: list[str],
    state: UnitState,
    resume: str,
    left: int,
) -> None:
    standing = unit_standing(small.unit("m1/u1"), read(small, *done), passed)
    assert (standing.state, standing.minutes_left, standing.done_count) == (state, left, len(done))
    assert standing.resume is not None
    assert standing.resume.slug == resume


def test_a_page_that_changed_stays_done_and_says_so(small: Catalogue) -> None:
    standing = unit_standing(small.unit("m1/u1"), {"m1/u1/first": "an older version"}, ())
    assert [(one.done, one.changed) for one in standing.pages] == [
        (True, True),
        (False, False),
        (False, False),
    ]


def test_an_outline_is_neither_open_nor_done(small: Catalogue) -> None:
    standing = unit_standing(small.unit("m1/u2"), {}, ())
    assert (standing.state, standing.resume) == (UnitState.OUTLINE, None)


def test_here_is_the_unit_begun_else_the_first_to_begin(small: Catalogue) -> None:
    module = small.module("m1")
    fresh = here(module_standings(module, {}, ()))
    assert fresh is not None
    assert fresh.unit.key == "m1/u1"
    whole = module_standings(module, read(small, *PAGES), ["m1/u1/needed"])
    assert here(whole) is None  # the other one is still being written


def test_pages_know_their_neighbours(small: Catalogue) -> None:
    unit = small.unit("m1/u1")
    first, heavy, last = unit.pages
    assert (before(unit, first), after(unit, first)) == (None, heavy)
    assert (before(unit, last), after(unit, last)) == (heavy, None)


LEARNER = Actor(1, "Ada Example", (), (Enrolled(7, 3, "pgcert"),))
TRAINER = Actor(2, "Max Example", (Appointment(Role.TRAINER, cohort_id=3),))
STRANGER = Actor(3, "Nobody Example")


def test_a_learner_reads_with_a_record_and_staff_without() -> None:
    assert reader_of(LEARNER, "pgcert").enrolment_id == 7
    assert reader_of(TRAINER, "pgcert").enrolment_id is None
    assert not reader_of(TRAINER, "pgcert").recorded


@pytest.mark.parametrize(("actor", "programme"), [(LEARNER, "onboarding"), (STRANGER, "pgcert")])
def test_for_anybody_else_the_programme_does_not_exist(actor: Actor, programme: str) -> None:
    with pytest.raises(NotFound):
        reader_of(actor, programme)


def test_what_somebody_may_read_begins_with_their_own() -> None:
    both = ("onboarding", "pgcert")
    assert readable_programmes(LEARNER, both) == ("pgcert",)
    assert readable_programmes(TRAINER, both) == both
    assert readable_programmes(STRANGER, both) == ()
