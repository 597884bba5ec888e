"""“Why is this my mark?”, word for word, for the people of `test_by_the_rules.py`."""

import re

CLAUSES = {
    "weighting": (
        "Each criterion is marked out of 100 and counts by the weight printed beside it. "
        "The weights of one assessment add up to 100."
    ),
    "rounding": (
        "The mark of a piece of work, the mark of a module and the average are each rounded once, "
        "to the nearest whole mark. A half is rounded up."
    ),
    "pass": (
        "A mark of 50 or more is a pass, 60 or more a merit and 70 or more a distinction. "
        "Below 50 the band is “not yet”."
    ),
    "release": (
        "You see a mark once it is released to your cohort, with a comment on every criterion. "
        "It remains provisional until the university's board has confirmed it."
    ),
    "late": (
        "Up to 5 working days after the deadline: 5 marks are taken off for each day begun. "
        "Later than that: the mark is 0. Weekends, bank holidays and the university’s closure days "
        "do not count. A day ends at the time of day of the deadline. A mark is never taken below "
        "0."
    ),
    "words": (
        "Up to 10% over the limit costs nothing. More than 10% and up to 20% over the limit: "
        "5 marks are taken off, but a mark is not taken below the pass mark (50), and one below it "
        "stays as it is. More than 20% over the limit: 10 marks are taken off, but a mark is not "
        "taken below the pass mark, and one below it stays as it is. Not counted: the title, the "
        "list of references, appendices."
    ),
    "resit-cap": (
        "There are 2 attempts at each piece of work. The mark after a resit is the pass mark (50) "
        "at most. The higher of the first mark and the resit counts. A first attempt that was put "
        "off to a later date is not capped. Anything taken off comes before the cap. Work that has "
        "passed cannot be taken again. After the last attempt: the exam board decides what "
        "follows. With accepted circumstances the board may allow one more."
    ),
}
ADVENT, JANUARY = "Wednesday 16 December 2026", "Tuesday 19 January 2027"  # marked and released
Line = tuple[str, str, str, str]  # what, its day, the sum, the clause


def _steps(adds: str, mark: int, band: str, *taken: Line, day: str = ADVENT) -> list[Line]:
    """The sum of the criteria, what was taken off for date or length, rounding, band, release."""
    rounded = "What is left is rounded once." if taken else "The sum is rounded once."
    return [
        ("Each criterion counts by its weight.", day, f"{adds}.", "weighting"),
        *taken,
        (rounded, day, f"{mark} stays {mark}.", "rounding"),
        ("The band is read from the rounded mark.", day, band, "pass"),
        (
            "The result was released. It is provisional until the exam board confirms it.",
            day,
            "Releasing it added nothing and took nothing off.",
            "release",
        ),
    ]


LATE: Line = (
    "It came up to 1 working day after the date. 5 marks were taken off.",
    "Tuesday 8 December 2026",
    "63 becomes 58.",
    "late",
)
LONG: Line = (
    "It is over the word limit. 5 marks were taken off.",
    ADVENT,
    "62 becomes 57.",
    "words",
)
CAPPED: Line = ("A resit is capped. It was above the cap.", JANUARY, "68 becomes 50.", "resit-cap")
PASS, MERIT = "{} is in pass, which is 50 to 59.", "{} is in merit, which is 60 to 69."
_RESIT = _steps("17 + 13.6 + 17 + 10.2 + 10.2 = 68", 68, PASS.format(50), day=JANUARY)
WHY: dict[str, list[Line]] = {
    "p-tomos": _steps("11 + 8.8 + 11 + 6.6 + 6.6 = 44", 44, "44 is in not yet, which is 0 to 49."),
    "p-priya": [*_RESIT[:2], CAPPED, *_RESIT[2:]],
    "p-owen": _steps("16.5 + 13.2 + 16.5 + 9.9 + 9.9 = 66", 66, MERIT.format(66), day=JANUARY),
    "p-kwame": _steps("15.25 + 12.2 + 15.25 + 9.15 + 9.15 = 61", 61, MERIT.format(61)),
    "p-lucia": _steps("15.75 + 12.6 + 15.75 + 9.45 + 9.45 = 63", 58, PASS.format(58), LATE),
    "p-yusuf": _steps("15.5 + 12.4 + 15.5 + 9.3 + 9.3 = 62", 57, PASS.format(57), LONG),
    "p-fern": _steps("16.25 + 13 + 16.25 + 9.75 + 9.75 = 65", 65, MERIT.format(65)),
}


def words_of(subject: str) -> list[str]:
    """Every step as the page says it."""
    return [
        f"{what} {day} | {arithmetic} | Clause “{clause}”: {CLAUSES[clause]}"
        for what, day, arithmetic, clause in WHY[subject]
    ]


# What the page says of the hand-in before the steps.
HANDED_IN = {
    "p-tomos": "You handed it in on Tuesday 1 December 2026, 10:00; "
    "it was due on Monday 7 December 2026, 12 noon.",
    "p-priya": "Attempt 2: a resit. You handed it in on Tuesday 5 January 2027, 10:00; "
    "it was due on Monday 11 January 2027, 12 noon. It is the date given for your resit.",
    "p-owen": "Attempt 2: put off, and counted as the attempt it was. "
    "You handed it in on Tuesday 5 January 2027, 10:00; "
    "it was due on Monday 18 January 2027, 12 noon. "
    "It is the date given for the attempt that was put off.",
    "p-kwame": "You handed it in on Wednesday 9 December 2026, 09:00; "
    "it was due on Monday 14 December 2026, 12 noon. "
    "It is the date of your cohort. You were given 5 working days more.",
    "p-lucia": "You handed it in on Tuesday 8 December 2026, 10:00; "
    "it was due on Monday 7 December 2026, 12 noon.",
    "p-yusuf": "You handed it in on Tuesday 1 December 2026, 10:00; "
    "it was due on Monday 7 December 2026, 12 noon. "
    "862 words were counted, and the guide is 750.",
    "p-fern": "You handed it in on Wednesday 9 December 2026, 09:00; "
    "it was due on Tuesday 15 December 2026, 12 noon. "
    "It is the date of your cohort. It fell into your pause, and moved by 8 days.",
}


def handed_in(subject: str) -> re.Pattern[str]:
    """What is said of the hand-in; the clock runs on, so any time of day."""
    parts = re.split(r"\d\d:\d\d", HANDED_IN[subject])
    return re.compile(r"\d\d:\d\d".join(map(re.escape, parts)))
