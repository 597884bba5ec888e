"""What is done in learning: saying a page is done, choosing a way, answering a check, writing.

Each function is one use case; it neither commits nor knows the web. Staff who read without a place
in the programme leave no record: every act here asks for a place.
"""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lms.actor import Actor
from lms.db import Base, db
from lms.errors import BadRequest, Conflict, NotFound, RuleBroken
from lms.modules import queries
from lms.modules.catalogue import (
    Cards,
    Check,
    Confidence,
    Page,
    Reflection,
    Scenario,
    Template,
    catalogue,
)
from lms.modules.models import (
    CardPlacing,
    CheckAttempt,
    ConfidenceRating,
    FilledTemplate,
    JournalEntry,
    PageCompletion,
    ReadingChoice,
    ScenarioAct,
)
from lms.modules.models.readings import PageReading
from lms.modules.rules.checks import Given, attempts_left, score
from lms.modules.rules.confidence import STAYS, may_still_say
from lms.modules.rules.reading import NOT_YOURS, Way, reader_of
from lms.modules.rules.scenarios import Act, Did, may_go_back_to, walk

CHECK_CHANGED = (
    "This check was changed while you had it open. Your answers are below. "
    "Please read the questions again, then send them."
)
CHECK_ANSWERED = (
    "You answered this check in another window meanwhile. Your answers here are below, not sent. "
    "Send them again if you want them to count."
)
NO_TRIES_LEFT = "You have used every try that this check allows. Your best one is kept."
ENTRY_CHANGED = (
    "These words were changed in another window meanwhile, so nothing was saved over. "
    "Look at both, put together what you want to keep, and save again."
)
WENT_ON_ELSEWHERE = (
    "You went on in another window meanwhile, so nothing was changed from here. "
    "Below is where you are now."
)
SCENARIO_CHANGED = (
    "This scenario was changed while you had it open, so nothing was chosen yet. "
    "Below is how it stands now."
)
NO_SUCH_WAY = "That is not one of the ways on from here. Choose one of those below."
NO_SUCH_SCENE = "You have not come through that scene. Go back to one that you see below."
CARDS_MOVED = (
    "These cards were moved in another window meanwhile, so nothing was saved over. "
    "Look at both, and send again what you want to keep."
)


def mark_done(page_key: str, *, actor: Actor, now: datetime) -> PageCompletion:
    """Note that the reader is done with a page, in the version they see; earlier ones stay."""
    page = catalogue().page(page_key)
    enrolment_id = _place(actor, page)
    if queries.find_reading(enrolment_id, page.key, page.content_hash) is None:
        _added(
            PageReading(
                enrolment_id=enrolment_id,
                page_key=page.key,
                content_hash=page.content_hash,
                read_at=now,
            )
        )
    found = queries.find_completion(enrolment_id, page.key)
    if found is None:
        made = PageCompletion(
            enrolment_id=enrolment_id,
            page_key=page.key,
            content_hash=page.content_hash,
            done_at=now,
        )
        if _added(made):
            return made
        found = queries.find_completion(enrolment_id, page.key)
        if found is None:
            raise Conflict("We could not note that. Please try once more.")
    if found.content_hash != page.content_hash:
        found.content_hash = page.content_hash
        found.done_at = now
    return found


def take_back(page_key: str, *, actor: Actor) -> None:
    """The reader is not done with a page after all."""
    page = catalogue().page(page_key)
    found = queries.find_completion(_place(actor, page), page.key)
    if found is not None:
        reading = queries.find_reading(found.enrolment_id, page.key, found.content_hash)
        if reading is not None:
            db.session.delete(reading)
        db.session.delete(found)


def choose_way(page_key: str, way: Way, *, actor: Actor, now: datetime) -> ReadingChoice:
    """Note how the reader takes a heavy page; it can be changed at any time."""
    page = catalogue().page(page_key)
    if page.note is None:
        raise NotFound(NOT_YOURS)
    enrolment_id = _place(actor, page)
    found = queries.find_choice(enrolment_id, page.key)
    if found is None:
        made = ReadingChoice(enrolment_id=enrolment_id, page_key=page.key, way=way, chosen_at=now)
        if _added(made):
            return made
        found = queries.find_choice(enrolment_id, page.key)
        if found is None:
            raise Conflict("We could not note that. Please try once more.")
    found.way = way
    found.chosen_at = now
    return found


def answer_check(
    check: Check, given: Given, *, number: int, content_hash: str, actor: Actor, now: datetime
) -> CheckAttempt:
    """Score and keep one attempt.

    `number` and `content_hash` say what the person had before them. Sending the same form twice
    (a double press, a reload) is one attempt.
    """
    enrolment_id = _place(actor, catalogue().page(check.page_key))
    kept = queries.attempts_at(enrolment_id, [check.key])[check.key]
    answers = {question: list(chosen) for question, chosen in given.items()}
    for earlier in kept:
        if earlier.number == number and earlier.answers == answers:
            return earlier
    if content_hash != check.content_hash:
        raise Conflict(CHECK_CHANGED)
    if attempts_left(check, len(kept)) == 0:
        raise RuleBroken(NO_TRIES_LEFT)
    if number != len(kept) + 1:
        raise Conflict(CHECK_ANSWERED)
    scored = score(check, given)
    attempt = CheckAttempt(
        enrolment_id=enrolment_id,
        activity_key=check.key,
        content_hash=check.content_hash,
        number=number,
        answers=answers,
        points=scored.points,
        maximum=scored.maximum,
        passed=scored.passed,
        attempted_at=now,
    )
    if not _added(attempt):
        raise Conflict(CHECK_ANSWERED)
    return attempt


