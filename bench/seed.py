"""Rows for as many learners as asked for: the same each time, and such as the product makes them.

Every learner has read a unit, drafted, handed in and been marked. The last cohort is the one that
is measured: of its 8 scripts every second one is finished, and none is released.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from lms.actor import Role
from lms.assessments.models import (
    CriterionMark,
    Draft,
    LedgerEntry,
    Mark,
    ResultRow,
    Submission,
)
from lms.assessments.rules.dates import deadline
from lms.assessments.rules.handing_in import LETTERS, count_words, fingerprint
from lms.assessments.rules.ledger import marked_data
from lms.assessments.rules.marking import Decision
from lms.db import Base, db, db_writes
from lms.lti.models import Context, Launch, LoginAttempt, ResourceLink, VleIdentity
from lms.lti.platform.sealing import digest
from lms.modules.catalogue import Assessment, catalogue
from lms.modules.models import CheckAttempt, JournalEntry, PageCompletion
from lms.people.models import Cohort, Enrolment, RoleHeld, User

SIZE = 8  # people in a cohort
UNIT, ASSESSMENT, REGULATIONS = "m1/u1", "m1-plan", "pgcert-example-1"
AT_ONCE = 25  # cohorts in one go: their texts are held in memory
SENTENCE = (
    "This plan {n} is invented for measuring, and no person or service in it exists: it sets out "
    "what the person says she wants, which ways there are, what each would cost her, and who would "
    "do what by when, in words that she could read about herself. "
)
TEXT = SENTENCE * 48  # about 2,400 words
Made = tuple[type[Base], dict[str, Any]]


@dataclass(frozen=True)
class Person:
    """A learner; all ids of theirs are the same number, counted from 1."""

    number: int
    cohort: int
    measured: bool

    @property
    def name(self) -> str:
        """Visibly invented."""
        return f"Learner Example {self.number:05}"


@dataclass(frozen=True)
class Scale:
    """Who is there: learners first, then a trainer for each cohort, then a Hub officer."""

    learners: int

    @property
    def cohorts(self) -> int:
        """How many cohorts."""
        return self.learners // SIZE

    def trainer(self, cohort: int) -> int:
        """The user id of a cohort's trainer."""
        return self.learners + cohort

    @property
    def hub(self) -> int:
        """The user id of the Hub officer, who sees every cohort."""
        return self.learners + self.cohorts + 1

    def people_of(self, cohort: int) -> list[Person]:
        """The learners of a cohort."""
        first = (cohort - 1) * SIZE + 1
        return [Person(n, cohort, cohort == self.cohorts) for n in range(first, first + SIZE)]


def subject(user_id: int) -> str:
    """What the VLE calls a person."""
    return f"bench-{user_id}"


def public_id(user_id: int) -> str:
    """The launch that a person is at work in."""
    return f"bench-launch-{user_id:07}"


def browser(user_id: int) -> str:
    """The secret of a person's browser."""
    return f"bench-browser-{user_id:07}"


