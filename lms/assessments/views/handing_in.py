"""Handing in: what will be handed in is shown first, then a button, then the receipt."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms import HandInForm, read_answers, read_topics
from lms.assessments.models import Draft, Submission
from lms.assessments.rules.allocating import Topic
from lms.assessments.rules.confidentiality import WINDOW, Answers, Review
from lms.assessments.rules.dates import date_costs, date_rule, deadline, length_rule
from lms.assessments.rules.deadlines import Reason
from lms.assessments.rules.handing_in import HandInFacts, count_words, hand_in_blocks
from lms.assessments.rules.turnaround import marks_by
from lms.assessments.service import confidentiality
from lms.assessments.service import handing_in as service
from lms.assessments.service.counting import tally_of
from lms.assessments.service.replacing import may_replace
from lms.assessments.service.taking_back import why_final
from lms.assessments.views.blueprints import assessments
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.markdown_html import render
from lms.modules.catalogue import Assessment, catalogue
from lms.people.models import Enrolment
from lms.tasks import poke
from lms.web.access import current_actor, requires

OTHER_WORDS = (
    "It was handed in already, from another window, and not with the words that this window showed."
    " This is the receipt of what was handed in."
)


@assessments.get("/<assessment>/hand-in")
@requires(Action.HAND_IN)
def hand_in(assessment: str) -> Response | str:
    """What will be handed in, what is declared, and which rule about the date will be applied."""
    actor = current_actor()
    asked = queries.assessment_visible_to(actor, assessment)
    place = queries.place_visible_to(actor, asked)
    attempt, _ = queries.current_attempt(place.id, asked.key)
    done = queries.find_submission(place.id, asked.key, attempt)
    if done is not None:
        return redirect(url_for("assessments.receipt", number=done.receipt), 303)
    return _page(asked, place)


def _page(
    asked: Assessment,
    place: Enrolment,
    *,
    refused: tuple[str, ...] = (),
    agreed: bool = False,
    answers: Answers = service.NO_ANSWERS,
    named: frozenset[Topic] = frozenset(),
    final: bool = False,
) -> str:
    now = clock.now()
    moves = queries.moves_of([place.id])[place.id]
    date = queries.dated_by(moves, place.cohort, asked, now)
    draft = queries.find_draft(place.id, asked.key, date.attempt)
    wording = service.declaration_now(asked, now)
    regulations = queries.regulations_of(place.cohort)
    rule = date_rule(date.due, now, regulations, done=False)
    tally = tally_of(draft, regulations)
    form = HandInForm(
        formdata=None,
        data={
            "shown": service.fingerprint_of(draft) if draft else "",
            "wording": wording.number,
            "rule": rule,
            "agreed": agreed,
            "final": final,
        },
    )
    return render_template(
        "assessments/hand_in.html",
        asked=asked,
        module=catalogue().module(asked.module_key),
        draft=draft,
        tally=tally,
        text_words=count_words(draft.text) if draft else 0,
        declaration=catalogue().declaration(asked.declaration),
        declared_html=render(wording.text).html,
        date=date,
        ahead=now < date.due,
        formats=moves.formats,
        rule=rule,
        costs=date_costs(date.due, now, regulations),
        length=length_rule(tally.words, asked.words, regulations),
        blocks=() if refused else _blocks_before_ticking(draft, asked),
        refused=refused,
        form=form,
        review=confidentiality.review_of(draft, place) if asked.record == "here" else Review(),
        answers=answers,
        topics=[(topic.name, str(topic).capitalize()) for topic in Topic],
        named=[topic.name for topic in named],
    )


def _blocks_before_ticking(draft: Draft | None, asked: Assessment) -> tuple[str, ...]:
    facts: HandInFacts = service.facts_of(draft, asked, declared=True)
    return hand_in_blocks(facts)


@assessments.post("/<assessment>/hand-in")
@requires(Action.HAND_IN)
def hand_in_draft(assessment: str) -> Response | tuple[str, int]:
    """Hand the draft in. Pressed twice, it leads to the same receipt."""
    actor = current_actor()
    asked = queries.assessment_visible_to(actor, assessment)
    form = HandInForm()
    answers = read_answers(request.form)
    named = read_topics(request.form.getlist("topics"))
    try:
        submission = service.hand_in(
            asked,
            shown=form.shown.data or "",
            declared=form.wording.data if form.agreed.data else None,
            actor=actor,
            now=clock.now(),
            answers=answers,
            topics=named,
            rule_shown=form.rule.data or "",
            final=bool(form.final.data),
        )
    except (RuleBroken, Conflict) as refusal:
        db.session.rollback()
        reasons = refusal.reasons if isinstance(refusal, RuleBroken) else (refusal.message,)
        place = queries.place_visible_to(actor, asked)
        page = _page(
            asked,
            place,
            refused=reasons,
            agreed=bool(form.agreed.data),
            answers=answers,
            named=named,
            final=bool(form.final.data),
        )
        return page, 409
    number, same = submission.receipt, submission.sha256 == form.shown.data
    db.session.commit()
    poke("messages")
    flash("It is handed in. This is your receipt." if same else OTHER_WORDS)
    return redirect(url_for("assessments.receipt", number=number), 303)


@assessments.get("/receipts/<number>")
@requires(Action.HAND_IN)
def receipt(number: str) -> str:
    """When, under which number and which rule something was handed in."""
    gone = queries.find_taken_back(current_actor(), number)
    return receipt_page(number) if gone is None else _taken_back_page(gone)


def _taken_back_page(gone: Submission) -> str:
    asked = catalogue().assessment(gone.assessment)
    module = catalogue().module(asked.module_key)
    return render_template("assessments/taken_back.html", asked=asked, module=module, gone=gone)


def receipt_page(number: str, *, refused: tuple[str, ...] = ()) -> str:
    """The receipt; `refused` says why it was not taken back."""
    submission = queries.receipt_visible_to(current_actor(), number)
    asked = catalogue().assessment(submission.assessment)
    regulations = queries.regulations_of(submission.enrolment.cohort)
    return render_template(
        "assessments/receipt.html",
        asked=asked,
        module=catalogue().module(asked.module_key),
        submission=submission,
        declared_html=render(submission.declared).html,  # ours, from content/declarations.toml
        rule=date_rule(submission.due_at, submission.handed_in_at, regulations),
        length=length_rule(submission.words, asked.words, regulations),
        regulations=regulations,
        refused=refused,
        final=why_final(submission, now=clock.now()),
        check=queries.find_check(
            submission.enrolment_id, submission.assessment, submission.attempt
        ),
        replace_until=submission.handed_in_at + WINDOW,
        may_replace=not may_replace(submission, now=clock.now()),
        because=because_of(submission, asked),
        released_at=queries.find_released_at(submission.id),
        openings=queries.openings(submission.id),
        by=marks_by(
            submission.due_at,
            submission.handed_in_at,
            regulations,
            clock.today(clock.now()),
        ),
        topics=", ".join(sorted(queries.topics_of([submission.id]).get(submission.id, ()))),
    )


def because_of(submission: Submission, asked: Assessment) -> tuple[Reason, ...]:
    """Why it was due then; nothing where that can no longer be told, or goes without saying."""
    cohorts = deadline(submission.enrolment.cohort.starts_on, asked.due)
    if submission.attempt == 1 and submission.due_at == cohorts:
        return ()
    date = queries.deadline_of(submission.enrolment, asked, submission.handed_in_at)
    same = (date.attempt, date.due) == (submission.attempt, submission.due_at)
    return date.because if same and (date.moved or date.attempt > 1) else ()
