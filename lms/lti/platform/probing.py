"""The connection check over the wire: each service is tried once, and nothing is raised.

A mark is tried only when asked for, only where we may make a column of our own, and only for a
person that nobody is. No real column and no real person is ever written to.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

import requests

from lms.lti.platform import http
from lms.lti.platform.registration import Known
from lms.lti.platform.scores import SCORE_TYPE, Gradebook, Token, TokenRefused
from lms.lti.platform.tool_keys import SigningKey
from lms.lti.rules import connection as rules
from lms.lti.rules.addresses import inside, origin
from lms.lti.rules.claims import (
    LINEITEM_READ_SCOPE,
    LINEITEM_SCOPE,
    MEMBERS_SCOPE,
    RESULT_SCOPE,
    SCORE_SCOPE,
)
from lms.lti.rules.connection import Finding, Step
from lms.lti.rules.scores import Reply

log = logging.getLogger(__name__)

LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
BUDGET = 15.0  # seconds after which nothing new is tried: somebody waits for the page
TEST_COLUMN = {
    "label": "Connection check",
    "scoreMaximum": 1,
    "resourceId": "advocate-training-connection-check",
    "tag": "connection-check",
}
NOBODY = "advocate-training-connection-check"
NOBODY_CAME = "No launch has said where that is yet. Open an activity from the VLE, then try again."


@dataclass(frozen=True)
class Target:
    """What is to be tried; it outlives the transaction it was read in."""

    platform: Known
    product: str | None
    key_set_url: str  # our own, for the VLE to read
    scopes: frozenset[str]
    lineitems_url: str | None
    course: str
    memberships_url: str | None
    members_of: str
    try_score: bool


class _Services(Gradebook):
    """The platform's services, asked with a token; an answer is always a reply."""

    def call(
        self, method: str, url: str, token: Token, *, media: str, body: str | None = None
    ) -> tuple[Reply, Any]:
        """One call, and its JSON where it has any."""
        headers = {"Authorization": f"Bearer {token.value}"}
        headers["Content-Type" if body else "Accept"] = media
        try:
            answer = self._requests_session.request(
                method, url, data=body.encode() if body else None, headers=headers
            )
        except (requests.RequestException, ValueError) as error:
            log.info("connection check: %s", type(error).__name__)
            return Reply(0), None
        try:
            return Reply(answer.status_code), json.loads(answer.content)
        except (ValueError, RecursionError):
            return Reply(answer.status_code), None


def _keys(target: Target) -> Finding:
    try:
        answer = http.new_session().get(
            target.platform.key_set_url, headers={"Accept": "application/json"}
        )
    except (requests.RequestException, ValueError):
        return rules.read_keys(0, None)
    try:
        return rules.read_keys(answer.status_code, answer.json())
    except (ValueError, RecursionError):
        return rules.read_keys(answer.status_code, None)


def _scopes(target: Target) -> frozenset[str]:
    """What to ask for: what a launch offered, for some VLEs refuse a request that asks for more."""
    known = {LINEITEM_SCOPE, LINEITEM_READ_SCOPE, RESULT_SCOPE, SCORE_SCOPE, MEMBERS_SCOPE}
    offered = target.scopes & known or {SCORE_SCOPE}
    return frozenset(offered | ({MEMBERS_SCOPE} if target.memberships_url else set()))


