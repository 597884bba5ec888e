"""The comments that a learner reads: as they stand, or as they were while a correction goes on."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.assessments import queries
from lms.assessments.models import Submission
from lms.assessments.rules.passages import Passage, Pin
from lms.assessments.service.scripts import decisions_of, is_corrected, mark_of, pins_of


@dataclass(frozen=True)
class Feedback:
    """All comments on one script; those on criteria by the criterion's id."""

    comment: str
    criteria: Mapping[str, str]
    pins: Mapping[Passage, Pin]


def feedback_of(submission: Submission) -> Feedback:
    """What the writer of a released script reads of it now."""
    if is_corrected(submission):
        kept = queries.feedback_as_released(submission.id)
        if kept is not None:
            return Feedback(
                kept.kept["comment"],
                kept.kept["criteria"],
                {
                    Passage(file_id, place): Pin(comment, quote)
                    for file_id, place, quote, comment in kept.kept["pins"]
                },
            )
    mark = mark_of(submission)
    comments = {key: one.comment for key, one in decisions_of(mark).items()}
    return Feedback(mark.comment if mark else "", comments, pins_of(mark))
