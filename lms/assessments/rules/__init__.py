"""What is decided about assessments: pure functions of values, a file per question.

- `dates`: when is it due?
- `handing_in`: what stands in the way of handing in?
- `uploads`: which files are taken?
- `marking`: what stands in the way of finishing a script?
- `releasing`: what stands in the way of a release?
- `entries`, `ledger`: what is the result, and why?
- `asking`: may a mark be asked about, and who answers?
- `turnaround`: by when do marks come?
- `modules`: what is the mark of a module so far?
"""
