"""Files that a crash left without a row are deleted; everything else stays."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from lms.assessments.service.orphans import KEPT, forget_orphans, part_due
from lms.db import db
from lms.storage import PARTS, storage
from lms.tasks import run_sweep
from tests.conftest import NOW, People
from tests.factories import SubmissionFactory, SubmissionFileFactory, made

OLD = NOW - KEPT - timedelta(minutes=1)


def kept(data: bytes, *, at: float = OLD.timestamp()) -> str:
    name = storage().save(data)
    os.utime(path(name), (at, at))
    return name


def path(name: str) -> Path:
    return storage().folder / name[:2] / name


def sweep_all() -> int:
    return sum(forget_orphans(part, now=NOW) for part in PARTS)


@pytest.fixture
def stored(app: Flask, people: People) -> tuple[str, str]:
    """The two keys of a file of Ada's submission."""
    with app.app_context():
        script = made(SubmissionFactory, enrolment_id=people.ada_place)
        keys = kept(b"Hers."), kept(b"For markers.")
        made(
            SubmissionFileFactory,
            submission_id=script.id,
            storage_key=keys[0],
            marker_key=keys[1],
        )
        db.session.commit()
    return keys


def test_what_no_row_names_is_deleted_and_what_one_names_stays(
    app: Flask, stored: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with app.app_context():
        orphan = kept(b"Nobody's.")
        fresh = kept(b"On its way.", at=NOW.timestamp())
        unfinished = path(kept(b"Half."))
        unfinished.rename(unfinished.with_suffix(".part"))
        assert sweep_all() == 2
        assert not path(orphan).exists()
        assert not unfinished.with_suffix(".part").exists()
        assert all(path(name).exists() for name in (*stored, fresh))
        assert orphan not in caplog.text
        assert sweep_all() == 0


def test_an_empty_database_deletes_nothing(app: Flask, people: People) -> None:
    with app.app_context():
        name = kept(b"The database is a wrong one.")
        assert sweep_all() == 0
        assert path(name).exists()


def test_every_part_comes_up_within_a_day(app: Flask, stored: tuple[str, str]) -> None:
    minutes = [NOW + timedelta(minutes=number) for number in range(len(PARTS))]
    assert {part_due(minute) for minute in minutes} == set(PARTS)
    with app.app_context():
        assert run_sweep("orphans") == 0
        assert all(path(name).exists() for name in stored)
