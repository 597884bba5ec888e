"""Refusals become pages: status, what happened, what to do, a reference that stands in the log."""

import logging
import secrets
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from lms import errors
from lms.db import db

log = logging.getLogger(__name__)

STATUS: dict[type[errors.LmsError], HTTPStatus] = {
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.BadRequest: HTTPStatus.BAD_REQUEST,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.RuleBroken: HTTPStatus.CONFLICT,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
}
TITLES = {
    400: "We could not read that",
    403: "This page is not open to you",
    404: "There is nothing here",
    405: "This address works another way",
    409: "Something changed meanwhile",
    413: "That file is too large",
    429: "Please wait a little",
    500: "Something went wrong on our side",
    503: "We cannot reach our records right now",
}
ADVICE = {
    400: "Go back and try again. What you saved is safe.",
    403: "If you think it should be, write to the person who gave you your account.",
    404: "There is nothing at this address, or it is not yours to see.",
    405: "Go back and use the buttons on the page.",
    409: "Go back and look at the page again before you go on.",
    413: "Choose a file of at most 20 MB.",
    429: "Too many tries in a short time. Wait a few minutes and try again.",
    500: "It is not your doing. What you saved is safe. Try again in a minute.",
    503: "It is not your doing. Try again in a minute.",
}


def new_reference() -> str:
    """A short reference to quote, without letters that are read for digits."""
    return "".join(secrets.choice("ABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(8))


def wants_json() -> bool:
    """Whether the browser's script asked, rather than a person."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def error_page(
    status: int, message: str = "", *, reasons: tuple[str, ...] = (), reference: str = ""
) -> Response:
    """The page (or, for a script, the JSON) of a refusal; logs the reference with the status."""
    reference = reference or new_reference()
    log.info("refused %s %s %s %s", status, reference, request.method, request.endpoint)
    if wants_json():
        body = jsonify(message=message or ADVICE[status], reasons=reasons, reference=reference)
        return make_response(body, status)
    page = render_template(
        "errors/error.html",
        status=status,
        title=TITLES[status],
        message=message,
        reasons=reasons,
        advice=ADVICE[status],
        reference=reference,
    )
    return make_response(page, status)


def _refused(error: errors.LmsError) -> Response:
    db.session.rollback()
    status = STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    reasons = error.reasons if isinstance(error, errors.RuleBroken) else ()
    message = "" if reasons else error.message
    response = error_page(status, message, reasons=reasons, reference=error.reference)
    if isinstance(error, errors.TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _csrf(_error: CSRFError) -> Response:
    return error_page(
        400,
        "This page had been open for too long, or your browser did not keep its cookie. "
        "Go back, load the page again, and send it once more.",
    )


def _http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    return error_page(error.code if error.code in TITLES else (400 if error.code < 500 else 500))


def _unreachable(_error: OperationalError) -> Response:
    db.session.rollback()
    reference = new_reference()
    log.exception("database unreachable %s", reference)
    return error_page(503, reference=reference)


def _unexpected(_error: Exception) -> Response:
    db.session.rollback()
    reference = new_reference()
    log.exception("unexpected %s", reference)
    return error_page(500, reference=reference)


def init_errors(app: Flask) -> None:
    """Answer every refusal and every accident with a page."""
    handlers: list[tuple[Any, Any]] = [
        (errors.LmsError, _refused),
        (CSRFError, _csrf),
        (HTTPException, _http),
        (OperationalError, _unreachable),
    ]
    if not app.testing:  # a test should see the exception itself
        handlers.append((Exception, _unexpected))
    for kind, handler in handlers:
        app.register_error_handler(kind, handler)
