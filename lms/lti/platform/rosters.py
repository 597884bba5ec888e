"""Reading a platform's list of people (Names and Roles 2.0) and of groups, page by page.

What a platform answers may be wrong or hostile: a next page must live where the list does, none is
read twice, and there is an end to pages, people and time. A list of which we could not read
everything is not whole, and nobody leaves for being absent from it. Nothing here touches the
database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import requests

from lms.lti.platform.scores import SAYS_NEXT, Gradebook, Token
from lms.lti.rules.addresses import is_service, origin
from lms.lti.rules.claims import part, text_in
from lms.lti.rules.places import shared_email_of, shared_name_of, standing
from lms.lti.rules.rosters import Listed
from lms.lti.rules.scores import Reply

MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
GROUPS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
PAGE_SIZE = 100
MOST_PAGES = 60
MOST_PEOPLE = 5000
MOST_GROUPS = 200
PATIENCE = 25.0  # seconds for the whole list: somebody may be waiting before the page
LONGEST = 255
_GONE = ("Inactive", "Deleted")

NOT_A_LIST = "The VLE’s answer was not a list of people. Tell the people who look after the VLE."
ELSEWHERE = (
    "The VLE’s list goes on at another address, so it was not read. "
    "Tell the people who look after the VLE."
)
IN_CIRCLES = "The VLE’s list goes round in circles. Tell the people who look after the VLE."
TOO_LONG = "The VLE’s list is too long to be read. Tell the people who look after this site."
TOO_SLOW = "The VLE was too slow with its list. Try again later."
OTHER_COURSE = "The VLE sent the list of another course. Tell the people who look after the VLE."


class Unread(Exception):
    """The list could not be read; `reply` when the VLE answered with a status, else `words`."""

    def __init__(self, words: str, reply: Reply | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.reply = reply


@dataclass(frozen=True)
class Fetched:
    """A list as it was read."""

    people: tuple[Listed, ...]
    whole: bool
    differences_url: str | None


class Lists(Gradebook):
    """A platform's lists, asked as one of its clients."""

    def read_members(
        self,
        url: str,
        *,
        token: Token,
        course: str,
        trusted: tuple[str, ...],
        differences: bool = False,
        timer: Callable[[], float] = monotonic,
    ) -> Fetched:
        """Everybody on the list; raises Unread."""
        first = url if differences else _with_limit(url)
        began, seen = timer(), set[str]()
        people: dict[str, Listed] = {}
        whole, later, at = not differences, None, first
        while True:
            _guard(at, first, seen, people, trusted)
            seen.add(at)
            response = self._get(at, token, MEMBERS_TYPE)
            body = _body(response)
            _same_course(body, course)
            whole = _take(body, people) and whole
            later = _link(response, at, "differences") or later
            following = _next(response, at)
            if following is None:
                break
            if timer() - began > PATIENCE:
                raise Unread(TOO_SLOW)
            at = following
        if later is not None and (origin(later) != origin(first) or len(later) > 2000):
            later = None
        return Fetched(tuple(people.values()), whole, later)

    def read_groups(self, url: str, *, token: Token) -> tuple[str, ...]:
        """The names of the course's groups (one page: they are only shown)."""
        body = _body(self._get(url, token, GROUPS_TYPE))
        groups = body.get("groups")
        if not isinstance(groups, list):
            raise Unread(NOT_A_LIST)
        names = (text_in(one, "name", longest=100) for one in groups if isinstance(one, dict))
        return tuple(name for name in names if name)[:MOST_GROUPS]

    def ask_for_notices(self, url: str, kind: str, handler: str, *, token: Token) -> Reply:
        """Tell the platform where its notices of one kind are to be sent."""
        try:
            response = self._requests_session.put(
                url,
                json={"notice_type": kind, "handler": handler},
                headers={"Authorization": f"Bearer {token.value}", "Accept": "application/json"},
            )
        except requests.RequestException:
            return Reply(0)
        return Reply(response.status_code)

    def _get(self, url: str, token: Token, media: str) -> requests.Response:
        try:
            response = self._requests_session.get(
                url, headers={"Authorization": f"Bearer {token.value}", "Accept": media}
            )
        except requests.RequestException:
            raise Unread("", Reply(0)) from None
        if response.status_code != 200:
            text = f"{response.reason or ''} {response.text[:2000]}"
            retry_after = response.headers.get("Retry-After", "")
            raise Unread("", Reply(response.status_code, text, retry_after))
        return response


def _with_limit(url: str) -> str:
    """Pages of a size that fits our limits; a VLE that does not know `limit` sends all at once."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if any(name == "limit" for name, _ in query):
        return url
    return urlunsplit(parts._replace(query=urlencode([*query, ("limit", str(PAGE_SIZE))])))


def _guard(
    at: str, first: str, seen: set[str], people: dict[str, Listed], trusted: tuple[str, ...]
) -> None:
    """Never a bearer token to another host, never the same page twice, never for ever."""
    if origin(at) != origin(first) or not is_service(at, trusted=trusted):
        raise Unread(ELSEWHERE)
    if at in seen:
        raise Unread(IN_CIRCLES)
    if len(seen) >= MOST_PAGES or len(people) > MOST_PEOPLE:
        raise Unread(TOO_LONG)


def _body(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        raise Unread(NOT_A_LIST) from None
    if not isinstance(body, dict):
        raise Unread(NOT_A_LIST)
    return body


def _same_course(body: dict[str, Any], course: str) -> None:
    said = part(body, "context").get("id")
    if said is not None and str(said) != course:
        raise Unread(OTHER_COURSE)


def _take(body: dict[str, Any], people: dict[str, Listed]) -> bool:
    """Add a page's people; says whether every one of them could be read."""
    members = body.get("members")
    if not isinstance(members, list):
        raise Unread(NOT_A_LIST)
    all_read = True
    for one in members:
        listed = _listed(one)
        if listed is None:
            all_read = False
        else:
            people[listed.subject] = _stronger(people.get(listed.subject), listed)
    return all_read


def _stronger(before: Listed | None, now: Listed) -> Listed:
    """Somebody named twice (two sections): whichever says that they are there."""
    return before if before is not None and before.active and not now.active else now


def _listed(one: Any) -> Listed | None:
    subject = one.get("user_id") if isinstance(one, dict) else None
    subject = (
        str(subject) if isinstance(subject, int) and not isinstance(subject, bool) else subject
    )
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST or not subject.isprintable():
        return None
    return Listed(
        subject=subject,
        name=shared_name_of(one),
        email=shared_email_of(one),
        standing=standing(one.get("roles")),
        active=one.get("status") not in _GONE,
    )


def _link(response: requests.Response, at: str, rel: str) -> str | None:
    try:
        url = response.links.get(rel, {}).get("url")
        return urljoin(at, url) if url else None
    except (ValueError, IndexError):
        return None


def _next(response: requests.Response, at: str) -> str | None:
    """The next page. A header that says there is one, but not readably (as Moodle's gradebook
    writes it), makes the list unreadable rather than short.
    """
    found = _link(response, at, "next")
    if found is None and SAYS_NEXT.search(response.headers.get("Link", "")):
        raise Unread(NOT_A_LIST)
    return found
