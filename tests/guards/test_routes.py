"""Access cannot be forgotten: every route says who may open it."""

from flask import Flask

from lms.actor import ACCESS, Action, Role
from lms.web.access import access_of

NOT_OURS = {"static"}


def test_every_route_says_who_may_open_it(app: Flask) -> None:
    silent = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in NOT_OURS and access_of(app.view_functions[rule.endpoint]) is None
    ]
    assert not silent, f"without @requires or @public: {silent}"


# What anybody on the internet may open. A line here is a decision: keep it short.
PUBLIC = {
    "health.healthz",
    "health.readyz",
    "start.index",
    "start.support",
    "start.leave",
    "people.sign_in",
    "people.invitation",
    "people.reset_start",
    "people.reset",
    "people.confirm",
    "lti.login",
    "lti.launch",
    "lti.jwks",
    "lti.open_here",
    "lti.stay_here",
    "lti.register",
    "lti.notices",  # a VLE's own notices, signed like a launch
    "lti.linking",  # within a launch it asks whose; without one it only says where it is opened
}


def test_what_is_public_is_listed(app: Flask) -> None:
    public = {name for name, view in app.view_functions.items() if access_of(view) == "public"}
    assert public == PUBLIC


def test_every_role_has_its_row_and_nobody_is_a_trainee_by_appointment() -> None:
    assert ACCESS.keys() == set(Role)
    granted = frozenset[Action]().union(*ACCESS.values())
    assert granted == set(Action), "an action nobody may do"


def test_an_administrator_has_no_academic_record_by_right_of_office() -> None:
    academic = {Action.MARK, Action.SEE_MARKS, Action.RELEASE, Action.SEE_COHORT}
    assert not ACCESS[Role.ADMIN] & academic


def test_a_line_manager_sees_no_marks_scripts_or_journals() -> None:
    assert not ACCESS[Role.LINE_MANAGER] & {Action.MARK, Action.SEE_MARKS, Action.SEE_COHORT}
