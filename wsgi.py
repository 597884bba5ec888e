"""The WSGI entry: `gunicorn wsgi:app`, `flask --app wsgi …`. Whatever is odd is said in a line."""

import sys

from lms.app import create_app, reach_database
from lms.config import OddSettings
from lms.modules.catalogue import BrokenContent

try:
    app = create_app()
    reach_database(app)
except OddSettings as odd:
    sys.exit(f"not started: {odd}")
except BrokenContent as broken:
    sys.exit(str(broken))
