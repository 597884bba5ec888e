"""Where a VLE tells us, by itself, that a course was copied."""

import json
import logging
from typing import Any

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from lms import clock
from lms.db import db, db_writes, expect_writes
from lms.errors import BadRequest
from lms.lti.platform.notices import VerifiedNotice, verify_notice
from lms.lti.rules.checks import Refusal
from lms.lti.rules.notices import LARGEST, MOST
from lms.lti.service import notices as service
from lms.web.access import public
from lms.web.errors import new_reference

log = logging.getLogger(__name__)


def _tokens() -> list[str]:
    """The signed notices of a request; more than we would read at once is refused unread."""
    if (request.content_length or 0) > LARGEST:
        raise BadRequest("Too much at once.")
    try:
        sent: Any = json.loads(request.get_data(cache=False)[: LARGEST + 1])
    except (ValueError, RecursionError):
        raise BadRequest("The notices could not be read.") from None
    given = sent.get("notices") if isinstance(sent, dict) else None
    entries = given if isinstance(given, list) else []
    tokens = [one["jwt"] for one in entries if isinstance(one, dict) and _is_text(one.get("jwt"))]
    if not 0 < len(tokens) == len(entries) <= MOST:
        raise BadRequest("The notices could not be read.")
    return tokens


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


@public
def notices() -> Response:
    """Take notices, all of them or none."""
    expect_writes(expected=False)  # verifying may wait for the VLE's keys
    settings = current_app.config["LMS_SETTINGS"]
    try:
        now = clock.now()
        verified = [verify_notice(one, tool_url=settings.public_url, now=now) for one in _tokens()]
        _take(verified)
    except BadRequest as refusal:
        db.session.rollback()
        reference = new_reference()
        check = refusal.check if isinstance(refusal, Refusal) else "notices are readable"
        log.warning("notice refused %s: %s", reference, check)
        return Response(f"Not taken. Reference {reference}\n", 400, mimetype="text/plain")
    return Response("", 202)


def _take(verified: list[VerifiedNotice]) -> None:
    with db_writes():
        for one in verified:
            service.take_notice(one, now=clock.now())
        db.session.commit()


def register(bp: Blueprint) -> None:
    """Give the blueprint this address."""
    bp.add_url_rule("/lti/notices", view_func=notices, methods=["POST"])
