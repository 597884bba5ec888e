"""`make bench`: each page in turn, with hello rounds between, on each database at each size."""

import json
import os
import platform
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.load import Round, Server, measure, serving
from bench.visits import HELLO, NotAsItShould, Plan
from scripts.with_services import free_port, postgres

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "bench.md"
SIZES = (24, 10_000)
ROUNDS, PAGE_SECONDS, HELLO_SECONDS, WARM_UP_SECONDS = 3, 3.0, 1.5, 1.0
PREPARING = 300  # seconds, at most


@dataclass
class Found:
    """What the rounds of one page found; `hellos` are the rounds just before each of them."""

    database: str
    learners: int
    name: str
    statements: int
    rounds: list[Round] = field(default_factory=list)
    hellos: list[Round] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """The CPU time of a visit in hellos."""
        pairs = zip(self.rounds, self.hellos, strict=True)
        return [page.cpu_ms / hello.cpu_ms for page, hello in pairs]


def _environ(folder: Path, database_url: str, port: int) -> dict[str, str]:
    """The settings of a server in production, but on loopback."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return ours | {
        "LMS_DATABASE_URL": database_url,
        "LMS_SECRET_KEY": secrets.token_hex(32),
        "LMS_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LMS_UPLOADS": str(folder / "uploads"),
        "LMS_QUEUE": str(folder / "queue.sqlite3"),
    }


def _prepare(folder: Path, environ: dict[str, str], learners: int) -> Plan:
    plan = folder / "plan.json"
    command = [sys.executable, "-m", "bench.prepare", str(learners), str(plan)]
    said = subprocess.run(
        command, env=environ, cwd=ROOT, timeout=PREPARING, capture_output=True, check=False
    )
    if said.returncode:
        sys.exit(f"the database could not be prepared:\n{said.stderr.decode()[-3000:]}")
    return Plan.read(json.loads(plan.read_text()))


@contextmanager
def _database(name: str, folder: Path) -> Iterator[tuple[str, int | None]]:
    """An empty database: its address, and its process where it is one of its own."""
    if name == "SQLite":
        yield f"sqlite:///{folder / 'lms.sqlite3'}", None
        return
    (folder / "postgres").mkdir()
    with postgres(folder / "postgres") as url:
        pid_file = folder / "postgres" / "data" / "postmaster.pid"
        yield url, int(pid_file.read_text().split()[0])


def _setting(name: str, learners: int) -> list[Found]:
    """Everything on one database at one size."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lms-bench-")))
        folder.chmod(0o755)  # PostgreSQL runs as a user of its own
        url, database_pid = stack.enter_context(_database(name, folder))
        port, log = free_port(), folder / "server.log"
        environ = _environ(folder, url, port)
        began = time.monotonic()
        plan = _prepare(folder, environ, learners)
        _say(f"{name}, {learners:,} learners: prepared in {time.monotonic() - began:.0f} s")
        ours = stack.enter_context(
            serving("wsgi:app", environ, log, port=port, database_pid=database_pid)
        )
        unit = stack.enter_context(serving("bench.hello:app", environ, log, port=free_port()))
        try:
            return _rounds(plan, ours, unit, name, learners)
        except (NotAsItShould, OSError) as fault:
            sys.exit(f"{fault}\n{log.read_text()[-3000:]}")


def _rounds(plan: Plan, ours: Server, unit: Server, name: str, learners: int) -> list[Found]:
    measure(unit, HELLO, WARM_UP_SECONDS)
    for visited in plan.visits:
        measure(ours, visited, WARM_UP_SECONDS)
    found = [Found(name, learners, v.name, plan.statements[v.name]) for v in plan.visits]
    for _ in range(ROUNDS):
        for visited, row in zip(plan.visits, found, strict=True):
            row.hellos.append(measure(unit, HELLO, HELLO_SECONDS))
            row.rounds.append(measure(ours, visited, PAGE_SECONDS))
    hellos = [hello for row in found for hello in row.hellos]
    return [Found(name, learners, "hello", 0, hellos, hellos), *found]


def _spread(numbers: Sequence[float], digits: int) -> str:
    low, high = min(numbers), max(numbers)
    return f"{median(numbers):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _line(row: Found) -> str:
    database = median(one.database_cpu_ms for one in row.rounds)
    cells = [
        row.database,
        f"{row.learners:,}",
        row.name,
        _spread([one.per_second for one in row.rounds], 0),
        _spread([one.cpu_ms for one in row.rounds], 2),
        "1" if row.name == HELLO.name else _spread(row.ratios, 1),
        f"{database:.2f}" if database else "–",
        str(row.statements),
    ]
    return f"| {' | '.join(cells)} |"


def _table(rows: Sequence[Found], load: float) -> str:
    named = [f"{one} {version(one)}" for one in ("flask", "gunicorn", "sqlalchemy", "psycopg")]
    versions = ", ".join([f"Python {platform.python_version()}", *named])
    heads = ["Database", "Learners", "Page", "Visits/s", "CPU ms", "× hello", "PostgreSQL CPU ms"]
    lines = [
        f"{os.cpu_count()} processors, load {load:.1f} at the start; {versions}.",
        f"Gunicorn, 1 process, 4 threads; 4 connections; {ROUNDS} rounds of {PAGE_SECONDS:.0f} s.",
        "Median (lowest–highest). CPU ms: the server's, for each visit; a launch is two requests.",
        "× hello: in CPU time of a hello answered just before. SQL: statements of one visit.",
        "",
        f"| {' | '.join([*heads, 'SQL'])} |",
        "|---|--:|---|--:|--:|--:|--:|--:|",
        *map(_line, rows),
    ]
    return "\n".join(lines) + "\n"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Measure everything, print the table, keep it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that servers are stopped
    load, began = os.getloadavg()[0], time.monotonic()
    rows = [
        row for name in ("SQLite", "PostgreSQL") for size in SIZES for row in _setting(name, size)
    ]
    table = _table(rows, load)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(table)
    print(table, end="")
    _say(f"{time.monotonic() - began:.0f} s; the table is in var/bench.md")


if __name__ == "__main__":
    main()
