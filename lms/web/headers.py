"""The headers of every answer: what a page may load, who may frame it, what is kept."""

from wsgiref.headers import Headers

from flask import Flask, Response, g, request

from lms.web.access import find_signed_in

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'{posted_to}; base-uri 'none'; "
    "object-src 'none'; "
    "frame-ancestors {ancestors}"
)


def allow_framing(*origins: str) -> None:
    """Let these origins frame the answer: a launch knows its platform before anybody is in."""
    g.frame_ancestors = origins


def allow_posting(*origins: str) -> None:
    """Let a form of this answer go to these origins: the links that go back to a VLE."""
    g.posted_to = origins


def _ancestors() -> str:
    origins: tuple[str, ...] = getattr(g, "frame_ancestors", ())
    if not origins and request.endpoint != "static":
        signed_in = find_signed_in()
        origins = signed_in.frame_ancestors if signed_in else ()
    return " ".join(origins) or "'none'"


def static_headers(headers: Headers, _path: str, _url: str) -> None:
    """The headers of static files, which WhiteNoise serves before the app is asked."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def init_headers(app: Flask) -> None:
    """Set the headers on every answer of the app."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        posted_to = "".join(f" {one}" for one in g.get("posted_to", ()))
        policy = _POLICY.format(ancestors=_ancestors(), posted_to=posted_to)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # `no-referrer` would break the CSRF check over https; this never leaves our own origin.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if app.config["LMS_SETTINGS"].secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response
