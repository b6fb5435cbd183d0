"""Extracts of machines: headers in short, figures for dates, no headers at all."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from hiu.errors import InputRefused
from hiu.extract.dates.formats import detect
from hiu.extract.draft.mapping import draft
from hiu.extract.files.read import read_table
from hiu.extract.standardise import standardise
from hiu.extract.values.dates import read_births, read_dates, stamped
from hiu.month import Month
from hiu.sources import Source, load_sources

ROWS = (
    ("4410001", "SMITH", "Ada", "19800102", "CLOSED", "SY16 1AA", "2026-07-01T10:00:00"),
    ("4410002", "BYRON", "Ed", "19790304", "REF", "LL57 2DG", "2026-07-14T23:30:00"),
    ("4410003", "LLOYD", "Jo", "20010506", "CLOSED", "", "2026-07-31T23:15:00"),
)
SECONDS = {"2026-07-01T10:00:00": 1782896400, "2026-07-14T23:30:00": 1784068200, "2026-07-31T23:15:00": 1785536100}
HEAD = "job_id,rx_time,pt_sn,pt_fn,pt_dob,status,inc_pc"


def _file(folder: Path, head: str, stamp: object) -> Path:
    path = folder / "2026-07" / "dispatch.csv"
    path.parent.mkdir()
    rows = [f"{i},{stamp(at)},{sn},{fn},{born},{st},{pc}" for i, sn, fn, born, st, pc, at in ROWS]  # type: ignore[operator]
    path.write_text("\n".join([*([head] if head else []), *rows]), encoding="utf-8")
    return path


def _source(folder: Path, text: str, name: str) -> Source:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return load_sources(folder)[name]


@pytest.mark.parametrize(
    ("form", "stamp"),
    [
        ("epoch", lambda at: SECONDS[at]),
        ("epochms", lambda at: SECONDS[at] * 1000 + 7),
        ("excel", lambda at: f"{(SECONDS[at] + 3600) / 86400 + 25569:.9f}"),
    ],
)
def test_figures_for_dates_are_recognised_and_read_as_uk_time(tmp_path: Path, form: str, stamp: object) -> None:
    """Seconds since 1970 are of UTC, an hour before the summer's clock; a spreadsheet's numbers are as they stand."""
    path = _file(tmp_path, HEAD, stamp)
    text = draft("taxi", path, None)
    assert f'formats = ["{form}"]' in text
    source = _source(tmp_path, text, "taxi")
    raw = read_table(path, source, name="2026-07/dispatch.csv", max_bytes=10**6, max_ratio=100)
    done = standardise(raw, source, delivery_id="d", source_file="s", period=Month(2026, 7), synthetic=True)
    read = [f"{at:%Y-%m-%dT%H:%M:%S}" for at in done.records["start"].dt.round("1s")]
    assert read == [row[-1] for row in ROWS]
    assert done.records.select("family", "given").rows() == [("SMITH", "ADA"), ("BYRON", "ED"), ("LLOYD", "JO")]
    assert done.records["postcode"].null_count() == 3


@pytest.mark.parametrize(("form", "unit"), [("epoch", 1), ("epochms", 1000)])
def test_births_since_1970_are_read_before_it_too(tmp_path: Path, form: str, unit: int) -> None:
    """A birth of 1944 is a number below nought, and one of 1980 has a figure fewer than a time of now."""
    born = ["1944-02-29", "1980-01-02", "1959-12-31", "2001-05-06", "1985-07-01"]
    seconds = [int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()) * unit for day in born]
    path = tmp_path / "2026-07" / "dispatch.csv"
    path.parent.mkdir()
    rows = [f"44100{at},2026-07-{at + 10}T10:00:00,SMITH,ADA,{birth}" for at, birth in enumerate(seconds)]
    path.write_text("\n".join(["job_id,rx_time,pt_sn,pt_fn,pt_dob", *rows]), encoding="utf-8")
    source = _source(tmp_path, draft("taxi", path, None), "taxi")
    assert source.fields["dob"].formats == (form,)
    raw = read_table(path, source, name="2026-07/dispatch.csv", max_bytes=10**6, max_ratio=100)
    done = standardise(raw, source, delivery_id="d", source_file="s", period=Month(2026, 7), synthetic=True)
    assert [day.isoformat() for day in done.records["dob"]] == born


def test_seconds_read_as_thousandths_are_no_time_of_1970() -> None:
    values = pl.Series(["1774526400", "1774526400000", "-1774526400", "2026-03-26"])
    read = stamped(values, ("epochms", "%Y-%m-%d"), "local")["stamp"].dt.year().to_list()
    assert read == [None, 2026, None, 2026]


@pytest.mark.parametrize(
    ("sent", "form", "day"),
    [
        ("1985-06-30T23:00:00Z", "%Y-%m-%dT%H:%M:%S%z", "1985-07-01"),
        ("1985-07-01T00:00:00Z", "%Y-%m-%dT%H:%M:%S%z", "1985-07-01"),
        ("1985-07-01T00:00:00+01:00", "%Y-%m-%dT%H:%M:%S%z", "1985-07-01"),
        ("1985-01-31 00:00", "%Y-%m-%d", "1985-01-31"),
        ("489020400000", "epochms", "1985-07-01"),
    ],
)
def test_a_birth_that_a_system_turned_into_utc_is_of_its_day_in_the_uk(sent: str, form: str, day: str) -> None:
    now = pl.Series([datetime(2026, 3, 1)])
    assert read_births(pl.Series([sent]), (form,), now)[0].isoformat() == day
    assert read_dates(pl.Series([sent]), (form,))[0].isoformat() == day


@pytest.mark.parametrize("born", ["02011980", "19800102", "311299"])
def test_births_in_figures_alone_are_not_taken_for_seconds(born: str) -> None:
    values = pl.Series([born, *(born[:-1] + str(n) for n in range(10))])
    assert not {"epoch", "epochms"} & set(detect(values, births=True).formats)


@pytest.mark.parametrize("name", ["taxi", "police", "ambulance", "caseload"])
def test_a_file_without_headers_is_refused_and_shows_no_value(tmp_path: Path, name: str) -> None:
    path = _file(tmp_path, "", lambda at: at)
    with pytest.raises(InputRefused, match="no row of headers") as refused:
        draft(name, path, load_sources().get(name))
    assert not any(value and value in str(refused.value) for row in ROWS for value in row[:6])


@pytest.mark.parametrize("before", ["", "Run by 4471 on 02/10/2026\n\n", ",,,,,,\n"])
def test_the_header_is_never_a_persons_row(tmp_path: Path, before: str) -> None:
    """Values that are words of headers (CLOSED, REF) make no header, whatever stands above it."""
    path = _file(tmp_path, before + HEAD, lambda at: at)
    for name in ("taxi", "ambulance", "police"):
        text = draft(name, path, load_sources().get(name))
        assert "pt_dob" in text
        assert not any(value in text for row in ROWS for value in (*row[:3], row[3]))
        assert "inc_pc" not in text.partition("# Columns not used")[0] or "incident_postcode" in text
