"""The base of every form: CSRF-protected, trimming what people type."""

from typing import Any

from flask_wtf import FlaskForm


def trimmed(value: Any) -> Any:
    """A text without spaces around it; anything else as it is."""
    return value.strip() if isinstance(value, str) else value


class Form(FlaskForm):
    """Ours. Fields that are one line of text may use `filters=[trimmed]`."""
