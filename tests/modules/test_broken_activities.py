"""Every kind of fault in an activity is named by its file and line, with what to do."""

from datetime import date
from pathlib import Path

import pytest

from lms.modules.catalogue import check
from tests.modules.activity_content import ACTIVITY_FILES, U3, write_activity_content

TODAY = date(2026, 11, 24)
FRIDAY, WHOSE, FELLOWS = f"{U3}/friday.toml", f"{U3}/whose.toml", f"{U3}/fellows.toml"
FIRST = f"{U3}/first.toml"
LETTER, SURE, BEGIN, END = (
    f"{U3}/letter.toml",
    f"{U3}/sure.toml",
    f"{U3}/begin.md",
    f"{U3}/end.md",
)
Change = tuple[str, str, str]  # file, what stands there, what to put instead


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_activity_content(tmp_path / "content")


def test_the_unit_of_doing_is_in_order(folder: Path) -> None:
    assert check(folder, TODAY) == ((), ())


# one change → the file, the words on whose line the fault is named, and what is said
TABLE: dict[str, tuple[Change, str, str, str]] = {
    "a kind that is not": (
        (FRIDAY, 'kind = "scenario"', 'kind = "story"'),
        FRIDAY,
        'kind = "scenario"',
        "one of check, reflection, scenario, sort, match, order, template, confidence",
    ),
    "an order of two steps": (
        (
            FIRST,
            """[[step]]
id = "note"
text = "Note what was said"
feedback = "There is something to note now."
""",
            "",
        ),
        FIRST,
        "[[step]]",
        "at least 3",
    ),
    "two steps of one id": (
        (FIRST, 'id = "ring"', 'id = "ask"'),
        FIRST,
        'id = "ring"',
        "`ask`",
    ),
    "a file that is not there": (
        (BEGIN, '"friday"]', '"monday"]'),
        BEGIN,
        "activity",
        "needs a file monday.toml in this folder",
    ),
    "a name that is no address": (
        (BEGIN, '"friday"]', '"Fri day"]'),
        BEGIN,
        "activity",
        "use small letters, digits and hyphens, it becomes an address",
    ),
    "a scenario on two pages": (
        (f"{U3}/cards.md", '"fellows"]', '"fellows", "friday"]'),
        f"{U3}/cards.md",
        "activity",
        "friday.toml is shown on two pages",
    ),
    "two checks on a page": (
        (END, 'activity = ["letter"', 'activity = ["thought", "letter"'),
        END,
        "activity",
        "the page has two of kind reflection",
    ),
    "an activity that is no list": (
        (BEGIN, 'activity = ["sure", "friday"]', "activity = 3"),
        BEGIN,
        "activity",
        "`activity` must be a list in square brackets",
    ),
    "feedback left out": (
        (FRIDAY, 'feedback = "She said it first."\n', ""),
        FRIDAY,
        '[[scene.option]]\nid = "papers"',
        "`feedback` is missing",
    ),
    "feedback that judges": (
        (FRIDAY, "She said it first.", "Wrong. She said it first."),
        FRIDAY,
        'feedback = "She said',
        "feedback begins with “Wrong.”",
    ),
    "a way to nowhere": (
        (FRIDAY, 'to = "guessed"', 'to = "gessed"'),
        FRIDAY,
        'to = "guessed"',
        "there is no scene `gessed`",
    ),
    "a scene that nothing leads to": (
        (FRIDAY, 'to = "bed-first"', 'to = "papers-first"'),
        FRIDAY,
        '[[scene]]\nid = "bed-first"',
        "no way leads to scene `bed-first`",
    ),
    "a dead end": (
        (FRIDAY, 'text = "It is far from work."\nending = true', 'text = "It is far from work."'),
        FRIDAY,
        '[[scene]]\nid = "guessed"',
        "scene `guessed` is a dead end",
    ),
    "an ending that goes on": (
        (FRIDAY, 'text = "They ask what Rosa wants."', 'text = "They ask."\nending = true'),
        FRIDAY,
        'invented = "Ben',
        "an ending leads nowhere",
    ),
    "round and round": (
        (FRIDAY, 'to = "guessed"', 'to = "council"'),
        FRIDAY,
        '[[scene]]\nid = "guessed"',
        "no way leads to scene `guessed`",
    ),
    "nobody said to be invented": (
        (FRIDAY, 'invented = "Rosa is invented."\n', ""),
        FRIDAY,
        '[[scene]]\nid = "call"',
        "say in `invented` of the first scene who in it is invented",
    ),
    "a scene twice": (
        (FRIDAY, 'id = "council"', 'id = "call"'),
        FRIDAY,
        'id = "council"',
        "scene id `call` stands twice",
    ),
    "a way twice": (
        (FRIDAY, 'id = "guess"', 'id = "back-to-her"'),
        FRIDAY,
        'id = "guess"',
        "id `back-to-her` stands twice here",
    ),
    "an id that is no id": (
        (FRIDAY, 'id = "guess"', 'id = "Guess it"'),
        FRIDAY,
        'id = "guess"',
        "use small letters, digits and hyphens",
    ),
    "a fact that is not": (
        (FRIDAY, 'facts = ["A-001"]', 'facts = ["A-009"]'),
        FRIDAY,
        "facts",
        "fact `A-009` is in no file",
    ),
    "a numbered source in a scene": (
        (FRIDAY, "And it is dark.", "And it is dark[@A-001]."),
        FRIDAY,
        'text = "And it is dark',
        "numbered sources belong to a page",
    ),
    "a heading in a scene": (
        (FRIDAY, "Rosa rings.", "## Rosa rings."),
        FRIDAY,
        'text = """',
        "a heading has no place here",
    ),
    "a picture in a scene": (
        (FRIDAY, "And it is dark.", "![Dark](dark.svg)"),
        FRIDAY,
        'text = "And it is dark',
        "a picture has no place in an activity",
    ),
    "a link to a page": (
        (FRIDAY, "And it is dark.", "[Dark](../u1/first.md)"),
        FRIDAY,
        'text = "And it is dark',
        "link to https addresses only",
    ),
    "a block not understood": (
        (FRIDAY, "/// quote |", "/// shout |"),
        FRIDAY,
        'text = """',
        "this block was not understood",
    ),
    "a card for no group": (
        (WHOSE, 'group = "yours"', 'group = "theirs"'),
        WHOSE,
        'group = "yours"',
        "there is no group `theirs`: use one of hers, yours",
    ),
    "a card twice": (
        (WHOSE, 'id = "pace"', 'id = "told"'),
        WHOSE,
        'id = "pace"',
        "card id `told` stands twice",
    ),
    "a card without feedback": (
        (WHOSE, 'feedback = "You offered."\n', ""),
        WHOSE,
        '[[card]]\nid = "letter"',
        "`feedback` is missing",
    ),
    "a pair that is another's too": (
        (FELLOWS, 'right = "Advises on law"', 'right = "stands  beside"'),
        FELLOWS,
        'right = "Advises on law"',
        "this `right` stands twice",
    ),
    "a pair whose feedback judges": (
        (FELLOWS, "By contract.", "Correct. By contract."),
        FELLOWS,
        'feedback = "By contract',
        "feedback begins with “Correct.”",
    ),
    "a group with no place in a match": (
        (FELLOWS, "[[pair]]", '[[group]]\nid = "x"\ntitle = "X"\n\n[[pair]]'),
        FELLOWS,
        "[[pair]]",
        "`group` is not a key used here",
    ),
    "a choice of one": (
        (LETTER, '[[field.option]]\nid = "not-yet"\ntext = "Not yet"\n', ""),
        LETTER,
        '[[field]]\nid = "agreed"',
        "a choice has at least two [[field.option]]",
    ),
    "a choice twice": (
        (LETTER, 'id = "not-yet"', 'id = "yes"'),
        LETTER,
        'id = "not-yet"',
        "id `yes` stands twice here",
    ),
    "answers for a line": (
        (LETTER, 'type = "choice"', 'type = "line"'),
        LETTER,
        '[[field.option]]\nid = "yes"',
        "a field of type line has no options",
    ),
    "rows for a line": (
        (LETTER, 'type = "lines"', 'type = "line"'),
        LETTER,
        "rows = 4",
        "`rows` is for type",
    ),
    "a field of no type": (
        (LETTER, 'type = "date"', 'type = "day"'),
        LETTER,
        'type = "date"',
        "`type`",
    ),
    "a field twice": (
        (LETTER, 'id = "by"', 'id = "asked"'),
        LETTER,
        'id = "by"',
        "field id `asked` stands twice",
    ),
    "a rating asked once": (
        (END, '["letter", "sure"]', '["letter"]'),
        SURE,
        "kind",
        "a rating is asked before and after",
    ),
    "a rating asked three times": (
        (f"{U3}/cards.md", '"fellows"]', '"fellows", "sure"]'),
        END,
        "activity",
        "sure.toml is asked before and after already",
    ),
    "four steps": (
        (SURE, "[[statement]]", 'steps = ["a", "b", "c", "d"]\n[[statement]]'),
        SURE,
        "[[statement]]",
        "give five steps, from the least sure: there are 4",
    ),
    "a step twice": (
        (SURE, "[[statement]]", 'steps = ["a", "b", "c", "d", "a"]\n[[statement]]'),
        SURE,
        "[[statement]]",
        "the step “a” stands twice",
    ),
    "a statement twice": (
        (SURE, 'id = "stop"', 'id = "whose"'),
        SURE,
        'id = "stop"',
        "statement id `whose` stands twice",
    ),
    "too much on a page": (
        (END, '"letter", "sure"]', '"letter", "sure", "friday"]'),
        END,
        "activity",
        "this page asks for too much beside its text",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_fault_is_named_by_file_and_line(folder: Path, name: str) -> None:
    (file, old, new), named, words, said = TABLE[name]
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    faults, _ = check(folder, TODAY)
    line = ACTIVITY_FILES[named].split(words, 1)[0].count("\n") + 1
    found = [fault for fault in faults if said in fault.message]
    assert [(fault.file, fault.line) for fault in found[:1]] == [(f"content/{named}", line)], faults


def test_round_and_round_is_refused_where_no_way_reaches_an_ending(folder: Path) -> None:
    path = folder / FRIDAY
    text = path.read_text(encoding="utf-8")
    text = text.replace('to = "guessed"', 'to = "council"').replace(
        '[[scene]]\nid = "guessed"\ntitle = "A room she did not want"\n'
        'text = "It is far from work."\nending = true\n',
        "",
    )
    text = text.replace('to = "call"', 'to = "council"')
    path.write_text(text, encoding="utf-8")
    faults, _ = check(folder, TODAY)
    assert [fault.message for fault in faults] == [
        "from scene `council` one goes round and round: let some way reach an ending"
    ]


def test_one_of_what_there_must_be_two_of(folder: Path) -> None:
    path = folder / FELLOWS
    text = path.read_text(encoding="utf-8")
    path.write_text("[[pair]]".join(text.split("[[pair]]")[:2]), encoding="utf-8")
    faults, _ = check(folder, TODAY)
    assert [str(fault) for fault in faults] == [
        f"content/{FELLOWS}:4: give at least 2 [[pair]]: there is only 1"
    ]


def test_a_file_that_no_page_shows_is_named(folder: Path) -> None:
    path = folder / BEGIN
    path.write_text(
        path.read_text(encoding="utf-8").replace('["sure", "friday"]', '"sure"'), encoding="utf-8"
    )
    faults, _ = check(folder, TODAY)
    assert [fault.file for fault in faults] == [f"content/{FRIDAY}"]
    assert "`activity` of a page" in faults[0].message


def test_a_rating_with_a_fault_of_its_own_is_named_once(folder: Path) -> None:
    path = folder / SURE
    path.write_text(
        path.read_text(encoding="utf-8").replace('title = "how', 'tilte = "how'), encoding="utf-8"
    )
    faults, _ = check(folder, TODAY)
    assert {fault.file for fault in faults} == {f"content/{SURE}"}


def test_check_and_reflection_may_be_named_as_activities_too(folder: Path) -> None:
    path = folder / END
    text = path.read_text(encoding="utf-8")
    text = text.replace('check = "asked"\nreflection = "thought"\n', "").replace(
        '["letter", "sure"]', '["letter", "asked", "thought", "sure"]'
    )
    path.write_text(text, encoding="utf-8")
    assert check(folder, TODAY) == ((), ())
