"""What a sheet filled in elsewhere would change."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from lms.assessments.rules.marking import Decision, band_ranges
from lms.assessments.rules.sheets import (
    MOST_SCRIPTS,
    Cell,
    Here,
    Line,
    SheetRefused,
    State,
    columns,
    compare,
    fingerprint,
    rows_of,
    values,
)
from tests.rules.test_assessments_rules import CRITERIA, regulations

RANGES = band_ranges(regulations())
HEADS = [column.heading for column in columns(CRITERIA)]
HERE = Here(
    7,
    "4F2K",
    3,
    {
        "judgement": Decision("merit", Decimal(64), "You weigh it."),
        "sources": Decision(None, None, ""),
    },
    "Clear.",
)


def grid(*rows: Sequence[str]) -> list[list[Cell]]:
    letters = "ABCDEFGHIJKLMNOP"
    return [
        [Cell(f"{letters[place]}{number}", text) for place, text in enumerate(row)]
        for number, row in enumerate([HEADS, *rows], start=1)
    ]


def row(**changed: str) -> list[str]:
    cells = dict(zip(HEADS, values(HERE, CRITERIA, RANGES), strict=True))
    named = {
        "code": "Script",
        "version": "Version",
        "band": "Judgement: band",
        "mark": "Judgement: mark",
        "why": "Judgement: why",
        "overall": "Overall comment",
    }
    for name, text in changed.items():
        cells[named[name]] = text
    return list(cells.values())


def lines(*rows: Sequence[str], here: Here = HERE) -> tuple[Line, ...]:
    return compare(rows_of(grid(*rows), CRITERIA), {here.code: here}, CRITERIA, RANGES)


def test_a_row_as_it_was_taken_changes_nothing() -> None:
    assert row() == ["4F2K", "3", "Merit", "64", "You weigh it.", "", "", "", "Clear."]
    (line,) = lines(row())
    assert (line.state, line.changes, line.reasons) == (State.UNCHANGED, (), ())


@pytest.mark.parametrize(
    ("changed", "before", "after"),
    [
        ({"band": "distinction"}, "Merit", "Distinction"),
        ({"mark": "66"}, "64", "66"),
        ({"why": "Say how.\r\nAnd when."}, "You weigh it.", "Say how.\nAnd when."),
        ({"overall": ""}, "Clear.", ""),
        ({"code": "script 4f2k ", "overall": "Kind."}, "Clear.", "Kind."),
        ({"version": "03", "overall": "Kind."}, "Clear.", "Kind."),
    ],
)
def test_what_differs_is_shown(changed: dict[str, str], before: str, after: str) -> None:
    (line,) = lines(row(**changed))
    assert line.state is State.CHANGED
    assert [(change.before, change.after) for change in line.changes] == [(before, after)]
    assert (line.submission_id, line.version) == (7, 3)


@pytest.mark.parametrize("version", ["2", "4", "0"])
def test_a_row_is_stale_only_where_it_would_change_something(version: str) -> None:
    assert lines(row(version=version))[0].state is State.UNCHANGED
    stale = lines(row(version=version, overall="Mine."))[0]
    assert stale.state is State.STALE
    assert stale.changes[0].after == "Mine."


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "ZZZZ"}, "A2: script ZZZZ is not in this queue for you to mark."),
        ({"code": ""}, "A2: a script without a code is not in this queue for you to mark."),
        ({"version": "three", "overall": "x"}, "B2: the version was changed."),
        ({"version": "", "overall": "x"}, "B2: the version was changed."),
        ({"version": "²", "overall": "x"}, "B2: the version was changed."),
        ({"band": "Meritt"}, "C2: “Meritt” is no band. Choose from Distinction, Merit, Pass, Not"),
        ({"mark": "lots"}, "D2: Write the mark as a whole number"),
        ({"mark": "NaN"}, "D2: Write the mark as a whole number"),
        ({"mark": "1e9"}, "D2: Write a mark of at most 100."),
    ],
)
def test_what_is_refused_names_its_cell(changed: dict[str, str], said: str) -> None:
    (line,) = lines(row(**changed))
    assert line.state is State.REFUSED
    assert line.reasons[0].startswith(said)


def test_a_script_in_two_rows_is_refused_in_both() -> None:
    found = lines(row(overall="One."), row(overall="Two."))
    assert [line.state for line in found] == [State.REFUSED] * 2
    assert found[1].reasons == ("A3: script 4F2K stands in more than one row.",)


def test_a_script_that_cannot_be_changed_says_why() -> None:
    closed = Here(7, "4F2K", 3, HERE.decisions, HERE.comment, ("It is released.",))
    assert lines(row(), here=closed)[0].state is State.UNCHANGED
    assert lines(row(overall="x"), here=closed)[0].reasons == ("It is released.",)


def test_a_mark_outside_its_band_may_be_saved_and_is_named() -> None:
    (line,) = lines(row(mark="72"))
    assert line.state is State.CHANGED
    assert line.reasons[0].startswith("D2: 72 is outside merit, which is 60 to 69.")


def test_columns_and_rows_may_be_moved_and_others_added() -> None:
    cells = [list(reversed(line)) for line in grid(row(overall="Kind."), [""] * len(HEADS))]
    cells[0].insert(0, Cell("A1", "My notes"))
    cells[1].insert(0, Cell("A2", "Look again"))
    (line,) = compare(rows_of(cells, CRITERIA), {"4F2K": HERE}, CRITERIA, RANGES)
    assert line.state is State.CHANGED


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([], "no column “Script”"),
        (grid()[:1], "no rows"),
        ([grid()[0][1:], *grid(row())[1:]], "no column “Script”"),
        ([[*grid()[0], Cell("Z1", "Version")], *grid(row())[1:]], "“Version” twice"),
        (grid(*[row()] * (MOST_SCRIPTS + 1)), f"more than {MOST_SCRIPTS} rows"),
    ],
)
def test_a_sheet_without_its_headings_or_rows_is_refused(
    cells: list[list[Cell]], said: str
) -> None:
    with pytest.raises(SheetRefused, match=said):
        rows_of(cells, CRITERIA)


def test_the_fingerprint_is_of_what_is_shown() -> None:
    shown = [lines(row(**changed)) for changed in ({}, {"mark": "65"}, {"mark": "66"})]
    assert len({fingerprint(each) for each in shown}) == 3
    assert fingerprint(shown[0]) == fingerprint(lines(row()))


def test_a_marking_guide_has_no_bands_and_marks_out_of_its_weight() -> None:
    guide = (replace(CRITERIA[0], guidance="Up to 60 for judgement."), CRITERIA[1])
    heads = [column.heading for column in columns(guide)]
    assert heads[2:4] == ["Judgement: mark", "Judgement: why"]
    here = Here(7, "4F2K", 3, {"judgement": Decision(None, Decimal(50), "Why.")}, "")
    cells = values(here, guide, RANGES)
    assert cells[2:4] == ["50", "Why."]
    for mark, state in (("60", State.CHANGED), ("61", State.REFUSED), ("50", State.UNCHANGED)):
        cells[2] = mark
        both = [
            [Cell(head) for head in heads],
            [Cell(f"{n}2", text) for n, text in enumerate(cells)],
        ]
        both[0] = [Cell(f"{n}1", head) for n, head in enumerate(heads)]
        (line,) = compare(rows_of(both, guide), {"4F2K": here}, guide, RANGES)
        assert line.state is state
