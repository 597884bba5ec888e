"""What an administrator may send about a VLE."""

from typing import Any

from wtforms import Field, StringField
from wtforms.validators import ValidationError

from lms.lti.rules.addresses import may_be_asked
from lms.lti.rules.registering import LONGEST_ADDRESS, LONGEST_ID
from lms.web.forms import Form, trimmed


def _text(sentence: str) -> Any:
    def check(_form: Form, field: Field) -> None:
        written = str(field.data or "")
        if not written:
            raise ValidationError(sentence)
        if len(written) > LONGEST_ID or not written.isprintable():
            raise ValidationError("Copy it again from the VLE: this is longer than it can be.")

    return check


def _address(sentence: str, *, optional: bool = False) -> Any:
    def check(_form: Form, field: Field) -> None:
        written = str(field.data or "")
        if not written and optional:
            return
        if not written:
            raise ValidationError(sentence)
        if len(written) > LONGEST_ADDRESS or not may_be_asked(written):
            raise ValidationError("Write the whole address, beginning with https://")

    return check


def _line(label: str, check: Any) -> StringField:
    return StringField(label, filters=[trimmed], validators=[check])


class _Named(Form):
    name = _line("Name of the VLE here", _text("Write what people here call this VLE."))


class _Identity:
    issuer = _line("Platform ID (issuer)", _address("Copy what the VLE calls itself."))
    client_id = _line("Client ID", _text("Copy the client id that the VLE gave this tool."))
    deployment_id = _line("Deployment ID", _text("Copy the deployment id that the VLE shows."))


class _Addresses:
    auth_login_url = _line(
        "Authentication request URL", _address("Copy the address where people sign in.")
    )
    auth_token_url = _line(
        "Access token URL", _address("Copy the address where access tokens are given.")
    )
    key_set_url = _line("Public keyset URL", _address("Copy the address of the VLE’s public keys."))
    auth_audience = _line("Audience of the access token", _address("", optional=True))
    site_url = _line("Where people see the VLE", _address("", optional=True))

    def addresses(self) -> dict[str, str | None]:
        """The addresses as they are stored."""
        return {
            "auth_login_url": self.auth_login_url.data,
            "auth_token_url": self.auth_token_url.data,
            "key_set_url": self.key_set_url.data,
            "auth_audience": self.auth_audience.data or None,
            "site_url": self.site_url.data or None,
        }


class ChangeForm(_Named, _Addresses):
    """What of a platform can be corrected."""


class AddForm(_Named, _Identity, _Addresses):
    """A platform by hand. The parts stand in the order of the page, and so do slips at its top."""


class DeploymentForm(Form):
    """One more deployment."""

    deployment_id = _line("Deployment ID", _text("Copy the deployment id that the VLE shows."))
