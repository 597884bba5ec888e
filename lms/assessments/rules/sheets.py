"""A sheet of marks filled in away from the network: its columns, and what it would change.

A sheet is compared with what is kept now, row by row; a row is stale when its script was saved
since the sheet was taken. Reading and writing the file is another matter (service/workbooks.py).
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lms.assessments.rules.marking import BandRange, Decision, plain, points_fault
from lms.assessments.rules.typed import as_typed
from lms.modules.catalogue import Criterion

MOST_SCRIPTS = 300  # in one sheet
LONGEST = 32_000  # letters; a cell holds 32,767
STAYS = "(This does not fit into a cell. What is written on the page stays as it is.)"
# What a sheet takes for a letter that XML cannot hold (ECMA-376 part 1, ST_Xstring).
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
CODE, VERSION, OVERALL = "Script", "Version", "Overall comment"


class SheetRefused(Exception):
    """A sheet that is not read at all; the text says what to do."""


class State(StrEnum):
    """What would become of a row."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    STALE = "stale"
    REFUSED = "refused"


@dataclass(frozen=True)
class Cell:
    """What stands in a cell as text, or why it cannot be read."""

    at: str  # `C4`
    text: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Column:
    """A column, by its heading; `criterion` is empty for those of the whole script."""

    heading: str
    criterion: str = ""
    part: str = ""  # band, points, why


@dataclass(frozen=True)
class Here:
    """A script as it is kept now, for somebody who may mark it."""

    submission_id: int
    code: str
    version: int  # 0 before the first save
    decisions: Mapping[str, Decision]
    comment: str
    blocks: tuple[str, ...] = ()  # why it cannot be changed by them now


@dataclass(frozen=True)
class Change:
    """One cell that differs from what is kept."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One row of the sheet beside what is kept."""

    code: str
    state: State
    submission_id: int = 0
    version: int = 0
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()  # why nothing of it is saved; or what to look at, once it is
    decisions: Mapping[str, Decision] | None = None
    comment: str = ""


Row = Mapping[str, Cell]


def columns(criteria: Sequence[Criterion]) -> tuple[Column, ...]:
    """Every column of a sheet, in its order."""
    parts = (("band", "band"), ("points", "mark"), ("why", "why"))
    of_criteria = (
        Column(f"{criterion.title}: {word}", criterion.id, part)
        for criterion in criteria
        for part, word in parts
        if part != "band" or not criterion.by_guide
    )
    return (Column(CODE), Column(VERSION), *of_criteria, Column(OVERALL))


def values(here: Here, criteria: Sequence[Criterion], ranges: Sequence[BandRange]) -> list[str]:
    """The cells of one script, in the order of `columns`."""
    found = [here.code, str(here.version)]
    for criterion in criteria:
        decision = here.decisions.get(criterion.id, Decision())
        band = [] if criterion.by_guide else [_band(decision, ranges)]
        found += [*band, _points(decision), decision.comment]
    return [_fitting(words) for words in (*found, here.comment)]


def _fitting(words: str) -> str:
    return STAYS if len(words) > LONGEST or ESCAPED.search(words) else words


def _band(decision: Decision, ranges: Sequence[BandRange]) -> str:
    return next((r.band.title for r in ranges if r.band.id == decision.band), "")


def _points(decision: Decision) -> str:
    return "" if decision.points is None else plain(decision.points)


def rows_of(cells: Sequence[Sequence[Cell]], criteria: Sequence[Criterion]) -> list[Row]:
    """The rows under the headings, which may stand in any order; SheetRefused without them."""
    wanted = [column.heading for column in columns(criteria)]
    heads = [cell.text.strip() for cell in cells[0]] if cells else []
    missing = [heading for heading in wanted if heading not in heads]
    if missing:
        raise SheetRefused(
            f"This sheet has no column “{missing[0]}”. Use a sheet taken from this queue, "
            "and leave its first row as it is."
        )
    twice = [heading for heading in wanted if heads.count(heading) > 1]
    if twice:
        raise SheetRefused(f"This sheet has the column “{twice[0]}” twice. Take one out.")
    found: list[Row] = [dict(zip(heads, row, strict=False)) for row in cells[1:]]
    rows = [row for row in found if any(cell.text.strip() or cell.fault for cell in row.values())]
    if len(rows) > MOST_SCRIPTS:
        raise SheetRefused(f"This sheet has more than {MOST_SCRIPTS} rows. Send it in parts.")
    if not rows:
        raise SheetRefused("This sheet has no rows under its headings.")
    return rows


def compare(
    rows: Sequence[Row],
    here: Mapping[str, Here],
    criteria: Sequence[Criterion],
    ranges: Sequence[BandRange],
) -> tuple[Line, ...]:
    """What each row would change, in the order of the sheet. `here` is by code."""
    often = Counter(_code(row) for row in rows)
    return tuple(
        _line(row, here.get(_code(row)), criteria, ranges, twice=often[_code(row)] > 1)
        for row in rows
    )


def _cell(row: Row, heading: str) -> Cell:
    return row.get(heading, Cell(heading))


def _code(row: Row) -> str:
    return _cell(row, CODE).text.strip().upper().removeprefix("SCRIPT ").strip()


