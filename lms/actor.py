"""Who is acting, and what each role may do: one table (DESIGN.md section 4).

Pure. `@requires`, the services and the templates all ask `Actor.may`; nothing else decides access.
A role may be held for one cohort or one organisation; `may(..., cohort_id=...)` honours that.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The roles of DESIGN.md section 4. A trainee is a role by enrolment, not by appointment."""

    TRAINEE = "trainee"
    TRAINER = "trainer"
    MODULE_LEAD = "module-lead"
    EXAMINER = "external-examiner"
    LINE_MANAGER = "line-manager"
    HUB = "hub-officer"
    ADMIN = "administrator"


class Action(StrEnum):
    """What can be done, named as people would say it."""

    SIGNED_IN = "be signed in"
    READ_MODULES = "read modules"
    READ_ANY_PROGRAMME = "read any programme without being enrolled"
    KEEP_JOURNAL = "keep a journal"
    SEE_OWN_PROGRESS = "see one's own progress"
    HAND_IN = "hand in work"
    PAUSE = "take a pause"
    MARK = "mark scripts"
    SEE_MARKS = "see the marks of a cohort"
    ALLOCATE = "decide who marks which script"
    OPEN_ATTEMPT = "open a further attempt"
    DECIDE_MORE_TIME = "decide about more time, and what is adjusted for a person"
    RELEASE = "release results"
    CORRECT = "correct a released result, and answer questions about marks"
    SEE_COHORT = "see who is where in a cohort"
    SEE_COHORT_STATUS = "see a cohort's status per person"
    INVITE = "invite people"
    SEE_RECORD = "see what was done to the scripts of a cohort"
    CHECK_RECORD = "see whether the record holds"
    MANAGE_PLATFORMS = "manage platforms"
    LINK_CONTEXT = "link a VLE course to a cohort"
    KEEP_ROSTER = "keep a cohort in step with the VLE's list of people"


_EVERYONE = frozenset({Action.SIGNED_IN, Action.READ_MODULES, Action.KEEP_JOURNAL})

ACCESS: dict[Role, frozenset[Action]] = {
    Role.TRAINEE: _EVERYONE | {Action.SEE_OWN_PROGRESS, Action.HAND_IN, Action.PAUSE},
    Role.TRAINER: _EVERYONE
    | {
        Action.READ_ANY_PROGRAMME,
        Action.MARK,
        Action.RELEASE,
        Action.SEE_COHORT,
        Action.KEEP_ROSTER,
    },
    Role.MODULE_LEAD: _EVERYONE
    | {
        Action.READ_ANY_PROGRAMME,
        Action.MARK,
        Action.SEE_MARKS,
        Action.SEE_RECORD,
        Action.ALLOCATE,
        Action.OPEN_ATTEMPT,
        Action.DECIDE_MORE_TIME,
        Action.RELEASE,
        Action.CORRECT,
        Action.SEE_COHORT,
        Action.LINK_CONTEXT,
        Action.KEEP_ROSTER,
    },
    Role.EXAMINER: _EVERYONE
    | {
        Action.READ_ANY_PROGRAMME,
        Action.SEE_MARKS,
        Action.SEE_RECORD,
        Action.SEE_COHORT,
    },
    Role.LINE_MANAGER: _EVERYONE | {Action.SEE_OWN_PROGRESS},
    Role.HUB: _EVERYONE | {Action.READ_ANY_PROGRAMME, Action.SEE_COHORT_STATUS, Action.INVITE},
    # Accounts, platforms and settings; no academic record by right of office.
    Role.ADMIN: frozenset(
        {
            Action.SIGNED_IN,
            Action.READ_MODULES,
            Action.READ_ANY_PROGRAMME,
            Action.INVITE,
            Action.CHECK_RECORD,
            Action.MANAGE_PLATFORMS,
            Action.LINK_CONTEXT,
            Action.KEEP_ROSTER,
        }
    ),
}


@dataclass(frozen=True)
class Reads:
    """How somebody reads: letters, spacing, and the nation whose asides stand open."""

    text_size: str = "usual"
    spacing: str = "usual"
    nation: str = "all"


@dataclass(frozen=True)
class Appointment:
    """A role somebody holds; `None` for a cohort or an organisation means all of them."""

    role: Role
    cohort_id: int | None = None
    organisation_id: int | None = None


@dataclass(frozen=True)
class Enrolled:
    """A person's place in a cohort, as far as access needs it."""

    enrolment_id: int
    cohort_id: int
    programme: str


@dataclass(frozen=True)
class Actor:
    """The person acting, with everything that decides what they may do."""

    user_id: int
    name: str
    appointments: tuple[Appointment, ...] = ()
    enrolments: tuple[Enrolled, ...] = ()
    _held: tuple[Appointment, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_enrolment = tuple(
            Appointment(Role.TRAINEE, cohort_id=place.cohort_id)
            for place in self.enrolments
            if place.programme == "pgcert"
        )
        object.__setattr__(self, "_held", self.appointments + by_enrolment)

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held anywhere."""
        return frozenset(held.role for held in self._held)

    def may(self, action: Action, *, cohort_id: int | None = None) -> bool:
        """Whether any role held (for this cohort, when one is named) includes the action."""
        if action is Action.SIGNED_IN:
            return True
        if action in _EVERYONE and self.enrolments:
            return True
        return any(
            action in ACCESS[held.role]
            and (cohort_id is None or held.cohort_id in (None, cohort_id))
            for held in self._held
        )

    def cohorts_where(self, action: Action) -> frozenset[int] | None:
        """The cohorts in which the action is allowed; `None` means every cohort."""
        granting = [held for held in self._held if action in ACCESS[held.role]]
        if any(held.cohort_id is None for held in granting):
            return None
        return frozenset(held.cohort_id for held in granting if held.cohort_id is not None)

    def enrolment_in(self, programme: str) -> Enrolled | None:
        """The latest place in a programme, or None."""
        places = [place for place in self.enrolments if place.programme == programme]
        return places[-1] if places else None
