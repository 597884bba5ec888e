"""What people type: one kind of line end, no letters that nobody types, and over which version."""

import re
from typing import Any

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from lms.web.forms import Form

# PostgreSQL stores no NUL; nobody types these.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def as_typed(value: Any) -> Any:
    """People's words with one kind of line end, and without letters that nobody types."""
    if not isinstance(value, str):
        return value
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


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
