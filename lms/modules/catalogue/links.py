"""Checks that every link inside content leads somewhere, now that everything is read."""

from collections.abc import Iterable, Mapping

from lms.modules.catalogue.assessment import Assessment
from lms.modules.catalogue.page import PAGES_OF_THE_SITE, PARTS_OF_A_PAGE, Link, Page
from lms.modules.catalogue.programme import Module, Unit


def check_links(
    links: Iterable[Link],
    modules: Mapping[str, Module],
    units: Mapping[str, Unit],
    pages: Mapping[str, Page],
    drafts: Mapping[str, Page],
    assessments: Mapping[str, Assessment],
) -> None:
    """Note a fault at each link or anchor that leads nowhere."""
    places = (
        {f"modules/{key}" for key in (*modules, *units, *pages)}
        | {f"assessments/{key}" for key in assessments}
        | PAGES_OF_THE_SITE
    )
    for link in links:
        draft = drafts.get(link.path.removeprefix("modules/"))
        if not link.path:
            _check_anchor(link, link.headings)
        elif draft is not None:
            _check_draft(link, draft)
        elif link.path not in places:
            message = (
                f"the link {link.href} leads to no page: mend it (it was read as /{link.path})"
            )
            link.source.fault(link.line, message)
        elif link.anchor:
            page = pages.get(link.path.removeprefix("modules/"))
            _check_anchor(
                link, frozenset(h.id for h in page.text.headings) if page else frozenset()
            )


def _check_draft(link: Link, draft: Page) -> None:
    """Drafts may lead to one another; a page that learners read may not lead to one."""
    if not link.in_draft:
        message = f"the link {link.href} leads to a draft, which learners cannot open: take it out"
        link.source.fault(link.line, message)
    elif link.anchor:
        _check_anchor(link, frozenset(heading.id for heading in draft.text.headings))


def _check_anchor(link: Link, headings: frozenset[str]) -> None:
    if link.anchor not in headings | PARTS_OF_A_PAGE:
        known = ", ".join(sorted(headings)) or "none"
        message = f"the link {link.href} leads to no heading there: the headings are {known}"
        link.source.fault(link.line, message)
