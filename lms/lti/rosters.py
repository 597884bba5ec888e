"""Reading a VLE's list of people: on demand for a page or a command, and by the worker at night.

As with scores (delivery.py) the network is only ever waited for between two short transactions.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from lms import clock
from lms.config import Settings
from lms.db import db
from lms.errors import RuleBroken
from lms.lti.platform.rosters import Fetched, Lists, Unread
from lms.lti.platform.scores import Token, TokenRefused
from lms.lti.platform.tool_keys import NoKey, signing_key
from lms.lti.queries import rosters as queries
from lms.lti.queries.rosters import Course
from lms.lti.queries.scores import Service
from lms.lti.rules.claims import GROUPS_SCOPE, HANDLERS_SCOPE, MEMBERS_SCOPE
from lms.lti.rules.notices import COPIED
from lms.lti.rules.rosters import Plan
from lms.lti.rules.scores import (
    DOWN,
    MOVED,
    SLOW_DOWN,
    UNREACHABLE,
    Answer,
    Reply,
    read_answer,
)
from lms.lti.service import rosters as service
from lms.lti.service import tokens
from lms.tasks import sweep

log = logging.getLogger(__name__)

NOT_ALLOWED = (
    "The VLE did not let us read its list of people. In the VLE, allow this tool the service "
    "“Names and roles” (in Moodle: IMS LTI Names and Role Provisioning), then read the list again."
)
NO_LIST = "The VLE has no list of people for this course any more. Open an activity from it once."
NOT_OFFERED = (
    "The VLE has not offered its list of people. Let it offer names and roles to this tool, "
    "then open an activity from the course once."
)
BUSY = "Somebody else is reading this list. Look again in a minute."
OUT_OF_ORDER = "The VLE did not give its list. Nothing was changed. Try again later."
WORDS = {
    0: UNREACHABLE,
    404: NO_LIST,
    410: NO_LIST,
    429: SLOW_DOWN,
    401: NOT_ALLOWED,
    403: NOT_ALLOWED,
}
RETRY = timedelta(hours=1)
ASK_AGAIN = timedelta(days=7)  # for notices


def _settings() -> Settings:
    settings: Settings = current_app.config["LMS_SETTINGS"]
    return settings


@dataclass
class Asking:
    """One platform's lists, with a token that is asked for once more when it is not taken."""

    platform_id: int
    lists: Lists
    secret_key: str

    def token(self, scope: str, *, fresh: bool = False) -> Token:
        """A token for one scope; raises TokenRefused."""
        if fresh:
            tokens.drop_token(self.platform_id, scope)
            db.session.commit()
        now = clock.now()
        kept = tokens.kept_token(self.platform_id, scope, secret_key=self.secret_key, now=now)
        db.session.rollback()
        if kept is not None:
            return kept
        token = self.lists.ask_for_token(frozenset({scope}), now=now)
        tokens.keep_token(self.platform_id, scope, token, secret_key=self.secret_key)
        db.session.commit()
        return token


def _asking(platform: Service) -> Asking:
    settings = _settings()
    key = signing_key(secret_key=settings.secret_key, now=clock.now())
    db.session.rollback()
    return Asking(platform.platform_id, Lists(platform, key), settings.secret_key)


def read_list(context_id: int) -> str | None:
    """Read a course's whole list and keep it; returns what went wrong, in words."""
    return _read(context_id, differences=False)


def _read(context_id: int, *, differences: bool) -> str | None:
    course = queries.find_course(context_id)
    if course is None:
        db.session.rollback()
        return NOT_OFFERED
    claimed = service.claim(context_id, now=clock.now())
    db.session.commit()
    if not claimed:
        return BUSY
    try:
        fetched, groups = _fetch(course, differences=differences)
    except Unread as fault:
        words, due_at = _what_went_wrong(fault, clock.now())
    except Exception:
        log.exception("the list of course %s could not be read", context_id)
        words, due_at = OUT_OF_ORDER, clock.now() + RETRY
    else:
        db.session.rollback()
        service.keep_list(context_id, fetched, groups=groups, now=clock.now())
        db.session.commit()
        return None
    db.session.rollback()
    service.note_fault(context_id, words, due_at=due_at)
    db.session.commit()
    return words


def _what_went_wrong(fault: Unread, now: datetime) -> tuple[str, datetime]:
    reply = fault.reply
    if reply is None:
        return fault.words, now + RETRY
    verdict = read_answer(reply, now=now)
    words = WORDS.get(reply.status, OUT_OF_ORDER)
    if verdict.words in (SLOW_DOWN, DOWN, MOVED):  # Canvas says its rate limit with a 403
        words = verdict.words
    return words, now + (verdict.wait or RETRY)


