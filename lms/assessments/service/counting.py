"""The words of a draft or a submission, counted by the regulations of its cohort."""

from dataclasses import dataclass

from lms.assessments.models import Draft, Submission, SubmissionFile
from lms.assessments.rules.counting import Count, LeftOut, Part, count, lines, parts_named
from lms.assessments.service.blocks import read_blocks
from lms.modules.catalogue import Regulations
from lms.storage import storage

TEXT = "Your text"


@dataclass(frozen=True)
class Tally:
    """What counts, what was left out and where, and what a program could not tell."""

    words: int = 0
    left_out: tuple[tuple[str, LeftOut], ...] = ()  # with the name of the file
    not_found: tuple[Part, ...] = ()
    not_known: tuple[str, ...] = ()  # phrases of the rules
    uncounted: tuple[str, ...] = ()  # names of files

    def kept(self) -> dict[str, int]:
        """Words by part, without a heading or a file's name: for the record."""
        found: dict[str, int] = {}
        for _, one in self.left_out:
            found[one.part.value] = found.get(one.part.value, 0) + one.words
        return found


def tally_of(work: Draft | Submission | None, regulations: Regulations) -> Tally:
    """Count the text and the files; files are opened only where rules leave something out."""
    if work is None:
        return Tally()
    rule = regulations.terms.words
    leave_out, not_known = parts_named(rule.counts or () if rule else ())
    counts = [(TEXT, count(lines(work.text), leave_out))]
    counts += [(file.name, found) for file in work.files if (found := _of_file(file, leave_out))]
    left = tuple((name, one) for name, found in counts for one in found.left_out)
    seen = {one.part for _, one in left}
    return Tally(
        words=sum(found.words for _, found in counts),
        left_out=left,
        not_found=tuple(part for part in Part if part in leave_out and part not in seen),
        not_known=not_known,
        uncounted=tuple(file.name for file in work.files if file.words is None),
    )


def _of_file(file: SubmissionFile, leave_out: frozenset[Part]) -> Count | None:
    if file.words is None:
        return None
    if leave_out:
        blocks = read_blocks(file.media_type, storage().open(file.storage_key))
        if blocks is not None:
            return count(blocks, leave_out)
    return Count(file.words)
