"""What the marker's pages show, put into words: rows of a queue, and how far a script is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.assessments.models import Submission
from lms.assessments.rules.marking import Decision, adds, decided, plain
from lms.assessments.service.scripts import decisions_of, is_corrected, is_released, mark_of
from lms.modules.catalogue import Assessment, Criterion, Regulations

NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def count_in_words(number: int) -> str:
    """`Three`, or `12`."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


@dataclass(frozen=True)
class QueueRow:
    """One script in a queue."""

    submission_id: int
    code: str
    kind: str  # of components.status_word
    word: str
    holder: str  # whom it was given to; empty while it is open to every marker
    decided: int
    of: int


def queue_rows(
    scripts: Sequence[Submission],
    asked: Assessment,
    regulations: Regulations,
    holders: Mapping[int, str],
) -> list[QueueRow]:
    """A row for each script, in the order given."""
    rows = []
    for script in scripts:
        decisions = decisions_of(mark_of(script))
        done = [c for c in asked.criteria if decided(_of(decisions, c), c, regulations)]
        kind, word = _state(script)
        rows.append(
            QueueRow(
                submission_id=script.id,
                code=script.code,
                kind=kind,
                word=word,
                holder=holders.get(script.id, ""),
                decided=len(done),
                of=len(asked.criteria),
            )
        )
    return rows


def _of(decisions: Mapping[str, Decision], criterion: Criterion) -> Decision:
    return decisions.get(criterion.id, Decision())


def _state(script: Submission) -> tuple[str, str]:
    mark = mark_of(script)
    if is_released(script):
        return "done", "Released"
    if is_corrected(script) and not (mark and mark.finished_at):
        return "turn", "Being corrected"
    if mark is None:
        return "open", "Not started yet"
    if mark.finished_at is None:
        return "waiting", "Being marked"
    return "good", "Finished"


@dataclass(frozen=True)
class SoFar:
    """How far a script is, in words; the page shows it, and the script keeps it up to date."""

    decided: str
    sum: str
    of: str
    rest: str
    criteria: Mapping[str, str]
    icons: Mapping[str, str]

    def live(self) -> dict[str, str]:
        """The same for js/marking.js: what to write where."""
        named = {f"criterion-{key}": words for key, words in self.criteria.items()}
        return {
            "decided": self.decided,
            "sum": self.sum,
            "of": self.of,
            "rest": self.rest,
            **named,
            **{f"icon-{key}": icon for key, icon in self.icons.items()},
        }


def so_far(asked: Assessment, decisions: Mapping[str, Decision], regulations: Regulations) -> SoFar:
    """Sum of what is decided, by its weights, and what is still open."""
    each = {c.id: _of(decisions, c) for c in asked.criteria}
    done = [c for c in asked.criteria if decided(each[c.id], c, regulations)]
    weights = sum(c.weight for c in done)
    points = sum(
        (adds(c, each[c.id].points or Decimal(0), regulations.maximum) for c in done), Decimal(0)
    )
    total, left = len(asked.criteria), len(asked.criteria) - len(done)
    return SoFar(
        decided=f"{len(done)} of {total} decided",
        sum=plain((points * 100 / weights).quantize(Decimal("0.1"))) if weights else "",
        of=_of_how_many(len(done), total),
        rest=_rest(left),
        criteria={c.id: _word(each[c.id], c, regulations) for c in asked.criteria},
        icons={c.id: "check" if c in done else "open" for c in asked.criteria},
    )


def _of_how_many(done: int, total: int) -> str:
    if not done:
        return "Nothing is decided yet"
    return f"So far, from {count_in_words(done).lower()} of {count_in_words(total).lower()}"


def _rest(left: int) -> str:
    if not left:
        return "Every criterion is decided. The sum is rounded once, when you finish."
    return (
        f"{count_in_words(left)} {'criterion is' if left == 1 else 'criteria are'} still to decide."
    )


def _word(decision: Decision, criterion: Criterion, regulations: Regulations) -> str:
    if criterion.by_guide and decision.points is not None:
        more = "" if decided(decision, criterion, regulations) else ", which is too much"
        return f"{plain(decision.points)} of {criterion.weight}{more}"
    band = regulations.band(decision.band) if decision.band else None
    if band is None or decision.points is None:
        return "Begun" if decision.begun else "Not decided yet"
    if not decided(decision, criterion, regulations):
        return f"{plain(decision.points)} is outside {band.title.lower()}"
    return f"{band.title}, {plain(decision.points)} of {plain(regulations.maximum)}"
