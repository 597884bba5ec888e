"""Builds the practice VLE."""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from practice_vle import (
    launching,
    linking,
    members,
    pages,
    registering,
    services,
    storage,
    switches,
    tokens,
)
from practice_vle.keys import kept_key
from practice_vle.platform import KeySet, Platform, fetch_over_http, platform
from practice_vle.state import State


def create_vle(
    state_dir: Path | str,
    tool_url: str,
    base_url: str,
    *,
    mail_folder: Path | str | None = None,
    tool_keys: Callable[[], KeySet] | None = None,
    now: Callable[[], float] = time.time,
    patience: float = 60.0,
) -> Flask:
    """A practice VLE that lives at `base_url` and launches the tool at `tool_url`.

    `tool_keys` gives the tool's key set (by default it is read from `<tool>/lti/jwks.json`);
    `patience` is how long the services keep silent while the "does not answer" switch is on.
    """
    folder = Path(state_dir)
    folder.mkdir(parents=True, exist_ok=True)
    tool_url = tool_url.rstrip("/")
    app = Flask(__name__)
    vle = Platform(
        base_url=base_url.rstrip("/"),
        tool_url=tool_url,
        state=State(folder / "state.db"),
        key=kept_key(folder / "key.pem"),
        mail_folder=Path(mail_folder) if mail_folder else None,
        fetch_tool_keys=tool_keys or fetch_over_http(tool_url),
        now=now,
        patience=patience,
    )
    app.extensions["practice_vle"] = vle
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    for blueprint in (
        launching.bp,
        linking.bp,
        tokens.bp,
        services.bp,
        members.bp,
        pages.bp,
        registering.bp,
    ):
        app.register_blueprint(blueprint)
    app.add_url_rule("/jwks.json", "jwks", jwks)
    app.register_error_handler(HTTPException, not_here)
    app.after_request(guard_page)
    app.context_processor(
        lambda: {
            "person": launching.chosen_person(),
            "services_mode": switches.mode(vle),
            "services_slow": switches.slowness(vle),
            "tool_origin": origin_of(tool_url),
            "storage": storage.mode(vle),
            "storage_frame_name": storage.FRAME_NAME,
        }
    )
    return app


def jwks() -> KeySet:
    """Our public key."""
    return platform().key.key_set()


def not_here(fault: HTTPException) -> tuple[str, int]:
    """An unknown address or a wrong method, on a page of ours."""
    reason = "There is nothing at this address." if fault.code == 404 else str(fault.description)
    return launching.refuse(reason, fault.code or 500)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def guard_page(response: Response) -> Response:
    """Only our own files, the tool in a frame, and forms to the tool."""
    tool = origin_of(platform().tool_url)
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"frame-src 'self' {tool}; form-action 'self' {tool}; base-uri 'none'; "
        "frame-ancestors 'self'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if "text/html" in response.content_type:
        response.headers["Cache-Control"] = "no-store"
    return response
