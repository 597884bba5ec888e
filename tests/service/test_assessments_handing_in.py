"""Drafts, files and handing in: one test per outcome."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import Draft, Submission, SubmissionFile
from lms.assessments.rules.handing_in import fingerprint
from lms.assessments.rules.uploads import FileRefused
from lms.assessments.service.drafts import StaleDraft, save_draft
from lms.assessments.service.files import add_file, remove_file
from lms.assessments.service.handing_in import fingerprint_of, hand_in
from lms.audit.models import AuditEntry
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.messages.models import Message
from lms.modules.catalogue import Assessment, catalogue
from lms.people import queries as people_queries
from lms.storage import storage
from tests.conftest import NOW, People
from tests.factories import PLAN, docx, pdf

LATER = NOW + timedelta(minutes=5)


def actor(user_id: int) -> Actor:
    return people_queries.actor_for(people_queries.get_user(user_id))


@pytest.fixture
def plan(database: Any) -> Assessment:
    return catalogue().assessment(PLAN)


@pytest.fixture
def ada(database: Any, people: People) -> Actor:
    return actor(people.ada)


@pytest.fixture
def write(plan: Assessment, ada: Actor) -> Callable[..., Draft]:
    """Ada writes; her window knows the version that it last saved."""

    def written(text: str = "Her aims come first.", version: int = 0) -> Draft:
        return save_draft(plan, text=text, version=version, actor=ada, now=NOW)

    return written


def hands_in(
    plan: Assessment, who: Actor, place_id: int, *, declared: int | None = 1
) -> Submission:
    draft = queries.find_draft(place_id, PLAN, 1)
    shown = fingerprint_of(draft) if draft else ""
    return hand_in(plan, shown=shown, declared=declared, actor=who, now=LATER, final=True)


def test_a_draft_is_kept_and_its_version_rises(write: Callable[..., Draft]) -> None:
    assert write("One.").version == 1
    again = write("One, two.", version=1)
    assert (again.version, again.text) == (2, "One, two.")


def test_a_window_that_did_not_see_the_last_save_is_told(write: Callable[..., Draft]) -> None:
    write("From the first window.")
    with pytest.raises(StaleDraft):
        write("From the second window.", version=0)
    assert write("From the first window.", version=0).version == 1  # its answer had been lost


def test_only_whoever_takes_it_has_a_draft(plan: Assessment, people: People) -> None:
    for user_id in (people.max, people.lin, people.morgan, people.hub):
        with pytest.raises(NotFound):
            save_draft(plan, text="Mine.", version=0, actor=actor(user_id), now=NOW)


def test_drafts_of_two_people_are_apart(plan: Assessment, people: People) -> None:
    save_draft(plan, text="Ada’s.", version=0, actor=actor(people.ada), now=NOW)
    save_draft(plan, text="Ben’s.", version=0, actor=actor(people.ben), now=NOW)
    kept = queries.find_draft(people.ada_place, PLAN, 1)
    assert kept
    assert kept.text == "Ada’s."


def test_a_file_is_kept_under_a_random_name(plan: Assessment, ada: Actor) -> None:
    data = docx("Four words in it.")
    file = add_file(plan, name="../plan.docx", data=data, actor=ada, now=NOW)
    assert (file.name, file.words, file.size) == ("plan.docx", 4, len(data))
    assert "plan" not in file.storage_key
    assert storage().open(file.storage_key) == data


def test_a_fourth_file_is_refused(plan: Assessment, ada: Actor) -> None:
    for n in range(3):
        add_file(plan, name=f"{n}.docx", data=docx("One."), actor=ada, now=NOW)
    with pytest.raises(FileRefused):
        add_file(plan, name="4.docx", data=docx("One."), actor=ada, now=NOW)


def test_a_file_is_taken_out_by_its_owner_only(
    plan: Assessment, ada: Actor, people: People
) -> None:
    file = add_file(plan, name="plan.docx", data=docx("One."), actor=ada, now=NOW)
    with pytest.raises(NotFound):
        remove_file(plan, file_id=file.id, actor=actor(people.ben))
    keys = (file.storage_key, file.marker_key)
    assert remove_file(plan, file_id=file.id, actor=ada) == keys
    with pytest.raises(NotFound):
        remove_file(plan, file_id=file.id, actor=ada)


def test_what_is_handed_in_is_recorded_whole(
    plan: Assessment, ada: Actor, people: People, write: Callable[..., Draft]
) -> None:
    write("Her aims come first.")
    file = add_file(plan, name="annex.pdf", data=pdf("Two words"), actor=ada, now=NOW)
    done = hands_in(plan, ada, people.ada_place)
    assert (done.text, done.words) == ("Her aims come first.", 6)
    assert done.sha256 == fingerprint("Her aims come first.", [file.sha256])
    assert (done.handed_in_at, done.attempt) == (LATER, 1)
    assert done.declared == catalogue().declaration("integrity").versions[0].text
    assert (done.declaration, done.declaration_version) == ("integrity", 1)
    assert done.assessment_hash == plan.content_hash
    assert done.due_at.isoformat() == "2026-12-21T12:00:00+00:00"
    kept = queries.find_submission(people.ada_place, PLAN, 1)
    assert kept
    assert [f.name for f in kept.files] == ["annex.pdf"]
    mail = db.session.scalars(sa.select(Message)).one()
    assert mail.to == "ada@example.test"
    assert done.receipt in mail.body
    assert done.code not in mail.body
    audit = db.session.scalars(sa.select(AuditEntry)).one()
    assert (audit.act, audit.subject) == ("handed in", f"submission:{done.id}")


def test_handing_in_twice_gives_the_same_receipt(
    plan: Assessment, ada: Actor, people: People, write: Callable[..., Draft]
) -> None:
    write()
    first = hands_in(plan, ada, people.ada_place)
    second = hand_in(plan, shown="", declared=None, actor=ada, now=LATER)
    assert second.receipt == first.receipt
    assert db.session.scalar(sa.select(sa.func.count(Submission.id))) == 1
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 1


def test_nothing_is_handed_in_without_words_or_declaration(
    plan: Assessment, ada: Actor, people: People, write: Callable[..., Draft]
) -> None:
    with pytest.raises(RuleBroken, match="nothing to hand in"):
        hands_in(plan, ada, people.ada_place)
    write(" \n ")
    with pytest.raises(RuleBroken, match="nothing to hand in"):
        hands_in(plan, ada, people.ada_place)
    write("Her aims.", version=1)
    with pytest.raises(RuleBroken, match="declaration"):
        hands_in(plan, ada, people.ada_place, declared=None)
    with pytest.raises(RuleBroken, match="declaration"):  # another wording than today's
        hands_in(plan, ada, people.ada_place, declared=99)
    assert db.session.scalar(sa.select(sa.func.count(Submission.id))) == 0


def test_a_draft_that_changed_since_it_was_shown_is_not_handed_in(
    plan: Assessment, ada: Actor, write: Callable[..., Draft]
) -> None:
    shown = fingerprint_of(queries.find_draft(write().enrolment_id, PLAN, 1) or write())
    write("Something else.", version=1)
    with pytest.raises(Conflict):
        hand_in(plan, shown=shown, declared=1, actor=ada, now=LATER)


def test_files_alone_can_be_handed_in(plan: Assessment, ada: Actor, people: People) -> None:
    add_file(plan, name="plan.docx", data=docx("One two."), actor=ada, now=NOW)
    done = hands_in(plan, ada, people.ada_place)
    assert (done.text, done.words) == ("", 2)


def test_after_handing_in_nothing_changes(
    plan: Assessment, ada: Actor, people: People, write: Callable[..., Draft]
) -> None:
    write()
    file = add_file(plan, name="plan.docx", data=docx("One."), actor=ada, now=NOW)
    hands_in(plan, ada, people.ada_place)
    with pytest.raises(RuleBroken, match="no longer be changed"):
        write("More.", version=1)
    with pytest.raises(RuleBroken, match="no longer be changed"):
        add_file(plan, name="more.docx", data=docx("One."), actor=ada, now=LATER)
    with pytest.raises(RuleBroken, match="no longer be changed"):
        remove_file(plan, file_id=file.id, actor=ada)


def test_a_code_that_is_taken_is_not_given_again(
    plan: Assessment,
    people: People,
    database: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes = iter(["AAAA", "AAAA", "BBBB"])
    monkeypatch.setattr(
        "lms.assessments.service.handing_in.script_code", lambda _choose: next(codes)
    )
    found = []
    for user_id, place in ((people.ada, people.ada_place), (people.ben, people.ben_place)):
        save_draft(plan, text="Words.", version=0, actor=actor(user_id), now=NOW)
        found.append(hands_in(plan, actor(user_id), place).code)
    assert found == ["AAAA", "BBBB"]


def test_a_file_belongs_to_a_draft_or_to_what_was_handed_in(
    plan: Assessment, ada: Actor, database: Any
) -> None:
    file = add_file(plan, name="plan.docx", data=docx("One."), actor=ada, now=NOW)
    with pytest.raises(sa.exc.IntegrityError, match="one_owner"):
        db.session.execute(
            sa.update(SubmissionFile).where(SubmissionFile.id == file.id).values(draft_id=None)
        )
    db.session.rollback()


def test_standing_knows_drafts_and_what_was_handed_in(
    plan: Assessment, ada: Actor, people: People, write: Callable[..., Draft]
) -> None:
    assert queries.standing([people.ada_place]) == {}
    write()
    key = (people.ada_place, PLAN)
    begun = queries.standing([people.ada_place, people.ben_place])
    assert begun.keys() == {key}
    assert (begun[key].draft_saved_at, begun[key].handed_in_at) == (NOW, None)
    done = hands_in(plan, ada, people.ada_place)
    now = queries.standing([people.ada_place])[key]
    assert (now.handed_in_at, now.receipt, now.released_at) == (LATER, done.receipt, None)