def _line(
    row: Row,
    here: Here | None,
    criteria: Sequence[Criterion],
    ranges: Sequence[BandRange],
    *,
    twice: bool,
) -> Line:
    code, at = _code(row), _cell(row, CODE).at
    if here is None or twice:
        why = "stands in more than one row" if twice else "is not in this queue for you to mark"
        named = f"script {code[:20]}" if code else "a script without a code"
        return Line(code[:20], State.REFUSED, reasons=(f"{at}: {named} {why}.",))
    decisions, comment, faults = _read(row, here, criteria, ranges)
    if faults:
        return Line(code, State.REFUSED, here.submission_id, reasons=tuple(faults))
    changes = _changes(here, decisions, comment, criteria, ranges)
    state, reasons = _state(row, here, changes)
    return Line(
        code,
        state,
        here.submission_id,
        here.version,
        changes,
        reasons or _outside(row, decisions, criteria, ranges),
        decisions,
        comment,
    )


def _state(row: Row, here: Here, changes: Sequence[Change]) -> tuple[State, tuple[str, ...]]:
    if not changes:
        return State.UNCHANGED, ()
    if here.blocks:
        return State.REFUSED, here.blocks
    version = _cell(row, VERSION)
    if version.fault or not (version.text.isascii() and version.text.strip().isdecimal()):
        return State.REFUSED, (f"{version.at}: the version was changed. Take the sheet again.",)
    if version.text.strip().lstrip("0") != str(here.version).lstrip("0"):
        return State.STALE, (
            "This script was saved here after the sheet was taken, so nothing is saved over it.",
        )
    return State.CHANGED, ()


def _read(
    row: Row, here: Here, criteria: Sequence[Criterion], ranges: Sequence[BandRange]
) -> tuple[dict[str, Decision], str, list[str]]:
    """What a row says: decisions, the overall comment, and every fault with its cell."""
    faults: list[str] = []
    decisions = {}
    for criterion in criteria:
        kept = here.decisions.get(criterion.id, Decision())
        band, points, why = (
            _cell(row, f"{criterion.title}: {word}") for word in ("band", "mark", "why")
        )
        highest = criterion.weight if criterion.by_guide else max(r.highest for r in ranges)
        decisions[criterion.id] = Decision(
            kept.band if criterion.by_guide else _read_band(band, ranges, faults),
            _read_points(points, highest, faults),
            _read_words(why, kept.comment, faults),
        )
    return decisions, _read_words(_cell(row, OVERALL), here.comment, faults), faults


def _read_band(cell: Cell, ranges: Sequence[BandRange], faults: list[str]) -> str | None:
    said = cell.text.strip().lower()
    for each in ranges:
        if said in (each.band.title.lower(), each.band.id.lower()):
            return each.band.id
    if cell.fault:
        faults.append(f"{cell.at}: {cell.fault}")
    elif said:
        names = ", ".join(each.band.title for each in reversed(ranges))
        faults.append(f"{cell.at}: “{cell.text.strip()[:40]}” is no band. Choose from {names}.")
    return None


def _read_points(cell: Cell, highest: int, faults: list[str]) -> Decimal | None:
    said = cell.text.strip()
    fault = cell.fault or points_fault(said, highest)
    if fault:
        faults.append(f"{cell.at}: {fault}")
        return None
    return Decimal(said) if said else None


def _read_words(cell: Cell, kept: str, faults: list[str]) -> str:
    if cell.fault:
        faults.append(f"{cell.at}: {cell.fault}")
    if cell.text.strip() == STAYS:
        return kept
    return as_typed(cell.text)


def _changes(
    here: Here,
    decisions: Mapping[str, Decision],
    comment: str,
    criteria: Sequence[Criterion],
    ranges: Sequence[BandRange],
) -> tuple[Change, ...]:
    pairs = []
    for criterion in criteria:
        old, new = here.decisions.get(criterion.id, Decision()), decisions[criterion.id]
        pairs += [
            (f"{criterion.title}, band", _band(old, ranges), _band(new, ranges)),
            (f"{criterion.title}, mark", _points(old), _points(new)),
            (f"{criterion.title}, why", old.comment, new.comment),
        ]
    pairs.append((OVERALL, here.comment, comment))
    return tuple(Change(what, old, new) for what, old, new in pairs if old != new)


def _outside(
    row: Row,
    decisions: Mapping[str, Decision],
    criteria: Sequence[Criterion],
    ranges: Sequence[BandRange],
) -> tuple[str, ...]:
    """Marks that are outside their band: saved, as on the page, and to be mended to finish."""
    by_band = {each.band.id: each for each in ranges}
    found = []
    for criterion in criteria:
        decision = decisions[criterion.id]
        chosen = by_band.get(decision.band or "")
        if chosen and decision.points is not None and not chosen.holds(decision.points):
            at = _cell(row, f"{criterion.title}: mark").at
            found.append(
                f"{at}: {plain(decision.points)} is outside {chosen.band.title.lower()}, which is "
                f"{chosen.in_words}. It can be saved, and mended before the script is finished."
            )
    return tuple(found)


def fingerprint(lines: Sequence[Line]) -> str:
    """Of everything that a preview shows, so that what is applied is what was seen (SHA-256)."""
    shown = [
        (
            line.code,
            line.state,
            line.version,
            [(change.what, change.before, change.after) for change in line.changes],
        )
        for line in lines
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
