"""Before words go into the journal: which could tell who somebody is. Nothing of it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass

from lms.identifying import ADVICE, Advice, InPlace, find, in_its_place
from lms.modules.service.identifying import known_to
from lms.web.access import current_actor

KEEP = "keep-anyway"  # the value of the button that keeps the words as they are


NOTE = "Something in it could tell who somebody is: the button below shows what"


@dataclass(frozen=True)
class FindShown:
    """One find: why it was marked, and the words in their sentence."""

    advice: Advice
    place: InPlace


def finds_in(texts: Iterable[str]) -> list[FindShown]:
    """What could tell who somebody is in what the person of this request has written."""
    known = known_to(current_actor().user_id)
    return [
        FindShown(ADVICE[each.kind], in_its_place(text, each))
        for text in texts
        for each in find(text, known)
    ]
