"""The academic rules, as data pinned to a cohort (DESIGN.md section 5). Never constants in code."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from lms.modules.catalogue.calendars import Calendars, Closures, check_working_days
from lms.modules.catalogue.facts import Words
from lms.modules.catalogue.source import Source, Written
from lms.modules.catalogue.terms import read_terms
from lms.regulations import Calendar, Clause, Terms, clauses, no_days_off

# Made from the numbers, so that words and numbers cannot differ; never written in the file.
FROM_NUMBERS = frozenset(
    {
        "pass-mark",
        "late",
        "penalties",
        "resit-cap",
        "self-certified",
        "extensions",
        "release-time",
        "query",
        "compensation",
        "second-marking",
        "sample",
    }
)
# The order in which a piece of work meets them; what is not listed follows.
ORDER = (
    *("weighting", "late", "words", "penalties", "rounding", "resit-cap", "pass-mark", "pass"),
    "module-mark",
    *("self-certified", "extensions", "working-days", "turnaround", "release", "release-time"),
    "query",
    *("vle", "second-marking", "sample", "compensation"),
)
TITLES = {
    "weighting": "How marks add up",
    "rounding": "Rounding",
    "pass": "The bands",
    "release": "When you see a mark",
    "vle": "Your university’s learning site",
    "words": "Length",
    "turnaround": "When feedback comes",
}
WORKING_DAYS = "turnaround_working_days"
NOTHING_STATED = Terms()
NO_DAYS_KNOWN = no_days_off(date.max, date.min)
# What a table may not say once more, since every file says it at its top.
SAID_ABOVE = (("pass", "mark"), ("turnaround", "working_days"))
CLAUSES = ("weighting", "rounding", "pass", "release", "vle", "words", "turnaround")


class _BandFile(Written):
    id: Words
    title: Words
    from_: int = Field(alias="from", ge=0)


class _RoundingFile(Written):
    to: int | float = Field(gt=0)
    way: Literal["half-up", "half-even", "down"]
    at: tuple[Literal["mark", "module", "award"], ...] = ("mark",)


class _VleFile(Written):
    send_on: Literal["release", "ratification"]


class _ClauseFile(Written):
    id: Words
    text: Words
    title: Words | None = None


class _RegulationsFile(Written):
    id: Words
    version: int | str
    title: Words
    example: bool
    note: str | None = None
    maximum: int = Field(gt=0)
    pass_mark: int = Field(gt=0)
    turnaround_working_days: int = Field(gt=0)
    band: tuple[_BandFile, ...] = Field(min_length=1)
    rounding: _RoundingFile
    vle: _VleFile
    clause: tuple[_ClauseFile, ...] = ()


@dataclass(frozen=True)
class Band:
    id: str
    title: str
    starts_at: Decimal


@dataclass(frozen=True)
class Rounding:
    to: Decimal
    way: str  # half-up, half-even, down


@dataclass(frozen=True)
class Regulations:
    id: str
    version: str
    title: str
    example: bool
    note: str | None
    maximum: Decimal
    pass_mark: Decimal
    turnaround_working_days: int
    bands: tuple[Band, ...]  # lowest first
    rounding: Rounding
    send_on: str  # release, ratification
    clauses: tuple[Clause, ...]
    terms: Terms = NOTHING_STATED
    calendar: Calendar = NO_DAYS_KNOWN

    def clause(self, clause_id: str) -> Clause:
        """Every id of CLAUSES is present: loading refuses regulations without one."""
        return next(clause for clause in self.clauses if clause.id == clause_id)

    def band_of(self, points: Decimal) -> Band:
        """The band that a number of points falls in."""
        return [band for band in self.bands if band.starts_at <= points][-1]

    def band(self, band_id: str) -> Band | None:
        return next((band for band in self.bands if band.id == band_id), None)


def read_regulations(source: Source, calendars: Calendars) -> Regulations | None:
    head, tables = _halves(source)
    shape = source.shape_of(head, _RegulationsFile)
    terms = read_terms(source, tables)
    if shape is None or terms is None:
        return None
    if not check_working_days(source, terms.working_days, calendars):
        return None
    if shape.id != source.path.stem:
        source.fault(source.line("id"), f"`id` must be the file's name: {source.path.stem}")
    _check_bands(source, shape)
    ids = [clause.id for clause in shape.clause]
    made = {clause.id for clause in clauses(terms)}
    for wanted in CLAUSES:
        if ids.count(wanted) > 1 or (wanted not in ids and wanted not in made):
            message = f"a [[clause]] with id `{wanted}` must stand here once: results cite it"
            source.fault(source.line("clause"), message)
    if shape.pass_mark > shape.maximum:
        source.fault(source.line("pass_mark"), "`pass_mark` is above `maximum`: mend one of them")
    return Regulations(
        id=shape.id,
        version=str(shape.version),
        title=shape.title,
        example=shape.example,
        note=shape.note,
        maximum=Decimal(shape.maximum),
        pass_mark=Decimal(shape.pass_mark),
        turnaround_working_days=shape.turnaround_working_days,
        bands=tuple(Band(b.id, b.title, Decimal(b.from_)) for b in shape.band),
        rounding=Rounding(Decimal(str(shape.rounding.to)), shape.rounding.way),
        send_on=shape.vle.send_on,
        clauses=_clauses(source, shape, terms, calendars.closures_of(terms.working_days)),
        terms=terms,
        calendar=calendars.calendar(terms.working_days),
    )


def _halves(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    """What every file has, and the tables of rules, to which the numbers above them belong too."""
    known = {field.alias or name for name, field in _RegulationsFile.model_fields.items()}
    head = {key: value for key, value in source.data.items() if key in known}
    for table, key in SAID_ABOVE:
        if isinstance(source.data.get(table), dict) and key in source.data[table]:
            message = f"`{key}` of [{table}] is said at the top of the file: take it out here"
            source.fault(source.line(table, key), message)
    tables = {k: v for k, v in source.data.items() if k not in known or k == "rounding"}
    above = {"pass": ("mark", "pass_mark"), "turnaround": ("working_days", WORKING_DAYS)}
    for table, (key, name) in above.items():
        if name in head and isinstance(tables.get(table, {}), dict):
            tables[table] = {key: head[name]} | tables.get(table, {})
    return head, tables


def _clauses(
    source: Source, shape: _RegulationsFile, terms: Terms, closures: Closures | None
) -> tuple[Clause, ...]:
    """The clauses of the file, and one made from its numbers for each rule it has no words for."""
    made = {clause.id: clause for clause in clauses(terms)}
    written = {c.id: Clause(c.id, c.text, c.title or TITLES.get(c.id, "")) for c in shape.clause}
    for index, one in enumerate(shape.clause):
        if one.id in made and one.id in FROM_NUMBERS:
            message = f"`{one.id}` is made from the numbers of this file: take the clause out"
            source.fault(source.line("clause", index), message)
    days = _working_days(terms, closures)
    if "pass" in written:
        made.pop("pass-mark", None)  # the bands say it too
    every = made | written | ({days.id: days} if days else {})
    order = {clause_id: n for n, clause_id in enumerate(ORDER)}
    return tuple(sorted(every.values(), key=lambda one: order.get(one.id, len(order))))


def _working_days(terms: Terms, closures: Closures | None) -> Clause | None:
    rule = terms.working_days
    if rule is None:
        return None
    nation = rule.nation.replace("-", " ").title()
    text = f"Working days are Monday to Friday. The bank holidays are those of {nation}."
    if closures is not None:
        text += f" The university’s closure days: “{closures.title}”."
    return Clause("working-days", text, "Working days")


def _check_bands(source: Source, shape: _RegulationsFile) -> None:
    starts = [band.from_ for band in shape.band]
    if starts[0] != 0:
        source.fault(
            source.line("band", 0, "from"),
            "the first band must begin at 0: every mark needs a band",
        )
    if len({band.id for band in shape.band}) != len(shape.band):
        source.fault(source.line("band"), "two bands have the same `id`: change one")
    if starts != sorted(set(starts)):
        source.fault(
            source.line("band"), "bands must stand lowest first, each beginning above the last"
        )
    elif shape.pass_mark not in starts:
        message = "no band begins at the pass mark: a mark would stand on both sides of it"
        source.fault(source.line("pass_mark"), message)
