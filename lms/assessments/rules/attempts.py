"""Whether a person may be given a further attempt at a piece of work. Pure.

What the regulations leave open is not decided here: it is a question to whoever opens the attempt,
who says that they have looked it up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lms.assessments.rules.deadlines import FIRST_ATTEMPT, Try
from lms.regulations import Attempt, NeedsSetting, Terms, resit_blocks
from lms.regulations.readings import needs


@dataclass(frozen=True)
class Past:
    """What is known of a person's attempts at one piece of work."""

    record: str  # here, vle
    tries: Sequence[Try]  # those that were opened; the first is not among them
    handed_in: bool  # the current one
    due: datetime  # of the current one
    points: Decimal | None  # of its released result
    now: datetime

    @property
    def current(self) -> int:
        """The number of the current attempt."""
        return self.tries[-1].number if self.tries else FIRST_ATTEMPT

    @property
    def used(self) -> int:
        """Attempts that count: one that was put off does not, nor one whose date lies ahead."""
        put_off = sum(one.puts_off for one in self.tries)
        still_open = not self.handed_in and self.now <= self.due
        return self.current - put_off - still_open


@dataclass(frozen=True)
class Opening:
    """What stands in the way of an attempt, and what somebody must have looked up."""

    blocks: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def opening(kind: Attempt, past: Past, terms: Terms) -> Opening:
    """Whether a resit or a deferred attempt may be opened now."""
    if past.record == "vle":
        said = "This work is handed in on the university’s site. Open a further attempt there."
        return Opening((said,))
    if kind is Attempt.DEFERRED:
        said = "This attempt is handed in, so it cannot be put off."
        return Opening((said,) if past.handed_in else ())
    return _resit(past, terms)


def _resit(past: Past, terms: Terms) -> Opening:
    if past.handed_in and past.points is None:
        return Opening(("The result of the current attempt is not released yet.",))
    if not past.handed_in and past.now <= past.due:
        return Opening(("The date of the current attempt lies ahead.",))
    blocks: list[str] = []
    questions: list[str] = []
    most = terms.resit.attempts if terms.resit else None
    if most is None:
        questions.append(needs("resit.attempts").sentence)
    elif past.used >= most:
        after = terms.resit.after_last if terms.resit and terms.resit.after_last else ""
        blocks.append(
            f"All {most} attempts are used." + (f" After the last: {after}." if after else "")
        )
    if past.points is not None:
        passed = resit_blocks(terms, points=past.points)
        if isinstance(passed, NeedsSetting):
            questions.append(passed.sentence)
        else:
            blocks += passed
    return Opening(tuple(blocks), tuple(questions))


def put_off_kind(current: Attempt) -> Attempt:
    """What an attempt that is put off counts as: a resit stays one, and stays capped."""
    return Attempt.RESIT if current is Attempt.RESIT else Attempt.DEFERRED


def attempt_blocks(
    kind: Attempt, past: Past, terms: Terms, *, due: datetime | None, looked_up: bool
) -> tuple[str, ...]:
    """Every reason not to open this attempt with this date."""
    found = opening(kind, past, terms)
    blocks = list(found.blocks)
    if found.questions and not looked_up:
        blocks.append("Tick that you looked up what the regulations here leave open.")
    if due is None:
        blocks.append("Choose the date by which it is to be handed in.")
    elif due <= past.now:
        blocks.append("Choose a date that lies ahead.")
    return tuple(blocks)
