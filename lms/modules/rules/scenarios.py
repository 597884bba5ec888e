"""Where somebody stands in a scenario, from everything they did in it, in order.

What was done is only ever added to: going back and starting again are acts too, so the way that
somebody went first is never lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.modules.catalogue import Scenario, Scene, SceneWay


class Act(StrEnum):
    """What somebody did."""

    CHOSE = "chose"
    WENT_BACK = "went back"
    BEGAN_AGAIN = "began again"


@dataclass(frozen=True)
class Did:
    """One act: the scene it was done in (or gone back to), and the way chosen."""

    act: Act
    scene_id: str | None
    way_id: str | None


@dataclass(frozen=True)
class Step:
    """A scene with what was decided in it."""

    scene: Scene
    way: SceneWay


@dataclass(frozen=True)
class Walk:
    """Where somebody is, the way there, and the ways they went before that."""

    steps: tuple[Step, ...]
    here: Scene
    earlier: tuple[tuple[Step, ...], ...]  # ways gone before going back or starting again
    changed: bool  # the scenario was rewritten under them: they stand where it still holds

    @property
    def ended(self) -> bool:
        return self.here.ending


def walk(scenario: Scenario, done: Sequence[Did]) -> Walk:
    """Follow what somebody did, as far as the scenario still has it."""
    steps: list[Step] = []
    earlier: list[tuple[Step, ...]] = []
    changed = False
    for did in done:
        here = _here(scenario, steps)
        if did.act is Act.CHOSE:
            way = here.way(did.way_id) if did.scene_id == here.id else None
            if way is not None:
                steps.append(Step(here, way))
            changed = way is None  # whoever went on since has seen how it stands
        else:
            kept = _kept(steps, did)
            if len(steps) > kept:
                earlier.append(tuple(steps))
            changed = changed and did.act is not Act.BEGAN_AGAIN
            steps = steps[:kept]
    return Walk(tuple(steps), _here(scenario, steps), tuple(earlier), changed)


def ways_to_an_ending(scenario: Scenario, done: Sequence[Did]) -> tuple[tuple[Step, ...], ...]:
    """Each way that somebody went to an ending, the latest first, each once."""
    walked = walk(scenario, done)
    ways = [way for way in (*walked.earlier, walked.steps) if way]
    ended = [way for way in reversed(ways) if scenario.scene(way[-1].way.to).ending]
    return tuple(dict.fromkeys(ended))


def may_go_back_to(walked: Walk, scene_id: str) -> bool:
    """Somebody goes back to a scene that they came through."""
    return any(step.scene.id == scene_id for step in walked.steps)


def _here(scenario: Scenario, steps: Sequence[Step]) -> Scene:
    return scenario.scene(steps[-1].way.to) if steps else scenario.start


def _kept(steps: Sequence[Step], did: Did) -> int:
    """How many steps stay: up to the last time in that scene; none when starting again."""
    if did.act is Act.BEGAN_AGAIN:
        return 0
    times = [place for place, step in enumerate(steps) if step.scene.id == did.scene_id]
    return times[-1] if times else len(steps)
