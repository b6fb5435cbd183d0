"""Nobody is called, an ordinary user suffices, and nothing a command says or leaves shows a patient's value."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hiu.govern.rights import has_bits
from pipelines.cli import app
from pipelines.common.place import open_place
from pipelines.setup.area import make_area

from areakit import LAST, NOW  # isort: skip

MODULE = [sys.executable, "-m", "pipelines.cli"]
OUTSIDE = re.compile(r"(connect|sendto|sendmsg)\(.*AF_INET6?[,)]")
LOOPBACK = re.compile(r'inet_addr\("127\.|"::1"')
NOT_RUN = {"lab", "meet"}
"""They serve the browser of this computer: tests/notebooks/test_lab_offline.py and tests/browser/test_meet_browser.py
watch them."""


def calls(trace: Path) -> list[str]:
    """Calls of a traced process, or one it began, to an internet address."""
    return [line for line in trace.read_text(encoding="utf-8", errors="replace").splitlines() if OUTSIDE.search(line)]


def traced(trace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(trace), *MODULE, *arguments]
    return subprocess.run(line, capture_output=True, text=True, encoding="utf-8")


needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not here: calls can't be watched")


@needs_strace
@pytest.mark.slow
def test_a_call_would_be_seen(tmp_path: Path) -> None:
    code = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('192.0.2.1', 9))"
    line = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(tmp_path / "trace"), sys.executable, "-c", code]
    subprocess.run(line, check=False, capture_output=True)
    assert len(calls(tmp_path / "trace")) == 1


@needs_strace
@pytest.mark.slow
def test_no_command_calls_anybody(tmp_path: Path) -> None:
    """`hiu demo` from nothing, then every command there is on what it made."""
    demo, month = str(tmp_path / "demo"), str(LAST)
    site = ["--site", demo]
    done = traced(tmp_path / "demo.trace", "demo", demo, "--people", "60", "--months", "15")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (Path(demo) / "groups.csv").is_file(), "the demonstration has groups of its people"
    assert (Path(demo) / "population.csv").is_file(), "the demonstration has residents of its boroughs"
    place = open_place(Path(demo))
    folder = place.which(None)[1]
    import polars as pl

    person = pl.read_parquet(folder / "ranked.parquet")["person_id"][0]
    drop = next((place.raw / month).glob("police*"))
    who = ["--reason", "a test", "--by", "tester"]
    known: dict[str, list[str]] = {
        "init": [str(tmp_path / "new")],
        "synth": [str(tmp_path / "area"), "--people", "20", "--months", "2"],
        "run": [month, *site],
        "check": [str(drop), *site],
        "new": ["police", str(drop), *site],
        "status": site,
        "explain": [person, *site],
        "find": ["smith", *site],
        "verify": site,
        "suites": ["--check"],
        "undo": [f"{month}/{drop.name}", *who, *site],
        "rollback": [month, *who, *site],
        "backup": ["--to", str(tmp_path / "copies"), *site],
        "restore": [str(tmp_path / "copies" / "none.zip"), str(tmp_path / "restored")],
    }
    tried = ["demo"]
    for command in sorted({one.name or one.callback.__name__ for one in app.registered_commands if one.callback}):
        if command in NOT_RUN | {"demo"}:
            continue
        arguments = known.get(command.replace("_", "-"), site)
        done = traced(tmp_path / f"{command}.trace", command.replace("_", "-"), *arguments)
        assert "a fault in hiu" not in done.stderr, (command, done.stderr)
        tried.append(command)
    outside = {name: found for name in tried if (found := calls(tmp_path / f"{name}.trace"))}
    assert outside == {}
    print(f"{len(tried)} commands, no call to an internet address, not even of this computer")


@pytest.mark.slow
@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may take rights and network away"
)
@pytest.mark.skipif(not (shutil.which("unshare") and shutil.which("setpriv")), reason="unshare or setpriv is not here")
def test_an_ordinary_user_without_any_network_can_run_it(tmp_path: Path) -> None:
    """User 65534, no capabilities, in a network namespace with nothing in it."""
    home = tmp_path / "site"
    make_area(home, people=60, months=2, seed=3, last=str(LAST), now=NOW)
    for path in [home, *home.rglob("*")]:
        os.chown(path, 65534, 65534)
    for folder in [tmp_path, *tmp_path.parents][:4]:
        if folder.stat().st_mode & 0o007 == 0:  # what the runner made for itself alone
            folder.chmod(0o755)
    line = [
        "unshare",
        "-n",
        "setpriv",
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        "--no-new-privs",
        *MODULE,
        "run",
        str(LAST),
        "--site",
        str(home),
        "--json",
    ]
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    if subprocess.run([*line[:8], sys.executable, "-c", "import hiu"], env=clean, capture_output=True).returncode:
        pytest.skip("that user can't read this Python")
    done = subprocess.run(line, capture_output=True, text=True, encoding="utf-8", env=clean)
    assert done.returncode in (0, 3), done.stdout + done.stderr
    place = open_place(home)
    made = [path for path in place.curated.rglob("*") if path.stat().st_uid == 65534]
    assert made and not [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.skipif(not has_bits(), reason="Windows has no such bits")
def test_a_live_site_others_can_read_is_refused_with_the_fix_and_runs_after_it(tmp_path: Path, area: Path) -> None:
    home = tmp_path / "live"
    shutil.copytree(area, home, ignore=shutil.ignore_patterns("curated"))
    text = (home / "site.toml").read_text(encoding="utf-8").replace("synthetic = true", "synthetic = false")
    (home / "site.toml").write_text(text, encoding="utf-8", newline="\n")
    (home / "data" / "raw").chmod(0o755)
    assert CliRunner().invoke(app, ["status", "--site", str(home)]).exit_code == 0
    done = CliRunner().invoke(app, ["run", str(LAST), "--site", str(home)])
    assert done.exit_code == 1 and "open to others (mode 755)" in done.stderr, done.stderr
    [fix] = re.findall(r"Run: (chmod 700 '[^']*raw')", done.stderr)
    subprocess.run(fix, shell=True, check=True)
    assert not [line for line in (open_place(home).curated).iterdir() if stat.S_IMODE(line.stat().st_mode) & 0o077]


PLANTED = ("QWXZYPLANTED", "9999912346", "17/03/1957", "ZE5 9ZZ")


@pytest.mark.slow
def test_nothing_planted_is_told_by_any_message_log_or_exception(area: Path, tmp_path: Path) -> None:
    """Values in rows that are broken in every way: none is on the terminal, in the audit log, or in a fault."""
    home = tmp_path / "site"
    shutil.copytree(area, home, ignore=shutil.ignore_patterns("curated"))
    folder = home / "data" / "raw" / str(LAST)
    name, number, born, postcode = PLANTED
    head = (folder / "police_incidents.csv").read_bytes().decode("cp1252").splitlines()[0]
    width = head.count(",") + 1
    rows = [",".join([name, number, born, postcode] * 9)[: 40 * n] for n in range(1, 9)]
    rows += [",".join([cell] * width) for cell in PLANTED] + [
        f'"{name}"{number}',
        f'"{born}',
        ",".join([f'"{name}"'] * width),
    ]
    broken = {
        "police_incidents.csv": "\n".join([head, *rows[:-3]]),
        "police_incidents 2.csv": "\n".join([head, *rows]),
        "ed_attendances.csv": "\n".join([name, *rows]),
        "amb_incidents.csv": f"{name},{number}\n{born},{postcode}\n",
    }
    for file, text in broken.items():
        (folder / file).write_text(text, encoding="utf-8")
    (folder / "mha_s136_log.xlsx").write_bytes(b"PK\x03\x04" + name.encode() * 50)
    said = ""
    for arguments in (["run", str(LAST), "--json"], ["run", str(LAST)], ["status"], ["verify"]):
        done = subprocess.run(
            [*MODULE, *arguments, "--site", str(home)], capture_output=True, text=True, encoding="utf-8"
        )
        assert "a fault in hiu" not in done.stderr, done.stderr
        said += done.stdout + done.stderr
    place = open_place(home)
    assert "refused" in said and place.months()
    logs = [place.audit, *place.curated.glob("*.json"), *place.curated.glob("*.who")]
    said += "".join(path.read_text(encoding="utf-8") for path in logs)
    assert [value for value in (*PLANTED, name.casefold(), "QWXZY") if value in said] == []
