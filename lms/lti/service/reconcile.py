"""Marks are read back and compared; what differs is listed, and decided by a person.

Nothing here overwrites a mark of the VLE's by itself: it is sent again only by `decide`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms.actor import Action, Actor
from lms.audit.service import record
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.lti.models import MarkDifference, ResultCheck, ScoreDelivery
from lms.lti.queries import reconcile as queries
from lms.lti.queries.columns import get_link, hold_context
from lms.lti.queries.reconcile import DueCheck, Sent
from lms.lti.queries.scores import get_delivery, platform_of
from lms.lti.rules import reconcile as rules
from lms.lti.rules.reconcile import Decision, Difference
from lms.lti.rules.scores import LEASE, NO_COLUMN, Answer, Delivery, Verdict, next_try
from lms.lti.service import columns, rests

CANNOT_READ = (
    "The VLE does not let us read its marks. Ask the people who look after it to allow results "
    "to be read."
)
WHY = "Say why the VLE’s mark stands, in a sentence."
LONGEST_REASON = 500


@dataclass(frozen=True)
class Claimed:
    """A reading that is ours until the lease ends."""

    leased_until: datetime


def ask_for(cohort_id: int, assessment: str, *, actor: Actor, now: datetime) -> int:
    """Ask for a cohort's columns to be read now; how many there are."""
    if not actor.may(Action.RELEASE, cohort_id=cohort_id):
        raise NotFound(queries.NOT_HERE)
    links = queries.links_with_columns(cohort_id, assessment)
    _ask(links, now)
    return len(links)


def ask_for_all(*, now: datetime) -> int:
    """Ask for every column to be read now; how many there are."""
    links = queries.links_with_columns(None, None)
    _ask(links, now)
    return len(links)


def _ask(links: Sequence[int], now: datetime) -> None:
    for link_id in links:
        check = _check_of(link_id)
        check.asked_at, check.due_at, check.attempts = now, None, 0
    db.session.flush()


def _check_of(link_id: int) -> ResultCheck:
    check = queries.find_check(link_id)
    if check is None:
        check = ResultCheck(resource_link_id=link_id, attempts=0)
        db.session.add(check)
    return check


def claim(due: DueCheck, *, now: datetime) -> Claimed | None:
    """Take a reading; None when somebody else has it."""
    link = get_link(due.link_id)
    hold_context(link.context_id or 0)
    check = queries.find_check(due.link_id)
    if check is not None:
        db.session.refresh(check)
    check = check or _check_of(due.link_id)
    if check.leased_until is not None and check.leased_until > now:
        return None
    check.leased_until, check.tried_at = now + LEASE, now
    check.attempts += 1
    db.session.flush()
    return Claimed(check.leased_until)


def settle(
    due: DueCheck,
    claimed: Claimed,
    verdict: Verdict,
    *,
    sent: Sequence[Sent],
    held: Sequence[Any],
    now: datetime,
    jitter: float,
) -> int:
    """Write down what was read; how many differences stand open. A lost lease changes nothing."""
    check = queries.find_check(due.link_id)
    if check is None or check.leased_until != claimed.leased_until:
        return 0
    check.leased_until = None
    gone = verdict.answer is Answer.FINAL and verdict.words == NO_COLUMN
    if verdict.answer is not Answer.TAKEN and not gone:
        _not_read(check, verdict, now=now, jitter=jitter)
        return 0
    check.checked_at, check.asked_at, check.due_at = now, None, None
    check.attempts, check.last_error = 0, None
    get_link(due.link_id).lineitem_gone_at = now if gone else None
    found = _compare(sent, None if gone else _by_person(held), now)
    db.session.flush()
    return found


def _not_read(check: ResultCheck, verdict: Verdict, *, now: datetime, jitter: float) -> None:
    final = verdict.answer is Answer.FINAL
    check.last_error = CANNOT_READ if final else verdict.words
    check.asked_at = None if final else check.asked_at
    check.due_at = next_try(check.attempts, now=now, wait=verdict.wait, jitter=jitter)
    if final:
        check.checked_at = now  # and once more after the next night
    db.session.flush()


