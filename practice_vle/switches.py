"""The switches that make the VLE's services fail, so that a person can see the tool cope."""

import time

from flask import Response

from practice_vle.platform import Platform

UP, DOWN, SILENT = "up", "down", "silent"
MODES = {
    UP: "The services work",
    DOWN: "The VLE is down: the services answer 503",
    SILENT: "The VLE is down: the services do not answer",
}
MOST_SLOW = 30


def mode(vle: Platform) -> str:
    """Which of MODES is on."""
    kept = vle.state.setting("mode", UP)
    return kept if kept in MODES else UP


def slowness(vle: Platform) -> int:
    """How many seconds the services wait before they answer."""
    return int(vle.state.setting("slow", "0"))


def turn(vle: Platform, *, mode: str | None = None, slow: int | None = None) -> None:
    """Set the switches; what is not given stays."""
    if mode in MODES:
        vle.state.set("mode", mode)
    if slow is not None:
        vle.state.set("slow", str(max(0, min(slow, MOST_SLOW))))


def hold_up(vle: Platform) -> Response | None:
    """What the switches do to a service call: wait, refuse, or let it pass (None)."""
    time.sleep(slowness(vle))
    waited = 0.0
    while mode(vle) == SILENT and waited < vle.patience:
        time.sleep(0.1)
        waited += 0.1
    if mode(vle) == UP and waited == 0.0:
        return None
    return Response("Service Unavailable", 503, content_type="text/plain")
