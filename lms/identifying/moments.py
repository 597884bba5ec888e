"""Dates of birth, and days that stand beside a place."""

import re
from collections.abc import Iterator

from lms.identifying.finding import Find, Reading, Rule
from lms.identifying.kinds import Kind

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? (?:the )?)?"
_NUMERIC = r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}"
_DAY = (
    rf"(?:{_WEEKDAY}\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? \d{{4}})?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|{_NUMERIC})"
)
_BORN = re.compile(
    r"\b(?:born|d\.? ?o\.? ?b\b|date of birth|birth ?date|birthday|turned \w+ on)", re.I
)
_BIRTH = rf"\b(?:{_DAY}|{_MONTH} \d{{4}}|\d{{2}}/\d{{4}})(?!\w)"
_AFTER = re.compile(
    r"^,? (?:is|was) (?:her|his|their|my client’s|my client's) (?:birthday|date)", re.I
)

BIRTHS: tuple[Rule, ...] = (
    Rule(Kind.BIRTH, re.compile(_BIRTH), cue=_BORN, before=36, unless=re.compile(r"\bborn of\b")),
)

# A capital word after "in", "at", "near": wider than this is no place at which one looks.
_WIDE = (
    r"(?:England|Scotland|Wales|Northern Ireland|Ireland|Britain|Great Britain|United Kingdom|UK"
    r"|Europe"
    rf"|Parliament|Strasbourg|{_MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
)
_PLACE = (
    rf"(?!{_WIDE}\b)[^\W\d_a-zß-ÿ][^\W\d_]+(?:[ -](?:[^\W\d_a-zß-ÿ][^\W\d_]+|on|upon|le|under|in))?"
)
_BEFORE = re.compile(rf"\b(?:in|at|near|from|outside)\s(?P<it>{_PLACE},? on (?:the )?{_DAY})(?!\w)")
_BEHIND = re.compile(
    rf"\b(?P<it>{_DAY}(?!\w)[^.!?\n]{{0,60}}?\b(?:in|at|near|from|outside) {_PLACE})(?!\w)"
)
_HAPPENED = re.compile(
    r"\b(?:raid\w*|police|officers|found|rescued|arrest\w*|escaped|ran away|collected|moved"
    r"|dispersed|lorry|van"
    r"|boat|house|farm|hospital|inquest|stopped|died|attacked|stabbed|fire|brothel|she|he|her|his"
    r"|him|they"
    r"|them|clients?|survivors?|I)\b"
)
_OFFICIAL = re.compile(
    r"\b(?:Acts?|force|signed|judgment|court gave|Commissioner|conference|seminar|lecture|assent"
    r"|Parliament"
    r"|report(?:ed)? to|published|Directive|Convention|Regulations?|training day|guidance)\b"
)
_HARD = re.compile(r"\b(?:raid\w*|rescued|escaped|arrest\w*|inquest|brothel|stabbed)\b")


def places_with_days(reading: Reading) -> Iterator[Find]:
    """A place and a day in one sentence about what happened to somebody."""
    for form in (_BEFORE, _BEHIND):
        for match in form.finditer(reading.text):
            sentence = reading.sentence(match.start("it"))
            if not _HAPPENED.search(sentence):
                continue
            if _OFFICIAL.search(sentence) and not _HARD.search(sentence):
                continue
            yield Find(*match.span("it"), Kind.PLACE_DATE)


def birthdays(reading: Reading) -> Iterator[Find]:
    """A day that is called a birthday after it."""
    for match in re.finditer(_BIRTH, reading.text):
        if _AFTER.match(reading.text[match.end() : match.end() + 40]):
            yield Find(*match.span(), Kind.BIRTH)
