"""The small content in place of the real one.

A test file says `pytest_plugins = ("tests.modules.fixtures",)` and imports nothing from here.
"""

from collections.abc import Iterator

import pytest
from flask import Flask

from lms.modules.catalogue import Catalogue, catalogue, hold, load
from tests.modules.activity_content import write_activity_content
from tests.modules.small_content import write_small_content


@pytest.fixture(scope="session")
def small_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load(write_small_content(tmp_path_factory.mktemp("small") / "content"))


@pytest.fixture
def small(app: Flask, small_catalogue: Catalogue) -> Iterator[Catalogue]:
    """The small content, for the length of a test."""
    before = catalogue()
    yield hold(small_catalogue)
    hold(before)


@pytest.fixture(scope="session")
def doing_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load(write_activity_content(tmp_path_factory.mktemp("doing") / "content"))


@pytest.fixture
def doing(app: Flask, doing_catalogue: Catalogue) -> Iterator[Catalogue]:
    """The small content with a unit of activities, for the length of a test."""
    before = catalogue()
    yield hold(doing_catalogue)
    hold(before)
