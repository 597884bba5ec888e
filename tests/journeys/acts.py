"""What people of a journey do on the tool's pages, each act in one place.

What a form asks for besides is one line in the act that fills it in.
"""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.visitor import Visitor


def write(page: Page, words: str) -> None:
    """Write the draft on the brief, and see that it is saved."""
    page.locator("form[data-autosave] textarea").fill(words)
    expect(page.locator("[data-saved-badge]").first).to_contain_text("Saved", timeout=20_000)


BY_THE_DATE = "Handed in by the date."


def hand_in(
    who: Visitor,
    page: Page,
    *,
    means: str = BY_THE_DATE,
    meant: str = BY_THE_DATE,
    look: bool = False,
) -> None:
    """Look through the draft and hand it in: what that means is said before and after."""
    who.press("Look through it", page)
    page.wait_for_url(re.compile("/hand-in"))
    expect(fact(page, "If you hand it in now")).to_have_text(means)
    if look:
        who.look("look through it")
    page.locator("#agreed").check()
    who.press("Hand in this draft", page)
    page.wait_for_url(re.compile("/receipts/"))
    expect(on_record(page, "The rule applied")).to_contain_text(meant)
    if look:
        who.look("receipt")


def fact(page: Page, name: str) -> Locator:
    """What stands beside a name in a page's list of facts."""
    term = page.locator("dt").filter(has_text=re.compile(f"^{re.escape(name)}$"))
    return page.locator(".facts > div", has=term).locator("dd")


def on_record(page: Page, name: str) -> Locator:
    """A line of the receipt."""
    return page.locator("tr", has=page.get_by_role("rowheader", name=name, exact=True)).locator(
        "td"
    )


def mark(marker: Visitor, page: Page, queue: str, points: dict[str, int]) -> set[str]:
    """Mark and finish every script that waits; a script is known by a word of its own.

    Returns the words found: nothing else tells the marker whose script it is.
    """
    found = set()
    page.goto(queue)
    waiting = page.locator("main tbody tr", has_not_text=re.compile("Released|Finished"))
    for code in [row.locator("a").first.inner_text() for row in waiting.all()]:
        page.goto(queue)
        page.get_by_role("link", name=code, exact=True).click()
        script = page.locator("#script").inner_text()
        [word] = [one for one in points if f"a {one}" in script]
        found.add(word)
        decide(page, points[word])
        marker.press("Finish this script", page)
        expect(page.locator("body")).to_contain_text(f"{code} is finished")
    return found


def decide(page: Page, points: int) -> None:
    """The same points on every criterion, in their band."""
    band = next(name for name, least in BANDS if points >= least)
    for criterion in page.locator("details.criterion").all():
        if criterion.get_attribute("open") is None:
            criterion.locator("> summary").click()
        criterion.locator("label.band", has_text=band).click()
        criterion.locator("input.short").fill(str(points))
        criterion.locator("textarea").first.fill("Clear, and fair to everyone in it.")
    page.get_by_label(re.compile("^Overall comment")).fill("Clear and kind.")


BANDS = (("Distinction", 70), ("Merit", 60), ("Pass", 50), ("Not yet", 0))


def why(page: Page) -> list[str]:
    """Every step of a mark as its page says it: what, the sum, the clause; times left out."""
    steps = page.locator("ol.events > li:has(> p.small)").all()
    return [" | ".join(one.inner_text().split("\n\n")) for one in steps]
