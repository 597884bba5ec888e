"""Assessment: the brief, handing in, marking, release, and the result with its reasons."""
