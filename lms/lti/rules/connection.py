"""The connection check: what each try of a VLE's services means, and where in the VLE to mend it.

The sentences are ours; a VLE's own words may repeat what was sent and are neither kept nor shown.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from lms.lti.rules.scores import Reply


class Outcome(StrEnum):
    """What came of a try."""

    WELL = "well"
    TROUBLE = "trouble"
    NOT_TRIED = "not tried"


class Step(StrEnum):
    """What is tried, in order."""

    KEYS = "Its public keys"
    TOKEN = "An access token"  # noqa: S105 - a title, not a secret
    LINE_ITEMS = "Gradebook columns"
    ROSTER = "Names and roles"
    SCORE = "A test mark"


@dataclass(frozen=True)
class Finding:
    """One line of the check."""

    step: str
    outcome: str
    words: str
    mend: str = ""


def as_kept(findings: list[Finding]) -> dict[str, Any]:
    """As they are kept."""
    return {"findings": [asdict(one) for one in findings]}


def from_kept(kept: dict[str, Any]) -> list[Finding]:
    """Again."""
    return [Finding(**one) for one in kept["findings"]]


def well(step: Step, words: str) -> Finding:
    """It works."""
    return Finding(step.value, Outcome.WELL.value, words)


def trouble(step: Step, words: str, mend: str) -> Finding:
    """It does not work: what is wrong, and where to mend it."""
    return Finding(step.value, Outcome.TROUBLE.value, words, mend)


def not_tried(step: Step, words: str) -> Finding:
    """It was not tried, and why."""
    return Finding(step.value, Outcome.NOT_TRIED.value, words)


# Where in each VLE the services and the privacy of a tool are set.
SERVICES = {
    "moodle": (
        "In Moodle: Site administration, Plugins, External tool, Manage tools, the cog of this "
        "tool. Under Services set “IMS LTI Assignment and Grade Services” to “Use this service for "
        "grade sync and column management” and “IMS LTI Names and Role Provisioning” to “Use this "
        "service”. Under Privacy let the tool have names and email, and accept grades."
    ),
    "canvas": (
        "In Canvas: Admin, Developer Keys, the key of this tool: it must be On, with every scope "
        "of Assignment and Grade Services and “retrieve user data” switched on."
    ),
    "blackboard": (
        "In Blackboard: Administrator Panel, LTI Tool Providers, this tool: allow grade service "
        "access and membership service access, and send name, email and role."
    ),
    "desire2learn": (
        "In Brightspace: Admin Tools, Manage Extensibility, LTI Advantage, this registration and "
        "its deployment: both enabled, with Assignment and Grade Services and Names and Role "
        "Provisioning ticked."
    ),
}
SERVICES_ANYWHERE = (
    "In the VLE’s settings of this tool, allow grades (Assignment and Grade Services) and the list "
    "of people (Names and Role Provisioning), and let it share names and email."
)
_PRODUCTS = {"bblearn": "blackboard", "blackboardlearn": "blackboard", "d2l": "desire2learn"}


def where_to_mend(product: str | None) -> str:
    """Where this VLE keeps the settings of a tool's services."""
    known = (product or "").lower()
    return SERVICES.get(_PRODUCTS.get(known, known), SERVICES_ANYWHERE)


_AWAY = {
    0: "It did not answer.",
    429: "It asked us to wait. Try again in some minutes.",
}
_ASK = "Ask the people who look after the VLE whether it is up, and can be reached from outside."


def _did_not_work(step: Step, status: int, *, address: str, product: str | None) -> Finding:
    """What a refusal of a service means."""
    if status in (401, 403):
        return trouble(
            step,
            f"The VLE did not let us in (status {status}). That is nearly always a setting.",
            where_to_mend(product),
        )
    if status in (404, 405, 410) or 300 <= status < 400:
        return trouble(
            step,
            f"There is nothing for us at that address (status {status}).",
            f"Compare {address} with what the VLE shows for this tool.",
        )
    if status in _AWAY:
        return trouble(step, _AWAY[status], _ASK)
    if status >= 500:
        return trouble(step, f"The VLE had a fault of its own (status {status}).", _ASK)
    return trouble(step, f"The VLE refused (status {status}).", where_to_mend(product))


# --- its public keys ---


def read_keys(status: int, body: object) -> Finding:
    """Whether its key set can be used."""
    address = "the address of its public key set"
    if status != 200:
        return _did_not_work(Step.KEYS, status, address=address, product=None)
    listed = body.get("keys") if isinstance(body, dict) else None
    keys = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else None
    if keys is None:
        return trouble(
            Step.KEYS,
            "What is there is no key set.",
            "Compare the address of its public key set with what the VLE shows for this tool.",
        )
    usable = [
        one
        for one in keys
        if one.get("kty") == "RSA" and one.get("kid") and one.get("alg", "RS256") == "RS256"
    ]
    if not usable:
        return trouble(
            Step.KEYS,
            "The key set holds no key that we can use (RSA, for RS256, with a key id).",
            "Ask the people who look after the VLE: launches cannot be checked without one.",
        )
    number = "one key" if len(usable) == 1 else f"{len(usable)} keys"
    return well(Step.KEYS, f"The key set holds {number} that we can use.")


# --- an access token ---


def token_refused(reply: Reply, *, product: str | None, key_set_url: str) -> Finding:
    """Why there is no access token."""
    text = reply.text.lower()
    if reply.status == 502 and not reply.text:
        return trouble(
            Step.TOKEN,
            "What came back is no access token.",
            "Compare the address of access tokens with what the VLE shows for this tool.",
        )
    if "invalid_scope" in text:
        return trouble(
            Step.TOKEN,
            "The VLE does not allow this tool its services, or not all of them.",
            where_to_mend(product),
        )
    if reply.status in (400, 401, 403):
        return trouble(
            Step.TOKEN,
            "The VLE did not believe that it is us.",
            f"Three things can be wrong. The VLE must be able to read our public keys at "
            f"{key_set_url}. The client id must be the one it shows for this tool. Its clock and "
            f"ours must agree within half a minute. Where they are right: {where_to_mend(product)}",
        )
    return _did_not_work(
        Step.TOKEN, reply.status, address="the address of access tokens", product=product
    )


# --- the services ---


def read_list(
    step: Step, reply: Reply, rows: list[Any] | None, *, product: str | None, course: str
) -> Finding:
    """Whether line items or members could be listed."""
    if reply.status != 200:
        return _did_not_work(
            step, reply.status, address="the address a launch gave us", product=product
        )
    if rows is None:
        return trouble(step, "What came back cannot be read.", _ASK)
    what = "column" if step is Step.LINE_ITEMS else "person"
    plural = {"column": "columns", "person": "people"}[what]
    number = f"1 {what}" if len(rows) == 1 else f"{len(rows)} {plural}"
    return well(step, f"{number} listed for {course}.")


def read_test_score(reply: Reply, *, product: str | None, course: str) -> Finding:
    """What came of a mark for nobody: that the VLE looked at it and knows nobody of that name is
    well.
    """
    if reply.status in (200, 201, 202, 204, 400, 422):
        return well(
            Step.SCORE,
            f"The VLE took a test mark for nobody and answered ({reply.status}), as it should. "
            f"The column “Connection check” in {course} may be deleted now.",
        )
    return _did_not_work(Step.SCORE, reply.status, address="the column’s address", product=product)
