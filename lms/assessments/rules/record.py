"""An act of the record in words that its reader understands."""

from collections.abc import Mapping

Detail = Mapping[str, str | int | None]

WORDS = {"points": "mark", "from": "before", "to": "after", "reason": "why"}
# Numbers of people, keys and fingerprints say nothing to a reader.
LEFT_OUT = frozenset({"sha256", "assessment", "marker", "people"})
PEOPLE = ("from", "to")  # whose numbers are people, where they are numbers


def people_in(detail: Detail) -> frozenset[int]:
    """The numbers of the people that a detail names."""
    return frozenset(value for key in PEOPLE if isinstance(value := detail.get(key), int))


def in_words(detail: Detail, names: Mapping[int, str]) -> tuple[str, ...]:
    """Before, after and why: `before: Max Example`."""
    told = []
    for key, value in detail.items():
        if key in LEFT_OUT or value is None:
            continue
        person = key in PEOPLE and isinstance(value, int)
        shown = names.get(int(value), "somebody") if person else str(value)
        told.append(f"{WORDS.get(key, key)}: {shown}")
    return tuple(told)
