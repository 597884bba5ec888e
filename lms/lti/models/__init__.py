"""What is stored about VLEs, the ways in from them, and the scores on their way back.

Not here: who a person is in this product and where they belong (lms.people), and what a result is
(lms.assessments). Of an id_token only what `rules.claims.KEPT` names is kept. Secrets are digests,
or sealed (platform/sealing.py).
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base
from lms.lti.models.launching import Launch, LoginAttempt
from lms.lti.models.people import CourseMember, Linking, Notice, Roster
from lms.lti.rules.addresses import origin, origins
from lms.lti.rules.reconcile import Decision, Difference
from lms.lti.rules.scores import Delivery
from lms.people.models import Cohort, User


class Platform(Base):
    """A VLE as one client of it was registered; inactive while `active_at` is empty."""

    __tablename__ = "platforms"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    auth_login_url: Mapped[str]
    auth_token_url: Mapped[str]
    key_set_url: Mapped[str]
    auth_audience: Mapped[str | None]
    # Where people see the VLE, when neither of the other addresses says so (Canvas in the cloud).
    site_url: Mapped[str | None]
    # What kind of VLE it calls itself ("moodle"): says only where in it to look for a setting.
    product: Mapped[str | None]
    created_at: Mapped[datetime]
    active_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    # The newest launch, written down by a sweep because launches themselves are forgotten.
    last_launch_at: Mapped[datetime | None]
    # What a later registration would change; an administrator takes it or leaves it.
    proposal: Mapped[dict[str, Any] | None]
    deployments: Mapped[list["Deployment"]] = relationship(
        lazy="raise", back_populates="platform", order_by="Deployment.id"
    )
    key_set: Mapped["PlatformKeySet"] = relationship(lazy="raise", back_populates="platform")

    @property
    def shown_as(self) -> str:
        """What an administrator saw and decides about: another text once any of it changes."""
        seen: list[Any] = [self.issuer, self.client_id, self.auth_login_url, self.auth_token_url]
        seen += [self.key_set_url, self.auth_audience, self.site_url, self.proposal]
        return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()

    @property
    def service_origins(self) -> tuple[str, ...]:
        """The origins that its services may live at when they are not https (on one machine)."""
        return origins(self.issuer, self.auth_token_url)

    @property
    def auth_origin(self) -> str | None:
        """The origin of the windows that keep things for us (LTI Platform Storage, target)."""
        return origin(self.auth_login_url)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins that may frame us, and that a way back may lead to."""
        return origins(self.site_url, self.issuer, self.auth_login_url)


class Deployment(Base):
    """A deployment of the tool in a platform; course and activity ids are unique inside one."""

    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("platform_id", "vle_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id"))
    vle_id: Mapped[str]
    # Where its notices are asked for (Platform Notification Service), and when we last did.
    notices_url: Mapped[str | None]
    notices_asked_at: Mapped[datetime | None]
    platform: Mapped[Platform] = relationship(lazy="raise", back_populates="deployments")


class PlatformKeySet(Base):
    """A platform's public keys as last fetched. A cache: it may be emptied at any time."""

    __tablename__ = "platform_key_sets"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id"), primary_key=True)
    keys: Mapped[dict[str, Any]]
    fetched_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    platform: Mapped[Platform] = relationship(lazy="raise", back_populates="key_set")


