"""Who may read what, and with a record of it or without."""

from dataclasses import dataclass
from enum import StrEnum

from lms.actor import Action, Actor
from lms.errors import NotFound

NOT_YOURS = "There is nothing at this address, or it is not yours to see."


class Way(StrEnum):
    """The three ways to take a heavy page. All count the same; staff never see which was chosen."""

    ALL = "all"
    SUMMARY = "summary"
    ALTERNATIVE = "alternative"


@dataclass(frozen=True)
class Reader:
    """Somebody who may read a programme. Staff have no place in it: nothing is recorded."""

    user_id: int
    enrolment_id: int | None

    @property
    def recorded(self) -> bool:
        return self.enrolment_id is not None


def reader_of(actor: Actor, programme: str) -> Reader:
    """The person as a reader of a programme; for anybody else the programme does not exist."""
    place = actor.enrolment_in(programme)
    if place is not None:
        return Reader(actor.user_id, place.enrolment_id)
    if actor.may(Action.READ_ANY_PROGRAMME):
        return Reader(actor.user_id, None)
    raise NotFound(NOT_YOURS)


def readable_programmes(actor: Actor, programmes: tuple[str, ...]) -> tuple[str, ...]:
    """The programmes somebody may read: their own first."""
    own = [key for key in programmes if actor.enrolment_in(key) is not None]
    rest = [key for key in programmes if key not in own]
    return tuple(own + (rest if actor.may(Action.READ_ANY_PROGRAMME) else []))
