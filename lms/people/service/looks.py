"""How somebody reads: kept with the person, so that it is the same wherever they come in."""

from lms.actor import Actor
from lms.people import queries
from lms.people.rules import Nation, Spacing, TextSize


def choose_look(*, actor: Actor, text_size: TextSize, spacing: Spacing, nation: Nation) -> None:
    """Keep how a person wants to read."""
    user = queries.get_user(actor.user_id)
    user.text_size = text_size
    user.spacing = spacing
    user.nation = nation


def choose_nation(*, actor: Actor, nation: Nation) -> None:
    """Keep the nation whose notes stand open."""
    queries.get_user(actor.user_id).nation = nation
