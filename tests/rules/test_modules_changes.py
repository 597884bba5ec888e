"""What a reader of an older version is told, and how approval stands."""

from datetime import date
from pathlib import Path

import pytest

from lms.modules.catalogue import Catalogue, load
from lms.modules.rules.changes import approvals_of, changes_since
from lms.modules.rules.standing import after, before
from tests.modules.model_content import write_model_content


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load(write_model_content(tmp_path_factory.mktemp("changes") / "content"))


@pytest.mark.parametrize(
    ("finished", "notes", "advice"),
    [
        (
            date(2026, 9, 30),
            ["The law on debts is new.", "A date was mended."],
            "We suggest that you read it again.",
        ),
        (
            date(2026, 10, 1),
            ["The law on debts is new.", "A date was mended."],
            "We suggest that you read it again.",
        ),
        (
            date(2026, 10, 2),
            ["The law on debts is new."],
            "We suggest that you read it again.",
        ),
        (date(2026, 11, 21), [], "Only the wording was corrected. You need not read it again."),
    ],
)
def test_changes_since_the_day_of_finishing_are_told(
    model: Catalogue, finished: date, notes: list[str], advice: str
) -> None:
    since = changes_since(model.page("m1/u1/last"), finished)
    assert ([one.note for one in since.changes], since.advice) == (notes, advice)


def test_a_small_change_need_not_be_read_again(model: Catalogue) -> None:
    page = model.page("m1/u1/last")
    small = changes_since(page, date(2026, 9, 1)).changes[1:]
    assert (
        type(changes_since(page, date(2026, 9, 1)))(small).advice == "You need not read it again."
    )


def test_approval_is_for_a_version(tmp_path: Path) -> None:
    folder = write_model_content(tmp_path / "content")
    stands = {one.name: one for one in approvals_of(load(folder).page("m1/u1/last"))}
    assert list(stands) == ["Academic", "Legal", "Lived-experience"]
    assert stands["Academic"].approval is None
    assert not stands["Legal"].this_version

    page = folder / "pgcert/m1/u1/last.md"
    version = load(folder).page("m1/u1/last").content_hash[:8]
    page.write_text(page.read_text("utf-8").replace("00000000", version), "utf-8")
    legal = approvals_of(load(folder).page("m1/u1/last"))[1]
    assert legal.this_version  # to name a version does not change it
    assert legal.approval is not None
    assert legal.approval.by == "The programme's legal reader"


def test_the_history_of_a_page_and_its_links_to_terms_are_no_part_of_its_version(
    tmp_path: Path,
) -> None:
    folder = write_model_content(tmp_path / "content")
    page = folder / "pgcert/m1/u1/last.md"
    before_it = load(folder).page("m1/u1/last").content_hash
    text = page.read_text("utf-8")
    for old, new, same in [
        ("A date was mended.", "A day was mended.", True),
        ("reviewed = 2026-11-20", "reviewed = 2026-11-21", True),
        ("[[Advocate]]", "Advocate", True),
        ("[[debt bondage|held by a debt]]", "held by a debt", True),
        ("After that.", "After that.   ", True),
        ("After that.", "After this.", False),
        ('title = "The last page"', 'title = "The end"', False),
        ("minutes = 6", "minutes = 7", False),
    ]:
        assert old in text
        page.write_text(text.replace(old, new, 1), "utf-8")
        now = load(folder).page("m1/u1/last").content_hash
        assert (now == before_it) is same, old


def test_a_draft_is_no_page_of_its_unit(model: Catalogue) -> None:
    unit = model.unit("m1/u1")
    assert [page.slug for page in unit.pages] == ["first", "heavy", "last"]
    assert [page.number for page in unit.pages] == [1, 2, 3]
    (draft,) = unit.drafts
    assert model.find_page(draft.key) is None
    assert model.draft(draft.key) is draft
    assert (before(unit, draft), after(unit, draft)) == (unit.pages[1], unit.pages[2])
