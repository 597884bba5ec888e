"""Could a check be passed without reading? By the longest answer, or by always the same place.

Counted over questions of type `single`. An option within a twentieth of the longest looks as long:
where several do, a chooser's luck is shared among them. `true-false` is counted by itself: always
“true” or always “false”. Fewer than four questions say nothing by themselves; all of a programme's
are counted together.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.modules.catalogue.programme import LimitsFile
from lms.modules.catalogue.source import Source

ENOUGH = 4  # questions
AS_LONG = 0.95  # of the longest option


@dataclass
class Balance:
    """What the tricks would get right in some questions."""

    questions: int = 0  # of every type
    singles: int = 0
    longest: float = 0.0
    places: Counter[int] = field(default_factory=Counter)  # counted from 1
    truths: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Balance") -> None:
        """Count another check's questions too."""
        self.questions += other.questions
        self.singles += other.singles
        self.longest += other.longest
        self.places.update(other.places)
        self.truths.update(other.truths)

    @property
    def tricks(self) -> "tuple[Trick, ...]":
        """Each trick with what it gets right, in how many questions."""
        place, at_place = _commonest(self.places)
        truth, so_often = _commonest(self.truths)
        return (
            Trick("longest", "always the longest", self.longest, self.singles),
            Trick("place", f"always place {place}", at_place, self.singles),
            Trick("truth", f"always “{truth}”", so_often, sum(self.truths.values())),
        )


@dataclass(frozen=True)
class Trick:
    name: str
    words: str
    right: float
    questions: int

    @property
    def percent(self) -> float:
        return 100 * self.right / self.questions if self.questions else 0.0

    def is_over(self, limit: int) -> bool:
        """Whether it does better than it may; a few questions say nothing."""
        return self.questions >= ENOUGH and self.percent > limit


def _commonest(counted: Counter[Any]) -> tuple[Any, int]:
    return min(counted.items(), key=lambda one: (-one[1], one[0]), default=("none", 0))


def balance_of(check: dict[str, Any]) -> Balance:
    """The balance of one check as it is written; what is not understood is left out."""
    counted = Balance()
    for question in _tables(check.get("question")):
        counted.questions += 1
        options = _tables(question.get("option"))
        right = [place for place, option in enumerate(options, 1) if option.get("right") is True]
        if len(right) != 1:
            continue
        if question.get("type") == "single":
            counted.singles += 1
            counted.places[right[0]] += 1
            counted.longest += _by_length(options, right[0])
        elif question.get("type") == "true-false":
            counted.truths[str(options[right[0] - 1].get("id"))] += 1
    return counted


def _by_length(options: list[dict[str, Any]], right: int) -> float:
    """How likely somebody who chooses the longest is right."""
    lengths = [len(str(option.get("text", ""))) for option in options]
    long = [place for place, length in enumerate(lengths, 1) if length >= AS_LONG * max(lengths)]
    return 1 / len(long) if right in long else 0


def judge_balance(checks: Sequence[Source], limits: LimitsFile, programme: Source) -> None:
    """Note a fault at each check, and at the programme, that a trick would get through."""
    together = Balance()
    for source in checks:
        counted = balance_of(source.data)
        together.add(counted)
        _judge_one(source, counted, limits)
    for trick in together.tricks:
        key = f"all_{trick.name}_percent"
        limit = getattr(limits, key)
        if trick.is_over(limit):
            message = (
                f"over all checks, {trick.words} would get {trick.percent:.0f}% right, "
                f"above {limit}%: change lengths, or move right answers about"
            )
            programme.fault(programme.line("limits", key), message)


def _judge_one(source: Source, counted: Balance, limits: LimitsFile) -> None:
    for trick in counted.tricks:
        if trick.is_over(getattr(limits, f"{trick.name}_percent")):
            message = (
                f"{trick.words} would get {trick.right:.3g} of {trick.questions} right: "
                "change lengths, or move right answers about"
            )
            source.fault(source.line("question", 0), message)
    needed = source.data.get("pass_percent")
    best = max(trick.right for trick in counted.tricks)
    if not isinstance(needed, int) or counted.questions < ENOUGH:
        return
    if 100 * best >= needed * counted.questions:
        message = f"a trick passes this check ({best:.3g} of {counted.questions}): ask otherwise"
        source.fault(source.line("pass_percent"), message)


def _tables(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
