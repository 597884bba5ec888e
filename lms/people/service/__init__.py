"""What is done with people: one file per noun."""
