"""Whether somebody is on course, said in words a person may see about themselves. Pure.

A standing rests on two things only: dates that have passed, and acts of the learner's own. Never on
time on a page, or on how heavy material was read. A person decides what follows from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

SETTLING_IN = timedelta(days=21)


class Course(StrEnum):
    """How somebody stands, in the words of the page."""

    CONVERSATION = "A conversation would help"
    ON_COURSE = "On course"
    PAUSED = "Paused"
    NOT_STARTED = "Not started yet"
    COMPLETE = "Complete so far"


@dataclass(frozen=True)
class Piece:
    """One assessment for one person."""

    title: str
    due_at: datetime
    draft_kept: bool
    handed_in: bool
    released: bool
    elsewhere: bool = False  # the VLE takes it: whether it was handed in is not known here

    def missing(self, now: datetime) -> bool:
        """Whether its date has passed without it. What the VLE takes is never missing here."""
        return self.due_at < now and not self.handed_in and not self.elsewhere

    @property
    def words(self) -> str:
        """Where the work is, without a mark."""
        if self.elsewhere:
            return "On the university’s site"
        if self.released:
            return "Feedback released"
        if self.handed_in:
            return "Handed in"
        return "Draft kept" if self.draft_kept else "Not begun"


@dataclass(frozen=True)
class Standing:
    """How somebody stands, and why."""

    course: Course
    why: str


def standing(
    *,
    begun: bool,
    units_left: int,
    pieces: Sequence[Piece],
    starts_on: date,
    today: date,
    now: datetime,
    paused: bool = False,
) -> Standing:
    """Where a person stands in a programme: the first of these that holds."""
    if paused:
        return Standing(Course.PAUSED, "No reminders are sent.")
    passed = [piece for piece in pieces if piece.missing(now)]
    if passed:
        return Standing(
            Course.CONVERSATION,
            f"The date of “{passed[0].title}” has passed and nothing is handed in yet.",
        )
    if not begun:
        if today > starts_on + SETTLING_IN:
            return Standing(
                Course.CONVERSATION, "The cohort began over three weeks ago; no page is read yet."
            )
        return Standing(Course.NOT_STARTED, "No page is read yet.")
    if not units_left and all(piece.handed_in or piece.elsewhere for piece in pieces):
        return Standing(Course.COMPLETE, "Everything that is open here is done.")
    return Standing(Course.ON_COURSE, "Nothing that is handed in here is past its date.")


def in_order_of_need(rows: Sequence[tuple[Course, str]]) -> list[int]:
    """The places of (course, name) rows: those who may need somebody first, then by name."""

    def need(place: int) -> tuple[bool, str]:
        course, name = rows[place]
        return (course is not Course.CONVERSATION, name.casefold())

    return sorted(range(len(rows)), key=need)
