"""What can be measured in a text: its running words, and how hard its instructions read.

The reading level is the Flesch-Kincaid grade, which counts words in a sentence and syllables in a
word; as in Flesch, a colon or semicolon ends a unit of speech as a full stop does. Two things it
was not made for are set aside first: names (a reader does not sound out “Northern Ireland”, “Priya”
or the title of an Act) count as one short word; citations, links and marks are not read at all.
Not for judging content: `editorial.py` holds the measures against the limits.
"""

import re

_BLOCK_LINE = re.compile(
    r"^\s*(?:///.*|skip:.*|\[\^[^\]]+\]:.*|!\[.*|\|.*|#{1,6} .*)$", re.MULTILINE
)
_REFERENCE = re.compile(
    r"^## (?:What to read next|Terms)[ \t]*\n.*?(?=^#{1,2} |\Z)", re.MULTILINE | re.DOTALL
)
_CITATION = re.compile(r"\[@[^\]]*\]|\[\^[^\]]*\]")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]\[]*)\]\([^)]*\)")
_TERM = re.compile(r"\[\[(?:[^\]\[|]*\|)?([^\]\[|]+)\]\]")
_ITEM = re.compile(r"^\s*(?:[-+*]|\d+[.)]|:)\s+", re.MULTILINE)
_MARKS = re.compile(r"[*_`>#]+")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_SENTENCE = re.compile(r"[.?!…:;]+[”\"')\]]*(?=\s|$)|\n\s*\n")
_INSIDE_A_NAME = frozenset({"of", "and", "the", "for", "in", "to"})
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]es|[^aeioutd]ed|[^laeiouy]e)$")


def plain(markdown: str) -> str:
    """The words of a text as they are read, without marks, addresses and citations."""
    text = _ITEM.sub("\n\n", _CITATION.sub("", markdown))  # each item speaks for itself
    text = _TERM.sub(r"\1", _IMAGE.sub("", text))
    return _MARKS.sub("", _LINK.sub(r"\1", text))


def running_words(markdown: str) -> int:
    """The words of running prose: no headings, tables, figures, notes or block marks."""
    return len(_WORD.findall(plain(_BLOCK_LINE.sub("", markdown))))


def argued_words(markdown: str) -> int:
    """The running prose that a unit's length is held to: what a page argues, tells and asks.

    Asides on nations and cases count. What is looked up and not read through does not: the sections
    headed “What to read next” and “Terms” (and, as ever, headings, tables, figures and notes).
    """
    return running_words(_REFERENCE.sub("", markdown))


def grade(markdown: str) -> float:
    """The Flesch-Kincaid grade of a text; 0 for one without words."""
    sentences = [words for part in _SENTENCE.split(plain(markdown)) if (words := _words(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    sounded = sum(syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * sounded / len(words) - 15.59


def word_count(markdown: str) -> int:
    """All the words of a text."""
    return len(_WORD.findall(plain(markdown)))


def _words(sentence: str) -> list[str]:
    """A sentence's words; a name of several words, such as an Act's title, is one."""
    words = _WORD.findall(sentence)
    kept: list[str] = []
    in_a_name = False
    for place, word in enumerate(words):
        follows = word in _INSIDE_A_NAME and words[place + 1 : place + 2]
        name = _starts_a_name(word) if place else False
        if in_a_name and (name or word.isdigit() or (follows and _starts_a_name(follows[0]))):
            continue
        kept.append("A" if name else word)
        in_a_name = name
    return kept


def _starts_a_name(word: str) -> bool:
    return word[0].isupper() and word != "I"


def syllables(word: str) -> int:
    """About how many syllables an English word has; figures and short forms have one."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    if not letters or word.isupper():
        return 1
    count = len(_VOWELS.findall(letters))
    if count > 1 and _SILENT.search(letters):
        count -= 1
    return max(count, 1)
