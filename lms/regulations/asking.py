"""How long after its release somebody may ask whether a mark was put together rightly."""

from datetime import date, timedelta

from lms.regulations.readings import NeedsSetting, Reader, settle
from lms.regulations.terms import Query, Skip, Terms
from lms.regulations.working_days import SKIPS, Calendar


def query_until(terms: Terms, released_on: date, calendar: Calendar) -> date | NeedsSetting | None:
    """The last day for asking; None where the regulations have no such rule."""
    rule = terms.query
    if rule is None:
        return None
    found = settle(lambda reader: _last_day(reader, rule, released_on, calendar), lambda day: day)
    return found if isinstance(found, NeedsSetting) else found[0]


def _last_day(reader: Reader, rule: Query, released_on: date, calendar: Calendar) -> date:
    if reader.read("query.day", rule.day, ("calendar", "working")) == "calendar":
        return released_on + timedelta(days=rule.within_days)
    skips: tuple[Skip, ...] = reader.read("query.skips", rule.skips, SKIPS)
    return calendar.after(released_on, rule.within_days, skips)
