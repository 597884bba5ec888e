"""Asking a stranger's address: the name is checked, and the connection goes to what was checked."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from lms.lti.platform import guard, http, registering
from lms.lti.platform.guard import GuardedSession, PrivateAddress, is_public
from lms.lti.rules.registering import Unfit

Answer = Callable[[socket.socket], None]

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "not an address",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_known_as_such(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_known_as_such(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What each name stands for, look-up after look-up; the last answer stays."""
    table: dict[str, list[list[str]]] = {}

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        answers = table[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(2, 1, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return table


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where connections went; none is made."""
    went: list[str] = []

    def create_connection(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        went.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(guard, "create_connection", create_connection)
    return went


@pytest.mark.parametrize("demo", [True, False])
def test_a_name_that_stands_for_a_private_address_is_not_connected_to(
    names: dict[str, list[list[str]]], connected: list[str], *, demo: bool
) -> None:
    for inside in (["10.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["127.0.0.1"], []):
        names["inside.test"] = [inside]
        with pytest.raises(PrivateAddress):
            GuardedSession(demo=demo).get("https://inside.test/")
    assert connected == []


def test_a_name_that_changes_meanwhile_leads_nowhere_else(
    names: dict[str, list[list[str]]], connected: list[str]
) -> None:
    names["rebinding.test"] = [["93.184.216.34"], ["127.0.0.1"]]
    with pytest.raises(requests.ConnectionError):
        GuardedSession(demo=False).get("https://rebinding.test/")
    assert connected == ["93.184.216.34"]  # what was checked is what was connected to
    with pytest.raises(PrivateAddress):
        GuardedSession(demo=False).get("https://rebinding.test/")
    assert connected == ["93.184.216.34"]


def test_every_address_of_a_name_is_tried(
    names: dict[str, list[list[str]]], connected: list[str]
) -> None:
    names["two.test"] = [["93.184.216.34", "93.184.216.35"]]
    with pytest.raises(requests.ConnectionError):
        GuardedSession(demo=False).get("https://two.test/")
    assert connected == ["93.184.216.34", "93.184.216.35"]


def test_no_proxy_takes_the_check_over(
    names: dict[str, list[list[str]]], connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://10.0.0.9:3128")
    names["vle.test"] = [["93.184.216.34"]]
    with pytest.raises(requests.ConnectionError):
        GuardedSession(demo=False).get("https://vle.test/")
    assert connected == ["93.184.216.34"]


# --- over a real line, on this machine ---


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """`serve(answer)`: a server for one kind of answer; returns its address."""
    listeners: list[socket.socket] = []

    def start(answer: Answer) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                with line:
                    line.settimeout(5)
                    try:
                        line.recv(65536)
                        answer(line)
                    except OSError:
                        continue

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/openid-configuration"

    yield start
    for one in listeners:
        one.close()


def _said(status: str, body: bytes, *headers: str) -> Answer:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])
    return lambda line: line.sendall(head.encode() + body)


def test_this_machine_answers_in_the_demo_and_not_otherwise(
    serve: Callable[[Answer], str],
) -> None:
    address = serve(_said("200 OK", b'{"issuer": 1}'))
    assert GuardedSession(demo=True).get(address).json() == {"issuer": 1}
    with pytest.raises(PrivateAddress):
        GuardedSession(demo=False).get(address)


def test_a_redirect_is_not_followed(serve: Callable[[Answer], str]) -> None:
    asked = []
    target = serve(lambda line: asked.append(line))
    address = serve(_said("302 Found", b"", f"Location: {target}"))
    assert GuardedSession(demo=True).get(address).status_code == 302
    with pytest.raises(Unfit) as unfit:
        registering.fetch_configuration(address, "", demo=True)
    assert unfit.value.check == "configuration is there"
    assert asked == []


def test_a_huge_answer_is_cut_off(serve: Callable[[Answer], str]) -> None:
    def flood(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            line.sendall(b"x" * 65536)

    with pytest.raises(Unfit) as unfit:
        registering.fetch_configuration(serve(flood), "", demo=True)
    assert unfit.value.check == "configuration answers"


@pytest.mark.parametrize("part", ["head", "body", "nothing"])
def test_an_answer_that_drips_is_over_by_the_deadline(
    serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(guard, "DEADLINE", 0.6)

    def drip(line: socket.socket) -> None:
        if part == "body":
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(100):
            time.sleep(0.05)
            if part != "nothing":
                line.sendall(b"x")

    began = time.monotonic()
    with pytest.raises(Unfit) as unfit:
        registering.fetch_configuration(serve(drip), "", demo=True)
    assert unfit.value.check == "configuration answers"
    assert time.monotonic() - began < 3


def test_no_cookie_goes_back(serve: Callable[[Answer], str]) -> None:
    body = json.dumps({}).encode()
    session = GuardedSession(demo=True)
    address = serve(_said("200 OK", body, "Set-Cookie: a=b"))
    session.get(address)
    assert session.get(address).request.headers.get("Cookie") is None


@pytest.mark.parametrize("part", ["head", "body", "endless", "nothing"])
def test_a_vle_that_is_known_cannot_hold_us_up_either(
    serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Within a Content-Length, without one, in the head, or saying nothing at all."""
    monkeypatch.setattr(http, "WHOLE", 0.6)
    heads = {
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "endless": b"HTTP/1.1 200 OK\r\n\r\n",
    }

    def drip(line: socket.socket) -> None:
        line.sendall(heads.get(part, b""))
        for _ in range(100):
            time.sleep(0.05)
            if part != "nothing":
                line.sendall(b"x")

    began = time.monotonic()
    with pytest.raises(http.DeadlineOver):
        http.new_session().get(serve(drip))
    assert time.monotonic() - began < 3


def test_a_vle_that_is_known_answers_one_request_after_another(
    serve: Callable[[Answer], str],
) -> None:
    session = http.new_session()
    address = serve(_said("200 OK", b"{}"))
    assert [session.get(address).json() for _ in range(3)] == [{}, {}, {}]


def test_a_huge_answer_of_a_known_vle_is_cut_off(serve: Callable[[Answer], str]) -> None:
    with pytest.raises(http.TooMuch):
        http.new_session().get(serve(_said("200 OK", b"x" * (http.LARGEST + 1))))
