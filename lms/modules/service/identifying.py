"""What the product knows when it looks for words that could identify somebody."""

import re
from collections.abc import Iterator
from functools import lru_cache

from lms.identifying import Known
from lms.modules.catalogue import Catalogue, catalogue
from lms.people import queries as people

_CASE = re.compile(r'aria-label="A case: (\w+)|class="case-title">(\w+)|— ?(\w+), who is invented')


def known_to(user_id: int) -> Known:
    """Somebody's employers and colleagues; our invented people, and published support lines."""
    employers, colleagues = people.workplaces_of(user_id)
    cast, phones = _public(catalogue())
    return Known(employers=employers, colleagues=colleagues, cast=cast, phones=phones)


@lru_cache(maxsize=1)
def _public(read: Catalogue) -> tuple[frozenset[str], frozenset[str]]:
    numbers = (each for line in read.support_lines for each in (line.phone, line.text) if each)
    return frozenset(_cast(read)), frozenset(numbers)


def _cast(read: Catalogue) -> Iterator[str]:
    """The people of the cases in our pages."""
    for unit in read.units:
        for page in unit.pages:
            for match in _CASE.finditer(str(page.text.html)):
                yield next(name for name in match.groups() if name)
