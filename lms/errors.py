"""What can go wrong that a person should be told about.

Every refusal in this product is one of these. `lms/web/errors.py` alone chooses the HTTP status
and the page; services and rules only say what happened, in words a person can act on.
"""


class LmsError(Exception):
    """The base of all refusals; `message` is a plain sentence for the person."""

    def __init__(self, message: str = "", *, reference: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.reference = reference


class NotFound(LmsError):
    """It does not exist, or this person may not know that it does."""


class NotAllowed(LmsError):
    """The person's role does not include this."""


class BadRequest(LmsError):
    """What was sent cannot be read as what was asked for."""


class Conflict(LmsError):
    """Somebody, or another window, changed the same thing meanwhile."""


class TooMany(LmsError):
    """Too many tries; `retry_after` is in seconds."""

    def __init__(self, message: str = "", *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RuleBroken(LmsError):
    """A rule of the house refuses; `reasons` are the sentences the page also shows beforehand."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons
