"""Runs a practice VLE in a thread of this process, for tests.

with running_vle(tmp_path, tool_url) as vle:
    requests.get(f"{vle.base_url}/jwks.json", timeout=5)
    vle.down()                      # token and score addresses answer 503
    vle.up()
    vle.grade("cohort-3", "p-priya")  # the kept Grade, or None
    vle.calls("cohort-3")             # every score call, newest first
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from practice_vle import storage, switches
from practice_vle.app import create_vle
from practice_vle.platform import KeySet, Platform
from practice_vle.state import Grade, ScoreCall
from practice_vle.world import COURSES, line_items_of


class QuietHandler(WSGIRequestHandler):
    """A handler that writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class RunningVle:
    """A practice VLE that answers at `base_url`."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.base_url = platform.base_url

    def up(self) -> None:
        """The services work, without waiting."""
        switches.turn(self.platform, mode=switches.UP, slow=0)

    def down(self) -> None:
        """The services answer 503."""
        switches.turn(self.platform, mode=switches.DOWN)

    def silent(self) -> None:
        """The services do not answer (for `patience` seconds; then 503)."""
        switches.turn(self.platform, mode=switches.SILENT)

    def slow(self, seconds: int) -> None:
        """The services wait before they answer."""
        switches.turn(self.platform, slow=seconds)

    def keep_for_the_tool(self, mode: str) -> None:
        """Offer platform storage in one of the ways of `storage.MODES`, or not (`off`)."""
        storage.turn(self.platform, mode)

    def forget_tokens(self) -> None:
        """Every access token given so far gets a 401 from now on."""
        self.platform.state.forget_tokens()

    def grade(self, course: str, person: str, place: int = 0) -> Grade | None:
        """A person's grade in a course's first (or another) column."""
        item = line_items_of(COURSES[course])[place]
        return self.platform.state.grades(item.number).get(person)

    def calls(self, course: str) -> list[ScoreCall]:
        """The score calls of a course, newest first."""
        return self.platform.state.calls(course)

    def line_item_url(self, course: str, place: int = 0) -> str:
        """The address of a course's first (or another) column."""
        return self.platform.line_item_url(line_items_of(COURSES[course])[place])


@contextmanager
def running_vle(
    state_dir: Path,
    tool_url: str,
    *,
    mail_folder: Path | None = None,
    tool_keys: Callable[[], KeySet] | None = None,
    patience: float = 60.0,
    port: int = 0,
) -> Iterator[RunningVle]:
    """A practice VLE on a free port (or `port`), stopped at the end.

    Its address says `localhost`, so that it is another site than a tool at 127.0.0.1.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        port = listener.getsockname()[1]
        app = create_vle(
            state_dir,
            tool_url,
            f"http://localhost:{port}",
            mail_folder=mail_folder,
            tool_keys=tool_keys,
            patience=patience,
        )
        server = make_server(
            "127.0.0.1",
            port,
            app,
            threaded=True,
            request_handler=QuietHandler,
            fd=listener.fileno(),
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield RunningVle(app.extensions["practice_vle"])
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
