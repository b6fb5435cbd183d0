"""docs/governance.md as a data protection officer would follow it: every command, in its order, on one area."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, REPOSITORY, table
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.place import open_place
from pipelines.govern.processing import page
from pipelines.run import Outcome

PAGE = (REPOSITORY / "docs" / "governance.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line]
HELD = next(line for line in LINES if line.startswith("hiu erase --held"))


def test_the_page_has_a_command_for_each_task() -> None:
    used = {line.split()[1] for line in LINES}
    assert used >= {
        "basis",
        "consent",
        "disclose",
        "hold",
        "retain",
        "erase",
        "release",
        "key",
        "verify",
        "explain",
        "subject",
        "rectify",
        "requests",
        "breaches",
        "governance",
    }
    assert len(LINES) >= 24


def test_the_example_basis_loads() -> None:
    import tomllib

    from hiu.govern.placeholder import is_placeholder
    from hiu.settings import Settings

    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (shown,) = Settings.model_validate({"name": "A", **tomllib.loads(block)}).basis
    assert shown.recipient == "group" and all(map(is_placeholder, (shown.code, shown.decided_by, shown.evidence)))


@pytest.mark.slow
def test_every_command_runs_in_order(
    area: Path, published: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(area, tmp_path / "mysite")
    monkeypatch.chdir(tmp_path)
    ranked = table(published, "ranked").filter(pl.col("list") == "adult").sort("rank", "person_id")
    person = str(ranked["person_id"][0])
    (tmp_path / "opted-out.csv").write_text("nhs_number\n999 123 4567\n", encoding="utf-8")
    said: dict[str, str] = {}
    for line in LINES:
        row = re.search(r"^(\S+:\d+)  erased", said.get(HELD, ""), re.MULTILINE)
        asked = {
            "PERSON": person,
            "DATE": "2099-12-31",
            "DAY": str(date.today()),
            "FILE:ROW": row[1] if row else "FILE:ROW",
        }
        words = [asked.get(word, word) for word in shlex.split(line, comments=True)[1:]]
        result = CliRunner().invoke(app, words)
        assert result.exit_code in (0, 3), f"{line}\n{result.output}"
        said[line] = result.output
    outputs = list(said.values())
    assert any("withheld" in text for text in outputs) and any("erased, as P" in text for text in outputs)
    assert any("released: " in text for text in outputs)
    canary = next(text for line, text in said.items() if "--canary" in line)
    assert "0 problems" not in canary and "are whole" in canary
    assert str(LAST) in next(text for line, text in said.items() if line.startswith("hiu release"))


def test_the_record_of_processing_is_the_configurations() -> None:
    text = (REPOSITORY / "docs" / "records-of-processing.md").read_text(encoding="utf-8")
    made = re.search(r"configuration on (\d+ \w+ \d{4});", text)
    assert made
    on: date = datetime.strptime(made.group(1), "%d %b %Y").date()
    assert text == page(open_place(REPOSITORY / "tests" / "sites" / "sample"), on)


def test_the_record_has_a_place_for_all_that_article_30_asks() -> None:
    text = page(open_place(REPOSITORY / "tests" / "sites" / "sample"), date(2026, 4, 1))
    places = " ".join(re.findall(r"^- \*\*To be completed by the organisation.*$", text, re.MULTILINE))
    for asked in ("the controller", "joint controller", "data protection officer", "processor", "outside the United"):
        assert asked in places, asked
    for told in ("Whose data: ", "What for, to whom", "what they get", "How long", "is received, from whom"):
        assert told in text, told


def test_the_record_says_which_connections_a_site_has(tmp_path: Path) -> None:
    """Nothing where there is none; the source that is a database, and the cluster, where a site has them."""
    home = tmp_path / "site"
    shutil.copytree(REPOSITORY / "tests" / "sites" / "sample", home)

    def network() -> str:
        (line,) = re.findall(r"^- Network: (.*)$", page(open_place(home), date(2026, 4, 1)), re.MULTILINE)
        return str(line)

    assert network().startswith("nothing is sent or asked for in a monthly run here.")
    (home / "sources" / "police.toml").write_text(
        'extends = "police"\n[file]\npattern = ""\nquery = "SELECT * FROM log WHERE at >= {month}"\ndsn = "lines"\n',
        encoding="utf-8",
    )
    place = open_place(home)
    place.lake_note.parent.mkdir(parents=True, exist_ok=True)
    place.lake_note.write_text('{"lake": "/lake"}', encoding="utf-8")
    assert network().startswith("a database is asked for the months of police; the tables are on a Spark cluster")
