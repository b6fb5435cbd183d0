"""The analyst's way in: what is shown, what is masked, and what an error says to do."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import hiu
from hiu.errors import HiuError, SettingsError, UsageError
from hiu.model import PUBLISHED
from hiu.site.compact import give_back
from hiu.site.show.cards import Card
from hiu.site.show.mask import SHOWN, initials, masked
from pipelines.run import Outcome


@pytest.fixture(scope="module")
def site(area: Path, published: Outcome) -> hiu.site.Site:
    """The synthetic area, published."""
    return hiu.open(area)


def test_initials() -> None:
    assert initials("Anna de Vries") == "A. d. V."
    assert initials("O'BRIEN, Seán") == "O. S."
    assert initials(None) == initials("  ") == "(no name)"


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_personal_column_but_those_shown(site: hiu.site.Site, name: str) -> None:
    personal = {column.name for column in PUBLISHED[name].columns if column.personal}
    kept = set(site.latest.table(name).columns) & personal
    assert kept <= {*SHOWN, "name_text", "lead_clinician"}


def test_people_are_masked(site: hiu.site.Site, published: Outcome) -> None:
    assert published.published
    whole = pl.read_parquet(published.published / "people.parquet")
    people = site.latest.table("people")
    assert people.height == whole.height
    assert people["name_text"].str.contains(r"\w{2}").sum() == people["name_text"].eq("(no name)").sum()
    born = whole.select(pl.coalesce(pl.col("dob").dt.year().cast(pl.Int64), "birth_year")).to_series()
    assert people["birth_year"].to_list() == born.to_list()


def test_a_register_without_a_clinician_stays_without_one() -> None:
    support = pl.DataFrame({"person_id": ["HIU-A", "HIU-B"], "lead_clinician": ["Dr Ann Lee", None]})
    assert masked("support", support)["lead_clinician"].to_list() == ["D. A. L.", None]


def test_the_list_and_a_person_by_rank_id_and_former_id(site: hiu.site.Site) -> None:
    month = site.latest
    first = month.ranked(1)["person_id"][0]
    assert month.ranked(3)["rank"].to_list() == [1, 2, 3]
    assert month.person(1).person_id == month.person(f" {first.lower()} ").person_id == first
    assert month.why(1) == month.person(first).why()
    assert month.why(1).startswith("1st: ")


def test_a_person_is_traced_to_rows_and_months(site: hiu.site.Site) -> None:
    month = site.latest
    person = month.person(1)
    assert set(person.links()["person_id"]) == {person.person_id}
    months = person.months()
    assert months.height == month.table("coverage").height
    assert months.filter(~pl.col("supplied"))["n"].null_count() == months.filter(~pl.col("supplied")).height
    assert months.filter("supplied")["n"].null_count() == 0
    counted = month.table("monthly_demand").filter(pl.col("person_id") == person.person_id)["n"].sum()
    assert months["n"].sum() == counted > 0


def test_review_is_in_order_of_effect(site: hiu.site.Site) -> None:
    assert site.latest.review()["priority"].is_sorted(descending=True)


def test_deliveries_and_gaps(site: hiu.site.Site) -> None:
    rows = site.latest.deliveries()
    assert (rows["received"] == rows["staged"] + rows["quarantined"]).all()
    gaps = site.latest.not_supplied()
    assert gaps.height == site.latest.table("coverage").filter(~pl.col("supplied")).height


def test_cards_as_text_and_html(site: hiu.site.Site) -> None:
    month = site.latest
    assert "2026-03" in repr(site) and "2026-03" in site._repr_html_()
    assert "invented people" in repr(month)
    received = month.table("deliveries")["received"].sum()
    assert f"{received:,} = " in repr(month)
    assert month.person(1).person_id in month.person(1)._repr_html_()
    card = Card("<b>&", {"<i>": "<script>"}, "a<b")
    assert "<script>" not in card.html() and "&lt;b&gt;&amp;" in card.html()


def test_a_chart_shows_itself_and_says_what_it_shows(site: hiu.site.Site) -> None:
    chart = site.latest.person(1).chart(split=True)
    assert chart._repr_html_().startswith('<div role="img" aria-label="') and "<svg" in chart._repr_html_()
    assert "http" not in chart._repr_html_().replace("http://www.w3.org/", "")
    assert repr(chart) == chart.text and site.latest.person(1).person_id in chart.text


def test_errors_say_what_to_do(site: hiu.site.Site) -> None:
    month = site.latest
    near = month.ranked(1)["person_id"][0][:-1] + "9"
    with pytest.raises(UsageError, match="Did you mean 'HIU-"):
        month.person(near)
    with pytest.raises(UsageError, match=r"no rank 1000000 .* the last is"):
        month.person(10**6)
    with pytest.raises(UsageError, match="Did you mean 'monthly_demand'"):
        month.table("monthly_demands")
    with pytest.raises(UsageError, match="hiu run 2020-01"):
        site.month("2020-01")


def test_a_folder_that_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="hiu init"):
        hiu.open(tmp_path)


def test_a_site_without_a_published_month(area: Path, tmp_path: Path) -> None:
    site = hiu.open(area, curated=tmp_path)
    assert site.months == [] and "none yet" in repr(site)
    with pytest.raises(HiuError, match="nothing is published yet"):
        _ = site.latest


def test_a_pointer_to_a_folder_that_is_gone(area: Path, tmp_path: Path) -> None:
    pointer = {"latest": "2026-03", "months": {"2026-03": "2026-03-gone"}}
    (tmp_path / "CURRENT.json").write_text(json.dumps(pointer), encoding="utf-8")
    with pytest.raises(HiuError, match="hiu run 2026-03"):
        _ = hiu.open(area, curated=tmp_path).latest


HOLDS = """
import resource, sys
import numpy as np
from hiu.site.compact import give_back
def held():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 1e6
if sys.argv[1] == "give":
    give_back()
np.ones(3_000_000)
several = [np.ones(1_500_000) for _ in range(3)]
before = held()
del several
print(before - held())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library gives memory back by rules of its own")
def test_memory_of_large_arrays_goes_back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def given(how: str) -> float:
        done = subprocess.run([sys.executable, "-c", HOLDS, how], capture_output=True, text=True, check=True)
        return float(done.stdout)

    assert given("give") > 30 > given("keep")
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    give_back()  # where there is no such setting nothing happens
