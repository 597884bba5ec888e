"""Markdown of content becomes safe HTML; people's own words never become markup."""

import pytest

from lms.markdown_html import in_a_longer_page, inline, learner_text, render


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a link](javascript:alert(1))",
        '<a href="https://example.org" onclick="alert(1)">x</a>',
        '<p style="color:red">x</p>',
        '<iframe src="https://example.org"></iframe>',
        '<svg onload="alert(1)"></svg>',
        "![x](data:text/html;base64,PHNjcmlwdD4=)",
        "<form action=/sign-out><button>x</button></form>",
    ],
)
def test_nothing_that_runs_or_styles_is_left(written: str) -> None:
    html = str(render(written).html)
    for part in ("<script", "onerror", "onclick", "onload", "javascript:", "style=", "<iframe"):
        assert part not in html
    assert "data:" not in html
    assert "<form" not in html


def test_citations_are_numbered_by_first_use_and_lead_both_ways() -> None:
    rendered = render("One [@A-007; C-012]. Again [@A-007].")
    assert rendered.citations == ("A-007", "C-012")
    html = str(rendered.html)
    assert html.count('href="#source-1"') == 2
    assert html.count('id="source-ref-1"') == 1
    assert '<a aria-label="Source 2" href="#source-2" id="source-ref-2">2</a>' in html


def test_citations_in_a_block_are_numbered_in_reading_order() -> None:
    rendered = render(
        "/// case | Amara\nOne [@B-001].\n///\n\nTwo [@A-007].\n\n> Three [@C-012].\n"
    )
    assert rendered.citations == ("B-001", "A-007", "C-012")


def test_blocks_of_the_house() -> None:
    rendered = render(
        "/// aside | In Scotland\nOther law.\n///\n\n"
        "/// quote | Amara, who is invented\nI kept the sums.\n///\n\n"
        "/// pause | Four minutes.\n    skip: what-helps\n///\n\n"
        "## What helps\n\n"
        "/// figure | Two lines\n![Lines](lines.svg)\n///\n"
    )
    html = str(rendered.html)
    assert 'class="aside-note" role="note"' in html
    assert "<figcaption>Amara, who is invented</figcaption>" in html
    assert '<a href="#what-helps">Skip to “What helps”</a>' in html
    assert '<a href="#after-pause-1">Carry on</a>' in html
    assert 'id="after-pause-1"' in html
    assert "<figcaption>Two lines</figcaption>" in html
    assert [(pause.text, pause.skip) for pause in rendered.pauses] == [
        ("Four minutes.", "what-helps")
    ]
    assert rendered.images[0].alt == "Lines"


def test_the_empty_corner_of_a_table_heads_nothing() -> None:
    html = render("|  | Scotland |\n| --- | --- |\n| Who | Ministers |\n").html
    assert "<td></td>" in html.replace("\n", "")
    assert '<th scope="col">Scotland</th>' in html


def test_tables_have_scopes_and_can_be_scrolled_by_keys() -> None:
    html = str(render("| a | b |\n|---|---|\n| 1 | 2 |\n").html)
    assert '<th scope="col">a</th>' in html
    assert 'class="table-wrap" tabindex="0"' in html


def test_definition_lists_and_footnotes_stay() -> None:
    html = str(render("Term\n:   What it means\n\nText.[^1]\n\n[^1]: A note.\n").html)
    assert "<dt>Term</dt>" in html
    assert 'class="footnote-ref"' in html


def test_other_sites_open_in_a_new_tab_and_say_so() -> None:
    html = str(render("[Law](https://example.org/law)").html)
    assert 'target="_blank"' in html
    assert "noopener" in html
    assert "(opens in a new tab)" in html


def test_a_block_nobody_knows_is_reported() -> None:
    assert render("/// nonsense | x\ntext\n///\n").leftovers[0] == "/// nonsense | x"


def test_in_a_longer_page_ids_are_unique_and_headings_go_down() -> None:
    html = str(in_a_longer_page(render("## Here\n\n[back](#here)").html, "first"))
    assert '<h3 id="first-here">Here</h3>' in html
    assert 'href="#first-here"' in html


def test_one_line_has_no_paragraph_round_it() -> None:
    assert inline("We *would* begin") == "We <em>would</em> begin"


@pytest.mark.parametrize(
    "written",
    [
        "We would begin here too. Ask.",
        "“A plan”, in 3 parts: who, what – and when?",
        "45 days (at least)",
        "999",
        "1. not a list",
        "- not a list either",
        "a_b_c and 2 * 3",
        "a < b & c",
        "see https://example.org/x",
    ],
)
def test_a_line_without_markup_reads_as_it_was_written(written: str) -> None:
    shown = inline(written).striptags()
    assert shown == written.removeprefix("1. ").removeprefix("- ")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("one\r\ntwo", "<p>one<br>two</p>"),
        ("one\n\n\n two", "<p>one</p>\n<p> two</p>"),
        ("**not bold** & so", "<p>**not bold** &amp; so</p>"),
        ("\"quoted\" 'too'", "<p>&#34;quoted&#34; &#39;too&#39;</p>"),
        ("   ", ""),
    ],
)
def test_own_words_are_escaped_in_paragraphs(typed: str, shown: str) -> None:
    assert learner_text(typed) == shown
