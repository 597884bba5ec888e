"""What people type: one kind of line end, no letters that nobody types, and over which version."""

from typing import Any

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from lms.assessments.rules import typed
from lms.web.forms import Form


def as_typed(value: Any) -> Any:
    """People's words as they typed them; what is no text is left as it is."""
    return typed.as_typed(value) if isinstance(value, str) else value


def _version() -> IntegerField:
    return IntegerField(
        widget=HiddenInput(), default=0, validators=[InputRequired(), NumberRange(min=0)]
    )


class VersionedForm(Form):
    """A form that names the version it was written over."""

    version = _version()

    def write_over(self, version: int) -> None:
        """Let the next sending of these words be a choice made in sight of `version`."""
        self.version.data, self.version.raw_data = version, None
