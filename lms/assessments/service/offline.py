"""Scripts are taken away to be marked without a network, and a sheet of marks comes back.

What comes back is compared with what is kept, shown, and then saved row by row as if it were typed
on the page: whoever may not save there saves nothing here either.
"""

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import MarkingSheet, ScriptOpened, Submission, SubmissionFile
from lms.assessments.rules.marking import band_ranges, mark_blocks
from lms.assessments.rules.sheets import (
    MOST_SCRIPTS,
    Cell,
    Here,
    Line,
    State,
    compare,
    fingerprint,
    rows_of,
)
from lms.assessments.rules.uploads import ENDINGS, FileRefused
from lms.assessments.service.copies import kept_copy
from lms.assessments.service.marks import save_mark
from lms.assessments.service.scripts import decisions_of, is_released, mark_of
from lms.assessments.service.workbooks import read_sheet, write_sheet
from lms.audit.service import record
from lms.clock import LONDON, today
from lms.db import db
from lms.errors import Conflict, LmsError, NotFound, RuleBroken
from lms.modules.catalogue import Assessment
from lms.people.models import Cohort

NOTHING = "There is no script here that you can mark now."
MOVED = "Something changed since this was shown, so nothing was saved. Look once more, then save."
TWICE = "Another sheet came from you at the same moment. Send the one that counts again."
GONE = "This sheet is not here any more. Send it again."
NOT_TAKEN = "This file could not be put in without its writer’s name. Ask your module lead for it."
_IN_MEMORY = 8 * 1024 * 1024


def here_now(cohort: Cohort, asked: Assessment, *, actor: Actor) -> list[Here]:
    """Every script of a queue that the actor may open, as it is kept now, in the order of codes."""
    scripts = queries.scripts_visible_to(actor, cohort, asked.key)
    holders = queries.holders([script.id for script in scripts])
    return [_here(script, holders.get(script.id, "A colleague"), actor) for script in scripts]


def _here(script: Submission, holder: str, actor: Actor) -> Here:
    mark = mark_of(script)
    blocks = mark_blocks(
        released=is_released(script), finished=bool(mark and mark.finished_at is not None)
    )
    if mark is not None and mark.marker_id != actor.user_id:
        blocks = (*blocks, f"{holder} is marking this script, so nothing of it is saved.")
    return Here(
        submission_id=script.id,
        code=script.code,
        version=mark.version if mark else 0,
        decisions=decisions_of(mark),
        comment=mark.comment if mark else "",
        blocks=blocks,
    )


def to_take(found: Sequence[Here]) -> list[Here]:
    """Those that can be marked by whoever asked; at most as many as a sheet holds."""
    return [script for script in found if not script.blocks][:MOST_SCRIPTS]


def take_away(cohort: Cohort, asked: Assessment, *, actor: Actor, now: datetime) -> IO[bytes]:
    """A zip of the scripts one can mark, by code, and one sheet. Each counts as opened today."""
    scripts = to_take(here_now(cohort, asked, actor=actor))
    if not scripts:
        raise RuleBroken(NOTHING)
    _note(scripts, actor, now)
    record(
        actor=actor,
        act="took scripts away to mark",
        subject=f"cohort:{cohort.id}",
        now=now,
        detail={"assessment": asked.key, "scripts": len(scripts)},
    )
    ids = [script.submission_id for script in scripts]
    texts, files = queries.texts_of(ids), queries.files_of(ids)
    ranges = band_ranges(queries.regulations_of(cohort))
    title = f"{asked.title}, {cohort.name}"
    pack = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # the answer closes it
    at = now.astimezone(LONDON)
    moment = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(pack, "w", zipfile.ZIP_DEFLATED) as away:

        def put(name: str, data: bytes) -> None:
            away.writestr(zipfile.ZipInfo(name, moment), data, zipfile.ZIP_DEFLATED)

        put("marks.xlsx", write_sheet(scripts, asked, ranges, title=title))
        for script in scripts:
            text = texts.get(script.submission_id, "")
            if text.strip():
                put(f"scripts/{script.code}.txt", text.encode())
            for number, file in enumerate(files.get(script.submission_id, []), start=1):
                put(*_file(file, f"scripts/{script.code}-{number}"))
    pack.seek(0)
    return pack


def _file(file: SubmissionFile, name: str) -> tuple[str, bytes]:
    try:
        return name + ENDINGS[file.media_type], kept_copy(file)
    except (FileRefused, NotFound):
        return f"{name}.txt", NOT_TAKEN.encode()


