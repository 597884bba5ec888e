"""What `flask content report` and `flask content fact` print, for whoever owns the content.

Reads only what is already right: `flask content check` comes first. Nothing here decides anything.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from lms.modules.catalogue.balance import Balance, balance_of
from lms.modules.catalogue.facts import Fact
from lms.modules.catalogue.load import Everything, read
from lms.modules.catalogue.measures import argued_words, word_count
from lms.modules.catalogue.page import Page
from lms.modules.catalogue.programme import Unit
from lms.modules.catalogue.source import Faults, read_markdown, read_toml
from lms.modules.catalogue.uses import Use, uses_of_facts
from lms.modules.catalogue.versions import KINDS

NEAR = timedelta(days=30)


def review_list(folder: Path, today: date) -> str:
    """The review list: facts by date and mark, changed facts, approval, words, balance."""
    root = Path(folder).resolve()
    everything, _ = read(root, today)
    uses = uses_of_facts(root)
    parts = (
        [f"Review list of the content, {today.isoformat()}"],
        _facts_due(everything.facts.values(), uses, today),
        _facts_by_mark(everything.facts.values()),
        _changed_facts(everything),
        _approval(everything),
        _words(everything, root),
        _balance(root),
    )
    return "\n\n".join("\n".join(part) for part in parts)


def fact_card(folder: Path, fact_id: str) -> str | None:
    """One fact, and everything that rests on it; None when there is no such fact."""
    root = Path(folder).resolve()
    everything, _ = read(root, date.min)
    fact = everything.facts.get(fact_id)
    if fact is None:
        return None
    lines = [
        f"{fact.id} (mark {fact.mark}{', ' + fact.kind if fact.kind else ''})",
        fact.statement,
        f"Source: {fact.source}",
        f"Holds in {fact.holds_in}. Checked on {fact.checked_on}. Review by {fact.review_by}.",
    ]
    if fact.period:
        lines.append(f"Period: {fact.period}.")
    if fact.status:
        lines.append(f"Open: {fact.status}")
    if fact.changed_on:
        lines.append(f"Its statement last changed on {fact.changed_on}.")
    rests = uses_of_facts(root).get(fact_id, ())
    lines.append(f"Rests on it: {len(rests)}" if rests else "Nothing rests on it.")
    return "\n".join([*lines, *(f"  {use}" for use in rests)])


def _facts_due(
    facts: Iterable[Fact], uses: Mapping[str, tuple[Use, ...]], today: date
) -> Iterator[str]:
    due = sorted(
        (fact for fact in facts if fact.review_by <= today + NEAR),
        key=lambda fact: (fact.mark, fact.review_by, fact.id),
    )
    yield f"Facts past review or within {NEAR.days} days of it: {len(due)}"
    for mark in sorted({fact.mark for fact in due}):
        some = [fact for fact in due if fact.mark == mark]
        yield f"  Mark {mark}: {len(some)}"
        for fact in some:
            word = "past" if fact.review_by < today else "by"
            yield f"    {fact.id} {word} {fact.review_by}: {fact.statement}"
            yield from (f"      {use}" for use in uses.get(fact.id, ()))


def _facts_by_mark(facts: Iterable[Fact]) -> Iterator[str]:
    counted = Counter(fact.mark for fact in facts)
    yield f"Facts by mark: {counted.total()}"
    yield from (f"  {mark}: {number}" for mark, number in sorted(counted.items()))


def _changed_facts(everything: Everything) -> Iterator[str]:
    """Pages whose facts changed since they were reviewed, or which never were."""
    rows = [
        (page, fact)
        for page in _pages(everything)
        for fact in (everything.facts.get(one) for one in page.fact_ids)
        if fact and fact.changed_on and (page.reviewed is None or fact.changed_on > page.reviewed)
    ]
    yield f"Pages with a fact that changed since the page was reviewed: {len({p for p, _ in rows})}"
    for page, fact in rows:
        reviewed = f"reviewed on {page.reviewed}" if page.reviewed else "never reviewed"
        yield f"  {page.key} ({reviewed}): {fact.id} changed on {fact.changed_on}"


def _approval(everything: Everything) -> Iterator[str]:
    pages = list(_pages(everything))
    yield f"Pages: {len(pages)}, of which drafts: {len(everything.drafts)}"
    for kind in KINDS:
        given = [page for page in pages if any(one.kind == kind for one in page.approvals)]
        now = [
            page
            for page in given
            if any(one.kind == kind and one.is_for(page.content_hash) for one in page.approvals)
        ]
        yield (
            f"  {kind} approval: {len(now)} for this version, {len(given) - len(now)} for an "
            f"earlier one, {len(pages) - len(given)} not yet"
        )
        yield from (f"    earlier version: {page.key}" for page in given if page not in now)


def _words(everything: Everything, root: Path) -> Iterator[str]:
    written = [unit for unit in everything.units.values() if unit.written]
    outlines = len(everything.units) - len(written)
    yield f"Words and minutes of each unit ({len(written)} written, {outlines} outlines)"
    yield "  Counted: running prose, with asides on nations and cases; not “What to read next”,"
    yield "  “Terms”, tables, figures, sources, content notes, nor what checks and activities say."
    prose_of_all = minutes_of_all = 0
    for unit in written:
        prose, all_words = _words_of(unit, root)
        prose_of_all += prose
        minutes_of_all += unit.minutes
        yield (
            f"  {unit.key}: {prose:,} counted, {all_words:,} with tables, terms and notes, "
            f"{unit.minutes} minutes, {len(unit.pages)} pages"
        )
    yield f"  Together: {prose_of_all:,} counted, {minutes_of_all} minutes"


def _words_of(unit: Unit, root: Path) -> tuple[int, int]:
    folder = root / unit.programme / unit.key
    bodies = [
        source.body
        for page in unit.pages
        if (source := read_markdown(folder / f"{page.slug}.md", root, Faults()))
    ]
    return sum(map(argued_words, bodies)), sum(map(word_count, bodies))


def _balance(root: Path) -> Iterator[str]:
    yield "Checks: what a trick would get right"
    together = Balance()
    for path in sorted(root.rglob("*.toml")):
        source = read_toml(path, root, Faults())
        if source is None or source.data.get("kind") != "check":
            continue
        counted = balance_of(source.data)
        together.add(counted)
        yield f"  {source.name}: {_tricks(counted)}"
    yield f"  Over all checks: {_tricks(together)}"
    places = ", ".join(f"place {place}: {n}" for place, n in sorted(together.places.items()))
    yield f"  Where right answers stand: {places or 'nowhere yet'}"


def _tricks(counted: Balance) -> str:
    return "; ".join(
        f"{trick.words} {trick.right:.3g} of {trick.questions}"
        for trick in counted.tricks
        if trick.questions
    )


def _pages(everything: Everything) -> Iterator[Page]:
    yield from everything.pages.values()
    yield from everything.drafts.values()
