"""Dynamic registration over the wire: the VLE's configuration is fetched, our own is sent."""

import logging
from typing import Any
from urllib.parse import urlsplit

import requests

from lms.lti.platform import guard
from lms.lti.rules.registering import Given, Offer, Unfit, read_answer, read_configuration

log = logging.getLogger(__name__)

_TELL = "Tell the people who look after the VLE, with the reference below."


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _private() -> Unfit:
    return Unfit(
        "addresses are public",
        "The VLE is inside a network of its own, where this site must not go by itself. "
        "An administrator of this site can connect it by hand.",
    )


def fetch_configuration(url: str, token: str, *, demo: bool) -> Offer:
    """The VLE's configuration, checked; raises Unfit. Canvas wants the token for this too."""
    headers = {"Accept": "application/json"} | _bearer(token)
    try:
        answer = guard.new_guarded_session(demo=demo).get(url, headers=headers)
        body = answer.json() if answer.status_code == 200 else None
    except guard.PrivateAddress:
        raise _private() from None
    except requests.exceptions.JSONDecodeError:
        raise Unfit(
            "configuration is readable", f"The VLE’s configuration cannot be read. {_TELL}"
        ) from None
    except (requests.RequestException, ValueError, UnicodeError) as error:
        log.info("configuration: %s", type(error).__name__)
        raise Unfit(
            "configuration answers",
            f"The VLE’s configuration could not be fetched. Try again in a minute. {_TELL}",
        ) from None
    if answer.status_code != 200:
        log.info("configuration: status %s", answer.status_code)
        raise Unfit(
            "configuration is there",
            "The VLE’s configuration is not where the VLE said. Begin the registration again in "
            f"the VLE. {_TELL}",
        )
    offer = read_configuration(body, url=url, demo=demo)
    _refuse_private(offer, demo=demo)
    return offer


def _refuse_private(offer: Offer, *, demo: bool) -> None:
    """The other addresses of the configuration must be as public as its own."""
    for url in (offer.auth_token_url, offer.key_set_url, offer.registration_url):
        parts = urlsplit(url)
        host = parts.hostname or ""
        loopback = demo and host in ("127.0.0.1", "localhost", "::1")
        try:
            guard.checked_addresses(host, parts.port or 443, loopback=loopback)
        except guard.PrivateAddress:
            raise _private() from None
        except (OSError, UnicodeError):
            raise Unfit(
                "addresses are known",
                f"An address in the VLE’s configuration leads nowhere. {_TELL}",
            ) from None


def send_registration(offer: Offer, token: str, asked: dict[str, Any], *, demo: bool) -> Given:
    """Register with the VLE; raises Unfit."""
    status, body = 0, None
    try:
        answer = guard.new_guarded_session(demo=demo).post(
            offer.registration_url,
            json=asked,
            headers={"Accept": "application/json"} | _bearer(token),
        )
        status = answer.status_code
        body = answer.json() if status in (200, 201) else None
    except guard.PrivateAddress:
        raise _private() from None
    except (requests.RequestException, ValueError, UnicodeError) as error:
        log.info("registration: %s", type(error).__name__)
    if status not in (0, 200, 201):
        log.info("registration: status %s", status)
    return read_answer(status, body)
