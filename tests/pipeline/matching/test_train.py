"""Training: deliberate, reported, nothing changed until somebody adopts it, and back again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from areakit import run
from typer.testing import CliRunner

import hiu
from hiu.errors import SettingsError
from hiu.govern import audit
from hiu.link.levels import FIELDS
from hiu.link.model import candidate
from hiu.link.model.adopted import name_of
from hiu.link.model.candidate import trusted
from hiu.link.model.changes import change_counts, people_changes
from hiu.link.model.scorer import load
from pipelines.cli import app
from pipelines.common.model import model_of
from pipelines.common.place import open_place, with_value
from pipelines.run import Outcome

RUNNER = CliRunner()


@pytest.fixture
def site(area: Path, published: Outcome, tmp_path: Path) -> Path:
    """A copy of the published area, to change."""
    assert published.published
    return shutil.copytree(area, tmp_path / "site")


def says(*args: str, code: int = 0) -> str:
    done = RUNNER.invoke(app, args)
    assert done.exit_code == code, done.output
    return done.output


def test_a_small_area_is_told_that_it_has_too_little_to_learn_from(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidate, "FEWEST", 10_000)
    if "too few descriptions of one person" not in (told := says("train", "--site", str(site), "--quiet", code=1)):
        pytest.fail(told)
    assert not (site / "models").exists()


def test_a_model_is_trained_reported_adopted_used_and_left_again(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidate, "LEAST", 3)
    monkeypatch.setattr(candidate, "ENOUGH", 3)
    before = (site / "site.toml").read_text(encoding="utf-8")
    told = says("train", "--site", str(site), "--quiet")
    assert "Nothing has changed" in told
    assert (site / "site.toml").read_text(encoding="utf-8") == before
    path = next((site / "models").glob("model-*.json"))
    made = json.loads(path.read_text(encoding="utf-8"))
    assert made["version"].startswith("site-")
    assert "trusted NHS numbers hidden" in made["made"]
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    for words in (
        "Who would be joined or split",
        "of those, two people",
        "What would change",
        "Where to draw the line",
        "Does it mean what it says?",
        "Weights",
        path.name,
    ):
        assert words in page
    assert model_of(open_place(site)).version == load().version
    judged = made["held_back"]["candidate"]
    asked = says("status", "--site", str(site))
    assert f"the shipped model ({load().version})" in asked and f"{path.name} is this area's own" in asked
    assert f"it missed {judged['missed']:,} pairs" in asked

    assert "needs --by" in says("train", "--site", str(site), "--adopt", path.name, code=2)
    assert "not a model" in says("train", "--site", str(site), "--adopt", "x.json", "--by", "A", code=2)
    says("train", "--site", str(site), "--adopt", path.name, "--by", "Asha Rao")
    place = open_place(site)
    assert model_of(place).version == made["version"]
    assert f"this area's own model ({made['version']})" in says("status", "--site", str(site))
    shown = hiu.open(site).latest.linkage().weights("dob")
    assert made["version"] in str(shown)
    assert shown["weight"].to_list() == [made["weights"]["dob"][level] for level in FIELDS["dob"][1:]]
    event = audit.read(place.audit)[-1]["event"]
    assert (event["type"], event["from"], event["by"]) == ("model_adopted", "shipped", "Asha Rao")

    path.write_text(path.read_text(encoding="utf-8").replace("weights", "weights ", 1), encoding="utf-8")
    with pytest.raises(SettingsError, match="changed since it was adopted"):
        model_of(place)
    says("train", "--site", str(site), "--adopt", "shipped", "--by", "Asha Rao")
    assert model_of(open_place(site)).version == load().version


@pytest.mark.slow
def test_a_run_matches_with_the_adopted_model(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that joins nobody, adopted: the next run publishes a person for each description, more or less.

    The numbers here are too few, so that it is learned from how descriptions agree.
    """
    monkeypatch.setattr(candidate, "LEAST", 3)
    assert "fewer than 5,000" in says("train", "--site", str(site), "--quiet")
    page = next((site / "models").glob("model-*.html")).read_text(encoding="utf-8")
    assert "Its figures are its own expectation" in page
    assert "Does it mean what it says?" not in page
    made = json.loads(next((site / "models").glob("model-*.json")).read_text(encoding="utf-8"))
    content = (json.dumps({**made, "prior": -90.0, "version": "site-none"}) + "\n").encode("utf-8")
    path = site / "models" / name_of(content)
    path.write_bytes(content)
    before = open_place(site)
    people = pl.read_parquet(before.which(None)[1] / "people.parquet").height
    says("train", "--site", str(site), "--adopt", path.name, "--by", "A")
    after = pl.read_parquet(run(open_place(site)).published / "people.parquet")  # type: ignore[operator]
    assert after.height > 1.2 * people


