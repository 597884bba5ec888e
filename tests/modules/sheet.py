"""A page as a browser without scripts has it: for tests that read and fill in forms by hand."""

import re
import xml.etree.ElementTree as etree  # noqa: N813 (as its own documentation writes it)
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass(frozen=True)
class Sheet:
    """A page as a browser without scripts reads it."""

    address: str
    root: etree.Element
    html: str

    @property
    def text(self) -> str:
        return " ".join("".join(self.root.itertext()).split())

    def form(self, act: str) -> dict[str, list[str]]:
        """What a form would send as it stands; `act` is how its address ends."""
        form = self._form(act)
        sent: dict[str, list[str]] = {}
        for field in form.iter():
            name = field.get("name")
            if name and (value := _value(field)) is not None:
                sent.setdefault(name, []).append(value)
        return sent

    def address_of(self, act: str) -> str:
        return urlsplit(urljoin(self.address, self._form(act).get("action", ""))).path

    def has_form(self, act: str) -> bool:
        return any(_ends(form, act) for form in self.root.iter("form"))

    def _form(self, act: str) -> etree.Element:
        return next(form for form in self.root.iter("form") if _ends(form, act))

    def links(self) -> dict[str, str]:
        """Where each link leads, by its words."""
        return {
            " ".join("".join(a.itertext()).split()): urljoin(self.address, a.get("href", ""))
            for a in self.root.iter("a")
        }


def read(response: TestResponse) -> Sheet:
    """Read a page strictly: well-formed HTML, one h1, unique ids, every field labelled."""
    html = response.get_data(as_text=True)
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root = parser.parse(html)
    assert len(list(root.iter("h1"))) == 1, "a page has one h1"
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    labelled = {label.get("for") for label in root.iter("label")}
    for field in root.iter():
        if field.tag in ("select", "textarea", "input") and field.get("type") != "hidden":
            assert field.get("id") in labelled, f"no label for {field.attrib}"
    assert not re.search(r"\sstyle=", html)
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    return Sheet(response.request.url, root, html)


def open_page(browser: FlaskClient, address: str, status: int = 200) -> Sheet:
    response = browser.get(address)
    assert response.status_code == status, f"{address}: {response.status_code}"
    return read(response)


def _ends(form: etree.Element, act: str) -> bool:
    return urlsplit(form.get("action", "")).path.endswith(act)


def _value(field: etree.Element) -> str | None:
    if field.tag == "textarea":
        return "".join(field.itertext())
    if field.tag == "select":
        chosen = [one for one in field.iter("option") if one.get("selected") is not None]
        return chosen[0].get("value", "") if chosen else ""
    if field.tag != "input":
        return None
    if field.get("type") in ("radio", "checkbox") and field.get("checked") is None:
        return None
    return field.get("value", "")
