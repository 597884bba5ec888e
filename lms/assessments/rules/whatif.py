"""What other regulations would have made of marks that are given. Nothing is changed by asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.assessments.rules.ledger import Result
from lms.modules.catalogue import Regulations
from lms.regulations import Attempt, HandedIn, Mark, Step, in_words, mark_for, plain


@dataclass(frozen=True)
class Given:
    """A mark that is given, and what rules ask about its work. A person is known by receipt."""

    receipt: str
    code: str
    assessment: str
    attempt: Attempt
    due_at: datetime
    handed_in_at: datetime
    words: int
    limit: int
    result: Result


@dataclass(frozen=True)
class WouldBe:
    """A mark under the draft, beside what it is."""

    given: Given
    mark: Mark
    band: str | None

    @property
    def changes(self) -> bool:
        """Whether the mark, or what it means, would be another; or cannot be worked out."""
        before = self.given.result
        same = (before.points, before.band.title, before.passed)
        return same != (self.mark.points, self.band, self.mark.passed)

    @property
    def why(self) -> tuple[Step, ...]:
        """The steps under the draft that did something."""
        return tuple(step for step in self.mark.steps if step.changes)

    @property
    def said(self) -> str:
        """`65, Merit, would be 55, Pass`, or what cannot be worked out."""
        before = f"{plain(self.given.result.points)}, {self.given.result.band.title}"
        if self.mark.points is None:
            question = self.mark.open.sentence if self.mark.open else ""
            return f"{before}, cannot be worked out. {question}"
        return f"{before}, would be {plain(self.mark.points)}, {self.band}"


def what_if(marks: Sequence[Given], draft: Regulations) -> tuple[WouldBe, ...]:
    """Each mark under the draft, in the order given."""
    return tuple(_one(given, draft) for given in marks)


def _one(given: Given, draft: Regulations) -> WouldBe:
    handed = HandedIn(
        points=given.result.exact,
        maximum=draft.maximum,
        attempt=given.attempt,
        due=given.due_at,
        at=given.handed_in_at,
        words=given.words,
        limit=given.limit or None,
    )
    mark = in_words(mark_for(draft.terms, handed, draft.calendar), draft.terms)
    return WouldBe(
        given, mark, draft.band_of(mark.points).title if mark.points is not None else None
    )


def draft_blocks(marks: Sequence[Given], draft: Regulations) -> tuple[str, ...]:
    """Every reason why a draft cannot be held against marks."""
    others = {given.result.maximum for given in marks} - {draft.maximum}
    if not others:
        return ()
    out_of = " and ".join(plain(one) for one in sorted(others))
    return (
        f"The draft counts out of {plain(draft.maximum)}, and there are marks out of {out_of}.",
    )
