"""Names of people: after a title, beside words about a case, and those that the caller knows."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from lms.identifying.finding import SHORTEST_NAME, Find, Reading
from lms.identifying.kinds import Kind

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Madam)\b\.? ")
_PERSON = (
    r"(?:clients?|survivors?|victims?|traffickers?|exploiters?|gangmasters?|service users?"
    r"|wom[ae]n|m[ae]n|girls?"
    r"|boys?|child(?:ren)?|daughters?|sons?|sisters?|brothers?|mother|father|husband|wife|aunt"
    r"|uncle|cousin"
    r"|boyfriend|girlfriend|partner|friend|someone|somebody|person|baby|landlord|boss|employer)"
)
_ATTACHED_BEFORE = re.compile(
    rf"\b{_PERSON}(?:’s|'s)?(?: {_PERSON})?(?:(?:,| is| was| who is| whom| which| I|,? here| will"
    rf"| call| called"
    r"| named| by| her| his| own| name| for| the| introduced| herself| himself| as)+)? $",
    re.IGNORECASE,
)
_HELPED = re.compile(
    r"\b(?:(?:I|we) (?:\w+ )?(?:supported|accompanied|visited|helped|interviewed|collected"
    r"|assessed|referred|met)"
    r"|referral (?:was )?for|(?:they|he|she|I|we) call(?:ed)?|support(?:ed"
    r"|ing)? of)(?: [a-z]+){0,5},? $",
    re.IGNORECASE,
)
_ATTACHED_AFTER = re.compile(
    rf"^(?:,? aged \d|,? (?:\d\d|\d\d years old),|, (?:a|an|the|my|our"
    rf"|another) (?:[a-z]+ ){{0,2}}{_PERSON}\b)"
)
_CASE = re.compile(
    rf"\b(?:{_PERSON}|referred|referral|disclos\w+|safe ?house|NRM|trafficked|exploited"
    rf"|my caseload|support(?:ed|ing)"
    r"|outreach|consent\w*|advocate|interpreter|police|at risk)\b",
    re.IGNORECASE,
)
_SCHOLAR = re.compile(
    r"^(?:’s|'s)?,? (?:\(|and [A-Z]\w+ \(|et al|writes?|wrote|argues?d?|suggests?|describes?d?"
    r"|notes?|explains?"
    r"|of the University|writing (?:for|in|about)|\[@|\*|judgment|introduced|chaired"
    r"|was the (?:first|second|last)|is the author)"
)
_INVENTED = re.compile(
    r"not (?:her|his|their|the) (?:real|own) name|pseudonym|invented|fictional|fictitious|made.up"
    r"|real name (?:is|has)"
    r"|names? (?:has|have) been changed|changed (?:every|the|her|his|their|all)(?: \w+)? names?"
    r"|mixture of"
    r"|here called|to protect (?:her|him|them)|case study|(?:the|this) vignette|composite",
    re.IGNORECASE,
)
_ORGANISATIONS_IN_TEXT = """
act acts court force office council army justice convention protocol university trust foundation
charity service services police cross hospital street home department crown care review
committee tribunal kingdom nations ireland road institute association centre center school
college church commission commissioner agency authority helpline government secretary minister
state mechanism guidance code book journal press review project network group house lane avenue
bill directive regulation parliament society union bank club hotel restaurant farm act limited
ltd los san santa new saint jobcentre border borough city county north south east west modern
slavery anti independent national human rights bay station airport prison detention removal
universal credit hub
"""
_ORGANISATIONS = frozenset(_ORGANISATIONS_IN_TEXT.split())
_OPENERS_IN_TEXT = """
The A An In On At My Our Her His Their This That These Those When While Where If And But So As
For From With By To Of I We He She They It You One Two Three Then There Here What Who Why How
Since After Before During Because Although Yet Or Nor No Not Every Each Some Any Both All Most
Many Such Another Dr Professor Dame Sir Lord Lady Baroness Judge Once Later Later Now Today
Yesterday Tomorrow Ring Call Write Case Client Survivor Mr Mrs Ms Miss Mx Madam Was Is Did Does
Do Has Have Had Will Would Could Should Can May Might Must Let Perhaps Like Unlike Under Over
Between Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April
June July August September October November December Home NRM UK EU
"""
_OPENERS = frozenset(_OPENERS_IN_TEXT.split())
# People of public life, of whom anybody may write.
_PUBLIC_IN_TEXT = """
theresa may, sara thornton, kevin hyland, eleanor lyons, frank field, maria miller, william
wilberforce, judith herman, carl rogers, paulo freire, kimberle crenshaw, donald schon, graham
gibbs, david kolb, carl jung, siddharth kara, kevin bales, priti patel, suella braverman, yvette
cooper, amber rudd, jess phillips, mo farah
"""
_PUBLIC = frozenset(" ".join(_PUBLIC_IN_TEXT.split()).split(", "))
_LETTERS = str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "\u0131": "i"})


def fold(word: str) -> str:
    """A name without accents, in small letters: `Nguyễn` and `Nguyen` are one."""
    plain = (
        word.replace("đ", "d")
        .replace("Đ", "D")
        .replace("ł", "l")
        .replace("Ł", "L")
        .replace("\u0131", "i")
    )
    parts = unicodedata.normalize("NFKD", plain)
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).lower()


@cache
def given_names() -> tuple[frozenset[str], frozenset[str]]:
    """Given names of several cultures, folded; those that are ordinary words too stand apart."""
    plain: set[str] = set()
    words: set[str] = set()
    for file in files("lms.identifying").joinpath("names").iterdir():
        if file.name.endswith(".txt"):
            lines = file.read_text(encoding="utf-8").splitlines()
            found = " ".join(line for line in lines if not line.startswith("#")).split()
            (words if file.name == "also-words.txt" else plain).update(fold(name) for name in found)
    return frozenset(plain - words), frozenset(words)


def known_people(reading: Reading) -> Iterator[Find]:
    """The writer's employer, also without its last word, and people the writer works with."""
    for name in reading.known.employers:
        yield from _said(reading, _with_short_form(name), Kind.EMPLOYER)
    for name in reading.known.colleagues:
        yield from _said(reading, [name], Kind.COLLEAGUE)


