"""A sheet of marks as an .xlsx file: written, and read back as cells of text.

Nothing in a file that comes back is worked out, followed or run. What is odd inside is refused in
words, and is never a crash.
"""

import io
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from lms.assessments.rules.marking import BandRange
from lms.assessments.rules.sheets import (
    ESCAPED,
    Cell,
    Column,
    Here,
    SheetRefused,
    columns,
    values,
)
from lms.assessments.rules.typed import as_typed
from lms.assessments.rules.uploads import check_members
from lms.modules.catalogue import Assessment, Criterion

LARGEST = 5 * 1024 * 1024  # 300 scripts with a page of comments each are about 1
_UNPACKED = 20 * 1024 * 1024
_MOST_ROWS, _MOST_COLUMNS = 1000, 100
MARKS, HOW_TO, RUBRIC = "Marks", "How to", "Rubric"
_KINDS = "[Content_Types].xml"
_VALIDATED = 200  # letters; a list of choices in a cell holds 255

NOT_A_SHEET = "This is not an .xlsx sheet. Save your sheet as .xlsx and choose that."
CANNOT_OPEN = (
    "We could not open this sheet. Open it where you filled it in, save it again as .xlsx, "
    "and choose the new copy."
)
MACROS = "This sheet contains macros. Save it as a plain .xlsx without them and choose that."
LOCKED = "This sheet is locked with a password, or is an old .xls. Save it as .xlsx without one."
TOO_LARGE = "This sheet is larger than 5 MB. Keep its rows, and take out what you added to it."
TOO_LONG = "This sheet has a thousand rows or more. Take out those that hold no script."
NO_MARKS = f"This file has no sheet “{MARKS}”. Choose the sheet that you took from this queue."

_HOW = """
One row is one script. It is known by its code; the file of the same name holds its words.
Choose a band from the list in its cell, write a whole mark inside the band, and why, in words \
the trainee will read. The overall comment stands in the last column.
You may leave cells empty and go on later. A cell that you empty takes away what was there.
Leave the first row, the codes and the versions as they are. Columns and rows may be moved; rows \
you did not mark may be taken out.
Write words and numbers. A cell with a formula is not taken.
When you are back, choose this file on the page it came from. You see what it would change before \
anything is saved. A script that was saved on the page meanwhile is left as it is.
Comments on passages are written on the page only, and stay as they are.
""".strip().splitlines()


