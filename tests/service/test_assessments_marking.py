"""Marking and release: one test per outcome."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from lms.actor import Actor, Role
from lms.assessments import queries
from lms.assessments.models import (
    LedgerEntry,
    LedgerIsAppended,
    Mark,
    ResultRow,
    Submission,
)
from lms.assessments.rules.marking import Decision
from lms.assessments.service import release as releasing
from lms.assessments.service.marks import (
    StaleMark,
    finish_script,
    reopen_script,
    save_mark,
    take_over_script,
)
from lms.assessments.service.scripts import result_of
from lms.audit.models import AuditEntry
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.messages.models import Message
from lms.modules.catalogue import Assessment, catalogue
from lms.people import queries as people_queries
from lms.people.service import places
from tests.conftest import NOW, People
from tests.factories import (
    PLAN,
    EnrolmentFactory,
    SubmissionFactory,
    finished_script,
    made,
    released,
)
from tests.service.test_assessments_handing_in import actor


@pytest.fixture
def plan(database: Any) -> Assessment:
    return catalogue().assessment(PLAN)


@pytest.fixture
def script(database: Any, people: People) -> Submission:
    """Ada's, as it was handed in."""
    submission: Submission = made(SubmissionFactory, enrolment_id=people.ada_place)
    return submission


@pytest.fixture
def max_(database: Any, people: People) -> Actor:
    return actor(people.max)


def decided(plan: Assessment, points: int = 64, band: str = "merit") -> dict[str, Decision]:
    each = Decision(band, Decimal(points), "You show how you chose.")
    return {criterion.id: each for criterion in plan.criteria}


def marks(script: Submission, who: Actor, decisions: dict[str, Decision], **more: Any) -> Mark:
    given = {"comment": "Clear and kind.", "version": 0, "now": NOW, **more}
    return save_mark(script.id, decisions=decisions, actor=who, **given)


def test_a_mark_is_kept_as_it_grows(script: Submission, max_: Actor) -> None:
    first = marks(script, max_, {"plan": Decision("merit")}, comment="")
    assert first.version == 1
    again = marks(
        script, max_, {"plan": Decision("merit", Decimal(64), "Why.")}, comment="", version=1
    )
    assert again.version == 2
    assert [(c.band, c.points, c.comment) for c in again.criteria] == [
        ("merit", Decimal(64), "Why.")
    ]


def test_a_second_window_is_told_and_overwrites_nothing(script: Submission, max_: Actor) -> None:
    marks(script, max_, {"plan": Decision("merit")}, comment="First.")
    with pytest.raises(StaleMark):
        marks(script, max_, {"plan": Decision("pass")}, comment="Second.")
    same = marks(script, max_, {"plan": Decision("merit")}, comment="First.")
    assert same.version == 1  # its answer had been lost


@pytest.mark.parametrize("who", ["ada", "ben", "zoe", "hub", "admin", "morgan"])
def test_only_markers_mark(script: Submission, people: People, who: str) -> None:
    with pytest.raises(NotFound):
        marks(script, actor(getattr(people, who)), {})


def test_a_marker_of_another_cohort_sees_no_script(
    database: Any, people: People, max_: Actor
) -> None:
    other = made(SubmissionFactory, enrolment_id=people.zoe_place)
    with pytest.raises(NotFound):
        marks(other, max_, {})


def test_nobody_marks_their_own_work(database: Any, people: People) -> None:
    places.appoint(user_id=people.ben, role=Role.TRAINER, cohort_id=people.cohort, now=NOW)
    own = made(SubmissionFactory, enrolment_id=people.ben_place)
    ben = actor(people.ben)
    with pytest.raises(NotFound):
        marks(own, ben, {})
    cohort = queries.script_visible_to(actor(people.max), own.id).enrolment.cohort
    assert own not in queries.scripts_visible_to(ben, cohort, PLAN)


def test_a_colleague_does_not_write_over_a_marker(
    script: Submission, max_: Actor, people: People, plan: Assessment
) -> None:
    marks(script, max_, {"plan": Decision("merit")})
    lin = actor(people.lin)
    with pytest.raises(Conflict, match="Max Example is marking"):
        marks(script, lin, decided(plan), version=1)
    take_over_script(script.id, actor=lin, now=NOW)
    with pytest.raises(Conflict, match="Lin Example is marking"):
        marks(script, max_, decided(plan), version=1)
    mark = marks(script, lin, decided(plan), version=2)
    assert mark.marker_id == people.lin
    assert db.session.scalar(sa.select(sa.func.count(Mark.id))) == 1


