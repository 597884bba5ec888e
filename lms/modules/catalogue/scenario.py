"""A scenario: scenes, decisions between them, why each way is worth thinking about, endings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup
from pydantic import Field

from lms.modules.catalogue.facts import Words
from lms.modules.catalogue.source import Source, Written
from lms.modules.catalogue.wording import (
    block,
    check_count,
    check_id,
    check_ids,
    check_tone,
    phrase,
)


class _WayFile(Written):
    id: Words
    text: Words
    to: Words
    feedback: Words


class _SceneFile(Written):
    id: Words
    title: Words
    text: Words
    invented: str | None = None
    ending: bool = False
    facts: tuple[str, ...] = ()
    option: tuple[_WayFile, ...] = ()


class _ScenarioFile(Written):
    kind: Literal["scenario"]
    title: Words
    intro: str | None = None
    scene: tuple[_SceneFile, ...] = Field(min_length=1)


@dataclass(frozen=True)
class SceneWay:
    """One of the ways on from a scene, and why somebody might think about it."""

    id: str
    text: Markup
    to: str
    feedback: Markup


@dataclass(frozen=True)
class Scene:
    id: str
    number: int  # in the file: how print says where a way leads
    title: str
    text: Markup
    invented: str
    ending: bool
    ways: tuple[SceneWay, ...]

    def way(self, way_id: str | None) -> SceneWay | None:
        return next((way for way in self.ways if way.id == way_id), None)


@dataclass(frozen=True)
class Scenario:
    key: str
    page_key: str
    title: str
    intro: Markup
    scenes: tuple[Scene, ...]  # the first is where it starts
    content_hash: str
    kind: str = "scenario"

    @property
    def start(self) -> Scene:
        return self.scenes[0]

    def find_scene(self, scene_id: str) -> Scene | None:
        return next((scene for scene in self.scenes if scene.id == scene_id), None)

    def scene(self, scene_id: str) -> Scene:
        """A scene that is there: the loader has checked where ways lead."""
        return next(scene for scene in self.scenes if scene.id == scene_id)


def read_scenario(source: Source, key: str, page_key: str) -> Scenario | None:
    """Read a scenario, and refuse one in which somebody could get stuck."""
    shape = source.shape(_ScenarioFile)
    if shape is None:
        return None
    check_count(source, "scene", len(shape.scene), 2)
    check_ids(source, "scene", [scene.id for scene in shape.scene])
    if not shape.scene[0].invented:
        message = "say in `invented` of the first scene who in it is invented"
        source.fault(source.line("scene", 0), message)
    for index, scene in enumerate(shape.scene):
        _check_scene(source, index, scene, {one.id for one in shape.scene})
    _check_ways_through(source, shape.scene)
    return Scenario(
        key=key,
        page_key=page_key,
        title=shape.title,
        intro=block(source, source.line("intro"), shape.intro),
        scenes=tuple(_scene(source, index, scene) for index, scene in enumerate(shape.scene)),
        content_hash=source.hash,
    )


def _check_scene(source: Source, index: int, scene: _SceneFile, known: set[str]) -> None:
    line = source.line("scene", index)
    if scene.ending and scene.option:
        where = source.line("scene", index, "ending")
        source.fault(where, "an ending leads nowhere: take its options or `ending` out")
    if not scene.ending and not scene.option:
        message = f"scene `{scene.id}` is a dead end: give it options, or write `ending = true`"
        source.fault(line, message)
    if len(scene.option) == 1:
        source.fault(line, "a decision has at least two options: add one")
    ids = [way.id for way in scene.option]
    for place, way in enumerate(scene.option):
        at = ("scene", index, "option", place)
        if way.id in ids[:place]:
            source.fault(source.line(*at, "id"), f"id `{way.id}` stands twice here: change one")
        check_id(source, source.line(*at, "id"), way.id)
        if way.to not in known:
            message = f"there is no scene `{way.to}`: mend `to`, or write that scene"
            source.fault(source.line(*at, "to"), message)
        check_tone(source, source.line(*at, "feedback"), way.feedback)


def _check_ways_through(source: Source, scenes: tuple[_SceneFile, ...]) -> None:
    """Every scene can be come to, and from every scene some way reaches an ending."""
    onward = {scene.id: {way.to for way in scene.option} for scene in scenes}
    back: dict[str, set[str]] = {scene.id: set() for scene in scenes}
    for scene, leads in onward.items():
        for to in leads & back.keys():
            back[to].add(scene)
    reached = _reached([scenes[0].id], onward)
    ends = _reached([scene.id for scene in scenes if not scene.option], back)
    for index, one in enumerate(scenes):
        line = source.line("scene", index)
        if one.id not in reached:
            message = f"no way leads to scene `{one.id}`: lead to it with `to`, or take it out"
            source.fault(line, message)
        elif one.id not in ends:
            message = (
                f"from scene `{one.id}` one goes round and round: let some way reach an ending"
            )
            source.fault(line, message)


def _reached(begin: Iterable[str], leads: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(begin)
    while waiting:
        scene = waiting.pop()
        if scene not in reached:
            reached.add(scene)
            waiting.extend(leads.get(scene, ()))
    return reached


def _scene(source: Source, index: int, shape: _SceneFile) -> Scene:
    at = ("scene", index)
    return Scene(
        id=shape.id,
        number=index + 1,
        title=shape.title,
        text=block(source, source.line(*at, "text"), shape.text),
        invented=shape.invented or "",
        ending=shape.ending,
        ways=tuple(
            SceneWay(
                id=way.id,
                text=phrase(source, source.line(*at, "option", n, "text"), way.text),
                to=way.to,
                feedback=phrase(source, source.line(*at, "option", n, "feedback"), way.feedback),
            )
            for n, way in enumerate(shape.option)
        ),
    )
