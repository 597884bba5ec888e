"""All of `content/` loads, without a fault, and has every address it needs."""

from flask import Flask

from lms.config import ROOT
from lms.modules.catalogue import catalogue, check
from lms.modules.catalogue.unit import RESERVED


def test_the_whole_of_content_is_without_fault() -> None:
    faults, _warnings = check(ROOT / "content")
    assert not faults, "\n".join(str(fault) for fault in faults)


def test_every_unit_warns_before_it_begins_and_closes_with_care(app: Flask) -> None:
    units = [unit for programme in catalogue().programmes for unit in programme.units]
    assert len(units) == 28
    assert [unit.key for unit in units if not unit.content_note or unit.closing is None] == []


def test_no_page_can_take_an_address_of_its_unit(app: Flask) -> None:
    before = "/modules/<module>/<unit>/"
    taken = {
        rule.rule.removeprefix(before).split("/")[0]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(before)
    }
    assert {one for one in taken if not one.startswith("<")} == RESERVED
