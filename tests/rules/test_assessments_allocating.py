"""Sharing scripts out: even, by share, heavy ones spread, some kept apart, nothing by chance."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.rules.allocating import (
    Marker,
    Script,
    Topic,
    giving_blocks,
    reason_blocks,
    share_out,
)

HEAVY = frozenset({Topic.VIOLENCE})


def scripts(count: int, *, heavy: int = 0) -> list[Script]:
    return [Script(n, f"C{n:03}", HEAVY if n < heavy else frozenset()) for n in range(count)]


def test_eight_scripts_and_two_markers_are_four_each_with_the_heavy_ones_spread() -> None:
    given_to = share_out(scripts(8, heavy=4), [Marker(1, "Ann"), Marker(2, "Bob")]).given
    assert Counter(given_to.values()) == {1: 4, 2: 4}
    assert Counter(given_to[n] for n in range(4)) == {1: 2, 2: 2}


def test_two_shares_are_twice_as_many_and_none_is_none() -> None:
    markers = [Marker(1, "Ann", share=2), Marker(2, "Bob"), Marker(3, "Cy", share=0)]
    assert Counter(share_out(scripts(9), markers).given.values()) == {1: 6, 2: 3}


def test_what_is_begun_stays_and_counts() -> None:
    begun = [Script(n, f"C{n}", begun_by=1, with_marker=1) for n in range(3)]
    rest = [Script(n, f"C{n}") for n in range(3, 6)]
    given_to = share_out(begun + rest, [Marker(1, "Ann"), Marker(2, "Bob")]).given
    assert [given_to[n] for n in range(6)] == [1, 1, 1, 2, 2, 2]


def test_who_may_not_gets_none_and_the_others_make_room() -> None:
    """Ann alone may take the first two; so Bob, who could take all, gets the rest."""
    ann = Marker(1, "Ann")
    bob = Marker(2, "Bob", barred=frozenset({0}), not_taken=HEAVY)
    found = scripts(4)
    found[1] = Script(1, "C001", HEAVY)
    assert share_out(found, [ann, bob]).given == {0: 1, 1: 1, 2: 2, 3: 2}


def test_a_script_that_nobody_may_take_is_left_and_named() -> None:
    shared = share_out(scripts(2), [Marker(1, "Ann", barred=frozenset({1}))])
    assert (shared.given, [one.code for one in shared.left]) == ({0: 1}, ["C001"])


markers_of_any_kind = st.lists(
    st.builds(
        Marker,
        id=st.integers(1, 5),
        name=st.sampled_from(["Ann", "Bob", "Cy"]),
        share=st.integers(0, 3),
        not_taken=st.frozensets(st.sampled_from(Topic), max_size=2),
        barred=st.frozensets(st.integers(0, 12), max_size=4),
    ),
    max_size=5,
    unique_by=lambda marker: marker.id,
)
scripts_of_any_kind = st.integers(0, 12).flatmap(
    lambda count: st.tuples(
        *[
            st.builds(
                Script,
                id=st.just(n),
                code=st.just(f"C{n:02}"),
                topics=st.frozensets(st.sampled_from(Topic), max_size=2),
                begun_by=st.none() | st.integers(1, 5),
            )
            for n in range(count)
        ]
    )
)


@given(scripts_of_any_kind, markers_of_any_kind)
def test_every_script_goes_to_somebody_who_may_have_it_or_is_left(
    found: tuple[Script, ...], markers: list[Marker]
) -> None:
    shared = share_out(found, markers)
    by_id = {marker.id: marker for marker in markers}
    assert set(shared.given) | {s.id for s in shared.left} == {s.id for s in found}
    for script in found:
        if script.begun_by is not None:
            assert shared.given[script.id] == script.begun_by
        elif script.id in shared.given:
            taker = by_id[shared.given[script.id]]
            assert taker.share > 0
            assert taker.why_not(script) is None
        else:
            assert not any(m.share and m.why_not(script) is None for m in markers)
    assert shared == share_out(tuple(reversed(found)), list(reversed(markers)))


@given(st.integers(0, 40), st.integers(1, 5))
def test_without_anything_in_the_way_nobody_has_two_more_than_another(
    count: int, markers: int
) -> None:
    taking = [Marker(n, f"M{n}") for n in range(1, markers + 1)]
    loads = Counter(share_out(scripts(count, heavy=count // 3), taking).given.values())
    assert max(loads.values(), default=0) - min(loads[m.id] for m in taking) <= 1


def test_what_stands_in_the_way_of_giving_is_said_script_by_script() -> None:
    found = [
        Script(1, "AAAA"),
        Script(2, "BBBB", HEAVY),
        Script(3, "CCCC", begun_by=7, with_marker=7),
        Script(4, "DDDD"),
    ]
    markers = [Marker(1, "Ann", barred=frozenset({1}), not_taken=HEAVY), Marker(7, "Bob")]
    assert giving_blocks(found, markers, {1: 1, 2: 1, 3: 1, 4: 99}) == (
        "Script AAAA: Ann may not mark this script.",
        "Script BBBB: Ann does not take one of its topics.",
        "Script CCCC was begun meanwhile. Its marker can hand it back.",
        "Script DDDD: choose somebody who marks in this cohort.",
    )
    assert giving_blocks(found, markers, {1: 7, 2: 7, 3: 7, 4: None}) == ()


def test_a_reason_has_some_words() -> None:
    assert reason_blocks("   because   ")
    assert reason_blocks("A line worries me.") == ()
