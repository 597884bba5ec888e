"""A sheet of marks as a file: what goes out comes back, text is never a formula, odd files are
refused in words."""

import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lms.assessments.rules.marking import BandRange, Decision, band_ranges
from lms.assessments.rules.sheets import (
    LONGEST,
    STAYS,
    Here,
    SheetRefused,
    State,
    columns,
    compare,
    rows_of,
)
from lms.assessments.rules.typed import as_typed
from lms.assessments.service import workbooks
from lms.assessments.service.workbooks import read_sheet, write_sheet
from lms.modules.catalogue import Assessment, catalogue
from tests.factories import PLAN, docx, zipped

ODDITIES = ["=1+1", "+SUM(A1)", "-2", "@x", "{=1}", "http://example.test", "_x0041_", "1e5", "007"]
KINDS = "[Content_Types].xml"


@pytest.fixture(scope="module")
def plan(app: Flask) -> Assessment:
    return catalogue().assessment(PLAN)


@pytest.fixture(scope="module")
def ranges(app: Flask) -> tuple[BandRange, ...]:
    return band_ranges(catalogue().regulations("pgcert-example-1"))


def script(plan: Assessment, words: str = "Why.", **more: Any) -> Here:
    each = Decision("merit", Decimal(64), words)
    decisions = {criterion.id: each for criterion in plan.criteria}
    return replace(Here(7, "4F2K", 3, decisions, words), **more)


def sheet_of(plan: Assessment, ranges: tuple[BandRange, ...], *scripts: Here) -> bytes:
    return write_sheet(scripts, plan, ranges, title="A title")


def edited(data: bytes, **cells: Any) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for at, value in cells.items():
        book[workbooks.MARKS][at] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lines_of(data: bytes, plan: Assessment, ranges: tuple[BandRange, ...], *scripts: Here) -> Any:
    rows = rows_of(read_sheet(data), plan.criteria)
    return compare(rows, {each.code: each for each in scripts}, plan.criteria, ranges)


def members(data: bytes) -> dict[str, str | bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
@example("\n two lines\n\n ")
@example('=HYPERLINK("http://example.test")')
@example("_x000D_ and _x005F_ and _x00e9_")
@example("a\r\nb")
def test_what_goes_out_comes_back_unchanged(
    plan: Assessment, ranges: tuple[BandRange, ...], words: str
) -> None:
    kept = script(plan, as_typed(words))
    (line,) = lines_of(sheet_of(plan, ranges, kept), plan, ranges, kept)
    assert (line.state, line.changes) == (State.UNCHANGED, ())


@pytest.mark.parametrize("words", ODDITIES)
def test_text_is_written_as_text(
    plan: Assessment, ranges: tuple[BandRange, ...], words: str
) -> None:
    data = sheet_of(plan, ranges, script(plan, words, code="=1+1"))
    pages = [part for name, part in members(data).items() if name.startswith("xl/worksheets/")]
    assert pages
    assert not any(b"<f>" in page or b"hyperlink" in page for page in map(bytes, pages))  # type: ignore[arg-type]
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert {cell.data_type for cell in book[workbooks.MARKS][2]} <= {"s", "n"}
    assert book[workbooks.MARKS]["A2"].data_type == "s"


def test_bands_are_chosen_from_a_list_and_the_rubric_goes_along(
    plan: Assessment, ranges: tuple[BandRange, ...]
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(sheet_of(plan, ranges, script(plan))))
    assert book.sheetnames == ["Marks", "How to", "Rubric"]
    rules = book["Marks"].data_validations.dataValidation
    assert {rule.type for rule in rules} == {"list", "whole"}
    assert any(each.band.title in rules[0].formula1 for each in ranges)
    text = " ".join(map(str, sum(book["Rubric"].values, ())))
    assert all(level.text in text for c in plan.criteria for level in c.levels)


@pytest.mark.parametrize("words", ["x" * (LONGEST + 1), "a _x0041_ b"])
def test_what_a_cell_cannot_hold_stays_as_it_is(
    plan: Assessment, ranges: tuple[BandRange, ...], words: str
) -> None:
    kept = script(plan, words)
    data = sheet_of(plan, ranges, kept)
    assert STAYS in str(members(data)["xl/sharedStrings.xml"])
    (line,) = lines_of(data, plan, ranges, kept)
    assert line.state is State.UNCHANGED


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("=SUM(1,2)", "D2: this cell holds a formula"),
        (True, "D2: this cell holds true or false"),
        (__import__("datetime").date(2026, 1, 2), "D2: this cell holds a date"),
        ("sixty", "D2: Write the mark as a whole number"),
        (64.5, "D2: Write the mark as a whole number"),
        (101, "D2: Write a mark of at most 100"),
        (-1, "D2: Write the mark as a whole number"),
        ("#REF!", "D2: "),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(
    plan: Assessment, ranges: tuple[BandRange, ...], value: object, said: str
) -> None:
    kept = script(plan)
    (line,) = lines_of(edited(sheet_of(plan, ranges, kept), D2=value), plan, ranges, kept)
    assert line.state is State.REFUSED
    assert said in line.reasons[0]


def test_a_changed_cell_is_shown_with_before_and_after(
    plan: Assessment, ranges: tuple[BandRange, ...]
) -> None:
    kept = script(plan)
    data = edited(sheet_of(plan, ranges, kept), C2=" MERIT ", D2=66.0, E2=None)
    (line,) = lines_of(data, plan, ranges, kept)
    assert line.state is State.CHANGED
    assert [(c.before, c.after) for c in line.changes] == [("64", "66"), ("Why.", "")]


def bomb(plan: Assessment, ranges: tuple[BandRange, ...]) -> bytes:
    pack = members(sheet_of(plan, ranges, script(plan)))
    return zipped({**pack, "xl/media/a.bin": b"0" * 90_000_000})


def rows_without_end(plan: Assessment, ranges: tuple[BandRange, ...]) -> bytes:
    pack = members(sheet_of(plan, ranges, script(plan)))
    page = bytes(pack["xl/worksheets/sheet1.xml"])  # type: ignore[arg-type]
    far = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    return zipped({**pack, "xl/worksheets/sheet1.xml": page.replace(b"</sheetData>", far)})


def entities(plan: Assessment, ranges: tuple[BandRange, ...]) -> bytes:
    pack = members(sheet_of(plan, ranges, script(plan)))
    lol = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    strings = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{lol}]><sst><si><t>&l9;</t></si></sst>'
    )
    return zipped({**pack, "xl/sharedStrings.xml": strings})


