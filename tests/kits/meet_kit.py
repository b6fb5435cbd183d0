"""A live meeting for tests: served from this process, and asked as its page asks."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Queue
from typing import Any

import polars as pl
from areakit import NOW

from hiu.govern import records
from hiu.model import MEETING_ENTRY
from pipelines.common.place import Place
from pipelines.papers.meeting.meet import meet
from pipelines.papers.meeting.server import SECRET


@dataclass
class Caller:
    """Somebody who knows the address, and after `enter` has the secret."""

    address: str
    secret: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return self.address.split("/")[2]

    @property
    def token(self) -> str:
        return self.address.rpartition("/enter/")[2]

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        connection = http.client.HTTPConnection(self.host, timeout=120)
        every = {"Origin": f"http://{self.host}", SECRET: self.secret} | dict(headers or {})
        connection.request(method, path, body, {name: text for name, text in every.items() if text})
        answer = connection.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return found

    def enter(self) -> int:
        """Exchange the token for the secret."""
        status, _, body = self.call("GET", f"/enter/{self.token}")
        found = re.search(r'data-secret="([^"]+)"', body.decode())
        self.secret = found[1] if found else ""
        return status

    def do(self, what: str, expected: int = 200, **asked: object) -> dict[str, Any]:
        """What the page would be answered."""
        head = {"Content-Type": "application/json"}
        status, _, body = self.call("POST", f"/do/{what}", json.dumps(asked).encode(), head)
        assert status == expected, (status, body)
        found = json.loads(body)
        assert isinstance(found, dict)
        return found

    def page(self) -> str:
        return self.call("GET", "/page")[2].decode()

    def people(self) -> list[str]:
        """Ids of everybody in the page."""
        return [one["id"] for one in embedded_in(self.page())["people"]]

    def save(self, person: str, version: int | None = None, **values: str) -> dict[str, Any]:
        """Type values into a person's form, as it stands or as it stood at a version."""
        if version is None:
            version = self.do("state", person=person)["state"]["version"]
        return self.do("save", person=person, version=version, values=values)


class Clock:
    """A second later at every look, from a fixed time on."""

    def __init__(self, start: datetime = NOW) -> None:
        self.time = start

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@contextmanager
def meeting(place: Place) -> Iterator[Caller]:
    """A meeting about the latest month; it is ended, if the test has not, when the test leaves."""
    found: Queue[str | BaseException] = Queue()

    def serve() -> None:
        try:
            meet(place, None, by="A. Chair", clock=Clock(), opened=found.put)
        except BaseException as error:
            found.put(error)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    address = found.get(timeout=120)
    if isinstance(address, BaseException):
        raise address
    caller = Caller(address)
    try:
        yield caller
    finally:
        if thread.is_alive() and caller.secret:
            with suppress(ConnectionError):  # a meeting that the test ended may be closing its door just now
                caller.call("POST", "/do/end", b'{"attended": ""}', {"Content-Type": "application/json"})
        thread.join(timeout=120)


def embedded_in(page: str) -> dict[str, Any]:
    """The data that a page shows."""
    found = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def entries(place: Place) -> pl.DataFrame:
    """Everything that was recorded."""
    return records.history(place.records, MEETING_ENTRY)