def _by_person(held: Sequence[Any]) -> dict[str, Mapping[str, Any]]:
    return {str(one.get("userId")): one for one in held if isinstance(one, Mapping)}


def _compare(
    sent: Sequence[Sent], held: Mapping[str, Mapping[str, Any]] | None, now: datetime
) -> int:
    """`held` is None when the column is gone."""
    known = queries.differences_of([one.delivery_id for one in sent])
    still = {one.delivery_id: one.sent_at for one in _unchanged(sent)}
    found = 0
    for one in sent:
        if still.get(one.delivery_id) != one.sent_at:
            continue  # sent again while we were reading
        differs: tuple[Difference, str] | None = (Difference.NO_COLUMN, "")
        if held is not None:
            differs = rules.difference(
                held.get(one.subject), points=one.points, maximum=one.maximum
            )
        found += _note(one, known.get(one.delivery_id), differs, now)
    return found


def _unchanged(sent: Sequence[Sent]) -> list[Sent]:
    if not sent:
        return []
    delivery = get_delivery(sent[0].delivery_id)
    return queries.sent_marks(delivery.resource_link_id)


def _note(
    one: Sent, before: MarkDifference | None, differs: tuple[Difference, str] | None, now: datetime
) -> int:
    if differs is None:
        if before is not None and before.decision is None:
            db.session.delete(before)  # it was mended in the VLE
        return 0
    kind, theirs = differs
    if before is None:
        before = MarkDifference(
            delivery_id=one.delivery_id, kind=kind, ours="", theirs="", found_at=now, seen_at=now
        )
        db.session.add(before)
    elif not rules.is_news(
        decision=before.decision, theirs=(kind, theirs), theirs_before=(before.kind, before.theirs)
    ):
        before.seen_at = now
        return 0
    elif before.decision is None and (kind, theirs) == (before.kind, before.theirs):
        before.seen_at = now
        return 1
    before.kind, before.theirs, before.seen_at = kind, theirs, now
    before.ours = rules.in_words(one.points, one.maximum)
    before.decision = before.reason = before.decided_at = before.decided_by = None
    record(
        actor=None,
        act="found a difference in the VLE",
        subject=f"score:{one.delivery_id}",
        now=now,
        detail={"what": kind.value, "ours": before.ours, "theirs": theirs},
    )
    return 1


def reason_fault(decision: Decision, reason: str) -> str:
    """What stands in the way of a decision; a mark of ours is given up only with a reason."""
    if decision is Decision.SEND:
        return ""
    if not reason:
        return WHY
    return f"At most {LONGEST_REASON} characters, please." if len(reason) > LONGEST_REASON else ""


def decide(
    difference_id: int, decision: Decision, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Keep the VLE's mark, or send ours again. For a column that is gone, all its marks at once."""
    if fault := reason_fault(decision, reason):
        raise RuleBroken(fault)
    row, delivery, link, _ = queries.difference_visible_to(actor, difference_id)
    if row.decision is not None:
        raise Conflict("This was decided meanwhile. Look at it again.")
    decided = [(row, delivery)]
    if row.kind is Difference.NO_COLUMN:
        decided = list(queries.open_of_column(link.id))
    for one, _ in decided:
        one.decision, one.decided_at, one.decided_by = decision, now, actor.user_id
        one.reason = reason if decision is Decision.KEEP else None
        record(
            actor=actor,
            act=f"decided a difference in the VLE: {decision.value}",
            subject=f"score:{one.delivery_id}",
            now=now,
            detail={"ours": one.ours, "theirs": one.theirs, "reason": one.reason},
        )
    if decision is Decision.SEND:
        if columns.can_renew(link):
            columns.renew(link, now=now)
        for _, each in decided:
            _send(each, now)
        rests.end(platform_of(delivery))
    db.session.flush()


def _send(delivery: ScoreDelivery, now: datetime) -> None:
    delivery.status, delivery.sent_at, delivery.due_at = Delivery.WAITING, None, now
    delivery.attempts, delivery.last_error = 0, None
