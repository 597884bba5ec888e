"""The glossary: every term that its reader may meet."""

from itertools import groupby

from flask import render_template

from lms.actor import Action
from lms.modules.catalogue import catalogue
from lms.modules.rules.reading import readable_programmes
from lms.modules.views.blueprint import bp
from lms.web.access import current_actor, requires


@bp.get("/modules/glossary")
@requires(Action.READ_MODULES)
def glossary() -> str:
    """The terms of the programmes somebody may read, by letter."""
    keys = tuple(programme.key for programme in catalogue().programmes)
    readable = readable_programmes(current_actor(), keys)
    terms = [
        term
        for term in catalogue().glossary.terms.values()
        if any(term.is_for(programme) for programme in readable)
    ]
    letters = [
        (letter, list(some)) for letter, some in groupby(terms, key=lambda t: t.name[0].upper())
    ]
    return render_template("modules/glossary.html", letters=letters)
