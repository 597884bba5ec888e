"""The WSGI entry: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import sys

from lms.app import create_app
from lms.config import OddSettings

try:
    app = create_app()
except OddSettings as odd:
    sys.exit(f"not started: {odd}")
