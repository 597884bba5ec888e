"""Learning: the content, reading it, checks, reflections, and what each person has done."""
