"""Words as a person typed them, wherever they come from: a page, or a sheet filled in elsewhere."""

import re

# PostgreSQL stores no NUL; nobody types these.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def as_typed(words: str) -> str:
    """The words with one kind of line end, and without letters that nobody types."""
    return _CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
