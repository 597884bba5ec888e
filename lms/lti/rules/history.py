"""What a course or an activity was copied from, as VLEs say it in custom parameters.

The values are those of `$Context.id.history` and `$ResourceLink.id.history` (LTI 1.3 core, appendix
D.2): ids that are URL-encoded, with commas between them, the latest copy's origin first.
"""

from urllib.parse import unquote

from lms.lti.rules.claims import CUSTOM, SignedClaims, part

CONTEXT_NAMES = ("ctx_hist", "context_id_history", "context_history", "Context.id.history")
LINK_NAMES = (
    "rl_hist",
    "resource_link_id_history",
    "resource_link_history",
    "ResourceLink.id.history",
)
MOST = 50
LONGEST = 255


def ids_in(value: object) -> tuple[str, ...]:
    """The ids of a history, each once; none when the VLE knew none or did not know the variable and
    sent its name as it stands.
    """
    if not isinstance(value, str) or value.startswith("$"):
        return ()
    ids = (unquote(one).strip() for one in value[: MOST * LONGEST].split(",")[:MOST])
    return tuple(
        dict.fromkeys(one for one in ids if one and len(one) <= LONGEST and one.isprintable())
    )


def _history(claims: SignedClaims, names: tuple[str, ...]) -> tuple[str, ...]:
    custom = part(claims, CUSTOM)
    return next((ids for name in names if (ids := ids_in(custom.get(name)))), ())


def of_course(claims: SignedClaims) -> tuple[str, ...]:
    """The courses that this one was copied from."""
    return _history(claims, CONTEXT_NAMES)


def of_activity(claims: SignedClaims) -> tuple[str, ...]:
    """The activities that this one was copied from."""
    return _history(claims, LINK_NAMES)
