"""Talking LTI 1.3 with a platform: the only package that knows PyLTI1p3 (2.0.0, unmodified,
subclassed).

What the library lacks, and what a strict tool must do besides, is written in `docs/decisions`; the
checks themselves are the table in `lms/lti/rules/checks.py`.
"""
