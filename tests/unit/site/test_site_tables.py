"""Tables, questions and reports an analyst asks for: traced, masked, shown readably, and helpful when mistyped."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import hiu
from hiu.errors import HiuError, UsageError
from hiu.model import PUBLISHED
from hiu.site.published import Published
from hiu.site.show.listing import Listing, cell_text
from pipelines.run import Outcome

C = pl.col


def test_a_question_in_sql_is_answered_from_masked_tables(run: Published) -> None:
    found = run.sql("select sex, count(*) as n from people group by sex order by sex")
    assert found["n"].sum() == run.table("people").height
    assert run.sql("select max(length(name_text)) as n from people where name_text <> '(no name)'")["n"][0] < 20
    with_own = run.sql("with top as (select * from ranked where rank <= 3) select count(*) as n from top")
    assert with_own["n"][0] >= 3


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select * from rankd", "Did you mean 'ranked'"),
        ("select intensty from ranked", "Did you mean 'intensity'"),
        ("select nhs_number from people", "is masked"),
        ("select * from read_csv('{secret}')", "no published table"),
        ("select * from read_text('{secret}')", "no published table"),
        ("select * from '{secret}'", "no published table"),
        ("select * from ranked, read_blob('{secret}')", "no published table"),
        ("select * from information_schema.tables", "no published table"),
        ("select * from query('select 1')", "no published table"),
        ("drop table ranked", "one SELECT"),
        ("copy ranked to '{secret}'", "one SELECT"),
        ("select 1; select 2", "one SELECT"),
        ("attach '{secret}'", "one SELECT"),
        ("selec * frm", "SELECT|SQL"),
    ],
)
def test_a_question_that_cannot_be_asked(run: Published, tmp_path: Path, query: str, told: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("PLANTED\n1\n", encoding="utf-8", newline="\n")
    with pytest.raises(UsageError, match=told) as found:
        run.sql(query.format(secret=secret.as_posix()))
    assert "PLANTED" not in str(found.value)
    assert secret.read_text(encoding="utf-8") == "PLANTED\n1\n"


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda run: run.rankd, "Did you mean 'ranked'"),
        (lambda run: run.person(1).timelin, "Did you mean 'timeline'"),
        (lambda run: run.cohort().trned, "Did you mean 'trend'"),
        (lambda run: run.cohort().trend("s163"), "Did you mean 's136'"),
        (lambda run: run.person(1).records(dataset="ed_atendance"), "Did you mean 'ed_attendance'"),
        (lambda run: run.ranked()["intensty"], "Did you mean 'intensity'"),
        (lambda run: run.quality().unmatched("sexx"), "Did you mean 'sex'"),
        (lambda run: run.linkage().weights("nhs_nmber"), "Did you mean 'nhs_number'"),
        (lambda run: run.definitions().effect("weight"), "Did you mean 'weights'"),
        (lambda run: run.cohort().cost().table("cohrt"), "Did you mean 'cohort'"),
        (lambda run: run.what_if(counting="ambulance: all cals"), "Did you mean 'ambulance: all calls'"),
        (lambda run: run.what_if(weights={"mh_bed_days": 0}), "Did you mean 'mh_bed_day'"),
        (lambda run: run.what_if(drop_roles=["caler"]), "Did you mean 'caller'"),
        (lambda run: run.hour_of_week("ed_atendance"), "Did you mean 'ed_attendance'"),
        (lambda run: run.tables("trait"), "Did you mean 'traits'"),
        (lambda run: run.ranked().sort_values("rank"), "pandas"),
        (lambda run: run.cohort().trend("s136").to_share(), "board paper"),
        (lambda run: run.person(1).chart().save("chart.gif"), "svg, png, pdf"),
        (lambda run: run.person(1).records(month="March"), "2026-03"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_right_one(run: Published, ask: object, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        ask(run)  # type: ignore[operator]


def test_a_name_python_itself_asks_for_is_simply_not_there(run: Published) -> None:
    assert not hasattr(run, "_ipython_display_") and not hasattr(run.ranked(), "_repr_markdown_")
    with pytest.raises(AttributeError):
        _ = run.rankd


def test_every_figure_traces_to_its_rows(run: Published) -> None:
    demand = run.table("monthly_demand").filter(C("n") > 0, C("dataset") != "mh_bed_day")
    for row in demand.sample(min(25, demand.height), seed=1).iter_rows(named=True):
        rows = run.person(row["person_id"]).records(f"{row['month']:%Y-%m}", row["dataset"])
        counted = rows.filter(C("status") == "counted")
        assert counted["event_id"].n_unique() >= row["n"], row
        assert set(counted["person_id"]) == {row["person_id"]}


def test_bed_days_trace_to_stays_open_in_the_month(run: Published) -> None:
    nights = run.table("monthly_demand").filter(C("n") > 0, C("dataset") == "mh_bed_day")
    assert nights.height
    for row in nights.head(10).iter_rows(named=True):
        rows = run.person(row["person_id"]).records(f"{row['month']:%Y-%m}", "mh_bed_day")
        assert rows.filter(C("status") == "counted").height


def test_the_timeline_holds_each_contact_once_in_its_episode(run: Published) -> None:
    extra = run.table("monthly_extra").filter(C("measure") == "episode").group_by("person_id").agg(C("n").sum())
    for person_id, n in extra.sort("n", "person_id", descending=True).head(10).iter_rows():
        timeline = run.person(person_id).timeline()
        assert timeline.filter(C("episode").is_not_null())["episode"].n_unique() == n
    events = run.table("timeline")
    assert events.select(PUBLISHED["timeline"].key).is_duplicated().sum() == 0


def test_evidence_adds_up_to_the_weight_of_each_pair(run: Published) -> None:
    queue, parts = run.table("review_queue"), run.table("review_evidence")
    total = parts.group_by("identity_a", "identity_b").agg(C("weight").sum())
    both = queue.join(total, on=["identity_a", "identity_b"])
    assert both.height and (both["match_weight"] - both["weight"]).abs().max() < 1e-6


def test_comparing_two_says_whether_their_difference_means_anything(run: Published) -> None:
    ranked = run.ranked()
    text = ranked.compare(2, 1)
    assert text.index("1st:") < text.index("2nd:") and "overlap" in text
    assert run.ranked().moves().columns[0] == "kind" and run.ranked().uncertain().height


def test_every_report_is_shown_and_says_something(run: Published) -> None:
    cohort, ranked = run.cohort(), run.ranked()
    for found in (
        cohort.trend("ed_attendance"),
        cohort.evaluate(),
        cohort.cost(),
        cohort.backtest(),
        ranked.sensitivity(),
        ranked.equality(),
    ):
        assert found.sentences and found.title in found._repr_html_() and found.sentences[0] in repr(found)
    assert "<svg" in cohort.trend("ed_attendance")._repr_html_()
    assert cohort.cost().to_pandas().shape == cohort.cost().to_polars().shape  # type: ignore[attr-defined]
    few = run.cohort([ranked["person_id"][0]])
    assert few.trend("ed_attendance").to_polars()["people"].max() <= 1


def test_quality_accounts_for_every_row(run: Published) -> None:
    quality = run.quality()
    links = run.table("links")
    assert sum(quality.duplicates().drop("source").sum().row(0)) == links.height
    assert quality.quarantine()["rows"].sum() == run.table("quarantine").height
    counted = links.filter(C("status") == "counted").height
    for by in ("source", "sex", "age"):
        assert quality.unmatched(by)["rows"].sum() == counted
    if run.table("quarantine").height:
        code = str(quality.quarantine()["code"][0])
        assert set(quality.quarantine(code)["code"]) == {code}
    fields = quality.fields()
    assert (fields["filled"] == fields["read"] + fields["missing"] + fields["unreadable"] + fields["unknown"]).all()
    file = str(fields["source_file"][0])
    assert set(quality.fields(file)["source_file"]) == {file}
    poor = fields.filter(C("unreadable") + C("unknown") > 0)["delivery_id"].n_unique()
    assert quality.deliveries()["not_read"].drop_nulls().len() == poor > 0
    assert quality.coverage(3).width <= 4 and quality.expectations().height > 20


def test_definitions_say_what_counts_and_what_is_set_here(run: Published) -> None:
    definitions = run.definitions()
    assert set(definitions.counted()["dataset"]) == set(run.table("coverage")["dataset"])
    here = definitions.constants().filter(C("shipped").is_not_null())
    assert "top" in here["setting"].to_list()
    assert set(definitions.effect("counting")["kind"]) == {"counting"}


def test_a_draft_says_what_it_guessed_and_what_would_load(area: Path, published: Outcome) -> None:
    file = Path(__file__).resolve().parents[3] / "notebooks" / "examples" / "fire_log.csv"
    draft = hiu.open(area).draft("fire", file)
    assert draft.guesses().height and "CHECK" in repr(draft)
    fields = dict(draft.columns().iter_rows())
    assert fields["Log No"] == "event" and fields["D.O.B."] == "dob" and fields["Appliances"] is None
    outcome = draft.would_load("2026-03")
    assert outcome["rows"].sum() == 11 and outcome["rows"][0] == 10
    with pytest.raises(UsageError, match="no such file"):
        hiu.open(area).draft("fire", "nowhere.csv")
    assert not (area / "sources" / "fire.toml").exists()


def test_a_listing_is_a_polars_frame_shown_readably() -> None:
    frame = pl.DataFrame({"month": ["2026-03-01"], "n": [1234], "<b>": ["a|b"], "x": [None]})
    shown = Listing(frame.with_columns(C("month").str.to_date()), "Title <i>", empty={"x": "not supplied"})
    page = shown._repr_html_()
    assert "Mar 2026" in page and "1,234" in page and "a, b" in page and "not supplied" in page
    assert "<i>" not in page and "<b>" not in page and 'scope="col"' in page and "<caption" in page
    assert isinstance(shown, pl.DataFrame) and type(shown.to_polars()) is pl.DataFrame
    assert str(shown).startswith("Title <i>")
    long = Listing(pl.DataFrame({"n": range(50)}))
    assert "30 more rows" in long._repr_html_() and "more rows" not in long.all_rows()._repr_html_()


def test_cells_are_said_in_british() -> None:
    from datetime import date, datetime

    assert cell_text(date(2026, 10, 21)) == "21 Oct 2026" and cell_text(date(2026, 10, 1), "month") == "Oct 2026"
    assert cell_text(datetime(2026, 10, 21, 9, 5)) == "21 Oct 2026 09:05"
    assert [cell_text(value) for value in (True, 0.1234567, 1234.5, ["a", "b"])] == ["yes", "0.123", "1,234", "a, b"]
    assert cell_text(None, "x", "-") == "-"


def test_a_table_an_earlier_release_lacks_is_told(run: Published, tmp_path: Path) -> None:
    with pytest.raises(HiuError, match="publishes it anew"):
        Published(run.month, tmp_path).table("timeline")
    with pytest.raises(HiuError, match=r"hiu\.open"):
        _ = Published(run.month, run.folder).settings


def test_opening_a_month_loads_no_engine_and_no_chart_library(area: Path, published: Outcome) -> None:
    code = (
        "import sys, hiu\n"
        f"hiu.open({str(area)!r}).latest.ranked(5)._repr_html_()\n"
        "heavy = {'duckdb', 'altair', 'vl_convert', 'pandas', 'scipy', 'anywidget', 'great_expectations'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=False)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("max(start) - min(start)", "type interval, which .* date_diff"),
        ("[interval 1 day]", "type interval"),
        ("{'a': [map {'x': interval 1 day}]}", "type interval"),
        ("union_value(a := 1)", "type union, which .* VARCHAR"),
        ("[union_value(a := 1)]", "type union"),
        ("'101'::bit", "type bit"),
        ("'1'::bignum", "type bignum"),
        ("170141183460469231731687303715884105727::hugeint", "a number is too large"),
    ],
)
def test_a_type_that_no_table_holds_is_named(run: Published, value: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        run.sql(f"select {value} as x from timeline")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("date_diff('hour', timestamp '2026-01-01', timestamp '2026-01-02')", 24),
        ("7::hugeint", 7),
        ("7::uhugeint", 7),
        ("2.5::decimal(38, 10)", Decimal("2.5")),
        ("'a'::enum('a', 'b')", "a"),
        ("array_value(1, 2)", [1, 2]),
        ("{'a': [1]}", {"a": [1]}),
        ("map {'a': 1}", [{"key": "a", "value": 1}]),
        ("'10:00:00+00'::timetz", time(10)),
        ("timestamptz '2026-01-01 10:00:00+00'", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("'00000000-0000-0000-0000-000000000001'::uuid", "00000000-0000-0000-0000-000000000001"),
        ("'ab'::blob", b"ab"),
        ("null", None),
    ],
)
def test_every_other_type_is_answered(run: Published, value: str, found: object) -> None:
    answer = run.sql(f"select {value} as x from timeline limit 1")
    assert answer.to_polars()["x"].to_list() in ([found], [dict_of(found)]) and "x" in answer._repr_html_()


def dict_of(found: object) -> object:
    """A map as a newer engine gives it."""
    return {one["key"]: one["value"] for one in found} if isinstance(found, list) and found[0] != 1 else found


def test_a_last_column_that_some_rows_lack_keeps_its_heading() -> None:
    rows = {name: ["a", "b"] for name in "cdefghi"}
    sentence = "Thirty-two contacts in three months; three expected, going by the year before them."
    for why, headed in ([sentence, sentence], False), ([sentence, None], True):
        assert (">why</th>" in Listing(pl.DataFrame(rows | {"why": why})).html()) == headed
