"""The door of a live meeting: one browser of this computer, let in by a token that is good once; nobody else.

Only the address 127.0.0.1 is listened on, at a port that the system gives. What comes under another host name (a
rebound name), from another site's page, or without the secret that the token was exchanged for, is refused before
anything is read. The page may ask this program and nothing else, and no browser may keep or frame it.

The secret is no cookie: a browser sends those to every port of this computer, whoever listens there. It lies in the
browser's storage for this address with its port, and goes out as a header of what the page itself asks; each meeting
has another, so what stays there opens nothing.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from functools import cached_property
from hmac import compare_digest
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from hiu.errors import HiuError
from hiu.publish.pages import content_digest

HERE = "127.0.0.1"
MOST_BYTES = 40_000_000
"""Of what is sent: a workbook of ten thousand people has a quarter of it."""
SECRET = "X-Hiu-Meeting"
"""The header that the secret comes in."""
_FIRST = """
const given = document.currentScript.dataset.secret;
if (given) { localStorage.setItem("hiu_meeting", given); location.replace("/"); } else (async () => {
  const head = { "X-Hiu-Meeting": localStorage.getItem("hiu_meeting") || "" };
  const answer = await fetch("/page", { headers: head }), text = await answer.text();
  if (!answer.ok) { document.body.textContent = JSON.parse(text).error; return; }
  document.open(); document.write(text); document.close();
})();
"""
"""What the browser runs first: it keeps the secret, or asks for the page with it."""
_WAKE = 0.5
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
Opened = Callable[[str], Path | None]
"""What is handed the address; it may leave a file that leads the browser there."""
Job = Callable[[Mapping[str, object]], Mapping[str, object]]
Look = Callable[[bytes], Mapping[str, object]]


class Door:
    """Who is let in, and what they may ask: `page` gives the page with its policy, `jobs` answer by name, `look` is
    handed the bytes of a file."""

    def __init__(self, page: Callable[[], tuple[str, str]], jobs: Mapping[str, Job], look: Look) -> None:
        self.page, self.jobs, self.look = page, jobs, look
        self.token: str | None = secrets.token_urlsafe(32)
        self.secret = secrets.token_urlsafe(32)
        self.port = 0

    @cached_property
    def policy(self) -> str:
        """The page's own policy, which lets the first script run too."""
        _, policy = self.page()
        return policy.replace("script-src ", f"script-src '{content_digest(_FIRST)}' ")

    @property
    def host(self) -> str:
        """The one host name that is answered."""
        return f"{HERE}:{self.port}"

    def serve(self, opened: Opened, ended: Callable[[], bool]) -> None:
        """Serve until `ended` says so, or Ctrl+C. `opened` is called once the address is listened on; the file that it
        leaves is removed as soon as somebody was let in."""
        asyncio.run(self._serve(opened, ended))

    async def _serve(self, opened: Opened, ended: Callable[[], bool]) -> None:
        sockets = bind_sockets(0, HERE)
        self.port = sockets[0].getsockname()[1]
        about = {"door": self}
        handlers = [
            (r"/enter/(.*)", Enter, about),
            (r"/", First, about),
            (r"/page", Page, about),
            (r"/do/(\w+)", Do, about),
        ]
        application = Application(
            handlers, default_handler_class=Nothing, default_handler_args=about, log_function=lambda _: None
        )
        server = HTTPServer(application, max_body_size=MOST_BYTES, max_buffer_size=MOST_BYTES)
        server.add_sockets(sockets)
        lead = opened(f"http://{self.host}/enter/{self.token}")
        try:
            # woken now and then: on Windows Ctrl+C is only noticed between two waits
            while not ended():
                await asyncio.sleep(_WAKE)
                if lead and self.token is None:
                    lead.unlink(missing_ok=True)
        finally:
            if lead:
                lead.unlink(missing_ok=True)
        server.stop()
        await server.close_all_connections()


