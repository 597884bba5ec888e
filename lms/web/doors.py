"""Links that a page shows and a feature above it provides.

A marking queue leads to the scores on their way to the VLE, and home to the courses to be linked;
yet neither `lms.assessments` nor `lms.progress` may know `lms.lti`. So the feature above registers
a door here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from lms.actor import Actor

HOME, QUEUE = "home", "queue"


@dataclass(frozen=True)
class Door:
    """A link with a line about what lies behind it."""

    title: str
    text: str
    url: str


Finder = Callable[..., Door | None]


def add_door(app: Flask, place: str, find: Finder) -> None:
    """Show `find(actor, **about)` at a place, for whoever it gives a door to."""
    app.extensions.setdefault("lms.doors", {}).setdefault(place, []).append(find)


def doors(place: str, actor: Actor, **about: Any) -> list[Door]:
    """The doors that this person has at a place, in the order of registration."""
    finders: list[Finder] = current_app.extensions.get("lms.doors", {}).get(place, [])
    return [door for find in finders if (door := find(actor, **about)) is not None]
