"""Open edX's own LTI platform code on a port, run by the peer's python (README.md beside this).

`lti-consumer-xblock` is used as it is; only what it asks of the rest of Open edX is stood in for:
one course with one block per configuration, and everybody may do everything.
"""

# This file runs in the peer's environment, whose libraries are not in ours.
# mypy: disable-error-code="import-not-found, misc, no-any-return, untyped-decorator"

import argparse
import json
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

COURSE = "course-v1:PeerX+LTI101+2026"
BLOCK = "block-v1:PeerX+LTI101+2026+type@lti_consumer+block@"

published: list[dict[str, Any]] = []  # what reached the gradebook
members: dict[int, dict[str, Any]] = {}  # who is in the course, by number
tool_key_sets: dict[str, Any] = {}  # key sets given to us, served under /tool-jwks/


class QuietHandler(WSGIRequestHandler):
    """A handler that writes no line for each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Block:
    """Stands in for the course block that a configuration belongs to."""

    has_score = True
    weight = 100
    accept_grades_past_due = True
    lti_1p3_passport_id = None
    context_id = COURSE

    def __init__(self, location: Any) -> None:
        self.location = location
        self.display_name = f"Peer block {location.block_id}"
        self.scope_ids = type("ScopeIds", (), {"usage_id": location, "user_id": None})()

    def is_past_due(self) -> bool:
        """Never: the tool may always send."""
        return False

    def max_score(self) -> int:
        """What the gradebook's score is out of."""
        return self.weight

    def set_user_module_score(self, user: str, score: float, maximum: int, comment: str) -> None:
        """Open edX's way into its gradebook; `score` is from 0 to 1."""
        published.append(
            {
                "location": str(self.location),
                "user": user,
                "score": score,
                "maximum": maximum,
                "comment": comment,
            }
        )


def somebody(get_response: Any) -> Any:
    """Middleware: the library asks who brings a deep linking answer; everybody may."""

    def respond(request: Any) -> Any:
        request.user = None
        return get_response(request)

    return respond


class ExternalId:
    """Under which name the tool knows somebody."""

    def __init__(self, number: int) -> None:
        self.external_user_id = f"user{number}"


class ExternalIds:
    """Stands in for Open edX's table of such names."""

    def __getitem__(self, number: int) -> ExternalId:
        return ExternalId(number)


def configure_django(base_url: str, folder: Path) -> None:
    """Settings enough for the library, its tables, and the stand-ins."""
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "peer.sqlite3")}
    settings.configure(
        SECRET_KEY="a-peer-on-loopback-has-no-secrets",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DATABASES={"default": database | {"OPTIONS": {"timeout": 20}}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "rest_framework",
            "django_filters",
            "config_models",
            "lti_consumer",
        ],
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        MIDDLEWARE=[f"{__name__}.somebody"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        LTI_BASE=base_url,
        LTI_API_BASE=base_url,
        PLATFORM_NAME="Open edX peer",
        USAGE_ID_PATTERN=r"(?P<usage_id>[^/]+)",
        LOGGING={"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR"}},
    )
    django.setup()
    call_command("migrate", verbosity=0)

    from lti_consumer.plugin import compat

    compat.load_enough_xblock = Block
    compat.load_block_as_user = Block
    compat.get_user_from_external_user_id = str
    compat.get_course_by_id = str
    compat.user_course_access = lambda *_args, **_kwargs: True
    compat.user_has_access = lambda *_args, **_kwargs: True
    compat.user_has_studio_write_access = lambda *_args, **_kwargs: True
    compat.get_course_members = lambda _course: {
        number: dict(one) for number, one in members.items()
    }
    compat.merge_course_forum_roles = lambda _course, found: found
    compat.batch_get_or_create_externalids = lambda _users: ExternalIds()


def new_platform_key() -> dict[str, str]:
    """A key made as the library makes its own, but in a tenth of the time."""
    private = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return {
        "lti_1p3_internal_private_key": private.decode(),
        "lti_1p3_internal_private_key_id": str(uuid4()),
        "lti_1p3_internal_public_jwk": "",
    }


@csrf_exempt
def configure(request: HttpRequest) -> HttpResponse:
    """POST JSON: register the tool for one block; answers all that the tool needs to know."""
    from lti_consumer.models import Lti1p3Passport, LtiConfiguration
    from lti_consumer.utils import get_lti_ags_lineitems_url
    from opaque_keys.edx.keys import UsageKey

    asked = json.loads(request.body)
    base_url, name = settings.LTI_BASE, asked["name"]
    keyset_url = asked.get("jwks_url", "")
    if "jwks" in asked:
        tool_key_sets[name] = asked["jwks"]
        keyset_url = f"{base_url}/tool-jwks/{name}"
    passport = Lti1p3Passport.objects.create(
        name=name, lti_1p3_tool_keyset_url=keyset_url, **new_platform_key()
    )
    config = LtiConfiguration.objects.create(
        version="lti_1p3",
        config_store="CONFIG_ON_DB",
        location=UsageKey.from_string(BLOCK + name),
        lti_1p3_passport=passport,
        lti_1p3_oidc_url=asked["login_url"],
        lti_1p3_launch_url=asked["launch_url"],
        lti_1p3_redirect_uris=asked.get("redirect_uris") or [asked["launch_url"]],
        lti_advantage_ags_mode=asked.get("ags_mode", "declarative"),
        lti_advantage_enable_nrps=asked.get("extras", False),
        lti_advantage_deep_linking_enabled=asked.get("extras", False),
        lti_advantage_deep_linking_launch_url=asked["launch_url"],
    )
    config.get_lti_consumer()  # makes the line item in the declarative mode
    line_item = config.ltiagslineitem_set.first()
    return JsonResponse(
        {
            "name": name,
            "config_id": str(config.config_id),
            "issuer": base_url,
            "client_id": passport.lti_1p3_client_id,
            "deployment_id": "1",
            "auth_url": f"{base_url}/api/lti_consumer/v1/launch/",
            "token_url": f"{base_url}/api/lti_consumer/v1/token/{passport.passport_id}",
            "jwks_url": f"{base_url}/api/lti_consumer/v1/public_keysets/{passport.passport_id}",
            "context_id": COURSE,
            "resource_link_id": BLOCK + name,
            "lineitems": get_lti_ags_lineitems_url(config.id),
            "lineitem": get_lti_ags_lineitems_url(config.id, line_item.id) if line_item else None,
        }
    )


