"""The small content with what the content model adds: a glossary, words, changes, drafts."""

from pathlib import Path

from tests.modules.small_content import FILES, write_small_content

MORE = {
    "glossary.toml": """\
[term.debt-bondage]
name = "debt bondage"
also = ["bonded"]
text = "Work for a debt that is **never** paid."
nations = ["england", "wales"]
facts = ["A-001"]

[term.advocate]
name = "advocate"
text = "Somebody beside you."
facts = ["A-001"]
programmes = ["pgcert"]
""",
    "words.toml": """\
[[word]]
say_not = ["rescued", "hard to reach"]
say = "left, got out"
why = "It moves a person about."

[[allow]]
words = ["the Rescued Act"]
why = "It is a title."
""",
    "pgcert/m1/u1/last.md": """\
+++
title = "The last page"
minutes = 6
reflection = "reflection"
reviewed = 2026-11-20

[[change]]
on = 2026-10-01
note = "A date was mended."
read_again = false

[[change]]
on = 2026-11-20
note = "The law on debts is new."
read_again = true

[[approval]]
kind = "legal"
by = "The programme's legal reader"
on = 2026-11-01
version = "00000000"
+++
Nearly there, with an [[Advocate]] for who is [[debt bondage|held by a debt]].

## After

After that.

| Who | What |
| --- | --- |
| One | An [[debt bondage|old debt]] |
""",
    "pgcert/m1/u1/coming.md": """\
+++
title = "A page to come"
minutes = 3
draft = true
check = "quick"
+++
THE DRAFT leads to [the last page](last.md#after).

/// figure | A plan
![A plan of a house](plan.svg)
///
""",
    "pgcert/m1/u1/quick.toml": """\
kind = "check"
title = "A quick question"

[[question]]
id = "so"
type = "true-false"
prompt = "Is it so?"
facts = ["E-001"]
[[question.option]]
id = "true"
text = "True"
right = true
feedback = "We would begin here too."
[[question.option]]
id = "false"
text = "False"
feedback = "Many people choose this. We would begin elsewhere."
""",
    "pgcert/m1/u1/plan.svg": FILES["pgcert/m1/u1/lines.svg"],
}


def write_model_content(folder: Path) -> Path:
    """Write it into a folder, and return the folder."""
    write_small_content(folder)
    for name, text in MORE.items():
        (folder / name).write_text(text, encoding="utf-8")
    unit = folder / "pgcert/m1/u1/unit.toml"
    listed = unit.read_text(encoding="utf-8").replace(
        '"heavy", "last"', '"heavy", "coming", "last"'
    )
    unit.write_text(listed, encoding="utf-8")
    return folder
