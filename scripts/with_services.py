"""Run a command beside a PostgreSQL 15 and a Redis of its own, on loopback, in a scratch folder.

    scripts/with_services.py COMMAND …      sets LMS_TEST_DATABASE_URL and LMS_TEST_REDIS_URL for it

Uses Debian's binaries; nothing of the machine's own services is touched. PostgreSQL refuses to run
as root, so as root the server is run as the `postgres` user that its package made.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

POSTGRES = Path("/usr/lib/postgresql/15/bin")


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, name: str) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    sys.exit(f"{name} did not start")


def _as_postgres(*command: str) -> list[str]:
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL cluster; yields the address of an empty database."""
    data, port = folder / "data", free_port()
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        shutil.chown(data, "postgres")
    make = [str(POSTGRES / "initdb"), "-D", str(data), "-U", "lms", "-A", "trust", "-E", "UTF8"]
    subprocess.run(_as_postgres(*make), check=True, stdout=subprocess.DEVNULL)
    serve = [str(POSTGRES / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder)]
    serve += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "log_min_messages=fatal"]
    server = subprocess.Popen(_as_postgres(*serve), stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, "PostgreSQL")
        time.sleep(0.5)
        psql = ["psql", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "lms", "-d", "postgres"]
        subprocess.run([*psql, "-c", "CREATE DATABASE lms_test"], check=True)
        yield f"postgresql+psycopg://lms@127.0.0.1:{port}/lms_test"
    finally:
        server.terminate()
        server.wait(20)


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis server that keeps nothing; yields its address."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen([*command, "--dir", str(folder)], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, "Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(20)


def main(command: list[str]) -> int:
    """Run the command beside both; its exit code is ours."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lms-services-")))
        folder.chmod(0o755)
        (folder / "redis").mkdir()
        (folder / "postgres").mkdir()
        database_url = stack.enter_context(postgres(folder / "postgres"))
        redis_url = stack.enter_context(redis(folder / "redis"))
        env = {
            **os.environ,
            "LMS_TEST_DATABASE_URL": database_url,
            "LMS_TEST_REDIS_URL": redis_url,
        }
        return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
