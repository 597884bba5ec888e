"""A whole content folder, as small as can be, for tests: both programmes, every activity."""

from pathlib import Path

FILES = {
    "sources.toml": """\
[MSA]
title = "Modern Slavery Act 2015"
publisher = "UK Parliament"
year = 2015
""",
    "support.toml": """\
[[line]]
name = "A line to call"
phone = "0800 000 000"
nations = ["england", "wales"]
for = "You would like to talk."
fact = "E-001"
checked_on = 2026-11-21
""",
    "declarations.toml": """\
[integrity]
[[integrity.version]]
number = 1
from = 2026-01-01
text = "This is my own work."
""",
    "facts/law.toml": """\
[A-001]
statement = "Slavery is an offence."
source = "Modern Slavery Act 2015, section 1"
keys = ["MSA"]
mark = "V"
nations = ["england", "wales"]
checked_on = 2026-11-21
review_by = 2027-11-21
status = "Its schedule is being checked."

[E-001]
statement = "The line can be called on 0800 000 000; in an emergency, 999."
kind = "phone"
source = "The line itself"
mark = "V"
nations = ["england", "wales", "scotland", "northern-ireland"]
checked_on = 2026-11-21
review_by = 2027-11-21
""",
    "regulations/pgcert-example-1.toml": """\
id = "pgcert-example-1"
version = 1
title = "Example regulations"
example = true
note = "An example, not confirmed."
maximum = 100
pass_mark = 50
turnaround_working_days = 20

[[band]]
id = "not-yet"
title = "Not yet"
from = 0
[[band]]
id = "pass"
title = "Pass"
from = 50

[rounding]
to = 1
way = "half-up"

[vle]
send_on = "release"

[[clause]]
id = "weighting"
text = "Weights."
[[clause]]
id = "rounding"
text = "Rounding."
[[clause]]
id = "pass"
text = "Pass."
[[clause]]
id = "release"
text = "Release."
[[clause]]
id = "vle"
text = "VLE."
[[clause]]
id = "words"
text = "Words."
[[clause]]
id = "turnaround"
text = "Turnaround."
""",
    "pgcert/programme.toml": """\
title = "A small certificate"
summary = "One module."
modules = ["m1"]
""",
    "pgcert/m1/module.toml": """\
title = "Standing beside somebody"
short = "Module 1"
summary = "What an advocate is."
outcomes = ["Say what an advocate is.", "Say what an advocate is not."]
units = ["u1", "u2"]
assessments = ["m1-plan"]
""",
    "pgcert/m1/assessments/m1-plan.toml": """\
title = "A plan"
short = "Assessment A"
module = "m1"
weight = 100
words = 1000
record = "here"
outcomes = [1, 2]
declaration = "integrity"
integrity = "Say if you used a tool."

[due]
weeks = 4
weekday = "monday"
at = "12:00"

[[criterion]]
id = "knowing"
title = "What is known"
weight = 60
outcomes = [1]
[[criterion.level]]
band = "not-yet"
text = "Little."
[[criterion.level]]
band = "pass"
text = "Enough."

[[criterion]]
id = "doing"
title = "What is done"
weight = 40
outcomes = [2]
[[criterion.level]]
band = "not-yet"
text = "Little."
[[criterion.level]]
band = "pass"
text = "Enough."
""",
    "pgcert/m1/assessments/m1-plan.md": """\
## What to write

A plan.
""",
    "pgcert/m1/u1/unit.toml": """\
title = "Beside, not before"
summary = "Three pages."
minutes = 20
state = "written"
outcomes = ["You will be able to begin."]
pages = ["first", "heavy", "last"]
law_as_at = 2026-11-01
next_review = 2027-11-01
owner = "A person"
closing = "Stand up and stretch."
content_note = "One page names harm."
""",
    "pgcert/m1/u1/first.md": """\
+++
title = "The first page"
minutes = 5
check = "check"
+++
Slavery is an offence [@A-001]. See [the last page](last.md#after).

## What comes

/// figure | Two lines
![Two lines side by side](lines.svg)
///
""",
    "pgcert/m1/u1/heavy.md": """\
+++
title = "The heavy page"
minutes = 9
check = "needed"

[content_note]
holds = "An account of harm."
not_held = "Nothing in detail."
summary_minutes = 2
summary = "The short of it [@A-001]."
alternative = "Talk it through instead."
+++
Before the account.

/// pause | The next part is the account itself. It takes four minutes.
    skip: what-helps
///

## The account

THE WHOLE ACCOUNT.

## What helps

What helps.
""",
    "pgcert/m1/u1/last.md": """\
+++
title = "The last page"
minutes = 6
reflection = "reflection"
+++
Nearly there.

## After

After that.
""",
    "pgcert/m1/u1/lines.svg": (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h9"/></svg>\n'
    ),
    "pgcert/m1/u1/check.toml": """\
kind = "check"
title = "Check your understanding"
attempts = 3

[[question]]
id = "one"
type = "single"
prompt = "Where do you begin?"
facts = ["A-001"]
[[question.option]]
id = "ask"
text = "By asking"
right = true
feedback = "We would begin here too. Ask."
[[question.option]]
id = "tell"
text = "By telling"
feedback = "Many people choose this. We would begin elsewhere. Ask first."

[[question]]
id = "many"
type = "multiple"
prompt = "What do you bring?"
[[question.option]]
id = "time"
text = "Time"
right = true
feedback = "We would begin here too. Time."
[[question.option]]
id = "ear"
text = "An ear"
right = true
feedback = "We would begin here too. An ear."
[[question.option]]
id = "plan"
text = "A plan of your own"
feedback = "Many people choose this. We would begin elsewhere. It is their plan."

[[question]]
id = "said"
type = "true-false"
prompt = "An advocate speaks first."
[[question.option]]
id = "true"
text = "True"
feedback = "Many people choose this. We would begin elsewhere."
[[question.option]]
id = "false"
text = "False"
right = true
feedback = "We would begin here too."

[[question]]
id = "steps"
type = "order"
prompt = "What comes when?"
feedback_right = "We would begin here too. In that order."
feedback_wrong = "Many people choose this. We would begin elsewhere. Listen first."
[[question.item]]
id = "listen"
text = "Listen"
[[question.item]]
id = "agree"
text = "Agree"
[[question.item]]
id = "act"
text = "Act"

[[question]]
id = "days"
type = "short"
prompt = "For how many days at least?"
feedback_other = "Many people write this. We would begin elsewhere."
[[question.answer]]
match = "number"
text = "30"
right = true
feedback = "We would begin here too. Thirty."
[[question.answer]]
match = "words"
text = "thirty"
right = true
feedback = "We would begin here too. In words."
[[question.answer]]
match = "exact"
text = "forty-five"
feedback = "That was the older number."
""",
    "pgcert/m1/u1/needed.toml": """\
kind = "check"
title = "Needed"
pass_percent = 50

[[question]]
id = "safe"
type = "single"
prompt = "In danger now?"
must_be_right = true
[[question.option]]
id = "999"
text = "Ring 999"
right = true
feedback = "We would begin here too."
[[question.option]]
id = "wait"
text = "Wait"
feedback = "Many people choose this. We would begin elsewhere."

[[question]]
id = "other"
type = "single"
prompt = "And then?"
[[question.option]]
id = "go"
text = "Go home"
feedback = "Many people choose this. We would begin elsewhere."
[[question.option]]
id = "stay"
text = "Stay"
right = true
feedback = "We would begin here too."
""",
    "pgcert/m1/u1/reflection.toml": """\
kind = "reflection"
title = "Your own words"
prompt = "What would **you** need?"
guidance = "A few lines."
""",
    "pgcert/m1/u2/unit.toml": """\
title = "Still to come"
summary = "An outline."
minutes = 30
state = "outline"
outcomes = ["You will be able to go on."]
covers = ["What is still to come."]
""",
    "onboarding/programme.toml": """\
title = "Small onboarding"
summary = "For organisations."
modules = ["onboarding"]
""",
    "onboarding/onboarding/module.toml": """\
title = "Onboarding"
short = "Onboarding"
summary = "For organisations."
outcomes = ["Begin."]
units = ["u1"]
""",
    "onboarding/onboarding/u1/unit.toml": """\
title = "What it is"
summary = "One page."
minutes = 5
state = "written"
outcomes = ["You will be able to say what it is."]
pages = ["only"]
""",
    "onboarding/onboarding/u1/only.md": """\
+++
title = "The only page"
minutes = 5
+++
Only this, and [more](../../m1/u1/first.md#what-comes).
""",
}


def write_small_content(folder: Path) -> Path:
    """Write the small content into a folder, and return it."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
