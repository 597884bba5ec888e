"""Runs the practice VLE: python -m practice_vle --port 5001 --state var/practice-vle --tool URL."""

import argparse
import signal
import sys
from pathlib import Path

from werkzeug.serving import make_server

from practice_vle.app import create_vle
from practice_vle.running import QuietHandler


def main() -> None:
    """Serve on loopback until stopped."""
    parser = argparse.ArgumentParser(prog="practice_vle", description=__doc__)
    parser.add_argument("--port", type=int, default=5001)
    parser.add_argument("--state", type=Path, default=Path("var/practice-vle"))
    parser.add_argument("--tool", default="http://127.0.0.1:5000")
    parser.add_argument("--mail-folder", type=Path)
    given = parser.parse_args()
    app = create_vle(
        given.state,
        given.tool,
        f"http://localhost:{given.port}",  # another site than 127.0.0.1, as a real VLE is
        mail_folder=given.mail_folder,
    )
    server = make_server("127.0.0.1", given.port, app, threaded=True, request_handler=QuietHandler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
