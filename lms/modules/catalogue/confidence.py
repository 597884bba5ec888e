"""How sure somebody is of named things, before a unit and after it, in words."""

from dataclasses import dataclass, replace
from typing import Literal

from markupsafe import Markup
from pydantic import Field

from lms.modules.catalogue.facts import Words
from lms.modules.catalogue.source import Source, Written
from lms.modules.catalogue.wording import block, check_ids, phrase

STEPS = ("Not sure yet", "A little sure", "Half sure", "Mostly sure", "Sure")


class _StatementFile(Written):
    id: Words
    text: Words


class _ConfidenceFile(Written):
    kind: Literal["confidence"]
    title: Words
    intro: str | None = None
    steps: tuple[Words, ...] = STEPS
    statement: tuple[_StatementFile, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Statement:
    id: str
    text: Markup


@dataclass(frozen=True)
class Confidence:
    """The rating as one of its two pages asks for it."""

    key: str
    page_key: str
    title: str
    intro: Markup
    steps: tuple[str, ...]  # from the least sure
    statements: tuple[Statement, ...]
    content_hash: str
    after: bool = False
    kind: str = "confidence"

    def asked_after(self, page_key: str) -> "Confidence":
        """The same rating, on the page that asks for it after the unit."""
        return replace(self, page_key=page_key, after=True)


def read_confidence(source: Source, key: str, page_key: str) -> Confidence | None:
    shape = source.shape(_ConfidenceFile)
    if shape is None:
        return None
    check_ids(source, "statement", [statement.id for statement in shape.statement])
    if len(shape.steps) != len(STEPS):
        message = f"give five steps, from the least sure: there are {len(shape.steps)}"
        source.fault(source.line("steps"), message)
    for step in set(shape.steps):
        if shape.steps.count(step) > 1:
            source.fault(source.line("steps"), f"the step “{step}” stands twice: change one")
    return Confidence(
        key=key,
        page_key=page_key,
        title=shape.title,
        intro=block(source, source.line("intro"), shape.intro),
        steps=shape.steps,
        statements=tuple(
            Statement(one.id, phrase(source, source.line("statement", n, "text"), one.text))
            for n, one in enumerate(shape.statement)
        ),
        content_hash=source.hash,
    )
