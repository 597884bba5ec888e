"""Servers started and stopped, asked over a few connections, and their CPU time read."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.visits import Answer, Ask, Launch, Page, Visit

CONNECTIONS = 4
PATIENCE = 15.0  # seconds for one answer, for a server's start, for its end
TICKS = os.sysconf("SC_CLK_TCK")
GUNICORN = [str(Path(sys.executable).parent / "gunicorn"), "--workers", "1", "--threads", "4"]


@dataclass(frozen=True)
class Server:
    """A server that runs: where, as which process, and its database's process if it has one."""

    port: int
    pid: int
    database_pid: int | None = None


@dataclass(frozen=True)
class Round:
    """What one round found."""

    per_second: float
    cpu_ms: float  # of the server, for each visit
    database_cpu_ms: float


@contextlib.contextmanager
def serving(
    app: str, environ: Mapping[str, str], log: Path, *, port: int, database_pid: int | None = None
) -> Iterator[Server]:
    """Gunicorn with one process and four threads, on loopback."""
    command = [*GUNICORN, app, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    with log.open("ab") as out:
        child = subprocess.Popen(command, env=dict(environ), stdout=out, stderr=out)
    try:
        _wait_until_served(port, child, log)
        yield Server(port, child.pid, database_pid)
    finally:
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(PATIENCE)


def _wait_until_served(port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    sys.exit(f"a server did not start:\n{log.read_text()}")


def _family(pid: int) -> Iterator[list[str]]:
    """The fields of /proc/…/stat, from the third, of a process and of all that descend from it."""
    stats: dict[int, list[str]] = {}
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            stats[int(path.parent.name)] = fields
            children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    family = [pid]
    for one in family:  # grows as it is walked
        family += children.get(one, [])
    return (stats[one] for one in family if one in stats)


def cpu_seconds(pid: int | None) -> float:
    """User and system time of a process and its children, those that have ended included."""
    if pid is None:
        return 0.0
    return sum(sum(int(ticks) for ticks in fields[11:15]) for fields in _family(pid)) / TICKS


def _asking(connection: http.client.HTTPConnection) -> Ask:
    def ask(method: str, path: str, headers: dict[str, str], body: str | None = None) -> Answer:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read())

    return ask


def _drive(server: Server, browsers: Sequence[Visit], seconds: float) -> tuple[int, float]:
    """Let each browser visit over a connection of its own; how many visits, in what time."""
    ready = threading.Barrier(len(browsers), timeout=PATIENCE)

    def one(visit: Visit) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.connect()
            ask = _asking(connection)
            ready.wait()
            deadline, visits = time.monotonic() + seconds, 0
            while time.monotonic() < deadline:
                visit(ask)
                visits += 1
            return visits

    started = time.monotonic()
    with ThreadPoolExecutor(len(browsers)) as pool:
        visits = sum(pool.map(one, browsers))
    return visits, time.monotonic() - started


def measure(server: Server, visited: Launch | Page, seconds: float) -> Round:
    """One round."""
    browsers = [visited.browser(number) for number in range(CONNECTIONS)]
    before = cpu_seconds(server.pid), cpu_seconds(server.database_pid)
    visits, took = _drive(server, browsers, seconds)
    after = cpu_seconds(server.pid), cpu_seconds(server.database_pid)
    used, database_used = (1000 * (b - a) / visits for a, b in zip(before, after, strict=True))
    return Round(visits / took, used, database_used)
