"""Six universities' published rules as data, and how a case of the tables is put to the engine.

Each rule of `cases.json` leads to a file of `universities/`, in the product's own format. What
follows is how a *kind* of question is asked; nothing here knows a university.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from lms.modules.catalogue.calendars import Calendars, read_calendar
from lms.modules.catalogue.source import Faults, read_toml
from lms.modules.catalogue.terms import read_terms
from lms.regulations import Calendar, Terms
from lms.regulations.late import LONDON
from lms.regulations.terms import WorkingDays

HERE = Path(__file__).parent
CONTENT = HERE.parents[2] / "content"

FILE_OF = {
    "WAR.late_phil": "warwick-philosophy",
    "WAR.late_phys": "warwick-physics",
    "WAR.selfcert": "warwick-history",
    "WAR.moderation": "warwick-university",
    "WAR.sample": "warwick-english",
    "WAR.turnaround": "warwick-university",
    "WAR.attempts": "warwick-wmg",
    "SHF.late_history": "sheffield-history",
    "SHF.late_scharr": "sheffield-scharr",
    "SHF.words_mec": "sheffield-mec",
    "SHF.words_scharr": "sheffield-scharr",
    "SHF.sample": "sheffield-english",
    "UCL.late_2017": "ucl-2017",
    "UCL.late_basc": "ucl-basc",
    "UCL.late_old": "ucl-old",
    "UCL.late_laws": "ucl-laws",
    "UCL.words": "ucl-2017",
    "UCL.combined": "ucl-2017",
    "UCL.module": "ucl-cs",
    "YRK.late": "york-psychology",
    "YRK.late_2022": "york-2022",
    "YRK.online_exam": "york-online-exam",
    "YRK.words": "york-psychology",
    "YRK.selfcert": "york-university",
    "YRK.class": "york-msc",
    "YRK.mean": "york-msc",
    "LEI.pass": "leicester-2025",
    "LEI.compensation": "leicester-2025",
    "LEI.interim": "leicester-2025",
    "LEI.reassess": "leicester-earlier",
    "LEI.turnaround": "leicester-feedback",
    "LEI.late": "leicester-2025",
    "SWA.late": "swansea",
    "SWA.pgcert": "swansea",
    "SWA.welsh": "swansea",
}


def cases() -> list[dict[str, Any]]:
    """Every case of every university."""
    read = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))
    return [case for university in read for case in university["cases"]]


def rule_of(case: Mapping[str, Any]) -> str:
    """`WAR.late_phil`."""
    return f"{case['id'].split('-')[0]}.{case['rule']}"


@cache
def terms(name: str) -> Terms:
    """The rules of a file, which must be without fault."""
    found = Faults()
    source = read_toml(HERE / "universities" / f"{name}.toml", HERE, found)
    assert source is not None
    rules = read_terms(source, source.data)
    assert rules is not None, "\n".join(str(fault) for fault in found.faults)
    return rules


@cache
def england() -> Calendar:
    """The product's own bank holidays."""
    found, calendars = Faults(), Calendars()
    source = read_toml(CONTENT / "calendars" / "bank-holidays.toml", CONTENT, found)
    assert source is not None
    read_calendar(source, calendars)
    assert not found.faults
    return calendars.calendar(WorkingDays("england"))


def calendar(given: Mapping[str, Any]) -> Calendar:
    """England's bank holidays with the days off that the row names; the years reach to the row."""
    known = england()
    return Calendar(
        bank_holidays=known.bank_holidays | days(given.get("bank_holidays", ())),
        closure_days=days(given.get("closure_days", ())),
        first=date(2012, 1, 1) if "closure_days" in given else known.first,
        last=known.last,
    )


def days(written: Any) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in written)


def moment(written: str) -> datetime:
    """A wall-clock time in London."""
    return datetime.fromisoformat(written).replace(tzinfo=LONDON)


def number(written: Any) -> Decimal | None:
    return None if written is None else Decimal(str(written))


def days_before(due: datetime, count: int) -> datetime:
    return due - timedelta(days=count)
