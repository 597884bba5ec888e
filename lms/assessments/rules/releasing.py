"""What stands in the way of releasing the results of an assessment to a cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.modules.catalogue import Regulations
from lms.regulations import release_moment


@dataclass(frozen=True)
class ScriptState:
    """One script, as far as a release asks."""

    code: str
    finished: bool
    released: bool
    missing: tuple[str, ...] = ()  # from marking.finish_blocks
    open: tuple[str, ...] = ()  # from ledger.reckon
    ready_at: datetime | None = None  # when its mark was finished


def release_blocks(scripts: Sequence[ScriptState]) -> tuple[str, ...]:
    """Every reason not to release yet. Work that nobody handed in does not hold up the others."""
    waiting = [script for script in scripts if not script.released]
    if not scripts:
        return ("Nobody in this cohort has handed in yet.",)
    if not waiting:
        return ("Everything handed in so far has been released.",)
    unfinished = [_why(script) for script in waiting if not script.finished]
    undecided = [
        f"Script {script.code}: {sentence}"
        for script in waiting
        if script.finished
        for sentence in script.open
    ]
    return (*unfinished, *undecided)


def earliest_release(scripts: Sequence[ScriptState], regulations: Regulations) -> datetime | None:
    """When what is finished may go out; None while nothing is."""
    ready = [
        script.ready_at
        for script in scripts
        if script.finished and not script.released and script.ready_at is not None
    ]
    if not ready:
        return None
    return release_moment(regulations.terms, max(ready), regulations.calendar)


def _why(script: ScriptState) -> str:
    count = len(script.missing)
    if not count:
        return f"Script {script.code} is not finished: press “Finish this script” on its page."
    missing = "1 thing is" if count == 1 else f"{count} things are"
    return f"Script {script.code} is not finished: {missing} missing."
