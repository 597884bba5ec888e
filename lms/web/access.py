"""Who may open a view. Each carries `@requires(...)` or `@public`; a test walks all of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, cast

from flask import redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from lms.actor import Action, Actor, Reads
from lms.errors import NotAllowed, NotFound
from lms.web.prefix import launch_id

View = Callable[..., Any]
ACCESS_MARK = "__access__"

login_manager = LoginManager()


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """Somebody whose browser is known to us, by a local sign-in or by a launch from a VLE."""

    actor: Actor
    key: str
    theme: str = "auto"
    reads: Reads = field(default_factory=Reads)
    framed: bool = False
    launched: bool = False
    frame_ancestors: tuple[str, ...] = ()

    def get_id(self) -> str:
        """What Flask-Login keeps in the session: the sign-in's secret, not the user's id."""
        return self.key


def find_signed_in() -> SignedIn | None:
    """Whoever is signed in, if anybody is."""
    return cast(SignedIn, current_user) if current_user.is_authenticated else None


def find_actor() -> Actor | None:
    """The person acting, if anybody is signed in."""
    signed_in = find_signed_in()
    return signed_in.actor if signed_in else None


def current_actor() -> Actor:
    """The person acting, in a view that `@requires` one."""
    actor = find_actor()
    if actor is None:
        raise NotAllowed("Please sign in first.")
    return actor


def ask_to_sign_in() -> Response:
    """Send somebody unknown to the sign-in page and back here afterwards."""
    if launch_id(request.environ):
        if not request.cookies:
            raise NotAllowed(
                "This browser sent no cookie, so we cannot know that it is you. Let it keep "
                "cookies for this site, go back to the course, and open the activity again. "
                "What you saved is safe."
            )
        raise NotAllowed(
            "This page was opened from your university’s site, and this browser no longer has the "
            "key to it. Close it, go back to the course, and open the activity again. "
            "What you saved is safe."
        )
    here = request.full_path if request.method == "GET" else url_for("start.home")
    return redirect(url_for("people.sign_in", next=here.rstrip("?")), 303)


def requires(action: Action) -> Callable[[View], View]:
    """Let only those in whose role includes `action`; others sign in, or are told plainly."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = find_actor()
            if actor is None:
                return ask_to_sign_in()
            if not actor.may(action):
                raise NotAllowed("Your account does not include this page.")
            return view(*args, **kwargs)

        setattr(guarded, ACCESS_MARK, action)
        return guarded

    return decorate


def public(view: View) -> View:
    """Open to anybody."""
    setattr(view, ACCESS_MARK, "public")
    return view


def access_of(view: View) -> Action | str | None:
    """What a view asks for: an action, `public`, or None when it says nothing."""
    mark: Action | str | None = getattr(view, ACCESS_MARK, None)
    return mark


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path of ours, or home. Nothing that leads to another site.

    Browsers read `//host` and `/\\host` as another site, and strip control characters first.
    """
    if (
        target
        and target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and target.isprintable()
        and "\\" not in target
    ):
        return target
    return url_for("start.home")


def not_found_here() -> NotFound:
    """The one sentence for what is not there, or may not be known to be there."""
    return NotFound("There is nothing at this address, or it is not yours to see.")
