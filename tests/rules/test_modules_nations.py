"""Asides on one nation: open for its readers, folded for the others, hidden from nobody."""

import pytest
from markupsafe import Markup

from lms.markdown_html import render
from lms.modules.rules.nations import for_nation, has_nations, nations_of


def aside(title: str, words: str) -> str:
    return f"\n/// aside | {title}\n{words}\n///\n"


TEXT = (
    "Before.\n"
    + aside("In Scotland", "Scots words.\n\n| a | b |\n| - | - |\n| 1 | 2 |")
    + aside("In Northern Ireland", "Irish words.")
    + "\nBetween.\n"
    + aside("In England and Wales", "Both words.")
    + aside("Being checked", "Everybody’s words.")
    + "\nAfter.\n"
)
TITLES = {
    "In Scotland": ("Scotland",),
    "In England and Wales": ("England", "Wales"),
    "In England, Wales and Scotland": ("England", "Wales", "Scotland"),
    " In Wales ": ("Wales",),
    "In your nation": (),
    "Being checked": (),
    "In England: a case": (),
    "Great Britain, and Northern Ireland": (),
    "Scotland": (),
    "": (),
}


@pytest.mark.parametrize(("title", "nations"), TITLES.items())
def test_the_title_alone_decides(title: str, nations: tuple[str, ...]) -> None:
    assert nations_of(title) == nations


def html() -> Markup:
    return render(TEXT).html


def folded(text: str) -> list[str]:
    return [
        part.split("</details>")[0] for part in text.split('<details class="other-nations">')[1:]
    ]


def test_one_nation_stands_open_and_the_others_are_folded() -> None:
    shown = for_nation(html(), "scotland")
    first, second = folded(shown)
    assert "Other nations: Northern Ireland" in first
    assert "Irish words." in first
    assert "Other nations: England, Wales" in second
    assert "Both words." in second
    assert "Scots words." not in first + second
    assert "Everybody’s words." not in first + second


def test_neighbours_are_folded_together() -> None:
    first = folded(for_nation(html(), "wales"))
    assert len(first) == 1
    assert "Other nations: Scotland, Northern Ireland" in first[0]
    assert "<table>" in first[0]  # divs inside an aside end where they end
    assert "Between." not in first[0]


@pytest.mark.parametrize("nation", ["england", "scotland", "wales", "northern-ireland"])
def test_nothing_is_lost_and_the_order_is_kept(nation: str) -> None:
    shown = for_nation(html(), nation)
    words = ["Before.", "Scots", "Irish", "Between.", "Both", "Everybody", "After."]
    places = [shown.index(word) for word in words]
    assert places == sorted(places)
    assert shown.count("<div") == shown.count("</div")
    assert shown.count("<details") == shown.count("</details")


def test_all_nations_and_texts_without_any_are_left_alone() -> None:
    plain = render("Only words.").html
    assert for_nation(html(), "all") == html()
    assert for_nation(html(), "atlantis") == html()
    assert for_nation(plain, "wales") is plain
    assert has_nations(html())
    assert not has_nations(plain)
    assert not has_nations(render(aside("In your nation", "x")).html)
