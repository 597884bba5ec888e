"""One factory per table: the smallest valid row, and a few whole things made of several.

For tests that need many rows, or rows that a page would take many steps to make. Use them through
`made(UserFactory)`, in an app context.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from factory.alchemy import SQLAlchemyModelFactory

from lms.assessments import models
from lms.assessments.rules.handing_in import LETTERS, count_words, fingerprint
from lms.assessments.rules.ledger import marked_data
from lms.assessments.rules.marking import Decision
from lms.db import db
from lms.modules.catalogue import catalogue
from lms.people.models import Cohort, Enrolment, User
from lms.regulations import Attempt

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
PLAN = "m1-plan"

fake: Any = factory  # its functions carry no types


def letters(number: int, length: int) -> str:
    """A number in the letters that codes are made of: never the same for two numbers."""
    found = ""
    for _ in range(length):
        number, place = divmod(number, len(LETTERS))
        found = LETTERS[place] + found
    return found


class Made(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "flush"


def made(kind: type[Made], /, **values: Any) -> Any:
    """A row of that kind, in the database."""
    return kind.create(**values)


class UserFactory(Made):
    class Meta:
        model = User

    name = fake.Sequence(lambda n: f"Invented Person {n}")
    email = fake.Sequence(lambda n: f"person-{n}@example.test")
    created_at = NOW


class CohortFactory(Made):
    class Meta:
        model = Cohort

    slug = fake.Sequence(lambda n: f"cohort-made-{n}")
    programme = "pgcert"
    name = fake.Sequence(lambda n: f"Made cohort {n}")
    starts_on = date(2026, 5, 11)
    regulations = "pgcert-example-1"


class EnrolmentFactory(Made):
    class Meta:
        model = Enrolment
        exclude = ("person",)

    person = fake.SubFactory(UserFactory)
    user_id = fake.LazyAttribute(lambda made: made.person.id)
    cohort_id = fake.LazyFunction(lambda: made(CohortFactory).id)
    enrolled_at = NOW


class DraftFactory(Made):
    class Meta:
        model = models.Draft

    enrolment_id = fake.LazyFunction(lambda: made(EnrolmentFactory).id)
    assessment = PLAN
    attempt = 1
    text = "A first line of the plan."
    version = 1
    saved_at = NOW


class SubmissionFactory(Made):
    class Meta:
        model = models.Submission

    enrolment_id = fake.LazyFunction(lambda: made(EnrolmentFactory).id)
    assessment = PLAN
    assessment_hash = "0" * 64
    attempt = 1
    attempt_kind = fake.LazyAttribute(
        lambda made: Attempt.FIRST if made.attempt == 1 else Attempt.RESIT
    )
    text = "The plan that was handed in."
    words = fake.LazyAttribute(lambda made: count_words(made.text))
    declaration = "integrity"
    declaration_version = 1
    declared = "I declare that this work is my own."
    handed_in_at = NOW
    due_at = NOW + timedelta(days=27)
    final_at = fake.LazyAttribute(lambda made: made.handed_in_at)  # its writer is done with it
    receipt = fake.Sequence(lambda n: f"MADE-{letters(n, 4)}-{letters(n, 4)}")
    code = fake.Sequence(lambda n: letters(n, 4))
    sha256 = fake.LazyAttribute(lambda made: fingerprint(made.text, ()))


class SubmissionFileFactory(Made):
    class Meta:
        model = models.SubmissionFile

    name = "plan.pdf"
    media_type = "application/pdf"
    size = 10
    words = 3
    sha256 = "0" * 64
    storage_key = fake.Sequence(lambda n: f"{n:048x}")
    added_at = NOW


class MarkFactory(Made):
    class Meta:
        model = models.Mark

    marker_id = fake.LazyFunction(lambda: made(UserFactory).id)
    comment = ""
    version = 1
    saved_at = NOW


class CriterionMarkFactory(Made):
    class Meta:
        model = models.CriterionMark

    criterion = "plan"
    comment = ""


class LedgerEntryFactory(Made):
    class Meta:
        model = models.LedgerEntry

    sequence = 1
    kind = "marked"
    data = fake.LazyFunction(dict)
    at = NOW


class ResultFactory(Made):
    class Meta:
        model = models.ResultRow

    assessment = PLAN
    sequence = 1
    points = Decimal(65)
    maximum = Decimal(100)
    released_at = NOW


def finished_script(
    place_id: int, marker_id: int, *, points: int = 64, **submission: Any
) -> models.Submission:
    """A script that a marker has finished, with the same merit on every criterion."""
    script: models.Submission = made(SubmissionFactory, enrolment_id=place_id, **submission)
    asked = catalogue().assessment(script.assessment)
    mark = made(
        MarkFactory,
        submission_id=script.id,
        marker_id=marker_id,
        comment="Clear and kind.",
        finished_at=NOW,
    )
    decisions = {}
    for criterion in asked.criteria:
        decisions[criterion.id] = Decision("merit", Decimal(points), "You show how you chose.")
        made(
            CriterionMarkFactory,
            mark_id=mark.id,
            criterion=criterion.id,
            band="merit",
            points=Decimal(points),
            comment="You show how you chose.",
        )
    made(
        LedgerEntryFactory,
        submission_id=script.id,
        actor_id=marker_id,
        data=marked_data(asked.criteria, decisions, catalogue().regulations("pgcert-example-1")),
    )
    return script


def full_cohort(cohort_id: int, marker_id: int, size: int) -> Sequence[models.Submission]:
    """So many people in a cohort, all of whose scripts are finished."""
    return [
        finished_script(made(EnrolmentFactory, cohort_id=cohort_id).id, marker_id)
        for _ in range(size)
    ]


def released(script: models.Submission, actor_id: int, *, sequence: int = 1) -> models.ResultRow:
    """Release a finished script; `sequence` counts its writer's results for the assessment."""
    made(
        LedgerEntryFactory,
        submission_id=script.id,
        sequence=2,
        kind="released",
        data={"points": "64"},
        actor_id=actor_id,
    )
    row: models.ResultRow = made(
        ResultFactory,
        enrolment_id=script.enrolment_id,
        submission_id=script.id,
        assessment=script.assessment,
        sequence=sequence,
        points=Decimal(64),
        released_by=actor_id,
    )
    return row


# Files as word processors write them, as small as they can be.

WORD_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ODF = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip of these members."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in members.items():
            pack.writestr(name, content)
    return kept.getvalue()


def docx(text: str, **more: str | bytes) -> bytes:
    """A Word file with one paragraph."""
    document = (
        f'<w:document xmlns:w="{WORD_SPACE}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>'
        "</w:body></w:document>"
    )
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **more})


def odt(text: str) -> bytes:
    """An OpenDocument text with one paragraph."""
    content = (
        f'<o:document-content xmlns:o="{ODF}:office:1.0" xmlns:t="{ODF}:text:1.0"><o:body><o:text>'
        f"<t:p>{text}</t:p></o:text></o:body></o:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def pdf(text: str) -> bytes:
    """A PDF of one page with one line of text."""
    line = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(line), line),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table) + end
