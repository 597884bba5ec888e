"""A draft of regulations held against a cohort's marks: who changes, why, and nothing written."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from lms.db import db
from lms.modules.catalogue import catalogue
from lms.people.models import User
from tests.conftest import NOW, People
from tests.factories import PLAN, EnrolmentFactory, finished_script, made

CONTENT = Path(__file__).parents[2] / "content"
DRAFT = CONTENT / "regulations" / "pgcert-example-2.toml"
LATE = timedelta(days=29)


@pytest.fixture
def marks(clean_database: Flask, people: People) -> Callable[..., str]:
    """Makes a finished script; gives its receipt."""

    def make(points: int = 64, **about: object) -> str:
        with clean_database.app_context():
            place = made(EnrolmentFactory, cohort_id=people.cohort)
            script = finished_script(place.id, people.max, points=points, **about)
            db.session.commit()
            return script.receipt

    return make


def run(app: Flask, draft: Path, cohort: str = "cohort-3") -> Result:
    command = ["regulations", "what-if", str(draft), "--cohort", cohort]
    return app.test_cli_runner().invoke(args=command)


def changed(folder: Path, old: str, new: str) -> Path:
    text = DRAFT.read_text(encoding="utf-8")
    assert old in text
    path = folder / DRAFT.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_who_changes_and_why(clean_database: Flask, marks: Callable[..., str]) -> None:
    guide = catalogue().assessment(PLAN).words
    in_order = marks()
    late = marks(handed_in_at=NOW + LATE)
    long = marks(words=guide * 115 // 100)
    answer = run(clean_database, DRAFT)
    assert answer.exit_code == 0, answer.output
    assert "held against 3 marks of" in answer.output
    assert f"receipt {late}: 64, Merit, would be 54, Pass" in answer.output
    assert "clause “late”: It came up to 2 working days after the date." in answer.output
    assert f"receipt {long}: 64, Merit, would be 59, Pass" in answer.output
    assert "clause “words”: It is over the word limit." in answer.output
    assert in_order not in answer.output
    assert "2 would change, 0 cannot be worked out." in answer.output


def test_no_name_is_printed(clean_database: Flask, marks: Callable[..., str]) -> None:
    marks(handed_in_at=NOW + LATE)
    output = run(clean_database, DRAFT).output
    with clean_database.app_context():
        names = db.session.scalars(sa.select(User.name)).all()
    assert names
    assert not [name for name in names if name in output]


def test_what_the_draft_does_not_say_is_named(
    clean_database: Flask, marks: Callable[..., str], tmp_path: Path
) -> None:
    receipt = marks(handed_in_at=NOW + LATE)
    draft = changed(tmp_path, 'below_hold = "unchanged"', "")
    assert "0 cannot be worked out" in run(clean_database, draft).output
    draft = changed(tmp_path, '[[late.step]]\nmark = 0\ncomplete = false\nreaches = "work"\n', "")
    draft.write_text(
        draft.read_text(encoding="utf-8").replace("up_to_days = 5", "up_to_days = 1"),
        encoding="utf-8",
    )
    output = run(clean_database, draft).output
    assert f"receipt {receipt}: 64, Merit, cannot be worked out." in output
    assert "The regulations do not say what happens to work that is as late as this." in output
    assert "0 would change, 1 cannot be worked out." in output


def test_nothing_is_written(clean_database: Flask, marks: Callable[..., str]) -> None:
    marks(handed_in_at=NOW + LATE)
    written: list[str] = []

    def listen(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        written.append(statement)

    with clean_database.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        assert run(clean_database, DRAFT).exit_code == 0
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)
    verbs = {statement.split()[0].upper() for statement in written}
    assert "SELECT" in verbs
    assert verbs <= {"SELECT", "BEGIN", "PRAGMA"}


def test_the_number_of_statements_does_not_grow(
    clean_database: Flask,
    marks: Callable[..., str],
    statements: Callable[[], int],
) -> None:
    marks(handed_in_at=NOW + LATE)
    statements()
    run(clean_database, DRAFT)
    few = statements()
    for _ in range(8):
        marks(handed_in_at=NOW + LATE)
    statements()
    assert "held against 9 marks" in run(clean_database, DRAFT).output
    assert 0 < statements() == few


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("take = 5", "takke = 5", "pgcert-example-2.toml:"),
        ("maximum = 100", "maximum = 80", "there are marks out of 100"),
    ],
)
def test_a_draft_that_cannot_be_held_against_marks(
    clean_database: Flask, marks: Callable[..., str], tmp_path: Path, old: str, new: str, said: str
) -> None:
    marks()
    answer = run(clean_database, changed(tmp_path, old, new))
    assert answer.exit_code == 1
    assert said in answer.output


def test_a_cohort_that_is_not_there(clean_database: Flask, people: People) -> None:
    answer = run(clean_database, DRAFT, "cohort-99")
    assert answer.exit_code == 1
    assert "there is no cohort cohort-99" in answer.output
