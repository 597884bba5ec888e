"""Platform storage: what the VLE's page keeps for a tool whose frame may keep no cookie.

`lti_storage_target` in the login names the window that answers `lti.put_data` and `lti.get_data`
(static/keeping.js). A Moodle sends none; Canvas and Blackboard name a frame of their own.
"""

from practice_vle.platform import Platform

OFF, PARENT, FRAME, OLD, SILENT = "off", "parent", "frame", "old", "silent"
MODES = {
    OFF: "Not offered, as in Moodle",
    PARENT: "Offered by the course's page (_parent)",
    FRAME: "Offered by a frame of its own beside the tool's, as in Canvas and Blackboard",
    OLD: "Offered by the course's page, by the old names alone (org.imsglobal.lti.put_data)",
    SILENT: "Offered, but nothing answers",
}
FRAME_NAME = "vle_storage"


def mode(vle: Platform) -> str:
    """Which of MODES is on."""
    kept = vle.state.setting("storage", OFF)
    return kept if kept in MODES else OFF


def turn(vle: Platform, mode: str) -> None:
    """Set it; what is no mode changes nothing."""
    if mode in MODES:
        vle.state.set("storage", mode)


def target(vle: Platform) -> str | None:
    """What the login says in `lti_storage_target`; None when nothing is offered."""
    now = mode(vle)
    return None if now == OFF else FRAME_NAME if now == FRAME else "_parent"
