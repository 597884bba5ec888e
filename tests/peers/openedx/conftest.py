"""The Open edX peer, one process for a whole run."""

from collections.abc import Iterator

import pytest

from tests.peers.openedx.client import Browser, Peer, running_peer


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
