"""Every command line in the docs is a real one: its options exist, and what can be run here runs."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import polars as pl
import pytest
import typer
from areakit import LAST, REPOSITORY, table
from typer.testing import CliRunner

from hiu.govern.login import EVERYBODY, needed
from hiu.govern.pseudonym import description
from pipelines.cli import app
from pipelines.common.place import open_place
from pipelines.run import Outcome

PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
RUN = ("run", "check", "new", "status", "explain", "find", "verify", "suites")
"""Commands run here; init, demo, synth and lab make things elsewhere and are only parsed (their own tests run them)."""


def command_lines() -> list[tuple[str, str]]:
    """Page and line: each line of a fenced shell block that starts with hiu."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```(?:sh|powershell)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for line in block.splitlines():
                line = re.sub(r"^(\.venv[/\\](?:bin|Scripts)[/\\])", "", line.strip())
                if line.startswith("hiu "):
                    found.append((page.name, line))
    return sorted(set(found))


def words(line: str) -> list[str]:
    """The arguments of a line, without its comment."""
    return shlex.split(line, comments=True)[1:]


LINES = command_lines()
IN_ORDER = ("tutorial.md", "runbook.md")
"""Pages that are followed from the top to the end by a test of their own (test_doc_pages.py)."""
RUN_HERE = list(
    {
        tuple(words(line)): (page, line) for page, line in LINES if words(line)[0] in RUN and page not in IN_ORDER
    }.values()
)
"""Lines that are run, each once, however many pages have it."""
COMMANDS = typer.main.get_group(app).commands


def parse(arguments: list[str]) -> str | None:
    """The command that takes these arguments, not run. Raises the command line's own error for what isn't there."""
    found = COMMANDS.get(arguments[0])
    return found.make_context(arguments[0], arguments[1:]).command.name if found else None


def test_there_are_command_lines_in_the_readme_and_the_operators_page() -> None:
    assert {"README.md", "operator.md"} <= {page for page, _ in LINES}


@pytest.mark.parametrize(("page", "line"), LINES)
def test_a_command_line_parses(page: str, line: str) -> None:
    assert parse(words(line)) == words(line)[0]


READER = {
    "chair.md": "chair", "clinician.md": "clinician", "analyst.md": "analyst", "mart.md": "analyst",
    "places.md": "analyst", "operator.md": "operator", "runbook.md": "operator", "governance.md": "officer",
}  # fmt: skip
"""A page, and the role of the login that its reader has."""
OWN_SENTENCES = ("chair.md", "clinician.md")
"""Pages whose reader is no user of a terminal: a command in a sentence is one that they would try."""


def for_another(page: str, text: str) -> list[str]:
    """The commands of a page that its reader's role may not give, and of which nothing says whose they are."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    parts = [line for block in blocks for line in block.splitlines() if line.startswith("hiu ")]
    if page in OWN_SENTENCES:
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        parts += re.split(r"\n\n|\n(?=[-|] )|(?<=[.;:]) |(?<=[.;:])\n", prose)
    return [
        f"hiu {name}: {' or '.join(needed(name))}"
        for part in parts
        for name in re.findall(r"(?:^|`)hiu ([a-z0-9-]+)", part)
        if name not in EVERYBODY and not {READER[page], *re.findall(r"[a-z]+", part)} & set(needed(name))
    ]


@pytest.mark.parametrize("page", READER)
def test_a_reader_s_login_may_give_the_commands_of_their_page(page: str) -> None:
    assert for_another(page, (REPOSITORY / "docs" / page).read_text(encoding="utf-8")) == []


def test_a_command_of_another_role_would_be_found() -> None:
    assert for_another("chair.md", "Then `hiu explain` says why. An operator gives `hiu run`.") == [
        "hiu explain: analyst"
    ]
    assert for_another("operator.md", "```sh\nhiu hold  # what\nhiu key  # officer\n```") == ["hiu hold: officer"]


def test_a_command_that_a_message_names_is_a_real_one() -> None:
    code = [
        path.read_text(encoding="utf-8")
        for part in ("hiu", "pipelines")
        for path in REPOSITORY.joinpath(part).rglob("*.py")
    ]
    found = {named for text in code for named in re.findall(r"['`]hiu ([a-z][a-z0-9-]*)(?: ([a-z]+)(?= ?['`]))?", text)}
    assert {name for name, _ in found} <= COMMANDS.keys() and len(found) > 20
    assert {what for name, what in found if name == "export"} == {"", "board"}


def test_a_wrong_command_line_would_be_found() -> None:
    with pytest.raises(Exception, match="--sight"):
        parse(["run", "2026-03", "--sight", "mysite"])
    assert parse(["walk"]) is None


@pytest.fixture(scope="module")
def work(area: Path, published: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the sites the docs speak of, each the area after its run, with files of the docs' names."""
    folder = tmp_path_factory.mktemp("docs")
    for name in ("mysite", "demo"):
        shutil.copytree(area, folder / name)
    month = folder / "mysite" / "data" / "raw" / str(LAST)
    (month / "police_incidents.csv").rename(month / "police.csv")
    mapping = folder / "mysite" / "sources" / "police.toml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("police_incidents*.csv", "police*.csv"), encoding="utf-8", newline="\n")
    return folder


@pytest.mark.parametrize(("page", "line"), RUN_HERE)
def test_a_command_line_runs(
    page: str, line: str, work: Path, published: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(work)
    arguments = [_here(word, published) for word in words(line)]
    if "--site" not in arguments:
        arguments += ["--site", "mysite"]
    mapping = work / "mysite" / "sources" / "police.toml"
    kept = mapping.read_bytes()
    if "--save" in arguments:
        mapping.unlink()
    result = CliRunner().invoke(app, arguments)
    assert mapping.is_file()
    mapping.write_bytes(kept)
    assert result.exit_code in (0, 3), result.output


def _here(word: str, published: Outcome) -> str:
    """Placeholders as something that is there."""
    if re.fullmatch(r"HIU-[A-Z]{8}|PERSON", word):
        return str(table(published, "ranked").filter(pl.col("list") == "adult")["person_id"][0])
    if re.fullmatch(r"[0-9a-f]{16},[0-9a-f]{16}", word):
        key = open_place(Path("mysite")).key_for("description")
        return ",".join(description(one, key) for one in table(published, "review_queue").row(0)[:2])
    if re.fullmatch(r"20\d\d-\d\d|MONTH", word):
        return str(LAST)
    return {"FILE": f"mysite/data/raw/{LAST}/police.csv", "SOURCE": "police", "DIR": "mysite"}.get(word, word)
