"""An erased person in an old line of the log is taken out of it; the chain stays provable, and forging stays found."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hiu.govern.audit import append, head, read, verify
from hiu.govern.erase.residue import Traces, trace_places
from hiu.govern.init import init_site
from hiu.govern.reads import folder_of, looks
from pipelines.access.bound import bound_now
from pipelines.access.looks import enter_look
from pipelines.common.journal import record
from pipelines.common.place import Place, open_place
from pipelines.erase.files import others
from pipelines.erase.log import redact_log
from pipelines.govern.canaries import canaries
from pipelines.govern.rekey import rekey
from pipelines.govern.verify import problems_of

NOW = datetime(2026, 4, 8, 9, tzinfo=UTC)
ANN = Traces(frozenset({"HIU-AAAAAAAA"}), frozenset({"9990012344"}), frozenset({"ANN LEE"}))


@pytest.fixture
def site(tmp_path: Path) -> Place:
    """A site whose log names Ann Lee in its second line, her number in a list of its third."""
    init_site(tmp_path / "site", name="S", synthetic=True, today=date(2026, 4, 1), sources=["police"])
    place = open_place(tmp_path / "site")
    record(place, NOW, "run_started", month="2026-03")
    record(place, NOW, "undone", month="2026-03", reason="asked by Ann Lee", by="Officer")
    record(place, NOW, "noted", lines=["number 999 001 2344", "Ann_Lee.docx is not taken"])
    record(place, NOW, "run_ended", month="2026-03")
    return place


def test_the_words_go_and_the_chain_stands(site: Place) -> None:
    key, before = site.key_for("audit"), head(site.audit)
    assert redact_log(site, ANN, "PERASED", NOW) == 2
    assert verify(site.audit, key, before) == [], "heads that were printed are in it still"
    assert not trace_places("audit.jsonl", site.audit.read_bytes(), ANN) and b"Ann_Lee" not in site.audit.read_bytes()
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


def test_the_log_of_an_earlier_key_is_bound_anew(site: Place) -> None:
    rekey(site, old=None, reason="the laptop was stolen", by="Officer", now=NOW)
    place = open_place(site.home)
    [earlier] = place.curated.glob("audit-until-*.jsonl")
    assert trace_places(earlier.name, earlier.read_bytes(), ANN) and problems_of(place) == []
    assert redact_log(place, ANN, "PERASED", NOW) == 2 and problems_of(place) == []
    assert not trace_places(earlier.name, earlier.read_bytes(), ANN) and earlier not in others(place)
    assert [entry["n"] for entry in read(earlier)] == [1, 2, 3, 4], "no line is gone"
    assert redact_log(place, ANN, "PERASED", NOW) == 0
    earlier.write_bytes(earlier.read_bytes().replace(b"Officer", b"Nobody."))
    assert [one for one in problems_of(place) if earlier.name in one]


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut off before it was bound"])
def test_read_logs_lose_the_words_and_stay_bound(cut: bool, site: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    enter_look(site, NOW, "find", ["HIU-BBBBBBBB"], purpose="support", by="Ann Lee")
    enter_look(site, NOW, "find", ["HIU-BBBBBBBB"], purpose="support", by="Dr B")
    record(site, NOW, "run_started", month="2026-03", **bound_now(site))
    [path] = folder_of(site.settings, site.curated).glob("*.jsonl")
    if cut:

        def stop(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("pipelines.erase.log.record", stop)
            redact_log(site, ANN, "PERASED", NOW)
    redact_log(site, ANN, "PERASED", NOW)
    assert not trace_places(path.name, path.read_bytes(), ANN) and problems_of(site) == []
    found = looks(path.parent, site.key_for("reads"))
    assert found.height == 2 and set(found["name"]) == {"an erased record", "Dr B"}
    path.write_bytes(path.read_bytes().replace(b"Dr B", b"Dr C"))
    assert problems_of(site)


def test_read_logs_are_swept_for_names(site: Place) -> None:
    from hiu.govern.release.canary import people

    assert canaries(site, people({"Ann Lee"}, set()))[1], "the audit log"
    redact_log(site, ANN, "PERASED", NOW)
    assert canaries(site, people({"Ann Lee"}, set()))[1] == []
    enter_look(site, NOW, "find", ["HIU-BBBBBBBB"], purpose="support", by="Ann Lee")
    [hit] = canaries(site, people({"Ann Lee"}, set()))[1]
    assert "reads/" in hit and "Ann" not in hit
