"""What a draft is made of: patterns of names, words of codes, facts of registers; and that it is always sound."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from traps.draftkit import load

from hiu.errors import InputRefused
from hiu.extract.draft.codes import guess
from hiu.extract.draft.columns.look import look
from hiu.extract.draft.mapping import draft
from hiu.extract.draft.naming import lasting, pattern_of
from hiu.extract.draft.table.wide import find_wide
from hiu.extract.files.find import takes
from hiu.extract.files.read import read_table
from hiu.extract.standardise import standardise
from hiu.sources import Source, load_sources


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Police extract Feb26 FINAL v2", "Police extract*"),
        ("Police extract Feb FINAL v2", "Police extract*"),
        ("ECDS_202603", "ECDS*"),
        ("ambulance-2026-03-31", "ambulance*"),
        ("GP contacts Q4 2025-26", "GP contacts*"),
        ("M12 mh stays", "* mh stays"),
        ("MHS502WardStay_2026_03", "MHS502WardStay*"),
        ("20260331_fire_final(1)", "*_fire*"),
        ("Mayfield shelter", "Mayfield shelter"),
        ("s136 log", "s136 log"),
        ("2026-03", "*"),
        ("crisis line w-e 29 March 2026 resent", "crisis line w-e*"),
    ],
)
def test_a_name_without_what_changes(name: str, stem: str) -> None:
    assert lasting(name) == stem


@pytest.mark.parametrize(
    ("name", "later", "beside"),
    [
        ("2026-02/Police extract Feb FINAL v2.csv", "2026-03/Police extract Mar v1.csv", ["custody extract Feb.csv"]),
        ("2026-02/mh Feb.csv", "2026-03/mh Mar.csv", ["mha Feb.csv"]),
        ("2026-02/rough sleepers Feb.csv", "2026-03/rough sleepers Mar.csv", ["rough sleepers hubs Feb.csv"]),
        ("fire/2026-02.csv", "fire/2026-03.csv", []),
        ("2026-02/ed 202602.csv.gz", "2026-03/ed 202603.csv.gz", ["ed 202602.csv"]),
    ],
)
def test_a_pattern_takes_the_next_month_and_nothing_beside(name: str, later: str, beside: list[str]) -> None:
    pattern, _ = pattern_of(Path(name), [Path(name).parent / each for each in beside])
    whole = {"name": "x", "title": "x", "kind": "events", "agency": "x", "key": {"event": []}, "fields": {}}
    source = Source.model_validate({**whole, "file": {"pattern": pattern}})
    assert takes(source, name) and takes(source, later), pattern
    assert [each for each in beside if takes(source, f"{Path(name).parent}/{each}")] == [], pattern


def test_a_name_of_nothing_but_a_month_is_doubted() -> None:
    assert pattern_of(Path("2026-03/2026-03.csv")) == (
        "*.csv",
        "the name holds nothing but a month: it takes every .csv file; ask for a name of its own",
    )


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("WIT", "witness"),
        ("Vict.", "victim"),
        ("Witnes", "witness"),
        ("Alleged offender", "suspect"),
        ("OFF", None),
        ("ZZ", None),
        ("", None),
        ("41", None),
    ],
)
def test_a_code_is_guessed_only_if_one_meaning_is_near(word: str, ours: str | None) -> None:
    codes = {"witness": "witness", "victim": "victim", "offender": "suspect", "officer": "professional"}
    assert guess(word, codes) == ours


@pytest.mark.parametrize(
    ("headers", "columns", "month"),
    [
        (["Jan-26", "Feb-26", "Mar-26"], "???-??", "%b-%y"),
        (["January 2026", "February 2026"], "* ????", "%B %Y"),
        (["2026-01", "2026-02", "Ward"], "????-??", "%Y-%m"),
        (["Calls Jan 26", "Calls Feb 26"], "Calls ??? ??", "Calls %b %y"),
        (["Jan-26 visits", "Feb-26 visits"], "???-?? visits", "%b-%y visits"),
        (["2026-01-01 00:00:00", "2026-02-01 00:00:00"], "???-??", "%b-%y"),
        (["Jan-26", "Feb-26", "GPA-ID"], "Jan-26...Feb-26", "%b-%y"),
    ],
)
def test_columns_of_months(headers: list[str], columns: str, month: str) -> None:
    looks = {header: look(header, ["1", "0", "12"]) for header in headers}
    wide = find_wide(headers, looks)
    assert wide is not None and (wide.columns, wide.month) == (columns, month)


@pytest.mark.parametrize("headers", [["Jan-26"], ["A", "B"], ["Route 66", "Route 67"], []])
def test_no_columns_of_months(headers: list[str]) -> None:
    assert find_wide(headers, {header: look(header, ["1"]) for header in headers}) is None


def facts_of(path: Path, text: str, name: str = "caseload") -> pl.DataFrame:
    """The facts of a register read by its own draft."""
    path.write_text(text, encoding="utf-8")
    toml = draft(name, path, load_sources().get(name), others=load_sources())
    source = load({name: toml}, path.parent / "sources")[name]
    raw = read_table(path, source, name=path.name, max_bytes=10**6, max_ratio=100)
    done = standardise(raw, source, delivery_id="d", source_file=path.name, period=None, synthetic=True)
    assert done.quarantine.is_empty(), toml
    return done.facts.select("source_row", "fact", pl.col("at").cast(pl.String), "value")


CELLS = {
    "word and date": (["Given 01/06/2025", "Refused 02/06/2025", "Given"], ["given", "refused", "given"]),
    "date and word": (
        ["01/06/2025 - given", "02/06/2025 - refused", "13/06/2025: given"],
        ["given", "refused", "given"],
    ),
    "a date in brackets": (["Yes (01/06/2025)", "No (2/6/2025)", "Y"], ["given", "refused", "given"]),
    "a month by name": (["Given on 1 June 2025", "Declined 2 June 2025", "Given"], ["given", "refused", "given"]),
    "words of its own": (["Verbal consent given", "Consent refused", "Withdrawn"], ["given", "refused", "withdrawn"]),
    "dates alone": (["01/06/2025", "02/06/2025", "13/06/2025"], ["given", "given", "given"]),
}


@pytest.mark.parametrize("form", CELLS)
def test_nobody_is_without_consent_in_silence(form: str, tmp_path: Path) -> None:
    cells, values = CELLS[form]
    rows = [f'K{n},"Amble, Jo",13/02/1980,"{cell}"' for n, cell in enumerate(cells)]
    facts = facts_of(tmp_path / "caseload.csv", "\n".join(["Case ref,Name,DOB,Consent to contact", *rows]) + "\n")
    assert facts.filter(pl.col("fact") == "consent")["value"].to_list() == values


def test_gates_and_their_dates_are_drafted(tmp_path: Path) -> None:
    text = (
        "Case no,Service user name,DOB,Agreed?,Agreed on,Lead clinician agreed,Offered on,Care plan date,Visits\n"
        "K1,Jo Amble,13/02/1980,Y,01/06/2025,Yes - 14/06/2025,13/05/2025,02/07/2025,01/08/2025; 15/08/2025\n"
        "K2,Al Byrne,24/11/1971,N,02/06/2025,No - 15/06/2025,14/05/2025,,\n"
    )
    facts = facts_of(tmp_path / "caseload.csv", text)
    assert sorted(facts.rows(), key=str) == sorted(
        [
            (1, "consent", "2025-06-01", "given"),
            (2, "consent", "2025-06-02", "refused"),
            (1, "permission", "2025-06-14", "granted"),
            (2, "permission", "2025-06-15", "not granted"),
            (1, "offered", "2025-05-13", None),
            (2, "offered", "2025-05-14", None),
            (1, "plan", "2025-07-02", None),
            (1, "contact", "2025-08-01", None),
            (1, "contact", "2025-08-15", None),
        ],
        key=str,
    )


def test_values_of_people_are_not_in_a_draft(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = [f"R{n},13/03/2026,QUILLFEATHER,Zebedee,13/02/1980,Penrhyndeudraeth" for n in range(9)]
    path.write_text("\n".join(["Ref,Date,Surname,Forename,DOB,Other surname", *rows]) + "\n", encoding="utf-8")
    text = draft("list", path, None)
    for word in ("QUILLFEATHER", "Zebedee", "Penrhyndeudraeth", "1980"):
        assert word not in text


SHIPPED = load_sources()
HEADERS = st.one_of(
    st.sampled_from(
        ["Id", "Name", "DOB", "Date", "Time", "Jan-26", "Feb-26", "Consent", "Ward", "n", "Month", "Surname"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), min_size=1, max_size=12),
)
CELL = st.one_of(
    st.sampled_from(["", "13/02/1980", "02/13/2026", "10:30", "A/B", "Smith, J", "9990000018", "Y", "3", "2026-03"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=10),
)


@settings(max_examples=examples(8, 500), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headers=st.lists(HEADERS, min_size=1, max_size=6),
    cells=st.lists(st.lists(CELL, min_size=6, max_size=6), min_size=1, max_size=5),
    name=st.sampled_from(["police", "caseload", "mh_beds", "fresh"]),
)
def test_whatever_the_file_the_draft_can_be_loaded(
    headers: list[str], cells: list[list[str]], name: str, tmp_path: Path
) -> None:
    rows = [headers, *(row[: len(headers)] for row in cells)]
    path = tmp_path / "any.csv"
    quoted = ("|".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8")
    try:
        text = draft(name, path, SHIPPED.get(name), others=SHIPPED)
    except InputRefused:
        return
    assert load({name: text}, tmp_path / "sources")[name].name == name
