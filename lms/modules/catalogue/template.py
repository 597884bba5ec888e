"""A template: a plan, a record, a letter or a decision to fill in, part by part."""

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup
from pydantic import Field

from lms.modules.catalogue.facts import Words
from lms.modules.catalogue.source import Source, Written
from lms.modules.catalogue.wording import block, check_id, check_ids, phrase

FieldType = Literal["line", "lines", "choice", "date"]


class _ChoiceFile(Written):
    id: Words
    text: Words


class _FieldFile(Written):
    id: Words
    label: Words
    type: FieldType = "lines"
    hint: str | None = None
    rows: int | None = Field(default=None, ge=2, le=30)
    option: tuple[_ChoiceFile, ...] = ()


class _TemplateFile(Written):
    kind: Literal["template"]
    title: Words
    intro: str | None = None
    guidance: str | None = None
    keep_note: str = "Only you can see this."
    field: tuple[_FieldFile, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Choice:
    id: str
    text: Markup


@dataclass(frozen=True)
class TemplateField:
    id: str
    label: str
    type: str  # line, lines, choice, date
    hint: Markup
    rows: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Template:
    key: str
    page_key: str
    title: str
    intro: Markup
    guidance: Markup
    keep_note: str
    fields: tuple[TemplateField, ...]
    content_hash: str
    kind: str = "template"


def read_template(source: Source, key: str, page_key: str) -> Template | None:
    shape = source.shape(_TemplateFile)
    if shape is None:
        return None
    check_ids(source, "field", [field.id for field in shape.field])
    for index, field in enumerate(shape.field):
        _check_field(source, index, field)
    return Template(
        key=key,
        page_key=page_key,
        title=shape.title,
        intro=block(source, source.line("intro"), shape.intro),
        guidance=block(source, source.line("guidance"), shape.guidance),
        keep_note=shape.keep_note,
        fields=tuple(_field(source, index, field) for index, field in enumerate(shape.field)),
        content_hash=source.hash,
    )


def _check_field(source: Source, index: int, field: _FieldFile) -> None:
    at = ("field", index)
    if field.type == "choice" and len(field.option) < 2:
        source.fault(source.line(*at), "a choice has at least two [[field.option]]: add them")
    if field.type != "choice" and field.option:
        message = f"a field of type {field.type} has no options: take them out"
        source.fault(source.line(*at, "option", 0), message)
    if field.type != "lines" and field.rows:
        message = '`rows` is for type = "lines" only: take it out'
        source.fault(source.line(*at, "rows"), message)
    ids = [option.id for option in field.option]
    for place, one in enumerate(ids):
        line = source.line(*at, "option", place, "id")
        if one in ids[:place]:
            source.fault(line, f"id `{one}` stands twice here: change one")
        check_id(source, line, one)


def _field(source: Source, index: int, shape: _FieldFile) -> TemplateField:
    at = ("field", index)
    return TemplateField(
        id=shape.id,
        label=shape.label,
        type=shape.type,
        hint=phrase(source, source.line(*at, "hint"), shape.hint),
        rows=shape.rows or 5,
        choices=tuple(
            Choice(one.id, phrase(source, source.line(*at, "option", n, "text"), one.text))
            for n, one in enumerate(shape.option)
        ),
    )
