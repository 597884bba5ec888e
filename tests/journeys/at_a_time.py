"""The product by a clock that a test moves: `wsgi.app`, so many seconds ahead of the machine.

The file that `JOURNEY_CLOCK` names holds the seconds. Nothing else of the product is changed: one
module reads the time (`lms/clock.py`), and the practice VLE is told the same time.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lms import clock


def ahead(file: Path) -> float:
    """Seconds ahead of the machine's clock."""
    return float(file.read_text())


def _now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=ahead(Path(os.environ["JOURNEY_CLOCK"])))


clock.now = _now

from wsgi import app  # noqa: E402  the app is made by the moved clock

__all__ = ["app"]
