"""The whole product as processes of its own, beside a practice VLE in this process.

with running_product(tmp_path) as product:
    product.tool            # http://127.0.0.1:…
    product.vle.grade(…)
    product.kill_server(); product.start_server()
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

from lms.config import ROOT
from practice_vle.running import RunningVle, running_vle

BIN = Path(sys.executable).parent
SECRET = "journeys-only-0123456789-abcdefghijklmnop"


def free_port() -> int:
    """A port that was free a moment ago."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Product:
    """A running product; every process has a group of its own, so that it can be killed whole."""

    tool: str
    folder: Path
    env: dict[str, str]
    vle: RunningVle
    demo: str = ""
    wsgi: str = "wsgi"
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def flask(self, *words: str) -> str:
        """Run a command and return what it printed."""
        done = subprocess.run(
            [str(BIN / "flask"), "--app", self.wsgi, *words],
            cwd=ROOT,
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def _start(self, what: str, *command: str) -> None:
        with (self.folder / f"{what}.log").open("ab") as log:
            self.children[what] = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def start_server(self) -> None:
        """Start the server and wait until it answers."""
        address = self.tool.removeprefix("http://")
        serve = ["--bind", address, "--workers", "2", "--threads", "4", "--log-level", "warning"]
        self._start("server", str(BIN / "gunicorn"), f"{self.wsgi}:app", *serve)
        wait_until(self._answers, "the server", seconds=90)

    def _answers(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.tool}/healthz", timeout=2).ok
        return False

    def start_worker(self) -> None:
        """Start the worker; it runs whatever is due as soon as it is up, and once a minute."""
        self._start("worker", str(BIN / "flask"), "--app", self.wsgi, "worker")

    def kill(self, what: str) -> None:
        """kill -9 a process and all its children, wherever they are in their work."""
        child = self.children.pop(what)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def log(self, what: str) -> str:
        """What a process wrote."""
        return (self.folder / f"{what}.log").read_text()


def wait_until(happened: Callable[[], object], what: str, *, seconds: float = 30) -> None:
    """Wait for something to become true, or fail saying what did not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds:.0f} s")


@contextmanager
def running_product(
    folder: Path, *, wsgi: str = "wsgi", now: Callable[[], float] = time.time, **more: str
) -> Iterator[Product]:
    """Everything `make run` starts, on free ports, with the demo people, in `folder`.

    `wsgi` is the module that holds the app, and `now` the practice VLE's clock (`times.py` moves
    both); `more` are further settings, by their full names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tool = f"http://127.0.0.1:{free_port()}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    env = {
        **kept,
        "LMS_DEMO": "1",
        "LMS_SECRET_KEY": SECRET,
        "LMS_PUBLIC_URL": tool,
        "LMS_DATABASE_URL": f"sqlite:///{folder / 'lms.sqlite3'}",
        "LMS_UPLOADS": str(folder / "uploads"),
        "LMS_QUEUE": str(folder / "queue.sqlite3"),
        "LMS_SMTP_URL": f"file://{folder / 'mail'}",
        **more,
    }
    with running_vle(folder / "vle", tool, mail_folder=folder / "mail", patience=5) as vle:
        vle.platform.now = now
        product = Product(tool, folder, env, vle, wsgi=wsgi)
        try:
            product.flask("db", "upgrade")
            product.demo = product.flask("demo", "load", "--vle", vle.base_url)
            product.start_server()
            product.start_worker()
            yield product
        finally:
            for what in list(product.children):
                product.kill(what)
