"""A notebook as a report: one offline page beside its run, masked, without script, and nothing fetched."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from areakit import LAST, NOW, REPOSITORY
from lab_kit import browsing
from notebooks.runner import told_by
from typer.testing import CliRunner

from hiu.errors import HiuError, UsageError
from hiu.govern.audit import read
from pipelines.cli import app
from pipelines.common.place import Place, open_place
from pipelines.papers.report import find, report
from pipelines.run import Outcome


@pytest.fixture(scope="module")
def place(area: Path, published: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The published area in a folder of this module's own."""
    home = tmp_path_factory.mktemp("report") / "site"
    shutil.copytree(area, home)
    return open_place(home)


@pytest.fixture(scope="module")
def page(place: Place) -> Path:
    """The report of the review notebook: it holds a widget, which a page can't show."""
    result = CliRunner().invoke(app, ["report", "match_review", str(LAST), "--site", str(place.home), "--json"])
    assert result.exit_code == 0, result.output
    return Path(json.loads(result.output.splitlines()[-1])["report"])


@pytest.mark.slow
def test_it_lies_in_a_folder_named_after_its_run(page: Path, place: Place, published: Outcome) -> None:
    assert published.published
    assert page == place.curated / "reports" / published.published.name / "match_review.html"
    logged = [line["event"] for line in read(place.audit) if line["event"]["type"] == "notebook_report"]
    assert [event["notebook"] for event in logged] == ["match_review"]


def test_it_names_nobody_and_needs_nothing(page: Path, published: Outcome) -> None:
    assert published.published
    text = page.read_text(encoding="utf-8")
    assert [value for value in told_by(published.published) if value in text] == []
    assert set(re.findall(r"https?://[^\s\"'<>]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "<script" not in text and "widget-view" not in text and "default-src 'none'" in text
    assert "Match review" in text and "pairs to look at" in text and "OFFICIAL-SENSITIVE" in text


def test_a_failing_notebook_says_which_cell_and_leaves_nothing(place: Place, tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text('# %%\n1 + 1\n\n# %%\nraise ValueError("PLANTED")\n', encoding="utf-8", newline="\n")
    with pytest.raises(HiuError, match=r"own.py, cell 2: ValueError") as found:
        report(place, str(own), str(LAST), now=NOW)
    assert "PLANTED" not in str(found.value) and not list((place.curated / "reports").rglob("own.html"))


def test_a_mistyped_notebook_or_month_is_told(place: Place) -> None:
    with pytest.raises(UsageError, match="Did you mean 'cohort'"):
        find("cohrt")
    with pytest.raises(HiuError, match="There are"):
        report(place, "cohort", "2019-01", now=NOW)


@pytest.mark.slow
@pytest.mark.parametrize("notebook", sorted(path.stem for path in (REPOSITORY / "notebooks").glob("*.py")))
def test_every_notebook_as_a_page_in_a_browser(place: Place, notebook: str) -> None:
    made = report(place, notebook, str(LAST), now=NOW)
    outside: list[str] = []
    with browsing(outside) as shown:
        said: list[str] = []
        shown.on("console", lambda line: said.append(line.text))
        shown.goto(made.path.as_uri())
        assert shown.locator("h1").count() == 1 and shown.locator("header").is_visible()
        assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert said == []
    assert outside == []
