"""The synthetic area: the same seed gives the same bytes, the truth fits the files, and every kind of mess is there."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from hiu.errors import UsageError
from hiu.month import Month
from hiu.synth import Summary, synthesise
from hiu.synth.people.numbers import check_digit, nhs_numbers

LAST = Month(2026, 3)
KEY = ["source", "source_file", "source_row"]

MESS = """
accents_lost address_missing address_out_of_date address_shortened age_only aka ambulance_late
ambulance_row_sent_again bad_ambulance_time bad_ed_time bad_mha_date bad_police_time blank_row caseload comma_missing
comma_unspaced date_as_text dob_missing dob_placeholder dob_swapped dob_typing_slip duplicate_log ed_amended
ed_deleted ed_late ed_sent_again extra_separator false_name family_name_only half_of_double_name hostel hyphen_lost
initial_only leave letter_as_digit local_id_missing local_id_of_another local_with_offset maiden_name
mha_not_completed name_changed name_reversed name_upper names_swapped nhs_as_number nhs_decimal nhs_missing
nhs_of_another nhs_placeholder nhs_spaced nhs_typing_slip nickname no_fixed_abode open_stay other_spelling
overlapping_stay parallel_stay police_late police_row_sent_again postcode_joined postcode_missing postcode_part
postcode_typing_slip s136_flag s136_ref_repeated same_day_stay second_local_id second_nhs_number sex_missing sex_wrong
stay_ends_before_start stay_left_open title title_row total_row transfer two_digit_year two_patients typing_slip
unknown_attender unknown_patient unknown_person utc
""".split()  # noqa: SIM905


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    folder = tmp_path_factory.mktemp("síte with spaces")
    return synthesise(folder, people=3000, months=24, seed=7, last_month=LAST)


@pytest.fixture(scope="module")
def rows(area: Summary) -> pl.DataFrame:
    return pl.read_parquet(area.truth / "rows.parquet")


@pytest.fixture(scope="module")
def persons(area: Summary) -> pl.DataFrame:
    return pl.read_parquet(area.truth / "persons.parquet")


@pytest.fixture(scope="module")
def counts(area: Summary) -> pl.DataFrame:
    return pl.read_parquet(area.truth / "monthly_counts.parquet")


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def records(path: Path, encoding: str, delimiter: str, *, quoted: bool = True) -> list[list[str]]:
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.reader(stream, delimiter=delimiter, quoting=quoting))[1:]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        synthesise(tmp_path / name, people=200, months=4, seed=3, last_month=LAST)
    synthesise(tmp_path / "other", people=200, months=4, seed=4, last_month=LAST)
    first = digest(tmp_path / "one")
    assert len(first) == 4 * 5 + 1 + 4
    assert first == digest(tmp_path / "two")
    other = digest(tmp_path / "other")
    assert not [name for name in first if first[name] == other[name]]


def test_every_record_of_a_file_has_its_truth(area: Summary, rows: pl.DataFrame) -> None:
    forms = {
        "police_incidents.csv": ("cp1252", ","),
        "amb_incidents.csv": ("utf-8", "|"),
        "ed_attendances.csv": ("utf-8", ","),
        "mh_ward_stays.csv": ("utf-8", ","),
        "caseload.csv": ("utf-8-sig", ","),
    }
    expected = dict(rows.group_by("source_file").len().iter_rows())
    checked = 0
    for path in sorted(area.raw.rglob("*.csv")):
        encoding, delimiter = forms[path.name]
        found = records(path, encoding, delimiter, quoted=delimiter == ",")
        assert len(found) == expected.get(path.relative_to(area.raw).as_posix(), 0), path
        checked += len(found)
    assert checked == sum(n for source, n in area.rows.items() if source not in ("s136", "mha"))
    assert rows.select(KEY).is_duplicated().sum() == 0
    assert rows.height == sum(area.rows.values())


def test_source_rows_count_from_one_without_a_gap(rows: pl.DataFrame) -> None:
    spans = rows.group_by("source", "source_file").agg(
        pl.col("source_row").min().alias("a"), pl.col("source_row").max().alias("b"), pl.len()
    )
    assert spans.filter((pl.col("a") != 1) | (pl.col("b") != pl.col("len"))).is_empty()


def test_the_truth_names_the_person_of_each_ward_stay_row(
    area: Summary, rows: pl.DataFrame, persons: pl.DataFrame
) -> None:
    """Checked by what was written: the NHS number on the row is nearly always the named person's own."""
    owner = dict(persons.select("nhs", "person_id").iter_rows())
    right = seen = 0
    for file, part in rows.filter(source="mh_beds").sort(KEY).group_by("source_file", maintain_order=True):
        for record, person in zip(records(area.raw / str(file[0]), "utf-8", ","), part["person_id"], strict=True):
            number = record[3].replace(" ", "").removesuffix(".0")
            seen += number in owner
            right += owner.get(number) == person
    assert seen > 100
    assert right / seen > 0.97


