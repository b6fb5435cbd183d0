"""Which files under raw are taken by which source, for which month."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hiu.errors import SettingsError, UsageError
from hiu.extract.files.find import find_deliveries, period_of, takes
from hiu.month import Month
from hiu.sources import Source


def source(name: str, pattern: str, kind: str = "events", **more: Any) -> Source:
    return Source.model_validate(
        {
            "name": name,
            "title": name,
            "kind": kind,
            "agency": name,
            "file": {"pattern": pattern},
            "key": {"event": ["ref"]},
            "fields": {"ref": {"columns": ["Ref"]}},
            **more,
        }
    )


SOURCES = {
    one.name: one
    for one in (
        source("police", "police*.csv"),
        source("s136", "s136*.xlsx"),
        source("mha", "s136_mha*.xlsx"),
        source("caseload", "caseload*.csv", "register"),
    )
}


def touch(raw: Path, *names: str) -> Path:
    for name in names:
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_bytes(b"x")
    return raw


def test_order_period_and_shared_files(tmp_path: Path) -> None:
    touch(tmp_path, "caseload_2026.csv", "2026-02/s136_mha.xlsx", "2026-02/police.csv", "2025-12/police_storm.csv")
    sweep = find_deliveries(tmp_path, SOURCES)
    assert [(found.source, found.name, str(found.period)) for found in sweep.deliveries] == [
        ("police", "2025-12/police_storm.csv", "2025-12"),
        ("police", "2026-02/police.csv", "2026-02"),
        ("mha", "2026-02/s136_mha.xlsx", "2026-02"),
        ("s136", "2026-02/s136_mha.xlsx", "2026-02"),
        ("caseload", "caseload_2026.csv", "None"),
    ]
    assert all(found.path == tmp_path / found.name for found in sweep.deliveries)
    assert (sweep.unmatched, sweep.refused) == ((), ())


def test_unmatched_are_listed_and_what_systems_leave_is_passed_over(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "2026-02/fire.csv",
        "notes.txt",
        "2026-02/~$police.csv",
        "2026-02/police.csv.tmp",
        ".hidden/police.csv",
        "police.csv.part",
        "Thumbs.db",
        ".DS_Store",
        "2026-02/police.csv~",
        ".~lock.police.csv#",
    )
    sweep = find_deliveries(tmp_path, SOURCES)
    assert sweep.deliveries == ()
    assert sweep.unmatched == ("2026-02/fire.csv", "2026-02/police.csv.tmp", "notes.txt", "police.csv.part")
    assert find_deliveries(tmp_path, SOURCES, ["NOTES.*", "*.tmp"]).unmatched == ("2026-02/fire.csv", "police.csv.part")


def test_what_a_source_takes_is_never_ignored(tmp_path: Path) -> None:
    touch(tmp_path, "2026-02/police.csv")
    assert [found.name for found in find_deliveries(tmp_path, SOURCES, ["*"]).deliveries] == ["2026-02/police.csv"]


@pytest.mark.parametrize(
    ("pattern", "name", "taken"),
    [
        ("police*.csv", "2026-02/POLICE Storm.CSV", True),
        ("police*.csv", "2026-02/my police.csv", False),
        ("police*.csv", "2026-02/police.csv.gz", True),
        ("police*.csv", "2026-02/police_feb.ZIP", True),
        ("police?.csv", "2026-02/police12.zip", False),
        ("police*.csv", "police/x.csv", False),
        ("police?.csv", "police1.csv", True),
        ("police?.csv", "police12.csv", False),
        ("log [1]*.csv", "log [1] märz.csv", True),
        ("log [1]*.csv", "log 1 märz.csv", False),
        ("*/storm/*.csv", "2026-02/storm/a.csv", True),
        ("police.csv", "policeXcsv", False),
        ("dépôt*.csv", "de\u0301po\u0302t 1.csv", True),
    ],
)
def test_patterns(pattern: str, name: str, taken: bool) -> None:
    assert takes(source("police", pattern), name) is taken


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("2026-02/police.csv", Month(2026, 2)),
        ("202602/police.csv", Month(2026, 2)),
        ("2025-12/police_2026_01.csv", Month(2026, 1)),
        ("police.csv", None),
        ("2026-13/police.csv", None),
        ("AS-20260301 x/police.csv", Month(2026, 3)),
    ],
)
def test_periods(name: str, period: Month | None) -> None:
    assert period_of(name, SOURCES["police"]) == period


def test_a_register_has_no_period() -> None:
    assert period_of("2026-02/caseload.csv", SOURCES["caseload"]) is None


def test_a_site_may_write_months_its_own_way() -> None:
    named = source("police", "*", period={"path": r"(?P<month>jan|feb|mar)[a-z]* ?(?P<year>\d\d)"})
    assert period_of("Police March 26.csv", named) == Month(2026, 3)
    assert period_of("2026-02/police.csv", source("police", "*", period={"path": None})) is None


def test_a_period_pattern_without_its_groups_is_named() -> None:
    with pytest.raises(SettingsError, match="'police': period"):
        period_of("2026-02/x.csv", source("police", "*", period={"path": r"\d{4}-\d\d"}))


def link(at: Path, to: Path) -> None:
    try:
        at.symlink_to(to, target_is_directory=to.is_dir())
    except OSError:
        pytest.skip("links can't be made here")


def test_links_that_leave_raw_are_refused(tmp_path: Path) -> None:
    outside = touch(tmp_path / "outside", "police.csv", "deep/police.csv")
    raw = touch(tmp_path / "raw", "2026-02/police.csv")
    link(raw / "2026-02" / "police_link.csv", outside / "police.csv")
    link(raw / "deep", outside / "deep")
    link(raw / "police_gone.csv", raw / "nothing.csv")
    link(raw / "police_self.csv", raw / "police_self.csv")
    link(raw / "again", raw / "2026-02")
    sweep = find_deliveries(raw, SOURCES)
    assert [found.name for found in sweep.deliveries] == ["2026-02/police.csv"]
    assert sorted((refused.name, refused.code) for refused in sweep.refused) == [
        ("2026-02/police_link.csv", "link"),
        ("again", "link"),
        ("deep", "link"),
        ("police_gone.csv", "link"),
        ("police_self.csv", "link"),
    ]
    assert "leaves the raw folder" in next(one.reason for one in sweep.refused if one.name == "deep")


def test_link_within_raw_is_read(tmp_path: Path) -> None:
    raw = touch(tmp_path / "raw ü", "2026-02/police.csv")
    link(raw / "police_2026-01.csv", raw / "2026-02" / "police.csv")
    assert [found.name for found in find_deliveries(raw, SOURCES).deliveries] == [
        "police_2026-01.csv",
        "2026-02/police.csv",
    ]


def test_raw_folder_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not found"):
        find_deliveries(tmp_path / "none", SOURCES)
