"""What a browser may send about assessments."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import request
from flask_wtf.file import FileField
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired
from wtforms.validators import Optional as MayBeEmpty
from wtforms.widgets import HiddenInput

from lms.assessments.forms.typed import VersionedForm, as_typed
from lms.assessments.rules.allocating import MOST_SHARES, Topic
from lms.assessments.rules.confidentiality import LONGEST_REASON, Answers
from lms.assessments.rules.marking import BandRange, Decision, plain, points_fault
from lms.assessments.rules.passages import Passage, Pin, read_pins, unplaced
from lms.modules.catalogue import Criterion
from lms.web.forms import Form, trimmed


class DraftForm(VersionedForm):
    """The draft, a file, and which button was pressed."""

    text = TextAreaField("Your draft", filters=[as_typed], default="")
    file = FileField("Add a file")

    def sent_file(self) -> tuple[str, bytes] | None:
        """The file that was chosen, if one was."""
        chosen = self.file.data
        if not chosen or not chosen.filename:
            return None
        return chosen.filename, chosen.read()


class SheetForm(Form):
    """A sheet of marks that was filled in elsewhere."""

    sheet = FileField("The sheet you filled in")

    def sent(self) -> bytes:
        """What was chosen; empty when nothing was."""
        chosen = self.sheet.data
        data: bytes = chosen.read() if chosen else b""
        return data


class HandInForm(Form):
    """The draft as it was shown, and the declaration as it was agreed to."""

    shown = HiddenField(validators=[InputRequired()])
    rule = HiddenField(default="")  # what was said of the date
    wording = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    agreed = BooleanField("I declare this")
    final = BooleanField("Make it final now, so that marking can begin")


def read_answers(sent: Mapping[str, str]) -> Answers:
    """What the writer said of the confidentiality check: `why-…`, `kind-…`, `looked-…`."""

    def of(prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): as_typed(value)[:LONGEST_REASON]
            for name, value in sent.items()
            if name.startswith(prefix)
        }

    return Answers(of("why-"), of("kind-"), frozenset(of("looked-")))


def read_topics(sent: Collection[str]) -> frozenset[Topic]:
    """The topics whose names were sent; what is none of them is passed over."""
    return frozenset(topic for topic in Topic if topic.name in sent)


class ReplaceForm(Form):
    """The text or a file, put in the place of what was handed in."""

    text = TextAreaField("Your text", filters=[as_typed], default="")
    file = FileField("The file to put in its place")
    alone = BooleanField("I replace it only so that nobody can be identified")

    def sent_file(self) -> tuple[str, bytes] | None:
        """The file that was chosen, if one was."""
        chosen = self.file.data
        if not chosen or not chosen.filename:
            return None
        return chosen.filename, chosen.read()


class ReleaseForm(Form):
    """The cohort, and the list of codes and marks that was confirmed."""

    cohort = HiddenField(validators=[InputRequired()])
    agreed = HiddenField(default="")


class BankForm(Form):
    """A comment to use again."""

    text = TextAreaField("Comment", filters=[as_typed], default="")
    shared = BooleanField("Colleagues who mark may use it")
    anywhere = BooleanField("Offer it for every criterion")


class CohortFeedbackForm(VersionedForm):
    """What a whole cohort reads."""

    text = TextAreaField("To everybody in this cohort", filters=[as_typed], default="")


class GivingForm(Form):
    """The cohort, what was seen, and a marker (or nobody yet) for each `script-<id>`."""

    cohort = HiddenField(validators=[InputRequired()])
    seen = HiddenField(validators=[InputRequired()])

    def chosen(self) -> dict[int, int | None]:
        """Script id to marker id, or None."""
        sent = {name.removeprefix("script-"): request.form[name] for name in request.form}
        return {
            int(script): int(marker) if marker.isdecimal() else None
            for script, marker in sent.items()
            if script.isdecimal()
        }


class ReasonForm(Form):
    """Why somebody asks whose script it is."""

    reason = TextAreaField("Why do you need to know?", filters=[as_typed], default="")


def shares_in(sent: Mapping[str, str]) -> dict[int, int]:
    """Marker id to share, 0 to 9, of every `share-<id>` that was sent."""
    named = {name.removeprefix("share-"): value for name, value in sent.items()}
    return {
        int(marker): min(int(share), MOST_SHARES)
        for marker, share in named.items()
        if marker.isdecimal() and share.isdecimal()
    }


class PointsField(StringField):
    """A whole mark, or nothing yet. What was typed is shown again as it was typed."""

    def __init__(self, *args: Any, highest: int = 100, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.highest = highest

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not a whole number, in words."""
        if fault := points_fault(self.data or "", self.highest):
            raise ValidationError(fault)


