"""More time: what anybody may take without evidence, and how long it may be in all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lms.regulations.late import LONDON
from lms.regulations.readings import NeedsSetting, Reader, settle
from lms.regulations.terms import SelfCertified, Skip, Terms
from lms.regulations.working_days import ALL_SKIPS, SKIPS, Calendar


@dataclass(frozen=True)
class Asked:
    """A request for more time without evidence. `used` counts those of this academic year."""

    due: datetime
    asked_at: datetime
    used: int = 0
    days_already: int = 0  # working days this piece was given before


@dataclass(frozen=True)
class SelfCertification:
    """Whether it is granted at once. `blocks` is every reason why not; empty when it is."""

    blocks: tuple[str, ...]
    length: int = 0
    evidence_needed: bool | None = None
    new_due: datetime | None = None
    open: NeedsSetting | None = None  # the new date, where the text leaves it open

    @property
    def granted(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.blocks


def self_certifiable(terms: Terms, asked: Asked, calendar: Calendar) -> SelfCertification:
    """Whether somebody gets more time by asking, and the date they then have."""
    rule = terms.self_certified
    if rule is None:
        return SelfCertification((NO_RULE,))
    found = settle(lambda reader: _blocks(reader, rule, asked, calendar), lambda blocks: blocks)
    if isinstance(found, NeedsSetting):
        return SelfCertification((found.sentence,), open=found)
    if found[0]:
        return SelfCertification(found[0], rule.length, rule.evidence)
    moved = settle(lambda reader: _moved(reader, rule, asked.due, calendar), lambda due: due)
    if isinstance(moved, NeedsSetting):
        return SelfCertification((), rule.length, rule.evidence, open=moved)
    return SelfCertification((), rule.length, rule.evidence, moved[0])


NO_RULE = "These regulations say nothing about more time without evidence. Ask your tutor."


def _blocks(
    reader: Reader, rule: SelfCertified, asked: Asked, calendar: Calendar
) -> tuple[str, ...]:
    blocks = []
    if asked.used >= reader.read("self_certified.per_year", rule.per_year):
        blocks.append(f"You have taken this {_times(rule.per_year or 0)} this year, the most.")
    if asked.asked_at.astimezone(UTC) >= asked.due.astimezone(UTC) and not reader.read(
        "self_certified.after_the_date", rule.after_the_date, (False, True)
    ):
        blocks.append("The date has passed. It can only be taken before the date.")
    if _too_early(reader, rule, asked, calendar):
        blocks.append(
            f"It is more than {rule.earliest_days_before} days before the date. "
            "It can be taken closer to it."
        )
    most = rule.most_in_all
    if most is not None and asked.days_already + rule.length > most:
        blocks.append(f"With this there would be more than {most} working days in all.")
    return tuple(blocks)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _too_early(reader: Reader, rule: SelfCertified, asked: Asked, calendar: Calendar) -> bool:
    if rule.earliest_days_before is None:
        return False
    first, due = _day_of(asked.asked_at), _day_of(asked.due)
    day = reader.read("self_certified.earliest_day", rule.earliest_day, ("calendar", "working"))
    if day == "calendar":
        return (due - first).days > rule.earliest_days_before
    return calendar.between(first, due, _skips(reader, rule)) > rule.earliest_days_before


def _skips(reader: Reader, rule: SelfCertified) -> tuple[Skip, ...]:
    return reader.read("self_certified.skips", rule.skips, SKIPS)


def _day_of(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _moved(reader: Reader, rule: SelfCertified, due: datetime, calendar: Calendar) -> datetime:
    """The new moment: so many days later, at the same time by the clock in London."""
    day = reader.read("self_certified.day", rule.day, ("working", "calendar"))
    if day == "calendar":
        return _same_time(due, _day_of(due) + timedelta(days=rule.length))
    return _same_time(due, calendar.after(_day_of(due), rule.length, _skips(reader, rule)))


def _same_time(due: datetime, day: date) -> datetime:
    clock = due.astimezone(LONDON)
    return datetime.combine(day, clock.time(), tzinfo=LONDON).astimezone(due.tzinfo)


def moved_by_working_days(
    due: datetime, days: int, calendar: Calendar, skips: tuple[Skip, ...] = ALL_SKIPS
) -> datetime:
    """A date that somebody granted: so many working days later, at the same time of day."""
    return _same_time(due, calendar.after(_day_of(due), days, skips))


def requests_needed(
    terms: Terms, dues: Sequence[datetime], starts: date, calendar: Calendar
) -> int | NeedsSetting:
    """How many requests cover these dates: one each, or one for each stretch of days."""
    rule = terms.self_certified

    def decide(reader: Reader) -> int:
        asked = reader.read("self_certified", rule)
        by = reader.read("self_certified.counted_by", asked.counted_by, ("window", "assessment"))
        if by == "assessment":
            return len(dues)
        return _stretches(asked, dues, starts, calendar, _skips(reader, asked))

    found = settle(decide, lambda count: count)
    return found if isinstance(found, NeedsSetting) else found[0]


def _stretches(
    rule: SelfCertified,
    dues: Sequence[datetime],
    starts: date,
    calendar: Calendar,
    skips: tuple[Skip, ...],
) -> int:
    count, until = 0, date.min
    for day in sorted(_day_of(due) for due in dues):
        if day > until:
            count += 1
            first = starts if count == 1 else day
            until = calendar.after(first - timedelta(days=1), rule.length, skips)
    return count


def more_time_blocks(terms: Terms, *, self_certified: int, granted: int) -> tuple[str, ...]:
    """Every reason against more time of so many working days, with what was self-certified."""
    limits = [
        terms.self_certified.most_in_all if terms.self_certified else None,
        terms.extensions.most_working_days if terms.extensions else None,
    ]
    total = self_certified + granted
    most = min((limit for limit in limits if limit is not None), default=None)
    if most is None or total <= most:
        return ()
    return (f"That makes {total} working days in all; the regulations allow {most}.",)
