"""How a person can be reached: telephone, e-mail, social media."""

import re
from collections.abc import Iterator

from lms.identifying.finding import Find, Reading, Rule
from lms.identifying.kinds import Kind

_EMAIL = re.compile(r"\b[\w.+%'’-]{1,64}@(?:[\w-]{1,63}\.){1,5}[A-Za-z]{2,24}\b")
# Boxes that an organisation publishes: nobody's own.
_OFFICE = re.compile(
    r"(?:info|help|helpline|enquir(?:y|ies)|contact|office|admin|hello|support|advice|complaints"
    r"|press"
    r"|nrm|nationalreferralmechanism|firstresponder|referrals?)@(?!example\.)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w/.£-])(?:\+|\(|0)[\d ()./-]{6,22}\d(?![\w/-]|[.,]\d)")
# 03 and 080 numbers belong to organisations (Ofcom, National Telephone Numbering Plan).
_ORGANISATION = re.compile(r"(?:44)?0?(?:3|80)")
_HANDLE = re.compile(r"(?<![\w.@/+-])@[A-Za-z0-9_][\w.]{2,30}(?<!\.)")
_PAGE = re.compile(
    r"\b(?:facebook|instagram|tiktok|twitter|x|vk|snapchat|linkedin|threads|onlyfans|t|wa)"
    r"\.(?:com|me|net)/@?[\w./-]{3,60}(?<![./])",
    re.IGNORECASE,
)
_PUBLIC_HANDLE = re.compile(r"@(?:ukhomeoffice|hopeforjustice|ukparliament|iasc)", re.IGNORECASE)

SOCIAL: tuple[Rule, ...] = (
    Rule(Kind.SOCIAL, _HANDLE, unless=_PUBLIC_HANDLE, before=0),
    Rule(Kind.SOCIAL, _PAGE),
    Rule(
        Kind.SOCIAL,
        re.compile(r"(?<![\w.@/])(?=\w*(?:[_\d]|\.\w))[A-Za-z][\w.]{3,30}(?<!\.)(?![\w@])"),
        cue=re.compile(
            r"\b(?:Instagram|Snapchat|TikTok|Telegram|Facebook|WhatsApp|Twitter|Discord|WeChat)\b"
            r"(?: user| name| handle| account| profile| page)?(?: is| was|:|,)? {0,2}\S*$",
            re.IGNORECASE,
        ),
        before=45,
    ),
)


def emails(reading: Reading) -> Iterator[Find]:
    """E-mail addresses, except boxes that organisations publish."""
    for match in _EMAIL.finditer(reading.text):
        if not _OFFICE.match(match.group()):
            yield Find(*match.span(), Kind.EMAIL)


def phones(reading: Reading) -> Iterator[Find]:
    """Telephone numbers, British and other, except published lines and organisations' numbers."""
    public = {_digits(number) for number in reading.known.phones}
    for match in _PHONE.finditer(reading.text):
        words = match.group()
        digits = _digits(words)
        if digits in public or not _is_phone(words, digits):
            continue
        end = match.end() - (words.endswith(")") and words.count("(") < words.count(")"))
        yield Find(match.start(), end, Kind.PHONE)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _is_phone(words: str, digits: str) -> bool:
    if words.startswith("+") or digits.startswith("00"):
        return 9 <= len(digits) <= 16
    if not digits.startswith("0") or not 10 <= len(digits) <= 11:
        return False
    return digits[1] in "12789" and not _ORGANISATION.match(digits)
