"""Whatever a VLE says of itself when it registers: a refusal in words or a usable answer, and never
an accident.
"""

import contextlib
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.lti.platform.guard import is_public
from lms.lti.rules.addresses import may_be_asked
from lms.lti.rules.asking import Tool
from lms.lti.rules.connection import Outcome, Step, read_keys, read_list
from lms.lti.rules.registering import (
    Offer,
    Unfit,
    check_asked,
    read_answer,
    read_configuration,
    registration,
)
from lms.lti.rules.scores import Reply
from tests.lti.registering import CONFIGURATION_URL, GOOD

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
US = Tool("https://tool.test", "https://tool.test/mark.svg", None)


@BUSY
@given(changes=st.dictionaries(st.sampled_from(sorted(GOOD)), ANYTHING, max_size=4))
def test_any_configuration_is_read_or_refused(changes: dict[str, Any]) -> None:
    try:
        offer = read_configuration(GOOD | changes, url=CONFIGURATION_URL, demo=False)
    except Unfit:
        return
    for url in (offer.auth_login_url, offer.auth_token_url, offer.key_set_url):
        assert may_be_asked(url)
    assert Offer.from_kept(json.loads(json.dumps(offer.as_kept()))) == offer
    json.dumps(registration(offer, US))


@BUSY
@given(body=ANYTHING)
def test_any_body_is_read_or_refused(body: Any) -> None:
    with contextlib.suppress(Unfit):
        read_configuration(body, url=CONFIGURATION_URL, demo=False)


@BUSY
@given(status=st.integers(0, 599), body=ANYTHING | st.fixed_dictionaries({"client_id": ANYTHING}))
def test_any_answer_gives_a_usable_client_or_is_refused(status: int, body: Any) -> None:
    try:
        got = read_answer(status, body)
    except Unfit:
        return
    assert status in (200, 201)
    assert 0 < len(got.client_id) <= 255
    assert got.client_id.isprintable()


@BUSY
@given(url=st.text(), token=st.text())
def test_any_address_is_refused_or_may_be_asked(url: str, token: str) -> None:
    try:
        check_asked(url, token, demo=False)
    except Unfit:
        return
    assert url.startswith("https://")


@BUSY
@given(text=st.text() | st.ip_addresses().map(str))
def test_any_text_is_public_or_not(text: str) -> None:
    assert is_public(text) in (True, False)


@BUSY
@given(status=st.integers(0, 599), body=ANYTHING | st.fixed_dictionaries({"keys": ANYTHING}))
def test_any_key_set_has_a_finding(status: int, body: Any) -> None:
    found = read_keys(status, body)
    assert found.words
    assert found.outcome in set(Outcome)
    rows = read_list(Step.ROSTER, Reply(status), None, product=None, course="a course")
    assert rows.outcome == Outcome.TROUBLE
