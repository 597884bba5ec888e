"""The demo's people and the practice VLE's are the same people."""

from lms.cli.demo import cast, vle
from practice_vle import world


def test_the_practice_vle_knows_the_same_people() -> None:
    ours = {sub: name for group in cast.LEARNERS.values() for sub, name in group.items()}
    ours |= {subject: name for subject, (name, _role) in cast.STAFF.items()}
    assert {person.sub: person.name for person in world.PEOPLE.values()} == ours


def test_each_learner_is_in_the_same_course() -> None:
    for slug, learners in cast.LEARNERS.items():
        assert {person.sub for person in world.learners_of(world.COURSES[slug])} == set(learners)


def test_the_registration_is_the_same() -> None:
    assert (vle.CLIENT_ID, vle.DEPLOYMENT_ID) == (world.CLIENT_ID, world.DEPLOYMENT_ID)
