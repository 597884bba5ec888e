"""Each university's rules in plain words: the sentences that people read."""

import pytest

from lms.regulations import clauses
from tests.rules.regulations.published import HERE, terms


@pytest.mark.parametrize("name", sorted(p.stem for p in (HERE / "universities").glob("*.toml")))
def test_every_university_has_its_clauses_in_plain_words(name: str) -> None:
    said = clauses(terms(name))
    assert said
    for clause in said:
        assert clause.text.endswith(".")
        assert "None" not in clause.text
        assert "  " not in clause.text
        assert clause.title


SAID = {
    ("sheffield-history", "late"): (
        "Up to 5 working days after the deadline: 5% of the mark is taken off for each day "
        "begun. Later than that: the mark is 0, and the work is not marked (code NC). "
        "Weekends, bank holidays do not count. A day ends at the time of day of the deadline."
    ),
    ("ucl-basc", "late"): (
        "Up to 2 working days after the deadline: 10 marks are taken off, but a mark is not "
        "taken below the pass mark (50). Up to 5 working days after the deadline: the mark is "
        "the pass mark at most. Up to 1 month after the deadline, or until 2 weeks before the "
        "board if sooner: the mark is 1. Later than that: the mark is 0. "
        "Weekends do not count."
    ),
    ("york-psychology", "late"): (
        "Up to 60 minutes after the deadline: 5% of the marks available is taken off. "
        "Up to 5 days after the deadline: 10% of the marks available is taken off for each "
        "day begun. Later than that: the mark is 0. Every day counts, weekends too. "
        "A day ends at the time of day of the deadline. A mark is never taken below 0. "
        "Work that has no marks is “not yet” if it comes after the date."
    ),
    ("ucl-2017", "words"): (
        "Less than 10% over the limit: 5 marks are taken off, but a mark is not taken below "
        "the pass mark (50), and one below it stays as it is. 10% or more over the limit: "
        "10 marks are taken off, but a mark is not taken below the pass mark, and one below "
        "it stays as it is."
    ),
    ("swansea", "resit-cap"): (
        "There are 2 attempts at each piece of work. The mark of a module after a resit is "
        "50 at most. Work that has passed cannot be taken again. After the last attempt: "
        "withdrawal. With accepted circumstances the board may allow one more."
    ),
    ("york-university", "self-certified"): (
        "You can take 4 days more, for up to 3 pieces of work in an academic year. "
        "Nothing needs to be shown. It must be asked for before the date."
    ),
    ("sheffield-english", "sample"): (
        "A second person reads at least 10% or 10 of the scripts, whichever is greater. "
        "Every script below the pass mark is among them."
    ),
}


@pytest.mark.parametrize(("name", "clause_id"), SAID)
def test_a_clause_says_the_rule(name: str, clause_id: str) -> None:
    found = {clause.id: clause.text for clause in clauses(terms(name))}
    assert found[clause_id] == SAID[name, clause_id]
