"""Where somebody lives, was kept or worked: postcodes, addresses, businesses by name."""

import re
from collections.abc import Iterator

from lms.identifying.finding import Find, Reading, Rule
from lms.identifying.kinds import Kind

# The 124 postcode areas (Royal Mail, Programmers' Guide to the Postcode Address File).
_AREAS_IN_TEXT = """
AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC
EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS
LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP
SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE
"""
_AREAS = frozenset(_AREAS_IN_TEXT.split())
_FULL = re.compile(
    r"(?<![\w/.-])(?P<area>[A-Z]{1,2})\d[A-Z\d]? ?\d(?P<end>[ABD-HJLNP-UW-Z]{2})(?![\w-])",
    re.IGNORECASE,
)
_HALF = re.compile(r"(?<![\w/.-])(?P<area>[A-Z]{1,2})\d[A-Z\d]?(?![\w/-]|\.\d)")
_ORDINAL = re.compile(r"st|nd|rd|th", re.IGNORECASE)
_LIVING = re.compile(
    r"\b(?:area|postcode|district|liv(?:e|es|ed|ing)|stay\w*|sle(?:ep|pt)\w*|room|house|flat"
    r"|dispersed|moved"
    r"|visit\w*|around|near|hostel|school|begins)\b",
    re.IGNORECASE,
)
_CALLED_AREA = re.compile(r"\b(?:area|postcode|district)\b", re.IGNORECASE)
_TOWN_BEFORE = re.compile(r"(?P<town>[A-Z][a-z’'-]{2,}),? \(?$")
_TOWN_AFTER = re.compile(r"^\)?,? in [A-Z][a-z]{2,}")
_NO_TOWN_IN_TEXT = """
Module Unit Appendix Table Figure Section Article Rule Annex Part Chapter Page Form Level
English Junction Grade Box Room Size Paper Question Task Outcome Theme Criterion Street Road The
In At Her His My
"""
_NO_TOWN = frozenset(_NO_TOWN_IN_TEXT.split())
_OTHER_CODE = re.compile(
    r"\b(?:motorway|along|junction|lorry|level|test|English|CEFR|unit|module|appendix|form|road"
    r"|A-road"
    r"|closed|table|figure|section)\b",
    re.IGNORECASE,
)

_STREET = (
    r"(?:Street|Road|Lane|Avenue|Close|Drive|Terrace|Court|Crescent|Gardens|Grove|Place|Square"
    r"|Way|Walk|View"
    r"|Row|Hill|Mews|Yard|Rise|Parade|Quay|Wharf|Gate|Bank|Villas|Buildings|House|St|Rd|Ave)\b"
)
_NOT_HOME = r"(?!(?:Supreme|High|Crown|County|Family|Magistrates|Upper|First)\b)"
_NAMED = rf"(?:{_NOT_HOME}[A-Z][\w’'-]+ ){{1,3}}{_STREET}"
_DWELLING = r"(?:Flat|Apartment|Apt\.?|Unit|Suite)"
_AT_HOME = re.compile(
    r"\b(?:liv(?:e|es|ed|ing)|stay\w*|slept|sleeps|house|flat|room|hostel|home|hotel|kept)\b",
    re.IGNORECASE,
)

ADDRESSES: tuple[Rule, ...] = (
    Rule(
        Kind.ADDRESS,
        re.compile(
            rf"\b(?:{_DWELLING} \w{{1,4}},? )?(?:[Nn]umber |[Nn]o\.? ?)?\d{{1,4}}[A-Za-z]?(?:,"
            rf"| on)? {_NAMED}"
        ),
    ),
    Rule(Kind.ADDRESS, re.compile(rf"\b{_DWELLING} \d{{1,4}}[A-Za-z]?,? {_NAMED}")),
    Rule(
        Kind.ADDRESS,
        re.compile(rf"\b(?:on|in|at|off) (?P<it>{_NAMED})"),
        cue=_AT_HOME,
        unless=re.compile(r"\b(?:Commissioner|University|Parliament|Office|report)\b"),
        before=50,
        after=60,
    ),
)

_TRADE = (
    r"(?:[Cc]ar ?[Ww]ash|[Vv]aleting|[Rr]estaurant|[Tt]ake-?away|[Nn]ails|[Nn]ail [Bb]ar"
    r"|[Ff]arms?|[Gg]rowers"
    r"|[Hh]otel|[Gg]uest ?[Hh]ouse|[Bb]arbers?|[Mm]assage|[Ss]auna|[Ss]pa|[Cc]af[eé]|[Bb]akery"
    r"|[Pp]izzeria"
    r"|[Kk]ebab|[Gg]rill|[Pp]oultry|[Ff]isheries|[Pp]ackers|[Ss]alon|[Ll]aundry|[Cc]are [Hh]ome"
    r"|[Ff]actory)"
)
_NO_BUSINESS = (
    r"(?:The|A|An|My|Her|His|Their|Our|This|That|These|Those|At|In|On|From|And|But|Hand|Car|Nail"
    r"|No|Each|Every"
    r"|One|Some|Many|Most|Two|When|If|British|English|Scottish|Welsh|Irish|Albanian|Vietnamese"
    r"|Chinese|Indian"
    r"|Turkish|Italian|Thai|Romanian|Polish|Kurdish|Greek|Local|Small|Council)"
)
_OWN_NAME = rf"(?!{_NO_BUSINESS}\b)[A-Z][\w’'-]*"

BUSINESSES: tuple[Rule, ...] = (
    Rule(
        Kind.BUSINESS,
        re.compile(
            rf"\b{_OWN_NAME}(?: (?:{_OWN_NAME}|&"
            rf"|and)){{0,4}}? (?:Hand )?(?:{_TRADE} and )?{_TRADE}(?![\w-])"
            rf"(?: {_TRADE}\b)?"
        ),
    ),
    Rule(
        Kind.BUSINESS,
        re.compile(
            rf"\b{_TRADE}(?:,| called| named| known as|,? trading as| by the name of)+ "
            rf"(?P<it>{_OWN_NAME}(?: [A-Z][\w’'-]*){{0,4}})(?= |,|\.)"
        ),
    ),
)


def postcodes(reading: Reading) -> Iterator[Find]:
    """Whole postcodes, and first halves where a place or a home stands beside them."""
    for match in _FULL.finditer(reading.text):
        if match["area"].upper() in _AREAS and not _ORDINAL.fullmatch(match["end"]):
            yield Find(*match.span(), Kind.POSTCODE)
    for match in _HALF.finditer(reading.text):
        if match["area"] in _AREAS and _narrows(reading, match):
            yield Find(*match.span(), Kind.POSTCODE)


def _narrows(reading: Reading, half: re.Match[str]) -> bool:
    """Whether the first half of a postcode says where: roads and levels have the same form."""
    near = reading.around(half.start(), half.end(), 60, 30)
    if _OTHER_CODE.search(near) and not _CALLED_AREA.search(near):
        return False
    if len(half["area"]) == 2:
        return bool(_LIVING.search(near)) or _beside_town(reading, half)
    return bool(_CALLED_AREA.search(near)) or _beside_town(reading, half)


def _beside_town(reading: Reading, half: re.Match[str]) -> bool:
    before = _TOWN_BEFORE.search(reading.text[max(0, half.start() - 30) : half.start()])
    if before and before["town"] not in _NO_TOWN:
        return True
    return bool(_TOWN_AFTER.match(reading.text[half.end() : half.end() + 40]))
