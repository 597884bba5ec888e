"""What stands in the way of releasing the results of an assessment to a cohort."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ScriptState:
    """One script, as far as a release asks."""

    code: str
    finished: bool
    released: bool
    missing: tuple[str, ...] = ()  # from marking.finish_blocks


def release_blocks(scripts: Sequence[ScriptState]) -> tuple[str, ...]:
    """Every reason not to release yet. Work that nobody handed in does not hold up the others."""
    waiting = [script for script in scripts if not script.released]
    if not scripts:
        return ("Nobody in this cohort has handed in yet.",)
    if not waiting:
        return ("Everything handed in so far has been released.",)
    return tuple(_why(script) for script in waiting if not script.finished)


def _why(script: ScriptState) -> str:
    count = len(script.missing)
    if not count:
        return f"Script {script.code} is not finished: press “Finish this script” on its page."
    missing = "1 thing is" if count == 1 else f"{count} things are"
    return f"Script {script.code} is not finished: {missing} missing."
