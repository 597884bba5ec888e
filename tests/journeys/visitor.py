"""A person at a browser, who looks at each page with axe, keeps pictures, and reports faults.

Screenshots are left in `var/screenshots/` for people to look at.
"""

import re
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page

from lms.config import ROOT

SHOTS = ROOT / "var" / "screenshots"
WIDTHS = (1280, 390)


class Visitor:
    """One person in one browser profile of their own."""

    def __init__(self, browser: Browser, name: str, **context: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **context)
        self.context.set_default_timeout(15_000)
        self.name = name
        self.faults: list[str] = []
        self.page = self.new_page()
        self._count = 0

    def new_page(self) -> Page:
        """Another tab, watched for faults of scripts and of the content policy."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                self.faults.append(f"{page.url}: {said.text}")
                if said.type == "error" and "status of" not in said.text
                else None
            ),
        )
        return page

    def look(self, what: str, place: Page | Frame | None = None) -> None:
        """Check the page with axe, and keep pictures of it at both widths."""
        place = place or self.page
        page = place.page if isinstance(place, Frame) else place
        found = Axe().run(place).response["violations"]
        assert not found, f"{self.name}, {what}: {_told(found)}"
        self._count += 1
        SHOTS.mkdir(parents=True, exist_ok=True)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            place.evaluate("scrollTo(0, 0)")  # or what sticks to the top stands in the middle
            assert not _scrolls_sideways(place), f"{self.name}, {what}: wider than {width} px"
            slug = re.sub(r"\W+", "-", f"{self.name}-{self._count:02}-{what}").lower()
            page.screenshot(path=str(Path(SHOTS) / f"{slug}-{width}.png"), full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})

    def go(self, address: str) -> None:
        """Open an address."""
        self.page.goto(address)

    def press(self, text: str, place: Page | Frame | None = None) -> None:
        """Press the button that says `text`."""
        (place or self.page).get_by_role("button", name=text, exact=True).first.click()

    def done(self) -> None:
        """Leave; nothing may have gone wrong in the browser meanwhile."""
        self.context.close()
        assert not self.faults, self.faults


def _scrolls_sideways(place: Page | Frame) -> bool:
    wider: bool = place.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    )
    return wider


def _told(violations: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{v['id']}: {v['help']} at {[node['target'] for node in v['nodes'][:3]]}"
        for v in violations
    )
