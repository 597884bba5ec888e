"""How it looks: letters, spacing and the reader's nation, reachable from each page that is read."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.actor import Action
from lms.db import db
from lms.errors import BadRequest
from lms.people import queries
from lms.people.forms import LookForm, NationForm
from lms.people.rules import Nation, Spacing, TextSize
from lms.people.service import looks
from lms.people.views.browser import bp
from lms.web.access import current_actor, requires, safe_next


@bp.route("/account/look", methods=["GET", "POST"])
@requires(Action.SIGNED_IN)
def look() -> Response | str | tuple[str, int]:
    """Choose how pages are read; `next` leads back to the page one came from."""
    user = queries.get_user(current_actor().user_id)
    back = request.values.get("next", "")
    if request.method == "GET":
        form = LookForm(
            formdata=None,
            text_size=user.text_size.value,
            spacing=user.spacing.value,
            nation=user.nation.value,
        )
        return render_template("people/look.html", form=form, back=back)
    form = LookForm()
    if not form.validate():
        return render_template("people/look.html", form=form, back=back), 422
    looks.choose_look(
        actor=current_actor(),
        text_size=TextSize(form.text_size.data),
        spacing=Spacing(form.spacing.data),
        nation=Nation(form.nation.data),
    )
    db.session.commit()
    flash("Saved. Pages now read so wherever you sign in.")
    return redirect(safe_next(back) if back else url_for("people.look"), 303)


@bp.post("/account/nation")
@requires(Action.SIGNED_IN)
def choose_nation() -> Response:
    """Choose one's nation while reading, and go on reading."""
    form = NationForm()
    if not form.validate():
        raise BadRequest("Choose one of the nations.")
    looks.choose_nation(actor=current_actor(), nation=Nation(form.nation.data))
    db.session.commit()
    return redirect(safe_next(request.form.get("next")), 303)
