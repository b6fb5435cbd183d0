"""The live meeting lets in one browser of this computer: no other host name, no other site's page, no guessed token."""

from __future__ import annotations

import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest
from hostile_kit import Site
from meet_kit import Caller

from pipelines.papers.meeting.server import MOST_BYTES, Door

SECRET = "<p>the list</p>"


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    """A door with nothing of anybody's behind it."""
    ended, opened = threading.Event(), Queue[str]()
    door = Door(lambda: (SECRET, "default-src 'none'"), {"state": dict}, lambda content: {"bytes": len(content)})
    thread = threading.Thread(target=door.serve, args=(opened.put, ended.is_set), daemon=True)
    thread.start()
    door.address = opened.get(timeout=120)  # type: ignore[attr-defined]
    yield door
    ended.set()
    thread.join(timeout=120)


@pytest.fixture
def caller(door: Door) -> Caller:
    """Somebody who was let in; the token is good once, so a new one is put for each test."""
    door.token = door.address.rpartition("/")[2]  # type: ignore[attr-defined]
    caller = Caller(door.address)  # type: ignore[attr-defined]
    assert caller.enter() == 200
    return caller


def test_it_listens_on_this_computer_alone(door: Door) -> None:
    assert door.host.startswith("127.0.0.1:") and door.port > 1023
    others = {found[4][0] for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for other in others:
        with pytest.raises(OSError):
            socket.create_connection((other, door.port), timeout=2)


def test_the_token_is_good_once(caller: Caller) -> None:
    assert caller.page() == SECRET
    other = Caller(caller.address)
    assert other.enter() == 403 and not other.secret
    assert other.call("GET", "/page")[0] == 403


def test_the_browser_s_command_line_does_not_tell_the_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding: the one-time address was an argument of the browser, which every user of the computer can read."""
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", asked.append)
    led: list[Path | None] = []

    def held(*_: object, opened: Callable[[str], Path | None], **__: object) -> bool:
        led.append(opened("http://127.0.0.1:1/enter/THETOKEN"))
        return False

    monkeypatch.setattr("pipelines.papers.meeting.meet.meet", held)
    assert site.hiu("meet", "--by", "A. Chair").code == 1 and site.hiu("meet", "--by", "A", "--no-browser").code == 1
    file = led[0]
    assert file and led[1] is None and asked == [file.as_uri()] and "THETOKEN" not in asked[0]
    assert "/enter/THETOKEN" in file.read_text()
    assert os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("enters", [True, False])
def test_the_file_that_leads_there_is_removed_when_used_or_when_the_meeting_ends(enters: bool, tmp_path: Path) -> None:
    ended, opened, lead = threading.Event(), Queue[str](), tmp_path / "lead.html"

    def leave(address: str) -> Path:
        lead.write_text(address)
        opened.put(address)
        return lead

    door = Door(lambda: (SECRET, "default-src 'none'"), {}, lambda _: {})
    thread = threading.Thread(target=door.serve, args=(leave, ended.is_set), daemon=True)
    thread.start()
    caller = Caller(opened.get(timeout=120))
    assert lead.exists()
    if enters:
        # as a browser says that a file led it there
        led = caller.call("GET", f"/enter/{door.token}", None, {"Sec-Fetch-Site": "cross-site"})
        assert led[0] == 200 and door.secret in led[2].decode()
        assert Caller(caller.address).enter() == 403, "once"
        for _ in range(1200):
            if not lead.exists():
                break
            time.sleep(0.1)
        assert not lead.exists() and caller.call("GET", "/", None, {"Sec-Fetch-Site": "cross-site"})[0] == 403
    ended.set()
    thread.join(timeout=120)
    assert not lead.exists()


@pytest.mark.parametrize("token", ["", "x", "%00", "../", "é".encode().hex(), "A" * 5000])
def test_a_guessed_token_opens_nothing(token: str, door: Door) -> None:
    door.token = "right-one"
    status, _, body = Caller(door.address).call("GET", f"/enter/{token}")  # type: ignore[attr-defined]
    assert status == 403 and door.secret not in body.decode()
    assert door.token == "right-one"


OTHER_HOSTS = (
    "evil.example",
    "localhost:PORT",
    "127.0.0.1",
    "127.0.0.1.evil.example:PORT",
    "[::1]:PORT",
    "127.0.0.1:1",
)
OTHER_ORIGINS = (
    "http://evil.example",
    "null",
    "https://127.0.0.1:PORT",
    "http://127.0.0.1",
    "http://localhost:PORT",
    "file://",
)


@pytest.mark.parametrize("path", ["/", "/page", "/enter/x", "/do/state", "/nothing"])
@pytest.mark.parametrize("host", OTHER_HOSTS)
def test_another_host_name_is_refused(host: str, path: str, caller: Caller) -> None:
    port = caller.host.split(":")[1]
    method = "POST" if path.startswith("/do") else "GET"
    about = {"Host": host.replace("PORT", port), "Content-Type": "application/json"}
    status, _, body = caller.call(method, path, b"{}" if method == "POST" else None, about)
    assert status == 421 and SECRET not in body.decode()


@pytest.mark.parametrize("path", ["/", "/page", "/do/state", "/do/look"])
@pytest.mark.parametrize("origin", OTHER_ORIGINS)
def test_another_site_s_page_is_refused(origin: str, path: str, caller: Caller) -> None:
    port = caller.host.split(":")[1]
    about = {"Origin": origin.replace("PORT", port), "Content-Type": "application/json"}
    assert caller.call("POST" if "do" in path else "GET", path, b"{}" if "do" in path else None, about)[0] == 403


def test_an_entry_without_an_origin_or_from_a_form_elsewhere_is_refused(caller: Caller) -> None:
    head = {"Content-Type": "application/json"}
    assert caller.call("POST", "/do/state", b"{}", head | {"Origin": ""})[0] == 403
    assert caller.call("POST", "/do/state", b"{}", head | {"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert caller.call("GET", "/", None, {"Sec-Fetch-Site": "same-site"})[0] == 403
    assert caller.call("POST", "/do/state", b"a=1", {"Content-Type": "application/x-www-form-urlencoded"})[0] == 415
    assert caller.call("POST", "/do/state", b"{}", head)[0] == 200


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "A" * 5000])
def test_without_the_secret_nothing_is_shown(secret: str, caller: Caller, door: Door) -> None:
    caller.secret = secret
    status, _, first = caller.call("GET", "/")
    assert status == 200 and SECRET not in first.decode() and door.secret not in first.decode()
    assert caller.call("GET", "/page")[0] == 403
    assert caller.call("POST", "/do/state", b"{}", {"Content-Type": "application/json"})[0] == 403


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"{", b'"x"', b"\xff", b'{"a":' * 90_000])
def test_what_is_no_object_is_refused(body: bytes, caller: Caller) -> None:
    assert caller.call("POST", "/do/state", body, {"Content-Type": "application/json"})[0] == 400


def test_no_browser_keeps_frames_or_guesses_and_no_other_port_gets_the_secret(caller: Caller, door: Door) -> None:
    """A browser sends cookies to every port of a computer, so there is none, and none lets anybody in."""
    status, headers, _ = caller.call("GET", "/page")
    assert status == 200 and headers["Cache-Control"] == "no-store" and headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"] and "Server" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
    door.token = "another"
    assert "Set-Cookie" not in caller.call("GET", "/enter/another")[1]
    secret, caller.secret = caller.secret, ""
    for name in ("hiu_meeting", "X-Hiu-Meeting"):
        assert caller.call("GET", "/page", None, {"Cookie": f"{name}={secret}"})[0] == 403


def test_nothing_else_is_there_and_nothing_too_large_is_read(caller: Caller) -> None:
    for path in ("/favicon.ico", "/../etc/passwd", "/static/x", "/do/", "/do/save/x", "//evil.example/"):
        assert caller.call("GET", path)[0] == 404, path
    assert caller.call("POST", "/do/unknown", b"{}", {"Content-Type": "application/json"})[0] == 404
    about = {"Content-Type": "application/octet-stream", "Content-Length": str(MOST_BYTES + 1)}
    assert caller.call("POST", "/do/look", b"", about)[0] == 400
