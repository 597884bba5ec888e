"""Glossary, kinds of fact, versions, drafts, words, numbers, length, level, balance: every fault
is named by its file and line."""

from datetime import date
from pathlib import Path

import pytest

from lms.modules.catalogue import check, load, report
from tests.modules.model_content import MORE, write_model_content
from tests.modules.small_content import FILES

TODAY = date(2026, 11, 24)
U1 = "pgcert/m1/u1"
LAST, CHECK, LAW, GLOSSARY = f"{U1}/last.md", f"{U1}/check.toml", "facts/law.toml", "glossary.toml"
Change = tuple[str, str, str]  # file, what stands there, what to put instead
WRITTEN = {**FILES, **MORE}
LONG = (
    "Considerable organisational responsibilities necessitate immediate interdepartmental "
    "communication concerning accommodation, immigration, education, representation, "
    "interpretation and rehabilitation."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model_content(tmp_path / "content")


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{name} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(name: str, words: str) -> int:
    return WRITTEN[name].split(words, 1)[0].count("\n") + 1


def limit(key: str, value: int) -> Change:
    programme = "pgcert/programme.toml"
    return (programme, 'modules = ["m1"]\n', f'modules = ["m1"]\n\n[limits]\n{key} = {value}\n')


def test_the_model_content_is_in_order(folder: Path) -> None:
    faults, warnings = check(folder, TODAY)
    assert faults == ()
    said = [(one.file, one.line, one.message.split(":")[0]) for one in warnings]
    assert [(file, line) for file, line, _ in said] == [
        (f"content/{LAST}", line_of(LAST, 'version = "00000000"'))
    ]
    assert "legal approval is for version 00000000" in said[0][2]


# one change → the file, the words on whose line the fault is named, and what is said
FAULTS: dict[str, tuple[Change, str, str, str]] = {
    "a term nobody wrote": (
        (LAST, "[[Advocate]]", "[[Advisor]]"),
        LAST,
        "Nearly there",
        "the term “Advisor” is not in glossary.toml",
    ),
    "a term of another programme": (
        ("onboarding/onboarding/u1/only.md", "Only this", "Only an [[advocate]]"),
        "onboarding/onboarding/u1/only.md",
        "Only this",
        "the term “advocate” is not for onboarding",
    ),
    "a term in a check": (
        (CHECK, "Where do you begin?", "Where does the [[advocate]] begin?"),
        CHECK,
        "Where do you begin?",
        "terms are linked in pages only",
    ),
    "a term in a heading": (
        (LAST, "## After", "## After the [[advocate]]"),
        LAST,
        "## After",
        "a heading links no term",
    ),
    "two terms by one name": (
        (GLOSSARY, 'name = "advocate"', 'name = "advocate"\nalso = ["Bonded"]'),
        GLOSSARY,
        'text = "Somebody',
        "“Bonded” already leads to the term debt-bondage",
    ),
    "a term that rests on nothing": (
        (GLOSSARY, 'facts = ["A-001"]', "facts = []"),
        GLOSSARY,
        "facts = ",
        "`facts` must not be empty",
    ),
    "a term on a fact nobody wrote": (
        (GLOSSARY, 'facts = ["A-001"]', 'facts = ["A-002"]'),
        GLOSSARY,
        "facts = ",
        "fact `A-002` is in no file",
    ),
    "a term that cites in its text": (
        (GLOSSARY, "beside you.", "beside you [@A-001]."),
        GLOSSARY,
        'text = "Somebody',
        "a term cites by `facts`",
    ),
    "a term that links a term": (
        (GLOSSARY, "beside you.", "beside [[bonded]] you."),
        GLOSSARY,
        'text = "Somebody',
        "links no other term",
    ),
    "a term that leads into the site": (
        (GLOSSARY, "beside you.", "[beside](first.md) you."),
        GLOSSARY,
        'text = "Somebody',
        "must begin with https://",
    ),
    "a term for a programme that is none": (
        (GLOSSARY, '["pgcert"]', '["pgcert", "phd"]'),
        GLOSSARY,
        "programmes",
        "there is no programme `phd`",
    ),
    "a glossary of something else": (
        (GLOSSARY, "[term.advocate]", "[word.advocate]"),
        GLOSSARY,
        "[term.advocate]",
        "`word` is not a key used here: use [term.slug]",
    ),
    "a statistic without its period": (
        (LAW, 'mark = "V"', 'kind = "statistic"\nmark = "V"'),
        LAW,
        'mark = "V"',
        "a statistic needs `period`",
    ),
    "a period of no statistic": (
        (LAW, 'mark = "V"', 'period = "2025"\nmark = "V"'),
        LAW,
        'mark = "V"',
        "`period` is for a statistic",
    ),
    "a number that looks like a statistic": (
        (LAW, "Slavery is an offence.", "It rose by 22% to 23,411."),
        LAW,
        "statement = ",
        "fact A-001 looks like a statistic",
    ),
    "a telephone fact without a number": (
        (LAW, "called on 0800 000 000; in an emergency, 999.", "called."),
        LAW,
        'statement = "The line',
        "a fact of kind phone says its number",
    ),
    "a fact changed after it was checked": (
        (LAW, 'mark = "V"', 'changed_on = 2026-11-22\nmark = "V"'),
        LAW,
        'mark = "V"',
        "`changed_on` is after `checked_on`",
    ),
    "a telephone number on a page": (
        (LAST, "After that.", "Ring 0161 496 0000 then."),
        LAST,
        "After that.",
        "the telephone number 0161 496 0000 stands in no fact of kind phone",
    ),
    "a short number to text": (
        (LAST, "After that.", "Or text 85258 then."),
        LAST,
        "After that.",
        "the telephone number 85258 stands",
    ),
    "a telephone number in feedback": (
        (CHECK, "It is their plan.", "Ring +44 20 7946 0000."),
        CHECK,
        "It is their plan.",
        "the telephone number +44 20 7946 0000 stands",
    ),
    "a page over its length": (
        limit("page_words", 12),
        LAST,
        "Nearly there",
        "the page has 14 words of running prose, above 12",
    ),
    "a unit over its length": (
        limit("unit_words", 20),
        f"{U1}/unit.toml",
        "pages = ",
        "words (content/README.md says what counts), above 20: cut",
    ),
    "a unit under its length": (
        limit("unit_words_least", 1200),
        f"{U1}/unit.toml",
        "pages = ",
        "words (content/README.md says what counts), under 1,200: argue more",
    ),
    "a hard prompt": (
        (f"{U1}/reflection.toml", "What would **you** need?", LONG),
        f"{U1}/reflection.toml",
        "prompt",
        "`prompt` reads at grade",
    ),
    "a hard question": (
        (CHECK, "Where do you begin?", LONG),
        CHECK,
        'prompt = "Where',
        "`prompt` reads at grade",
    ),
    "a hard introduction": (
        (CHECK, "attempts = 3", f'attempts = 3\nintro = "{LONG}"'),
        CHECK,
        "\n[[question]]",
        "`intro` reads at grade",
    ),
    "a hard content note": (
        (f"{U1}/heavy.md", "An account of harm.", LONG),
        f"{U1}/heavy.md",
        "holds",
        "`holds` reads at grade",
    ),
    "a word that is not said": (
        (LAST, "After that.", "She was Rescued."),
        LAST,
        "After that.",
        "“Rescued” is not said here: say left, got out. It moves a person about.",
    ),
    "words that are not said, with a hyphen": (
        (f"{U1}/unit.toml", "Three pages.", "For hard-to-reach people."),
        f"{U1}/unit.toml",
        "summary",
        "“hard-to-reach” is not said here",
    ),
    "a word that is not said, in the glossary": (
        (GLOSSARY, "Somebody beside you.", "Somebody who rescued you."),
        GLOSSARY,
        'text = "Somebody',
        "“rescued” is not said here",
    ),
    "an allowed file that is not there": (
        ("words.toml", 'words = ["the', 'file = "pgcert/none.md"\nwords = ["the'),
        "words.toml",
        'words = ["the',
        "there is no file pgcert/none.md",
    ),
    "changes out of order": (
        (LAST, "on = 2026-10-01", "on = 2026-11-21"),
        LAST,
        "on = 2026-11-20",
        "changes stand in the order of their days",
    ),
    "a change without its advice": (
        (LAST, "read_again = false\n", ""),
        LAST,
        "[[change]]",
        "`read_again` is missing",
    ),
    "an approval by a person": (
        (LAST, "The programme's legal reader", "Dr Ada Example"),
        LAST,
        "by = ",
        "`by` names a person",
    ),
    "an approval of another kind": (
        (LAST, 'kind = "legal"', 'kind = "loyal"'),
        LAST,
        'kind = "legal"',
        "'academic', 'legal' or 'lived-experience'",
    ),
    "an approval of no version": (
        (LAST, 'version = "00000000"', 'version = "latest"'),
        LAST,
        'version = "00000000"',
        "`version` is not written as content/README.md says",
    ),
    "a link to a draft": (
        (LAST, "After that.", "See [more](coming.md)."),
        LAST,
        "After that.",
        "leads to a draft, which learners cannot open",
    ),
    "a draft that leads nowhere": (
        (f"{U1}/coming.md", "last.md#after", "last.md#before"),
        f"{U1}/coming.md",
        "THE DRAFT",
        "leads to no heading there",
    ),
    "a module called glossary": (
        ("pgcert/programme.toml", '["m1"]', '["m1", "glossary"]'),
        "pgcert/programme.toml",
        "modules",
        "and not the name glossary",
    ),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_named_by_file_and_line(folder: Path, kind: str) -> None:
    changed, file, words, said = FAULTS[kind]
    change(folder, *changed)
    faults, _ = check(folder, TODAY)
    named = [(fault.file, fault.line) for fault in faults if said in fault.message]
    assert (f"content/{file}", line_of(file, words)) in named, "\n".join(map(str, faults))


def test_a_telephone_fact_has_the_day_it_was_checked(folder: Path) -> None:
    text = (folder / LAW).read_text(encoding="utf-8")
    first, last = text.split("[E-001]")
    without = last.replace("checked_on = 2026-11-21\n", "")
    (folder / LAW).write_text(f"{first}[E-001]{without}", encoding="utf-8")
    named = [
        (fault.line, fault.message)
        for fault in check(folder, TODAY)[0]
        if "`checked_on` is" in fault.message
    ]
    assert named == [(line_of(LAW, "[E-001]"), "`checked_on` is missing: add it")]


ALLOWED: dict[str, tuple[Change, ...]] = {
    "a title": ((LAST, "After that.", "Under the Rescued Act."),),
    "one file": (
        ("words.toml", 'words = ["the', f'file = "{LAST}"\nwords = ["the'),
        (LAST, "After that.", "Under the Rescued Act."),
    ),
    "a known number": ((LAST, "After that.", "Ring 0800 000 000, or 999."),),
    "a section, not a number": ((LAST, "After that.", "Section 101 of 2015, on 020 pages."),),
    "a rule with a number": (
        (LAW, "Slavery is an offence.", "The test is 50 per cent."),
        (LAW, 'mark = "V"', 'kind = "rule"\nmark = "V"'),
    ),
    "a statistic with its period": (
        (LAW, "Slavery is an offence.", "It rose by 22%."),
        (LAW, 'mark = "V"', 'kind = "statistic"\nperiod = "2025"\nmark = "V"'),
    ),
    "a comment": (("pgcert/programme.toml", "title =", "# rescued: ring 0161 496 0000\ntitle ="),),
    "an outline of drafts": (
        (f"{U1}/unit.toml", "closing", 'covers = ["More."]\nclosing'),
        (f"{U1}/unit.toml", '"written"', '"outline"'),
        (f"{U1}/first.md", "minutes", "draft = true\nminutes"),
        (f"{U1}/heavy.md", "minutes", "draft = true\nminutes"),
        (LAST, "minutes", "draft = true\nminutes"),
        ("onboarding/onboarding/u1/only.md", ", and [more](../../m1/u1/first.md#what-comes)", ""),
    ),
}


@pytest.mark.parametrize("kind", ALLOWED)
def test_what_is_no_fault(folder: Path, kind: str) -> None:
    for one in ALLOWED[kind]:
        change(folder, *one)
    assert check(folder, TODAY)[0] == ()


def test_a_word_is_allowed_in_its_own_file_only(folder: Path) -> None:
    change(folder, "words.toml", 'words = ["the', f'file = "{U1}/first.md"\nwords = ["the')
    change(folder, LAST, "After that.", "Under the Rescued Act.")
    assert [fault.file for fault in check(folder, TODAY)[0]] == [f"content/{LAST}"]


def test_a_unit_of_drafts_alone_is_not_written(folder: Path) -> None:
    for page in ("first", "heavy", "last"):
        change(folder, f"{U1}/{page}.md", "minutes", "draft = true\nminutes")
    faults, _ = check(folder, TODAY)
    assert f'content/{U1}/unit.toml:4: every page is a draft: write state = "outline"' in map(
        str, faults
    )


WARNINGS: dict[str, tuple[Change, str, str, str]] = {
    "a term nobody links": (
        (LAST, "[[Advocate]]", "advocate"),
        GLOSSARY,
        "[term.advocate]",
        "no page links the term “advocate”",
    ),
    "a fact changed after the review": (
        ("pgcert/m1/u1/last.md", "After that.", "After that [@A-001]."),
        LAST,
        "reviewed",
        "fact A-001 changed on 2026-11-21, after this page was reviewed",
    ),
    "a change of tomorrow": (
        (LAST, "on = 2026-11-20", "on = 2026-11-25"),
        LAST,
        "on = 2026-11-20",
        "a day to come",
    ),
}


@pytest.mark.parametrize("kind", WARNINGS)
def test_a_warning_is_named_by_file_and_line(folder: Path, kind: str) -> None:
    changed, file, words, said = WARNINGS[kind]
    change(folder, *changed)
    if kind == "a fact changed after the review":
        change(folder, LAW, 'mark = "V"', 'changed_on = 2026-11-21\nmark = "V"')
    faults, warnings = check(folder, TODAY)
    assert faults == ()
    named = [(one.file, one.line) for one in warnings if said in one.message]
    assert named == [(f"content/{file}", line_of(file, words))]


def singles(right: str, longest: str) -> str:
    """Four questions of three options: which is right in each, and which is longest."""
    questions = []
    for number, (place, long) in enumerate(zip(right, longest, strict=True)):
        options = "".join(
            f'[[question.option]]\nid = "o{one}"\n'
            f'text = "{"long words" if one == long else "few"}"\n'
            f'{"right = true" if one == place else ""}\nfeedback = "We would begin here."\n'
            for one in "123"
        )
        questions.append(
            f'[[question]]\nid = "q{number}"\ntype = "single"\nprompt = "What?"\n{options}'
        )
    return "\n".join(questions)


def truths(answers: str) -> str:
    return "\n".join(
        f'[[question]]\nid = "t{number}"\ntype = "true-false"\nprompt = "So?"\n'
        + "".join(
            f'[[question.option]]\nid = "{one}"\ntext = "{one}"\n'
            f'{"right = true" if one[0] == answer else ""}\nfeedback = "We would begin here."\n'
            for one in ("true", "false")
        )
        for number, answer in enumerate(answers)
    )


@pytest.mark.parametrize(
    ("questions", "head", "said"),
    [
        (singles("1231", "1232"), "", "always the longest would get 3 of 4 right"),
        (singles("2221", "1113"), "", "always place 2 would get 3 of 4 right"),
        (truths("ffff"), "", "always “false” would get 4 of 4 right"),
        (singles("1122", "3333"), "pass_percent = 50\n", "a trick passes this check (2 of 4)"),
        (singles("1122", "3333"), "", None),
        (singles("1231", "2313"), "pass_percent = 60\n", None),
        (truths("tftf"), "", None),
    ],
)
def test_a_check_cannot_be_passed_by_a_trick(
    folder: Path, questions: str, head: str, said: str | None
) -> None:
    path = folder / CHECK
    path.write_text(f'kind = "check"\ntitle = "So"\n{head}\n{questions}', encoding="utf-8")
    faults = [f for f in check(folder, TODAY)[0] if f.file.endswith("check.toml")]
    if said is None:
        assert faults == []
    else:
        line = 3 if head else 4
        assert [(f.line, said in f.message) for f in faults] == [(line, True)]


def test_options_that_look_as_long_share_the_luck(folder: Path) -> None:
    questions = singles("1231", "1231").replace("few", "long word")
    (folder / CHECK).write_text(f'kind = "check"\ntitle = "So"\n{questions}', encoding="utf-8")
    named = [str(f) for f in check(folder, TODAY)[0] if "longest" in f.message]
    assert named  # nine letters of ten are fewer than nineteen of twenty: still the longest
    closer = questions.replace("long words", "x" * 20).replace("long word", "x" * 19)
    (folder / CHECK).write_text(f'kind = "check"\ntitle = "So"\n{closer}', encoding="utf-8")
    faults = [f for f in check(folder, TODAY)[0] if f.file == f"content/{CHECK}"]
    assert not [f for f in faults if "always the longest" in f.message]


def test_all_checks_together_are_balanced(folder: Path) -> None:
    change(folder, *limit("all_longest_percent", 20))
    change(folder, CHECK, 'type = "multiple"', 'type = "single"')
    change(folder, CHECK, 'text = "An ear"\nright = true', 'text = "An ear"')
    faults = [str(f) for f in check(folder, TODAY)[0]]
    assert [f for f in faults if f.startswith("content/pgcert/programme.toml:6: over all checks")]


def test_an_editors_fault_does_not_stop_the_server(folder: Path) -> None:
    change(folder, LAST, "After that.", "She was rescued.")
    said, code = report(folder, TODAY)
    assert code == 1
    assert said.endswith("1 fault, 1 warning: the server would start, but mend them first.")
    load(folder)
