"""What regulations say, as data: every table of a regulations file, in its own words.

A field that is None is a rule that the text does not state. Nothing here has a default that takes
marks off or leaves them on: what is not stated is asked for where it would make a difference
(readings.py), and is never made up. Marks and penalties are `Decimal`, in marks on the piece's own
scale unless a field says per cent.
"""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import ClassVar, Literal

Day = Literal["working", "calendar", "date"]
Skip = Literal["bank-holidays", "closure-days"]
Nation = Literal["england", "wales", "scotland", "northern-ireland"]
Of = Literal["points", "maximum", "mark"]  # marks, per cent of the maximum, per cent of the mark
PassMark = Literal["pass-mark"]
Way = Literal["half-up", "half-even", "half-down", "down"]


@dataclass(frozen=True)
class Table:
    """A table of a regulations file. A key that is not a field is a fault of the file."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True)
class Level(Table):
    """A level of study with a pass mark of its own."""

    level: int
    mark: Decimal


@dataclass(frozen=True)
class Pass(Table):
    """`[pass]`: the pass mark, and those of other levels."""

    mark: Decimal
    level: tuple[Level, ...] = ()

    def at(self, level: int | None) -> Decimal:
        """The pass mark of a level; of this programme where none is named."""
        return next((one.mark for one in self.level if one.level == level), self.mark)


@dataclass(frozen=True)
class Cost(Table):
    """What a step or band costs. At most one of `take`, `cap_at` and `mark`; none: nothing."""

    take: Decimal | None = None
    of: Of | None = None
    hold_at: Decimal | PassMark | None = None  # a mark above this is not taken below it
    below_hold: Literal["unchanged", "lowered"] | None = None  # a mark that was below it before
    cap_at: Decimal | PassMark | None = None
    mark: Decimal | None = None


@dataclass(frozen=True)
class LateStep(Cost):
    """`[[late.step]]`: how long it reaches, and what it costs. Without a limit: all that follows.

    `weeks_before_board` ends a step before `up_to_months` does, where a board's date is known.
    """

    each: Literal["day"] | None = None  # `take` is for each day; absent: once
    up_to_minutes: Decimal | None = None
    up_to_days: int | None = None
    up_to_months: int | None = None
    month_end: Literal["last-day", "next-month"] | None = None  # 31 January + 1 month
    weeks_before_board: int | None = None
    marked: bool = True
    accepted: bool = True
    complete: bool | None = None  # does work with this mark count as done?
    outcome: str | None = None  # the university's own code: NC
    reaches: Literal["work", "module"] | None = None  # what `mark` is the mark of


@dataclass(frozen=True)
class Late(Table):
    """`[late]`. Without steps nothing is taken off; `takes` says so in the file."""

    takes: Literal["nothing"] | None = None
    day: Day | None = None
    ends: Literal["deadline", "noon", "midnight"] | None = None
    skips: tuple[Skip, ...] | None = None
    at_the_moment: Literal["on-time", "late"] | None = None  # exactly when due, to the second
    unsettled_seconds: int = 0  # after the moment, for which the text says two things
    same_date: Literal["nothing", "day-one"] | None = None  # day = "date": late, on the due date
    floor: Literal["zero"] | None = None
    without_marks: Literal["not-yet"] | None = None  # work that has no marks, late
    claim_upheld: Literal["first-attempt"] | None = None  # what a claim gives for refused work
    step: tuple[LateStep, ...] = ()


@dataclass(frozen=True)
class WordBand(Cost):
    """`[[words.band]]`: per cent over the limit. `above`, `below` leave the edge out."""

    above: Decimal | None = None
    from_: Decimal | None = None
    up_to: Decimal | None = None
    below: Decimal | None = None


@dataclass(frozen=True)
class Words(Table):
    """`[words]`: per cent over the limit that costs nothing, and what more costs."""

    takes: Literal["nothing"] | None = None
    tolerance: Decimal | None = None
    excess: Literal["unread"] | None = None
    floor: Literal["zero"] | None = None
    counts: tuple[str, ...] | None = None  # what is left out of the count, in words
    band: tuple[WordBand, ...] = ()


@dataclass(frozen=True)
class Penalties(Table):
    """`[penalties]`: late and over length at once."""

    combine: Literal["both", "greater"] | None = None


@dataclass(frozen=True)
class CreditLimit(Table):
    """`[resit.credits]`: how much of the taught credits may be taken again."""

    share: Decimal
    most: Decimal


@dataclass(frozen=True)
class Resit(Table):
    """`[resit]`: attempts, and what a resit or a deferred attempt may score."""

    attempts: int | None = None
    cap: Decimal | Literal["pass-mark", "none"] | None = None
    on: Literal["component", "module"] | None = None
    use: Literal["resit", "higher"] | None = None
    deferred_capped: bool | None = None
    order: Literal["penalty-first", "cap-first"] | None = None
    when_passed: Literal["refused", "allowed"] | None = None
    must_pass_alone_changes_mark: bool | None = None
    after_last: str | None = None  # withdrawal
    with_circumstances: Literal["board"] | None = None
    credits: CreditLimit | None = None


@dataclass(frozen=True)
class Rounding(Table):
    """`[rounding]`: to what, which way a half goes, and where it is done, once each."""

    to: Decimal
    way: Way | None = None
    at: tuple[Literal["mark", "module", "award"], ...] = ("mark",)


@dataclass(frozen=True)
class LateWork(Table):
    """`[turnaround.late]`: work so many days late comes back so many working days after."""

    up_to_days: int
    working_days: int


@dataclass(frozen=True)
class Turnaround(Table):
    """`[turnaround]`: working days from the date due to marks and comments."""

    working_days: int
    first_day: Literal["due", "after"] | None = None
    skips: tuple[Skip, ...] | None = None
    exempt: tuple[str, ...] = ()
    late: LateWork | None = None


@dataclass(frozen=True)
class SelfCertified(Table):
    """`[self_certified]`: more time without evidence."""

    length: int
    day: Literal["working", "calendar"] | None = None
    skips: tuple[Skip, ...] | None = None
    per_year: int | None = None
    counted_by: Literal["window", "assessment"] | None = None
    earliest_days_before: int | None = None
    earliest_day: Literal["working", "calendar"] | None = None
    after_the_date: bool | None = None
    evidence: bool | None = None
    most_in_all: int | None = None  # working days on one piece, these and others


@dataclass(frozen=True)
class Extensions(Table):
    """`[extensions]`: more time that somebody decides."""

    most_working_days: int | None = None
    after_the_date: bool | None = None


@dataclass(frozen=True)
class Pause(Table):
    """`[pause]`: a break without a reason; days, in all, that dates inside it move by."""

    most_days: int


@dataclass(frozen=True)
class Release(Table):
    """`[release]`: when results may go out. Without `at`, as soon as they are finished."""

    at: time | None = None
    on_working_days: bool | None = None


@dataclass(frozen=True)
class Query(Table):
    """`[query]`: how long after its release somebody may ask whether a mark is right."""

    within_days: int
    day: Literal["working", "calendar"] | None = None
    skips: tuple[Skip, ...] | None = None


@dataclass(frozen=True)
class AwardLimit(Table):
    """`[[compensation.limit]]`: credits of an award that may be compensated."""

    award: str
    credits: Decimal


@dataclass(frozen=True)
class Compensation(Table):
    """`[compensation]`: a near miss made good by the rest."""

    from_: Decimal
    average: Decimal
    leaves_out: Literal["project"] | None = None
    limit: tuple[AwardLimit, ...] = ()


@dataclass(frozen=True)
class AwardClass(Table):
    """`[[award_class]]`: an average, and a mark of the project where one is asked for."""

    id: str
    title: str
    mean: Decimal
    project: Decimal | None = None


@dataclass(frozen=True)
class SecondMarking(Table):
    """`[second_marking]`: its place is ready; it is not done here yet."""

    credits_over: Decimal | None = None
    third_when: Literal["band-differs"] | None = None
    then: Literal["external-examiner"] | None = None


@dataclass(frozen=True)
class Sample(Table):
    """`[sample]`: how many scripts a moderator reads."""

    percent: Decimal
    number: int
    combine: Literal["lower", "greater"]
    round: Literal["up", "down"] | None = None
    small_below: int | None = None
    small_number: int | None = None
    all_not_passed: bool = False
    every_band: bool = False


@dataclass(frozen=True)
class WorkingDays(Table):
    """`[working_days]`: whose bank holidays, and which closure days (content/calendars)."""

    nation: Nation
    closures: str | None = None


@dataclass(frozen=True)
class Term(Table):
    """`[[term]]`: a word of the rules in both languages; one set of numbers."""

    id: str
    en: str
    cy: str


@dataclass(frozen=True)
class Terms(Table):
    """All tables of one version of the regulations. A table that is None is not stated."""

    pass_: Pass | None = None
    late: Late | None = None
    words: Words | None = None
    penalties: Penalties | None = None
    resit: Resit | None = None
    rounding: Rounding | None = None
    turnaround: Turnaround | None = None
    self_certified: SelfCertified | None = None
    extensions: Extensions | None = None
    pause: Pause | None = None
    release: Release | None = None
    query: Query | None = None
    compensation: Compensation | None = None
    award_class: tuple[AwardClass, ...] = ()
    second_marking: SecondMarking | None = None
    sample: Sample | None = None
    working_days: WorkingDays | None = None
    term: tuple[Term, ...] = ()
