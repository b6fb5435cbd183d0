"""Match review: what is laid before the reviewer, and that what they press is kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.model import DECISIONS
from hiu.site.review import decide as desk
from hiu.site.review.desk import Review
from hiu.site.review.pairs import compared, parts
from pipelines.run import Outcome

Open = Callable[..., Review]


@pytest.fixture
def home(area: Path, published: Outcome, tmp_path: Path) -> Path:
    shutil.copytree(area, tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def review(home: Path) -> Open:
    """The review of the area, in a folder of the test's own."""
    return lambda *args, **kwargs: hiu.open(home).latest.review(*args, **kwargs)


def text(parts: list[dict[str, Any]]) -> str:
    return "".join(f"[{part['t']}]" if part["d"] else part["t"] for part in parts)


@pytest.mark.parametrize(
    ("left", "right", "shown"),
    [
        ("SIAN", "SEAN", ("S[I]AN", "S[E]AN")),
        ("Sian", "SIAN", ("Sian", "SIAN")),
        ("BS1 4ND", "BS1 4NE", ("BS1 4N[D]", "BS1 4N[E]")),
        ("O NEILL", "ONEILL", ("O[ ]NEILL", "ONEILL")),
        ("", "ANN", ("", "ANN")),
        ("given", "given", ("given", "given")),
    ],
)
def test_characters_that_differ_are_marked(left: str, right: str, shown: tuple[str, str]) -> None:
    assert tuple(map(text, parts(left, right))) == shown


def test_further_records_are_compared_with_the_first() -> None:
    assert [text(one) for one in compared(["ANN", "ANNE", "AN"])] == ["ANN", "ANN[E]", "AN"]
    assert [text(one) for one in compared(["ANN"])] == ["ANN"]


def test_a_pair_is_laid_out_masked_with_evidence_and_effect(review: Open, home: Path) -> None:
    shown = review("A. Patel").pair(0)
    assert len(shown["records"]) >= 2 and shown["records"][0]["head"].startswith("A: HIU-")
    assert shown["masked"] and shown["why"] and "If " in shown["effect"] and shown["past"] == []
    weights = [field["weight"] for field in shown["fields"]]
    assert shown["fields"][-1]["title"] == "All together" and shown["fields"][-2]["title"] == "Before any evidence"
    assert abs(weights[-1] - hiu.open(home).latest.table("review_queue").sort("place")["match_weight"][0]) < 1e-6
    people = pl.read_parquet(hiu.open(home).latest.folder / "descriptions.parquet")
    hidden = [v for c in ("family", "nhs_number", "street") for v in people[c].drop_nulls() if len(v) > 5]
    assert [value for value in hidden if value in str(shown)] == []


def test_names_are_shown_when_asked_for(review: Open) -> None:
    asked = review("A. Patel", show_names=True)
    row, shown = asked._rows[0], asked.pair(0)
    told = asked._published._table("descriptions", show_names=True)
    family = told.filter(pl.col("identity_id") == row["identity_a"])["family"][0]
    cells = next(field["cells"] for field in shown["fields"] if field["title"] == "Family name")
    assert not shown["masked"] and "".join(part["t"] for part in cells[0]) == family


def test_decisions_are_kept_replaced_undone_and_found_again(review: Open, home: Path) -> None:
    first = review("A. Patel")
    first.decide("same", 0)
    assert review("B. Jones").at == 1 and review().progress()["decided"] == 1
    first.decide("different", 0, note="twins")
    assert first.decision(0) == "different"
    past = first.pair(0)["past"]
    assert len(past) == 2 and "undone" in past[0] and "different, A. Patel" in past[1]
    first.undo(0)
    assert first.decision(0) is None and first.listing()["decided"].null_count() == len(first)
    records = home / "data" / "curated" / "records"
    assert desk.history(records, DECISIONS).height == 4, "nothing is ever removed"
    with pytest.raises(UsageError, match="no decision in force"):
        first.undo(0)


def test_a_decision_is_somebodys(review: Open) -> None:
    with pytest.raises(UsageError, match="your name"):
        review().decide("same", 0)
    with pytest.raises(UsageError, match="your name"):
        review("  ").widget()
    with pytest.raises(UsageError, match="Did you mean 'same'"):
        review("A").decide("sane", 0)
    with pytest.raises(UsageError, match="the queue has"):
        review("A").pair(10**6)


def test_a_second_reviewer_is_not_told_what_the_first_said(review: Open, home: Path) -> None:
    setting = "\n[linking]\ndouble_review = 1.0\n"
    with (home / "site.toml").open("a", encoding="utf-8", newline="\n") as file:
        file.write(setting)
    review("A. Patel").decide("same", 0)
    assert len(review("A. Patel", second=True)) == 0
    second = review("B. Jones", second=True)
    assert len(second) == 1
    shown = second.pair(0)
    assert shown["past"] == [] and shown["decision"] is None and shown["why"] == shown["effect"] == ""
    assert all(field["weight"] is None and field["level"] == "" for field in shown["fields"])
    second.decide("different", 0)
    assert second.decision(0) == "different" and review("C").decision(0) == "same"
    with pytest.raises(UsageError, match="binds nothing"):
        second.undo(0)


def test_the_widget_moves_on_and_back_and_tells_what_went_wrong(review: Open) -> None:
    widget = review("A. Patel").widget()
    widget.pressed("same")
    assert widget.state["message"] == "Recorded: same, by A. Patel." and widget.state["decided"] == 1
    assert widget.state["at"] == 2
    widget.pressed("back")
    assert widget.state["at"] == 1 and widget.state["decision"] == "same"
    widget.pressed("next")
    widget.pressed("undo")
    assert widget.state["at"] == 1 and widget.state["decision"] is None and widget.state["decided"] == 0
    widget.pressed("undo")
    assert widget.state["message"].startswith("Not recorded: no decision in force")
    widget.pressed("nonsense")
    assert widget.state["at"] == 1


def test_the_widget_fetches_nothing_and_makes_no_markup_of_data() -> None:
    from hiu.site.review.widget import ReviewWidget

    script = str(ReviewWidget._esm)
    assert "innerHTML" not in script and "fetch(" not in script and "import " not in script
    assert "http" not in script and "http" not in str(ReviewWidget._css) and "url(" not in str(ReviewWidget._css)


def test_a_notebook_shows_the_widget_and_a_page_the_table(review: Open) -> None:
    data, _ = review("A. Patel")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data and "<table" in data["text/html"]
    assert set(review()._repr_mimebundle_()) == {"text/plain", "text/html"}