def test_a_script_is_finished_once(script: Submission, max_: Actor, plan: Assessment) -> None:
    marks(script, max_, decided(plan))
    finish_script(script.id, actor=max_, now=NOW)
    finish_script(script.id, actor=max_, now=NOW)
    entries = db.session.scalars(sa.select(LedgerEntry)).all()
    assert [entry.kind for entry in entries] == ["marked"]
    assert entries[0].data["regulations"] == "pgcert-example-1"
    found = result_of(queries.script_visible_to(max_, script.id))
    assert found
    assert found.points == Decimal(64)


def test_an_unfinished_script_says_what_is_missing(
    script: Submission, max_: Actor, plan: Assessment
) -> None:
    with pytest.raises(RuleBroken) as refused:
        finish_script(script.id, actor=max_, now=NOW)
    assert len(refused.value.reasons) == len(plan.criteria) + 1
    marks(script, max_, decided(plan, points=71))
    with pytest.raises(RuleBroken, match="71 is outside merit"):
        finish_script(script.id, actor=max_, now=NOW)


def test_a_finished_script_is_changed_only_after_reopening(
    script: Submission, max_: Actor, plan: Assessment
) -> None:
    marks(script, max_, decided(plan))
    finish_script(script.id, actor=max_, now=NOW)
    with pytest.raises(RuleBroken, match="Reopen it"):
        marks(script, max_, decided(plan, 66), version=1)
    reopen_script(script.id, actor=max_, now=NOW)
    reopen_script(script.id, actor=max_, now=NOW)
    marks(script, max_, decided(plan, 66), version=1)
    finish_script(script.id, actor=max_, now=NOW)
    kept = queries.script_visible_to(max_, script.id)
    assert [entry.kind for entry in kept.entries] == ["marked", "reopened", "marked"]
    found = result_of(kept)
    assert found
    assert found.points == Decimal(66)


def release(plan: Assessment, people: People, who: Actor) -> int:
    cohort = _cohort(people)
    scripts = queries.scripts_visible_to(who, cohort, PLAN)
    agreed = releasing.list_hash(releasing.what_would_be_released(scripts))
    return releasing.release_results(plan, cohort, agreed=agreed, actor=who, now=NOW)


def _cohort(people: People) -> Any:
    return people_queries.get_cohort(people.cohort)


def test_results_are_released_with_ledger_audit_and_mail(
    plan: Assessment, people: People, max_: Actor
) -> None:
    script = finished_script(people.ada_place, people.max)
    assert release(plan, people, max_) == 1
    row = db.session.scalars(sa.select(ResultRow)).one()
    assert (row.enrolment_id, row.submission_id, row.sequence) == (people.ada_place, script.id, 1)
    assert (row.points, row.maximum) == (Decimal(64), Decimal(100))
    assert isinstance(row.points, Decimal)
    kinds = db.session.scalars(sa.select(LedgerEntry.kind).order_by(LedgerEntry.sequence)).all()
    assert kinds == ["marked", "released"]
    mail = db.session.scalars(sa.select(Message)).one()
    assert mail.to == "ada@example.test"
    assert "64" not in mail.body + mail.subject
    assert db.session.scalars(sa.select(AuditEntry.act)).all() == ["released a result"]
    standing = queries.standing([people.ada_place])[(people.ada_place, PLAN)]
    assert standing.released_at == NOW


def test_a_release_twice_does_nothing_twice(plan: Assessment, people: People, max_: Actor) -> None:
    finished_script(people.ada_place, people.max)
    assert release(plan, people, max_) == 1
    assert release(plan, people, actor(people.lin)) == 0
    assert db.session.scalar(sa.select(sa.func.count(ResultRow.id))) == 1
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 1


def test_nothing_is_released_while_one_script_is_not_finished(
    plan: Assessment, people: People, max_: Actor
) -> None:
    finished_script(people.ada_place, people.max)
    waiting = made(SubmissionFactory, enrolment_id=people.ben_place)
    with pytest.raises(RuleBroken, match=f"Script {waiting.code} is not finished"):
        release(plan, people, max_)
    assert db.session.scalar(sa.select(sa.func.count(ResultRow.id))) == 0


def test_a_list_that_changed_after_it_was_shown_is_not_released(
    plan: Assessment, people: People, max_: Actor
) -> None:
    finished_script(people.ada_place, people.max)
    shown = releasing.list_hash([])
    with pytest.raises(Conflict):
        releasing.release_results(plan, _cohort(people), agreed=shown, actor=max_, now=NOW)


def test_who_hands_in_later_is_released_later(
    plan: Assessment, people: People, max_: Actor
) -> None:
    finished_script(people.ada_place, people.max)
    assert release(plan, people, max_) == 1
    finished_script(people.ben_place, people.max)
    assert release(plan, people, max_) == 1
    assert db.session.scalar(sa.select(sa.func.count(ResultRow.id))) == 2


