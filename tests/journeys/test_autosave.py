"""No typed word is lost: `js/autosave.js` against a server that fails, and against two windows."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
SCRIPTS = Path(__file__).parents[2] / "lms" / "web" / "static" / "js"
PAGE = """<!doctype html><title>Draft</title>
<main><form id="draft" method="post" data-autosave="/save" data-autosave-version="{version}">
<span data-saved-badge data-icons="/icons.svg"></span>
<label for="words">Words</label><textarea id="words" name="words">{words}</textarea>
<button>Hand in</button></form>
<a href="/elsewhere" data-leave>Leave</a></main>
<script type="module" src="/autosave.js"></script><script type="module" src="/leave.js"></script>"""


class Desk(ThreadingHTTPServer):
    """A draft on a server: its words, its version, and whether it answers just now."""

    words = ""
    version = 1
    broken = False
    handed_in = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Desk

    def do_GET(self) -> None:
        script = SCRIPTS / Path(self.path).name
        if script.suffix == ".js":
            self._answer(200, script.read_text(encoding="utf-8"), "text/javascript")
        elif self.path == "/elsewhere":
            self._answer(200, "<title>Elsewhere</title><main>Elsewhere</main>", "text/html")
        else:
            page = PAGE.format(version=self.server.version, words=self.server.words)
            self._answer(200, page, "text/html")

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        desk = self.server
        if self.path != "/save":
            desk.handed_in = sent["words"][0]
            self._answer(200, "<title>Handed in</title><main>Handed in</main>", "text/html")
        elif desk.broken:
            self._answer(503, json.dumps({"message": "We cannot reach our records."}))
        elif sent["version"] != [str(desk.version)]:
            self._answer(409, json.dumps({"message": "This was saved in another window."}))
        else:
            desk.version += 1
            desk.words = sent.get("words", [""])[0]
            self._answer(200, json.dumps({"saved_at": "14:32", "version": desk.version}))

    def _answer(self, status: int, body: str, kind: str = "application/json") -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a test's output is its own."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def page(chromium: Browser, desk: Desk) -> Iterator[Page]:
    with chromium.new_context() as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(desk.url)
        yield page


def _type(page: Page, words: str) -> None:
    page.locator("#words").press("Control+End")
    page.locator("#words").press_sequentially(words)


def _badge(page: Page, words: str) -> None:
    expect(page.locator("[data-saved-badge]")).to_contain_text(words, timeout=10_000)


def _kept(page: Page) -> int:
    return int(page.evaluate("Object.keys(sessionStorage).length"))


def test_words_are_saved_without_a_button(page: Page, desk: Desk) -> None:
    _type(page, "I kept the sums.")
    _badge(page, "Saved 14:32")
    assert (desk.words, _kept(page)) == ("I kept the sums.", 0)


def test_words_survive_a_server_that_fails_and_a_reload(page: Page, desk: Desk) -> None:
    desk.broken = True
    _type(page, "I kept the sums.")
    _badge(page, "Your words are kept on this device.")
    page.reload()
    expect(page.locator("#words")).to_have_value("I kept the sums.")
    desk.broken = False
    _badge(page, "Saved 14:32")
    assert desk.words == "I kept the sums."


def test_the_later_of_two_windows_is_told_and_loses_nothing(page: Page, desk: Desk) -> None:
    other = page.context.new_page()
    other.goto(desk.url)
    _type(other, "From the other window.")
    _badge(other, "Saved 14:32")
    _type(page, "From the first window, which is later.")
    _badge(page, "This was saved in another window.")
    assert desk.words == "From the other window."
    page.get_by_role("button", name="Open the latest").click()
    expect(page.locator("#words")).to_have_value("From the other window.")
    expect(page.get_by_label("Your unsaved words")).to_have_value(
        "From the first window, which is later."
    )
    page.get_by_role("button", name="Use these words").click()
    _badge(page, "Saved 14:32")
    assert desk.words == "From the first window, which is later."


def test_words_typed_just_before_leaving_are_sent(page: Page, desk: Desk) -> None:
    _type(page, "The last words.")
    page.get_by_role("link", name="Leave").click()
    expect(page).to_have_title("Elsewhere")
    page.goto(desk.url)
    expect(page.locator("#words")).to_have_value("The last words.")
    assert desk.words == "The last words."


def test_leaving_quickly_never_asks_and_takes_the_pages_place(page: Page, desk: Desk) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.goto(f"{desk.url}/elsewhere?before")
    page.goto(desk.url)
    desk.broken = True
    _type(page, "Not saved.")
    _badge(page, "Not saved")
    page.get_by_role("link", name="Leave").click()
    expect(page).to_have_title("Elsewhere")
    page.go_back()
    assert (asked, page.url) == ([], f"{desk.url}/elsewhere?before")


def test_what_was_handed_in_is_not_kept_in_the_tab(page: Page, desk: Desk) -> None:
    _type(page, "All of it.")
    page.get_by_role("button", name="Hand in").click()
    expect(page).to_have_title("Handed in")
    page.goto(desk.url)
    assert (desk.handed_in, _kept(page)) == ("All of it.", 0)
