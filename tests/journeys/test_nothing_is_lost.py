"""kill -9 at any moment loses nothing that was said to be saved, and does nothing twice.

The server is killed while drafts, scripts and marks are on their way, the worker while scores and
e-mails are. Whoever got no answer tries again, as a person would, and finds everything once.
"""

import hashlib
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from lms.app import create_app
from lms.assessments import queries as assessment_queries
from lms.assessments.models import Draft, LedgerEntry, Mark, Submission
from lms.assessments.rules.deadlines import FIRST_ATTEMPT
from lms.assessments.service import handing_in
from lms.audit.service import first_broken
from lms.cli.demo.history import COMMENT, OVERALL
from lms.clock import now
from lms.config import read_settings
from lms.db import db, db_writes
from lms.lti.models import Context, ResourceLink, ScoreDelivery
from lms.lti.rules.scores import Delivery
from lms.messages.models import Message
from lms.modules.catalogue import catalogue
from lms.people import queries
from lms.people.models import User
from lms.people.service.sign_ins import start_sign_in
from tests.journeys.stack import SECRET, Product, running_product, wait_until

pytestmark = pytest.mark.browser  # slow, and it starts processes

KEY = "m1-plan"
CSRF = hashlib.sha1(os.urandom(64)).hexdigest()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("killed")) as running:
        yield running


@pytest.fixture(scope="module")
def inside(product: Product) -> Iterator[Flask]:
    """The same database, from this process: to look at what is kept, not to do anything for it."""
    app = create_app(read_settings(product.env))
    yield app
    with app.app_context():
        db.engine.dispose()


@contextmanager
def looking(app: Flask) -> Iterator[None]:
    """An app context that leaves no transaction open."""
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()


@dataclass
class Person:
    """Somebody who sends forms as a browser would, and tries again when no answer comes."""

    tool: str
    cookie: str
    session: requests.Session = field(default_factory=requests.Session)

    def post(self, path: str, fields: dict[str, str], *, script: bool = False) -> requests.Response:
        """Send a form once: by its button, or as the page's script saves."""
        return self.session.post(
            self.tool + path,
            data={**fields, "csrf_token": _csrf_token()},
            headers={
                "Cookie": self.cookie,
                "Accept": "application/json" if script else "text/html",
            },
            allow_redirects=False,
            timeout=10,
        )


def _csrf_token() -> str:
    signed = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(CSRF)
    return str(signed)


def come_in(product: Product, app: Flask, name: str) -> Person:
    """Sign an invented person in."""
    with looking(app), db_writes():
        user_id = db.session.scalar(sa.select(User.id).where(User.name == name))
        assert user_id
        secret = start_sign_in(user_id=user_id, now=now())
        db.session.commit()
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer
        cookie = serializer.dumps({"_user_id": secret, "_fresh": True, "csrf_token": CSRF})
    return Person(product.tool, f"__Host-lms={cookie}")


def kill_and_restart(product: Product) -> None:
    """kill -9 of every server process, then a new start."""
    product.kill("server")
    product.start_server()


def _longer(saved: list[int], than: int) -> bool:
    return len(saved) > than


def test_no_saved_draft_is_lost(product: Product, inside: Flask) -> None:
    fern = come_in(product, inside, "Fern Fictive")
    saved: list[int] = []
    stop = threading.Event()

    def write() -> None:
        version = 0
        while not stop.is_set():
            with suppress(requests.RequestException):
                text = f"Invented words, edition {version + 1}."
                fields = {"text": text, "version": str(version)}
                answer = fern.post(f"/assessments/{KEY}/draft", fields, script=True)
                if answer.ok:
                    version = answer.json()["version"]
                    saved.append(version)
                elif answer.status_code == 409:
                    version += 1  # the save whose answer was lost did arrive
            time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(3):
        enough = len(saved) + 3
        wait_until(partial(_longer, saved, enough), "some saves")
        time.sleep(random.uniform(0, 0.1))
        kill_and_restart(product)
    stop.set()
    writer.join()
    with looking(inside):
        place = db.session.scalar(
            sa.select(Draft).where(Draft.text.like("Invented words, edition %"))
        )
        assert place is not None
        assert place.version >= max(saved)
        assert place.text == f"Invented words, edition {place.version}."


@pytest.mark.parametrize(
    "name", ["Kwame Specimen", "Lucia Invented", "Yusuf Madeup", "Priya Example"]
)
def test_handing_in_happens_once_whatever_is_killed(
    product: Product, inside: Flask, name: str
) -> None:
    person = come_in(product, inside, name)
    person.post(f"/assessments/{KEY}/draft", {"text": f"A script of {name}.", "version": "0"})
    with looking(inside):
        user = db.session.scalar(sa.select(User).where(User.name == name))
        assert user
        actor = queries.actor_for(user)
        asked = catalogue().assessment(KEY)
        place = assessment_queries.place_visible_to(actor, asked)
        draft = assessment_queries.find_draft(place.id, KEY, FIRST_ATTEMPT)
        assert draft is not None, "the draft was said to be saved"
        fields = {
            "shown": handing_in.fingerprint_of(draft),
            "wording": str(handing_in.declaration_now(asked, now()).number),
            "agreed": "y",
            "final": "y",
        }
        place_id = place.id
    first = threading.Thread(target=_try, args=(person, fields))
    first.start()
    time.sleep(random.uniform(0, 0.06))
    kill_and_restart(product)
    first.join()
    again = person.post(f"/assessments/{KEY}/hand-in", fields)
    assert again.status_code == 303
    with looking(inside):
        kept = db.session.scalars(
            sa.select(Submission).where(Submission.enrolment_id == place_id)
        ).all()
        assert len(kept) == 1
        assert kept[0].text == f"A script of {name}."
        assert again.headers["Location"].endswith(kept[0].receipt)
        letters = db.session.scalars(
            sa.select(Message).where(Message.dedupe_key.contains(kept[0].receipt))
        ).all()
        assert len(letters) == 1
        assert first_broken() is None


