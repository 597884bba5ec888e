"""The review list, and what rests on a fact."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from lms.modules.catalogue.review import fact_card, review_list
from tests.modules.model_content import write_model_content

TODAY = date(2026, 11, 24)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model_content(tmp_path / "content")


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def part(said: str, begins: str) -> list[str]:
    """One part of the list, its lines without their indent."""
    found = next(one for one in said.split("\n\n") if one.startswith(begins))
    return [line.strip() for line in found.split("\n")]


def test_facts_past_review_and_near_it_with_what_rests_on_them(folder: Path) -> None:
    assert part(review_list(folder, TODAY), "Facts past") == [
        "Facts past review or within 30 days of it: 0"
    ]
    change(folder, "facts/law.toml", "review_by = 2027-11-21", "review_by = 2026-11-23")
    change(folder, "facts/law.toml", "review_by = 2027-11-21", "review_by = 2026-12-24")
    assert part(review_list(folder, TODAY), "Facts past") == [
        "Facts past review or within 30 days of it: 2",
        "Mark V: 2",
        "A-001 past 2026-11-23: Slavery is an offence.",
        "content/glossary.toml:6 (term)",
        "content/glossary.toml:11 (term)",
        "content/pgcert/m1/u1/check.toml:9 (check)",
        "content/pgcert/m1/u1/first.md:6 (page)",
        "content/pgcert/m1/u1/heavy.md:10 (page)",
        "E-001 by 2026-12-24: The line can be called on 0800 000 000; in an emergency, 999.",
        "content/pgcert/m1/u1/quick.toml:8 (check)",
        "content/support.toml:6 (support line)",
    ]
    change(folder, "facts/law.toml", "review_by = 2026-12-24", "review_by = 2026-12-25")
    assert "E-001" not in "".join(part(review_list(folder, TODAY), "Facts past"))


def test_pages_whose_facts_changed_since_they_were_reviewed(folder: Path) -> None:
    change(folder, "facts/law.toml", 'mark = "V"', 'mark = "V"\nchanged_on = 2026-11-20')
    change(folder, "pgcert/m1/u1/first.md", "minutes", "reviewed = 2026-11-20\nminutes")
    said = part(review_list(folder, TODAY), "Pages with")
    assert said == [
        "Pages with a fact that changed since the page was reviewed: 1",
        "m1/u1/heavy (never reviewed): A-001 changed on 2026-11-20",
    ]
    change(folder, "pgcert/m1/u1/first.md", "2026-11-20", "2026-11-19")
    said = part(review_list(folder, TODAY), "Pages with")
    assert "m1/u1/first (reviewed on 2026-11-19): A-001 changed on 2026-11-20" in said


def test_a_page_rests_on_the_facts_of_its_check_too(folder: Path) -> None:
    change(folder, "facts/law.toml", 'kind = "phone"', 'kind = "phone"\nchanged_on = 2026-11-20')
    assert "m1/u1/coming (never reviewed): E-001 changed on 2026-11-20" in part(
        review_list(folder, TODAY), "Pages with"
    )


def test_approval_words_minutes_and_balance(folder: Path) -> None:
    said = review_list(folder, TODAY)
    assert part(said, "Facts by mark") == ["Facts by mark: 2", "V: 2"]
    assert part(said, "Pages: ") == [
        "Pages: 5, of which drafts: 1",
        "academic approval: 0 for this version, 0 for an earlier one, 5 not yet",
        "legal approval: 0 for this version, 1 for an earlier one, 4 not yet",
        "earlier version: m1/u1/last",
        "lived-experience approval: 0 for this version, 0 for an earlier one, 5 not yet",
    ]
    words = part(said, "Words and minutes")
    assert words[0] == "Words and minutes of each unit (2 written, 1 outlines)"
    unit = next(line for line in words if line.startswith("m1/u1: "))
    assert unit.endswith(" 20 minutes, 3 pages")
    checks = part(said, "Checks")
    assert checks[1].startswith("content/pgcert/m1/u1/check.toml: always the longest 0 of 1")
    assert checks[-1] == "Where right answers stand: place 1: 2, place 2: 1"


def test_a_fact_says_what_rests_on_it(folder: Path) -> None:
    change(
        folder,
        "facts/law.toml",
        'mark = "V"',
        'mark = "V"\nkind = "statistic"\nperiod = "2025"\nchanged_on = 2026-11-20',
    )
    card = fact_card(folder, "A-001")
    assert card is not None
    assert card.splitlines() == [
        "A-001 (mark V, statistic)",
        "Slavery is an offence.",
        "Source: Modern Slavery Act 2015, section 1",
        "Holds in England and Wales. Checked on 2026-11-21. Review by 2027-11-21.",
        "Period: 2025.",
        "Open: Its schedule is being checked.",
        "Its statement last changed on 2026-11-20.",
        "Rests on it: 5",
        "  content/glossary.toml:6 (term)",
        "  content/glossary.toml:11 (term)",
        "  content/pgcert/m1/u1/check.toml:9 (check)",
        "  content/pgcert/m1/u1/first.md:6 (page)",
        "  content/pgcert/m1/u1/heavy.md:10 (page)",
    ]
    assert fact_card(folder, "A-002") is None


def test_the_commands_read_the_content_of_the_server(app: Flask) -> None:
    run = app.test_cli_runner()
    said = run.invoke(args=["content", "report"])
    assert said.exit_code == 0
    assert "Words and minutes of each unit" in said.output
    said = run.invoke(args=["content", "fact", "E-001"])
    assert "(support line)" in said.output
    refused = run.invoke(args=["content", "fact", "Z-001"])
    assert (refused.exit_code, "there is no fact Z-001" in refused.output) == (1, True)