def _with_short_form(name: str) -> list[str]:
    words = name.split()
    generic = {
        "charity",
        "trust",
        "ltd",
        "limited",
        "cic",
        "project",
        "foundation",
        "uk",
        "service",
    }
    if len(words) > 2 and words[-1].lower() in generic:
        return [name, " ".join(words[:-1])]
    return [name]


def _said(reading: Reading, forms: list[str], kind: Kind) -> Iterator[Find]:
    for form in forms:
        if len(form.strip()) < SHORTEST_NAME:
            continue
        spaced = r"\s+".join(re.escape(word) for word in form.split())
        found = re.search  # one name at a time: a text has few
        place = 0
        while match := found(rf"(?<!\w){spaced}(?!\w)", reading.text[place:], re.IGNORECASE):
            yield Find(place + match.start(), place + match.end(), kind)
            place += match.end()


def names(reading: Reading) -> Iterator[Find]:
    """People's names where a title or a word about a case stands beside them."""
    spared = _declared_invented(reading) | {fold(name) for name in reading.known.cast}
    for run in _runs(reading.text):
        titled = bool(_TITLE.search(reading.text[max(0, run[0].start() - 8) : run[0].start()]))
        words = [fold(word.group()) for word in run]
        if words[0] in spared or " ".join(words) in _PUBLIC or words[0] == "justice":
            continue
        start, end = run[0].start(), run[-1].end()
        if titled or _is_name(reading, start, end, words):
            begin = reading.text.rfind("M", max(0, start - 8), start) if titled else start
            yield Find(begin, end, Kind.NAME)


def _is_name(reading: Reading, start: int, end: int, words: list[str]) -> bool:
    if _ORGANISATIONS.intersection(words):
        return False
    sentence_start, sentence_end = reading.sentence_at(start)
    sentence = reading.text[sentence_start:sentence_end]
    if _INVENTED.search(sentence):
        return False
    before = reading.text[max(sentence_start, start - 90) : start]
    after = reading.text[end : end + 60]
    attached = bool(
        _ATTACHED_BEFORE.search(before) or _HELPED.search(before) or _ATTACHED_AFTER.match(after)
    )
    plain, also_words = given_names()
    sure = any(word in plain or word.split("-")[0] in plain for word in words)
    if attached and (sure or words[0] in also_words or len(words) > 1):
        return not _SCHOLAR.match(after)
    if len(words) < 2 or not (sure or also_words.intersection(words)):
        return False
    return bool(_CASE.search(sentence)) and not _SCHOLAR.match(after)


def _declared_invented(reading: Reading) -> set[str]:
    """Names of which the writer says that they are made up, wherever they stand afterwards."""
    said: set[str] = set()
    for match in _INVENTED.finditer(reading.text):
        start, end = reading.sentence_at(match.start())
        for run in _runs(reading.text[start:end]):
            said.update(fold(word.group()) for word in run)
    return said


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Capital words in a row (`Nguyen Thi Hoa`), without the words that open sentences."""
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        letters = word.group()
        capital = letters[0].isupper() and not letters.isupper() and letters not in _OPENERS
        joined = bool(run) and text[run[-1].end() : word.start()] == " "
        if run and not (capital and joined):
            yield run
            run = []
        if capital:
            run.append(word)
    if run:
        yield run
