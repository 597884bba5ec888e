"""The product and the practice VLE at a time that the test sets: days that cannot be waited for."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.journeys.stack import Product, running_product


@dataclass(frozen=True)
class Clock:
    """What time it is for the product; it runs on from wherever it is set."""

    file: Path

    def set(self, moment: datetime) -> None:
        """It is `moment` (aware) now; a reader sees the old time or the new, never half a file."""
        new = self.file.with_suffix(".new")
        new.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        os.replace(new, self.file)

    def seconds(self) -> float:
        """Now, in seconds since 1970."""
        return time.time() + float(self.file.read_text())


@contextmanager
def product_at(folder: Path, moment: datetime) -> Iterator[tuple[Product, Clock]]:
    """A running product for which it is `moment` when its demo people are loaded."""
    clock = Clock(folder / "clock")
    clock.set(moment)
    with running_product(
        folder, wsgi="tests.journeys.at_a_time", now=clock.seconds, JOURNEY_CLOCK=str(clock.file)
    ) as product:
        yield product, clock
