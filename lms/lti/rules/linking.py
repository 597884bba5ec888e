"""Deep linking 2.0: what a request must hold, and the answer that carries the chosen activities.

Every item opens `/lti/launch`, the one address that VLEs compare with what was registered; which
page it is stands in the custom parameter `lms_target`, which a copy of the course keeps.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lms.lti.rules.addresses import may_be_asked, origin
from lms.lti.rules.claims import ASKS_FOR_LINKS, DEPLOYMENT_ID, MESSAGE_TYPE, VERSION
from lms.lti.rules.columns import TAG

LONGEST_ADDRESS = 4000
LONGEST_DATA = 20_000
LIFE = 300  # seconds that an answer is good for

_DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_CHOOSERS = frozenset(
    {
        *(f"{_MEMBERSHIP}{name}" for name in ("Instructor", "ContentDeveloper", "Administrator")),
        *("Instructor", "ContentDeveloper", "Administrator"),
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
    }
)


def _data_is_short(settings: dict[str, Any]) -> bool:
    return len(str(settings.get("data") or "")) <= LONGEST_DATA


def returns_to(settings: Any, *, trusted: tuple[str, ...]) -> bool:
    """Whether the answer goes to the platform's own pages, and not to whoever asked."""
    address = settings.get("deep_link_return_url") if isinstance(settings, dict) else None
    return (
        isinstance(address, str)
        and len(address) <= LONGEST_ADDRESS
        and may_be_asked(address)
        and origin(address) in trusted
        and _data_is_short(settings)
    )


def takes_links(settings: Any) -> bool:
    """Whether the VLE takes activities of tools."""
    types = settings.get("accept_types") if isinstance(settings, dict) else None
    return isinstance(types, list) and "ltiResourceLink" in types


def shows_somewhere(settings: Any) -> bool:
    """Whether the VLE names a way of showing them (deep linking 2.0, 3.1.4: required)."""
    targets = settings.get("accept_presentation_document_targets")
    return isinstance(targets, list) and bool(targets)


def may_choose(roles: Any) -> bool:
    """Whether the VLE says that the person teaches in, builds, or looks after the course."""
    given = {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
    return bool(given & _CHOOSERS)


@dataclass(frozen=True)
class Wanted:
    """What a deep linking request asks for, and where the answer goes."""

    return_url: str
    data: str | None
    several: bool
    columns: bool


def wanted(settings: dict[str, Any]) -> Wanted:
    """The request's settings. One item unless the VLE says several; columns unless it says none."""
    data = settings.get("data")
    return Wanted(
        return_url=str(settings["deep_link_return_url"]),
        data=data if isinstance(data, str) else None,
        several=settings.get("accept_multiple") is True,
        columns=settings.get("accept_lineitem") is not False,
    )


@dataclass(frozen=True)
class Choice:
    """One thing that can be put into a course, as the VLE will show it."""

    target: str
    title: str
    text: str
    maximum: Decimal | None = None
    opens_at: datetime | None = None
    due_at: datetime | None = None


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _column(choice: Choice) -> dict[str, Any]:
    maximum = choice.maximum or Decimal(100)
    return {
        "label": choice.title,
        "scoreMaximum": int(maximum) if maximum == maximum.to_integral_value() else float(maximum),
        # as rules/columns.py looks for it, before anybody has opened the activity
        "resourceId": choice.target.removeprefix("assessments/"),
        "tag": TAG,
    }


def content_item(choice: Choice, *, launch_url: str, columns: bool) -> dict[str, Any]:
    """One activity as deep linking 2.0 writes it."""
    item: dict[str, Any] = {
        "type": "ltiResourceLink",
        "title": choice.title,
        "text": choice.text,
        "url": launch_url,
        "custom": {"lms_target": choice.target},
    }
    if choice.maximum is not None and columns:
        item["lineItem"] = _column(choice)
    if choice.opens_at is not None:
        item["available"] = {"startDateTime": _stamp(choice.opens_at)}
    if choice.due_at is not None:
        item["submission"] = {"endDateTime": _stamp(choice.due_at)}
    return item


def answer_claims(
    items: list[dict[str, Any]],
    *,
    wanted: Wanted,
    issuer: str,
    client_id: str,
    deployment: str,
    nonce: str,
    now: datetime,
) -> dict[str, Any]:
    """What the answer says; `data` comes back only when it was given."""
    issued = int(now.timestamp())
    said = "Nothing was added." if not items else f"Added from the training: {len(items)}."
    claims: dict[str, Any] = {
        "iss": client_id,
        "aud": issuer,
        "iat": issued - 5,  # a VLE whose clock is a little behind ours would refuse
        "exp": issued + LIFE,
        "nonce": nonce,
        DEPLOYMENT_ID: deployment,
        MESSAGE_TYPE: ASKS_FOR_LINKS.replace("Request", "Response"),
        VERSION: "1.3.0",
        f"{_DL}content_items": items,
        f"{_DL}msg": said,
        f"{_DL}log": said,
    }
    if wanted.data is not None:
        claims[f"{_DL}data"] = wanted.data
    return claims
