"""Regulations, bank holidays and closure days: what a file may say, and each fault by its line."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from lms.modules.catalogue import Regulations, read_draft
from lms.modules.catalogue.regulations import CLAUSES
from lms.regulations import Clause, clauses, plain
from lms.regulations.terms import Late

CONTENT = Path(__file__).parents[2] / "content"
WHOLE = (CONTENT / "regulations" / "pgcert-example-2.toml").read_text(encoding="utf-8")


def draft(folder: Path, *changes: tuple[str, str]) -> tuple[Regulations | None, list[str]]:
    """The whole example with something changed, and what is said about it."""
    text = WHOLE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "pgcert-example-2.toml"
    path.write_text(text, encoding="utf-8")
    found, faults = read_draft(path, CONTENT)
    return found, [str(fault) for fault in faults]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


FAULTS = {
    "a word that is no rule": ("take = 5", "takke = 5", "`takke` is not a key used here"),
    "a number in quotation marks": ("take = 5", 'take = "5"', "`take` must be a number"),
    "words where a number belongs": ("take = 5", 'take = "five"', "`take` must be a number"),
    "a day that is none": ('day = "working"', 'day = "busy"', "`day`"),
    "two consequences": ("mark = 0", "mark = 0\ntake = 3", "a mark has one consequence"),
    "a mark that is given": ("take = 5", "take = -5", "no rule raises a mark"),
    "a step that ends twice": (
        "up_to_days = 5",
        "up_to_days = 5\nup_to_minutes = 60",
        "a step ends in one way",
    ),
    "a band that begins twice": ("above = 10", "above = 10\nfrom = 10", "begins in one way"),
    "a band that ends twice": ("up_to = 20", "up_to = 20\nbelow = 20", "ends in one way"),
    "words that cost and do not": ("tolerance = 10", 'takes = "nothing"', "[words] needs one of"),
    "late work that costs and does not": (
        'at_the_moment = "on-time"',
        'takes = "nothing"',
        "[late] needs [[late.step]] tables",
    ),
    "no attempt at all": ("attempts = 2", "attempts = 0", "`attempts` must be 1 or more"),
    "more time of no length": ("length = 5", "length = 0", "`length` must be 1 or more"),
    "a clause in words and numbers": (
        '[[clause]]\nid = "vle"',
        '[[clause]]\nid = "late"\ntext = "x"\n[[clause]]\nid = "vle"',
        "`late` is made from the numbers",
    ),
    "closure days that are nowhere": (
        'closures = "closures-example"',
        'closures = "none"',
        "there is no content/calendars/none.toml",
    ),
    "a pass mark that is said twice": (
        "[late]",
        "[pass]\nmark = 40\n[late]",
        "is said at the top of the file",
    ),
    "nobody in the sample": ("number = 6", "number = 0", "`number` must be 1 or more"),
    "a table that is no rule": ("[late]", "[latte]", "`latte` is not a key used here"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_named_by_file_line_and_key(tmp_path: Path, kind: str) -> None:
    old, new, said = FAULTS[kind]
    found, faults = draft(tmp_path, (old, new))
    assert found is None
    assert any(said in fault and ".toml:" in fault for fault in faults), faults


def test_a_fault_leads_to_its_line(tmp_path: Path) -> None:
    _, faults = draft(tmp_path, ("take = 10\n", "takke = 10\n"))
    line = line_of(WHOLE, "take = 10\n")
    assert any(f"pgcert-example-2.toml:{line}: `takke`" in fault for fault in faults), faults


def test_a_step_that_is_never_reached(tmp_path: Path) -> None:
    _, faults = draft(tmp_path, ("up_to_days = 5\ntake = 5", "take = 5"))
    assert any("a step without an end must be the last" in fault for fault in faults)


def test_steps_out_of_order(tmp_path: Path) -> None:
    early = "[[late.step]]\nup_to_days = 3\ntake = 1\n\n[[late.step]]\nmark = 0"
    _, faults = draft(tmp_path, ("[[late.step]]\nmark = 0", early))
    assert any("each reaching further" in fault for fault in faults)


def test_bank_holidays_outside_their_years(tmp_path: Path) -> None:
    folder = tmp_path / "content" / "calendars"
    folder.mkdir(parents=True)
    text = (CONTENT / "calendars" / "bank-holidays.toml").read_text(encoding="utf-8")
    changed = text.replace("last = 2028-12-31", "last = 2027-12-31")
    (folder / "bank-holidays.toml").write_text(changed, encoding="utf-8")
    path = tmp_path / "pgcert-example-2.toml"
    path.write_text(WHOLE, encoding="utf-8")
    _, faults = read_draft(path, tmp_path / "content")
    assert any("outside `first` to `last`" in str(fault) for fault in faults)
    assert any("there is no content/calendars/closures-example.toml" in str(f) for f in faults)


def test_working_days_without_any_bank_holidays(tmp_path: Path) -> None:
    path = tmp_path / "pgcert-example-2.toml"
    path.write_text(WHOLE, encoding="utf-8")
    _, faults = read_draft(path, tmp_path)
    assert ["no [bank_holidays] to count working days by" in str(f) for f in faults] == [True]


@pytest.fixture(scope="module")
def examples() -> tuple[Regulations, ...]:
    folder = CONTENT / "regulations"
    read = [read_draft(folder / f"pgcert-example-{n}.toml", CONTENT) for n in (1, 2)]
    return tuple(found for found, _ in read if found)


def test_the_first_example_means_what_it_meant(examples: tuple[Regulations, ...]) -> None:
    first = examples[0]
    assert first.terms.late == Late(takes="nothing")
    assert first.terms.resit is None
    assert first.clause("words").text.endswith("These example rules take no marks away for length.")


def test_every_rule_has_a_clause_with_its_numbers(examples: tuple[Regulations, ...]) -> None:
    texts = {clause.id: clause.text for clause in examples[1].clauses}
    assert texts.keys() >= set(CLAUSES)
    assert all(text.endswith(".") for text in texts.values())
    for clause_id, numbers in {
        "late": ("5 working days", "5 marks", "the mark is 0", "below 0"),
        "words": ("10%", "20%", "5 marks", "10 marks", "the pass mark (50)"),
        "resit-cap": ("2 attempts", "the pass mark (50) at most"),
        "self-certified": ("5 working days", "2 pieces of work", "10 days", "20 working days"),
        "extensions": ("20 working days",),
        "turnaround": ("20 working days", "10 days", "30 working days"),
        "release-time": ("10:00",),
        "compensation": ("40", "50", "20 credits"),
        "sample": ("25%", "6 of the scripts"),
        "class-distinction": ("70",),
    }.items():
        assert all(number in texts[clause_id] for number in numbers), texts[clause_id]


def test_a_clause_changes_with_its_number(tmp_path: Path) -> None:
    found, _ = draft(tmp_path, ("take = 5", "take = 7"))
    assert found is not None
    assert "7 marks are taken off for each day begun" in found.clause("late").text


def test_clauses_come_in_the_order_in_which_work_meets_them(
    examples: tuple[Regulations, ...],
) -> None:
    ids = [clause.id for clause in examples[1].clauses]
    wanted = ["weighting", "late", "words", "penalties", "rounding", "resit-cap", "pass"]
    assert ids[: len(wanted)] == wanted


def test_what_is_not_stated_has_no_clause(examples: tuple[Regulations, ...]) -> None:
    assert isinstance(clauses(examples[0].terms)[0], Clause)
    assert "resit-cap" not in {clause.id for clause in examples[0].clauses}
    assert plain(Decimal("64.50")) == "64.5"


# The days themselves, worked out once more by the rules of the Banking and Financial Dealings Act.


def easter(year: int) -> date:
    """Easter Sunday, by Gauss's rule as amended (here from the golden number and the epact)."""
    golden = year % 19
    century = year // 100
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    epact -= epact // 28 * (1 - 29 // (epact + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    from_march = epact - weekday
    month = 3 + (from_march + 40) // 44
    return date(year, month, from_march + 28 - 31 * (month // 4))


def monday(first: date) -> date:
    return first + timedelta(days=-first.weekday() % 7)


def by_the_rule(year: int, nation: str) -> set[date]:
    """Fixed days that fall on a weekend move to the next free weekday."""
    scotland, ulster = nation == "scotland", nation == "northern-ireland"
    fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)]
    fixed += [date(year, 1, 2), date(year, 11, 30)] if scotland else []
    fixed += [date(year, 3, 17), date(year, 7, 12)] if ulster else []
    days = {
        easter(year) - timedelta(days=2),
        monday(date(year, 5, 1)),
        monday(date(year, 5, 25)),
        monday(date(year, 8, 1)) if scotland else monday(date(year, 8, 25)),
    }
    if not scotland:
        days.add(easter(year) + timedelta(days=1))
    days |= {day for day in fixed if day.weekday() < 5}
    for day in (day for day in sorted(fixed) if day.weekday() >= 5):
        moved = day
        while moved.weekday() >= 5 or moved in days:
            moved += timedelta(days=1)
        days.add(moved)
    if scotland and year == 2026:
        days.add(date(2026, 6, 15))  # by Royal Proclamation, for the World Cup
    return days


@pytest.mark.parametrize("nation", ["england", "wales", "scotland", "northern-ireland"])
def test_the_bank_holidays_are_those_of_the_rule(tmp_path: Path, nation: str) -> None:
    found, faults = draft(tmp_path, ('nation = "england"', f'nation = "{nation}"'))
    assert found is not None, faults
    expected = set().union(*(by_the_rule(year, nation) for year in range(2025, 2029)))
    assert found.calendar.bank_holidays == expected
    assert (found.calendar.first, found.calendar.last) == (date(2025, 1, 1), date(2028, 12, 31))


def test_days_that_are_known_from_elsewhere(examples: tuple[Regulations, ...]) -> None:
    days = examples[0].calendar.bank_holidays
    assert {date(2025, 4, 18), date(2026, 12, 28), date(2027, 12, 27), date(2028, 1, 3)} <= days
    assert date(2026, 12, 29) in examples[0].calendar.closure_days
