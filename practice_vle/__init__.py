"""A pretend university VLE for trying the tool: a small LTI 1.3 platform of its own.

It is started by `make run` and by tests, never in production, and imports nothing from `lms`,
so that the two meet only through LTI. Where the specification leaves room it behaves as a
Moodle does, because that is what the tool will meet.
"""