def write_sheet(
    scripts: Sequence[Here], asked: Assessment, ranges: Sequence[BandRange], *, title: str
) -> bytes:
    """The sheet of these scripts. Text is written as text, whatever it begins with."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": title, "author": "", "comments": ""})
        head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E1EEEA", "border": 1}
        )
        fixed = book.add_format({"valign": "top", "num_format": "@", "bg_color": "#F0F1EB"})
        free = book.add_format(
            {"valign": "top", "text_wrap": True, "num_format": "@", "locked": False}
        )
        figure = book.add_format({"valign": "top", "num_format": "0", "locked": False})
        _write_marks(
            book.add_worksheet(MARKS), scripts, asked.criteria, ranges, (head, fixed, free, figure)
        )
        _write_list(book.add_worksheet(HOW_TO), [("How to", title), *(("", w) for w in _HOW)], head)
        _write_list(book.add_worksheet(RUBRIC), _rubric(asked.criteria, ranges), head)
    return file.getvalue()


def _write_marks(
    sheet: Worksheet,
    scripts: Sequence[Here],
    criteria: Sequence[Criterion],
    ranges: Sequence[BandRange],
    formats: tuple[Format, Format, Format, Format],
) -> None:
    head, fixed, free, figure = formats
    heads = columns(criteria)
    weights = {criterion.id: criterion.weight for criterion in criteria if criterion.by_guide}
    for place, column in enumerate(heads):
        sheet.set_column(place, place, _width(column))
        sheet.write_string(0, place, column.heading, head)
        _help(sheet, place, column, ranges, last=max(len(scripts), 1), weights=weights)
    for row, script in enumerate(scripts, start=1):
        for place, words in enumerate(values(script, criteria, ranges)):
            if heads[place].part == "points" and words.isdecimal():
                sheet.write_number(row, place, int(words), figure)
            else:
                sheet.write_string(row, place, words, fixed if place < 2 else free)
    sheet.freeze_panes(1, 1)
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True})


def _width(column: Column) -> int:
    if column.part in ("band", "points") or not column.criterion:
        return 45 if column.heading.startswith("Overall") else 14
    return 45


def _help(
    sheet: Worksheet,
    place: int,
    column: Column,
    ranges: Sequence[BandRange],
    *,
    last: int,
    weights: Mapping[str, int],
) -> None:
    """Bands are chosen from a list; a mark is a whole number."""
    names = [each.band.title for each in reversed(ranges)]
    if column.part == "band" and len(",".join(names)) <= _VALIDATED:
        sheet.data_validation(
            1,
            place,
            last,
            place,
            {
                "validate": "list",
                "source": names,
                "error_title": "Bands",
                "error_message": "Choose a band from the list.",
            },
        )
    if column.part == "points":
        sheet.data_validation(
            1,
            place,
            last,
            place,
            {
                "validate": "integer",
                "criteria": "between",
                "minimum": 0,
                "maximum": weights.get(column.criterion, max(each.highest for each in ranges)),
                "error_title": "Mark",
                "error_message": "Write a whole mark inside the band.",
            },
        )


def _rubric(criteria: Sequence[Criterion], ranges: Sequence[BandRange]) -> list[tuple[str, str]]:
    rows = []
    for criterion in criteria:
        rows.append((criterion.title, f"{criterion.weight}% of the mark"))
        if criterion.by_guide:
            rows.append((f"Out of {criterion.weight}", criterion.guidance))
            continue
        for each in reversed(ranges):
            level = criterion.level(each.band.id)
            rows.append((f"{each.band.title}, {each.in_words}", level.text if level else ""))
    return rows


def _write_list(sheet: Worksheet, rows: Sequence[tuple[str, str]], head: Format) -> None:
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 90)
    for row, (name, words) in enumerate(rows):
        sheet.write_string(row, 0, name, head)
        sheet.write_string(row, 1, words, head if row == 0 else None)


def read_sheet(data: bytes) -> list[list[Cell]]:
    """The cells of the sheet of marks, row by row; SheetRefused says what to do."""
    _check(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of what it leaves out
            return _cells(data)
    except SheetRefused:
        raise
    except Exception as odd:  # zipfile, expat, defusedxml and openpyxl each have their own
        raise SheetRefused(CANNOT_OPEN) from odd


def _check(data: bytes) -> None:
    if len(data) > LARGEST:
        raise SheetRefused(TOO_LARGE)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise SheetRefused(LOCKED)
    if data[:4] != b"PK\x03\x04":
        raise SheetRefused(NOT_A_SHEET)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            check_members(pack.infolist())
            _check_pack(pack)
    except SheetRefused:
        raise
    except Exception as odd:  # a broken zip can raise nearly anything
        raise SheetRefused(CANNOT_OPEN) from odd


def _check_pack(pack: zipfile.ZipFile) -> None:
    names = {member.filename.lower() for member in pack.infolist()}
    if "xl/workbook.xml" not in names:
        raise SheetRefused(NOT_A_SHEET)
    with pack.open(_KINDS) as member:
        kinds = member.read(1024 * 1024)
    if any(name.endswith("vbaproject.bin") for name in names) or b"macroEnabled" in kinds:
        raise SheetRefused(MACROS)
    if sum(member.file_size for member in pack.infolist()) > _UNPACKED:
        raise SheetRefused(TOO_LARGE)


def _cells(data: bytes) -> list[list[Cell]]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        if MARKS not in book.sheetnames:
            raise SheetRefused(NO_MARKS)
        found = book[MARKS].iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS)
        rows = [
            [_cell(cell, f"{get_column_letter(place)}{row}") for place, cell in enumerate(line, 1)]
            for row, line in enumerate(found, start=1)
        ]
        if len(rows) == _MOST_ROWS:
            raise SheetRefused(TOO_LONG)
        return rows
    finally:
        book.close()


_FAULTS = {
    "f": "this cell holds a formula. Write the words or the number itself.",
    "e": "this cell holds a fault of the sheet. Write the words or the number itself.",
    "b": "this cell holds true or false. Write the words or the number itself.",
}


def _cell(cell: object, at: str) -> Cell:
    value, kind = getattr(cell, "value", None), getattr(cell, "data_type", "n")
    if value is None:
        return Cell(at)
    if fault := _FAULTS.get(kind, ""):
        return Cell(at, fault=fault)
    if isinstance(value, datetime | date | time):
        return Cell(at, fault="this cell holds a date. Write the words or the number itself.")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    words = ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))
    return Cell(at, as_typed(words.encode("utf-8", "ignore").decode()))