class Guarded(RequestHandler):
    """What every answer passes: host, origin and, but for the first, the secret."""

    door: Door
    entered = True
    led_by: tuple[str, ...] = ()

    def initialize(self, door: Door) -> None:
        """The door it belongs to."""
        self.door = door

    def set_default_headers(self) -> None:
        """No copy, no frame, no guessing of types, no word of what serves it."""
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self) -> None:
        """Refuse whoever does not come from this computer's own page."""
        headers, origin = self.request.headers, f"http://{self.door.host}"
        if headers.get("Host") != self.door.host or len(headers.get_list("Host")) != 1:
            raise HTTPError(421)
        elsewhere = headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin", *self.led_by)
        if elsewhere or headers.get("Origin", origin) != origin:
            raise HTTPError(403)
        if self.request.method == "POST" and "Origin" not in headers:
            raise HTTPError(403)
        if self.entered and not compare_digest(headers.get(SECRET, "").encode(), self.door.secret.encode()):
            raise HTTPError(403)

    def write_error(self, status_code: int, **_: object) -> None:
        """Why, in a sentence, and nothing of what was asked."""
        why = {
            400: "The request could not be read, so nothing was done.",
            403: "Refused: open the meeting by the address that 'hiu meet' printed; it is good once.",
            404: "There is nothing here.",
            413: "The file is larger than a workbook can be, so it was not read.",
            415: "The request could not be read, so nothing was done.",
            421: "Refused: this is not the address of the meeting.",
        }
        fault = "There is a fault in hiu. Load the page again to see what was recorded."
        self.finish({"error": why.get(status_code, fault)})

    def log_exception(self, *_: object) -> None:
        """Nothing is logged of what failed: it may hold a patient's values."""


class Nothing(Guarded):
    """Whatever else is asked for."""

    def get(self, *_: str) -> None:
        """Nothing."""
        raise HTTPError(404)

    post = get


class First(Guarded):
    """What holds nothing and asks for the page, which only the browser that has the secret is given."""

    entered = False

    def get(self) -> None:
        """The page that asks."""
        self.first("")

    def first(self, secret: str) -> None:
        """Answer with the first script; with the secret, where it is to be kept."""
        self.set_header("Content-Security-Policy", f"{self.door.policy}; frame-ancestors 'none'")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(
            '<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>Meeting</title><body>'
            f'<script data-secret="{secret}">{_FIRST}</script>'
        )


class Enter(First):
    """The address that was printed: its token is exchanged for the secret, once."""

    led_by = ("cross-site",)  # as a browser calls the file that leads here; the token is what lets in

    def get(self, token: str) -> None:  # type: ignore[override]
        """Let in whoever has the token, and forget it."""
        if self.door.token is None or not compare_digest(token.encode(), self.door.token.encode()):
            raise HTTPError(403)
        self.door.token = None
        self.first(self.door.secret)


class Page(Guarded):
    """The pack, with its forms."""

    def get(self) -> None:
        """The page, made anew, under its own policy."""
        html, policy = self.door.page()
        self.set_header("Content-Security-Policy", f"{policy}; frame-ancestors 'none'")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(html)


class Do(Guarded):
    """What the page asks to be done."""

    def post(self, what: str) -> None:
        """Do it, and say what became of it; what a person can put right is said in its own words."""
        job = self.door.jobs.get(what)
        if job is None and what != "look":
            raise HTTPError(404)
        try:
            answer = self.door.look(self.request.body) if job is None else job(_object(self.request))
        except HiuError as error:
            self.set_status(409)
            answer = {"error": str(error)}
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(answer, ensure_ascii=False))


def _object(request: HTTPServerRequest) -> Mapping[str, object]:
    """The JSON object of a request. Raises HTTPError for anything else."""
    if request.headers.get("Content-Type") != "application/json":
        raise HTTPError(415)
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        raise HTTPError(400) from None
    if not isinstance(found, dict):
        raise HTTPError(400)
    return found
