"""All of `content/` loads, without a fault."""

from lms.config import ROOT
from lms.modules.catalogue import check


def test_the_whole_of_content_is_without_fault() -> None:
    faults, _warnings = check(ROOT / "content")
    assert not faults, "\n".join(str(fault) for fault in faults)
