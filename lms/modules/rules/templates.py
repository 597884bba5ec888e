"""What may stand in a filled-in template, and what of it an older version of the form held."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from lms.modules.catalogue import Template, TemplateField

LONGEST_LINE = 300
LONGEST_PART = 20_000
LONGEST_TEMPLATE = 100_000
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y", "%d.%m.%Y", "%d-%m-%Y")


@dataclass(frozen=True)
class Filled:
    """One part as it was filled in."""

    label: str
    text: str  # in words: a choice by its text, a day in full


def fault_of(field: TemplateField, value: str) -> str:
    """What is to be mended in one part; empty when nothing is."""
    return _FAULTS[field.type](field, value)


def tidy(field: TemplateField, value: str) -> str:
    """What is kept of one part: a day always in the same writing, other words as they are."""
    if field.type == "date" and (day := read_day(value)):
        return day.isoformat()
    return value


def read_day(value: str) -> date | None:
    """A day as people and browsers write it: 7/12/2026, 7 December 2026, 2026-12-07."""
    for pattern in _DAYS:
        try:
            return datetime.strptime(value.strip(), pattern).date()  # noqa: DTZ007 (a day only)
        except ValueError:
            continue
    return None


def filled_in(
    template: Template, values: Mapping[str, str], say_day: Callable[[date], str]
) -> tuple[Filled, ...]:
    """The parts that hold something, in order; then what an older version of the form held."""
    parts = [
        Filled(field.label, _said(field, values[field.id], say_day))
        for field in template.fields
        if values.get(field.id, "").strip()
    ]
    return (*parts, *left_over(template, values))


def left_over(template: Template, values: Mapping[str, str]) -> tuple[Filled, ...]:
    """Words of parts that the form no longer has: shown, and never thrown away."""
    known = {field.id for field in template.fields}
    return tuple(
        Filled("A part that has been taken out since", text)
        for part, text in values.items()
        if part not in known and text.strip()
    )


def _said(field: TemplateField, value: str, say_day: Callable[[date], str]) -> str:
    if field.type == "choice":
        texts = {choice.id: str(choice.text.striptags()) for choice in field.choices}
        return texts.get(value, value)
    day = read_day(value) if field.type == "date" else None
    return say_day(day) if day else value


def _line(field: TemplateField, value: str) -> str:
    if len(value) > LONGEST_LINE:
        return f"{field.label}: shorten this to one line, at most {LONGEST_LINE} characters."
    return ""


def _lines(field: TemplateField, value: str) -> str:
    if len(value) > LONGEST_PART:
        return f"{field.label}: this is longer than one part keeps, 20,000 characters. Shorten it."
    return ""


def _choice(field: TemplateField, value: str) -> str:
    if value and value not in {choice.id for choice in field.choices}:
        return f"{field.label}: choose one of the answers given."
    return ""


def _date(field: TemplateField, value: str) -> str:
    if value.strip() and read_day(value) is None:
        return f"{field.label}: write the date as day, month, year, such as 7/12/2026."
    return ""


_FAULTS = {"line": _line, "lines": _lines, "choice": _choice, "date": _date}
