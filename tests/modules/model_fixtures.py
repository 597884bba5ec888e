"""The model content in place of the real one; a test file names this module as its plugin."""

from collections.abc import Iterator

import pytest
from flask import Flask

from lms.modules.catalogue import Catalogue, catalogue, hold, load
from tests.modules.model_content import write_model_content


@pytest.fixture(scope="session")
def model_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load(write_model_content(tmp_path_factory.mktemp("model") / "content"))


@pytest.fixture
def model(app: Flask, model_catalogue: Catalogue) -> Iterator[Catalogue]:
    """The model content, for the length of a test."""
    before = catalogue()
    yield hold(model_catalogue)
    hold(before)
