"""Which web addresses of a VLE we follow, show or let frame us."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def origin(url: str) -> str | None:
    """Scheme, host and port of a web address, as browsers write them; None when it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or not url.isprintable():
        return None
    if not all(c.isascii() and (c.isalnum() or c in "-.:") for c in host):
        return None
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def origins(*urls: str | None) -> tuple[str, ...]:
    """The origins of these addresses, each once, in order."""
    found = (origin(url) for url in urls if url)
    return tuple(dict.fromkeys(one for one in found if one))


def may_be_asked(url: str) -> bool:
    """Whether we speak to this address at all: https, or this very machine."""
    found = origin(url)
    if found is None or urlsplit(url).username is not None:
        return False
    return found.startswith("https://") or urlsplit(url).hostname in _LOOPBACK


def is_on_this_machine(url: str) -> bool:
    """Whether the address names this very machine."""
    return urlsplit(url).hostname in _LOOPBACK


def is_service(url: str, *, trusted: tuple[str, ...]) -> bool:
    """Whether marks may go to this address: https, or the very origin the platform was registered
    with.

    What a platform signs may be wrong or hostile: it must not make us speak to services of our own
    machine.
    """
    return may_be_asked(url) and (url.startswith("https://") or origin(url) in trusted)


def is_ours(url: str, tool_url: str) -> bool:
    """Whether an address is one of this tool's."""
    return origin(url) is not None and origin(url) == origin(tool_url)


def way_back(return_url: object, *, trusted: tuple[str, ...], said: str) -> str | None:
    """The VLE's own address to return to, with what happened; None unless it is really the VLE's.

    Moodle's holds the person's session key: it is put on the page that is being shown and nowhere
    else.
    """
    if not isinstance(return_url, str) or len(return_url) > 2000 or not may_be_asked(return_url):
        return None
    if origin(return_url) not in trusted:
        return None
    parts = urlsplit(return_url)
    kept = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "lti_errormsg"
    ]
    return urlunsplit(parts._replace(query=urlencode([*kept, ("lti_errormsg", said)]), fragment=""))


def inside(line_item_url: str, name: str, **asked: str) -> str:
    """The address of a line item's `scores` or `results`: before the `?` that Moodle's line items
    end in.
    """
    parts = urlsplit(line_item_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *asked.items()]
    return urlunsplit(
        parts._replace(
            path=parts.path.rstrip("/") + "/" + name, query=urlencode(query), fragment=""
        )
    )


def with_query(url: str, **asked: str) -> str:
    """An address with these besides what its query holds already."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *asked.items()]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))
