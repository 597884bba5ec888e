"""Imports go down only (the contracts stand in pyproject.toml); SELECT lives in queries."""

import subprocess
import sys
from pathlib import Path

from lms.config import ROOT


def test_imports_go_down_only() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_file_outgrows_its_noun() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "lms").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert not long, f"split by noun: {long}"


def test_services_leave_the_commit_to_whoever_called() -> None:
    # A sweep or a command owns its transaction; a use case never does (docs/decisions/0003).
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "lms").rglob("*.py")
        if ("service" in path.parts[-2:] or path.name in ("service.py", "queries.py"))
        or "service" in path.parent.name
        if ".commit()" in path.read_text()
    ]
    assert not guilty
