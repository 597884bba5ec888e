"""Numbers and references by which an office knows a person: form first, then what stands near."""

import re

from lms.identifying.finding import Rule
from lms.identifying.kinds import Kind


def near(words: str) -> re.Pattern[str]:
    """Any of the words, in any case."""
    return re.compile(rf"\b(?:{words})", re.IGNORECASE)


def check_digit_holds(digits: str) -> bool:
    """Whether ten digits end as NHS, CHI and H&C numbers do (modulus 11)."""
    only = re.sub(r"\D", "", digits)
    total = sum(
        int(digit) * weight for digit, weight in zip(only[:9], range(10, 1, -1), strict=True)
    )
    return (11 - total % 11) % 11 == int(only[9])


_HOME_OFFICE = near(r"home office|h\.?o\.? ref|our ref|your ref|bail|ukvi|immigration")
_HOSPITAL = near(r"hospital (?:number|no)|mrn\b|wristband")
_HEALTH = near(r"nhs|chi\b|h ?& ?c\b|health and care|hospital (?:number|no)|gp record|midwife")
_PAPER = near(r"passport|brp|residence permit|identity card|id card|travel document|visa vignette")
_COMPANY = near(
    r"compan(?:y|ies)[^.]{0,30}(?:number|no\b|registered|house|\()|companies house|gangmaster|glaa"
)
_VEHICLE = near(
    r"car\b|van\b|plate|registration|registered|vehicle|lorry|taxi|bus\b|truck|minibus|coach"
)
_CHARITY = near(r"charity")

NUMBERS: tuple[Rule, ...] = (
    Rule(Kind.VISA, re.compile(r"(?<![\d-])\d{4}([- ]?)\d{4}\1\d{4}\1\d{4}(?![\d-])")),
    Rule(Kind.VISA, re.compile(r"\bGWF[ -]?\d{9}\b", re.IGNORECASE)),
    Rule(
        Kind.VISA,
        re.compile(r"\b(?!(?:PA|HU|EA|DA|IA|AA|DC|RP|LP|CO|NRM)/)[A-Z]{2,4}\d?/\d{5,8}(?:/\d+)?\b"),
        unless=near(r"doi"),
        before=10,
    ),
    Rule(
        Kind.NI,
        re.compile(r"\b[A-Z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b", re.IGNORECASE),
    ),
    Rule(Kind.COURT, re.compile(r"\b[TSAU]20\d{6}\b")),
    Rule(Kind.COURT, re.compile(r"\b[A-Z]{2}\d{2}[A-Z]\d{5}\b")),
    Rule(Kind.COURT, re.compile(r"\b(?<!/)\d{7}/20\d{2}\b")),
    Rule(Kind.COURT, re.compile(r"\b(?:PA|HU|EA|DA|IA|AA|DC|RP|LP)/\d{5}/(?:20)?\d{2}\b")),
    Rule(Kind.COURT, re.compile(r"\b(?:UI|PA|HU|EA)-20\d{2}-\d{6}\b")),
    Rule(Kind.COURT, re.compile(r"\b(?:CO|AC)[/-]\d{1,6}[/-]20\d{2}\b")),
    Rule(
        Kind.COURT,
        re.compile(r"\b(?:[A-Z]{2,3}[/-])?\d{2,8}(?:[/-]\d{2,8}){1,3}\b"),
        cue=near(r"crime (?:ref|number)|police (?:ref|log)|cad (?:ref|number)|custody (?:ref|num)"),
    ),
    Rule(
        Kind.HEALTH,
        re.compile(
            r"(?<![\d+-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\d-])|(?<![\d+-])\d{6} ?\d{4}(?![\d-])"
        ),
        cue=_HEALTH,
        before=60,
        after=60,
    ),
    Rule(
        Kind.HEALTH, re.compile(r"(?<![\d+-])\d{3} \d{3} \d{4}(?![\d-])"), check=check_digit_holds
    ),
    Rule(Kind.HEALTH, re.compile(r"\b[A-Z]{0,2}\d{6,8}\b"), cue=_HOSPITAL, before=40, after=25),
    Rule(Kind.DOCUMENT, re.compile(r"\b[A-Z]{0,2}\d{7,9}\b"), cue=_PAPER, before=60),
    Rule(Kind.DOCUMENT, re.compile(r"\b[A-Z][A-Z\d]\d{7}\b")),
    Rule(Kind.DOCUMENT, re.compile(r"\b[A-Z9]{5}\d{6}[A-Z9]{2}[A-Z\d][A-Z]{2}(?:\d{2})?\b")),
    Rule(Kind.DOCUMENT, re.compile(r"\b\d{8}\b"), cue=near(r"driving licence|dva\b"), before=40),
    Rule(Kind.HOME_OFFICE, re.compile(r"(?<![/\w])[A-Z]\d{7}(?:/\d{1,3})?\b")),
    Rule(Kind.HOME_OFFICE, re.compile(r"(?<![/\w£.,])\d{7,8}(?:/\d{1,3})?\b"), cue=_HOME_OFFICE),
    Rule(Kind.NRM, re.compile(r"\bNRM[-/ ]{0,2}\d[\d/ -]{4,14}\d\b")),
    Rule(
        Kind.NRM,
        re.compile(r"(?<![\w£.,/-])\d[\d/-]{4,14}\d\b"),
        cue=near(r"nrm (?:ref\w*|case|number|no)\b"),
        before=30,
    ),
    Rule(
        Kind.NRM,
        re.compile(r"\b[A-Z]{0,5}[-/]?\d[\d/-]{5,14}\d\b"),
        cue=near(r"competent authority|sca ref|ieca"),
        before=40,
    ),
    Rule(
        Kind.COMPANY,
        re.compile(r"\b(?:(?:SC|NI|OC|SO|NC|R)\d{6}|\d{8})\b"),
        cue=_COMPANY,
        unless=_CHARITY,
        before=50,
        after=25,
    ),
    Rule(
        Kind.COMPANY,
        re.compile(r"\b[A-Z]{4}\d{4}\b"),
        cue=near(r"gangmaster|glaa|licence"),
        before=40,
        after=40,
    ),
    Rule(Kind.VEHICLE, re.compile(r"\b[A-Z]{2}\d{2} ?[A-Z]{3}\b")),
    Rule(
        Kind.VEHICLE,
        re.compile(r"\b(?:[A-Z]\d{1,3} ?[A-Z]{3}|[A-Z]{3} ?\d{1,4}[A-Z]?)\b"),
        cue=_VEHICLE,
        unless=near(r"section|act\b|EW|UK"),
        before=40,
        after=12,
    ),
)
