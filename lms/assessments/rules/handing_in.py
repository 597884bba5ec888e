"""What stands in the way of handing in, and what makes what was handed in recognisable again."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

# No letters that are read for digits, or for one another, on the telephone: I, L, O, 0, 1.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class HandInFacts:
    """What decides whether a draft can be handed in."""

    words: int
    files: int
    declared: bool
    handed_in: bool
    record: str  # here, vle


@dataclass(frozen=True)
class TakeBackFacts:
    """What decides whether handed-in work can be taken back."""

    handed_in_at: datetime
    due_at: datetime
    final_at: datetime
    now: datetime


@dataclass(frozen=True)
class GiveBackFacts:
    """What decides whether a module lead can give handed-in work back to its writer."""

    handed_in: bool
    begun: bool  # somebody has begun to mark it
    due_at: datetime  # as it stands now, with whatever more time was given since
    now: datetime


def hand_in_blocks(facts: HandInFacts) -> tuple[str, ...]:
    """Every reason not to take the draft yet, each a sentence that says what to do."""
    if facts.record == "vle":
        return ("This work is handed in on your university’s learning site. Open it there.",)
    if facts.handed_in:
        return ("You have handed this in already. Your receipt has the time and the number.",)
    blocks = []
    if facts.words == 0 and facts.files == 0:
        blocks.append("There is nothing to hand in yet. Write in the draft, or add a file.")
    if not facts.declared:
        blocks.append("Read the declaration and tick the box beneath it.")
    return tuple(blocks)


def draft_blocks(*, handed_in: bool, record: str) -> tuple[str, ...]:
    """Every reason not to change the draft."""
    if record == "vle":
        return ("This work is written and handed in on your university’s learning site.",)
    if handed_in:
        return ("You have handed this in, so the draft can no longer be changed.",)
    return ()


def final_from(due_at: datetime, now: datetime, *, at_once: bool) -> datetime:
    """When work that is handed in now becomes final: at its date, or now where that has passed or
    its writer says that it is done.
    """
    return now if at_once else max(due_at, now)


def take_back_blocks(facts: TakeBackFacts) -> tuple[str, ...]:
    """Every reason why handed-in work is final and cannot be taken back."""
    if facts.now < facts.final_at:
        return ()
    if facts.handed_in_at > facts.due_at:
        return ("It was handed in after the date, so it is final.",)
    if facts.now >= facts.due_at:
        return ("The date has passed, so what you handed in is final.",)
    return ("You made it final. If it is the wrong one, write to your module lead.",)


def give_back_blocks(facts: GiveBackFacts) -> tuple[str, ...]:
    """Every reason why a module lead cannot give it back to be changed."""
    if not facts.handed_in:
        return ("Nothing of this attempt is handed in here.",)
    blocks = []
    if facts.begun:
        blocks.append("Somebody has begun to mark it.")
    if facts.due_at <= facts.now:
        blocks.append("Its date has passed. Give more time first, and then give it back.")
    return tuple(blocks)


def count_words(text: str) -> int:
    """Words as word processors count them: what stands between spaces."""
    return len(text.split())


def fingerprint(text: str, file_hashes: Iterable[str]) -> str:
    """SHA-256 over the hash of the text and of each file, one to a line, in their order."""
    lines = [hashlib.sha256(text.encode()).hexdigest(), *file_hashes]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def receipt_number(choose: Callable[[str], str]) -> str:
    """A number to read out on the telephone: `K7QP-3MWD-9TXA`."""
    return "-".join("".join(choose(LETTERS) for _ in range(4)) for _ in range(3))


def script_code(choose: Callable[[str], str]) -> str:
    """What a marker sees instead of a name: `4F2K`."""
    return "".join(choose(LETTERS) for _ in range(4))
