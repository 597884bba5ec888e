"""What looks like an identifier and is none: law, judgments, references, public bodies."""

import re
from collections.abc import Iterator

from lms.identifying.finding import Reading
from lms.identifying.kinds import Kind

Span = tuple[int, int]

_JUDGMENT = re.compile(
    r"\[(?:19|20)\d\d\] (?:UK|EW|EWHC|CSIH|CSOH|HCJAC|NI)[A-Z]* ?[A-Za-z]* ?\d+(?: \([A-Za-z]+\))?"
    r"|\bApplications? nos?\. [\d/]+(?:(?:,| and) [\d/]+)*"
    r"|\b(?:R|AG|DPP|SSHD|[A-Z][\w.’'-]{1,30}(?: \([A-Z]\w+\))?) ?(?:\([^)\n]{1,40}\) )?v\.? "
    r"[A-Z][^.\n]{0,80}?(?=\[| \(|[.,;\n])"
)
_SOURCE = re.compile(
    r"https?://\S+|\bwww\.\S+|\bdoi:? ?(?:org/)?10\.\S+|\bISBN(?:-1[03])?:? ?[\dX -]{10,20}"
    r"|\bISSN ?[\dX-]{9}",
    re.IGNORECASE,
)
_CAPITAL = r"(?<!\w)[^\W\d_a-zß-ÿ][\w’'-]{1,30}"
_AUTHOR_DATE = re.compile(
    r"\([^()\n]{0,120}\b(?:19|20)\d\d[a-z]?(?:, pp?\. ?[\d-]{1,20})?\)"
    rf"|{_CAPITAL}(?:(?:,? and |, | & | ){_CAPITAL}){{0,4}}(?: et al\.?)? \((?:19"
    rf"|20)\d\d[a-z]?(?:, p[^)\n]{{0,20}})?\)"
)
_ENTRY = re.compile(
    r"^[^\W\d_a-zß-ÿ][\w’'-]+, (?:[^\W\d_a-zß-ÿ]\.|[^\W\d_a-zß-ÿ][\w’'-]+).{0,120}?\((?:19"
    r"|20)\d\d[a-z]?\).*$",
    re.MULTILINE,
)
_LIST = re.compile(r"^\W*(?:References|Bibliography|Reference list|Works cited)\W*$", re.M | re.I)
_AFTER_LIST = re.compile(r"^\W*(?:Appendix|Appendices|Annex)\b", re.MULTILINE | re.IGNORECASE)
_PUBLIC_BODY = re.compile(
    r"\b(?:Home Office|Ministry of|Parliament|Universit(?:y|ies)|Commissioner|National Archives"
    r"|HMSO|Department"
    r" (?:of|for)|House of (?:Commons|Lords)|Royal Courts|Supreme Court|[Cc]opyright"
    r"|[Pp]ublish(?:ed|er)|Institute"
    r"|[Cc]entre|Commission|Press)\b"
)
_SOMEBODY = re.compile(
    r"\b(?:she|he|her|his|him|clients?|survivors?|lives?|lived|stays?|stayed|slept|sleeps|house"
    r"|flat)\b",
    re.IGNORECASE,
)

_CITED = (
    Kind.COURT,
    Kind.HOME_OFFICE,
    Kind.VISA,
    Kind.HEALTH,
    Kind.NAME,
    Kind.COMPANY,
    Kind.DOCUMENT,
)
_IN_SOURCES = tuple(kind for kind in Kind if kind not in (Kind.EMAIL, Kind.NI, Kind.SOCIAL))
_IN_LISTS = (Kind.NAME, Kind.ADDRESS, Kind.POSTCODE, Kind.PLACE_DATE, Kind.BIRTH, Kind.BUSINESS)
_AT_OFFICES = (Kind.ADDRESS, Kind.POSTCODE)


def innocent_spans(text: str) -> dict[Kind, tuple[Span, ...]]:
    """For each kind, the places of a text where it is not one (from, up to)."""
    found: dict[Kind, list[Span]] = {kind: [] for kind in Kind}
    for kinds, spans in (
        (_CITED, _of(_JUDGMENT, text)),
        (_IN_SOURCES, _of(_SOURCE, text)),
        ((Kind.NAME,), _of(_AUTHOR_DATE, text)),
        (_IN_LISTS, [*_of(_ENTRY, text), *_lists(text)]),
        (_AT_OFFICES, list(_offices(text))),
    ):
        for kind in kinds:
            found[kind].extend(spans)
    return {kind: tuple(spans) for kind, spans in found.items()}


def _of(form: re.Pattern[str], text: str) -> list[Span]:
    return [match.span() for match in form.finditer(text)]


def _lists(text: str) -> Iterator[Span]:
    """From a heading such as “References” to the end, or to an appendix."""
    place = 0
    while heading := _LIST.search(text, place):
        after = _AFTER_LIST.search(text, heading.end())
        place = after.start() if after else len(text)
        yield heading.end(), place


def _offices(text: str) -> Iterator[Span]:
    """Sentences about a public body in which nobody lives."""
    reading = Reading(text)
    for match in _PUBLIC_BODY.finditer(text):
        start, end = reading.sentence_at(match.start())
        if not _SOMEBODY.search(text[start:end]):
            yield start, end
