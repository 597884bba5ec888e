"""What is done with assessments: one file per noun. None of them commits."""
