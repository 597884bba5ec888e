"""Who and what exists in the practice VLE. Everybody here is invented."""

from dataclasses import dataclass

LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"

CLIENT_ID = "practice-client"
DEPLOYMENT_ID = "1"
TYPE_ID = "1"  # Moodle repeats the registration's number in the query of every service address


@dataclass(frozen=True)
class Person:
    """Somebody with an account in the VLE; `courses` are the ones they are in."""

    sub: str
    name: str
    courses: tuple[str, ...]
    trains: bool = False

    @property
    def email(self) -> str:
        """The address the VLE shares with the tool."""
        return f"{self.sub.partition('-')[2]}@example.test"

    @property
    def role(self) -> str:
        """The one role a Moodle sends for an ordinary person."""
        return INSTRUCTOR if self.trains else LEARNER

    @property
    def role_word(self) -> str:
        """The role as the pages say it."""
        return "trainer" if self.trains else "learner"


@dataclass(frozen=True)
class Course:
    """A course of the VLE (an LTI context)."""

    id: str
    label: str
    title: str
    number: int


@dataclass(frozen=True)
class Activity:
    """A resource link; it has a gradebook column when `maximum` is given."""

    key: str
    title: str
    description: str
    target: str = ""
    maximum: int | None = None
    url: str = ""  # the tool's own, for what was added by deep linking
    resource_id: str = ""
    tag: str = ""

    def link_id(self, course: Course) -> str:
        """The resource link's id: each course has its own."""
        return f"{course.id}:{self.key}"


@dataclass(frozen=True)
class LineItem:
    """A gradebook column: one for each assessment in each course."""

    number: int
    course: Course
    activity: Activity
    maximum: int


def _course(number: int, label: str, start: str) -> Course:
    title = f"PG Cert Independent Modern Slavery Advocacy, Cohort {number} ({start})"
    return Course(f"cohort-{number}", label, title, number)


COURSES = {
    course.id: course
    for course in (
        _course(1, "IMSA-2025-09", "September 2025"),
        _course(2, "IMSA-2026-01", "January 2026"),
        _course(3, "IMSA-2026-05", "May 2026"),
    )
}

ACTIVITIES = {
    activity.key: activity
    for activity in (
        Activity("rl-home", "Your training", "Begins where you left off."),
        Activity("rl-m1", "Module 1", "The whole of Module 1.", "modules/m1"),
        Activity("rl-m1-u1", "Module 1, unit 1", "The first unit of Module 1.", "modules/m1/u1"),
        Activity(
            "rl-m1-plan",
            "Advocacy plan and critical rationale",
            "The written assessment of Module 1.",
            "assessments/m1-plan",
            100,
        ),
    )
}

_LEARNERS = {
    "cohort-1": (
        ("p-bea", "Bea Example"),
        ("p-samir", "Samir Sample"),
        ("p-gwen", "Gwen Specimen"),
        ("p-tunde", "Tunde Invented"),
        ("p-orla", "Orla Pretend"),
        ("p-petra", "Petra Madeup"),
        ("p-vikram", "Vikram Placeholder"),
        ("p-heidi", "Heidi Fictive"),
    ),
    "cohort-2": (
        ("p-marta", "Marta Example"),
        ("p-idris", "Idris Sample"),
        ("p-joan", "Joan Specimen"),
        ("p-chidi", "Chidi Invented"),
        ("p-elin", "Elin Pretend"),
        ("p-rafael", "Rafael Madeup"),
        ("p-nadia", "Nadia Placeholder"),
        ("p-callum", "Callum Fictive"),
    ),
    "cohort-3": (
        ("p-priya", "Priya Example"),
        ("p-tomos", "Tomos Sample"),
        ("p-aroha", "Aroha Placeholder"),
        ("p-kwame", "Kwame Specimen"),
        ("p-lucia", "Lucia Invented"),
        ("p-yusuf", "Yusuf Madeup"),
        ("p-fern", "Fern Fictive"),
        ("p-owen", "Owen Pretend"),
    ),
}

_TRAINERS = (("t-imogen", "Imogen Example"), ("t-rowan", "Rowan Sample"))

PEOPLE = {
    person.sub: person
    for person in (
        *(Person(sub, name, tuple(COURSES), trains=True) for sub, name in _TRAINERS),
        *(
            Person(sub, name, (course,))
            for course, learners in _LEARNERS.items()
            for sub, name in learners
        ),
    )
}


def learners_of(course: Course) -> list[Person]:
    """The people who have a row in the course's gradebook."""
    return [p for p in PEOPLE.values() if course.id in p.courses and not p.trains]


def line_items_of(course: Course) -> list[LineItem]:
    """The columns of the course's gradebook, numbered the same at every start."""
    marked = [activity for activity in ACTIVITIES.values() if activity.maximum is not None]
    return [
        LineItem(course.number * 10 + place, course, activity, activity.maximum or 0)
        for place, activity in enumerate(marked, 1)
    ]


def find_line_item(course_id: str, number: int) -> LineItem | None:
    """The column with this number in this course, if there is one."""
    course = COURSES.get(course_id)
    if course is None:
        return None
    return next((item for item in line_items_of(course) if item.number == number), None)
