"""The workbook as it goes out: who is in it, what can be filled in, and nothing that runs."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from importlib import resources

import fastexcel
import polars as pl
import publish_frames as frames
import workbook_kit as kit
from workbook_kit import KEY, Edited, at, made

from hiu.engine.meeting import meeting_facts
from hiu.model import ALIASES, PUBLISHED
from hiu.model.grades import BAND_FROM
from hiu.model.meeting import CHOICES, GATE_DATES
from hiu.month import Month
from hiu.publish.stamp import MARKING
from hiu.publish.words.terms import ENTERED
from hiu.publish.workbook.listing import KEYS, SHOWN, columns, heading
from hiu.publish.workbook.write import pages_of, workbook_name

ONE, TWO = frames.IDS[:2]


def part(data: bytes, name: str) -> str:
    return Edited(data).parts[Edited(data).sheet(name)].decode("utf-8")


def test_the_sheets_in_order_with_the_last_hidden() -> None:
    book = fastexcel.read_excel(made())
    assert book.sheet_names == list(kit.SHEETS)
    kinds = [book.load_sheet(name, header_row=None).visible for name in kit.SHEETS]
    assert kinds == ["visible"] * 6 + ["hidden"]
    assert workbook_name(kit.stamp()) == "risk-and-demand-2026-03.xlsx"


def test_every_choice_has_its_drop_down_and_dates_their_limits() -> None:
    sheet = part(made(), "Entry")
    for field, words in CHOICES.items():
        if field in ENTERED:
            place = at(field)
            assert re.search(rf'sqref="{place}:{place[:-1]}9"[^>]*><formula1>"{",".join(words)}"', sheet), field
    assert re.search(rf'type="date"[^>]*sqref="{at("next_review")}:{at("next_review", 9)}"', sheet)
    assert 'type="list"' in part(made(), "Person") and part(made(), "Actions").count("<dataValidation ") == 3
    assert "sheetProtection" not in sheet and "<autoFilter" in sheet


def test_only_people_who_may_be_shown_are_in_it_anywhere() -> None:
    tables = frames.published(4, {person: f"Quixote{i}" for i, person in enumerate(frames.IDS[:4])})
    rows = [
        frames.ranked_row(i, person, access="supported" if i == 4 else "candidate")
        for i, person in enumerate(frames.IDS[:4], 1)
    ]
    tables["ranked"] = frames.frame(PUBLISHED["ranked"], rows)
    with zipfile.ZipFile(io.BytesIO(made(tables, top=2))) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8")
    assert all(name in whole for name in ("Quixote0", "Quixote1", "Quixote3", frames.IDS[3]))
    assert "Quixote2" not in whole and frames.IDS[2] not in whole
    assert KEY.decode() not in whole and MARKING.split(":")[0] in whole


def test_no_name_begins_a_formula_and_no_text_is_a_link() -> None:
    names = ("=1+1", "@SUM(A1)", "+44", "http://evil.example", "-1")
    data = made(frames.published(5, dict(zip(frames.IDS, names, strict=False))))
    formulas = re.findall(r"<f>(.*?)</f>", "".join(part(data, name) for name in kit.SHEETS))
    assert formulas and all(text.startswith(("IF(", "INDEX(", "MATCH(", "N(", "MAX(")) for text in formulas)
    assert not any("hyperlink" in name or "externalLink" in name for name in Edited(data).parts)
    assert "<hyperlink" not in "".join(part(data, name) for name in kit.SHEETS)
    assert 'quotePrefix="1"' in Edited(data).parts["xl/styles.xml"].decode()


def test_the_chart_is_native_follows_the_choice_and_says_what_was_not_supplied() -> None:
    tables = frames.published(4)
    gone = tables["coverage"].filter(~pl.col("supplied")).select("month", "dataset")
    tables["monthly_demand"] = tables["monthly_demand"].join(gone, on=["month", "dataset"], how="anti")
    data = made(tables)
    parts = Edited(data).parts
    chart = parts["xl/charts/chart1.xml"].decode()
    assert chart.count("<c:ser>") == 9 and 'c:grouping val="stacked"' in chart and "diamond" in chart
    assert "plotVisOnly" not in chart  # the columns that place the marks are hidden
    assert "INDEX(_meta!" in part(data, "Person") and "descr=" in parts["xl/drawings/drawing1.xml"].decode()
    monthly = fastexcel.read_excel(data).load_sheet("Monthly", header_row=None, dtypes="string").to_polars()
    held = monthly.filter(pl.nth(0).str.starts_with(ONE))
    assert held.height == 24 and (held[:, 5] == "not supplied").sum() == 2


def test_refusing_is_neutral_no_colour_hangs_on_any_word() -> None:
    assert all("conditionalFormatting" not in part(made(), name) for name in kit.SHEETS)


def test_an_empty_list_still_makes_a_workbook() -> None:
    tables = frames.published(4)
    tables["ranked"] = tables["ranked"].head(0)
    assert Edited(made(tables)).back().sent == {}


def test_what_earlier_meetings_left_is_shown_and_carried() -> None:
    march = [
        {
            "person_id": ONE,
            "field": field,
            "value": value,
            "author": "Ann",
            "entered_at": datetime(2026, 4, 9),
            "pack_id": "p",
            "month": date(2026, 2, 1),
            "row_version": 1,
        }
        for field, value in {"decision": "Offer support", "owner": "Sam", "notes": "Rings on Mondays"}.items()
    ]
    tables = frames.published(4) | {"meeting_entry": kit.entries(march)}
    row = Edited(made(tables)).back().rows[0].cells
    assert row["last"].text == "Offer support (Feb 2026 list). Rings on Mondays"
    assert (row["owner"].text, row["decision"].text, row["notes"].text) == ("Sam", "", "")
    own = [{**entry, "month": date(2026, 3, 1)} for entry in march]
    again = Edited(made(tables | {"meeting_entry": kit.entries(own)})).back().rows[0].cells
    assert (again["decision"].text, again["last"].text) == ("Offer support", "")


def test_headings_are_of_one_meaning() -> None:
    names = [heading(name) for name in columns()]
    assert len(set(names)) == len(names) == len(SHOWN) + len(ENTERED) + len(KEYS) + 3


def entry(field: str, value: str | None, month: date, day: int = 9, person: str = ONE) -> dict[str, object]:
    return {
        "person_id": person,
        "field": field,
        "value": value,
        "author": "A",
        "pack_id": "p",
        "month": month,
        "entered_at": datetime(2026, 4, day),
        "row_version": 1,
    }


def facts(*rows: dict[str, object], month: Month = frames.LAST, aliases: pl.DataFrame | None = None) -> pl.DataFrame:
    known = frames.frame(ALIASES, []) if aliases is None else aliases
    return meeting_facts(kit.entries(list(rows)), known, month)


def test_a_meetings_scores_hold_from_the_next_month_dated_within_it() -> None:
    feb = date(2026, 2, 1)
    rows = (entry("likelihood_clinical", "4", feb), entry("impact_clinical", "5", feb))
    found = facts(*rows).row(0, named=True)
    assert (found["likelihood"], found["impact"], found["at"]) == (4, 5, date(2026, 3, 31))
    assert facts(*rows, month=frames.LAST - 1).is_empty()  # the list they were about never sees them
    assert facts(rows[0]).is_empty()  # half a grading is none
    cleared = facts(*rows, entry("impact_clinical", None, feb, day=10))
    assert cleared.is_empty()
    changed = facts(*rows, entry("impact_clinical", "1", feb, day=10))
    assert changed["impact"].to_list() == [1]


def test_a_merged_persons_entries_follow_them_and_gates_keep_the_latest() -> None:
    feb = date(2026, 2, 1)
    merged = frames.frame(ALIASES, [{"old_id": ONE, "person_id": TWO, "month": feb, "kind": "merge", "reason": "x"}])
    rows = (
        entry("consent", "given", feb),
        entry("consent", "withdrawn", feb, day=10),
        entry("capacity", "review needed", feb),
    )
    found = facts(*rows, aliases=merged)
    assert found.select("person_id", "fact", "value").rows() == [(TWO, "consent", "withdrawn")]
    assert facts(*rows, entry("consent", None, feb, day=11)).is_empty()


def test_the_risk_matrix_is_the_same_in_the_engine_s_sql() -> None:
    sql = (resources.files("hiu") / "sql" / "risk_grading.sql").read_text(encoding="utf-8")
    found = dict(re.findall(r"likelihood \* impact >= (\d+) THEN '(\w+)'", sql))
    assert {band: int(least) for least, band in found.items()} == BAND_FROM


def test_the_entry_tab_shows_twelve_columns_inputs_first_and_both_lists_print_on_few_pages() -> None:
    data = made()
    sheet, names = part(data, "Entry"), columns()
    hidden: set[int] = set()
    for tag in re.findall(r"<col [^>]*>", sheet):
        if 'hidden="1"' in tag:
            first, last = (int(re.findall(rf'{edge}="(\d+)"', tag)[0]) for edge in ("min", "max"))
            hidden |= set(range(first, last + 1))
    seen = [name for at_, name in enumerate(names, 1) if at_ not in hidden]
    assert (
        len(seen) == 12 and seen[0] == "name" and set(seen[1:]) <= {*ENTERED, "grade_clinical", "grade_public_safety"}
    )
    behind = [name for name in ENTERED if name not in seen]
    assert behind == [*(name for pair in GATE_DATES.items() for name in pair), "notice_at", "plan_at"]
    assert sheet.count('outlineLevel="1"') and "press + above" in data_text(data)
    for people, pages in ((1, 1), (25, 1), (26, 2), (500, 20)):
        assert pages_of(people) == pages
    assert 'fitToHeight="1"' in sheet or "fitToPage" in sheet
    assert 'fitToHeight="2"' in part(data, "Ranked list") and "rowBreaks" not in sheet


def data_text(data: bytes) -> str:
    return Edited(data).parts["xl/sharedStrings.xml"].decode("utf-8")


def test_a_notice_a_plan_and_its_review_are_dated_by_a_meeting_and_cleared_again() -> None:
    feb = date(2026, 2, 1)
    days = {"notice_at": "2026-03-02", "plan_at": "2026-03-03", "plan_review_at": "2026-09-01"}
    rows = [entry(field, value, feb) for field, value in days.items()]
    found = facts(*rows).select("fact", "at").rows()
    expected = [("notice", date(2026, 3, 2)), ("plan", date(2026, 3, 3)), ("plan_review", date(2026, 9, 1))]
    assert sorted(found) == expected
    later = facts(*rows, entry("plan_review_at", None, feb, day=10), entry("plan_at", "2026-03-09", feb, day=10))
    assert sorted(later.select("fact", "at").rows()) == [expected[0], ("plan", date(2026, 3, 9))]


def test_an_overdue_plan_review_goes_out_as_it_is_on_record_and_a_new_day_is_taken_in() -> None:
    tables = frames.published(4)
    ranked = tables["ranked"]
    tables["ranked"] = ranked.with_columns(access=pl.lit("supported"))
    row = {"person_id": ONE, "start": date(2025, 9, 1), "plan_at": date(2025, 9, 2), "plan_review_at": date(2026, 3, 1)}
    tables["support"] = frames.frame(PUBLISHED["support"], [row])
    copy = Edited(made(tables))
    cells = copy.back().rows[0].cells
    assert (cells["plan_review_at"].text[:10], cells["plan_at"].text[:10]) == ("2026-03-01", "2025-09-02")
    assert not copy.verdict().changes
    copy.put(at("plan_review_at"), date(2026, 9, 1)).put(at("notice_at"), date(2026, 4, 1))
    assert copy.verdict().summary == "2 changes, 0 conflicts, 0 refused"
    assert copy.put(at("plan_review_at"), date(2026, 1, 1)).verdict().refused[0].code == "value"


def test_a_line_of_the_persons_chart_stands_where_support_started_and_follows_the_choice() -> None:
    tables = frames.published(4)
    row = {"person_id": TWO, "start": date(2025, 11, 3), "end": date(2026, 2, 9)}
    tables["support"] = frames.frame(PUBLISHED["support"], [row])
    data = made(tables)
    assert "Support started or ended" in Edited(data).parts["xl/charts/chart1.xml"].decode()
    monthly = fastexcel.read_excel(data).load_sheet("Monthly", header_row=4).to_polars()
    told = monthly.filter(pl.col("Support").is_not_null()).select("Person", "Support").rows()
    assert told == [(TWO, "started"), (TWO, "ended")]
    person = part(data, "Person")
    assert len(re.findall(r'<f>INDEX\(Monthly![^<]*\)&amp;""</f>', person)) == 24, "looked up of whoever is chosen"
