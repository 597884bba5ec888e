"""What could identify somebody is found, what only looks so is left alone: with floors."""

import time
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.identifying import ADVICE, Find, Kind, Known, find, in_its_place
from lms.identifying.people import given_names
from scripts.confidentiality_figures import PAGE, measure, page_with, read_sentences, table

SET, KNOWN = read_sentences()
TUNED = [one for one in SET if not one.held_out]
HELD_OUT = [one for one in SET if one.held_out]
# Below these it would do harm: too little caught, or so much marked that people stop reading.
RECALL: Mapping[Kind, float] = MappingProxyType(
    dict.fromkeys(Kind, 0.95) | {Kind.NAME: 0.9, Kind.VEHICLE: 0.9}
)
HELD_OUT_RECALL: Mapping[Kind, float] = MappingProxyType(dict.fromkeys(Kind, 0.85))
PRECISION = 0.9


def test_the_set_is_large_enough_and_a_third_of_it_innocent() -> None:
    assert len(SET) >= 300
    assert sum(not one.wanted for one in SET) * 3 >= len(SET)
    assert len(HELD_OUT) >= 90
    assert sum(not one.wanted for one in HELD_OUT) * 3 >= len(HELD_OUT)
    assert len({one.text for one in SET}) == len(SET)
    assert {kind for one in TUNED for kind, _, _ in one.wanted} == set(Kind)
    assert {kind for one in HELD_OUT for kind, _, _ in one.wanted} == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_enough_is_caught(kind: Kind) -> None:
    assert measure(TUNED, KNOWN).recall(kind) >= RECALL[kind]
    assert measure(HELD_OUT, KNOWN).recall(kind) >= HELD_OUT_RECALL[kind]


@pytest.mark.parametrize("kind", Kind)
def test_little_is_marked_wrongly(kind: Kind) -> None:
    assert measure(SET, KNOWN).precision(kind) >= PRECISION


def test_innocent_sentences_are_left_alone() -> None:
    for part in (TUNED, HELD_OUT):
        figures = measure(part, KNOWN)
        assert figures.innocent_marked <= 0.05 * figures.innocent


def test_the_figures_in_the_documents_are_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_with(table())


def test_every_kind_has_its_advice() -> None:
    assert ADVICE.keys() == set(Kind)


def test_what_the_caller_knows_decides() -> None:
    text = "I work for Example Harbour Charity. Ring 07700 900 333. My client, Amara, waited."
    assert [text[f.start : f.end] for f in find(text)] == ["07700 900 333", "Amara"]
    told = Known(
        employers=("Example Harbour Charity",),
        cast=frozenset({"Amara"}),
        phones=frozenset({"07700900333"}),
    )
    assert [f.kind for f in find(text, told)] == [Kind.EMPLOYER]


def test_a_list_of_references_is_not_searched_for_people_and_places() -> None:
    body = "My client Linh Tran lived in LS6 4QX.\n"
    listed = "References\nTran, L. (2020) Work with survivors. Leeds LS6 4QX.\n"
    found = find(body + listed)
    assert [f.kind for f in found] == [Kind.NAME, Kind.POSTCODE]
    assert all(f.end < len(body) for f in found)
    assert [f.kind for f in find(listed + "Appendix\n" + body)] == [Kind.NAME, Kind.POSTCODE]


def test_a_name_said_to_be_made_up_stays_made_up() -> None:
    text = "I call her Rosa, not her real name. My client, Rosa, agreed. My client, Linh, did not."
    assert [text[f.start : f.end] for f in find(text)] == ["Linh"]


def test_accents_make_no_difference() -> None:
    for name in ("Nguyễn Thị Hoa", "Łukasz Nowak", "Zoë Đặng"):
        text = f"The survivor is {name}."
        assert [text[f.start : f.end] for f in find(text)] == [name]


def test_names_of_many_cultures_are_known() -> None:
    plain, words = given_names()
    assert len(plain) > 5000
    assert {"linh", "arben", "tesfaye", "oksana", "fatima", "xiaoming", "priya", "kwame"} <= plain
    assert not plain & words
    assert not plain & {"court", "home", "act", "may", "will", "the"}


def test_words_are_shown_in_their_sentence() -> None:
    text = "First. She said it twice. Ring " + "me again " * 40 + "on 07700 900 444 tonight. Last."
    (found,) = find(text)
    place = in_its_place(text, found)
    assert place.words == "07700 900 444"
    assert place.before.startswith("… ")
    assert place.after == " tonight."
    assert in_its_place("A 07700 900 444", Find(2, 15, Kind.PHONE)).before == "A "


@given(st.text(alphabet="Aa1 9/.-@+(),\nMZé", max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_finds_inside_it_none_over_another(text: str) -> None:
    found = find(text)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    "piece",
    [
        "A",
        "1",
        "Aa ",
        "1 ",
        "Aa, ",
        "(",
        "a.a@",
        "A-",
        "Mr A. ",
        "1/",
        "12 May in ",
        "R v ",
        "client Ab ",
        "References\n",
        "Bella Farm ",
    ],
)
def test_a_long_odd_text_takes_no_long_time(piece: str) -> None:
    text = (piece * (20_000 // len(piece)))[:20_000]
    begun = time.perf_counter()
    find(text)
    assert time.perf_counter() - begun < 20
