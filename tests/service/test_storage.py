"""Uploaded files: whole or not at all, and only by their own name."""

from pathlib import Path

import pytest

from lms.errors import NotFound
from lms.storage import Storage


def test_what_is_saved_comes_back_and_can_be_forgotten(tmp_path: Path) -> None:
    kept = Storage(tmp_path)
    name = kept.save(b"words")
    assert kept.open(name) == b"words"
    kept.delete(name)
    kept.delete(name)
    with pytest.raises(NotFound):
        kept.open(name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 47, "A" * 48, "/" + "a" * 48])
def test_no_other_path_is_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        Storage(tmp_path).open(name)
