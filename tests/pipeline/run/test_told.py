"""What an operator is told: one thing in the singular, and what to do about a list that shows nobody."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from areakit import LAST
from pdf_text import text_of
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.commands.messages import print_run
from pipelines.common.place import Place, open_place
from pipelines.run import Outcome
from pipelines.steps.intake.intake import Intake

BLOCK = re.compile(
    r'\[\[basis\]\]\npurpose = "support"\nrecipient = "group"\n(?:(?:# )?\w+ = .*\n)+?end = YYYY-MM-DD\n'
)


def hiu(*line: object) -> str:
    return CliRunner().invoke(app, [str(part) for part in line]).stdout


def test_a_run_names_each_file_that_people_open(published: Outcome, capsys: pytest.CaptureFixture[str]) -> None:
    print_run(published)
    said, folder = capsys.readouterr().out, published.published
    assert folder
    for name in ("pack.html", f"risk-and-demand-{LAST}.xlsx", "charts", "quality.html"):
        assert str(folder / name) in said and (folder / name).exists()


def test_one_of_a_thing_is_said_in_the_singular(place_after: Place, tmp_path: Path) -> None:
    at = ("--site", place_after.home, "--curated", place_after.curated)
    assert "1 published month, the records and the audit log are whole" in hiu("verify", *at)
    folder = place_after.published_folder(LAST)
    assert folder
    (folder / "quality.html").write_bytes(b"x")
    said = hiu("verify", "--canary", *at)
    assert "quality.html: 1 byte; " in said and "\n1 problem\n" in said
    (folder / "people.parquet").unlink()
    assert "\n2 problems\n" in hiu("verify", *at)


@pytest.mark.parametrize(
    ("n", "deliveries", "people"), [(1, "(1 delivery)", "(1 person)"), (2, "(2 deliveries)", "(2 people)")]
)
def test_a_run_counts_in_words_that_fit(
    n: int, deliveries: str, people: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "charts").mkdir()
    for k in range(n):
        (tmp_path / "charts" / f"{k}.svg").write_text("", encoding="utf-8")
    print_run(Outcome(LAST, tmp_path, Intake(loaded=["a", "b"][:n]), True, "r", {}))
    said = capsys.readouterr().out
    assert deliveries in said and people in said


def test_a_site_without_a_basis_is_told_what_to_add_and_it_works(
    area: Path, published: Outcome, tmp_path: Path
) -> None:
    home = tmp_path / "site"
    shutil.copytree(area, home)
    settings = home / "site.toml"
    text = re.sub(r"(?ms)^\[\[basis\]\].*?(?=^\[|^# -|\Z)", "", settings.read_text(encoding="utf-8"))
    settings.write_text(text, encoding="utf-8")
    run, status = hiu("run", LAST, "--site", home), hiu("status", "--site", home)
    for said in (run, status):
        assert f"add to {settings} and run the month again" in said and "docs/governance.md" in said
        assert BLOCK.search(said)
    assert BLOCK.search(json.loads(hiu("status", "--site", home, "--json"))["basis"][0])
    folder = open_place(home).published_folder(LAST)
    assert folder
    page = (folder / "pack.html").read_text(encoding="utf-8").replace("&#34;", '"')
    block = BLOCK.search(page)
    assert block and "Nobody is shown: " in page and "docs/governance.md" in page
    paper = text_of(folder / "pack.pdf")
    assert "Nobody is shown: " in paper and 'recipient = "group"' in paper

    filled = block[0].replace("YYYY-MM-DD", "2099-12-31")
    settings.write_text(text + filled, encoding="utf-8")
    assert "[[basis]]" in hiu("status", "--site", home), "the template's own words were decided by nobody"
    for words, given in (
        ("the lawful basis, as", "6(1)(e), as"),
        ("who decided it", "J. Patel"),
        ("reference of", "see"),
    ):
        filled = filled.replace(words, given)
    settings.write_text(text + filled, encoding="utf-8")
    assert "[[basis]]" not in hiu("run", LAST, "--site", home) + hiu("status", "--site", home)
    folder = open_place(home).published_folder(LAST)
    assert folder and "Nobody is shown" not in (folder / "pack.html").read_text(encoding="utf-8")
