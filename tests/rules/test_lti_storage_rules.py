"""What a VLE's page may keep, and when it is asked to."""

import pytest

from lms.lti.rules.storage import key_of, may_keep_no_cookie, storage_target


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ("_parent", "_parent"),
        ("post_message_forwarding", "post_message_forwarding"),
        ("x" * 100, "x" * 100),
        ("x" * 101, None),
        ("", None),
        (None, None),
        ("a\nb", None),
        ("\x00", None),
    ],
)
def test_a_window_has_a_short_name_on_one_line(given: str | None, target: str | None) -> None:
    assert storage_target(given) == target


@pytest.mark.parametrize(
    ("has_cookie", "destination", "asked"),
    [
        (True, "iframe", False),
        (False, "iframe", True),
        (False, "", True),
        (False, "document", False),
        (True, "", False),
    ],
)
def test_the_vle_is_asked_only_where_the_cookie_may_not_come_back(
    destination: str, *, has_cookie: bool, asked: bool
) -> None:
    assert may_keep_no_cookie(has_cookie=has_cookie, destination=destination) is asked


def test_every_login_has_a_key_of_its_own() -> None:
    assert key_of("a" * 64) != key_of("b" * 64)
    assert len(key_of("a" * 64)) < 50
