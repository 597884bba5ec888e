"""Gradebook columns that a launch did not name are found, or made, once each."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms import clock
from lms.db import db
from lms.lti.delivery.speaking import Line, NoToken, jitter, settings
from lms.lti.platform.scores import Gradebook, Token, Unreadable
from lms.lti.queries.columns import Missing, missing_columns
from lms.lti.rules import columns as rules
from lms.lti.rules.claims import LINEITEM_READ_SCOPE, LINEITEM_SCOPE
from lms.lti.rules.scores import DOWN, Answer, Verdict, read_answer
from lms.lti.service import columns as service
from lms.lti.service import rests

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """What came of a search."""

    verdict: Verdict
    url: str | None = None
    made: bool = False


def find_columns(now: datetime) -> int:
    """Look for every column that a mark waits for; returns how many were dealt with."""
    missing = missing_columns(now)
    db.session.rollback()
    out_of_order = set[int]()
    for one in missing:
        platform_id = one.service.platform_id
        if platform_id in out_of_order:
            continue
        claimed = service.claim(one, now=clock.now())
        db.session.commit()
        if claimed is None:
            continue
        found = _search(one)
        service.settle(
            one,
            claimed,
            found.verdict,
            url=found.url,
            made=found.made,
            now=clock.now(),
            jitter=jitter(),
        )
        rests.settle(platform_id, found.verdict, now=clock.now(), jitter=jitter())
        db.session.commit()
        if found.verdict.everybody and found.verdict.answer is not Answer.TAKEN:
            out_of_order.add(platform_id)
    return len(missing)


def _search(one: Missing) -> Found:
    try:
        return Search(one).find_or_make()
    except Exception:
        log.exception("the column of activity %s could not be found", one.link_id)
        db.session.rollback()
        return Found(Verdict(Answer.LATER, DOWN, everybody=True))


@dataclass(frozen=True)
class Search:
    """One search. It looks first, always: a worker may have died after making the column."""

    missing: Missing

    def find_or_make(self) -> Found:
        """The column's address, found or made."""
        one = self.missing
        line = Line(one.service, one.scopes & {LINEITEM_SCOPE, LINEITEM_READ_SCOPE}, settings())
        try:
            gradebook = line.gradebook()
            verdict, url = line.ask(gradebook, lambda token: self._look(gradebook, token))
            if verdict.answer is not Answer.TAKEN or url is not None:
                return Found(verdict, url)
            if not rules.may_make(one.scopes):
                return Found(Verdict(Answer.FINAL, rules.CANNOT_MAKE))
            verdict, url = line.ask(gradebook, lambda token: self._make(gradebook, token))
            return Found(verdict, url, made=url is not None)
        except NoToken as none:
            return Found(none.verdict)

    def _look(self, gradebook: Gradebook, token: Token) -> tuple[Verdict, str | None]:
        wanted = self.missing.wanted
        filters: tuple[dict[str, str], ...] = (
            {"resource_link_id": wanted.link_id},
            {"resource_id": wanted.assessment, "tag": rules.TAG},
        )
        for asked in filters:
            try:
                items: list[Any] = gradebook.line_items(wanted.lineitems_url, token=token, **asked)
            except Unreadable as fault:
                return read_answer(fault.reply, now=clock.now()), None
            if url := rules.pick(items, wanted):
                return Verdict(Answer.TAKEN), url
        return Verdict(Answer.TAKEN), None

    def _make(self, gradebook: Gradebook, token: Token) -> tuple[Verdict, str | None]:
        wanted = self.missing.wanted
        reply, item = gradebook.make_line_item(
            wanted.lineitems_url, rules.body(wanted), token=token
        )
        verdict = read_answer(reply, now=clock.now())
        if verdict.answer is Answer.NEW_TOKEN:
            return verdict, None
        if verdict.answer is not Answer.TAKEN:
            return rules.read_making(verdict), None
        url = rules.address(item, wanted)
        # Made, but the answer does not say where: the next search finds it.
        return (verdict, url) if url else (Verdict(Answer.LATER, DOWN), None)