def test_nhs_numbers_are_of_the_test_range_valid_and_no_two_people_share_one(persons: pl.DataFrame) -> None:
    numbers = persons["nhs"].to_list() + persons.filter(pl.col("nhs_second") != "")["nhs_second"].to_list()
    assert len(set(numbers)) == len(numbers) > persons.height
    for number in numbers:
        total = 11 - sum(int(digit) * weight for digit, weight in zip(number[:9], range(10, 1, -1), strict=True)) % 11
        assert number.startswith("999") and len(number) == 10 and int(number[9]) == total % 11 != 10


def test_check_digit_of_a_known_number() -> None:
    assert check_digit(np.array([943_476_591], dtype=np.int64)).tolist() == [9]


def test_more_people_than_test_numbers_is_refused() -> None:
    with pytest.raises(UsageError, match="850,000"):
        nhs_numbers(np.random.default_rng(1), 900_000)


@pytest.mark.parametrize("kind", MESS)
def test_every_kind_of_mess_is_there(area: Summary, kind: str) -> None:
    assert area.mess.get(kind, 0) > 0
    written = pl.read_parquet(area.truth / "mess.parquet")
    assert written.filter(kind=kind)["rows"].to_list() == [area.mess[kind]]


def test_people_easily_confused_are_there(persons: pl.DataFrame) -> None:
    assert persons.filter(pl.col("alike") == "twin").height >= 10
    namesakes = persons.filter(pl.col("alike") == "namesake").group_by("household", "forename", "sex").len()
    assert namesakes.filter(pl.col("len") >= 2).height >= 5
    assert persons.filter("hostel").group_by("postcode", "address").len()["len"].max() == 60
    assert persons.filter("nfa").select((pl.col("postcode") == "ZZ99 3VZ").all()).item()
    assert persons["origin"].n_unique() == 11


def test_rows_fit_the_rate_and_are_heavy_tailed(area: Summary, rows: pl.DataFrame) -> None:
    per_person = rows.group_by("person_id").len()["len"].sort(descending=True)
    assert 3.3 < rows.height / 3000 < 5.5
    assert per_person.len() > 0.98 * 3000
    assert per_person.head(30).sum() > 0.12 * rows.height
    assert per_person.median() <= 2
    assert 0.94 < rows["linkable"].mean() < 0.99


def test_planted_rows_count_nowhere(rows: pl.DataFrame) -> None:
    planted = rows.filter(pl.col("planted").is_not_null())
    assert set(planted["planted"].unique()) == {
        "bad_police_time",
        "bad_ambulance_time",
        "bad_ed_time",
        "bad_mha_date",
        "extra_separator",
        "stay_ends_before_start",
    }
    assert not planted["counted"].any()
    assert not planted.filter(planted="extra_separator")["linkable"].any()


