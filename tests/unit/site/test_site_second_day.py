"""What an analyst asks on the second day: lists side by side, other definitions, the cohort, and what may leave."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.model import PUBLISHED
from hiu.month import Month
from hiu.site.published import Published
from hiu.site.show.mask import initials_of, masked_sql
from hiu.site.views.shared import shared_concentration, shared_flow, shared_survival, shared_together

C = pl.col


def raw(run: Published, query: str) -> list[tuple[object, ...]]:
    """The published files asked directly, without the library: `{t}` is the folder."""
    return duckdb.sql(query.replace("{t}", run.folder.as_posix())).fetchall()


def test_a_month_is_text_a_number_or_a_day(area: Path, run: Published) -> None:
    site = hiu.open(area)
    whole = int(str(run.month).replace("-", ""))
    assert site.month(whole).month == site.month(run.month.end).month == site.month(str(run.month)).month == run.month
    assert Month.read(date(2026, 3, 31)) == Month.read(202603) == Month(2026, 3)
    assert run.person(1).records(whole).equals(run.person(1).records(str(run.month)))


def test_the_package_lists_what_it_has() -> None:
    assert "open" in dir(hiu)


def test_a_part_of_the_list_is_shown_as_the_list(run: Published) -> None:
    part = run.ranked().filter(C("rank") <= 2).sort("rank", descending=True)
    assert part.title == f"{run.ranked().title} (2 of its {run.ranked().height} rows)" and part["rank"].to_list() == [
        2,
        1,
    ]
    assert part.why(1) == run.why(1) and "<caption" in part._repr_html_()


def test_a_sortable_table_has_every_row_and_fetches_nothing(run: Published) -> None:
    page = run.ranked().sortable()._repr_html_()
    assert page.count("<tr>") == run.ranked().height + 1 and "<script>" in page
    assert "http" not in page and "src=" not in page


def test_the_list_beside_itself_has_not_moved(run: Published) -> None:
    found = run.compare(run.month)
    assert found.height == run.ranked().height and found["moved_up"].unique().to_list() == [0]
    assert (found["label"] == found["label_before"]).all()


def test_an_id_is_followed_through_merges_until_somebody_has_it() -> None:
    from hiu.site.ids import followed

    became = {"A": "B", "B": "C", "D": "E", "X": "Y", "Y": "X"}
    assert followed("A", {"C"}, became) == "C", "merged twice since"
    assert followed("D", {"D", "E"}, became) == "D", "merged once, and parted again since"
    assert followed("X", {"C"}, became) in ("X", "Y") and followed("Q", {"C"}, became) == "Q"


def test_what_if_nothing_changes_is_the_list_published(run: Published) -> None:
    same = run.what_if().table("list")
    assert (same["rank"] == same["place"]).all() and same.height == run.ranked().height


def test_what_if_counts_again_without_roles(run: Published) -> None:
    answer = run.what_if(drop_roles=["caller"], weights={"mh_bed_day": 0})
    assert "mh_bed_day counts 0" in answer.sentences[0] and "caller" in answer.sentences[0]
    less = dict(
        raw(
            run,
            "select person_id, count(*) from '{t}/timeline.parquet' where counted and dataset = 'police_incident' "
            f"and role = 'caller' and start >= '{(run.month - 2).start}' group by 1",
        )
    )
    own = dict(raw(run, "select person_id, contacts_3 from '{t}/ranked.parquet'"))
    changed = dict(answer.table("list").select("person_id", "contacts_3").iter_rows())
    assert less and all(changed[one] == own[one] - less.get(one, 0) for one in changed)  # type: ignore[operator]


def test_contacts_of_the_curve_are_those_of_the_list(run: Published) -> None:
    found = run.cohort().concentration().table("shares")
    assert found["contacts"][-1] == raw(run, "select sum(contacts_12) from '{t}/ranked.parquet'")[0][0]
    assert found["contacts"].is_sorted() and found["share_of_contacts"][-1] == 1


def test_what_if_says_which_value_is_refused(run: Published) -> None:
    for asked, said in (
        ({"half_life": -1}, "'half_life'.*found -1"),
        ({"weights": {"mh_bed_day": "many"}}, "'weights.mh_bed_day'.*found 'many'"),
    ):
        with pytest.raises(UsageError, match=said) as refused:
            run.what_if(**asked)  # type: ignore[arg-type]
        assert "[type=" not in str(refused.value)
    assert run.what_if(drop_roles="caller").sentences == run.what_if(drop_roles=["caller"]).sentences


def test_stays_have_no_hour_of_the_week(run: Published) -> None:
    with pytest.raises(UsageError, match=r"mh_bed_day.*run.admissions\(\)"):
        run.hour_of_week("mh_bed_day")


def test_agencies_together_are_everybody_with_a_contact_once(run: Published) -> None:
    found = run.cohort().together().table("agencies")
    people = raw(
        run,
        "select count(distinct person_id) from '{t}/timeline.parquet' where counted and dataset in "
        f"(select dataset from '{{t}}/coverage.parquet') and start >= '{(run.month - 11).start}'",
    )
    assert found["people"].sum() == people[0][0]


def test_nobody_stays_enters_or_leaves_twice(run: Published) -> None:
    flow = run.cohort().flow().table("flow")
    top = run.settings.rank.top
    assert flow.height and ((flow["stayed"] + flow["entered"]) <= top).all()


def test_time_to_the_next_contact_by_hand() -> None:
    from hiu.rank.reports.cohorts import survival

    found = survival(pl.Series([3, 7, 7, 20, 40]), pl.Series([True, True, False, True, False]))
    at = {row["days"]: row for row in found.iter_rows(named=True)}
    assert at[7]["at_risk"] == 4 and at[7]["share"] == pytest.approx(1 - 4 / 5 * 3 / 4)
    assert at[28]["share"] == pytest.approx(1 - 4 / 5 * 3 / 4 * 1 / 2) and at[28]["at_risk"] == 1
    assert at[28]["low"] < at[28]["share"] < at[28]["high"] and 60 not in at


def test_the_curve_steps_on_the_day_of_a_contact() -> None:
    from hiu.rank.reports.cohorts import survival

    curve = survival(pl.Series([3, 7, 40]), pl.Series([True, True, False]), range(366))
    assert curve["days"].to_list() == list(range(41))
    share = dict(curve.select("days", "share").iter_rows())
    assert [share[day] for day in (2, 3, 6, 7, 40)] == pytest.approx([0, 1 / 3, 1 / 3, 2 / 3, 2 / 3])


def test_a_discharge_is_not_a_move_to_another_bed() -> None:
    from hiu.rank.reports.cohorts import discharges

    stay = pl.DataFrame(
        [
            ("A", "s1", "2026-01-01", "2026-01-05", "sent", False),
            ("A", "s2", "2026-01-05", "2026-01-09", "sent", False),
            ("B", "s3", "2026-01-02", None, "open", False),
            ("C", "s4", "2026-02-02", "2026-02-03", "sent", False),
        ],
        schema=["person_id", "spell", "start", "end", "ended", "nobody"],
        orient="row",
    ).with_columns(C("start", "end").str.to_datetime())
    timeline = pl.DataFrame({"person_id": ["A", "A"], "start": ["2026-01-09", "2026-01-12"], "counted": [True, True]})
    found = discharges(stay, timeline.with_columns(C("start").str.to_datetime()).lazy(), Month(2026, 3))
    assert found.rows()[0][2:] == (3, True, True) and found.rows()[1][2:] == (56, False, False)
    assert found["person_id"].to_list() == ["A", "C"]


def test_nothing_small_leaves() -> None:
    together = pl.DataFrame({"agencies": ["ed", "ed|mha"], "people": [40, 3], "contacts": [90, 9], "most": [10, 4]})
    assert shared_together(together).rows() == [("other combinations", "*", "*"), ("all", "45", "")]
    flow = pl.DataFrame({"month": [date(2026, 3, 1)], "stayed": [18], "entered": [2], "left": [2]})
    assert shared_flow(flow).rows() == [("2026-03", "*", "*", "*")]
    shares = {"share_of_people": [0.01], "people": [2], "contacts": [40], "share_of_contacts": [0.2], "most": [30]}
    assert shared_concentration(pl.DataFrame(shares))["share_of_contacts"].to_list() == ["*"]
    watched = {"days": [7], "at_risk": [50], "contacts": [3], "share": [0.06], "low": [0.0], "high": [0.1]}
    assert shared_survival(pl.DataFrame(watched)).rows() == [("7", "*", "*")]


@pytest.mark.parametrize("name", ["together", "flow", "concentration", "next_contact"])
def test_what_is_shared_names_nobody(run: Published, name: str) -> None:
    found = getattr(run.cohort(), name)()
    for chart in found.charts:
        assert "<svg" in chart.svg and chart.text
    if found._leaving is not None:
        text = repr(found.to_share()) + found.to_share()._repr_html_()
        assert "HIU-" not in text and "<svg" not in text


def test_admissions_are_the_spells_and_their_nights(run: Published) -> None:
    found = run.admissions(36)
    spells = raw(
        run,
        "select count(*) from (select distinct person_id, spell from '{t}/stay.parquet' "
        f"where not nobody and start < '{run.month.after}')",
    )
    assert found.height == spells[0][0] and (found["nights"] >= 0).all()
    one = found.row(0, named=True)
    assert one["spell"] in run.person(one["person_id"]).admissions()["spell"].to_list()


def test_hours_of_the_week_leave_out_days_without_a_time(run: Published) -> None:
    table = run.hour_of_week("ed_attendance").table("hours").to_polars()
    rows = raw(
        run,
        "select extract(isodow from start) - 1, extract(hour from start) // 4 from '{t}/timeline.parquet' "
        f"where counted and dataset = 'ed_attendance' and start >= '{(run.month - 11).start}' "
        "and not coalesce(start_day_only, false) and start <> date_trunc('day', start)",
    )
    counts = Counter((int(str(day)), int(str(block))) for day, block in rows)
    for day, row in enumerate(table.drop("day").iter_rows()):
        assert list(row) == [counts[day, block] for block in range(6)]


def test_hours_of_the_week_count_crisis_episodes_and_not_the_agencies_at_one(run: Published) -> None:
    found = run.hour_of_week()
    counted = sum(sum(row) for row in found.table("hours").to_polars().drop("day").iter_rows())
    names = "', '".join(run.table("coverage").to_polars()["dataset"].unique())
    inside = f"began >= '{(run.month - 11).start}' and began < '{run.month.after}'"
    whole = raw(
        run,
        f"select count(*), sum(n) from (select min(start) as began, count(*) as n from '{{t}}/timeline.parquet' "
        f"where counted and ended is null and dataset in ('{names}') group by person_id, episode) where {inside}",
    )
    episodes, contacts = (int(str(n)) for n in whole[0])
    apart = next(line for line in found.sentences if "sent as a date without a time" in line).split()[0]
    without_time = int(apart.replace(",", ""))
    assert counted + without_time == episodes < contacts
    assert "crisis episode" in found.sentences[0]


def test_a_table_says_what_its_columns_are(run: Published) -> None:
    found = run.tables("people")
    assert found.filter(C("column") == "nhs_number")["masked"].item() == "left out when masked"
    assert {"column", "meaning", "unit", "row 1"} <= set(found.columns)
    whole = {str(row[0]) for row in raw(run, "select name_text from '{t}/people.parquet' where name_text is not null")}
    assert not whole & {str(cell) for row in found.iter_rows() for cell in row}


def test_traits_count_people_without_saying_who_they_are(run: Published) -> None:
    traits = run.table("traits")
    assert traits.height == run.table("people").height
    adults = raw(run, "select count(*) from '{t}/people.parquet' where dob <= date '2008-03-31'")[0][0]
    assert traits.filter(C("age_band") != "under 18").height >= adults  # those with a year of birth alone come on top
    sizes = traits.drop_nulls("household_id").group_by("household_id").len()["len"]
    assert sizes.len() == 0 or (sizes.min() >= 2 and sizes.max() <= 8)  # type: ignore[operator]


def test_words_that_few_people_share_are_not_in_the_timeline(run: Published) -> None:
    for column in ("reason", "outcome", "site", "ward"):
        few = (
            f"select {column}, count(distinct person_id) n from '{{t}}/timeline.parquet' group by 1 order by n limit 3"
        )
        assert raw(run, few)
    rows = run.table("timeline").drop_nulls("role")["role"].str.split("|").explode().unique().to_list()
    assert set(rows) <= {"subject", "caller", "victim", "suspect", "missing", "witness", "professional"}


@pytest.mark.parametrize("name", PUBLISHED)
def test_sql_sees_of_a_file_what_the_masked_table_shows(run: Published, name: str) -> None:
    by_file, by_frame = run.sql(f"select * from {name}").to_polars(), run.table(name).to_polars()
    assert set(by_file.columns) == set(by_frame.columns)
    order = [column for column in PUBLISHED[name].key if column in by_frame.columns]
    same = by_file.select(by_frame.columns).sort(order, maintain_order=True).cast(dict(by_frame.schema))
    assert same.equals(by_frame.sort(order, maintain_order=True))


def test_initials_in_sql_are_those_of_a_column() -> None:
    names = ["Anna de Vries", "O'BRIEN, Seán", None, "  ", "", "Ō", "van  der   Berg,Jo", " , Lee", "A\tB"]
    frame = pl.DataFrame({"person_id": list("abcdefghi"), "name_text": names, "lead_clinician": names})
    for table, column in (("people", "name_text"), ("support", "lead_clinician")):
        sql = masked_sql(table, [column])[column]
        found = [row[0] for row in duckdb.sql(f"select {sql} from frame").fetchall()]
        assert found == frame.select(initials_of(column)).to_series().to_list()


def test_a_file_is_read_by_its_table_alone(run: Published) -> None:
    path = (run.folder / "people.parquet").as_posix()
    for query in (
        f"select * from read_parquet('{path}')",
        f"select * from '{path}', people",
        f"select (select max(nhs_number) from read_parquet('{path}')) from people",
        f"select * from people, lateral read_parquet('{path}')",
        f"select * from people cross join \"parquet_scan\"('{path}')",
        "select * from query('from people')",
        f"select * from people where sex in (select nhs_number from '{path}')",
    ):
        with pytest.raises(UsageError, match="no published table"):
            run.sql(query)


def test_the_ten_questions_of_the_analysts_page_are_answered(run: Published) -> None:
    page = (Path(__file__).parents[3] / "docs" / "analyst.md").read_text(encoding="utf-8")
    section = page.split("## Ten questions")[1].split("\n## ")[0]
    blocks = [part.split("```")[0] for part in section.split("```python\n")[1:]]
    assert "run.compare()" in blocks[0]
    answers = []
    for block in blocks:
        block = block.replace("run.compare()", "run.compare(run.month)")  # one month alone is published here
        scope: dict[str, Any] = {"run": run, "pl": pl}
        exec(block, scope)
        answers.append(scope["answer"])
    assert len(answers) == 10 and all(len(ast.parse(block).body) <= 2 for block in blocks)
    since = (run.month - 11).start
    seen = (
        "select distinct person_id from '{t}/timeline.parquet' where counted and start >= date '"
        + str(since)
        + "' and "
    )
    sets = "dataset in (select dataset from '{t}/coverage.parquet') and "
    both = raw(run, f"select count(*) from ({seen}{sets}source = 'police' intersect {seen}{sets}source = 'ed')")
    assert answers[3] == both[0][0]
    young = raw(
        run,
        "select r.person_id from '{t}/ranked.parquet' r join '{t}/people.parquet' p using (person_id) "
        "where list = 'adult' and date_diff('month', coalesce(dob, make_date(birth_year, 1, 1)), "
        f"date '{run.month.end}') between 216 and 311",
    )
    assert {one for (one,) in young} >= set(answers[2]["person_id"])
    contacts = sorted((int(str(n)) for (n,) in raw(run, "select contacts_12 from '{t}/ranked.parquet'")), reverse=True)
    active = [n for n in contacts if n]
    assert answers[4] == pytest.approx(sum(active[: max(1, round(len(active) / 100))]) / sum(active))
    still = "select count(distinct person_id || spell) from '{t}/stay.parquet' where ended = 'open' and not nobody "
    assert answers[5].height == raw(run, still + f"and start < date '{run.month.after}'")[0][0]
    calls = raw(run, "select count(distinct event_id) from '{t}/timeline.parquet' where dataset = 'ambulance_call'")
    assert answers[7]["calls"].sum() == calls[0][0]
    ended = pd.read_parquet(run.folder / "timeline.parquet").query("dataset == 'ambulance_call'")
    ended = ended[ended["outcome"].fillna("").str.split("|").map(lambda words: "conveyed" in words)]
    months = ended.drop_duplicates("event_id")["start"].dt.to_period("M").value_counts().to_dict()
    each = {pd.Period(month, "M"): n for month, n in answers[7].select("month", "conveyed").iter_rows() if n}
    assert each == months and any(len(one.split("|")) > 1 for one in ended["outcome"])
    watched = raw(
        run, "select count(distinct person_id) from '{t}/stay.parquet' where \"end\" is not null and not nobody"
    )
    assert answers[9].is_empty() or answers[9]["at_risk"][0] <= watched[0][0]


def test_a_chart_is_saved_in_three_forms(run: Published, tmp_path: Path) -> None:
    chart = run.person(1).chart()
    starts = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}
    for form, start in starts.items():
        assert chart.save(tmp_path / f"chart.{form}").read_bytes().startswith(start)


def test_the_first_list_loads_no_statistics(area: Path, run: Published) -> None:
    code = (
        "import sys, json, hiu; hiu.open(sys.argv[1]).latest.ranked(20); "
        "print(json.dumps([m for m in ('scipy', 'altair', 'great_expectations') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(area)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
