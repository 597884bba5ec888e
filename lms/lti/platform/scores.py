"""Speaking to a platform's gradebook: a token, a score, a result read back (AGS 2.0).

PyLTI1p3 makes the score's body and signs our assertions; what it lacks is ours: time limits, a
token kept per platform and scopes, answers that are read rather than raised. Nothing here touches
the database.
"""

import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

import requests
from pylti1p3.grade import Grade
from pylti1p3.service_connector import ServiceConnector

from lms.lti.platform import http
from lms.lti.platform.registration import Known, registration_of
from lms.lti.platform.tool_keys import SigningKey
from lms.lti.rules.addresses import inside, origin, with_query
from lms.lti.rules.scores import COMMENT, Reply, as_number, clock_difference

SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
USUAL_LIFE = 3600
LONGEST_LIFE = 24 * 3600
MOST_PAGES = 50
# Whether a Link header means a next page, however badly it is written.
SAYS_NEXT = re.compile(r"rel\s*=\s*[\"”“']?\s*next", re.I)


@dataclass(frozen=True)
class Token:
    """An access token and when it ends."""

    value: str
    expires_at: datetime


@dataclass(frozen=True)
class Score:
    """One score as it goes out."""

    subject: str
    points: Decimal
    maximum: Decimal
    timestamp: datetime

    def body(self) -> str:
        """The score's JSON, always final: Moodle blanks grade and comment on anything else."""
        grade = (
            Grade()
            .set_user_id(self.subject)
            .set_score_given(as_number(self.points))
            .set_score_maximum(as_number(self.maximum))
            .set_activity_progress("Completed")
            .set_grading_progress("FullyGraded")
            .set_comment(COMMENT)  # a score without one would clear the VLE's
            .set_timestamp(self.timestamp.astimezone(UTC).isoformat().replace("+00:00", "Z"))
        )
        return str(grade.get_value())


class TokenRefused(Exception):
    """The platform gave no token; `reply` says how it answered, with status 0 when it did not."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Unreadable(Exception):
    """The platform's services gave no list; `reply` says how they answered."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def _reply(response: requests.Response) -> Reply:
    # Moodle puts the reason into the reason phrase; others into the body.
    text = f"{response.reason or ''} {response.text[:2000]}"
    headers = response.headers
    return Reply(
        response.status_code, text, headers.get("Retry-After", ""), headers.get("Date", "")
    )


