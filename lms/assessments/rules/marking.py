"""What stands in the way of finishing a script."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lms.modules.catalogue import Band, Criterion, Regulations


@dataclass(frozen=True)
class Decision:
    """What a marker has decided on one criterion so far."""

    band: str | None = None
    points: Decimal | None = None
    comment: str = ""

    @property
    def begun(self) -> bool:
        """Whether anything is given."""
        return self.band is not None or self.points is not None or bool(self.comment.strip())


@dataclass(frozen=True)
class BandRange:
    """The whole marks of a band, both ends included."""

    band: Band
    lowest: int
    highest: int

    @property
    def in_words(self) -> str:
        """`60 to 69`."""
        return f"{self.lowest} to {self.highest}"

    def holds(self, points: Decimal) -> bool:
        """Whether a mark is in the band."""
        return self.lowest <= points <= self.highest


def band_ranges(regulations: Regulations) -> tuple[BandRange, ...]:
    """Every band with its whole marks, lowest first. Criteria are marked in whole marks."""
    ends = [int(band.starts_at) - 1 for band in regulations.bands[1:]] + [int(regulations.maximum)]
    return tuple(
        BandRange(band, int(band.starts_at), end)
        for band, end in zip(regulations.bands, ends, strict=True)
    )


def points_fault(typed: str, highest: int) -> str:
    """What is wrong with a mark as it was typed, in words; empty where nothing is."""
    if not typed:
        return ""
    try:
        number = Decimal(typed)
    except InvalidOperation:
        return "Write the mark as a whole number, such as 64."
    if not number.is_finite() or number != number.to_integral_value() or number < 0:
        return "Write the mark as a whole number, such as 64."
    return f"Write a mark of at most {highest}." if number > highest else ""


def adds(criterion: Criterion, points: Decimal, maximum: Decimal) -> Decimal:
    """What a criterion's mark adds to a whole of `maximum`."""
    return points * (maximum if criterion.by_guide else criterion.weight) / 100


def decided(decision: Decision, criterion: Criterion, regulations: Regulations) -> bool:
    """Whether a criterion has a band and a mark inside it, or by a marking guide a mark. (The
    comment may still be missing.)
    """
    if criterion.by_guide:
        return decision.points is not None and decision.points <= criterion.weight
    chosen = _chosen(decision, regulations)
    return chosen is not None and decision.points is not None and chosen.holds(decision.points)


def _chosen(decision: Decision, regulations: Regulations) -> BandRange | None:
    return next((r for r in band_ranges(regulations) if r.band.id == decision.band), None)


def finish_blocks(
    criteria: Iterable[Criterion],
    decisions: dict[str, Decision],
    overall: str,
    regulations: Regulations,
) -> tuple[str, ...]:
    """Every reason why the script is not finished, in the order of the rubric."""
    blocks: list[str] = []
    for criterion in criteria:
        blocks += _criterion_blocks(criterion, decisions.get(criterion.id, Decision()), regulations)
    if not overall.strip():
        blocks.append("Write the overall comment.")
    return tuple(blocks)


def _criterion_blocks(
    criterion: Criterion, decision: Decision, regulations: Regulations
) -> list[str]:
    name = f"“{criterion.title}”"
    if not decision.begun:
        return [f"{name} is not decided yet."]
    blocks = []
    chosen = _chosen(decision, regulations)
    if chosen is None and not criterion.by_guide:
        blocks.append(f"Choose a band for {name}.")
    if decision.points is None:
        blocks.append(f"Give a mark for {name}.")
    elif criterion.by_guide:
        if decision.points > criterion.weight:
            blocks.append(f"{name} is marked out of {criterion.weight}.")
    elif chosen is not None and not chosen.holds(decision.points):
        blocks.append(
            f"{name}: {plain(decision.points)} is outside {chosen.band.title.lower()}, "
            f"which is {chosen.in_words}."
        )
    if not decision.comment.strip():
        blocks.append(f"Write why for {name}, in words the trainee will read.")
    return blocks


def mark_blocks(*, released: bool, finished: bool) -> tuple[str, ...]:
    """Every reason not to change a mark now."""
    if released:
        return ("This result has been released, so its mark can no longer be changed here.",)
    if finished:
        return ("This script is finished. Reopen it before you change anything.",)
    return ()


def plain(points: Decimal) -> str:
    """A number as people write it: `65`, `64.7`, never `6E+1` or `65.00`."""
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
