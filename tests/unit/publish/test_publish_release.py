"""A release: whole or absent, listed with digests, and found by a pointer."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import publish_frames as frames
import pytest

from hiu import disk
from hiu.errors import HiuError
from hiu.model import PUBLISHED
from hiu.model.frames import schema
from hiu.month import Month
from hiu.publish.release import folder as release
from hiu.publish.release.folder import conform, publish, read_manifest, verify_release
from hiu.publish.release.pointer import Current, read_current, set_current
from hiu.publish.stamp import Stamp

STAMP = Stamp(
    site="Area",
    month=frames.LAST,
    run_id="2026-03-20260408T091200-abc123",
    built=frames.STAMPED,
    data_to=date(2026, 3, 31),
    settings_version="1a2b3c4d",
    synthetic=True,
    audit_head="ab" * 32,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a space and letters beyond ASCII."""
    return tmp_path / "Área 1" / "published"


def test_a_release_holds_every_published_table_in_the_model_s_columns(folder: Path) -> None:
    final = publish(frames.published(), folder=folder, stamp=STAMP, files={"charts/HIU-AAAA2222.svg": b"<svg/>"})
    assert final == folder / STAMP.run_id
    for name, table in PUBLISHED.items():
        assert pl.read_parquet(final / f"{name}.parquet").schema == pl.Schema(schema(table))
    assert verify_release(final) == []
    assert [path.name for path in folder.iterdir()] == [STAMP.run_id]


def test_the_manifest_lists_digest_bytes_and_rows(folder: Path) -> None:
    tables = frames.published()
    final = publish(tables, folder=folder, stamp=STAMP, files={"list.html": b"page"})
    manifest = read_manifest(final)
    assert manifest["run_id"] == STAMP.run_id and manifest["month"] == "2026-03"
    assert manifest["settings_version"] == "1a2b3c4d" and manifest["audit_head"] == "ab" * 32
    assert set(manifest["files"]) == {f"{name}.parquet" for name in PUBLISHED} | {"list.html"}
    about = manifest["files"]["monthly_demand.parquet"]
    assert about["rows"] == tables["monthly_demand"].height
    assert about["sha256"] == release.digest(final / "monthly_demand.parquet")
    assert "rows" not in manifest["files"]["list.html"] and manifest["files"]["list.html"]["bytes"] == 4


def test_every_change_is_found(folder: Path) -> None:
    final = publish(frames.published(), folder=folder, stamp=STAMP, files={"a.html": b"page", "b.html": b"page"})
    (final / "a.html").write_bytes(b"PAGE")
    (final / "b.html").unlink()
    (final / "ranked.parquet").write_bytes(b"short")
    (final / "extra.csv").write_bytes(b"")
    assert sorted(verify_release(final)) == [
        "a.html: its bytes have changed since it was written",
        "b.html: missing",
        "extra.csv: not in the manifest",
        f"ranked.parquet: 5 bytes; {read_manifest(final)['files']['ranked.parquet']['bytes']} were written",
    ]


def test_a_folder_without_a_manifest_is_not_a_release(folder: Path) -> None:
    final = publish(frames.published(), folder=folder, stamp=STAMP)
    (final / "MANIFEST.json").write_text("{", encoding="utf-8")
    assert "not readable as JSON" in verify_release(final)[0]
    (final / "MANIFEST.json").unlink()
    assert "not a whole release" in verify_release(final)[0]


