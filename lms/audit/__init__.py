"""What was done, by whom, and when: appended, never changed, chained by hash."""
