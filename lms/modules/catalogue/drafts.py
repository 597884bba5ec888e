"""A draft of regulations, read from anywhere with the checks of content/regulations."""

from pathlib import Path

from lms.modules.catalogue.calendars import Calendars, read_calendar
from lms.modules.catalogue.regulations import Regulations, read_regulations
from lms.modules.catalogue.source import Fault, Faults, read_toml


def read_calendars(root: Path, found: Faults) -> Calendars:
    """All of content/calendars."""
    calendars = Calendars()
    for path in sorted((root / "calendars").glob("*.toml")):
        if source := read_toml(path, root, found):
            read_calendar(source, calendars)
    return calendars


def read_draft(path: Path, content: Path) -> tuple[Regulations | None, tuple[Fault, ...]]:
    """A file of regulations that no cohort is pinned to yet; and every fault of it."""
    found = Faults()
    calendars = read_calendars(content, found)
    path = path.resolve()
    source = read_toml(path, path.parent, found)
    draft = read_regulations(source, calendars) if source else None
    return (None if found.faults else draft), tuple(sorted(found.faults))
