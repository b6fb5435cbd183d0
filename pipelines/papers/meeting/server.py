"""The door of a live meeting: one browser of this computer, let in by a token that is good once; nobody else.

Only the address 127.0.0.1 is listened on, at a port that the system gives. What comes under another host name (a
rebound name), from another site's page, or without the cookie that the token was exchanged for, is refused before
anything is read. The page may ask this program and nothing else, and no browser may keep or frame it.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from hmac import compare_digest

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from hiu.errors import HiuError

HERE = "127.0.0.1"
MOST_BYTES = 40_000_000
"""Of what is sent: a workbook of ten thousand people has a quarter of it."""
COOKIE = "hiu_meeting"
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
Job = Callable[[Mapping[str, object]], Mapping[str, object]]
Look = Callable[[bytes], Mapping[str, object]]


class Door:
    """Who is let in, and what they may ask: `page` gives the page with its policy, `jobs` answer by name, `look` is
    handed the bytes of a file. `open_` is called with the address once it is listened on."""

    def __init__(self, page: Callable[[], tuple[str, str]], jobs: Mapping[str, Job], look: Look) -> None:
        self.page, self.jobs, self.look = page, jobs, look
        self.token: str | None = secrets.token_urlsafe(32)
        self.cookie = secrets.token_urlsafe(32)
        self.port = 0

    @property
    def host(self) -> str:
        """The one host name that is answered."""
        return f"{HERE}:{self.port}"

    def serve(self, opened: Callable[[str], None], ended: Callable[[], bool]) -> None:
        """Serve until `ended` says so, or Ctrl+C."""
        asyncio.run(self._serve(opened, ended))

    async def _serve(self, opened: Callable[[str], None], ended: Callable[[], bool]) -> None:
        sockets = bind_sockets(0, HERE)
        self.port = sockets[0].getsockname()[1]
        about = {"door": self}
        handlers = [(r"/enter/(.*)", Enter, about), (r"/", Page, about), (r"/do/(\w+)", Do, about)]
        application = Application(
            handlers, default_handler_class=Nothing, default_handler_args=about, log_function=lambda _: None
        )
        server = HTTPServer(application, max_body_size=MOST_BYTES, max_buffer_size=MOST_BYTES)
        server.add_sockets(sockets)
        opened(f"http://{self.host}/enter/{self.token}")
        # woken now and then: on Windows Ctrl+C is only noticed between two waits
        while not ended():
            await asyncio.sleep(_WAKE)
        server.stop()
        await server.close_all_connections()


class Guarded(RequestHandler):
    """What every answer passes: host, origin and, but for the first, the cookie."""

    door: Door
    entered = True

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
        elsewhere = headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
        if elsewhere or headers.get("Origin", origin) != origin:
            raise HTTPError(403)
        if self.request.method == "POST" and "Origin" not in headers:
            raise HTTPError(403)
        if self.entered and not compare_digest((self.get_cookie(COOKIE) or "").encode(), self.door.cookie.encode()):
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


class Enter(Guarded):
    """The address that was printed: its token is exchanged for a cookie, once."""

    entered = False

    def get(self, token: str) -> None:
        """Let in whoever has the token, and forget it."""
        if self.door.token is None or not compare_digest(token.encode(), self.door.token.encode()):
            raise HTTPError(403)
        self.door.token = None
        self.set_cookie(COOKIE, self.door.cookie, httponly=True, samesite="Strict", path="/")
        self.redirect("/", status=303)


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
