"""The VLE: launches in by LTI 1.3, scores out by Assignment and Grade Services. No other feature
knows this one.
"""
