"""The small content with one more unit, in which every kind of activity stands on a page."""

from pathlib import Path

from tests.modules.small_content import FILES, write_small_content

U3 = "pgcert/m1/u3"
MODULE = "pgcert/m1/module.toml"
ACTIVITY_FILES = {
    MODULE: FILES[MODULE].replace('["u1", "u2"]', '["u1", "u2", "u3"]'),
    f"{U3}/unit.toml": """\
title = "Doing"
summary = "Three pages of doing."
minutes = 30
state = "written"
outcomes = ["You will be able to do."]
pages = ["begin", "cards", "end"]
""",
    f"{U3}/begin.md": """\
+++
title = "To begin"
minutes = 10
activity = ["sure", "friday"]
+++
Rosa is waiting.
""",
    f"{U3}/cards.md": """\
+++
title = "Cards"
minutes = 10
activity = ["whose", "first", "fellows"]
+++
Whose is it to decide?
""",
    f"{U3}/end.md": """\
+++
title = "To end"
minutes = 10
check = "asked"
reflection = "thought"
activity = ["letter", "sure"]
+++
Write it down.
""",
    f"{U3}/friday.toml": """\
kind = "scenario"
title = "Friday, ten to five"
intro = "One afternoon."

[[scene]]
id = "call"
title = "The telephone"
text = \"\"\"
Rosa rings. **She** is told to leave.

/// quote | Rosa, who is invented
They changed the lock.
///
\"\"\"
invented = "Rosa is invented."
facts = ["A-001"]
[[scene.option]]
id = "ask"
text = "Ask what she wants first"
to = "wish"
feedback = "We would begin here too. It is hers to say."
[[scene.option]]
id = "ring"
text = "Ring the council at once"
to = "council"
feedback = "Many people choose this. It is quick, and Rosa has not asked for it."

[[scene]]
id = "council"
title = "The council"
text = "They ask what Rosa wants."
invented = "Ben, who answers, is invented."
[[scene.option]]
id = "back-to-her"
text = "Ring Rosa back"
to = "call"
feedback = "Worth it: it costs four minutes."
[[scene.option]]
id = "guess"
text = "Say what she would want"
to = "guessed"
feedback = "It is tempting. It speaks for her."

[[scene]]
id = "wish"
title = "What Rosa wants"
text = "She wants her papers, and tonight a bed."
[[scene.option]]
id = "papers"
text = "Begin with the papers"
to = "papers-first"
feedback = "She said it first."
[[scene.option]]
id = "bed"
text = "Begin with the bed"
to = "bed-first"
feedback = "The office closes at five."

[[scene]]
id = "guessed"
title = "A room she did not want"
text = "It is far from work."
ending = true
[[scene]]
id = "papers-first"
title = "The papers are there"
text = "And it is dark."
ending = true
[[scene]]
id = "bed-first"
title = "A bed for tonight"
text = "The papers wait until Monday."
ending = true
""",
    f"{U3}/whose.toml": """\
kind = "sort"
title = "Whose is it?"
intro = "Put each under one."

[[group]]
id = "hers"
title = "Hers to decide"
[[group]]
id = "yours"
title = "Yours to do"

[[card]]
id = "told"
text = "How much is told"
group = "hers"
feedback = "It is *her* account."
facts = ["A-001"]
[[card]]
id = "letter"
text = "Who writes the letter"
group = "yours"
feedback = "You offered."
[[card]]
id = "pace"
text = "How fast"
group = "hers"
feedback = "She lives with it."
""",
    f"{U3}/fellows.toml": """\
kind = "match"
title = "Who does what?"

[[pair]]
id = "advocate"
left = "Advocate"
right = "Stands beside"
feedback = "By choice."
[[pair]]
id = "lawyer"
left = "Lawyer"
right = "Advises on law"
feedback = "By training."
[[pair]]
id = "support"
left = "Support worker"
right = "Keeps the door open"
feedback = "By contract."
""",
    f"{U3}/first.toml": """\
kind = "order"
title = "What first?"

[[step]]
id = "ask"
text = "Ask her"
feedback = "Nothing is right before it."
[[step]]
id = "ring"
text = "Ring the office"
feedback = "She said that you may."
[[step]]
id = "note"
text = "Note what was said"
feedback = "There is something to note now."
""",
    f"{U3}/letter.toml": """\
kind = "template"
title = "A letter to the council"
intro = "Short, and in her words."
guidance = "Leave names out."

[[field]]
id = "about"
label = "What it is about"
type = "line"
hint = "One line."
[[field]]
id = "asked"
label = "What is asked"
type = "lines"
rows = 4
[[field]]
id = "agreed"
label = "Has she agreed?"
type = "choice"
[[field.option]]
id = "yes"
text = "Yes, in words"
[[field.option]]
id = "not-yet"
text = "Not yet"
[[field]]
id = "by"
label = "By when"
type = "date"
hint = "The day you agreed."
""",
    f"{U3}/sure.toml": """\
kind = "confidence"
title = "how sure are you?"
intro = "As things are today."

[[statement]]
id = "whose"
text = "I can say whose decision it is."
[[statement]]
id = "stop"
text = "I know when to stop."
""",
    f"{U3}/asked.toml": """\
kind = "check"
title = "One question"
[[question]]
id = "one"
type = "true-false"
prompt = "An advocate asks."
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
    f"{U3}/thought.toml": """\
kind = "reflection"
title = "A thought"
prompt = "What stays?"
""",
}


def write_activity_content(folder: Path) -> Path:
    """Write the small content and the unit of doing into a folder, and return it."""
    write_small_content(folder)
    for name, text in ACTIVITY_FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
