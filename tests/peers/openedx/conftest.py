"""The Open edX peer, one process for a whole run."""

from collections.abc import Iterator

import pytest

from tests.peers.openedx.client import (
    LAUNCH_OF_NOBODY,
    LOGIN_OF_NOBODY,
    Browser,
    Peer,
    Registration,
    running_peer,
)
from tests.peers.openedx.tool_key import ToolKey


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with running_peer(tmp_path_factory.mktemp("openedx-peer")) as running:
        yield running


@pytest.fixture
def walker() -> Iterator[Browser]:
    """A browser that reaches the peer and the tool over HTTP."""
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def key() -> ToolKey:
    """The key of a tool that is not there."""
    return ToolKey()


@pytest.fixture
def registration(peer: Peer, key: ToolKey) -> Registration:
    """A registration of a tool that is not there."""
    return peer.configure(
        login_url=LOGIN_OF_NOBODY, launch_url=LAUNCH_OF_NOBODY, jwks=key.key_set()
    )
