"""What is decided about assessments: pure functions of values, a file per question.

- `dates`: when is it due?
- `handing_in`: what stands in the way of handing in?
- `uploads`: which files are taken?
- `marking`: what stands in the way of finishing a script?
- `releasing`: what stands in the way of a release?
- `ledger`: what is the result, and why?
"""
