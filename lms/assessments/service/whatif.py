"""A cohort's marks, as a draft of regulations is held against them. Nothing is written."""

from collections.abc import Sequence

from lms.assessments.models import Submission
from lms.assessments.queries.whatif import marked_in
from lms.assessments.rules.whatif import Given
from lms.assessments.service.scripts import attempt_of, result_of
from lms.modules.catalogue import catalogue
from lms.people.models import Cohort


def marks_of(cohort: Cohort) -> Sequence[Given]:
    """Every mark that stands in a cohort, under the regulations it was made by."""
    given = (_given(submission) for submission in marked_in(cohort.id))
    return [one for one in given if one is not None]


def _given(submission: Submission) -> Given | None:
    result = result_of(submission)
    asked = catalogue().find_assessment(submission.assessment)
    if result is None or asked is None:
        return None
    return Given(
        receipt=submission.receipt,
        code=submission.code,
        assessment=submission.assessment,
        attempt=attempt_of(submission),
        due_at=submission.due_at,
        handed_in_at=submission.handed_in_at,
        words=submission.words,
        limit=asked.words,
        result=result,
    )
