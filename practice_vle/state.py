"""What the VLE remembers between restarts, in one SQLite file.

Every call opens its own connection, so that it may be used from any thread.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS hint (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, course TEXT NOT NULL, activity TEXT NOT NULL,
    window TEXT NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS token (
    token TEXT PRIMARY KEY, scope TEXT NOT NULL, ends_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS assertion (jti TEXT PRIMARY KEY, ends_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS grade (
    line_item INTEGER NOT NULL, person TEXT NOT NULL, points REAL, comment TEXT NOT NULL,
    scored_at INTEGER, arrived_at REAL NOT NULL, PRIMARY KEY (line_item, person));
CREATE TABLE IF NOT EXISTS score_call (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, course TEXT NOT NULL, line_item INTEGER NOT NULL,
    person TEXT NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tool (
    client_id TEXT PRIMARY KEY, deployment_id TEXT NOT NULL, name TEXT NOT NULL,
    active INTEGER NOT NULL, addresses TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS link_ask (
    key TEXT PRIMARY KEY, course TEXT NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS linked (
    id INTEGER PRIMARY KEY, course TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    url TEXT NOT NULL, target TEXT NOT NULL, maximum INTEGER, resource_id TEXT NOT NULL,
    tag TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS suspended (
    course TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (course, person));
"""


@dataclass(frozen=True)
class Hint:
    """One opening of an activity by one person: what `lti_message_hint` stands for."""

    person: str
    course: str
    activity: str
    window: str


@dataclass(frozen=True)
class Grade:
    """One cell of the gradebook. `points` is None after a score that blanked it."""

    line_item: int
    person: str
    points: float | None
    comment: str
    scored_at: int | None
    arrived_at: float


@dataclass(frozen=True)
class ScoreCall:
    """One call of the score address, taken or refused."""

    at: float
    course: str
    line_item: int
    person: str
    status: int
    reason: str
    body: str


@dataclass(frozen=True)
class Tool:
    """A tool as it was registered; it opens nothing before it is active."""

    client_id: str
    deployment_id: str
    name: str
    active: bool
    login_url: str
    launch_url: str
    redirect_uris: tuple[str, ...]
    jwks_url: str
    scopes: tuple[str, ...] = ()
    custom: tuple[tuple[str, str], ...] = ()


def _tool(row: tuple[str, str, str, int, str]) -> Tool:
    kept = json.loads(row[4])
    lists = {
        "redirect_uris": tuple(kept["redirect_uris"]),
        "scopes": tuple(kept["scopes"]),
        "custom": tuple((name, value) for name, value in kept["custom"]),
    }
    return Tool(row[0], row[1], row[2], bool(row[3]), **{**kept, **lists})


@dataclass(frozen=True)
class Linked:
    """An activity that a trainer added from the tool."""

    title: str
    text: str
    url: str
    target: str
    maximum: int | None
    resource_id: str
    tag: str
    id: int = 0


