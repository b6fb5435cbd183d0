"""An erased person in an old line of the log is taken out of it; the chain stays provable, and forging stays found."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hiu.govern.audit import append, head, read, verify
from hiu.govern.erase.residue import Traces, trace_places
from hiu.govern.init import init_site
from pipelines.common.journal import record
from pipelines.common.place import Place, open_place
from pipelines.erase.log import redact_log

NOW = datetime(2026, 4, 8, 9, tzinfo=UTC)
ANN = Traces(frozenset({"HIU-AAAAAAAA"}), frozenset({"9990012344"}), frozenset({"ANN LEE"}))


@pytest.fixture
def site(tmp_path: Path) -> Place:
    """A site whose log names Ann Lee in its second line, her number in a list of its third."""
    init_site(tmp_path / "site", name="S", synthetic=True, today=date(2026, 4, 1), sources=["police"])
    place = open_place(tmp_path / "site")
    record(place, NOW, "run_started", month="2026-03")
    record(place, NOW, "rolled_back", month="2026-03", reason="asked by Ann Lee", by="Officer")
    record(place, NOW, "noted", lines=["number 999 001 2344", "another"])
    record(place, NOW, "run_ended", month="2026-03")
    return place


def test_the_words_go_and_the_chain_stands(site: Place) -> None:
    key, before = site.key_for("audit"), head(site.audit)
    assert redact_log(site, ANN, "PERASED", NOW) == 2
    assert verify(site.audit, key, before) == [], "heads that were printed are in it still"
    assert not trace_places("audit.jsonl", site.audit.read_bytes(), ANN)
    events = [entry["event"] for entry in read(site.audit)]
    assert events[1]["by"] == "Officer" and events[1]["reason"] == "asked by an erased record"
    assert events[-1]["type"] == "lines_redacted" and sorted(events[-1]["redacted"]) == ["2", "3"]
    append(site.audit, key, {"type": "later"}, NOW, anchor=True)
    assert redact_log(site, ANN, "PERASED", NOW) == 0 and verify(site.audit, key) == []


def test_a_line_is_taken_only_with_what_attests_it(site: Place) -> None:
    key, whole = site.key_for("audit"), site.audit.read_text(encoding="utf-8")
    redact_log(site, ANN, "PERASED", NOW)
    lines = site.audit.read_text(encoding="utf-8").splitlines()
    forged = json.loads(lines[1])
    forged["event"]["by"] = "Somebody else"
    changed = json.dumps(forged, sort_keys=True, separators=(",", ":"))
    cases = {
        "changed again": [lines[0], changed, *lines[2:]],
        "its attesting line taken out": lines[:-1],
        "a redaction that nobody attested": [lines[0], changed, *whole.splitlines()[2:]],
        "a whole line replaced": [changed, *lines[1:]],
    }
    for what, text in cases.items():
        site.audit.write_text("\n".join(text) + "\n", encoding="utf-8")
        assert verify(site.audit, key), what
    # cut off between the attesting line and the rewriting: the lines are as they were, and it is done again
    site.audit.write_text("\n".join([*whole.splitlines(), lines[-1]]) + "\n", encoding="utf-8")
    assert verify(site.audit, key) == [] and redact_log(site, ANN, "PERASED", NOW) == 2
    assert verify(site.audit, key) == []
