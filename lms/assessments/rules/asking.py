"""Asking whether a mark was put together rightly, and who answers; reasons given in words."""

from datetime import date

from lms.regulations import NeedsSetting

SHORTEST_REASON = 10  # letters
MOST_LETTERS = 4000


def reason_given(reason: str) -> tuple[str, ...]:
    """What stands in the way of a reason that a learner will read."""
    if len(" ".join(reason.split())) < SHORTEST_REASON:
        return ("Give the reason in a few words, which the learner will read.",)
    return ()


def asking_blocks(
    *, until: date | NeedsSetting | None, today: date, waiting: bool, corrected: bool
) -> tuple[str, ...]:
    """Every reason why a mark cannot be asked about here now. `until` is the last day for it."""
    if waiting:
        return ("Your question is with the team. You get an e-mail when it is answered.",)
    if corrected:
        return ("This result is being looked at again. You get an e-mail when that is done.",)
    if until is None:
        return ("Your regulations have no rule on asking about a mark here. Ask your tutor.",)
    if isinstance(until, NeedsSetting):
        return (f"{until.sentence} Ask your tutor.",)
    if today > until:
        return ("The days for asking here have passed. Your tutor can still talk it over.",)
    return ()


def text_blocks(text: str, what: str) -> tuple[str, ...]:
    """What stands in the way of words that somebody sends."""
    if not text.strip():
        return (f"Write {what}.",)
    if len(text) > MOST_LETTERS:
        return (f"That is longer than {MOST_LETTERS:,} letters. Say it in fewer.",)
    return ()


def answer_blocks(*, answers: int, markers: frozenset[int], answered: bool) -> tuple[str, ...]:
    """Every reason why somebody cannot answer: `markers` are all who gave a mark on the script."""
    if answered:
        return ("This question has been answered already.",)
    if answers in markers:
        return ("You marked this script, so somebody else answers.",)
    return ()
