"""The documents tell the truth: rows of `docs/where.md` lead somewhere, settings are described."""

import ast
import re

import pytest

from lms.config import KNOWN, ROOT

WHERE = ROOT / "docs" / "where.md"
ROW = re.compile(r"`([\w/.]+)::(\w+)`")


def rows() -> list[tuple[str, str]]:
    return ROW.findall(WHERE.read_text())


@pytest.mark.parametrize(("path", "name"), rows())
def test_each_row_leads_to_something_that_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    defined = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
    } | {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    assert name in defined, f"{path} has no {name}"


def test_every_file_of_rules_is_listed() -> None:
    listed = {path for path, _ in rows()}
    rules = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "lms").rglob("*.py")
        if path.name == "rules.py" or path.parent.name == "rules"
        if path.name != "__init__.py" or path.stat().st_size > 400
    }
    assert rules <= listed, f"docs/where.md does not mention {sorted(rules - listed)}"


def test_every_setting_is_described() -> None:
    described = re.findall(r"^#? ?(LMS_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(described) == sorted(KNOWN)


def test_every_link_between_documents_leads_to_a_file() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_is_one_screen() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 60
