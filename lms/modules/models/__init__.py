"""What is kept of somebody's learning. Content itself is files; rows name it by key and version.

Not for marks: `lms.assessments` keeps those. Nothing here says how long anybody looked at anything.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base
from lms.modules.rules.reading import Way
from lms.modules.rules.scenarios import Act


class PageCompletion(Base):
    """Somebody said of a page: done. `content_hash` is the version they read."""

    __tablename__ = "page_completions"
    __table_args__ = (UniqueConstraint("enrolment_id", "page_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    page_key: Mapped[str]
    content_hash: Mapped[str]
    done_at: Mapped[datetime]


class ReadingChoice(Base):
    """How somebody takes a heavy page. Private: no query gives it to anybody else."""

    __tablename__ = "reading_choices"
    __table_args__ = (UniqueConstraint("enrolment_id", "page_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    page_key: Mapped[str]
    way: Mapped[Way]
    chosen_at: Mapped[datetime]


class CheckAttempt(Base):
    """One attempt at a check: the answers, and how they were scored by the version of that day."""

    __tablename__ = "check_attempts"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_key", "number"),
        CheckConstraint("number >= 1", name="counts_from_one"),
        CheckConstraint("points >= 0 AND points <= maximum", name="points_within_maximum"),
        Index("ix_check_attempts_passed", "enrolment_id", "passed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    activity_key: Mapped[str]
    content_hash: Mapped[str]
    number: Mapped[int]
    answers: Mapped[dict[str, Any]]
    points: Mapped[int]
    maximum: Mapped[int]
    passed: Mapped[bool | None]
    attempted_at: Mapped[datetime]


class JournalEntry(Base):
    """A person's own words on a reflection. Only they ever see them."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        UniqueConstraint("user_id", "activity_key"),
        CheckConstraint("version >= 1", name="version_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    activity_key: Mapped[str]
    text: Mapped[str]
    version: Mapped[int]
    saved_at: Mapped[datetime]


class ScenarioAct(Base):
    """One thing somebody did in a scenario. Only added to: the way gone first is never lost."""

    __tablename__ = "scenario_acts"
    __table_args__ = (
        UniqueConstraint("user_id", "activity_key", "number"),
        CheckConstraint("number >= 1", name="counts_from_one"),
        CheckConstraint("(act = 'chose') = (way_id IS NOT NULL)", name="only_choosing_names_a_way"),
        CheckConstraint(
            "(act = 'began again') = (scene_id IS NULL)", name="only_beginning_names_no_scene"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    activity_key: Mapped[str]
    content_hash: Mapped[str]
    number: Mapped[int]
    act: Mapped[Act]
    scene_id: Mapped[str | None]
    way_id: Mapped[str | None]
    done_at: Mapped[datetime]


class CardPlacing(Base):
    """Where somebody has put the cards of a sort or a match, and when they asked what we say."""

    __tablename__ = "card_placings"
    __table_args__ = (
        UniqueConstraint("user_id", "activity_key"),
        CheckConstraint("version >= 1", name="version_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    activity_key: Mapped[str]
    content_hash: Mapped[str]
    places: Mapped[dict[str, Any]]
    version: Mapped[int]
    saved_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # nothing since the cards were last moved


class FilledTemplate(Base):
    """A template as somebody has filled it in. Only they ever see it."""

    __tablename__ = "filled_templates"
    __table_args__ = (
        UniqueConstraint("user_id", "activity_key"),
        CheckConstraint("version >= 1", name="version_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    activity_key: Mapped[str]
    content_hash: Mapped[str]
    parts: Mapped[dict[str, Any]]
    version: Mapped[int]
    saved_at: Mapped[datetime]


class ConfidenceRating(Base):
    """How sure somebody is of one statement, before a unit or after it. Only they see it."""

    __tablename__ = "confidence_ratings"
    __table_args__ = (
        UniqueConstraint("user_id", "activity_key", "statement_id", "after"),
        CheckConstraint("step BETWEEN 1 AND 5", name="five_steps"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    activity_key: Mapped[str]
    statement_id: Mapped[str]
    after: Mapped[bool]
    step: Mapped[int]
    rated_at: Mapped[datetime]
