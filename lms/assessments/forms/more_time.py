"""What a browser may send about more time, further attempts and adjustments."""

from collections.abc import Sequence
from datetime import datetime

from flask_wtf.file import MultipleFileField
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.validators import Optional as MayBeEmpty
from wtforms.widgets import HiddenInput

from lms.assessments.forms.typed import VersionedForm, as_typed
from lms.assessments.rules.more_time import Answer, Category, Wants
from lms.regulations import Attempt
from lms.web.forms import Form

CATEGORIES = [SelectChoice(one.name, one.value[:1].upper() + one.value[1:]) for one in Category]


class DaysField(IntegerField):
    """A number of days, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse what is not a whole number, in words."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Write a whole number, such as 5.") from None


class DayField(DateField):
    """A day, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse what is not a day, in words."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Write a day, such as 2026-12-07.") from None


class TakeTimeForm(Form):
    """More time that needs nobody's answer; `seen` is the date as the page showed it."""

    seen = HiddenField(validators=[InputRequired()])
    category = RadioField("What it is about", choices=CATEGORIES, default=Category.UNSAID.name)

    def seen_at(self) -> datetime | None:
        """The moment that was shown; None where it is not a moment."""
        try:
            moment = datetime.fromisoformat(self.seen.data or "")
        except ValueError:
            return None
        return moment if moment.tzinfo else None


class AskTimeForm(Form):
    """A request for more time, with circumstances and evidence."""

    wants = RadioField(
        "What would help?",
        choices=[
            SelectChoice(Wants.DAYS.name, "More working days"),
            SelectChoice(Wants.DEFERRAL.name, "To take this attempt later"),
        ],
        default=Wants.DAYS.name,
    )
    days = DaysField("How many working days?", validators=[MayBeEmpty()])
    category = RadioField("What it is about", choices=CATEGORIES, default=Category.UNSAID.name)
    text = TextAreaField("What has happened?", filters=[as_typed], default="")
    files = MultipleFileField("Files that show it, if you have any")

    def sent_files(self) -> list[tuple[str, bytes]]:
        """Name and content of every file that was chosen."""
        chosen = [one for one in self.files.data or [] if one and one.filename]
        return [(one.filename, one.read()) for one in chosen]


class MoreTimeAnswerForm(Form):
    """An answer to a request for more time."""

    answer = RadioField(
        "Your answer",
        choices=[
            SelectChoice(Answer.DAYS.name, "Give working days"),
            SelectChoice(Answer.DATE.name, "Give another date"),
            SelectChoice(Answer.DEFERRAL.name, "Put the attempt off to another date"),
            SelectChoice(Answer.DECLINE.name, "Give no more time"),
        ],
        validators=[InputRequired("Choose an answer.")],
    )
    days = DaysField("Working days, if you give them", validators=[MayBeEmpty()])
    until = DayField("The new date, if you give one", validators=[MayBeEmpty()])
    words = TextAreaField("Words to the learner", filters=[as_typed], default="")


ATTEMPTS = {
    Attempt.RESIT: "A resit: the work is taken again",
    Attempt.DEFERRED: "Put off: this attempt is taken later, as if it had not begun",
}


class AttemptForm(Form):
    """A further attempt; `seen` is the number of the one that the page showed as current."""

    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    kind = RadioField(
        "Which attempt?",
        choices=[SelectChoice(kind.name, said) for kind, said in ATTEMPTS.items()],
        validators=[InputRequired("Choose which attempt.")],
    )
    until = DayField("Due on", validators=[MayBeEmpty()])
    looked_up = BooleanField("I looked up what these regulations leave open")

    def leave_out(self, kinds: Sequence[Attempt]) -> None:
        """Do not offer these: they are not possible now."""
        self.kind.choices = [
            SelectChoice(kind.name, said) for kind, said in ATTEMPTS.items() if kind not in kinds
        ]


class GiveBackForm(Form):
    """Why handed-in work is given back to its writer, who reads it."""

    reason = TextAreaField(
        "Why, in words the learner reads",
        filters=[as_typed],
        validators=[DataRequired("Say why you give it back."), Length(max=2000)],
    )


class AdjustmentForm(VersionedForm):
    """What holds for a person in every piece of work."""

    extra_days = DaysField("Extra working days on every date", default=0)
    formats = TextAreaField(
        "Other ways to hand in, in words that they read", filters=[as_typed], default=""
    )
