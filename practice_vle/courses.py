"""What is in a course: the activities it began with, and those that were added from the tool."""

from practice_vle.platform import Platform
from practice_vle.world import ACTIVITIES, COURSES, Activity, Course, LineItem, line_items_of

FIRST_ADDED = 1000  # the numbers of columns that came with an added activity


def activities_in(vle: Platform, course: Course) -> list[Activity]:
    """The course's activities, the added ones last."""
    added = [
        Activity(
            key=f"added-{one.id}",
            title=one.title,
            description=one.text,
            target=one.target,
            maximum=one.maximum,
            url=one.url,
            resource_id=one.resource_id,
            tag=one.tag,
        )
        for one in vle.state.linked(course.id)
    ]
    return [*ACTIVITIES.values(), *added]


def find_activity(vle: Platform, course_id: str, key: str) -> Activity | None:
    """An activity of a course."""
    if course_id not in COURSES:
        return None
    found = (one for one in activities_in(vle, COURSES[course_id]) if one.key == key)
    return next(found, None)


def line_items(vle: Platform, course: Course) -> list[LineItem]:
    """The columns of the course's gradebook, those of added activities last."""
    added = [
        LineItem(FIRST_ADDED + int(one.key.removeprefix("added-")), course, one, one.maximum)
        for one in activities_in(vle, course)
        if one.key.startswith("added-") and one.maximum is not None
    ]
    return [*line_items_of(course), *added]


def find_line_item(vle: Platform, course_id: str, number: int) -> LineItem | None:
    """The column with this number in this course, if there is one."""
    if course_id not in COURSES:
        return None
    found = (one for one in line_items(vle, COURSES[course_id]) if one.number == number)
    return next(found, None)
