"""Pages that are followed from the top: the runbook and the tutorial; and the schedules of the operator's page."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import NOW, REPOSITORY
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.run import Outcome

WORDS = ("synth", "check", "run")


def page(name: str) -> str:
    return (REPOSITORY / "docs" / name).read_text(encoding="utf-8")


def blocks(name: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page(name), re.DOTALL)


def follow(name: str, asked: dict[str, str]) -> list[tuple[str, int, str]]:
    """Every line of a page's shell blocks, given in its order: the line, its code and what it printed."""
    done = []
    for line in (line for block in blocks(name, "sh") for line in block.splitlines()):
        made = sorted(Path("safe").glob("*.zip")) if Path("safe").is_dir() else []
        here = asked | {"safe/hiu-backup-20260405T070012Z.zip": str(made[-1]) if made else ""}
        command, *words = [here.get(word, word) for word in shlex.split(line, comments=True)]
        if command == "mkdir":
            Path(words[0]).mkdir()
        elif command == "cp":
            shutil.copy2(*words)
        else:
            result = CliRunner().invoke(app, words)
            done.append((line, result.exit_code, result.output + (result.stderr if result.exit_code else "")))
    return done


@pytest.mark.slow
def test_the_runbook_can_be_followed(
    area: Path, published: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(area, tmp_path / "mysite")
    for name in ("safe", "key-copy"):
        (tmp_path / name).mkdir(mode=0o700)
    monkeypatch.chdir(tmp_path)
    minutes = (NOW + timedelta(minutes=n) for n in range(1000))  # one clock for all, or the log would see it set back
    monkeypatch.setattr("pipelines.common.journal.start_clock", lambda _: next(minutes))
    done = follow("runbook.md", {})
    assert [(line, code, said) for line, code, said in done if code not in (0, 3)] == [] and len(done) >= 20
    assert (tmp_path / "trial" / "data" / "curated" / "published").is_dir() and Path("audit-at-the-end.jsonl").exists()
    assert any("newer than the backup, and kept" in said for _, _, said in done), "--rights has carried something"
    assert (tmp_path / "key-copy" / "site.key").read_bytes() == next((area / "keys").glob("*.key")).read_bytes()


@pytest.mark.slow
def test_the_tutorial_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    synth, check, run = (re.search(rf"^hiu {word} .*$", page("tutorial.md"), re.MULTILINE) for word in WORDS)
    assert synth and check and run
    made, ran = (CliRunner().invoke(app, shlex.split(line[0])[1:]) for line in (synth, run))
    assert made.exit_code == 0 and ran.exit_code == 3 and "ends with code 3" in page("tutorial.md")
    assert "six rows" in page("tutorial.md") and "6 rows set aside" in ran.output and "shorter than usual" in ran.output
    ranked = pl.read_parquet(next(Path("area/data/curated/published").glob("*/ranked.parquet")))
    done = follow("tutorial.md", {"PERSON": str(ranked.sort("rank")["person_id"][0])})
    assert [(line, code, said) for line, code, said in done if code not in (0, 3)] == [] and len(done) >= 9
    assert "would load" in {line: said for line, _, said in done}[check[0]]


def test_no_schedule_takes_warnings_for_success() -> None:
    """Cron says the code of whatever is not 0; systemd starts the alert; Windows leaves it where people look."""
    text = page("operator.md") + page("runbook.md")
    assert "SuccessExitStatus" not in text and "hiu run $(" not in text
    units = dict(
        re.findall(r"# /etc/systemd/system/(\S+)\n(.*?)(?=\n# /etc|\Z)", blocks("operator.md", "ini")[0], re.S)
    )
    alert = re.search(r"^OnFailure=(\S+)$", units["hiu.service"], re.MULTILINE)
    assert alert and alert[1] in units and "OnCalendar" in units["hiu.timer"]
    script, task = (block for block in blocks("operator.md", "powershell") if "hiu" in block)
    assert "$code = $LASTEXITCODE" in script and "if ($code -ne 0)" in script and script.rstrip().endswith("exit $code")
    assert "/RP *" in task and "/SC DAILY" in task


@pytest.mark.parametrize(("code", "alerts"), [(0, False), (3, True), (4, True), (1, True)])
@pytest.mark.skipif(sys.platform == "win32", reason="cron runs a shell that Windows does not have")
def test_the_line_for_cron_says_every_code_but_nought(code: int, alerts: bool, tmp_path: Path) -> None:
    (line,) = [line for line in blocks("operator.md", "cron")[0].splitlines() if line.startswith("0 7")]
    assert "%" not in line, "cron ends a line at a per cent sign"
    stub = tmp_path / "hiu"
    stub.write_text(f"#!/bin/sh\necho the lines\nexit {code}\n", encoding="utf-8")
    stub.chmod(0o700)
    command = line.split(maxsplit=5)[5].replace("/opt/hiu/bin/hiu", shlex.quote(str(stub)))
    home = {**os.environ, "HOME": str(tmp_path)}
    said = subprocess.run(["/bin/sh", "-c", command], capture_output=True, encoding="utf-8", env=home).stdout
    assert said == (f"hiu ended with code {code}:\nthe lines\n" if alerts else ""), "cron mails what is printed"
    assert (tmp_path / "hiu.log").read_text(encoding="utf-8") == "the lines\n"
