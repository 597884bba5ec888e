"""What others made and we serve is named, licensed and unchanged."""

import hashlib
import json
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "lms" / "web" / "static"
ICON = re.compile(r"""\bicon\(["']([a-z0-9-]+)["']\)""")
INLINE = re.compile(r"<style\b|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)")
ROWS: list[dict[str, str]] = json.loads((STATIC / "vendor.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_vendored_file_is_the_one_that_was_looked_at(row: dict[str, str]) -> None:
    assert hashlib.sha256((STATIC / row["file"]).read_bytes()).hexdigest() == row["sha256"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_its_licence_stands_beside_it(row: dict[str, str]) -> None:
    words = {"MIT": "MIT License", "0BSD": "Zero-Clause BSD", "OFL-1.1": "SIL OPEN FONT LICENSE"}
    text = (STATIC / row["licence_file"]).read_text(encoding="utf-8")
    assert words[row["licence"]].lower() in text.lower()


def test_every_file_of_others_is_listed() -> None:
    there = {
        path.relative_to(STATIC).as_posix()
        for folder in ("vendor", "fonts")
        for path in (STATIC / folder).iterdir()
        if path.suffix not in (".txt", ".gz", ".br")
    }
    assert there == {row["file"] for row in ROWS}


def test_every_address_in_our_styles_is_a_file_of_ours() -> None:
    for sheet in STATIC.glob("*.css"):
        for address in re.findall(r'url\("([^"]+)"\)', sheet.read_text(encoding="utf-8")):
            assert (STATIC / address).is_file(), f"{sheet.name}: {address}"


def _templates() -> list[Path]:
    return list(STATIC.parents[1].glob("**/templates/**/*.html"))


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    sprite = (STATIC / "vendor" / "icons.svg").read_text(encoding="utf-8")
    names = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    asked = {
        name: template.name
        for template in _templates()
        for name in ICON.findall(template.read_text(encoding="utf-8"))
    }
    assert asked, "the search found no icon at all"
    assert {name: where for name, where in asked.items() if name not in names} == {}


# A file that is saved and read without the site: its styles travel inside it (decision 0023), and
# tests/journeys/test_offline.py proves its own policy, that it has no script and fetches nothing.
SAVED_ALONE = "offline_file.html"


@pytest.mark.parametrize(
    "template",
    [path for path in _templates() if path.name != SAVED_ALONE],
    ids=lambda path: path.name,
)
def test_no_template_carries_script_or_style_of_its_own(template: Path) -> None:
    assert not INLINE.search(template.read_text(encoding="utf-8"))
