"""What a browser may send about accounts and invitations. Each refusal is a rule's own."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from wtforms import EmailField, Field, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import ValidationError

from lms.actor import Role
from lms.people import rules
from lms.people.models import Theme
from lms.people.rules import Nation, Spacing, TextSize
from lms.web.forms import Form, trimmed

Check = Callable[[Form, Field], None]


def typed(field: Field) -> str:
    """What somebody wrote in a field; nothing when the browser did not send it."""
    return str(field.data or "")


def _refused_by(rule: Callable[[str], Sequence[str]]) -> Check:
    def check(_form: Form, field: Field) -> None:
        if blocks := rule(typed(field)):
            raise ValidationError(" ".join(blocks))

    return check


def _something(sentence: str) -> Check:
    return _refused_by(lambda text: [] if text else [sentence])


class _NewPassword(Form):
    """A form in which a password is chosen; `name` and `address` are the chooser's own."""

    password = PasswordField("Password")

    def __init__(self, *args: Any, name: str, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._whose = (name, address)

    def _own(self) -> tuple[str, str]:
        return self._whose

    def validate_password(self, field: Field) -> None:
        """The rules of passwords."""
        name, address = self._own()
        if blocks := rules.password_blocks(typed(field), name=name, email=address):
            raise ValidationError(" ".join(blocks))


class SignInForm(Form):
    """Who, and the proof."""

    email = EmailField("Email", filters=[trimmed], validators=[_refused_by(rules.email_blocks)])
    password = PasswordField("Password", validators=[_something("Write your password.")])


class ResetStartForm(Form):
    """Who cannot sign in."""

    email = EmailField("Email", filters=[trimmed], validators=[_refused_by(rules.email_blocks)])


class NewPasswordForm(_NewPassword):
    """A new password, by a link."""

    password = PasswordField("New password")


class AcceptForm(_NewPassword):
    """A newcomer's name and password."""

    name = StringField("Your name", filters=[trimmed], validators=[_refused_by(rules.name_blocks)])
    password = PasswordField("Choose a password")

    def __init__(self, *args: Any, name: str, address: str, **kwargs: Any) -> None:
        super().__init__(*args, name=name, address=address, data={"name": name}, **kwargs)

    def _own(self) -> tuple[str, str]:
        return (typed(self.name), self._whose[1])


class ChangePasswordForm(_NewPassword):
    """The old password, and a new one."""

    old = PasswordField("Your password now", validators=[_something("Write your password.")])
    password = PasswordField("New password")


class OwnAccountForm(_NewPassword):
    """An address and a password beside the way in from the VLE."""

    email = EmailField("Email", filters=[trimmed], validators=[_refused_by(rules.email_blocks)])
    password = PasswordField("Choose a password")

    def _own(self) -> tuple[str, str]:
        return (self._whose[0], typed(self.email))


class ThemeForm(Form):
    """How pages look."""

    theme = RadioField(
        "Light or dark",
        choices=[
            SelectChoice(Theme.AUTO.value, "As this device is set"),
            SelectChoice(Theme.LIGHT.value, "Light"),
            SelectChoice(Theme.DARK.value, "Dark"),
        ],
        validate_choice=False,
        validators=[
            _refused_by(lambda text: [] if text in set(Theme) else ["Choose one of the three."])
        ],
    )


NATIONS = {
    Nation.ALL: "All four, side by side",
    Nation.ENGLAND: "England",
    Nation.SCOTLAND: "Scotland",
    Nation.WALES: "Wales",
    Nation.NORTHERN_IRELAND: "Northern Ireland",
}


def _one_of(enum: type[StrEnum]) -> Check:
    return _refused_by(lambda text: [] if text in set(enum) else ["Choose one of these."])


class LookForm(Form):
    """How somebody reads. All three stand on one page."""

    text_size = RadioField(
        "Size of letters",
        choices=[
            SelectChoice(TextSize.USUAL.value, "As usual"),
            SelectChoice(TextSize.LARGE.value, "Large"),
            SelectChoice(TextSize.LARGEST.value, "Largest"),
        ],
        validate_choice=False,
        validators=[_one_of(TextSize)],
    )
    spacing = RadioField(
        "Space between lines and words",
        choices=[
            SelectChoice(Spacing.USUAL.value, "As usual"),
            SelectChoice(Spacing.WIDE.value, "Wide"),
        ],
        validate_choice=False,
        validators=[_one_of(Spacing)],
    )
    nation = RadioField(
        "Your nation",
        description="Notes on its law and services stand open; those on the others are folded up.",
        choices=[SelectChoice(nation.value, words) for nation, words in NATIONS.items()],
        validate_choice=False,
        validators=[_one_of(Nation)],
    )


class NationForm(Form):
    """The nation alone, chosen while reading."""

    nation = SelectField(
        "Your nation",
        choices=[SelectChoice(nation.value, words) for nation, words in NATIONS.items()],
        validate_choice=False,
        validators=[_one_of(Nation)],
    )


class InviteForm(Form):
    """Whom to invite, and to what. Rules across fields are the service's (`invitation_blocks`)."""

    name = StringField("Name", filters=[trimmed])
    email = EmailField("Email", filters=[trimmed])
    role = SelectField("Role", validate_choice=False)
    organisation = StringField("Organisation", filters=[trimmed])
    cohort = SelectField("Cohort", validate_choice=False)

    def offer(self, roles: Sequence[Role], cohorts: Sequence[tuple[str, str]]) -> None:
        """Fill the lists."""
        self.role.choices = [SelectChoice(role.value, rules.OFFERS[role].label) for role in roles]
        self.cohort.choices = [
            SelectChoice("", "No cohort"),
            *(SelectChoice(slug, name) for slug, name in cohorts),
        ]

    def asked(self) -> rules.Asked | None:
        """What was filled in, or None when the role is not one of ours."""
        try:
            role = Role(typed(self.role))
        except ValueError:
            return None
        return rules.Asked(
            role=role,
            name=typed(self.name),
            email=typed(self.email),
            organisation=typed(self.organisation),
            cohort=typed(self.cohort),
        )

    def refuse(self, blocks: Sequence[tuple[str, str]]) -> None:
        """Show each sentence at its field."""
        for field_name, sentence in blocks:
            field = self[field_name]
            field.errors = [*field.errors, sentence]
