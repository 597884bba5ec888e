"""What a browser may send about a private note."""

from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from lms.web.forms import Form

LONGEST_NOTE = 20_000
_AGAIN = "Load the page again, then save."


class NoteForm(Form):
    """Words for a note on a page, and the version they were written over."""

    note = TextAreaField(
        "Your note",
        validators=[
            Length(
                max=LONGEST_NOTE,
                message="This is longer than a note can be: 20,000 characters. "
                "Shorten it a little, then save.",
            )
        ],
    )
    version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(_AGAIN), NumberRange(min=0, message=_AGAIN)]
    )