def test_a_mark_is_read_by_the_regulations_it_was_made_under(
    plan: Assessment, people: People, max_: Actor
) -> None:
    script = finished_script(people.ada_place, people.max)
    _cohort(people).regulations = "other-regulations"
    db.session.flush()
    found = result_of(queries.script_visible_to(max_, script.id))
    assert found
    assert found.points == Decimal(64)


def test_somebody_without_an_address_gets_no_mail_and_the_rest_happens(
    plan: Assessment, people: People, max_: Actor
) -> None:
    people_queries.get_user(people.ada).email = None
    finished_script(people.ada_place, people.max)
    assert release(plan, people, max_) == 1
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 0


def test_only_whoever_may_releases(plan: Assessment, people: People, database: Any) -> None:
    finished_script(people.ada_place, people.max)
    for user_id in (people.ada, people.hub, people.admin, people.morgan):
        with pytest.raises(NotFound):
            releasing.release_results(
                plan, _cohort(people), agreed="", actor=actor(user_id), now=NOW
            )


def test_a_released_mark_is_changed_no_more(plan: Assessment, people: People, max_: Actor) -> None:
    script = finished_script(people.ada_place, people.max)
    release(plan, people, max_)
    for change in (
        lambda: marks(script, max_, decided(plan, 80), version=1),
        lambda: reopen_script(script.id, actor=max_, now=NOW),
        lambda: take_over_script(script.id, actor=actor(people.lin), now=NOW),
    ):
        with pytest.raises(RuleBroken, match="released"):
            change()


def test_what_may_be_sent_is_what_the_regulations_let_go(
    people: People, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert queries.sendable_results() == []
    row = released(finished_script(people.ada_place, people.max), people.max)
    finished_script(people.ben_place, people.max)  # not released
    (found,) = queries.sendable_results()
    assert (found.result_id, found.user_id, found.cohort_id) == (row.id, people.ada, people.cohort)
    assert (found.points, found.maximum, found.sequence) == (Decimal(64), Decimal(100), 1)
    assert queries.sendable_results([people.ben_place]) == []
    held = catalogue().regulations("pgcert-example-1")
    monkeypatch.setattr(
        type(catalogue()),
        "all_regulations",
        lambda _self: (replace(held, send_on="ratification"),),
    )
    assert queries.sendable_results() == []


def test_only_the_newest_version_of_a_result_is_sent(people: People, database: Any) -> None:
    script = finished_script(people.ada_place, people.max)
    released(script, people.max)
    corrected = ResultRow(
        enrolment_id=people.ada_place,
        submission_id=script.id,
        assessment=PLAN,
        sequence=2,
        points=Decimal(66),
        maximum=Decimal(100),
        released_at=NOW,
        released_by=people.lin,
    )
    db.session.add(corrected)
    db.session.flush()
    (found,) = queries.sendable_results()
    assert (found.result_id, found.sequence, found.points) == (corrected.id, 2, Decimal(66))


def test_a_ledger_entry_is_never_changed_or_deleted(people: People, database: Any) -> None:
    finished_script(people.ada_place, people.max)
    db.session.commit()
    entry = db.session.scalars(sa.select(LedgerEntry)).one()
    entry.kind = "released"
    with pytest.raises(LedgerIsAppended):
        db.session.flush()
    db.session.rollback()
    db.session.delete(db.session.scalars(sa.select(LedgerEntry)).one())
    with pytest.raises(LedgerIsAppended):
        db.session.flush()
    db.session.rollback()
    for statement in (sa.update(LedgerEntry).values(kind="x"), sa.delete(LedgerEntry)):
        with pytest.raises(LedgerIsAppended):
            db.session.execute(statement)
    assert db.session.scalars(sa.select(LedgerEntry.kind)).all() == ["marked"]


def test_two_entries_cannot_take_the_same_place(people: People, database: Any) -> None:
    script = finished_script(people.ada_place, people.max)
    db.session.add(
        LedgerEntry(
            submission_id=script.id,
            sequence=1,
            kind="released",
            data={},
            actor_id=people.max,
            at=NOW,
        )
    )
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("size", [20, 200])
def test_standing_takes_two_statements_for_any_number(
    people: People, database: Any, statements: Any, size: int
) -> None:
    ids = [made(EnrolmentFactory, cohort_id=people.cohort).id for _ in range(size)]
    for place in ids:
        made(SubmissionFactory, enrolment_id=place)
    statements()
    assert len(queries.standing(ids)) == size
    assert statements() == 2
