"""Deep linking: what was asked is kept while the launch lasts, and the answer is signed."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.actor import Actor
from lms.audit.service import record
from lms.db import db
from lms.lti.models import Launch, Linking
from lms.lti.platform.sealing import seal, unseal
from lms.lti.platform.signing import sign
from lms.lti.platform.tool_keys import signing_key
from lms.lti.queries.linking import Asked
from lms.lti.rules import linking as rules
from lms.lti.rules.claims import DEEP_LINKING, DEPLOYMENT_ID, SignedClaims, part
from lms.lti.rules.linking import Choice, Wanted

PAGE = "/lti/deep-linking"


@dataclass(frozen=True)
class Signed:
    """The answer for the VLE: where it goes, and what goes there."""

    return_url: str
    jwt: str


def remember(launch: Launch, claims: SignedClaims, *, secret_key: str) -> None:
    """Keep what a deep linking request asked for. Its return address is sealed, and forgotten with
    the launch.
    """
    wanted = rules.wanted(part(claims, DEEP_LINKING))
    private = {
        "url": wanted.return_url,
        "data": wanted.data,
        "deployment": claims[DEPLOYMENT_ID],
    }
    db.session.add(
        Linking(
            launch_id=launch.id,
            sealed_return=seal(json.dumps(private), secret_key),
            several=wanted.several,
            columns=wanted.columns,
            created_at=launch.created_at,
        )
    )
    db.session.flush()


def _opened(linking: Linking, secret_key: str) -> tuple[Wanted, str]:
    private = json.loads(unseal(linking.sealed_return, secret_key) or "null")
    if private is None:
        raise ValueError("sealed with another secret key")
    wanted = Wanted(private["url"], private["data"], linking.several, linking.columns)
    return wanted, str(private["deployment"])


def answer(
    asked: Asked,
    choices: Sequence[Choice],
    *,
    launch_url: str,
    secret_key: str,
    actor: Actor,
    now: datetime,
) -> Signed:
    """Sign the answer; an empty one says that nothing was chosen. Answering twice is allowed: what
    becomes of an answer the VLE decides.
    """
    wanted, deployment = _opened(asked.linking, secret_key)
    items = [
        rules.content_item(choice, launch_url=launch_url, columns=wanted.columns)
        for choice in choices
    ]
    claims = rules.answer_claims(
        items,
        wanted=wanted,
        issuer=asked.platform.issuer,
        client_id=asked.platform.client_id,
        deployment=deployment,
        nonce=secrets.token_urlsafe(24),
        now=now,
    )
    if items:
        record(
            actor=actor,
            act="put activities into a VLE course",
            subject=f"context:{asked.launch.context_id or 0}",
            now=now,
            detail={"how many": len(items)},
        )
    return Signed(wanted.return_url, sign(claims, signing_key(secret_key=secret_key, now=now)))
