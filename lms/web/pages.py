"""What every template may use: names, filters, and addresses of static files."""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, get_flashed_messages
from jinja2 import StrictUndefined
from werkzeug.routing import IntegerConverter, Map

from lms import clock
from lms.actor import Reads
from lms.web.access import find_signed_in

STATIC = Path(__file__).parent / "static"


class Id(IntegerConverter):
    """A number in an address that a database key could be: anything larger is not there."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file: never under a launch's prefix, new when its content is."""
    return f"/static/{name}?v={_fingerprint(name)}"


def _for_every_template() -> dict[str, Any]:
    signed_in = find_signed_in()
    return {
        "actor": signed_in.actor if signed_in else None,
        "theme": signed_in.theme if signed_in else "auto",
        "reads": signed_in.reads if signed_in else Reads(),
        "framed": bool(signed_in and signed_in.framed),
        # Where messages to the VLE around us may go, and to nobody else.
        "vle_origins": " ".join(signed_in.frame_ancestors) if signed_in else "",
        "launched": bool(signed_in and signed_in.launched),
        "messages": get_flashed_messages(),
    }


def _now() -> datetime:
    return clock.now()


def init_pages(app: Flask) -> None:
    """Set the template environment up."""
    app.jinja_env.undefined = StrictUndefined  # a misspelt name is an error
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, now=_now)
    app.jinja_env.filters.update(day=clock.day, clock_time=clock.clock_time, moment=clock.on_page)
    app.context_processor(_for_every_template)
