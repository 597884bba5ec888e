"""Words that could tell who a survivor is: found here, on our own machine, and never kept.

A tool, like Markdown: it knows no feature, no database and no web. What is shown to a person and
what a person answers is the features' affair.
"""

from itertools import chain

from lms.identifying.contacts import SOCIAL, emails, phones
from lms.identifying.finding import (
    NOTHING_KNOWN,
    Find,
    Finder,
    InPlace,
    Known,
    Reading,
    in_its_place,
    settle,
)
from lms.identifying.innocent import innocent_spans
from lms.identifying.kinds import ADVICE, Advice, Kind
from lms.identifying.moments import BIRTHS, birthdays, places_with_days
from lms.identifying.numbers import NUMBERS
from lms.identifying.people import known_people, names
from lms.identifying.places import ADDRESSES, BUSINESSES, postcodes

_RULES = (*NUMBERS, *SOCIAL, *BIRTHS, *ADDRESSES, *BUSINESSES)
_FINDERS: tuple[Finder, ...] = (
    emails,
    phones,
    birthdays,
    places_with_days,
    postcodes,
    known_people,
    names,
)


def find(text: str, known: Known = NOTHING_KNOWN) -> tuple[Find, ...]:
    """Everything in a text that could identify somebody, in order, none over another."""
    reading = Reading(text, known, innocent_spans(text))
    rules = chain.from_iterable(rule.finds(reading) for rule in _RULES)
    finders = chain.from_iterable(finder(reading) for finder in _FINDERS)
    return settle(reading, chain(rules, finders))


__all__ = [
    "ADVICE",
    "NOTHING_KNOWN",
    "Advice",
    "Find",
    "InPlace",
    "Kind",
    "Known",
    "find",
    "in_its_place",
]
