"""Measures the confidentiality check; `--write` brings docs/confidentiality.md up to date."""

import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lms.identifying import ADVICE, Kind, Known, find

ROOT = Path(__file__).resolve().parent.parent
SENTENCES = ROOT / "tests" / "identifying" / "sentences.toml"
PAGE = ROOT / "docs" / "confidentiality.md"
START, END = "<!-- figures -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Sentence:
    """One sentence, and what should be marked in it: (kind, from, up to)."""

    text: str
    wanted: tuple[tuple[Kind, int, int], ...]
    held_out: bool


@dataclass
class Figures:
    """Counts per kind: `wanted` of the set, `caught` of them, and `wrong` marks besides."""

    sentences: int = 0
    innocent: int = 0
    innocent_marked: int = 0
    wanted: Counter[Kind] = field(default_factory=Counter)
    caught: Counter[Kind] = field(default_factory=Counter)
    wrong: Counter[Kind] = field(default_factory=Counter)

    def recall(self, kind: Kind) -> float:
        """Share of what should be marked that is, as its kind; 1 where nothing is wanted."""
        return self.caught[kind] / self.wanted[kind] if self.wanted[kind] else 1.0

    def precision(self, kind: Kind) -> float:
        """Share of what is marked that should be; 1 where nothing is marked."""
        marked = self.caught[kind] + self.wrong[kind]
        return self.caught[kind] / marked if marked else 1.0


def read_sentences() -> tuple[list[Sentence], Known]:
    """The set, and what the product is taken to know in it."""
    with SENTENCES.open("rb") as file:
        data = tomllib.load(file)
    about = data["known"]
    known = Known(
        employers=tuple(about["employers"]),
        colleagues=tuple(about["colleagues"]),
        cast=frozenset(about["cast"]),
        phones=frozenset(about["phones"]),
    )
    return [_sentence(row) for row in data["sentence"]], known


def _sentence(row: dict[str, object]) -> Sentence:
    text, place, wanted = str(row["text"]), 0, []
    finds = row.get("finds", [])
    assert isinstance(finds, list)
    for kind, words in finds:
        start = text.index(words, place)
        wanted.append((Kind(kind), start, start + len(words)))
        place = start
    return Sentence(text, tuple(wanted), bool(row.get("held_out", False)))


def measure(sentences: list[Sentence], known: Known) -> Figures:
    """Run the check. A mark counts where it meets the wanted words, as their kind."""
    figures = Figures()
    for one in sentences:
        found = find(one.text, known)
        figures.sentences += 1
        figures.innocent += not one.wanted
        figures.innocent_marked += bool(found) and not one.wanted
        for kind, start, end in one.wanted:
            figures.wanted[kind] += 1
            figures.caught[kind] += any(
                f.kind is kind and f.start < end and start < f.end for f in found
            )
        for f in found:
            figures.wrong[f.kind] += not any(
                f.kind is kind and f.start < end and start < f.end
                for kind, start, end in one.wanted
            )
    return figures


def table() -> str:
    """The figures as Markdown: per kind, for the sentences tuned on and those held out."""
    sentences, known = read_sentences()
    tuned = measure([one for one in sentences if not one.held_out], known)
    held = measure([one for one in sentences if one.held_out], known)
    count, innocent = tuned.sentences + held.sentences, tuned.innocent + held.innocent
    about = (
        f"{count} sentences, {innocent} of them innocent; {held.sentences} held out, "
        f"{held.innocent} of them innocent.\n"
    )
    lines = [
        about,
        "| What | Tuned on: caught | wrongly marked | Held out: caught | wrongly marked |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind in Kind:
        cells = [
            f"{each.caught[kind]} of {each.wanted[kind]} | {each.wrong[kind]}"
            for each in (tuned, held)
        ]
        lines.append(f"| {ADVICE[kind].looks_like} | {' | '.join(cells)} |")
    sums = [
        f"{each.caught.total()} of {each.wanted.total()} | {each.wrong.total()}"
        for each in (tuned, held)
    ]
    lines.append(f"| **together** | {' | '.join(sums)} |")
    lines.append(
        "\nInnocent sentences with any mark: "
        f"{tuned.innocent_marked} of {tuned.innocent} tuned on, "
        f"{held.innocent_marked} of {held.innocent} held out."
    )
    return "\n".join(lines)


def page_with(figures: str) -> str:
    """The page with these figures in it."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(START)
    return f"{before}{START}\n{figures}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page_with(table()), encoding="utf-8")
    print(table())
