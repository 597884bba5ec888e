"""A page's own history: what its author says has changed, who approved which version, drafts.

These stand in the page's front matter and are not part of what the page says, so they are no part
of its version: an approval names the version it was given for.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import Field

from lms.modules.catalogue.facts import Words
from lms.modules.catalogue.source import Source, Written

Kind = Literal["academic", "legal", "lived-experience"]
KINDS: tuple[Kind, ...] = ("academic", "legal", "lived-experience")
ABOUT_THE_PAGE = frozenset({"change", "approval", "draft", "reviewed"})
SHORT = 8  # letters of a version that are enough to name it

_LINKED = re.compile(r"\[\[(?:[^\]\[|]*\|)?([^\]\[|]+)\]\]")
_A_PERSON = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Lord|Lady)\.? [A-Z]")


class ChangeFile(Written):
    on: date
    note: Words
    read_again: bool


class ApprovalFile(Written):
    kind: Kind
    by: Words
    on: date
    version: str = Field(pattern=r"^[0-9a-f]{8,64}$")


@dataclass(frozen=True, order=True)
class Change:
    """What changed on a day, in the author's words, and whether to read the page again."""

    on: date
    note: str
    read_again: bool


@dataclass(frozen=True)
class Approval:
    """That a role or a body approved one version of a page."""

    kind: str
    by: str
    on: date
    version: str

    def is_for(self, content_hash: str) -> bool:
        return content_hash.startswith(self.version)


def version_of(source: Source) -> str:
    """The version of what a page says to its reader.

    Its history is left out, and so is whether a word is linked to the glossary: neither changes
    what is read. Line ends and trailing spaces do not count.
    """
    said = {key: value for key, value in source.data.items() if key not in ABOUT_THE_PAGE}
    front = json.dumps(said, sort_keys=True, default=str, ensure_ascii=False)
    body = "\n".join(line.rstrip() for line in source.body.strip().split("\n"))
    tidy = _LINKED.sub(r"\1", f"{front}\n{body}")
    return hashlib.sha256(tidy.encode()).hexdigest()


def read_changes(
    source: Source, written: tuple[ChangeFile, ...], today: date
) -> tuple[Change, ...]:
    """The page's changes, the earliest first."""
    for index, change in enumerate(written):
        if index and change.on < written[index - 1].on:
            message = "changes stand in the order of their days: move this one up"
            source.fault(source.line("change", index, "on"), message)
        if today != date.min and change.on > today:
            message = f"this change is dated {change.on}, a day to come: date it the day it is read"
            source.warn(source.line("change", index, "on"), message)
    return tuple(Change(one.on, one.note, one.read_again) for one in written)


def read_approvals(
    source: Source, written: tuple[ApprovalFile, ...], content_hash: str
) -> tuple[Approval, ...]:
    """The page's approvals, as written."""
    for index, approval in enumerate(written):
        if _A_PERSON.search(approval.by):
            message = "`by` names a person: write the role or the body that approved"
            source.fault(source.line("approval", index, "by"), message)
        if not content_hash.startswith(approval.version):
            message = (
                f"the {approval.kind} approval is for version {approval.version[:SHORT]}; "
                f"the page is now {content_hash[:SHORT]}: ask for it again"
            )
            source.warn(source.line("approval", index, "version"), message)
    return tuple(Approval(one.kind, one.by, one.on, one.version) for one in written)
