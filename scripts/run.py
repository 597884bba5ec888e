"""`make run`: the whole product on this machine, with demo people and a practice VLE.

Keeps everything in `var/demo/`; safe to stop (Ctrl-C) and to run again. Starts three children: the
server, the worker and the practice VLE; when one ends, so do the others.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "var" / "demo"
BIN = Path(sys.executable).parent
TOOL_PORT, VLE_PORT = 5000, 5001
TOOL = f"http://127.0.0.1:{TOOL_PORT}"
VLE = f"http://localhost:{VLE_PORT}"


def _secret_key() -> str:
    path = HERE / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


def _environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return {
        **ours,
        "LMS_DEMO": "1",
        "LMS_SECRET_KEY": _secret_key(),
        "LMS_PUBLIC_URL": TOOL,
        "LMS_DATABASE_URL": os.environ.get("LMS_DATABASE_URL", f"sqlite:///{HERE / 'lms.sqlite3'}"),
        "LMS_UPLOADS": str(HERE / "uploads"),
        "LMS_QUEUE": str(HERE / "queue.sqlite3"),
        "LMS_SMTP_URL": f"file://{HERE / 'mail'}",
        "PYTHONUNBUFFERED": "1",
    }


def _refuse_if_taken(port: int, what: str) -> None:
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            sys.exit(
                f"Port {port} is in use, so {what} cannot start. Is `make run` running already?"
            )


def _wait_until_served(port: int, child: subprocess.Popen[bytes], what: str) -> None:
    for _ in range(300):
        if child.poll() is not None:
            sys.exit(f"{what} did not start; its last words are above.")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit(f"{what} did not answer within 30 seconds.")


def _commands() -> dict[str, list[str]]:
    flask = [str(BIN / "flask"), "--app", "wsgi"]
    serve = [str(BIN / "gunicorn"), "wsgi:app", "--bind", f"127.0.0.1:{TOOL_PORT}"]
    practice = [sys.executable, "-m", "practice_vle", "--port", str(VLE_PORT), "--tool", TOOL]
    practice += ["--state", str(HERE / "practice-vle"), "--mail-folder", str(HERE / "mail")]
    return {
        "the server": [*serve, "--workers", "2", "--threads", "4", "--log-level", "warning"],
        "the worker": [*flask, "worker"],
        "the practice VLE": practice,
    }


def _stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for what, child in children.items():
        if child.poll() is None:  # SIGINT lets the worker finish what it has in hand
            child.send_signal(signal.SIGINT if what == "the worker" else signal.SIGTERM)
    for child in children.values():
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()


def main() -> None:
    """Prepare, start, print who can do what, and wait."""
    os.chdir(ROOT)
    HERE.mkdir(parents=True, exist_ok=True)
    _refuse_if_taken(TOOL_PORT, "the server")
    _refuse_if_taken(VLE_PORT, "the practice VLE")
    env = _environment()
    flask = [str(BIN / "flask"), "--app", "wsgi"]
    subprocess.run([*flask, "db", "upgrade"], env=env, check=True)
    loaded = subprocess.run([*flask, "demo", "load"], env=env, check=True, stdout=subprocess.PIPE)
    children: dict[str, subprocess.Popen[bytes]] = {}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        for what, command in _commands().items():
            children[what] = subprocess.Popen(command, env=env, start_new_session=True)
        _wait_until_served(TOOL_PORT, children["the server"], "The server")
        _wait_until_served(VLE_PORT, children["the practice VLE"], "The practice VLE")
        sys.stdout.write(loaded.stdout.decode() + "\nStop with Ctrl-C. Run again at any time.\n")
        sys.stdout.flush()
        while all(child.poll() is None for child in children.values()):
            time.sleep(0.5)
        ended = [what for what, child in children.items() if child.poll() is not None]
        sys.exit(f"Stopped, because {' and '.join(ended)} ended.")
    except KeyboardInterrupt:
        sys.stdout.write("\nStopping.\n")
    finally:
        _stop(children)


if __name__ == "__main__":
    main()
