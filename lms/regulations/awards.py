"""The award from modules: average, merit and distinction, compensation, the best for an exit.

The board decides on an award. What is here is worked out for it, each number once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from lms.regulations.costs import ZERO, rounded
from lms.regulations.readings import NeedsPerson, NeedsSetting, Open, Reader, settle
from lms.regulations.terms import AwardClass, Compensation, Terms


@dataclass(frozen=True)
class ModuleResult:
    """A module's credits and final mark."""

    credits: Decimal
    mark: Decimal
    must_pass: bool = False
    project: bool = False


@dataclass(frozen=True)
class Compensated:
    """Whether near misses are made good, and what the award then lacks."""

    average: Decimal
    credits: Decimal
    award_met: bool
    open: Open | None = None


def mean(modules: Sequence[ModuleResult]) -> Decimal:
    """The average mark, each module by its credits; not rounded."""
    credits_ = sum((module.credits for module in modules), ZERO)
    return sum((module.credits * module.mark for module in modules), ZERO) / credits_


def award_mark(terms: Terms, average: Decimal) -> Decimal | NeedsSetting:
    """The average as the award reads it: rounded once."""
    found = settle(lambda reader: _award_mark(reader, terms, average), lambda mark: mark)
    return found if isinstance(found, NeedsSetting) else found[0]


def _award_mark(reader: Reader, terms: Terms, average: Decimal) -> Decimal:
    rule = terms.rounding
    return average if rule and "award" not in rule.at else rounded(reader, rule, average)


def award_class(
    terms: Terms, average: Decimal, project: Decimal | None = None
) -> AwardClass | NeedsSetting | None:
    """The highest class whose average and project are both reached; None for a plain pass."""

    def decide(reader: Reader) -> AwardClass | None:
        mark = _award_mark(reader, terms, average)
        reached = [
            one
            for one in terms.award_class
            if mark >= one.mean and (one.project is None or (project or ZERO) >= one.project)
        ]
        return max(reached, key=lambda one: one.mean, default=None)

    found = settle(decide, lambda one: one)
    return found if isinstance(found, NeedsSetting) else found[0]


def compensate(
    terms: Terms, award: str, modules: Sequence[ModuleResult]
) -> Compensated | NeedsSetting:
    """Compensation as the regulations have it, for an award by its name in them."""
    found = settle(lambda reader: _compensate(reader, terms, award, modules), lambda one: one)
    return found if isinstance(found, NeedsSetting) else found[0]


def _compensate(
    reader: Reader, terms: Terms, award: str, modules: Sequence[ModuleResult]
) -> Compensated:
    rule = reader.read("compensation", terms.compensation)
    pass_mark = reader.read("pass.mark", terms.pass_.mark if terms.pass_ else None)
    limits = {one.award: one.credits for one in rule.limit}
    limit = reader.read("compensation.limit", limits.get(award))
    left_out = rule.leaves_out == "project"
    average = mean([m for m in modules if not (left_out and m.project)])
    short = [module for module in modules if module.mark < pass_mark]
    near = [module for module in short if _may_be(module, rule) and average >= rule.average]
    credits_ = sum((module.credits for module in near), ZERO)
    if credits_ > limit:
        sentence = "More credits than the limit would need to be made good. The board decides."
        return Compensated(average, ZERO, award_met=False, open=NeedsPerson("exam board", sentence))
    return Compensated(average, credits_, len(near) == len(short))


def _may_be(module: ModuleResult, rule: Compensation) -> bool:
    return not module.project and not module.must_pass and module.mark >= rule.from_


def best_average(modules: Sequence[ModuleResult], credits_needed: Decimal) -> Decimal | None:
    """The average of the best modules that make up so many credits; None if none do."""
    sets = (
        chosen
        for size in range(1, len(modules) + 1)
        for chosen in combinations(modules, size)
        if sum((module.credits for module in chosen), ZERO) == credits_needed
    )
    return max((mean(chosen) for chosen in sets), default=None)
