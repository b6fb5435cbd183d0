"""What a meeting's page sends is checked field by field: another type is refused in words, and nothing is done."""

from __future__ import annotations

import polars as pl
import pytest
from areakit import NOW
from hostile_kit import Site

from hiu.errors import HiuError, UsageError
from hiu.publish.release.folder import read_manifest, stamp_in
from pipelines.papers.meeting.desk import Desk
from pipelines.papers.meeting.matches import decide, matches
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


@pytest.mark.parametrize("job", ["state", "save", "undo"])
def test_nobody_else_than_the_page_lists_is_told_of_or_written_about(job: str, desk: Desk) -> None:
    """With the page's own secret the form gave the gradings and the dates of consent of anybody on record."""
    ranked = desk.tables["ranked"].filter(
        pl.col("rank") > 2 * desk.place.settings.rank.top, pl.col("access") != "supported"
    )
    person, before = str(ranked["person_id"].sort()[0]), desk.place.audit.read_bytes()
    asked: dict[str, object] = {"person": person, "version": 0, "values": {"decision": "Start support"}}
    with pytest.raises(HiuError) as refused:
        _jobs(desk, NOW)[job](asked)
    with pytest.raises(HiuError) as nobody:
        _jobs(desk, NOW)[job]({**asked, "person": "HIU-AAAAAAAA"})
    assert str(refused.value) == str(nobody.value) and desk.place.audit.read_bytes() == before


def test_a_note_on_a_match_is_as_long_and_as_plain_as_any_other(desk: Desk) -> None:
    pairs = matches(desk, {})["pairs"]
    assert isinstance(pairs, list)
    asked: dict[str, object] = {"a": pairs[0]["a"], "b": pairs[0]["b"], "decision": "different", "note": "x" * 3000}
    with pytest.raises(HiuError, match="at most 2000"):
        decide(desk, asked)
    decide(desk, {**asked, "note": "seen\x1b[31m \u202eboth"})
    assert not {"\x1b", "\u202e"} & set(str(desk.place.records.joinpath("decisions.jsonl").read_text(encoding="utf-8")))


@pytest.mark.parametrize("ahead", [1, 10**30, 10**60])
def test_a_version_that_the_row_never_had_overwrites_nothing(desk: Desk, ahead: int) -> None:
    """It stood above every entry, so what had been recorded since was no conflict."""
    person = min(desk.on_list)
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
