"""What the writer of a script says it speaks of at length, so that it can be shared out kindly."""

from collections.abc import Collection

from lms.assessments.models import ScriptTopic, Submission
from lms.assessments.rules.allocating import Topic
from lms.db import db


def name_topics(submission: Submission, topics: Collection[Topic]) -> None:
    """Keep the topics of a script that was handed in just now. Not in the audit trail."""
    db.session.add_all(
        ScriptTopic(submission_id=submission.id, topic=topic) for topic in Topic if topic in topics
    )
    db.session.flush()