def with_macros(plan: Assessment, ranges: tuple[BandRange, ...]) -> bytes:
    return zipped({**members(sheet_of(plan, ranges, script(plan))), "xl/vbaProject.bin": "x"})


def macro_kind(plan: Assessment, ranges: tuple[BandRange, ...]) -> bytes:
    pack = members(sheet_of(plan, ranges, script(plan)))
    kinds = bytes(pack[KINDS])  # type: ignore[arg-type]
    return zipped({**pack, KINDS: kinds + b"<!-- macroEnabled.main+xml -->"})


def without_marks(plan: Assessment, ranges: tuple[BandRange, ...]) -> bytes:
    book = openpyxl.Workbook()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (bomb, workbooks.CANNOT_OPEN),
        (rows_without_end, workbooks.TOO_LONG),
        (entities, workbooks.CANNOT_OPEN),
        (with_macros, workbooks.MACROS),
        (macro_kind, workbooks.MACROS),
        (without_marks, workbooks.NO_MARKS),
        (lambda *_: b"", workbooks.NOT_A_SHEET),
        (lambda *_: b"Script,Version\n4F2K,1\n", workbooks.NOT_A_SHEET),
        (lambda *_: docx("A letter."), workbooks.NOT_A_SHEET),
        (lambda *_: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, workbooks.LOCKED),
        (lambda *_: b"PK\x03\x04" + b"x" * 600, workbooks.CANNOT_OPEN),
        (lambda *_: b"PK\x03\x04" + b"x" * workbooks.LARGEST, workbooks.TOO_LARGE),
    ],
)
def test_an_odd_file_is_refused_in_words(
    plan: Assessment, ranges: tuple[BandRange, ...], make: Any, said: str
) -> None:
    with pytest.raises(SheetRefused) as refusal:
        read_sheet(make(plan, ranges))
    assert str(refusal.value) == said


@pytest.fixture(scope="module")
def pack(plan: Assessment, ranges: tuple[BandRange, ...]) -> dict[str, str | bytes]:
    """The parts of one sheet, written once: a sheet carries the minute it was written in."""
    return members(sheet_of(plan, ranges, script(plan)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_broken_sheet_is_read_or_refused_and_never_a_crash(
    plan: Assessment,
    ranges: tuple[BandRange, ...],
    pack: dict[str, str | bytes],
    data: st.DataObject,
) -> None:
    """A part is cut, swapped or filled with anything; or bytes of the file itself are."""
    name = data.draw(st.sampled_from(sorted(pack)))
    part = bytearray(bytes(pack[name]))  # type: ignore[arg-type]
    whole = data.draw(st.booleans())
    if whole:
        part = bytearray(zipped(pack))
    at = data.draw(st.integers(0, len(part)))
    long = data.draw(st.integers(0, 40))
    part[at : at + long] = data.draw(
        st.binary(max_size=40) | st.sampled_from([b"1e999", b"&#0;", b'"', b"</c>", b' t="d"'])
    )
    odd = bytes(part) if whole else zipped({**pack, name: bytes(part)})
    try:
        lines_of(odd, plan, ranges, script(plan))
    except SheetRefused:
        return


VALUES = st.none() | st.text(max_size=30) | st.integers() | st.floats() | st.booleans()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(VALUES, max_size=8), max_size=6))
def test_whatever_stands_in_the_cells_is_read_or_refused(
    plan: Assessment, ranges: tuple[BandRange, ...], rows: list[list[object]]
) -> None:
    heads = [column.heading for column in columns(plan.criteria)]
    lines = []
    table: list[list[object]] = [list(heads), *rows]
    for number, row in enumerate(table, start=1):
        cells = "".join(f"<c t='inlineStr'><is><t>{escape(_clean(v))}</t></is></c>" for v in row)
        lines.append(f"<row r='{number}'>{cells}</row>")
    pack = members(sheet_of(plan, ranges, script(plan)))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    page = f"<worksheet xmlns='{space}'><sheetData>{''.join(lines)}</sheetData></worksheet>"
    data = zipped({**pack, "xl/worksheets/sheet1.xml": page})
    try:
        found = lines_of(data, plan, ranges, script(plan))
    except SheetRefused:
        return
    assert all(line.state in (State.REFUSED, State.CHANGED, State.STALE) for line in found)


def _clean(value: object) -> str:
    return "".join(letter for letter in str(value) if letter.isprintable())
