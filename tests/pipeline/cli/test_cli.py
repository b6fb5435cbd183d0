"""The command line as an operator or a scheduler meets it: exit codes, JSON, messages, and nobody's name."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, REPOSITORY, PlaceOf, copy_months, table
from typer.main import get_group
from typer.testing import CliRunner

from hiu.govern.audit import read
from hiu.version import VERSION
from pipelines.cli import SUBJECTS, app
from pipelines.common.fingerprint import build, build_of, ours
from pipelines.common.lock import hold
from pipelines.common.place import Place
from pipelines.erase.erase import token_of
from pipelines.run import Outcome

COMMANDS = ("init", "demo", "run", "check", "new", "status", "explain", "find", "verify", "suites", "synth", "lab")
HEAVY = ("polars", "duckdb", "pandas", "altair", "great_expectations", "pyarrow", "scipy", "vl_convert")


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> dict[str, object]:
        """The object on the last line."""
        found = json.loads(self.out.splitlines()[-1])
        assert isinstance(found, dict)
        return found


def hiu(*line: object) -> Said:
    """Run a command in this process."""
    result = CliRunner().invoke(app, [str(part) for part in line])
    return Said(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def at(place_after: Place) -> tuple[str, ...]:
    """Options that name the area just after a run, in a curated folder of the test's own."""
    return "--site", str(place_after.home), "--curated", str(place_after.curated)


@pytest.fixture(scope="module")
def person(published: Outcome) -> dict[str, object]:
    """The first of the list, with everything about them."""
    first = table(published, "ranked").filter(pl.col("list") == "adult").sort("rank")["person_id"][0]
    return table(published, "people").filter(pl.col("person_id") == first).to_dicts()[0]


def test_help_answers_without_loading_what_works() -> None:
    code = f"import sys, pipelines.cli; print([name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert found.stdout.strip() == "[]"
    assert hiu("--help").code == 0 and all(name in hiu("--help").out for name in COMMANDS)