class Gradebook(ServiceConnector):  # type: ignore[misc,unused-ignore]
    """A platform's services, asked as one of its clients."""

    def __init__(self, platform: Known, key: SigningKey) -> None:
        super().__init__(registration_of(platform), http.new_session())
        self._platform = platform
        self._key = key

    def _assertion(self, now: datetime) -> str:
        issued = int(now.timestamp())
        claims: dict[str, str | int] = {
            "iss": self._platform.client_id,
            "sub": self._platform.client_id,
            "aud": self._platform.auth_audience or self._platform.auth_token_url,
            "iat": issued - 5,  # Moodle has no leeway: a clock a little behind ours would refuse
            "exp": issued + 60,
            "jti": secrets.token_urlsafe(24),
        }
        return str(self.encode_jwt(claims, self._key.private_pem, {"kid": self._key.kid}))

    def ask_for_token(self, scopes: frozenset[str], *, now: datetime) -> Token:
        """A new access token; raises TokenRefused.

        A VLE whose clock is behind ours takes our assertion to come from the future; it says what
        its own time is with every answer, so we ask once more by that.
        """
        try:
            return self._ask_for_token(scopes, at=now, now=now)
        except TokenRefused as refused:
            off = clock_difference(refused.reply, now=now)
            if off is None:
                raise
        return self._ask_for_token(scopes, at=now + off, now=now)

    def _ask_for_token(self, scopes: frozenset[str], *, at: datetime, now: datetime) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(at),
            "scope": " ".join(sorted(scopes)),
        }
        try:
            response = self._requests_session.post(
                self._platform.auth_token_url,
                data=form,
                headers={"Accept": "application/json"},
            )
        except requests.RequestException:
            raise TokenRefused(Reply(0)) from None
        if not response.ok or response.is_redirect:
            raise TokenRefused(_reply(response))
        token = _read_token(response, now)
        if token is None:
            raise TokenRefused(Reply(502))
        return token

    def post_score(self, lineitem_url: str, score: Score, *, token: Token) -> Reply:
        """Send one score."""
        try:
            response = self._requests_session.post(
                inside(lineitem_url, "scores"),
                data=score.body().encode(),
                headers={"Authorization": f"Bearer {token.value}", "Content-Type": SCORE_TYPE},
            )
        except requests.RequestException:
            return Reply(0)
        return _reply(response)

    def read_result(
        self, lineitem_url: str, subject: str, *, token: Token
    ) -> dict[str, Any] | None:
        """What the gradebook holds for a person, if it will say."""
        try:
            response = self._requests_session.get(
                inside(lineitem_url, "results", user_id=subject),
                headers={"Authorization": f"Bearer {token.value}", "Accept": RESULTS_TYPE},
            )
            held = response.json() if response.status_code == 200 else None
        except (requests.RequestException, ValueError, RecursionError):
            return None
        for one in held if isinstance(held, list) else ():
            if isinstance(one, dict) and str(one.get("userId")) == subject:
                return one
        return None

    def line_items(self, lineitems_url: str, *, token: Token, **asked: str) -> list[Any]:
        """The columns of a course that answer to these filters; raises Unreadable."""
        return self._whole_list(with_query(lineitems_url, **asked), LINE_ITEMS_TYPE, token)

    def results(self, lineitem_url: str, *, token: Token) -> list[Any]:
        """Every mark that a column holds; raises Unreadable. Half a list would name everybody on
        the other half as missing: a next page that cannot be read makes it none.
        """
        address = inside(lineitem_url, "results")
        return self._whole_list(address, RESULTS_TYPE, token, to_the_end=True)

    def make_line_item(
        self, lineitems_url: str, item: dict[str, str | int], *, token: Token
    ) -> tuple[Reply, Any]:
        """Make a column; how the platform answered, and the column as it gives it."""
        try:
            response = self._requests_session.post(
                lineitems_url,
                data=json.dumps(item).encode(),
                headers={
                    "Authorization": f"Bearer {token.value}",
                    "Content-Type": LINE_ITEM_TYPE,
                    "Accept": LINE_ITEM_TYPE,
                },
            )
        except requests.RequestException:
            return Reply(0), None
        return _reply(response), _json(response)

    def _whole_list(
        self, url: str, media: str, token: Token, *, to_the_end: bool = False
    ) -> list[Any]:
        """All pages of a list. The next page is asked for only at the same host, as the token goes
        with it.
        """
        found: list[Any] = []
        seen: set[str] = set()
        following: str | None = url
        while following is not None:
            if following in seen or len(seen) >= MOST_PAGES:
                raise Unreadable(Reply(508))  # a loop, or no end to it: half a list is none
            seen.add(following)
            page, following = self._page(following, media, token, to_the_end=to_the_end)
            found += page
        return found

    def _page(
        self, url: str, media: str, token: Token, *, to_the_end: bool
    ) -> tuple[list[Any], str | None]:
        try:
            response = self._requests_session.get(
                url, headers={"Authorization": f"Bearer {token.value}", "Accept": media}
            )
        except requests.RequestException:
            raise Unreadable(Reply(0)) from None
        if response.status_code != HTTPStatus.OK:
            raise Unreadable(_reply(response))
        page = _json(response)
        if not isinstance(page, list):
            raise Unreadable(Reply(HTTPStatus.BAD_GATEWAY))
        following = _next_page(response, url, to_the_end=to_the_end)
        if following is not None and origin(following) != origin(url):
            raise Unreadable(Reply(HTTPStatus.BAD_GATEWAY))
        return page, following


def _next_page(response: requests.Response, url: str, *, to_the_end: bool) -> str | None:
    """Where a list goes on. Moodle's header is malformed where it sends one, which is only when
    pages were asked for (we never do).
    """
    try:
        link = response.links.get("next", {}).get("url")
        following = urljoin(url, link) if link else None
    except (ValueError, IndexError):  # "<http://[::1>": no address at all
        following = None
    if following is None and to_the_end and SAYS_NEXT.search(response.headers.get("Link", "")):
        raise Unreadable(Reply(HTTPStatus.BAD_GATEWAY))
    return following


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def _read_token(response: requests.Response, now: datetime) -> Token | None:
    """The token of an answer, whatever the answer calls itself: Moodle says text/html."""
    try:
        given = json.loads(response.content)
        value, life = given["access_token"], given.get("expires_in", USUAL_LIFE)
        seconds = min(max(int(life), 0), LONGEST_LIFE)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        return None
    return Token(value, now + timedelta(seconds=seconds))