def _letters(number: int, length: int) -> str:
    """A different text for each number below the number of such texts, in no visible order."""
    left, base = number * 7919 % len(LETTERS) ** length, len(LETTERS)  # 7919 is prime
    return "".join(LETTERS[left // base**place % base] for place in range(length))


def fill(scale: Scale, *, platform_id: int, deployment_id: int, now: datetime) -> None:
    """Fill an empty database in which one platform is registered."""
    role = {"user_id": scale.hub, "role": Role.HUB, "given_at": now}
    _insert([(User, _user(scale.hub, "Hattie Example", now)), (RoleHeld, role)])
    for first in range(1, scale.cohorts + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, scale.cohorts + 1))
        _insert(
            made
            for cohort in numbers
            for made in _cohort(scale, cohort, platform_id, deployment_id, now)
        )
    _settle()


def _insert(made: Iterable[Made]) -> None:
    rows: dict[str, list[dict[str, Any]]] = {}
    for model, row in made:
        rows.setdefault(model.__tablename__, []).append(row)
    with db_writes():
        for table in Base.metadata.sorted_tables:
            if table.name in rows:
                db.session.connection().execute(sa.insert(table), rows[table.name])
        db.session.commit()


def _settle() -> None:
    """On PostgreSQL: count on from our ids, and look at the tables as its autovacuum soon would."""
    if db.engine.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" in table.c:
            last = f"(SELECT coalesce(max(id), 1) FROM {table.name})"
            sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
            db.session.execute(sa.text(f"SELECT setval({sequence}, {last})"))
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()


def _user(user_id: int, name: str, now: datetime) -> dict[str, Any]:
    email = f"{subject(user_id)}@example.test"
    return {"id": user_id, "name": name, "email": email, "created_at": now}


def _cohort(
    scale: Scale, number: int, platform_id: int, deployment_id: int, now: datetime
) -> Iterator[Made]:
    weeks = 34 if number == scale.cohorts else 60 + number % 100
    starts_on = now.date() - timedelta(weeks=weeks)
    trainer, course = scale.trainer(number), f"course-{number}"
    yield (
        Cohort,
        {
            "id": number,
            "slug": f"bench-{number}",
            "programme": "pgcert",
            "name": f"Cohort {number}",
            "starts_on": starts_on,
            "regulations": REGULATIONS,
        },
    )
    seen = {"deployment_id": deployment_id, "first_seen_at": now}
    linked = {"cohort_id": number, "linked_at": now, "label": course, "title": course}
    yield Context, seen | linked | {"id": number, "vle_id": course}
    link = {"title": "Unit", "target": f"modules/{UNIT}", "scopes": "", "context_id": number}
    yield ResourceLink, seen | link | {"id": number, "vle_id": f"{course}-unit"}
    yield User, _user(trainer, f"Trainer Example {number:04}", now)
    role = {"user_id": trainer, "role": Role.TRAINER, "cohort_id": number, "given_at": now}
    yield RoleHeld, role
    yield from _from_vle(trainer, number, platform_id, now)
    for person in scale.people_of(number):
        yield User, _user(person.number, person.name, now)
        place = {"id": person.number, "user_id": person.number, "cohort_id": number}
        yield Enrolment, place | {"enrolled_at": now - timedelta(weeks=weeks)}
        yield from _from_vle(person.number, number, platform_id, now)
        yield from _learning(person, now - timedelta(weeks=weeks - 2))
        yield from _work(person, deadline(starts_on, catalogue().assessment(ASSESSMENT).due))
        yield from _marking(person, trainer, now - timedelta(days=3))


def _from_vle(user_id: int, cohort: int, platform_id: int, now: datetime) -> Iterator[Made]:
    """Somebody known from the VLE, with today's login and launch."""
    known = {"subject": subject(user_id), "user_id": user_id, "first_seen_at": now}
    yield VleIdentity, known | {"platform_id": platform_id}
    common = {"platform_id": platform_id, "browser_digest": digest(browser(user_id))}
    common |= {"created_at": now}
    state = {"state_digest": digest(f"state {user_id}"), "nonce": f"nonce {user_id}"}
    yield LoginAttempt, common | state | {"target_link_uri": "https://bench.test", "used_at": now}
    opened = {"public_id": public_id(user_id), "user_id": user_id, "context_id": cohort}
    landing = {"resource_link_id": cohort, "landing": f"/modules/{UNIT}", "framed": True}
    yield Launch, common | opened | landing


def _learning(person: Person, at: datetime) -> Iterator[Made]:
    unit = catalogue().unit(UNIT)
    pages = unit.pages if person.number % 3 else unit.pages[: len(unit.pages) // 2]
    for page in pages:
        version = {"page_key": page.key, "content_hash": page.content_hash, "done_at": at}
        yield PageCompletion, version | {"enrolment_id": person.number}
        if page.reflection:
            words = {"activity_key": page.reflection.key, "text": SENTENCE, "version": 1}
            yield JournalEntry, words | {"user_id": person.number, "saved_at": at}
        if page.check:
            total = len(page.check.questions)
            tried = {"number": 1, "answers": {}, "points": total, "maximum": total, "passed": True}
            version = {"activity_key": page.check.key, "content_hash": page.check.content_hash}
            yield (
                CheckAttempt,
                tried | version | {"enrolment_id": person.number, "attempted_at": at},
            )


def _work(person: Person, due_at: datetime) -> Iterator[Made]:
    asked = catalogue().assessment(ASSESSMENT)
    wording = catalogue().declaration(asked.declaration).versions[0]
    text, at = TEXT.format(n=person.number), due_at - timedelta(hours=person.number % 90)
    common = {"enrolment_id": person.number, "assessment": asked.key, "attempt": 1, "text": text}
    yield Draft, common | {"version": 9, "saved_at": at}
    yield (
        Submission,
        common
        | {
            "id": person.number,
            "assessment_hash": asked.content_hash,
            "words": count_words(text),
            "declaration": asked.declaration,
            "declaration_version": wording.number,
            "declared": wording.text,
            "handed_in_at": at,
            "due_at": due_at,
            "receipt": "-".join(_letters(person.number + 10**6 * part, 4) for part in range(3)),
            "code": _letters(person.number, 4),
            "sha256": fingerprint(text, ()),
        },
    )


def _marking(person: Person, trainer: int, at: datetime) -> Iterator[Made]:
    asked = catalogue().assessment(ASSESSMENT)
    points, by = Decimal(52 + person.number % 18), {"submission_id": person.number}
    band = "merit" if points >= 60 else "pass"
    decision = Decision(band, points, "You keep to what the person wants. Say more exactly when.")
    finished = not person.measured or person.number % 2 == 0
    mark = {"id": person.number, "marker_id": trainer, "version": 4, "saved_at": at}
    said = {"comment": "A plan to be read aloud.", "finished_at": at if finished else None}
    yield Mark, by | mark | said
    for criterion in asked.criteria if finished else asked.criteria[:-1]:
        decided = {"band": band, "points": points, "comment": decision.comment}
        yield CriterionMark, decided | {"mark_id": person.number, "criterion": criterion.id}
    if finished:
        yield from _ledger(person, trainer, asked, decision, at)


def _ledger(
    person: Person, trainer: int, asked: Assessment, decision: Decision, at: datetime
) -> Iterator[Made]:
    rules = catalogue().regulations(REGULATIONS)
    by = {"submission_id": person.number, "actor_id": trainer, "at": at}
    data = marked_data(asked.criteria, {one.id: decision for one in asked.criteria}, rules)
    yield LedgerEntry, by | {"sequence": 1, "kind": "marked", "data": data}
    if person.measured:
        return
    points = {"points": str(decision.points)}
    yield LedgerEntry, by | {"sequence": 2, "kind": "released", "data": points}
    released = {"points": decision.points, "maximum": rules.maximum, "sequence": 1}
    whose = {"enrolment_id": person.number, "submission_id": person.number}
    what = {"assessment": asked.key, "released_at": at, "released_by": trainer}
    yield ResultRow, released | whose | what
