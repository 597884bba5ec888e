"""Every kind of fault in content is named by its file and line, with what to do."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lms.app import create_app
from lms.config import Settings
from lms.modules.catalogue import BrokenContent, check, load, report
from tests.modules.small_content import FILES, write_small_content

TODAY = date(2026, 11, 24)
U1 = "pgcert/m1/u1"
Change = tuple[str, str, str]  # file, what stands there, what to put instead


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_content(tmp_path / "content")


def change(folder: Path, *changes: Change) -> None:
    for name, old, new in changes:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(name: str, words: str) -> int:
    return FILES[name].split(words, 1)[0].count("\n") + 1


def test_the_small_content_is_in_order(folder: Path) -> None:
    assert check(folder, TODAY) == ((), ())


# one change → the file, the words on whose line the fault is named, and what is said
TABLE: dict[str, tuple[Change, str, str, str]] = {
    "toml that cannot be read": (
        ("pgcert/m1/module.toml", 'title = "Standing', "title = Standing"),
        "pgcert/m1/module.toml",
        'title = "Standing',
        "this is not valid TOML",
    ),
    "an unknown key": (
        (f"{U1}/unit.toml", "law_as_at", "law_as_of"),
        f"{U1}/unit.toml",
        "law_as_at",
        "`law_as_of` is not a key used here",
    ),
    "an unknown key inside a question": (
        (f"{U1}/check.toml", 'text = "By asking"\nright', 'text = "By asking"\nrihgt'),
        f"{U1}/check.toml",
        "right = true",
        "`rihgt` is not a key used here",
    ),
    "a missing key": (
        (f"{U1}/check.toml", 'prompt = "What do you bring?"\n', ""),
        f"{U1}/check.toml",
        '[[question]]\nid = "many"',
        "`prompt` is missing",
    ),
    "a wrong type": (
        (f"{U1}/unit.toml", "minutes = 20", 'minutes = "20"'),
        f"{U1}/unit.toml",
        "minutes = 20",
        "`minutes` must be a whole number",
    ),
    "a wrong type in front matter": (
        (f"{U1}/first.md", "minutes = 5", 'minutes = "5"'),
        f"{U1}/first.md",
        "minutes = 5",
        "`minutes` must be a whole number",
    ),
    "a date in quotation marks": (
        ("facts/law.toml", "review_by = 2027-11-21", 'review_by = "2027-11-21"'),
        "facts/law.toml",
        "review_by",
        "must be a day written as 2026-11-21",
    ),
    "a date that is no day": (
        ("facts/law.toml", "review_by = 2027-11-21", "review_by = 2027-13-21"),
        "facts/law.toml",
        "review_by",
        "this is not valid TOML",
    ),
    "a review before the check": (
        ("facts/law.toml", "review_by = 2027-11-21", "review_by = 2026-11-20"),
        "facts/law.toml",
        "review_by",
        "`review_by` is before `checked_on`",
    ),
    "a nation that is none": (
        ("facts/law.toml", '["england", "wales"]', '["england", "cornwall"]'),
        "facts/law.toml",
        "nations",
        "'england', 'wales', 'scotland' or 'northern-ireland'",
    ),
    "a source nobody knows": (
        ("facts/law.toml", 'keys = ["MSA"]', 'keys = ["MSB"]'),
        "facts/law.toml",
        "keys",
        "source `MSB` is not in sources.toml",
    ),
    "a fact that a page cites and nobody wrote": (
        (f"{U1}/first.md", "[@A-001]", "[@A-002]"),
        f"{U1}/first.md",
        "[@A-001]",
        "fact `A-002` is in no file of content/facts",
    ),
    "a fact that a summary cites and nobody wrote": (
        (f"{U1}/heavy.md", "[@A-001]", "[@A-002]"),
        f"{U1}/heavy.md",
        "summary = ",
        "fact `A-002` is in no file of content/facts",
    ),
    "a fact that a question names and nobody wrote": (
        (f"{U1}/check.toml", 'facts = ["A-001"]', 'facts = ["A-002"]'),
        f"{U1}/check.toml",
        "facts",
        "fact `A-002` is in no file of content/facts",
    ),
    "a fact that a support line names and nobody wrote": (
        ("support.toml", 'fact = "E-001"', 'fact = "E-002"'),
        "support.toml",
        "fact",
        "fact `E-002` is in no file",
    ),
    "a support line that cannot be reached": (
        ("support.toml", 'phone = "0800 000 000"\n', ""),
        "support.toml",
        "[[line]]",
        "say how to reach this line",
    ),
    "a page without a file": (
        (f"{U1}/unit.toml", '"last"]', '"last", "more"]'),
        f"{U1}/more.md",
        "",
        "unit.toml lists more",
    ),
    "a file without its page": (
        (f"{U1}/unit.toml", '"heavy", ', ""),
        f"{U1}/heavy.md",
        "",
        "the page is not in `pages`",
    ),
    "a page listed twice": (
        (f"{U1}/unit.toml", '"last"]', '"last", "last"]'),
        f"{U1}/unit.toml",
        "pages = ",
        "lists last twice",
    ),
    "a page without front matter": (
        (f"{U1}/last.md", "+++\ntitle", "title"),
        f"{U1}/last.md",
        "",
        "must begin with a line +++",
    ),
    "a written unit without pages": (
        ("pgcert/m1/u2/unit.toml", '"outline"', '"written"'),
        "pgcert/m1/u2/unit.toml",
        "state",
        'state = "written" needs `pages`',
    ),
    "an outline that says nothing": (
        ("pgcert/m1/u2/unit.toml", 'covers = ["What is still to come."]\n', ""),
        "pgcert/m1/u2/unit.toml",
        "state",
        "an outline needs `covers`",
    ),
    "a unit without a folder": (
        ("pgcert/m1/module.toml", '["u1", "u2"]', '["u1", "u2", "u3"]'),
        "pgcert/m1/module.toml",
        "units",
        "lists u3, but there is no folder",
    ),
    "a folder without its unit": (
        ("pgcert/m1/module.toml", '["u1", "u2"]', '["u1"]'),
        "pgcert/m1/module.toml",
        "units",
        "folder u2 is not in `units`",
    ),
    "a link to no page": (
        (f"{U1}/first.md", "last.md#after", "lats.md#after"),
        f"{U1}/first.md",
        "last.md",
        "the link lats.md#after leads to no page",
    ),
    "a link to no heading": (
        (f"{U1}/first.md", "last.md#after", "last.md#before"),
        f"{U1}/first.md",
        "last.md",
        "leads to no heading there: the headings are after",
    ),
    "a link to no heading of the same page": (
        (f"{U1}/first.md", "last.md#after", "#nowhere"),
        f"{U1}/first.md",
        "last.md",
        "the link #nowhere leads to no heading there",
    ),
    "a link that is not safe": (
        (f"{U1}/first.md", "last.md#after", "http://example.org"),
        f"{U1}/first.md",
        "last.md",
        "must begin with https://",
    ),
    "a link that runs": (
        (f"{U1}/first.md", "last.md#after", "javascript:alert(1)"),
        f"{U1}/first.md",
        "last.md",
        "must begin with https://",
    ),
    "a heading of the first level": (
        (f"{U1}/first.md", "## What comes", "# What comes"),
        f"{U1}/first.md",
        "## What comes",
        "begin with ##",
    ),
    "a heading that jumps": (
        (f"{U1}/first.md", "## What comes", "#### What comes"),
        f"{U1}/first.md",
        "## What comes",
        "jumps a level: use ##",
    ),
    "a picture without words": (
        (f"{U1}/first.md", "![Two lines side by side]", "![ ]"),
        f"{U1}/first.md",
        "![Two",
        "the picture lines.svg has no alt text",
    ),
    "a picture that is not there": (
        (f"{U1}/first.md", "(lines.svg)", "(lanes.svg)"),
        f"{U1}/first.md",
        "(lines.svg)",
        "there is no picture lanes.svg",
    ),
    "a picture from elsewhere": (
        (f"{U1}/first.md", "(lines.svg)", "(https://example.org/x.svg)"),
        f"{U1}/first.md",
        "(lines.svg)",
        "must be an .svg, .png, .jpg or .webp file beside the page",
    ),
    "a pause that skips to nothing": (
        (f"{U1}/heavy.md", "skip: what-helps", "skip: what-heals"),
        f"{U1}/heavy.md",
        "skip:",
        "`skip: what-heals` leads to no heading",
    ),
    "a block nobody knows": (
        (f"{U1}/heavy.md", "/// pause", "/// puase"),
        f"{U1}/heavy.md",
        "/// pause",
        "this block was not understood",
    ),
    "an empty page": (
        (f"{U1}/last.md", "Nearly there.\n\n## After\n\nAfter that.\n", ""),
        f"{U1}/last.md",
        "Nearly",
        "the page is empty",
    ),
    "a check without its file": (
        (f"{U1}/first.md", 'check = "check"', 'check = "chekc"'),
        f"{U1}/first.md",
        "check =",
        "needs a file chekc.toml",
    ),
    "an activity no page shows": (
        (f"{U1}/last.md", 'reflection = "reflection"\n', ""),
        f"{U1}/reflection.toml",
        "",
        "no page shows this activity",
    ),
    "a reflection shown as a check": (
        (f"{U1}/last.md", 'reflection = "reflection"', 'check = "reflection"'),
        f"{U1}/reflection.toml",
        "kind",
        "the page shows this as a check",
    ),
    "a check on two pages": (
        (f"{U1}/last.md", "minutes = 6", 'minutes = 6\ncheck = "check"'),
        f"{U1}/last.md",
        'reflection = "reflection"',
        "check.toml is shown on two pages",
    ),
    "a question without a right answer": (
        (f"{U1}/check.toml", "right = true\n", ""),
        f"{U1}/check.toml",
        "[[question]]",
        "no option is right",
    ),
    "a single choice with two right answers": (
        (f"{U1}/check.toml", 'text = "By telling"', 'text = "By telling"\nright = true'),
        f"{U1}/check.toml",
        'feedback = "Many people choose this. We would begin elsewhere. Ask first."',
        "two options are right",
    ),
    "a true-false with other options": (
        (f"{U1}/check.toml", 'id = "true"', 'id = "yes"'),
        f"{U1}/check.toml",
        '[[question]]\nid = "said"',
        "with ids true and false",
    ),
    "an option id that stands twice": (
        (f"{U1}/check.toml", 'id = "ear"', 'id = "time"'),
        f"{U1}/check.toml",
        'id = "ear"',
        "id `time` stands twice here",
    ),
    "a question id that stands twice": (
        (f"{U1}/check.toml", 'id = "many"', 'id = "one"'),
        f"{U1}/check.toml",
        'id = "many"',
        "question id `one` stands twice",
    ),
    "a short answer without a right one": (
        (f"{U1}/check.toml", 'type = "short"', 'type = "single"'),
        f"{U1}/check.toml",
        '[[question]]\nid = "days"',
        "no option is right",
    ),
    "an ambiguous short answer": (
        (f"{U1}/check.toml", 'match = "words"\ntext = "thirty"', 'match = "number"\ntext = "30"'),
        f"{U1}/check.toml",
        'text = "thirty"',
        "“30” stands twice",
    ),
    "a number that is none": (
        (f"{U1}/check.toml", 'text = "30"', 'text = "thirty"'),
        f"{U1}/check.toml",
        'text = "30"',
        "needs digits in `text`",
    ),
    "feedback that judges": (
        (f"{U1}/check.toml", "We would begin here too. An ear.", "Wrong. An ear."),
        f"{U1}/check.toml",
        "We would begin here too. An ear.",
        "feedback begins with “Wrong.”",
    ),
    "an order without feedback": (
        (f"{U1}/check.toml", "feedback_wrong", "feedback_other"),
        f"{U1}/check.toml",
        "feedback_wrong",
        "`feedback_other` has no place in a question of type order",
    ),
    "limited tries at what must be passed": (
        (f"{U1}/needed.toml", "pass_percent = 50", "pass_percent = 50\nattempts = 2"),
        f"{U1}/needed.toml",
        "\n[[question]]",
        "take `attempts` out",
    ),
    "weights that are no hundred": (
        ("pgcert/m1/assessments/m1-plan.toml", "weight = 60", "weight = 50"),
        "pgcert/m1/assessments/m1-plan.toml",
        "weight = 60",
        "add up to 90",
    ),
    "a band without a level": (
        (
            "pgcert/m1/assessments/m1-plan.toml",
            '[[criterion.level]]\nband = "pass"\ntext = "Enough."\n',
            "",
        ),
        "pgcert/m1/assessments/m1-plan.toml",
        "[[criterion]]",
        "criterion `knowing` has no level for band `pass` of pgcert-example-1",
    ),
    "guidance in a rubric": (
        (
            "pgcert/m1/assessments/m1-plan.toml",
            'title = "What is known"\n',
            'title = "What is known"\nguidance = "Look."\n',
        ),
        "pgcert/m1/assessments/m1-plan.toml",
        "[[criterion]]",
        'criterion `knowing` has `guidance`: write marking = "guide", or levels',
    ),
    "a level for no band": (
        ("pgcert/m1/assessments/m1-plan.toml", 'band = "pass"', 'band = "merit"'),
        "pgcert/m1/assessments/m1-plan.toml",
        'band = "pass"',
        "band `merit` is in no regulations",
    ),
    "an outcome that is none": (
        ("pgcert/m1/assessments/m1-plan.toml", "outcomes = [1, 2]", "outcomes = [1, 3]"),
        "pgcert/m1/assessments/m1-plan.toml",
        "outcomes = [1, 2]",
        "outcome 3 is not one of the module's 2",
    ),
    "a declaration nobody wrote": (
        ("pgcert/m1/assessments/m1-plan.toml", '"integrity"', '"honesty"'),
        "pgcert/m1/assessments/m1-plan.toml",
        "declaration",
        "declaration `honesty` is not in declarations.toml",
    ),
    "a time that is none": (
        ("pgcert/m1/assessments/m1-plan.toml", '"12:00"', '"25:00"'),
        "pgcert/m1/assessments/m1-plan.toml",
        "at =",
        "`at`",
    ),
    "an assessment without its list": (
        ("pgcert/m1/module.toml", '["m1-plan"]', "[]"),
        "pgcert/m1/module.toml",
        "assessments",
        "assessments/m1-plan is not in `assessments`",
    ),
    "regulations without a clause": (
        ("regulations/pgcert-example-1.toml", 'id = "release"', 'id = "rel"'),
        "regulations/pgcert-example-1.toml",
        "[[clause]]",
        "id `release` must stand here once",
    ),
    "a pass mark inside a band": (
        ("regulations/pgcert-example-1.toml", "pass_mark = 50", "pass_mark = 40"),
        "regulations/pgcert-example-1.toml",
        "pass_mark",
        "no band begins at the pass mark",
    ),
    "bands that do not begin at nothing": (
        ("regulations/pgcert-example-1.toml", "from = 0", "from = 10"),
        "regulations/pgcert-example-1.toml",
        "from = 0",
        "the first band must begin at 0",
    ),
    "declarations out of order": (
        ("declarations.toml", "number = 1", "number = 2"),
        "declarations.toml",
        "number",
        "numbered 1, 2, 3",
    ),
    "a reflection that leads into the site": (
        (f"{U1}/reflection.toml", "**you**", "[you](first.md)"),
        f"{U1}/reflection.toml",
        "prompt",
        "it is also shown in the journal",
    ),
}


@pytest.mark.parametrize("kind", TABLE)
def test_a_fault_is_named_by_file_and_line(folder: Path, kind: str) -> None:
    changed, file, words, said = TABLE[kind]
    change(folder, changed)
    faults, _ = check(folder, TODAY)
    line = line_of(file, words) if words else 1
    named = [(fault.file, fault.line) for fault in faults if said in fault.message]
    assert (f"content/{file}", line) in named, "\n".join(map(str, faults)) or "no fault at all"


def test_a_fact_that_stands_twice(folder: Path) -> None:
    (folder / "facts" / "more.toml").write_text(
        FILES["facts/law.toml"].split("[E-001]")[0], encoding="utf-8"
    )
    faults, _ = check(folder, TODAY)
    assert [str(fault) for fault in faults] == [
        "content/facts/more.toml:1: fact A-001 stands twice: keep one of them"
    ]


def test_a_module_that_stands_in_two_programmes(folder: Path) -> None:
    for name, text in FILES.items():
        if name.startswith("pgcert/m1/") and "assessments" not in name:
            path = folder / name.replace("pgcert/", "onboarding/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace('["m1-plan"]', "[]"), encoding="utf-8")
    change(folder, ("onboarding/programme.toml", '["onboarding"]', '["onboarding", "m1"]'))
    faults, _ = check(folder, TODAY)
    assert "module `m1` stands in two programmes" in faults[0].message


def test_every_fault_is_found_in_one_run(folder: Path) -> None:
    change(
        folder,
        (f"{U1}/first.md", "[@A-001]", "[@A-002]"),
        (f"{U1}/unit.toml", "minutes = 20", "minutes = -1"),
        ("pgcert/m1/assessments/m1-plan.toml", "weight = 60", "weight = 61"),
    )
    faults, _ = check(folder, TODAY)
    assert {fault.file.rsplit("/", 1)[-1] for fault in faults} >= {"unit.toml", "m1-plan.toml"}


def test_letters_that_are_not_utf8(folder: Path) -> None:
    (folder / "support.toml").write_bytes(b'[[line]]\nname = "caf\xe9"\n')
    faults, _ = check(folder, TODAY)
    assert str(faults[0]).startswith("content/support.toml:2: a letter here is not UTF-8")


def test_a_missing_file_and_a_missing_folder(folder: Path, tmp_path: Path) -> None:
    (folder / "sources.toml").unlink()
    faults, _ = check(folder, TODAY)
    assert "content/sources.toml:1: the file is missing: write it" in map(str, faults)
    faults, _ = check(tmp_path / "nowhere", TODAY)
    assert "there is no such folder" in faults[0].message


@pytest.mark.parametrize(
    ("changed", "file", "words", "said"),
    [
        (
            (f"{U1}/check.toml", 'facts = ["A-001"]\n', ""),
            "facts/law.toml",
            "[A-001]",
            "",  # still cited by two pages: no warning
        ),
        (
            ("facts/law.toml", "review_by = 2027-11-21", "review_by = 2026-11-23"),
            "facts/law.toml",
            "review_by",
            "was to be looked at again by 2026-11-23",
        ),
        (
            (f"{U1}/unit.toml", "next_review = 2027-11-01", "next_review = 2026-11-23"),
            f"{U1}/unit.toml",
            "next_review",
            "was to be reviewed by 2026-11-23",
        ),
        (
            (f"{U1}/unit.toml", "minutes = 20", "minutes = 25"),
            f"{U1}/unit.toml",
            "minutes",
            "its pages take 20 minutes together",
        ),
    ],
)
def test_what_is_only_a_warning(
    folder: Path, changed: Change, file: str, words: str, said: str
) -> None:
    change(folder, changed)
    faults, warnings = check(folder, TODAY)
    assert faults == ()
    named = [(warning.file, warning.line, said in warning.message) for warning in warnings]
    assert named == ([(f"content/{file}", line_of(file, words), True)] if said else [])
    load(folder)  # the server starts


def test_a_fact_that_nothing_uses_is_sent_back(folder: Path) -> None:
    change(folder, ("support.toml", 'fact = "E-001"\n', ""))
    faults, warnings = check(folder, TODAY)
    assert [(one.file, one.line) for one in faults] == [
        ("content/facts/law.toml", line_of("facts/law.toml", "[E-001]"))
    ]
    assert "no page cites fact E-001" in faults[0].message
    assert warnings == ()
    load(folder)  # the server starts


def test_the_server_refuses_faulty_content_and_names_every_line(folder: Path) -> None:
    change(folder, (f"{U1}/first.md", "[@A-001]", "[@A-002]"))
    with pytest.raises(BrokenContent) as refused:
        load(folder)
    assert "content/pgcert/m1/u1/first.md:6: fact `A-002`" in str(refused.value)


def test_the_app_does_not_start_on_faulty_content(folder: Path, settings: Settings) -> None:
    change(folder, (f"{U1}/first.md", "[@A-001]", "[@A-002]"))
    with pytest.raises(BrokenContent, match=r"first\.md:6: fact `A-002`"):
        create_app(replace(settings, content=folder), testing=True)


def test_the_report_says_whether_the_server_would_start(folder: Path) -> None:
    assert report(folder, TODAY) == ("No faults, 0 warnings.", 0)
    change(folder, (f"{U1}/first.md", "[@A-001]", "[@A-002]"))
    said, code = report(folder, TODAY)
    assert code == 1
    assert said.endswith("1 fault, 0 warnings: the server would not start.")


def test_a_marking_guide_has_guidance_and_no_levels(folder: Path) -> None:
    plan = "pgcert/m1/assessments/m1-plan.toml"
    change(folder, (plan, "[due]", 'marking = "guide"\n[due]'))
    said = [fault.message for fault in check(folder, TODAY)[0]]
    assert sorted(words.partition("of a marking guide ")[2] for words in said) == [
        *["has levels: take them out"] * 2,
        *["has no `guidance`: write it"] * 2,
    ]
    path = folder / plan
    head, *criteria = path.read_text().split("[[criterion]]")
    guided = [
        each.partition("[[criterion.level]]")[0] + 'guidance = "Look."\n' for each in criteria
    ]
    path.write_text("[[criterion]]".join([head, *guided]))
    assert check(folder, TODAY)[0] == ()
    assert all(each.by_guide for each in load(folder).assessment("m1-plan").criteria)