def save_entry(
    reflection: Reflection, text: str, *, version: int, actor: Actor, now: datetime
) -> JournalEntry:
    """Keep the writer's words, written over `version`; 0 when there was none."""
    _place(actor, catalogue().page(reflection.page_key))
    found = queries.find_entry(actor.user_id, reflection.key)
    if found is None:
        made = JournalEntry(
            user_id=actor.user_id, activity_key=reflection.key, text=text, version=1, saved_at=now
        )
        if version == 0 and _added(made):
            return made
        raise Conflict(ENTRY_CHANGED)
    if found.text == text:
        return found
    if found.version != version:
        raise Conflict(ENTRY_CHANGED)
    found.text = text
    found.version += 1
    found.saved_at = now
    return found


def act_in_scenario(
    scenario: Scenario, did: Did, *, number: int, actor: Actor, now: datetime
) -> ScenarioAct:
    """Keep one choice, or a step back, as it is made.

    `number` says which act the person saw before them: the same form sent twice is one act.
    """
    _place(actor, catalogue().page(scenario.page_key))
    kept = queries.acts_in(actor.user_id, [scenario.key])[scenario.key]
    if 0 < number <= len(kept) and _did(kept[number - 1]) == did:
        return kept[number - 1]
    if number != len(kept) + 1:
        raise Conflict(WENT_ON_ELSEWHERE)
    _check_act(scenario, did, kept)
    made = ScenarioAct(
        user_id=actor.user_id,
        activity_key=scenario.key,
        content_hash=scenario.content_hash,
        number=number,
        act=did.act,
        scene_id=did.scene_id,
        way_id=did.way_id,
        done_at=now,
    )
    if not _added(made):
        raise Conflict(WENT_ON_ELSEWHERE)
    return made


def place_cards(
    cards: Cards, places: dict[str, str], *, version: int, asked: bool, actor: Actor, now: datetime
) -> CardPlacing:
    """Keep where the cards are. `asked`: the person wants to read what we say to all of them."""
    _place(actor, catalogue().page(cards.page_key))
    found = queries.placing_to_change(actor.user_id, cards.key)
    if found is None:
        made = CardPlacing(
            user_id=actor.user_id,
            activity_key=cards.key,
            content_hash=cards.content_hash,
            places=places,
            version=1,
            saved_at=now,
            asked_at=now if asked else None,
        )
        if version == 0 and _added(made):
            return made
        raise Conflict(CARDS_MOVED)
    if found.places != places:
        if found.version != version:
            raise Conflict(CARDS_MOVED)
        found.places = places
        found.version += 1
        found.saved_at = now
        found.asked_at = None
    if asked:
        found.asked_at = now
        found.content_hash = cards.content_hash
    return found


def fill_template(
    template: Template, parts: dict[str, str], *, version: int, actor: Actor, now: datetime
) -> FilledTemplate:
    """Keep a template's words, written over `version`; 0 when there was none.

    Words of parts that the form no longer has stay with the rest.
    """
    _place(actor, catalogue().page(template.page_key))
    found = queries.template_to_change(actor.user_id, template.key)
    if found is None:
        made = FilledTemplate(
            user_id=actor.user_id,
            activity_key=template.key,
            content_hash=template.content_hash,
            parts=parts,
            version=1,
            saved_at=now,
        )
        if version == 0 and _added(made):
            return made
        raise Conflict(ENTRY_CHANGED)
    together = {**found.parts, **parts}
    if found.parts == together:
        return found
    if found.version != version:
        raise Conflict(ENTRY_CHANGED)
    found.parts = together
    found.content_hash = template.content_hash
    found.version += 1
    found.saved_at = now
    return found


def rate_confidence(
    rating: Confidence, steps: dict[str, int], *, actor: Actor, now: datetime
) -> None:
    """Keep how sure somebody is, before the unit or after it."""
    _place(actor, catalogue().page(rating.page_key))
    kept = queries.ratings_of(actor.user_id, [rating.key])
    after = {row.statement_id: row.step for row in kept if row.after}
    if not may_still_say(rating, after):
        raise RuleBroken(STAYS)
    rows = {row.statement_id: row for row in kept if row.after is rating.after}
    for statement, step in steps.items():
        if statement in rows:
            rows[statement].step = step
            rows[statement].rated_at = now
        elif not _added(
            ConfidenceRating(
                user_id=actor.user_id,
                activity_key=rating.key,
                statement_id=statement,
                after=rating.after,
                step=step,
                rated_at=now,
            )
        ):
            raise Conflict("You said this in another window at the same moment. Look at it again.")


def _did(kept: ScenarioAct) -> Did:
    return Did(kept.act, kept.scene_id, kept.way_id)


def _check_act(scenario: Scenario, did: Did, kept: list[ScenarioAct]) -> None:
    walked = walk(scenario, [_did(one) for one in kept])
    if did.act is Act.CHOSE:
        if did.scene_id != walked.here.id:
            raise Conflict(SCENARIO_CHANGED)
        if walked.here.way(did.way_id) is None:
            raise BadRequest(NO_SUCH_WAY)
    if did.act is Act.WENT_BACK and not may_go_back_to(walked, did.scene_id or ""):
        raise BadRequest(NO_SUCH_SCENE)


def _place(actor: Actor, page: Page) -> int:
    """The actor's place in the page's programme; without one there is nothing to record."""
    unit = catalogue().unit(page.unit_key)
    enrolment_id = reader_of(actor, unit.programme).enrolment_id
    if enrolment_id is None:
        raise NotFound(NOT_YOURS)
    return enrolment_id


def _added(row: Base) -> bool:
    """Add a row; False when another window did so first (its UNIQUE constraint says so)."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    return True
