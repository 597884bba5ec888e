"""The regulations engine: what a university's rules make of a piece of work, as pure functions.

Only values in and out, and only the standard library: any university's rules are data (`Terms`,
read from content/regulations), with no code of their own. Where a text is silent and it would make
a difference, the answer is a question (`NeedsSetting`, `NeedsPerson`), never a made-up number.

`mark_for` is the one that others call; the page before a late hand-in asks `late_consequence`.
"""

from lms.regulations.asking import query_until
from lms.regulations.awards import (
    Compensated,
    ModuleResult,
    award_class,
    award_mark,
    best_average,
    compensate,
    mean,
)
from lms.regulations.clauses import Clause, clauses, plain
from lms.regulations.costs import rounded
from lms.regulations.extensions import (
    Asked,
    SelfCertification,
    more_time_blocks,
    moved_by_working_days,
    requests_needed,
    self_certifiable,
)
from lms.regulations.late import Lateness, late_consequence
from lms.regulations.marks import Attempt, HandedIn, Mark, Step, StepKind, mark_for
from lms.regulations.modules import (
    ModuleMark,
    Part,
    Standing,
    module_mark,
    part_mark,
    resit_blocks,
    resit_credits,
    standing,
)
from lms.regulations.readings import NeedsPerson, NeedsSetting, Open, Unread
from lms.regulations.saying import (
    how_late,
    in_words,
    unstated,
    what_lateness_costs,
    what_length_costs,
)
from lms.regulations.second_marking import (
    sample_size,
    second_marker_needed,
    third_marker_needed,
)
from lms.regulations.terms import Skip, Terms
from lms.regulations.turnaround import (
    applies_to,
    release_moment,
    returned_in_time,
    turnaround_date,
    working_days_left,
)
from lms.regulations.words import Length, word_consequence
from lms.regulations.working_days import ALL_SKIPS, Calendar, no_days_off

__all__ = [
    "ALL_SKIPS",
    "Asked",
    "Attempt",
    "Calendar",
    "Clause",
    "Compensated",
    "HandedIn",
    "Lateness",
    "Length",
    "Mark",
    "ModuleMark",
    "ModuleResult",
    "NeedsPerson",
    "NeedsSetting",
    "Open",
    "Part",
    "SelfCertification",
    "Skip",
    "Standing",
    "Step",
    "StepKind",
    "Terms",
    "Unread",
    "applies_to",
    "award_class",
    "award_mark",
    "best_average",
    "clauses",
    "compensate",
    "how_late",
    "in_words",
    "late_consequence",
    "mark_for",
    "mean",
    "module_mark",
    "more_time_blocks",
    "moved_by_working_days",
    "no_days_off",
    "part_mark",
    "plain",
    "query_until",
    "release_moment",
    "requests_needed",
    "resit_blocks",
    "resit_credits",
    "returned_in_time",
    "rounded",
    "sample_size",
    "second_marker_needed",
    "self_certifiable",
    "standing",
    "third_marker_needed",
    "turnaround_date",
    "unstated",
    "what_lateness_costs",
    "what_length_costs",
    "word_consequence",
    "working_days_left",
]
