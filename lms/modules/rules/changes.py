"""What changed on a page since somebody read it, in its author's words, and what was approved.

The rule is by dates. A reader who has the current version is told nothing. A reader who finished
another version is told every change dated on or after the day they finished; an author dates a
change by the day that readers get it. A change of version without such an entry is, by the rule
for authors (content/README.md), one of wording only. Nothing is reopened: the page stays read.
"""

from dataclasses import dataclass
from datetime import date

from lms.modules.catalogue import Approval, Change, Page

KINDS = {"academic": "Academic", "legal": "Legal", "lived-experience": "Lived-experience"}


@dataclass(frozen=True)
class Since:
    """What a reader of an older version is told."""

    changes: tuple[Change, ...]  # the latest first

    @property
    def read_again(self) -> bool:
        return any(change.read_again for change in self.changes)

    @property
    def advice(self) -> str:
        """Whether to read the page again, in a sentence."""
        if self.read_again:
            return "We suggest that you read it again."
        if self.changes:
            return "You need not read it again."
        return "Only the wording was corrected. You need not read it again."


def changes_since(page: Page, finished_on: date) -> Since:
    """The changes that somebody who finished an older version on a day has not read."""
    return Since(tuple(change for change in reversed(page.changes) if change.on >= finished_on))


@dataclass(frozen=True)
class ApprovalStanding:
    """How one kind of approval stands."""

    name: str
    approval: Approval | None  # the latest; one for this version before any other
    this_version: bool


def approvals_of(page: Page) -> tuple[ApprovalStanding, ...]:
    """Each kind of approval, given or not."""
    return tuple(_standing(page, kind, name) for kind, name in KINDS.items())


def _standing(page: Page, kind: str, name: str) -> ApprovalStanding:
    given = [one for one in page.approvals if one.kind == kind]
    latest = max(given, key=lambda one: (one.is_for(page.content_hash), one.on), default=None)
    return ApprovalStanding(name, latest, latest is not None and latest.is_for(page.content_hash))