def test_a_manifest_that_leaves_out_a_table_is_a_problem(folder: Path) -> None:
    final = publish(frames.published(), folder=folder, stamp=STAMP)
    manifest = read_manifest(final)
    del manifest["files"]["links.parquet"]
    (final / "links.parquet").unlink()
    (final / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert verify_release(final) == ["links.parquet: not in the manifest"]


def test_a_release_is_never_overwritten(folder: Path) -> None:
    publish(frames.published(), folder=folder, stamp=STAMP)
    with pytest.raises(HiuError, match="exists already"):
        publish(frames.published(), folder=folder, stamp=STAMP)


def test_a_failure_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(release, "move", broken)
    with pytest.raises(KeyboardInterrupt):
        publish(frames.published(), folder=folder, stamp=STAMP)
    assert list(folder.iterdir()) == []


def test_what_a_killed_run_left_is_swept_by_the_next(folder: Path) -> None:
    (folder / ".building-2026-02-x").mkdir(parents=True)
    (folder / ".building-2026-02-x" / "people.parquet").write_bytes(b"part")
    publish(frames.published(), folder=folder, stamp=STAMP)
    assert [path.name for path in folder.iterdir()] == [STAMP.run_id]


def test_the_same_tables_give_the_same_bytes_in_any_row_order(tmp_path: Path) -> None:
    tables = frames.published()
    turned = {name: frame.reverse() for name, frame in tables.items()}
    first, second = (publish(t, folder=tmp_path / k, stamp=STAMP) for k, t in (("a", tables), ("b", turned)))
    assert (first / "MANIFEST.json").read_bytes() == (second / "MANIFEST.json").read_bytes()


def test_a_lacking_table_column_type_or_value_is_refused(folder: Path) -> None:
    tables = frames.published()
    with pytest.raises(HiuError, match="no table coverage"):
        publish({name: frame for name, frame in tables.items() if name != "coverage"}, folder=folder, stamp=STAMP)
    people = PUBLISHED["people"]
    with pytest.raises(HiuError, match="no column dob"):
        conform(people, tables["people"].drop("dob"))
    with pytest.raises(HiuError, match="type") as caught:
        conform(people, tables["people"].with_columns(rows=pl.lit("Amelia Brown")))
    assert "Amelia" not in str(caught.value)
    with pytest.raises(HiuError, match="'named': 4 empty"):
        conform(people, tables["people"].with_columns(named=pl.lit(None, pl.Boolean)))


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a//b", "C:x", "a\\b", "MANIFEST.json", ""])
def test_no_file_of_a_release_can_leave_it(folder: Path, name: str) -> None:
    with pytest.raises(HiuError):
        publish(frames.published(), folder=folder, stamp=STAMP, files={name: b""})
    assert not folder.exists() or list(folder.iterdir()) == []


def test_the_pointer_maps_months_and_names_the_latest(tmp_path: Path) -> None:
    pointer = tmp_path / "CURRENT.json"
    assert read_current(pointer) == Current()
    set_current(pointer, Month(2026, 3), "2026-03-b")
    set_current(pointer, Month(2025, 12), "2025-12-a")
    assert read_current(pointer) == Current({"2025-12": "2025-12-a", "2026-03": "2026-03-b"}, "2026-03")
    assert [path.name for path in tmp_path.iterdir()] == ["CURRENT.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"months": {}}',
        '{"months": {"2026-03": "../x"}, "latest": "2026-03"}',
        '{"months": {"March": "x"}, "latest": null}',
        '{"months": {}, "latest": "2026-03"}',
    ],
)
def test_a_damaged_pointer_is_an_error_a_person_can_read(tmp_path: Path, text: str) -> None:
    pointer = tmp_path / "CURRENT.json"
    pointer.write_text(text, encoding="utf-8")
    with pytest.raises(HiuError, match=r"CURRENT\.json"):
        read_current(pointer)


def test_a_held_name_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pointer, real, tries = tmp_path / "CURRENT.json", Path.replace, []

    def held(self: Path, target: Path) -> Path:
        tries.append(target)
        if len(tries) < 3:
            raise PermissionError
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held)
    set_current(pointer, Month(2026, 3), "2026-03-b")
    assert len(tries) == 3 and read_current(pointer).latest == "2026-03"


def test_a_name_that_stays_held_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pointer = tmp_path / "CURRENT.json"
    set_current(pointer, Month(2026, 2), "2026-02-a")

    def held(self: Path, target: Path) -> Path:
        raise PermissionError

    monkeypatch.setattr(disk, "_FIRST_WAIT", 0)
    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(HiuError, match="in use"):
        set_current(pointer, Month(2026, 3), "2026-03-b")
    assert read_current(pointer).latest == "2026-02"
    assert [path.name for path in tmp_path.iterdir()] == ["CURRENT.json"]


FIRST = [
    "address_demand",
    "aliases",
    "changes",
    "conflicts",
    "coverage",
    "decisions",
    "deliveries",
    "descriptions",
    "equality",
    "field_quality",
    "link_quality",
    "links",
    "meeting_entry",
    "missing_count",
    "monthly_demand",
    "monthly_extra",
    "people",
    "quarantine",
    "quotes",
    "ranked",
    "refused_file",
    "review_evidence",
    "review_queue",
    "risk_grading",
    "stay",
    "support",
    "team_contact",
    "timeline",
    "traits",
]
"""The tables that every published month has."""


def test_months_published_before_a_table_came_are_not_asked_for_it() -> None:
    assert set(PUBLISHED) - set(FIRST) == set(release.LATER), "a new published table says later = true"
