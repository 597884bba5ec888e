"""What a VLE's list of people changes in a cohort, worked out before anything is done.

A list says who learns; it makes nobody staff, and lowers nobody. Moodle's list calls a non-editing
teacher a learner whom its launches call an instructor, so whoever ever came as an instructor, or
holds a role here, is not enrolled by it. Nobody is deleted: whoever leaves is marked so.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.lti.rules.places import NAMELESS, Place, Standing

NIGHT = 2  # o'clock, UTC
FEW = 2  # so many may leave at once without anybody looking


@dataclass(frozen=True)
class Listed:
    """Somebody as the VLE's list gives them."""

    subject: str
    name: str
    email: str | None
    standing: Standing
    active: bool = True

    @property
    def label(self) -> str:
        """What to call somebody of whom the VLE may share little."""
        return self.name or (self.email or "").partition("@")[0] or NAMELESS


@dataclass(frozen=True)
class Known:
    """The same person here."""

    user_id: int
    identity_id: int
    name: str
    told_name: str
    place: Place = Place.NONE
    staff: bool = False  # holds a role for the cohort, or came as an instructor of the course
    member: bool = False  # came from this course, or was on its list before
    taken_off: bool = False  # their place was ended by this list, and by nobody since
    elsewhere: bool = False  # is in another course of the same cohort


class Step(StrEnum):
    """What happens to one person."""

    JOIN = "joins"
    RETURN = "comes back"
    RENAME = "has another name"
    LEAVE = "leaves"


@dataclass(frozen=True)
class Line:
    """One thing that would be done."""

    step: Step
    subject: str
    name: str
    was: str = ""
    email: str | None = None


@dataclass(frozen=True)
class Plan:
    """All that would be done, and what would not."""

    lines: tuple[Line, ...] = ()
    teachers: int = 0
    staying: int = 0
    ended: tuple[str, ...] = ()  # listed, but their place was ended here by a person

    def of(self, step: Step) -> tuple[Line, ...]:
        """The lines of one kind."""
        return tuple(line for line in self.lines if line.step is step)

    @property
    def fingerprint(self) -> str:
        """What the page carries back, so that exactly what was shown is done."""
        told = [[line.step, line.subject, line.name, line.was, line.email] for line in self.lines]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def empties_the_cohort(self) -> bool:
        """Whether so many would leave that a person should look first: a list may be wrong."""
        leaving = len(self.of(Step.LEAVE))
        return leaving > FEW and leaving * 4 > leaving + self.staying


def renamed(current: str, *, told_before: str, told_now: str) -> bool:
    """Whether the VLE's new name is taken: never over a name that did not come from the VLE."""
    if not told_now or told_now == current:
        return False
    return current in (told_before, NAMELESS) or not current


def plan(listed: Sequence[Listed], known: Mapping[str, Known], *, whole: bool) -> Plan:
    """What the list would do. Nobody leaves for being absent from a list that is not whole."""
    present = [one for one in listed if one.active]
    lines = [line for one in present for line in _of_one(one, known.get(one.subject))]
    lines += _leaving(listed, known, whole=whole)
    order = list(Step)
    lines.sort(key=lambda line: (order.index(line.step), line.name.casefold(), line.subject))
    acted = {line.subject for line in lines if line.step is not Step.RENAME}
    here = [known[one.subject] for one in present if one.subject in known.keys() - acted]
    learning = [one for one in here if not one.staff]
    return Plan(
        lines=tuple(lines),
        teachers=sum(_teaches(one, known.get(one.subject)) for one in present),
        staying=sum(one.place is Place.HELD for one in learning),
        ended=tuple(sorted(one.name for one in learning if one.place is Place.ENDED)),
    )


def _teaches(one: Listed, here: Known | None) -> bool:
    return one.standing is Standing.INSTRUCTOR or (here is not None and here.staff)


def _of_one(one: Listed, here: Known | None) -> list[Line]:
    """What is done with somebody who is on the list."""
    lines = []
    if here and renamed(here.name, told_before=here.told_name, told_now=one.name):
        lines.append(Line(Step.RENAME, one.subject, one.name, was=here.name))
    step = _step(one, here)
    if step is not None:
        name = here.name if here else one.label
        lines.append(Line(step, one.subject, name, email=one.email))
    return lines


def _leaving(listed: Sequence[Listed], known: Mapping[str, Known], *, whole: bool) -> list[Line]:
    """Whoever the list says is gone, and, when it is whole, whoever is no longer on it."""
    present = {one.subject for one in listed if one.active}
    said = {one.subject for one in listed} - present
    return [
        Line(Step.LEAVE, subject, here.name)
        for subject, here in known.items()
        if (subject in said or (whole and here.member and subject not in present))
        and here.place is Place.HELD
        and not here.staff
        and not here.elsewhere
    ]


def _step(one: Listed, here: Known | None) -> Step | None:
    if one.standing is not Standing.LEARNER:
        return None
    if here is None or (here.place is Place.NONE and not here.staff):
        return Step.JOIN
    if here.place is Place.ENDED and here.taken_off and not here.staff:
        return Step.RETURN
    return None


def next_night(now: datetime, spread: int) -> datetime:
    """The next night's time for a list; `spread` keeps courses apart."""
    tonight = now.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    tonight += timedelta(minutes=spread % 120)
    return tonight if tonight > now else tonight + timedelta(days=1)
