"""Which words count, and what is said of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.rules.counting import (
    Block,
    LeftOut,
    Part,
    count,
    lines,
    parts_named,
)
from lms.assessments.rules.handing_in import count_words
from lms.assessments.rules.uploads import DOCX, ODT, PDF
from lms.assessments.service.blocks import read_blocks
from tests.factories import ODF, WORD_SPACE, docx, pdf, zipped

ALL = frozenset(Part)
BODY = "one two three four five six seven eight nine ten"


@pytest.mark.parametrize(
    ("phrase", "parts"),
    [
        ("the title", {Part.TITLE}),
        ("the list of references", {Part.REFERENCES}),
        ("References and appendices", {Part.REFERENCES, Part.APPENDICES}),
        ("the bibliography", {Part.REFERENCES}),
        ("the table of contents", {Part.CONTENTS}),
        ("tables", {Part.TABLES}),
        ("footnotes", {Part.NOTES}),
        ("title page, abstract, annexes", {Part.TITLE, Part.ABSTRACT, Part.APPENDICES}),
        ("quotations in a dialect", set()),
    ],
)
def test_what_a_rule_names(phrase: str, parts: set[Part]) -> None:
    assert parts_named([phrase]) == (frozenset(parts), () if parts else (phrase,))


def counted(text: str) -> tuple[int, dict[Part, int]]:
    found = count(lines(text), ALL)
    return found.words, {one.part: one.words for one in found.left_out}


@pytest.mark.parametrize(
    ("text", "words", "left"),
    [
        (BODY, 10, {}),
        (f"{BODY}\nReferences\nAda 2020", 10, {Part.REFERENCES: 3}),
        (f"{BODY}\n7. REFERENCES:\nAda 2020", 10, {Part.REFERENCES: 4}),
        (f"{BODY}\n# Bibliography\nAda\n# Discussion\nlast", 13, {Part.REFERENCES: 3}),
        (f"{BODY}\nReferences\nAda\nConclusion\nlast", 12, {Part.REFERENCES: 2}),
        (f"{BODY}\nAppendix A: the plan\ndraft", 10, {Part.APPENDICES: 5}),
        (f"{BODY}\nReferences\nAda\nAppendix\nx", 10, {Part.REFERENCES: 2, Part.APPENDICES: 2}),
        # No heading, whatever its words: a sentence; a line of the contents; too near the start.
        (f"{BODY}\nAppendix A shows how she chose.", 16, {}),
        (f"{BODY}\nAppendix A: the plan 14\nlast", 16, {}),
        (f"References\n{BODY}", 11, {}),
        (f"{BODY}\nReferences are few.", 13, {}),
    ],
)
def test_text_without_styles(text: str, words: int, left: dict[Part, int]) -> None:
    assert counted(text) == (words, left)


def test_styles_say_what_is_what() -> None:
    blocks = [
        Block("A plan", level=0),
        Block("Contents", level=1),
        Block("Introduction 2"),
        Block("Introduction", level=1),
        Block(BODY),
        Block("a cell", inside=Part.TABLES),
        Block("a note", inside=Part.NOTES),
        Block("Appendices", level=1),
        Block("The interview", level=2),
        Block("Introduction"),
        Block("References"),
        Block("Afterwards", level=1),
        Block("last"),
    ]
    found = count(blocks, ALL)
    assert found.words == 13
    assert found.left_out == (
        LeftOut(Part.TITLE, 2),
        LeftOut(Part.CONTENTS, 3, "Contents"),
        LeftOut(Part.TABLES, 2),
        LeftOut(Part.NOTES, 2),
        LeftOut(Part.APPENDICES, 5, "Appendices"),
    )
    assert count(blocks, {Part.TABLES}).words == 25


WORDS = st.sampled_from(
    ["References", "Appendix A", "# Contents", "Conclusion", BODY, "", "1. Annex", "Title"]
)


@given(st.lists(WORDS, max_size=12), st.frozensets(st.sampled_from(Part)))
def test_no_word_is_lost_and_none_counts_twice(
    texts: list[str], leave_out: frozenset[Part]
) -> None:
    text = "\n".join(texts)
    found = count(lines(text), leave_out)
    assert found.words + sum(one.words for one in found.left_out) == count_words(text)
    assert {one.part for one in found.left_out} <= leave_out
    assert count(lines(text), ()).words == count_words(text)


def paragraph(text: str, style: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_a_word_file() -> None:
    body = (
        paragraph("A plan", "Titel")
        + paragraph("Contents", "TOCHeading")
        + paragraph("Introduction 2", "TOC1")
        + paragraph("Introduction", "berschrift1")
        + paragraph(BODY)
        + f"<w:tbl><w:tr><w:tc>{paragraph('a cell')}</w:tc></w:tr></w:tbl>"
        + paragraph("References", "Own")
        + paragraph("Ada 2020", "Bibliography")
        + paragraph("Next", "Own")
    )
    styles = (
        f'<w:styles xmlns:w="{WORD_SPACE}">'
        '<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>'
        '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:styleId="Own"><w:name w:val="Mine"/><w:basedOn w:val="berschrift1"/></w:style>'
        "</w:styles>"
    )
    notes = f"<w:footnote>{paragraph('a note')}</w:footnote>"
    space = f'xmlns:w="{WORD_SPACE}"'
    data = zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": styles,
            "word/footnotes.xml": f"<w:footnotes {space}>{notes}</w:footnotes>",
        }
    )
    blocks = read_blocks(DOCX, data)
    assert blocks is not None
    found = count(blocks, ALL)
    assert found.words == 12  # the body, its heading, and “Next”
    assert {one.part: one.words for one in found.left_out} == {
        Part.TITLE: 2,
        Part.CONTENTS: 3,
        Part.TABLES: 2,
        Part.REFERENCES: 3,
        Part.NOTES: 2,
    }


def test_an_opendocument_file() -> None:
    content = (
        f'<o:document-content xmlns:o="{ODF}:office:1.0" xmlns:t="{ODF}:text:1.0" '
        f'xmlns:b="{ODF}:table:1.0" xmlns:s="{ODF}:style:1.0"><o:automatic-styles>'
        '<s:style s:name="P1" s:parent-style-name="Title"/></o:automatic-styles><o:body><o:text>'
        "<t:tracked-changes><t:p>was deleted</t:p></t:tracked-changes>"
        '<t:p t:style-name="P1">A plan</t:p>'
        "<t:table-of-content><t:p>Introduction 2</t:p></t:table-of-content>"
        '<t:h t:outline-level="1">Introduction</t:h>'
        f"<t:p>{BODY}<t:note><t:note-body><t:p>a note</t:p></t:note-body></t:note></t:p>"
        "<b:table><b:table-row><b:table-cell><t:p>a cell</t:p></b:table-cell></b:table-row>"
        "</b:table>"
        '<t:h t:outline-level="1">Appendix A, the plan</t:h><t:p>draft</t:p>'
        "</o:text></o:body></o:document-content>"
    )
    data = zipped({"mimetype": ODT, "content.xml": content})
    blocks = read_blocks(ODT, data)
    assert blocks is not None
    found = count(blocks, ALL)
    assert found.words == 11
    assert {one.part: one.words for one in found.left_out} == {
        Part.TITLE: 2,
        Part.CONTENTS: 2,
        Part.NOTES: 2,
        Part.TABLES: 2,
        Part.APPENDICES: 5,
    }


def test_a_pdf_and_what_cannot_be_read() -> None:
    assert read_blocks(PDF, pdf("Her aims come first.")) == (Block("Her aims come first."),)
    assert read_blocks(PDF, pdf("")) is None
    for broken in (b"", b"%PDF-1.4 broken", docx("a")[:200], zipped({"word/document.xml": "<a>"})):
        assert read_blocks(DOCX, broken) is None
        assert read_blocks(ODT, broken) is None
        assert read_blocks(PDF, broken) is None