class MarkForm(VersionedForm):
    """The rubric as a form; `mark_form` adds three fields per criterion."""

    comment = TextAreaField("Overall comment, which the trainee will read", filters=[as_typed])

    criteria: tuple[Criterion, ...] = ()
    sent = False  # whether it is filled with what the browser sent

    def part(self, criterion: Criterion, name: str) -> Field:
        """A field of one criterion: `band`, `points` or `why`."""
        field: Field = self[f"{criterion.id}-{name}"]
        return field

    def in_one_text(self) -> str:
        """Everything typed, to be copied from a page that can no longer take it."""
        parts = []
        for criterion in self.criteria:
            typed = [self.part(criterion, name).data or "" for name in ("band", "points", "why")]
            if any(typed):
                parts.append(f"{criterion.title}: {' '.join(typed[:2])}\n{typed[2]}")
        pinned = [pin.comment for pin in self.pins().values()]
        return "\n\n".join([*parts, *pinned, self.comment.data or ""]).strip()

    def pins(self) -> dict[Passage, Pin]:
        """The comments on passages, as they were sent."""
        return read_pins({name: as_typed(value) for name, value in request.form.items()})

    def unplaced(self) -> list[str]:
        """The fields in which the page of a comment is still to be written."""
        return unplaced(request.form)

    def decisions(self) -> dict[str, Decision]:
        """What the form says about every criterion; only for a valid form."""
        found = {}
        for criterion in self.criteria:
            points = self.part(criterion, "points").data
            found[criterion.id] = Decision(
                band=self.part(criterion, "band").data or None,
                points=Decimal(points) if points else None,
                comment=self.part(criterion, "why").data or "",
            )
        return found


def typed_on_desk(sent: Mapping[str, str]) -> str:
    """Everything typed on a script, whichever rubric it had, to be copied from another page."""
    kept = ("-points", "-why")
    typed = [
        as_typed(value).strip()
        for name, value in sent.items()
        if name == "comment" or name.startswith("pin-") or name.endswith(kept)
    ]
    return "\n\n".join(words for words in typed if words)


def mark_form(
    criteria: Sequence[Criterion],
    ranges: Sequence[BandRange],
    decisions: Mapping[str, Decision],
    *,
    comment: str,
    version: int,
    sent: bool,
) -> MarkForm:
    """The form of one rubric, filled with what is kept, or with what the browser sent."""
    fields: dict[str, Any] = {"criteria": tuple(criteria), "sent": sent}
    kept: dict[str, Any] = {"comment": comment, "version": version}
    highest = max(each.highest for each in ranges)
    for criterion in criteria:
        decision = decisions.get(criterion.id, Decision())
        fields[f"{criterion.id}-band"] = RadioField(
            f"Band for {criterion.title}",
            choices=[SelectChoice(each.band.id, each.band.title) for each in reversed(ranges)],
            validators=[MayBeEmpty()],
        )
        fields[f"{criterion.id}-points"] = PointsField(
            f"Mark for {criterion.title}",
            filters=[trimmed],
            highest=criterion.weight if criterion.by_guide else highest,
        )
        fields[f"{criterion.id}-why"] = TextAreaField(
            "Why, in words the trainee will read", filters=[as_typed]
        )
        kept[f"{criterion.id}-band"] = decision.band
        kept[f"{criterion.id}-points"] = "" if decision.points is None else plain(decision.points)
        kept[f"{criterion.id}-why"] = decision.comment
    rubric_form: type[MarkForm] = type("RubricForm", (MarkForm,), fields)
    return rubric_form(data=kept) if sent else rubric_form(formdata=None, data=kept)


class AskForm(Form):
    """A question about a mark."""

    text = TextAreaField("Your question", filters=[as_typed], default="")


class NextStepForm(Form):
    """What a learner wants to do next time."""

    text = TextAreaField("What I want to do next time", filters=[as_typed], default="")


class AnswerForm(Form):
    """An answer to a question about a mark."""

    outcome = StringField(default="")
    answer = TextAreaField("Your answer", filters=[as_typed], default="")


class PenaltyForm(Form):
    """What is decided about a penalty, on what was shown."""

    step = StringField(default="")
    act = StringField(default="")
    seen = HiddenField(default="")
    reason = TextAreaField("Why", filters=[as_typed], default="")


class SettleForm(Form):
    """The mark where regulations do not say."""

    points = StringField("Mark", filters=[trimmed], default="")
    reason = TextAreaField("Why", filters=[as_typed], default="")


class CorrectForm(Form):
    """Why a released result is opened again."""

    reason = TextAreaField("Why", filters=[as_typed], default="")