def test_the_version_is_one_everywhere() -> None:
    assert hiu("--version").out == f"hiu {VERSION}, build {build()}\n"
    assert f"\nversion: {VERSION}\n" in (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")


def _kinds(files: Mapping[str, bytes]) -> list[str]:
    """A file of each kind: folder at the top, and how the name ends."""
    return [*{(path.split("/")[0], Path(path).suffix): path for path in sorted(files)}.values()]


def test_the_build_changes_with_any_file_that_runs_or_is_read(tmp_path: Path) -> None:
    root, before = tmp_path / "copy", build()
    assert re.fullmatch("[0-9a-f]{12}", before)
    files = {path: path for path in _kinds(ours())}
    assert {"notebooks", "expectations", "docs", "hiu", "pipelines", "README.md"} <= {p.split("/")[0] for p in files}
    for path, data in ours().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    assert build_of(root) == before, "a copy without its history"
    for path in files:
        data = (root / path).read_bytes()
        (root / path).write_bytes(data + b"#")
        assert build_of(root) != before, path
        (root / path).write_bytes(data)
    assert build_of(root) == before


def test_what_the_build_leaves_out_is_said() -> None:
    listed = subprocess.run(["git", "-C", REPOSITORY, "ls-files"], capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this copy has no history to ask which files are the project's")
    out = {path.split("/")[0] for path in set(listed.stdout.splitlines()) - {*ours()}}
    page = (REPOSITORY / "docs" / "versioning.md").read_text(encoding="utf-8")
    (said,) = re.findall("^Left out of a build: (.*)$", page, re.MULTILINE)
    assert out == {name.strip("/") for name in re.findall("`([^`]+)`", said)}


def test_help_has_every_command_once_under_its_subject() -> None:
    titles = [*SUBJECTS]
    parts = re.split(rf"^({'|'.join(map(re.escape, titles))}):$", hiu("--help").out, flags=re.MULTILINE)[1:]
    assert parts[::2] == titles
    for title, text in zip(titles, parts[1::2], strict=True):
        names = [job.__name__.replace("_", "-") for job in SUBJECTS[title].COMMANDS]
        assert re.findall(r"^  ([a-z][\w-]*)  ", text, re.MULTILINE) == names, title


@pytest.mark.parametrize("name", sorted(get_group(app).commands))
def test_every_command_says_what_it_does(name: str) -> None:
    said = hiu(name, "--help")
    assert said.code == 0 and "Usage:" in said.out
    assert {*COMMANDS} <= set(get_group(app).commands)


def test_init_makes_a_site_once(tmp_path: Path) -> None:
    folder = tmp_path / "Ons gebied é"
    said = hiu("init", folder, "--name", "Our area")
    assert said.code == 0 and (folder / "site.toml").is_file() and (folder / "keys" / "site.key").is_file()
    assert "agreements" in said.out
    again = hiu("init", folder)
    assert again.code == 2 and "already" in again.err
    assert hiu("status", "--site", folder).code == 0


def test_without_a_site_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    said = hiu("run", LAST, "--site", tmp_path, "--json")
    assert said.code == 2 and "hiu init" in said.err
    assert said.last["exit"] == 2 and "hiu init" in str(said.last["error"])


def test_a_live_site_takes_nothing_without_agreements(area: Path, tmp_path: Path) -> None:
    folder = tmp_path / "live"
    hiu("init", folder)
    copy_months(area / "data" / "raw", folder / "data" / "raw", [str(LAST)])
    shutil.copytree(area / "sources", folder / "sources", dirs_exist_ok=True)
    said = hiu("run", LAST, "--site", folder)
    assert said.code == 4 and "agreement" in said.err


def test_run_that_changed_nothing(at: tuple[str, ...], published: Outcome) -> None:
    said = hiu("run", LAST, *at, "--json")
    assert said.code == published.exit_code == 3, "what was set aside still is"
    assert said.out.count("\n") == 1 and said.err == ""
    assert set(said.last) == {
        "exit",
        "month",
        "published",
        "changed",
        "run_id",
        "received",
        "staged",
        "quarantined",
        "refused",
        "warnings",
        "seconds",
        "earlier_months",
        "notes",
    }
    assert (said.last["exit"], said.last["changed"], said.last["received"]) == (said.code, False, 0)
    assert "nothing changed" in hiu("run", LAST, *at).out
    quiet = hiu("run", LAST, *at, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (said.code, "", "")


@pytest.mark.slow
def test_run_for_a_scheduler(area: Path, tmp_path: Path) -> None:
    """As cron starts it: no terminal, NO_COLOR, plain lines, the JSON last; a bad file is refused, the rest done."""
    raw = tmp_path / "raw"
    copy_months(area / "data" / "raw", raw, [str(LAST)])
    (raw / str(LAST) / "police_incidents.csv").write_bytes(b"Incident URN,Logged At\n1,2\n")
    line = [sys.executable, "-m", "pipelines.cli", "run", str(LAST), "--site", str(area), "--raw", str(raw)]
    done = subprocess.run(
        [*line, "--curated", str(tmp_path / "curated"), "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1", "PYTHONUTF8": "1"},
        cwd=REPOSITORY,
    )
    assert done.returncode == 4 and "\x1b" not in done.stdout + done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["exit"] == 4 and Path(last["published"]).is_dir()
    assert len(last["refused"]) == 1
    assert f"{LAST}/police_incidents.csv" in last["refused"][0] and "expected" in last["refused"][0].lower()


def test_run_while_another_runs(place_after: Place, at: tuple[str, ...]) -> None:
    with hold(place_after.lock, "hiu run 2026-03", NOW):
        said = hiu("run", LAST, *at, "--json")
    assert said.code == 5 and said.last["exit"] == 5 and "busy" in said.err


def test_a_month_that_is_none(at: tuple[str, ...]) -> None:
    said = hiu("run", "2026-13", *at)
    assert said.code == 2 and "2026-13" in said.err


def test_an_unknown_option_is_a_wrong_command(at: tuple[str, ...]) -> None:
    assert hiu("run", LAST, "--sight", "x").code == 2
    assert hiu("runn").code == 2


def test_a_fault_shows_its_type_and_place_but_no_value(at: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HIU_DEBUG", raising=False)

    def faulty(*_: object, **__: object) -> None:
        raise ValueError("Jane Doe 9990001111")

    monkeypatch.setattr("pipelines.commands.messages.print_status", faulty)
    said = hiu("status", *at, "--json")
    assert said.code == 1 and "ValueError" in said.err
    assert "Jane" not in said.out + said.err and "9990001111" not in said.out + said.err


def test_check_says_what_would_load(area: Path, tmp_path: Path) -> None:
    good = area / "data" / "raw" / str(LAST) / "ed_attendances.csv"
    said = hiu("check", good, "--site", area)
    assert said.code in (0, 3) and f"as ed, for {LAST}" in said.out and "received" in said.out
    as_json = hiu("check", good, "--site", area, "--json").last
    assert as_json["exit"] == said.code and as_json["checked"][0]["source"] == "ed"  # type: ignore[index]
    lines = good.read_text(encoding="utf-8").splitlines()
    bad = tmp_path / str(LAST) / "ed_attendances.csv"
    bad.parent.mkdir()
    bad.write_text("\n".join([lines[0].replace("Attendance ID", "Atendance IDs"), *lines[1:]]), encoding="utf-8")
    refused = hiu("check", bad, "--site", area)
    assert refused.code == 4
    assert "ed_attendances.csv" in refused.err and "Atendance IDs" in refused.err and "Attendance ID" in refused.err
    assert hiu("check", bad, "--site", area, "--source", "edd").code == 2
    assert "ed" in hiu("check", bad, "--site", area, "--source", "edd").err


def test_check_names_file_row_column_found_and_expected(area: Path, tmp_path: Path) -> None:
    path = tmp_path / str(LAST) / "police_incidents.csv"
    path.parent.mkdir()
    lines = (area / "data" / "raw" / str(LAST) / path.name).read_bytes().splitlines()
    cells = lines[1].split(b",")
    path.write_bytes(b"\r\n".join([lines[0], lines[1].replace(cells[2], b"31-Feb-2026 10:00"), *lines[2:]]))
    said = hiu("check", path, "--site", area)
    assert said.code == 3
    assert "police_incidents.csv" in said.out and "line 2" in said.out and "Logged At" in said.out


def test_new_drafts_and_saves_once(tmp_path: Path) -> None:
    site = tmp_path / "site"
    hiu("init", site, "--synthetic")
    file = tmp_path / str(LAST) / "police export.csv"
    file.parent.mkdir()
    file.write_text(
        "Log ref no.;Person no.;Date/time created;Full name;D.O.B.;Role;Home post code\n"
        "A1;1;13/03/2026 10:00;Jana Novak;25/06/1980;Subject;BS1 4ND\n"
        "A2;1;14/03/2026 11:00;Jana Novak;25/06/1980;Caller;BS1 4ND\n",
        encoding="utf-8",
    )
    said = hiu("new", "police", file, "--site", site)
    assert said.code == 0 and 'extends = "police"' in said.out and not (site / "sources" / "police.toml").exists()
    assert hiu("new", "police", file, "--site", site, "--save").code == 0
    again = hiu("new", "police", file, "--site", site, "--save")
    assert again.code == 1 and "not written over" in again.err
    checked = hiu("check", file, "--site", site, "--json").last["checked"][0]  # type: ignore[index]
    assert (checked["received"], checked["quarantined"]) == (2, 0)
    assert checked["measures"] == {"police_caller": 1, "police_subject": 1}


def test_status(at: tuple[str, ...], published: Outcome) -> None:
    assert published.published
    said = hiu("status", *at)
    assert said.code == 0 and published.published.name in said.out
    assert hiu("status", *at, "--json").last["published"] == {str(LAST): published.published.name}


def test_explain_and_find_mask_names_unless_asked_and_asking_is_logged(
    at: tuple[str, ...], place_after: Place, person: dict[str, object]
) -> None:
    who, name = str(person["person_id"]), str(person["name_text"])
    for line in (("explain", who), ("find", name)):
        masked = hiu(*line, *at)
        assert masked.code == 0 and who in masked.out and name not in masked.out
        assert [entry["event"]["type"] for entry in read(place_after.audit)].count("names_shown") == 0
    for n, line in enumerate((("explain", who), ("find", name)), start=1):
        shown = hiu(*line, *at, "--show-names")
        assert shown.code == 0 and name in shown.out
        logged = [entry["event"] for entry in read(place_after.audit) if entry["event"]["type"] == "names_shown"]
        assert len(logged) == n and token_of(place_after, who) in json.dumps(logged[-1])
        assert who not in json.dumps(logged), "the log holds tokens, not ids"
    assert name not in place_after.audit.read_text(encoding="utf-8")


def test_explain_traces_every_row(at: tuple[str, ...], person: dict[str, object], published: Outcome) -> None:
    said = hiu("explain", person["person_id"], *at)
    rows = table(published, "links").filter(pl.col("person_id") == person["person_id"])
    assert all(f"{row['source_file']} row {row['source_row']}:" in said.out for row in rows.to_dicts())


def test_explain_of_nobody(at: tuple[str, ...]) -> None:
    said = hiu("explain", "HIU-00000000", *at)
    assert said.code == 2 and "HIU-00000000" in said.err
    assert hiu("explain", "HIU-00000000", *at, "--month", "2020-01").code == 1


def test_nothing_is_published_yet(place_of: PlaceOf) -> None:
    place = place_of()
    where = "--site", str(place.home), "--curated", str(place.curated)
    assert hiu("find", "smith", *where).code == 1
    assert "nothing is published yet" in hiu("status", *where).out


def test_verify_finds_a_changed_byte(at: tuple[str, ...], place_after: Place) -> None:
    assert hiu("verify", *at).code == 0
    folder = place_after.published_folder(LAST)
    assert folder
    page = folder / "quality.html"
    page.write_bytes(page.read_bytes().replace(b"e", b"3", 1))
    said = hiu("verify", *at)
    assert said.code == 1 and "quality.html" in said.out


def test_verify_says_which_build_it_is_and_which_published_a_month(
    at: tuple[str, ...], place_after: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"build {build()}\n" in hiu("verify", *at).out
    published = next(e["event"] for e in read(place_after.audit) if e["event"].get("type") == "published")
    assert published["build"] == build()
    monkeypatch.setattr("pipelines.govern.verify.build", lambda: "0123456789ab")
    assert f"build 0123456789ab; published by another build: {LAST} ({build()})" in hiu("verify", *at).out


def test_verify_finds_a_changed_log(at: tuple[str, ...], place_after: Place) -> None:
    text = place_after.audit.read_text(encoding="utf-8")
    place_after.audit.write_text(text.replace('"received":', '"recieved":', 1), encoding="utf-8", newline="\n")
    said = hiu("verify", *at)
    assert said.code == 1 and "audit" in said.out


def test_suites_of_a_site_are_written_and_proven_current(area: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(area / "sources", site / "sources")
    shutil.copy2(area / "site.toml", site / "site.toml")
    assert hiu("suites", "--check", "--site", site).code == 1
    assert hiu("suites", "--site", site).code == 0
    assert hiu("suites", "--check", "--site", site).code == 0
    assert hiu("suites", "--check").code == 0, "the committed suites are current"


def test_synth_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    asked = "--people", 30, "--months", 1, "--seed", 5
    for name in ("a", "b"):
        assert hiu("synth", tmp_path / name, *asked).code == 0
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a" / "data" / "raw").rglob("*.csv"))
    assert files and all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)
    assert hiu("synth", tmp_path / "a", *asked).code == 0
    assert hiu("synth", tmp_path / "a", "--people", 31).code == 2


def test_nobody_is_named_where_the_operator_looks(
    area: Path, tmp_path: Path, published: Outcome, capfd: pytest.CaptureFixture[str]
) -> None:
    """Names, NHS numbers and dates of birth stay out of output, audit log, quality page and file names."""
    people = table(published, "people")
    words = {word for name in people["name_text"].drop_nulls() for word in name.split() if len(word) > 3}
    numbers = set(people["nhs_number"].drop_nulls())
    raw, curated = tmp_path / "raw", tmp_path / "curated"
    copy_months(area / "data" / "raw", raw, [str(LAST)])
    said = hiu("run", LAST, "--site", area, "--raw", raw, "--curated", curated)
    assert said.code in (0, 3)
    captured = capfd.readouterr()
    month = json.loads((curated / "CURRENT.json").read_text(encoding="utf-8"))["months"][str(LAST)]
    seen = io.StringIO()
    seen.write(said.out + said.err + captured.out + captured.err)
    seen.write((curated / "audit.jsonl").read_text(encoding="utf-8"))
    seen.write((curated / "published" / month / "quality.html").read_text(encoding="utf-8"))
    seen.write((curated / "published" / month / "MANIFEST.json").read_text(encoding="utf-8"))
    seen.write("\n".join(path.name for path in curated.rglob("*")))
    text = seen.getvalue()
    own = set(_plain_words())
    assert len(words - own) > 100 and len(numbers) > 50, "the canaries are there"
    assert {word for word in words - own if word in text} == set()
    assert {number for number in numbers if number in text} == set()


def _plain_words() -> list[str]:
    """Words of the pages' own that are someone's name, too (May, Bath)."""
    import hiu.publish

    folder = Path(hiu.publish.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in (".py", ".html"))
    return re.findall(r"\w+", text)