class State:
    """The VLE's memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(TABLES)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            yield db
        finally:
            db.close()

    def setting(self, name: str, default: str = "") -> str:
        """A kept setting, or `default`."""
        with self._open() as db:
            row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        with self._open() as db:
            db.execute("REPLACE INTO setting VALUES (?, ?)", (name, value))

    def put_tool(self, tool: Tool) -> None:
        """Keep a registered tool, new or changed."""
        kept = asdict(tool)
        row = [kept.pop(name) for name in ("client_id", "deployment_id", "name", "active")]
        with self._open() as db:
            db.execute("REPLACE INTO tool VALUES (?, ?, ?, ?, ?)", (*row, json.dumps(kept)))

    def tools(self) -> list[Tool]:
        """Every registered tool, the oldest first."""
        with self._open() as db:
            rows = db.execute("SELECT * FROM tool ORDER BY rowid").fetchall()
        return [_tool(row) for row in rows]

    def add_hint(self, id_: str, hint: Hint) -> None:
        """Remember that somebody opened an activity."""
        row = (id_, hint.person, hint.course, hint.activity, hint.window)
        with self._open() as db:
            db.execute("INSERT INTO hint VALUES (?, ?, ?, ?, ?, 0)", row)

    def use_hint(self, id_: str) -> Hint | None:
        """The opening behind a hint, once; None for one that is unknown or was used."""
        with self._open() as db:
            row = db.execute(
                """UPDATE hint SET used = 1 WHERE id = ? AND used = 0
                RETURNING person, course, activity, window""",
                (id_,),
            ).fetchone()
        return Hint(*row) if row else None

    def add_token(self, token: str, scope: str, ends_at: float) -> None:
        """Remember an access token."""
        with self._open() as db:
            db.execute("INSERT INTO token VALUES (?, ?, ?)", (token, scope, ends_at))

    def scope_of(self, token: str, now: float) -> str | None:
        """What a token allows; None when it is unknown or has ended."""
        with self._open() as db:
            row = db.execute(
                "SELECT scope FROM token WHERE token = ? AND ends_at > ?", (token, now)
            ).fetchone()
        return str(row[0]) if row else None

    def forget_tokens(self) -> None:
        """End every access token at once, as a restarted service may."""
        with self._open() as db:
            db.execute("DELETE FROM token")

    def is_new_assertion(self, jti: str, ends_at: float, now: float) -> bool:
        """Keep a client assertion's id; False when it came before."""
        with self._open() as db:
            db.execute("DELETE FROM assertion WHERE ends_at < ?", (now,))
            done = db.execute("INSERT OR IGNORE INTO assertion VALUES (?, ?)", (jti, ends_at))
            return done.rowcount == 1

    def put_grade(self, grade: Grade) -> bool:
        """Keep a grade unless its time is not later than the kept one's; say whether it was kept.

        A blanked grade has no time, so anything may follow it, whatever its own time is.
        """
        row = (
            grade.line_item,
            grade.person,
            grade.points,
            grade.comment,
            grade.scored_at if grade.points is not None else None,
            grade.arrived_at,
        )
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            kept = db.execute(
                "SELECT scored_at FROM grade WHERE line_item = ? AND person = ?",
                (grade.line_item, grade.person),
            ).fetchone()
            fresh = not kept or kept[0] is None or (grade.scored_at or 0) > kept[0]
            if fresh:
                db.execute("REPLACE INTO grade VALUES (?, ?, ?, ?, ?, ?)", row)
            db.execute("COMMIT")
        return fresh

    def grades(self, line_item: int) -> dict[str, Grade]:
        """The column's grades by person."""
        with self._open() as db:
            rows = db.execute(
                "SELECT * FROM grade WHERE line_item = ? ORDER BY person", (line_item,)
            ).fetchall()
        return {row[1]: Grade(*row) for row in rows}

    def add_call(self, call: ScoreCall) -> None:
        """Add to the log of score calls."""
        row = (call.at, call.course, call.line_item, call.person)
        row_end = (call.status, call.reason, call.body)
        with self._open() as db:
            db.execute(
                "INSERT INTO score_call (at, course, line_item, person, status, reason, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row + row_end,
            )

    def calls(self, course: str) -> list[ScoreCall]:
        """The log of one course, newest first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT at, course, line_item, person, status, reason, body FROM score_call"
                " WHERE course = ? ORDER BY id DESC LIMIT 100",
                (course,),
            ).fetchall()
        return [ScoreCall(*row) for row in rows]

    def ask_for_links(self, key: str, course: str) -> None:
        """Remember that somebody asked the tool for activities."""
        with self._open() as db:
            db.execute("INSERT INTO link_ask VALUES (?, ?, 0)", (key, course))

    def use_link_ask(self, key: str) -> str | None:
        """The course behind a return address, once."""
        with self._open() as db:
            row = db.execute(
                "UPDATE link_ask SET used = 1 WHERE key = ? AND used = 0 RETURNING course", (key,)
            ).fetchone()
        return str(row[0]) if row else None

    def add_linked(self, course: str, items: list[Linked]) -> None:
        """Keep what came back from the tool as activities of the course."""
        rows = [
            (course, i.title, i.text, i.url, i.target, i.maximum, i.resource_id, i.tag)
            for i in items
        ]
        with self._open() as db:
            db.executemany(
                "INSERT INTO linked (course, title, text, url, target, maximum, resource_id, tag)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def linked(self, course: str) -> list[Linked]:
        """The activities that were added to a course."""
        with self._open() as db:
            rows = db.execute(
                "SELECT title, text, url, target, maximum, resource_id, tag, id FROM linked"
                " WHERE course = ? ORDER BY id",
                (course,),
            ).fetchall()
        return [Linked(*row) for row in rows]

    def suspend(self, course: str, person: str, *, suspended: bool) -> None:
        """Suspend somebody's enrolment, or end that."""
        told = "INSERT OR IGNORE INTO suspended VALUES (?, ?)"
        ended = "DELETE FROM suspended WHERE course = ? AND person = ?"
        with self._open() as db:
            db.execute(told if suspended else ended, (course, person))

    def suspended(self, course: str) -> frozenset[str]:
        """Whose enrolment in a course is suspended."""
        with self._open() as db:
            rows = db.execute("SELECT person FROM suspended WHERE course = ?", (course,)).fetchall()
        return frozenset(str(row[0]) for row in rows)
