"""What the Postgraduate Certificate assesses is whole: weights, outcomes, dates, alternatives."""

from datetime import date
from typing import Any

import pytest

from lms.config import ROOT
from lms.modules.catalogue import Catalogue, Module
from lms.modules.catalogue.load import read

CATALOGUE = Catalogue(read(ROOT / "content", date(2026, 11, 24))[0])
MODULES = CATALOGUE.programme("pgcert").modules
ASSESSMENTS = [assessment for module in MODULES for assessment in module.assessments]
# A learner chooses one of each row and uses nobody twice (`m3-portfolio` takes who is left).
CHOICES = {
    "m1-meeting": ("Ivo", "Jean"),
    "m1-plan": ("Amara", "Anil", "Sol"),
    "m2-case": ("Mika", "Dan"),
}


def key(of: Any) -> str:
    return str(of.key)


@pytest.mark.parametrize("module", MODULES, ids=key)
def test_the_parts_of_a_module_make_the_whole_of_its_mark(module: Module) -> None:
    assert sum(assessment.weight for assessment in module.assessments) == 100


@pytest.mark.parametrize("module", MODULES, ids=key)
def test_each_outcome_of_a_module_is_marked_by_a_criterion(module: Module) -> None:
    marked: set[int] = set()
    for assessment in module.assessments:
        by_criteria = {number for one in assessment.criteria for number in one.outcomes}
        assert by_criteria == set(assessment.outcomes), assessment.key
        marked |= by_criteria
    assert marked == set(range(1, len(module.outcomes) + 1))


def test_dates_fall_in_the_order_in_which_the_work_is_listed() -> None:
    listed = [(one.due.weeks, one.due.weekday) for one in ASSESSMENTS]
    assert listed == sorted(listed)
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize("assessment", ASSESSMENTS, ids=key)
def test_a_brief_says_what_is_tested_and_what_counts_the_same(assessment: Any) -> None:
    for words in (
        "What is being tested is",
        "Other ways to do it",
        "carries the same weight",
        "This brief is a proposal",
        "examples until the university confirms",
    ):
        assert words in assessment.brief, words
    assert "Programs that write" in assessment.integrity
    assert assessment.next_step


def test_nobody_need_be_used_twice() -> None:
    chosen = [name for names in CHOICES.values() for name in names]
    assert len(chosen) == len(set(chosen))
    for at, names in CHOICES.items():
        for name in chosen:
            told = f"<strong>{name}</strong>" in CATALOGUE.assessment(at).brief
            assert told is (name in names), (at, name)
    portfolio = CATALOGUE.assessment("m3-portfolio").brief
    for names in CHOICES.values():
        scenes = [name for name in names if f": {name}</strong>" in portfolio]
        assert len(scenes) == 2  # at most one of them is taken, so one is left