def _fetch(course: Course, *, differences: bool) -> tuple[Fetched, tuple[str, ...]]:
    try:
        asking = _asking(course.service)
        return _people(asking, course, differences=differences), _groups(asking, course)
    except TokenRefused as refused:
        # A token that is refused with 400 or 401 is a setting of the VLE's.
        status = 401 if refused.reply.status in (400, 401, 403) else refused.reply.status
        raise Unread("", Reply(status, "", refused.reply.retry_after)) from None
    except NoKey:
        log.exception("no list can be read")
        raise Unread(OUT_OF_ORDER) from None


def _people(asking: Asking, course: Course, *, differences: bool) -> Fetched:
    changes = course.differences_url if differences else None
    for fresh in (False, True):
        token = asking.token(MEMBERS_SCOPE, fresh=fresh)
        try:
            return asking.lists.read_members(
                changes or course.memberships_url,
                token=token,
                course=course.vle_id,
                trusted=course.trusted,
                differences=changes is not None,
            )
        except Unread as fault:
            if fresh or fault.reply is None:
                raise
            if read_answer(fault.reply, now=clock.now()).answer is not Answer.NEW_TOKEN:
                raise
    raise AssertionError("the loop returns or raises")


def _groups(asking: Asking, course: Course) -> tuple[str, ...]:
    """Groups are only shown: a VLE that offers them but does not give them spoils nothing."""
    if course.groups_url is None:
        return ()
    try:
        return asking.lists.read_groups(course.groups_url, token=asking.token(GROUPS_SCOPE))
    except (Unread, TokenRefused):
        log.info("the groups of course %s could not be read", course.context_id)
        return ()


@sweep("rosters")
def sync_due_rosters() -> int:
    """Read and apply every list that is kept in step and due."""
    now = clock.now()
    forgotten = service.forget_old_lists(now=now)
    db.session.commit()
    due = queries.due_rosters(now)
    db.session.rollback()
    for context_id in due:
        _sync(context_id)
    return forgotten + len(due)


def _sync(context_id: int) -> None:
    """One list by night. One that would take many people off waits for somebody to look."""
    course, now = queries.find_course(context_id), clock.now()
    recent = course and course.read_whole_at and now - course.read_whole_at < service.WHOLE_AGAIN
    db.session.rollback()
    fault = _read(context_id, differences=bool(recent and course and course.differences_url))
    if fault is not None:
        log.warning("the list of course %s: %s", context_id, fault)
        return
    try:
        done = service.apply_by_night(context_id, now=clock.now())
        db.session.commit()
    except Exception:
        db.session.rollback()
        log.exception("the list of course %s could not be applied", context_id)
        service.note_fault(context_id, OUT_OF_ORDER, due_at=clock.now() + RETRY)
        db.session.commit()
        return
    log.info(
        "the list of course %s: %s", context_id, len(done.lines) if done else "left to look at"
    )


def sync_now(context_id: int, *, apply: bool) -> Plan:
    """For the command: read the list, and do what it says, or only say it."""
    fault = read_list(context_id)
    if fault is not None:
        raise RuleBroken(fault)
    context, roster = service.read_again(context_id)
    would_be = service.what_would_be_done(context, roster)
    if apply:
        service.apply_list(context_id, agreed=would_be.fingerprint, actor=None, now=clock.now())
        db.session.commit()
    db.session.rollback()
    return would_be


@sweep("notice-handlers")
def ask_for_notices() -> int:
    """Ask the VLEs that offer it to tell us when a course is copied."""
    waiting = [
        (deployment.id, str(deployment.notices_url), queries.service_of(platform))
        for deployment, platform in queries.undelivered_handlers(clock.now() - ASK_AGAIN)
    ]
    db.session.rollback()
    for deployment_id, url, platform in waiting:
        status = _ask_for_notices(url, platform)
        log.info("asked deployment %s for notices: %s", deployment_id, status)
        queries.get_deployment(deployment_id).notices_asked_at = clock.now()
        db.session.commit()
    return len(waiting)


def _ask_for_notices(url: str, platform: Service) -> int:
    """Not being told is no harm (the copy is linked by hand anyway), so it is asked again in a
    week.
    """
    try:
        asking = _asking(platform)
        token = asking.token(HANDLERS_SCOPE)
    except (TokenRefused, NoKey):
        return 0
    handler = f"{_settings().public_url}/lti/notices"
    return asking.lists.ask_for_notices(url, COPIED, handler, token=token).status