class RegistrationAttempt(Base):
    """A registration that was shown to a VLE's administrator: what was shown is what is done, once.

    The VLE's token is sealed, and forgotten with the row.
    """

    __tablename__ = "registration_attempts"
    __table_args__ = (
        UniqueConstraint("state_digest"),
        Index("ix_registration_attempts_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state_digest: Mapped[str]
    offer: Mapped[dict[str, Any]]
    sealed_token: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ConnectionCheck(Base):
    """What the latest connection check of a platform found."""

    __tablename__ = "connection_checks"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id"), primary_key=True)
    checked_at: Mapped[datetime]
    findings: Mapped[dict[str, Any]]


class VleIdentity(Base):
    """Who a platform's subject is here."""

    __tablename__ = "vle_identities"
    __table_args__ = (UniqueConstraint("platform_id", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id"))
    subject: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    first_seen_at: Mapped[datetime]
    # The name the VLE last gave: only a name that came from it is changed with it.
    told_name: Mapped[str] = mapped_column(default="")
    user: Mapped[User] = relationship(lazy="raise")


class Context(Base):
    """A course in a VLE, and the cohort it was linked to, once, by whoever may."""

    __tablename__ = "contexts"
    __table_args__ = (
        UniqueConstraint("deployment_id", "vle_id"),
        CheckConstraint("(cohort_id IS NULL) = (linked_at IS NULL)", name="linked_together"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    vle_id: Mapped[str]
    title: Mapped[str]
    label: Mapped[str]
    memberships_url: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohorts.id"), index=True)
    linked_at: Mapped[datetime | None]
    linked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # The course it was made from by copying, for whoever links it to see; it brings nothing along.
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("contexts.id"), default=None)
    copied_from: Mapped["Context | None"] = relationship(lazy="raise", remote_side="Context.id")
    groups_url: Mapped[str | None]
    cohort: Mapped[Cohort | None] = relationship(lazy="raise")
    deployment: Mapped[Deployment] = relationship(lazy="raise")


class ResourceLink(Base):
    """An activity in a VLE: which page it opens, and where its marks go."""

    __tablename__ = "resource_links"
    # By course as well: a copied course may keep the ids of its activities.
    __table_args__ = (
        UniqueConstraint("deployment_id", "context_id", "vle_id"),
        Index("ix_resource_links_target", "target"),
        Index("ix_resource_links_vle", "deployment_id", "vle_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    context_id: Mapped[int | None] = mapped_column(ForeignKey("contexts.id"))
    vle_id: Mapped[str]
    title: Mapped[str]
    target: Mapped[str]
    lineitem_url: Mapped[str | None]
    lineitems_url: Mapped[str | None]
    lineitem_gone_at: Mapped[datetime | None] = mapped_column(default=None)  # the VLE said so
    scopes: Mapped[str]
    first_seen_at: Mapped[datetime]


class ToolKey(Base):
    """A key of ours: in the key set before it signs, and for a while after it was replaced."""

    __tablename__ = "tool_keys"
    __table_args__ = (UniqueConstraint("kid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kid: Mapped[str]
    public_jwk: Mapped[dict[str, Any]]
    sealed_pem: Mapped[str]
    created_at: Mapped[datetime]
    active_from: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class AccessToken(Base):
    """A platform's token for its services. Keyed by platform and scopes: two schools may share one
    issuer.
    """

    __tablename__ = "access_tokens"
    __table_args__ = (UniqueConstraint("platform_id", "scopes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id"))
    scopes: Mapped[str]
    sealed_token: Mapped[str]
    expires_at: Mapped[datetime]


class ScoreDelivery(Base):
    """One version of one result on its way to one activity's gradebook column."""

    __tablename__ = "score_deliveries"
    __table_args__ = (
        UniqueConstraint("result_id", "sequence", "resource_link_id"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        Index("ix_score_deliveries_due", "status", "due_at"),
        Index("ix_score_deliveries_person", "resource_link_id", "identity_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int]
    sequence: Mapped[int]
    resource_link_id: Mapped[int] = mapped_column(ForeignKey("resource_links.id"))
    identity_id: Mapped[int] = mapped_column(ForeignKey("vle_identities.id"))
    status: Mapped[Delivery]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_timestamp: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class ColumnSearch(Base):
    """The search for an assessment's gradebook column in a course whose launches gave none.

    One row a course and assessment, claimed by lease, so that no two workers make two columns.
    """

    __tablename__ = "column_searches"
    __table_args__ = (UniqueConstraint("context_id", "target"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    context_id: Mapped[int] = mapped_column(ForeignKey("contexts.id"))
    target: Mapped[str]
    status: Mapped[Delivery]  # sent: the column is known
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    made: Mapped[bool] = mapped_column(default=False)  # by us, and not found


class PlatformRest(Base):
    """A platform that did not answer, or asked us to wait: nothing is sent to it until then."""

    __tablename__ = "platform_rests"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id"), primary_key=True)
    failures: Mapped[int]
    until: Mapped[datetime]
    words: Mapped[str]


class ResultCheck(Base):
    """When an activity's column was last read back, and what came of it."""

    __tablename__ = "result_checks"

    resource_link_id: Mapped[int] = mapped_column(ForeignKey("resource_links.id"), primary_key=True)
    asked_at: Mapped[datetime | None]  # somebody asked for it now
    leased_until: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]  # when it was last read whole
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class MarkDifference(Base):
    """A mark that was sent, and what the VLE holds instead. What was decided of it stays here.

    The numbers are kept as text, as the VLE gave them. One row a mark: a later reading of the same
    difference only moves `seen_at`.
    """

    __tablename__ = "mark_differences"
    __table_args__ = (
        UniqueConstraint("delivery_id"),
        CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decided_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("score_deliveries.id"))
    kind: Mapped[Difference]
    ours: Mapped[str]
    theirs: Mapped[str]
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    decision: Mapped[Decision | None]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


__all__ = [
    "AccessToken",
    "ColumnSearch",
    "ConnectionCheck",
    "Context",
    "CourseMember",
    "Deployment",
    "Launch",
    "Linking",
    "LoginAttempt",
    "MarkDifference",
    "Notice",
    "Platform",
    "PlatformKeySet",
    "PlatformRest",
    "RegistrationAttempt",
    "ResourceLink",
    "ResultCheck",
    "Roster",
    "ScoreDelivery",
    "ToolKey",
    "VleIdentity",
]
