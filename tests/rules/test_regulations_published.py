"""Every case of six universities' published rules, each rule as data alone."""

from decimal import Decimal
from typing import Any

import pytest

from lms.regulations import NeedsSetting
from lms.regulations.readings import QUESTIONS
from tests.rules.regulations.asking import ASKS
from tests.rules.regulations.published import FILE_OF, HERE, cases, rule_of, terms

CASES = cases()
NEAR = Decimal("0.01")

# Where a text is silent: exactly what must be asked, no more and no less.
SILENT = {
    "WAR-late_phil-03": ("late.unsettled_seconds",),
    "WAR-late_phil-09": ("late.day",),
    "WAR-late_phil-10": ("late.day", "late.skips"),
    "WAR-late_phil-11": ("late.floor",),
    "WAR-late_phys-05": ("late.day",),
    "WAR-selfcert-08": ("self_certified.skips",),
    "WAR-sample-07": ("sample.small",),
    "WAR-sample-08": ("sample.round",),
    "WAR-attempts-02": ("resit.cap",),
    "SHF-late_scharr-02": ("late.at_the_moment",),
    "SHF-words_mec-06": ("words.band",),
    "SHF-words_mec-09": ("words.band",),
    "SHF-sample-04": ("sample.small",),
    "UCL-late_2017-07": ("late.step.below_hold",),
    "UCL-late_2017-14": ("late.skips", "late.ends"),
    "UCL-late_2017-15": ("resit.cap",),
    "UCL-late_laws-04": ("late.same_date",),
    "UCL-module-05": ("rounding.way",),
    "YRK-late-15": ("resit.order",),
    "YRK-words-04": ("penalties.combine",),
    "YRK-class-07": ("rounding.way",),
    "LEI-turnaround-03": ("turnaround.first_day",),
    "LEI-late-01": ("late",),
    "SWA-late-06": ("late.step.reaches",),
    "SWA-pgcert-03": ("rounding",),
    "SWA-pgcert-10": ("resit.deferred_capped",),
}


def same(expected: Any, found: Any) -> bool:
    """Numbers to within 0.01, lists one by one, the rest exactly."""
    if isinstance(expected, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    if type(expected) in (int, float):
        return found is not None and abs(Decimal(str(expected)) - Decimal(found)) <= NEAR
    return bool(expected == found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_published_case(case: dict[str, Any]) -> None:
    rules = terms(FILE_OF[rule_of(case)])
    found = ASKS[case["rule"]](rules, case["input"])
    if case["expected"] == "silent":
        assert isinstance(found, NeedsSetting), f"{found} was made up: {case['why']}"
        assert found.settings == SILENT[case["id"]]
        assert set(found.settings) <= QUESTIONS.keys()
        return
    assert not isinstance(found, NeedsSetting), found
    differing = {
        key: (expected, found[key])
        for key, expected in case["expected"].items()
        if not same(expected, found[key])
    }
    assert not differing, case["why"]


def test_no_case_and_no_file_is_left_out() -> None:
    assert len(CASES) == 224
    assert {case["id"] for case in CASES if case["expected"] == "silent"} == SILENT.keys()
    assert {rule_of(case) for case in CASES} == FILE_OF.keys()
    files = {path.stem for path in (HERE / "universities").glob("*.toml")}
    assert files == set(FILE_OF.values())
