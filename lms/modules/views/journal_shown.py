"""The journal as its writer sees it: reflections, templates, and the endings they came to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from markupsafe import Markup

from lms.actor import Actor
from lms.markdown_html import learner_text
from lms.modules import queries
from lms.modules.catalogue import Activity, Reflection, Scenario, Template, catalogue
from lms.modules.models import FilledTemplate, JournalEntry, ScenarioAct
from lms.modules.rules.scenarios import ways_to_an_ending
from lms.modules.rules.templates import Filled
from lms.modules.views.activity_shown import did, filled_parts, template_parts
from lms.modules.views.shown import page_url

TAKEN_OUT = "A page that has been taken out since"


@dataclass(frozen=True)
class EntryShown:
    """One entry. Its page may have been taken out since; the words stay."""

    title: str
    prompt: Markup
    where: str
    url: str | None
    url_words: str
    parts: tuple[Filled, ...]
    text: str
    saved_at: datetime

    @property
    def html(self) -> Markup:
        return learner_text(self.text)


def entries_of(actor: Actor) -> list[EntryShown]:
    """Everything that somebody has written or come to, the latest first: three statements."""
    entries = [
        *(_reflected(one) for one in queries.entries_of(actor.user_id) if one.text.strip()),
        *_filled(queries.templates_of(actor.user_id)),
        *_ended(queries.acts_of(actor.user_id)),
    ]
    return sorted(entries, key=lambda entry: entry.saved_at, reverse=True)


def _reflected(entry: JournalEntry) -> EntryShown:
    about = catalogue().find_activity(entry.activity_key)
    known = about if isinstance(about, Reflection) else None
    return _entry(
        known,
        entry.saved_at,
        prompt=known.prompt if known else None,
        anchor="reflection",
        text=entry.text,
    )


def _filled(kept: Sequence[FilledTemplate]) -> Iterator[EntryShown]:
    for one in kept:
        about = catalogue().find_activity(one.activity_key)
        parts = template_parts(one)
        if isinstance(about, Template):
            known, said = about, filled_parts(about, parts)
        else:
            known = None
            said = tuple(Filled("", text) for text in parts.values() if text.strip())
        if said:
            yield _entry(known, one.saved_at, parts=said)


def _ended(kept: Sequence[ScenarioAct]) -> Iterator[EntryShown]:
    """Scenarios in which somebody came to an ending, with each way there."""
    for key, group in groupby(kept, key=lambda act: act.activity_key):
        acts = list(group)
        about = catalogue().find_activity(key)
        if not isinstance(about, Scenario):
            continue
        parts = tuple(
            Filled(
                f"An ending you came to: {about.scene(way[-1].way.to).title}",
                "\n".join(f"{step.scene.title}: {step.way.text.striptags()}" for step in way),
            )
            for way in ways_to_an_ending(about, did(acts))
        )
        if parts:
            yield _entry(about, acts[-1].done_at, parts=parts, url_words="Look at it again")


def _entry(
    about: Activity | None,
    saved_at: datetime,
    *,
    prompt: Markup | None = None,
    anchor: str = "",
    parts: tuple[Filled, ...] = (),
    text: str = "",
    url_words: str = "Go on writing",
) -> EntryShown:
    page = catalogue().find_page(about.page_key) if about else None
    if about is None or page is None:
        return EntryShown(TAKEN_OUT, Markup(), "", None, "", parts, text, saved_at)
    unit = catalogue().unit(page.unit_key)
    where = f"{catalogue().module(unit.module_key).short}, {unit.label}: {unit.title}"
    url = page_url(page, anchor=anchor or "a-" + about.key.rsplit("/", 1)[-1])
    return EntryShown(about.title, prompt or Markup(), where, url, url_words, parts, text, saved_at)
