"""Files that a crash left in the storage: kept, and then named by no row of the database.

An upload is stored before its row is committed, and deleted after the row is gone; a process killed
in between leaves a file that nobody can come to, and that may hold somebody's words.
"""

import logging
from datetime import datetime, timedelta

from lms.assessments import queries
from lms.storage import PARTS, storage

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)  # time to restore a backup of the database in


def part_due(now: datetime) -> str:
    """Which part of the storage is looked at in this minute: each comes up every four hours."""
    return PARTS[int(now.timestamp() // 60) % len(PARTS)]


def forget_orphans(part: str, *, now: datetime) -> int:
    """Delete what no row names; how many. An empty database is taken for a wrong one."""
    old = storage().old_in(part, now - KEPT)
    if not old or not queries.knows_any_file():
        return 0
    orphans = old - queries.known_files(old)
    for name in orphans:
        storage().delete(name)
    if orphans:
        log.warning("files without a row were deleted: %d", len(orphans))
    return len(orphans)
