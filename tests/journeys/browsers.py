"""Chromium as people set it: what it does with the cookies of a site in another's frame."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext

BLOCK = 2  # Chromium's number for "block" in a content setting


def third_party(*, blocked: bool) -> dict[str, Any]:
    """Third-party cookies blocked, or allowed."""
    return {"block_third_party_cookies": blocked, "cookie_controls_mode": int(blocked)}


def no_cookie_in_frames(tool: str, vle: str) -> dict[str, Any]:
    """No cookie of the tool in the VLE's frames, partitioned or not, as in Safari before 18.4."""
    rule = {f"{tool},{vle}": {"setting": BLOCK}}
    return {"content_settings": {"exceptions": {"cookies": rule}}}


def no_cookie_anywhere(tool: str) -> dict[str, Any]:
    """No cookie of the tool, in a frame or in a tab."""
    return {"content_settings": {"exceptions": {"cookies": {f"{tool},*": {"setting": BLOCK}}}}}


@contextmanager
def chromium_with(chromium: Browser, settings: dict[str, Any]) -> Iterator[BrowserContext]:
    """Another Chromium, with a profile of its own in which these settings were made."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder) / "Default"
        profile.mkdir()
        (profile / "Preferences").write_text(json.dumps({"profile": settings}))
        context = chromium.browser_type.launch_persistent_context(
            folder,
            executable_path="/usr/bin/chromium",
            viewport={"width": 1280, "height": 900},
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-sync"],
        )
        context.set_default_timeout(15_000)
        try:
            yield context
        finally:
            context.close()