def test_counts_lie_within_their_defensible_range(counts: pl.DataFrame) -> None:
    assert set(counts["dataset"].unique()) == {
        "police_incident",
        "ambulance_deployment",
        "ed_attendance",
        "mh_bed_day",
        "s136",
        "mha_assessment",
    }
    assert counts.filter(
        (pl.col("n_lo") > pl.col("n")) | (pl.col("n") > pl.col("n_hi")) | (pl.col("n_seen") > pl.col("n"))
    ).is_empty()
    assert counts.select(["person_id", "month", "dataset"]).is_duplicated().sum() == 0
    assert counts.filter(dataset="mh_bed_day")["n"].max() <= 31
    assert counts["month"].min() == "2024-04" and counts["month"].max() == "2026-03"


def test_attendances_are_judged_by_their_latest_row(area: Summary, counts: pl.DataFrame) -> None:
    """An independent count: plain dictionaries over the files as written."""
    latest: dict[str, tuple[str, list[str]]] = {}
    for path in sorted(area.raw.rglob("ed_attendances.csv")):
        for record in records(path, "utf-8", ","):
            run = record[2][6:10] + record[2][3:5] + record[2][:2]
            latest[record[0]] = max(latest.get(record[0], ("", [])), (run, record))
    gone = {
        "1066301000000103",
        "1066311000000101",
        "1066321000000107",
        "63238001",
        "1077031000000103",
        "1077781000000101",
    }
    good = [
        r
        for _, r in latest.values()
        if r[1] != "DELETE" and r[17] != "4" and r[20] not in gone and r[13][6:10].isdigit()
    ]
    good = [r for r in good if r[13] != "00/00/0000 00:00"]
    assert len(good) == counts.filter(dataset="ed_attendance")["n"].sum()


def test_bed_nights_equal_nights_counted_one_by_one(area: Summary, counts: pl.DataFrame, rows: pl.DataFrame) -> None:
    """An independent count: every night of every stay, as the last snapshot of each stay gives it."""
    from datetime import date, datetime, timedelta

    def day(text: str) -> date | None:
        return datetime.strptime(text[:10], "%d/%m/%Y").date() if text else None

    stays: dict[str, tuple[str, list[str]]] = {}
    for (file,), part in rows.filter(source="mh_beds").sort(KEY).group_by(["source_file"], maintain_order=True):
        for record, person in zip(records(area.raw / str(file), "utf-8", ","), part["person_id"], strict=True):
            stays[record[12]] = (person, record)
    nights: set[tuple[str, date]] = set()
    away: set[tuple[str, date]] = set()
    for person, record in stays.values():
        start, end = day(record[13]), day(record[14])
        assert start
        end = end or day(record[11]) or LAST.after
        nights |= {(person, start + timedelta(days=k)) for k in range((end - start).days)}
        if left := day(record[18]):
            back = day(record[19]) or LAST.after
            away |= {(person, left + timedelta(days=k)) for k in range((back - left).days)}
    net = [night for _, night in nights - away if Month(2024, 4).start <= night <= LAST.end]
    assert len(net) == counts.filter(dataset="mh_bed_day")["n"].sum() > 500


def test_a_folder_with_drops_is_left_alone(area: Summary) -> None:
    with pytest.raises(UsageError, match="already holds files"):
        synthesise(area.raw.parent, people=30, months=1, seed=1, last_month=LAST)


@pytest.mark.parametrize(("people", "months"), [(5, 3), (50, 0)])
def test_an_area_too_small_is_refused(tmp_path: Path, people: int, months: int) -> None:
    with pytest.raises(UsageError, match="needs at least"):
        synthesise(tmp_path, people=people, months=months, seed=1, last_month=LAST)


@pytest.mark.parametrize(("people", "months"), [(20, 1), (60, 2)])
def test_the_smallest_areas_are_made(tmp_path: Path, people: int, months: int) -> None:
    made = synthesise(tmp_path, people=people, months=months, seed=1, last_month=LAST)
    assert sum(made.rows.values()) >= people * 0.8