@dataclass
class _Check:
    target: Target
    services: _Services
    token: Token

    def line_items(self) -> Finding:
        url, step = self.target.lineitems_url, Step.LINE_ITEMS
        if url is None:
            return rules.not_tried(step, NOBODY_CAME)
        if not self.target.scopes & {LINEITEM_SCOPE, LINEITEM_READ_SCOPE}:
            return rules.not_tried(step, "The VLE does not offer us to list them.")
        reply, rows = self.services.call("GET", url, self.token, media=LINE_ITEMS_TYPE)
        return rules.read_list(
            step,
            reply,
            rows if isinstance(rows, list) else None,
            product=self.target.product,
            course=self.target.course,
        )

    def roster(self) -> Finding:
        url, step = self.target.memberships_url, Step.ROSTER
        if url is None:
            return rules.not_tried(step, NOBODY_CAME)
        reply, body = self.services.call("GET", url, self.token, media=MEMBERS_TYPE)
        members = body.get("members") if isinstance(body, dict) else None
        return rules.read_list(
            step,
            reply,
            members if isinstance(members, list) else None,
            product=self.target.product,
            course=self.target.members_of,
        )

    def score(self, now: datetime) -> Finding:
        url, step, product = self.target.lineitems_url, Step.SCORE, self.target.product
        if url is None:
            return rules.not_tried(step, NOBODY_CAME)
        if not {LINEITEM_SCOPE, SCORE_SCOPE} <= self.target.scopes:
            return rules.not_tried(
                step,
                "The VLE does not let us make a column of our own, and a real one is not for "
                "trying. A mark that is released will show whether marks arrive.",
            )
        if not self.target.try_score:
            return rules.not_tried(step, "It was not asked for.")
        reply, column = self._test_column(url)
        column_url = column.get("id") if isinstance(column, dict) else None
        if reply.status not in (200, 201) or not isinstance(column_url, str):
            status = reply.status if reply.status not in (200, 201) else 502
            return rules.read_list(step, Reply(status), None, product=product, course="")
        if origin(column_url) != origin(url):
            return rules.trouble(
                step,
                "The VLE made a column at another address than its own; no mark was sent there.",
                "Ask the people who look after the VLE.",
            )
        posted, _ = self.services.call(
            "POST",
            inside(column_url, "scores"),
            self.token,
            media=SCORE_TYPE,
            body=_nobodys_score(now),
        )
        return rules.read_test_score(posted, product=product, course=self.target.course)

    def _test_column(self, url: str) -> tuple[Reply, Any]:
        """Our own test column: the one of an earlier check, or a new one.

        It belongs to no activity: in Moodle a second column of an activity would make launches lose
        the first.
        """
        reply, rows = self.services.call("GET", url, self.token, media=LINE_ITEMS_TYPE)
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and row.get("resourceId") == TEST_COLUMN["resourceId"]:
                return reply, row
        if reply.status != 200:
            return reply, None
        return self.services.call(
            "POST", url, self.token, media=LINE_ITEM_TYPE, body=json.dumps(TEST_COLUMN)
        )


def _nobodys_score(now: datetime) -> str:
    return json.dumps(
        {
            "userId": NOBODY,
            "scoreGiven": 1,
            "scoreMaximum": 1,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": now.isoformat(),
        }
    )


def check_connection(target: Target, key: SigningKey, *, now: datetime) -> list[Finding]:
    """Try everything once; returns a finding for each step."""
    began = monotonic()
    findings = [_keys(target)]
    services = _Services(target.platform, key)
    try:
        token = services.ask_for_token(_scopes(target), now=now)
    except TokenRefused as refused:
        findings.append(
            rules.token_refused(
                refused.reply, product=target.product, key_set_url=target.key_set_url
            )
        )
        without = "It needs an access token first."
        rest = (Step.LINE_ITEMS, Step.ROSTER, Step.SCORE)
        return findings + [rules.not_tried(step, without) for step in rest]
    findings.append(rules.well(Step.TOKEN, "The VLE knows us, and gave us a token."))
    check = _Check(target, services, token)
    tries: list[tuple[Step, Callable[[], Finding]]] = [
        (Step.LINE_ITEMS, check.line_items),
        (Step.ROSTER, check.roster),
        (Step.SCORE, lambda: check.score(now)),
    ]
    for step, attempt in tries:
        late = monotonic() - began > BUDGET
        slow = "The VLE is slow: there was no time left for this."
        findings.append(rules.not_tried(step, slow) if late else attempt())
    return findings
