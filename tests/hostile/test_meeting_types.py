"""What a meeting's page sends is checked field by field: another type is refused in words, and nothing is done."""

from __future__ import annotations

import polars as pl
import pytest
from areakit import NOW
from hostile_kit import Site

from hiu.errors import UsageError
from hiu.publish.release.folder import read_manifest, stamp_in
from pipelines.papers.meeting.desk import Desk
from pipelines.papers.meeting.meet import _jobs

TEXT = "x"
ASKED: dict[str, dict[str, object]] = {
    "state": {"person": TEXT},
    "save": {"person": TEXT, "version": 1, "values": {}, "action": {}},
    "undo": {"person": TEXT, "version": 1},
    "matches": {"hidden": False},
    "decide": {"a": TEXT, "b": TEXT, "decision": "same", "note": TEXT},
    "undecide": {"a": TEXT, "b": TEXT},
    "take": {"whose": TEXT, "theirs": []},
    "end": {"attended": TEXT},
}
"""Every field of every ask, each of its type."""
OTHERS = ({"a": 1}, [1], [["a", {}]], 7, 1.5, True, {"a": {"b": []}})


@pytest.fixture
def desk(site: Site) -> Desk:
    of, folder = site.place.which(None)
    return Desk(site.place, of, folder, stamp_in(read_manifest(folder)), "Chair", lambda: NOW)


@pytest.mark.parametrize("ahead", [1, 10**30])
def test_a_version_that_the_row_never_had_overwrites_nothing(desk: Desk, ahead: int) -> None:
    """It stood above every entry, so what had been recorded since was no conflict."""
    person = str(desk.shown()["ranked"]["person_id"].sort()[0])
    asked: dict[str, object] = {"person": person, "version": 0, "values": {"owner": "Worker A"}}
    assert desk.save(asked)["taken"] == 1
    found = desk.state({"person": person})["state"]
    assert isinstance(found, dict)
    with pytest.raises(UsageError, match="load the page again"):
        desk.save({**asked, "version": found["version"] + ahead, "values": {"owner": "Worker B"}})
    assert desk.save({**asked, "version": -1, "values": {"owner": "Worker B"}})["conflicts"]
    assert desk.entries().filter(pl.col("field") == "owner")["value"].to_list() == ["Worker A"]


def test_every_field_of_every_ask_is_of_its_type(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object as `attended` ended the meeting, and its minutes printed it."""
    jobs = _jobs(desk, NOW)
    assert set(jobs) == set(ASKED)
    desk.copy = object()  # type: ignore[assignment]
    before, tried = desk.place.audit.read_bytes(), 0
    for job, fields in ASKED.items():
        for field, right in fields.items():
            for wrong in (one for one in OTHERS if type(one) is not type(right) or isinstance(right, list | dict)):
                if field == "hidden" and isinstance(wrong, bool):
                    continue
                with pytest.raises(UsageError):
                    jobs[job]({**fields, field: wrong})
                tried += 1
    assert tried > 90 and not desk.ended and desk.place.audit.read_bytes() == before