def _try(person: Person, fields: dict[str, str]) -> None:
    with suppress(requests.RequestException):
        person.post(f"/assessments/{KEY}/hand-in", fields)


def test_no_saved_mark_is_lost_and_finishing_happens_once(product: Product, inside: Flask) -> None:
    imogen = come_in(product, inside, "Imogen Example")
    with looking(inside):
        script = db.session.scalar(
            sa.select(Submission).where(Submission.text == "A script of Kwame Specimen.")
        )
        assert script
        script_id = script.id
    fields = {"comment": OVERALL, "version": "0"}
    for criterion in catalogue_criteria(inside):
        fields |= {
            f"{criterion}-band": "merit",
            f"{criterion}-points": "64",
            f"{criterion}-why": COMMENT,
        }
    address = f"/marking/scripts/{script_id}"
    saved = imogen.post(address, fields, script=True)
    assert saved.ok, saved.text
    finish = {**fields, "version": str(saved.json()["version"]), "act": "finish"}
    first = threading.Thread(target=lambda: _quietly(imogen, address, finish))
    first.start()
    time.sleep(random.uniform(0, 0.06))
    kill_and_restart(product)
    first.join()
    _quietly(imogen, address, finish)
    with looking(inside):
        mark = db.session.scalar(sa.select(Mark).where(Mark.submission_id == script_id))
        assert mark
        assert mark.comment == OVERALL
        assert mark.finished_at is not None
        entries = db.session.scalars(
            sa.select(LedgerEntry.kind).where(LedgerEntry.submission_id == script_id)
        ).all()
        assert list(entries) == ["marked"]
        assert first_broken() is None


def _quietly(person: Person, address: str, fields: dict[str, str]) -> None:
    with suppress(requests.RequestException):
        person.post(address, fields)


def catalogue_criteria(app: Flask) -> list[str]:
    """The ids of the criteria of the assessment."""
    with looking(app):
        return [criterion.id for criterion in catalogue().assessment(KEY).criteria]


def test_a_worker_killed_while_sending_sends_each_score_in_the_end(
    product: Product, inside: Flask
) -> None:
    """Cohort 1's results were released before their activity was ever opened: all are due now."""
    product.vle.slow(1)
    product.kill("worker")
    _open_the_activity(product, inside)
    for _ in range(4):
        product.start_worker()
        time.sleep(random.uniform(3.5, 6.5))
        product.kill("worker")
        _two_minutes_pass(inside)
    product.vle.up()
    product.start_worker()
    learners = ("bea", "samir", "gwen", "tunde", "orla", "petra", "vikram", "heidi")
    wait_until(
        lambda: all(product.vle.grade("cohort-1", f"p-{one}") for one in learners),
        "eight scores in the gradebook",
        seconds=90,
    )
    wait_until(lambda: _all_sent(inside), "eight deliveries settled", seconds=150)
    for one in learners:
        grade = product.vle.grade("cohort-1", f"p-{one}")
        assert grade is not None
        assert grade.points is not None


def _open_the_activity(product: Product, app: Flask) -> None:
    """What the first launch of the assessment in cohort 1's course leaves behind."""
    with looking(app), db_writes():
        context = db.session.scalar(sa.select(Context).where(Context.vle_id == "cohort-1"))
        assert context
        db.session.add(
            ResourceLink(
                deployment_id=context.deployment_id,
                context_id=context.id,
                vle_id="cohort-1:rl-m1-plan",
                title="Advocacy plan",
                target=f"assessments/{KEY}",
                lineitem_url=product.vle.line_item_url("cohort-1"),
                lineitems_url=None,
                scopes=" ".join(
                    f"https://purl.imsglobal.org/spec/lti-ags/scope/{name}"
                    for name in ("score", "result.readonly", "lineitem.readonly")
                ),
                first_seen_at=now(),
            )
        )
        db.session.commit()


def _two_minutes_pass(app: Flask) -> None:
    """Let the leases of the killed worker end without waiting for it."""
    with looking(app), db_writes():
        for delivery in db.session.scalars(
            sa.select(ScoreDelivery).where(ScoreDelivery.status == Delivery.WAITING)
        ):
            delivery.due_at -= timedelta(minutes=3)
            if delivery.leased_until:
                delivery.leased_until -= timedelta(minutes=3)
        db.session.commit()


def _all_sent(app: Flask) -> bool:
    with looking(app):
        states = db.session.scalars(sa.select(ScoreDelivery.status)).all()
    return len(states) >= 8 and set(states) == {Delivery.SENT}


def test_every_letter_is_sent(product: Product, inside: Flask) -> None:
    def all_sent() -> bool:
        with looking(inside):
            waiting = sa.select(sa.func.count(Message.id)).where(Message.sent_at.is_(None))
            return db.session.scalar(waiting) == 0

    wait_until(all_sent, "every e-mail", seconds=90)
    assert Path(product.folder / "mail").exists()
