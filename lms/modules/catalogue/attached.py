"""What may stand on a page beside its text, whatever its kind."""

from collections.abc import Callable, Iterator

from lms.modules.catalogue.activity import Check, Reflection, read_activity
from lms.modules.catalogue.cards import Cards, read_match, read_order, read_sort
from lms.modules.catalogue.confidence import Confidence, read_confidence
from lms.modules.catalogue.scenario import Scenario, read_scenario
from lms.modules.catalogue.source import Source
from lms.modules.catalogue.template import Template, read_template

Attached = Scenario | Cards | Template | Confidence
Activity = Check | Reflection | Attached

_READERS: dict[str, Callable[[Source, str, str], Attached | None]] = {
    "scenario": read_scenario,
    "sort": read_sort,
    "match": read_match,
    "order": read_order,
    "template": read_template,
    "confidence": read_confidence,
}
KINDS = ("check", "reflection", *_READERS)


def read_attached(source: Source, key: str, page_key: str, *, asked_as: str) -> Activity | None:
    """An activity's file. `asked_as` is what its page calls it: check, reflection or activity."""
    kind = source.data.get("kind")
    if asked_as != "activity":
        return read_activity(source, key, page_key, kind=asked_as)
    if kind in ("check", "reflection"):
        return read_activity(source, key, page_key, kind=kind)
    if kind not in _READERS:
        message = f"`kind` must be one of {', '.join(KINDS)}"
        source.fault(source.line("kind"), message)
        return None
    return _READERS[kind](source, key, page_key)


def facts_named(source: Source) -> Iterator[tuple[str, int]]:
    """Every fact that a scene, card, pair or question rests on, with its line."""
    for table, rows in source.data.items():
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            named = row.get("facts", ()) if isinstance(row, dict) else ()
            for fact in named:
                yield str(fact), source.line(table, index, "facts")
