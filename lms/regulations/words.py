"""How far over the limit work is, and what that costs."""

from dataclasses import dataclass
from decimal import Decimal

from lms.regulations.costs import HUNDRED, ZERO, Charge
from lms.regulations.readings import NeedsSetting, Reader, settle
from lms.regulations.terms import Terms, WordBand, Words


@dataclass(frozen=True)
class Length:
    """What the length meets: per cent over the limit, the band, and how many words are read."""

    over_percent: Decimal
    band: WordBand | None
    words_read: int

    def charge(self, words: Words | None) -> Charge | None:
        """The cost, to be taken from a mark; None when nothing is taken."""
        if self.band is None or words is None:
            return None
        return Charge("words.band", self.band, 1, words.floor)


def word_consequence(terms: Terms, words: int, limit: int) -> Length | NeedsSetting:
    """What a number of words would meet, whatever the mark will be."""
    found = settle(lambda reader: length(reader, terms, words, limit), lambda one: one)
    return found if isinstance(found, NeedsSetting) else found[0]


def length(reader: Reader, terms: Terms, words: int, limit: int) -> Length:
    """The same, in one reading of the text. `limit` is the most words that were asked for."""
    over = max(ZERO, Decimal(words - limit) / Decimal(limit) * HUNDRED) if limit else ZERO
    if not over:
        return Length(ZERO, None, words)
    rule = reader.read("words", terms.words)
    tolerance = rule.tolerance or ZERO
    if over <= tolerance or rule.takes == "nothing":
        return Length(over, None, words)
    if rule.excess == "unread":
        most = int(limit * (HUNDRED + tolerance) / HUNDRED)
        return Length(over, None, min(words, most))
    band = next((band for band in rule.band if _holds(band, over)), None)
    return Length(over, band or reader.read("words.band", None), words)


def _holds(band: WordBand, over: Decimal) -> bool:
    if band.above is not None and over <= band.above:
        return False
    if band.from_ is not None and over < band.from_:
        return False
    if band.up_to is not None and over > band.up_to:
        return False
    return band.below is None or over < band.below
