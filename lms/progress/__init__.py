"""Reads across features, and changes nothing: a learner's standing, a cohort's table, home."""