def test_only_numbers_that_do_not_contradict_themselves_are_labels() -> None:
    rows = [
        ("a", "1", "1980-01-01", "ANN", "LEE", "F"),
        ("b", "1", "1980-01-01", "ANNE", "LEE", "F"),
        ("c", "2", "1980-01-01", "JO", "ROE", "F"),
        ("d", "2", "1990-01-01", "JO", "ROE", "M"),
        ("e", "3", "1970-01-01", "A", "B", None),
        ("f", "3", "1971-01-01", "A", "B", None),
        ("g", "3", "1972-01-01", "A", "B", None),
    ]
    names = ["identity_id", "nhs_number", "dob", "given", "family", "sex"]
    found = trusted(pl.DataFrame(rows, schema=names, orient="row").with_columns(rows=pl.lit(1)))
    assert found.sort("identity_id").rows() == [("a", "1"), ("b", "1")]


def test_what_a_model_moves_is_counted_as_joins_and_splits() -> None:
    before = pl.DataFrame({"identity_id": list("abcde"), "person_id": ["1", "1", "2", "3", "3"]})
    after = pl.DataFrame({"identity_id": list("abcde"), "person_id": ["1", "1", "1", "3", "4"]})
    assert change_counts(before, after) == {"people_before": 3, "people_after": 3, "joins": 1, "splits": 1}


def test_who_is_joined_and_split_is_told_by_their_ids_now_and_the_rows_that_change_person() -> None:
    before = pl.DataFrame({"identity_id": list("abcdef"), "person_id": ["1", "1", "2", "3", "3", "4"]})
    after = pl.DataFrame({"identity_id": list("abcdef"), "person_id": ["1", "1", "1", "3", "9", "4"]})
    rows = pl.DataFrame({"identity_id": list("abcdef"), "rows": [2, 2, 5, 1, 3, 8]})
    assert people_changes(before, after, rows).rows() == [("joined", ["2", "1"], 2, 4), ("split", ["3"], 2, 1)]
    assert people_changes(before, before, rows).is_empty()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_one_value_of_a_site_is_set_replaced_and_taken_out_and_the_rest_is_kept(end: str) -> None:
    text = end.join(["# ours", 'name = "A"', "", "[linking]  # local", "link_at = 0.4", "[rank]", "top = 3", ""])
    once = with_value(text, "linking", "model", "models/a.json", "by A")
    twice = with_value(once, "linking", "model", "models/b.json", "by B")
    assert 'model = "models/b.json"  # by B' in twice.split(end)
    assert "a.json" not in twice
    assert with_value(twice, "linking", "model", None, "") == text
    fresh = with_value('name = "A"\n', "linking", "model", "m.json", "by A")
    assert fresh == 'name = "A"\n\n[linking]\nmodel = "m.json"  # by A\n'


def test_a_layout_that_cannot_be_changed_safely_is_refused() -> None:
    with pytest.raises(SettingsError, match="by hand"):
        with_value('linking.link_at = 0.4\nname = "A"\n', "linking", "model", "m.json", "by A")
