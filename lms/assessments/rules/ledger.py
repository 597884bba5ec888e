"""From the ledger of a submission to its result: the steps, each with its clause, in a fixed order.

The sum of the criteria, then what the regulations make of it (`lms.regulations.mark_for`): the
penalty for lateness, the penalty for length, rounding, the cap of a resit. A penalty for length is
only proposed until a person has confirmed it or excused the work from it; where the regulations do
not say, a person decides, or there is no result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lms.assessments.rules.entries import (
    KINDS,
    BadLedger,
    Correction,
    Entry,
    Line,
    Piece,
    State,
    as_released,
    corrections,
    marked_data,
    penalty_data,
    released_data,
    replay,
    settled_data,
    stands_released,
)
from lms.assessments.rules.marking import band_ranges, plain
from lms.modules.catalogue import Band, Clause, Regulations
from lms.regulations import HandedIn, Mark, NeedsSetting, StepKind, in_words, mark_for
from lms.regulations import Step as Ruled

__all__ = [
    "KINDS",
    "BadLedger",
    "Correction",
    "Entry",
    "Line",
    "Piece",
    "Question",
    "Reckoning",
    "Result",
    "Step",
    "as_released",
    "corrections",
    "marked_data",
    "penalty_data",
    "reckon",
    "released_data",
    "result",
    "settled_data",
    "stands_released",
]

PENALTIES = (StepKind.LATE, StepKind.WORDS)
# The clause that is silent, by the first word of a setting.
CLAUSE_OF = {"resit": "resit-cap", "pass": "pass", "bank_holidays": "working-days"}


@dataclass(frozen=True)
class Step:
    """One step from the criteria to the result: what was done, in words, under which clause.

    `reason` is what a person gave for it, `at` when it came about.
    """

    what: str
    arithmetic: str
    clause: Clause
    at: datetime | None = None
    reason: str = ""
    takes: Decimal = Decimal(0)


@dataclass(frozen=True)
class Question:
    """What a person must decide before a result can be released."""

    kind: str  # length, silent
    sentence: str
    settings: tuple[str, ...] = ()  # of a silent text


@dataclass(frozen=True)
class Result:
    """What a learner gets for an assessment, and why. `exact` is the sum of the criteria."""

    points: Decimal
    exact: Decimal
    maximum: Decimal
    band: Band
    band_words: str
    passed: bool
    provisional: bool
    marked_at: datetime
    released_at: datetime | None
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    penalties: tuple[StepKind, ...] = ()  # that would take something, or were excused
    excused: tuple[StepKind, ...] = ()

    @property
    def taken(self) -> Decimal:
        """What penalties and caps took off."""
        return sum((step.takes for step in self.steps), Decimal(0))


@dataclass(frozen=True)
class Reckoning:
    """A result, or what it needs first. A length that nobody confirmed has both."""

    result: Result | None = None
    questions: tuple[Question, ...] = ()
    sum: Decimal | None = None  # of the criteria


def result(
    entries: Sequence[Entry], regulations: Regulations, piece: Piece | None = None
) -> Result | None:
    """The result that the entries give under the regulations; None while there is none."""
    return reckon(entries, regulations, piece).result


def reckon(
    entries: Sequence[Entry], regulations: Regulations, piece: Piece | None = None
) -> Reckoning:
    """The result and what is open. `piece` is the work as it stands; once released, what was
    kept then counts instead.
    """
    state = replay(entries)
    if state.marked_at is None:
        return Reckoning()
    if state.regulations != (regulations.id, regulations.version):
        raise BadLedger("a mark is read by the regulations that it was made under")
    if sum(line.weight for line in state.lines) != 100:
        raise BadLedger("the weights of a mark do not add up to 100")
    return _Reckoner(state, regulations, state.piece if state.released_at else piece).reckon()


class _Reckoner:
    """One replayed ledger on its way to a result."""

    def __init__(self, state: State, regulations: Regulations, piece: Piece | None) -> None:
        self.state, self.regulations, self.piece = state, regulations, piece
        self.exact = sum((line.adds for line in state.lines), Decimal(0))

    def reckon(self) -> Reckoning:
        mark = self._mark()
        if mark.open is not None:
            return self._settled(mark.open)
        if mark.points is None:
            raise BadLedger("a mark without points")
        steps = [self._weighting(), *(self._ruled(s, mark) for s in mark.steps[1:])]
        made = self._result(mark.points, steps, mark)
        return Reckoning(made, self._length(mark), self.exact)

    def _mark(self) -> Mark:
        about = {}
        if self.piece is not None:
            about = {
                "due": self.piece.due_at,
                "at": self.piece.handed_in_at,
                "words": self.piece.words,
                "limit": self.piece.limit or None,
                "attempt": self.piece.attempt,
                "components": self.piece.components,
            }
        handed = HandedIn(
            points=self.exact,
            maximum=self.regulations.maximum,
            exempt=frozenset(kind for kind in PENALTIES if self._is(kind, holds=False)),
            **about,  # type: ignore[arg-type]
        )
        terms = self.regulations.terms
        return in_words(mark_for(terms, handed, self.regulations.calendar), terms)

    def _is(self, kind: StepKind, *, holds: bool) -> bool:
        """Whether a person decided so, on what is still the case."""
        decided = self.state.penalties.get(kind)
        return (
            decided is not None
            and self.piece is not None
            and decided.met == self.piece.met(kind)
            and decided.holds is holds
        )

    def _length(self, mark: Mark) -> tuple[Question, ...]:
        step = mark.step(StepKind.WORDS)
        if step is None or not step.changes or self._is(StepKind.WORDS, holds=True):
            return ()
        words = (
            f"{self.piece.words:,} words were counted, the limit is {self.piece.limit:,}. "
            if (self.piece and self.piece.limit)
            else ""
        )
        takes = plain(step.before - step.after)
        return (
            Question("length", f"{words}The rules take {takes} off: somebody must confirm that."),
        )

    def _settled(self, asked: NeedsSetting) -> Reckoning:
        settled = self.state.settled
        question = Question("silent", asked.sentence, asked.settings)
        if settled is None or settled.settings != asked.settings or settled.exact != self.exact:
            return Reckoning(None, (question,), self.exact)
        step = Step(
            what=f"{asked.sentence} Somebody decided.",
            arithmetic=_becomes(self.exact, settled.points),
            clause=self._clause(_silent_clause(asked)),
            at=settled.at,
            reason=settled.reason,
            takes=max(self.exact - settled.points, Decimal(0)),
        )
        return Reckoning(
            self._result(settled.points, [self._weighting(), step], None), (), self.exact
        )

    def _clause(self, clause_id: str) -> Clause:
        silent = Clause(clause_id, "The regulations have no clause on this.")
        return next((one for one in self.regulations.clauses if one.id == clause_id), silent)

    def _weighting(self) -> Step:
        summed = " + ".join(plain(line.adds) for line in self.state.lines)
        return Step(
            "Each criterion counts by its weight.",
            f"{summed} = {plain(self.exact)}",
            self.regulations.clause("weighting"),
            self.state.marked_at,
        )

    def _ruled(self, step: Ruled, mark: Mark) -> Step:
        decided = self.state.penalties.get(step.kind)
        by_person = decided is not None and self._is(step.kind, holds=decided.holds)
        return Step(
            what=_what(step, mark),
            arithmetic=_becomes(step.before, step.after),
            clause=self._clause(step.clause),
            at=decided.at if decided and by_person else self._when(step.kind),
            reason=decided.reason if decided and by_person else "",
            takes=Decimal(0) if step.kind is StepKind.ROUNDING else step.before - step.after,
        )

    def _when(self, kind: StepKind) -> datetime | None:
        met_at_hand_in = kind in PENALTIES and self.piece is not None
        return self.piece.handed_in_at if met_at_hand_in and self.piece else self.state.marked_at

    def _result(self, points: Decimal, steps: Sequence[Step], mark: Mark | None) -> Result:
        band = self.regulations.band_of(points)
        if self.state.marked_at is None:
            raise BadLedger("a result without a mark")
        met = [s for s in mark.steps if s.kind in PENALTIES and _is_met(s)] if mark else []
        return Result(
            points=points,
            exact=self.exact,
            maximum=self.regulations.maximum,
            band=band,
            band_words=_range_in_words(band, self.regulations),
            passed=points >= self.regulations.pass_mark,
            provisional=True,  # until an exam board ratifies it, which is another kind of entry
            marked_at=self.state.marked_at,
            released_at=self.state.released_at,
            lines=self.state.lines,
            steps=(*steps, *self._ending(points, band)),
            penalties=tuple(step.kind for step in met),
            excused=tuple(step.kind for step in met if step.spared == "excused"),
        )

    def _ending(self, points: Decimal, band: Band) -> list[Step]:
        steps = [
            Step(
                "The band is read from the rounded mark.",
                f"{plain(points)} is in {band.title.lower()}, "
                f"which is {_range_in_words(band, self.regulations)}",
                self.regulations.clause("pass"),
                self.state.marked_at,
            )
        ]
        if self.state.released_at is not None:
            steps.append(
                Step(
                    "The result was released. It is provisional until the exam board confirms it.",
                    "Releasing it added nothing and took nothing off.",
                    self.regulations.clause("release"),
                    self.state.released_at,
                )
            )
        return steps


def _is_met(step: Ruled) -> bool:
    """Whether work met a rule that takes something, or would have."""
    return step.changes or step.spared == "excused"


def _what(step: Ruled, mark: Mark) -> str:
    if step.kind is not StepKind.ROUNDING:
        return step.sentence
    charged = any(each.changes for each in mark.steps if each.kind in PENALTIES)
    return "What is left is rounded once." if charged else "The sum is rounded once."


def _becomes(before: Decimal, after: Decimal) -> str:
    verb = "stays" if before == after else "becomes"
    return f"{plain(before)} {verb} {plain(after)}"


def _silent_clause(asked: NeedsSetting) -> str:
    first = asked.settings[0].split(".")[0] if asked.settings else "weighting"
    return CLAUSE_OF.get(first, first)


def _range_in_words(band: Band, regulations: Regulations) -> str:
    return next(r.in_words for r in band_ranges(regulations) if r.band.id == band.id)
