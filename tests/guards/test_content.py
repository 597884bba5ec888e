"""All of `content/` loads, without a fault, and has every address it needs."""

from flask import Flask

from lms.config import ROOT
from lms.modules.catalogue import check
from lms.modules.catalogue.unit import RESERVED


def test_the_whole_of_content_is_without_fault() -> None:
    faults, _warnings = check(ROOT / "content")
    assert not faults, "\n".join(str(fault) for fault in faults)


def test_no_page_can_take_an_address_of_its_unit(app: Flask) -> None:
    before = "/modules/<module>/<unit>/"
    taken = {
        rule.rule.removeprefix(before).split("/")[0]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(before)
    }
    assert {one for one in taken if not one.startswith("<")} == RESERVED
