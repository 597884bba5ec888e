"""What the catalogue gives the rest of the product, from the small content."""

from dataclasses import FrozenInstanceError, replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from lms.errors import NotFound
from lms.modules.catalogue import Catalogue, DeclarationVersion, load
from lms.modules.catalogue.source import lines_of_keys
from tests.modules.small_content import FILES, write_small_content


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load(write_small_content(tmp_path_factory.mktemp("catalogue") / "content"))


def test_everything_is_found_by_its_key(small: Catalogue) -> None:
    assert [one.key for one in small.programmes] == ["onboarding", "pgcert"]
    assert small.module("m1").programme == "pgcert"
    assert [unit.label for unit in small.module("m1").units] == ["Unit 1.1", "Unit 1.2"]
    assert small.unit("onboarding/u1").label == "Unit 1"
    assert small.page("m1/u1/heavy").number == 2
    assert small.activity("m1/u1/check").page_key == "m1/u1/first"
    assert small.fact("A-001").holds_in == "England and Wales"
    assert small.fact("E-001").holds_in == "all of the UK"
    assert small.figure("m1/u1", "lines.svg").is_file()
    assert small.support_lines[0].for_whom == "You would like to talk."


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("programme", "none"),
        ("module", "m9"),
        ("unit", "m1/u9"),
        ("page", "m1/u1/none"),
        ("activity", "m1/u1/none"),
        ("assessment", "none"),
        ("regulations", "none"),
        ("declaration", "none"),
        ("fact", "A-999"),
    ],
)
def test_what_is_not_there_is_not_found(small: Catalogue, kind: str, key: str) -> None:
    with pytest.raises(NotFound):
        getattr(small, kind)(key)


def test_keys_of_the_past_find_nothing_rather_than_break(small: Catalogue) -> None:
    assert small.find_page("m1/u1/gone") is None
    assert small.find_activity("m1/u1/gone") is None
    assert small.find_assessment("gone") is None
    with pytest.raises(NotFound):
        small.figure("m1/u1", "unit.toml")


def test_nothing_read_can_be_changed(small: Catalogue) -> None:
    with pytest.raises(FrozenInstanceError):
        small.page("m1/u1/first").title = "Another"  # type: ignore[misc]


def test_an_assessment_carries_what_marking_and_dates_need(small: Catalogue) -> None:
    plan = small.assessment("m1-plan")
    assert (plan.due.weeks, plan.due.weekday, plan.due.at) == (4, 0, time(12))
    assert [one.weight for one in plan.criteria] == [60, 40]
    level = plan.criteria[0].level("pass")
    assert level is not None
    assert level.text == "Enough."
    assert plan.criteria[0].level("none") is None
    assert plan.outcome_texts == ("Say what an advocate is.", "Say what an advocate is not.")


@pytest.mark.parametrize(
    ("points", "band"), [("0", "not-yet"), ("49.9", "not-yet"), ("50", "pass"), ("100", "pass")]
)
def test_points_fall_in_a_band(small: Catalogue, points: str, band: str) -> None:
    assert small.regulations("pgcert-example-1").band_of(Decimal(points)).id == band


def test_regulations_are_numbers_that_do_not_drift(small: Catalogue) -> None:
    rules = small.regulations("pgcert-example-1")
    assert isinstance(rules.pass_mark, Decimal)
    assert rules.rounding.to == Decimal(1)
    assert rules.clause("rounding").text == "Rounding."


@pytest.mark.parametrize(
    ("day", "number"),
    [(date(2025, 1, 1), 1), (date(2026, 1, 1), 1), (date(2026, 8, 31), 1), (date(2026, 9, 1), 2)],
)
def test_a_declaration_has_the_wording_of_the_day(small: Catalogue, day: date, number: int) -> None:
    one = small.declaration("integrity")
    second = DeclarationVersion(2, date(2026, 9, 1), "Another wording.")
    assert replace(one, versions=(*one.versions, second)).on(day).number == number


def test_a_page_has_a_version_that_spaces_do_not_change(small: Catalogue, tmp_path: Path) -> None:
    folder = write_small_content(tmp_path / "content")
    path = folder / "pgcert/m1/u1/first.md"
    text = FILES["pgcert/m1/u1/first.md"]
    path.write_bytes(text.replace("\n", "  \r\n").replace("+++  ", "+++").encode())
    before = small.page("m1/u1/first").content_hash
    assert load(folder).page("m1/u1/first").content_hash == before
    path.write_text(text.replace("an offence", "a serious offence"), encoding="utf-8")
    assert load(folder).page("m1/u1/first").content_hash != before


def test_lines_of_keys_are_found_through_lists_and_long_texts() -> None:
    lines = lines_of_keys(
        'one = """\ntwo = 2\n"""\nthree = [\n  "a = 1",\n]\n'
        "[[q]]\nid = 1\n[[q.o]]\nid = 2\n[[q.o]]\nid = 3\n[[q]]\nid = 4\n[a.b]\n'c' = 5\n"
    )
    assert lines == {
        ("one",): 1,
        ("three",): 4,
        ("q", 0): 7,
        ("q", 0, "id"): 8,
        ("q", 0, "o", 0): 9,
        ("q", 0, "o", 0, "id"): 10,
        ("q", 0, "o", 1): 11,
        ("q", 0, "o", 1, "id"): 12,
        ("q", 1): 13,
        ("q", 1, "id"): 14,
        ("a", "b"): 15,
        ("a", "b", "c"): 16,
    }