def _note(scripts: Sequence[Here], actor: Actor, now: datetime) -> None:
    """Keep that each was opened today; their writers can see it."""
    ids = [script.submission_id for script in scripts]
    day = today(now)
    before = queries.opened_on(actor, ids, day)
    new = [
        {"submission_id": one, "opened_by": actor.user_id, "day": day, "first_at": now}
        for one in ids
        if one not in before
    ]
    if new:
        db.session.execute(insert(ScriptOpened), new)


def keep_sheet(
    cohort: Cohort, asked: Assessment, data: bytes, *, actor: Actor, now: datetime
) -> MarkingSheet:
    """Keep a sheet that came back, in the place of an earlier one. SheetRefused says what to do."""
    cells = _trimmed(read_sheet(data))
    rows_of(cells, asked.criteria)
    rows = {"rows": [[[cell.at, cell.text, cell.fault] for cell in row] for row in cells]}
    kept = queries.find_sheet(actor, cohort, asked.key)
    if kept is None:
        kept = MarkingSheet(
            owner_id=actor.user_id,
            cohort_id=cohort.id,
            assessment=asked.key,
            cells=rows,
            sent_at=now,
        )
        try:
            with db.session.begin_nested():
                db.session.add(kept)
        except IntegrityError:
            raise Conflict(TWICE) from None
    kept.cells, kept.sent_at = rows, now
    db.session.flush()
    return kept


def _trimmed(cells: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Without the empty columns and rows that a sheet has at its end."""
    wide = max((i for row in cells for i, c in enumerate(row, 1) if c.text or c.fault), default=0)
    return [row[:wide] for row in cells if any(c.text or c.fault for c in row)]


@dataclass(frozen=True)
class Preview:
    """A sheet beside what is kept now."""

    sheet: MarkingSheet
    lines: tuple[Line, ...]

    @property
    def seen(self) -> str:
        """The fingerprint of what is shown."""
        return fingerprint(self.lines)

    def of(self, state: str) -> list[Line]:
        """The rows in one state."""
        return [line for line in self.lines if line.state == state]


def preview(cohort: Cohort, asked: Assessment, *, actor: Actor) -> Preview:
    """What the sheet that the actor sent back would change now."""
    sheet = queries.find_sheet(actor, cohort, asked.key)
    if sheet is None:
        raise NotFound(GONE)
    cells = [[Cell(*cell) for cell in row] for row in sheet.cells["rows"]]
    ranges = band_ranges(queries.regulations_of(cohort))
    here = {script.code.upper(): script for script in here_now(cohort, asked, actor=actor)}
    rows = rows_of(cells, asked.criteria)
    return Preview(sheet, compare(rows, here, asked.criteria, ranges))


def is_waiting(cohort: Cohort, asked: Assessment, *, actor: Actor) -> bool:
    """Whether a sheet that the actor sent back is neither applied nor put away."""
    return queries.find_sheet(actor, cohort, asked.key) is not None


def apply_sheet(
    cohort: Cohort, asked: Assessment, *, seen: str, actor: Actor, now: datetime
) -> tuple[int, bool]:
    """Save what was seen, row by row. Returns how many scripts were saved, and whether rows are
    left that could not be; when none is, the sheet is put away.
    """
    shown = preview(cohort, asked, actor=actor)
    if shown.seen != seen:
        raise Conflict(MOVED)
    changed = sorted(shown.of(State.CHANGED), key=lambda line: line.submission_id)
    saved = sum(_save(line, actor, now) for line in changed)
    left = saved < len(changed) or bool(shown.of(State.STALE) or shown.of(State.REFUSED))
    if not left:
        db.session.delete(shown.sheet)
    return saved, left


def _save(line: Line, actor: Actor, now: datetime) -> bool:
    try:
        with db.session.begin_nested():
            save_mark(
                line.submission_id,
                decisions=line.decisions or {},
                comment=line.comment,
                version=line.version,
                actor=actor,
                now=now,
            )
    except LmsError:
        return False  # saved elsewhere this very moment: the next look at the sheet says why
    return True


def put_away(cohort: Cohort, asked: Assessment, *, actor: Actor) -> None:
    """Forget a sheet that came back. Twice does nothing twice."""
    sheet = queries.find_sheet(actor, cohort, asked.key)
    if sheet is not None:
        db.session.delete(sheet)
