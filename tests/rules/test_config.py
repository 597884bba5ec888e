"""Odd settings stop the server with one line; nothing half right is started."""

import os
import subprocess
import sys

import pytest

from lms.config import ROOT, OddSettings, read_settings

GOOD = {"LMS_SECRET_KEY": "4f0c2a9be17d4f0c2a9be17d4f0c2a9b", "LMS_PUBLIC_URL": "https://t.example"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"LMS_SECRET_KEY": ""}, "LMS_SECRET_KEY is not set"),
        ({"LMS_SECRET_KEY": "short"}, "too weak"),
        ({"LMS_SECRET_KEY": "a" * 64}, "too weak"),
        ({"LMS_COLOUR": "red"}, "unknown setting LMS_COLOUR"),
        ({"LMS_PUBLIC_URL": "http://training.example.org"}, "must be https"),
        ({"LMS_PUBLIC_URL": "training.example.org"}, "must be like"),
        ({"LMS_PUBLIC_URL": "https://t.example/path"}, "must be like"),
        ({"LMS_DATABASE_URL": "mysql://x"}, "sqlite:/// or postgresql://"),
        ({"LMS_REDIS_URL": "http://x"}, "redis://"),
        ({"LMS_SMTP_URL": "mailto:x"}, "smtp://"),
        ({"LMS_DEMO": "yes"}, "must be 0 or 1"),
        ({"LMS_DEMO": "1"}, "this machine only"),
    ],
)
def test_an_odd_setting_is_refused_in_one_line(change: dict[str, str], says: str) -> None:
    with pytest.raises(OddSettings) as refused:
        read_settings(GOOD | change)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_good_settings_are_read() -> None:
    settings = read_settings(GOOD | {"LMS_DATABASE_URL": "postgresql://u@h/d", "PATH": "/bin"})
    assert settings.database_url == "postgresql+psycopg://u@h/d"
    assert settings.secure
    assert not settings.demo


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"LMS_SECRET_KEY": ""}, "LMS_SECRET_KEY"),
        ({"LMS_CONTENT": "/nowhere/at/all"}, "no such folder"),
        ({"LMS_DATABASE_URL": "postgresql://lms@127.0.0.1:1/none"}, "database"),
    ],
)
def test_the_server_says_in_a_line_why_it_does_not_start(change: dict[str, str], says: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=kept | GOOD | change,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
