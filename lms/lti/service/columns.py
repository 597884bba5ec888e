"""A search for a gradebook column is claimed and settled; a lost column is made again, if somebody
says so.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update

from lms.db import db
from lms.lti.models import ColumnSearch, ResourceLink, ScoreDelivery
from lms.lti.queries import columns as queries
from lms.lti.queries.columns import Missing
from lms.lti.rules.columns import CANNOT_MAKE, may_make
from lms.lti.rules.scores import LEASE, Answer, Delivery, Verdict, next_try


@dataclass(frozen=True)
class Claimed:
    """A search that is ours until the lease ends."""

    search_id: int
    leased_until: datetime


def claim(missing: Missing, *, now: datetime) -> Claimed | None:
    """Take a search; None when somebody else has it, or has found the column meanwhile."""
    queries.hold_context(missing.context_id)
    search = queries.find_search(missing.context_id, missing.target)
    if search is None:
        search = ColumnSearch(
            context_id=missing.context_id,
            target=missing.target,
            status=Delivery.WAITING,
            attempts=0,
            due_at=now,
        )
        db.session.add(search)
    elif search.leased_until is not None and search.leased_until > now:
        return None
    link = queries.get_link(missing.link_id)
    db.session.refresh(link)
    if link.lineitem_url is not None or search.status is Delivery.REFUSED or search.due_at > now:
        return None
    search.status = Delivery.WAITING
    search.leased_until = now + LEASE
    search.attempts += 1
    db.session.flush()
    return Claimed(search.id, search.leased_until)


def settle(
    missing: Missing,
    claimed: Claimed,
    verdict: Verdict,
    *,
    url: str | None,
    made: bool,
    now: datetime,
    jitter: float,
) -> None:
    """Keep the column's address, or when to look again. A lost lease changes nothing."""
    search = queries.find_search(missing.context_id, missing.target)
    if search is None or search.leased_until != claimed.leased_until:
        return
    search.leased_until = None
    if url is not None:
        link = queries.get_link(missing.link_id)
        link.lineitem_url, link.lineitem_gone_at = link.lineitem_url or url, None
        search.status, search.last_error, search.made = Delivery.SENT, None, made
    elif verdict.answer is Answer.FINAL:
        search.status, search.last_error = Delivery.REFUSED, CANNOT_MAKE
    else:
        search.last_error = verdict.words
        search.due_at = next_try(search.attempts, now=now, wait=verdict.wait, jitter=jitter)
    db.session.flush()


def look_again(context_id: int, target: str) -> None:
    """Begin a search afresh, because somebody asks for it."""
    db.session.execute(
        delete(ColumnSearch).where(
            ColumnSearch.context_id == context_id, ColumnSearch.target == target
        )
    )


def can_renew(link: ResourceLink) -> bool:
    """Whether a column that the VLE says is gone can be made again by us."""
    return bool(
        link.lineitem_gone_at is not None
        and link.context_id is not None
        and link.lineitems_url
        and may_make(link.scopes.split())
    )


def renew(link: ResourceLink, *, now: datetime) -> None:
    """Forget a column that is gone: the next sweep makes another, and every mark goes to it."""
    link.lineitem_url, link.lineitem_gone_at = None, None
    look_again(link.context_id or 0, link.target)
    db.session.execute(
        update(ScoreDelivery)
        .where(
            ScoreDelivery.resource_link_id == link.id,
            ScoreDelivery.status != Delivery.WAITING,
        )
        .values(status=Delivery.WAITING, sent_at=None, due_at=now, attempts=0, last_error=None)
    )