def _config(request: HttpRequest) -> Any:
    from lti_consumer.models import LtiConfiguration

    return LtiConfiguration.objects.get(config_id=request.GET["config"])


def start(request: HttpRequest) -> HttpResponse:
    """Begin a launch: Open edX makes the login initiation, as a redirect to the tool."""
    from lti_consumer.api import get_lti_1p3_launch_start_url
    from lti_consumer.data import Lti1p3LaunchData

    config, asked = _config(request), request.GET
    data = Lti1p3LaunchData(
        user_id=asked.get("user", "user2"),
        user_role=asked.get("role", "student"),
        config_id=str(config.config_id),
        resource_link_id=str(config.location),
        name=asked.get("name") or None,
        email=asked.get("email") or None,
        preferred_username=asked.get("user", "user2"),
        launch_presentation_document_target=asked.get("window", "iframe"),
        launch_presentation_return_url=f"{settings.LTI_BASE}/back",
        context_id=COURSE,
        context_type=["course_offering"],
        context_title="A course of the peer",
        context_label="LTI101",
        custom_parameters={"lms_target": asked["target"]} if asked.get("target") else {},
    )
    url = get_lti_1p3_launch_start_url(
        data,
        deep_link_launch="deep" in asked,
        dl_content_id=asked.get("content"),
    )
    return HttpResponseRedirect(url)


@csrf_exempt
def set_members(request: HttpRequest) -> HttpResponse:
    """POST JSON: who is in the course from now on ([number, name, role])."""
    members.clear()
    for number, name, role in json.loads(request.body):
        members[number] = {
            "id": number,
            "username": f"user{number}",
            "name": name,
            "email": f"user{number}@example.test",
            "roles": [role],
        }
    return JsonResponse({})


def content_items(request: HttpRequest) -> HttpResponse:
    """What deep linking saved for a configuration."""
    rows = [
        {"id": one.id, "type": one.content_type} | one.attributes
        for one in _config(request).ltidlcontentitem_set.order_by("id")
    ]
    return JsonResponse({"items": rows})


def back(request: HttpRequest) -> HttpResponse:
    """The return_url: says back what the tool said."""
    return JsonResponse(request.GET.dict())


def tool_jwks(_request: HttpRequest, name: str) -> HttpResponse:
    """A key set that was given to `configure`, so that the library reads it over HTTP."""
    return JsonResponse(tool_key_sets[name])


def scores(request: HttpRequest) -> HttpResponse:
    """The scores that Open edX has kept for a configuration's line items."""
    rows = [
        {
            "line_item": score.line_item_id,
            "user_id": score.user_id,
            "score_given": score.score_given,
            "score_maximum": score.score_maximum,
            "comment": score.comment,
            "activity_progress": score.activity_progress,
            "grading_progress": score.grading_progress,
            "timestamp": _iso(score.timestamp),
        }
        for item in _config(request).ltiagslineitem_set.order_by("id")
        for score in item.scores.order_by("user_id")
    ]
    return JsonResponse({"scores": rows})


def _iso(moment: datetime) -> str:
    return moment.isoformat()


def gradebook(request: HttpRequest) -> HttpResponse:
    """What was published from this configuration's block to the gradebook, in order."""
    location = str(_config(request).location)
    return JsonResponse({"grades": [row for row in published if row["location"] == location]})


@csrf_exempt
def rotate_key(request: HttpRequest) -> HttpResponse:
    """A new platform key in the place of the old one: new kid, old access tokens end."""
    passport = _config(request).lti_1p3_passport
    for name, value in new_platform_key().items():
        setattr(passport, name, value)
    passport.save()
    return JsonResponse({"kid": passport.lti_1p3_private_key_id})


@csrf_exempt
def change_tool_jwks(request: HttpRequest, name: str) -> HttpResponse:
    """The tool has changed its keys: serve this key set from now on."""
    tool_key_sets[name] = json.loads(request.body)
    return JsonResponse({})


urlpatterns: list[Any] = []


def add_urls() -> None:
    """Open edX's addresses and ours; its own may be imported only after the settings are made."""
    urlpatterns.extend(
        [
            path("api/", include("lti_consumer.plugin.urls", namespace="lti_consumer")),
            path("start", start),
            path("back", back),
            path("tool-jwks/<str:name>", tool_jwks),
            path("control/configure", configure),
            path("control/scores", scores),
            path("control/gradebook", gradebook),
            path("control/members", set_members),
            path("control/content-items", content_items),
            path("control/rotate-key", rotate_key),
            path("control/tool-jwks/<str:name>", change_tool_jwks),
        ]
    )


def main() -> None:
    """Serve until stopped; the first line on standard output is the address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    server = ThreadedWSGIServer(("127.0.0.1", given.port), QuietHandler)
    server.daemon_threads = True
    base_url = f"http://localhost:{server.server_port}"
    configure_django(base_url, given.folder)
    add_urls()
    server.set_app(get_wsgi_application())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.stdout.write(f"{base_url}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
