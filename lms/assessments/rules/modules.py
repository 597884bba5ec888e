"""The mark of a module from its pieces, with its steps; what is missing is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.assessments.rules.marking import plain
from lms.modules.catalogue import Assessment, Band, Clause, Regulations
from lms.regulations import Attempt, ModuleMark, NeedsSetting, Part, module_mark, part_mark

HERE_NOT_YET = "is not handed in yet"
WAITING = "is handed in; its result is not released yet"
ELSEWHERE = "is handed in on the university’s learning site, so its mark is not known here"


@dataclass(frozen=True)
class Attempted:
    """One attempt at a piece: its points once released."""

    kind: Attempt
    points: Decimal | None


@dataclass(frozen=True)
class Piece:
    """A piece of a module, and what counts of it."""

    assessment: Assessment
    counts: Decimal | None
    missing: str = ""  # in words; empty once there is a result


@dataclass(frozen=True)
class ModuleStep:
    """A step to the module's mark, under its clause."""

    what: str
    arithmetic: str
    clause: Clause


@dataclass(frozen=True)
class ModuleStanding:
    """A module's mark so far: provisional, with what is missing or what must be asked first."""

    mark: ModuleMark
    pieces: tuple[Piece, ...]
    band: Band | None
    steps: tuple[ModuleStep, ...]
    missing: tuple[str, ...]

    @property
    def begun(self) -> bool:
        """Whether any piece has a result."""
        return any(piece.counts is not None for piece in self.pieces)


def module_standing(
    assessments: Sequence[Assessment],
    attempts: Mapping[str, Sequence[Attempted]],
    regulations: Regulations,
) -> ModuleStanding:
    """Where a learner stands in a module; `attempts` by assessment, the first first."""
    resit = regulations.terms.resit
    best = resit is not None and resit.use == "higher"
    parts = [_part(one, attempts.get(one.key, ()), best=best) for one in assessments]
    mark = module_mark(regulations.terms, parts)
    counted: Sequence[Decimal | None] = mark.counted if mark.exact is not None else ()
    if len(counted) != len(parts):
        counted = [_counts(part, regulations) for part in parts]
    pieces = tuple(
        Piece(
            one,
            counts,
            _missing(one, attempts.get(one.key, ())),
        )
        for one, counts in zip(assessments, counted, strict=True)
    )
    missing = tuple(f"“{p.assessment.title}” {p.missing}." for p in pieces if p.missing)
    if mark.open is not None:
        missing = (*missing, mark.open.sentence)
    band = regulations.band_of(mark.points) if mark.points is not None else None
    return ModuleStanding(mark, pieces, band, _steps(mark, pieces, regulations), missing)


def _part(assessment: Assessment, attempts: Sequence[Attempted], *, best: bool) -> Part:
    """Of several resits the `best` counts where the higher mark does, and else the last."""
    first = next((one for one in attempts if one.kind is not Attempt.RESIT), None)
    resits = [
        one.points for one in attempts if one.kind is Attempt.RESIT and one.points is not None
    ]
    return Part(
        key=assessment.key,
        weight=Decimal(assessment.weight),
        first=first.points if first else None,
        resit=max(resits, default=None) if best else next(reversed(resits), None),
        deferred=bool(first and first.kind is Attempt.DEFERRED),
        must_pass=assessment.must_pass,
    )


def _counts(part: Part, regulations: Regulations) -> Decimal | None:
    """While the module waits for other pieces; where the rules do not say, what came last."""
    found = part_mark(regulations.terms, part)
    if not isinstance(found, NeedsSetting):
        return found
    return part.first if part.resit is None else part.resit


def _missing(assessment: Assessment, attempts: Sequence[Attempted]) -> str:
    if any(one.points is not None for one in attempts):
        return ""
    if assessment.record == "vle":
        return ELSEWHERE
    return WAITING if attempts else HERE_NOT_YET


def _clause(regulations: Regulations, clause_id: str) -> Clause:
    silent = Clause(clause_id, "The regulations have no clause on this.")
    return next((one for one in regulations.clauses if one.id == clause_id), silent)


def _steps(
    mark: ModuleMark, pieces: Sequence[Piece], regulations: Regulations
) -> tuple[ModuleStep, ...]:
    if mark.points is None or mark.exact is None:
        return ()
    summed = " + ".join(
        f"{plain(piece.counts or Decimal(0))} × {piece.assessment.weight}%" for piece in pieces
    )
    steps = [
        ModuleStep(
            "Each piece of work counts by its weight.",
            f"{summed} = {plain(mark.exact)}",
            _clause(regulations, "module-mark"),
        )
    ]
    if mark.exact != mark.points:
        verb = f"{plain(mark.exact)} becomes {plain(mark.points)}"
        steps.append(ModuleStep("The sum is rounded once.", verb, _clause(regulations, "rounding")))
    steps += [
        ModuleStep(
            "A piece that must be passed is not passed yet.",
            f"“{piece.assessment.title}” has {plain(piece.counts or Decimal(0))}",
            _clause(regulations, "module-mark"),
        )
        for piece in pieces
        if piece.assessment.key in mark.not_met
    ]
    band = regulations.band_of(mark.points)
    steps.append(
        ModuleStep(
            "The band is read from the module’s mark.",
            f"{plain(mark.points)} is in {band.title.lower()}",
            _clause(regulations, "pass"),
        )
    )
    return tuple(steps)
