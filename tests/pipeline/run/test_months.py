"""Three monthly runs: a year to date with a row withdrawn, and a file that was filed under the wrong month."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import NOW, run
from months_kit import MONTHS, Taken, counted, ed, of, police, supplied, take
from traps.intake_traps import Trap, make_site, take_in
from typer.testing import CliRunner

from hiu.month import Month
from pipelines.back.undo import undo
from pipelines.cli import app
from pipelines.common.place import Place, open_place
from pipelines.run import Outcome


def taken(files: dict[str, bytes | str], home: Path, month: Month, source: dict[str, str] | None = None) -> Taken:
    return take(make_site(Trap(files=files, exit=0, sources=source or {}), home).home, month)


def runs(place: Place, *months: Month) -> list[Outcome]:
    return [run(place, month, at=NOW + timedelta(hours=hour)) for hour, month in enumerate(months)]


def to_date(home: Path) -> Place:
    files = {
        "2025-09/ed_ytd.csv": ed(("A", "05/08/2025"), ("B", "20/08/2025"), ("C", "02/09/2025")),
        "2025-10/ed_ytd.csv": ed(("A", "05/08/2025"), ("B", "20/08/2025"), ("C", "02/09/2025"), ("D", "09/10/2025")),
        "2025-11/ed_ytd.csv": ed(("A", "05/08/2025"), ("C", "02/09/2025"), ("D", "09/10/2025"), ("E", "30/09/2025")),
    }
    covers = 'covers = "cumulative"\nempty = "no events"\n'  # November's has no row of November yet
    return make_site(Trap(files=files, exit=0, sources={"ed": f'extends = "ed"\n[file]\n{covers}'}), home)


@pytest.mark.slow
def test_what_a_year_to_date_no_longer_sends_is_not_counted_from_then_on(tmp_path: Path) -> None:
    place = to_date(tmp_path / "site")
    september, october, november = runs(place, *MONTHS)
    assert counted(september, "ed_attendance") == {"2025-08": 2, "2025-09": 1}
    assert counted(october, "ed_attendance") == {"2025-08": 2, "2025-09": 1, "2025-10": 1}
    assert counted(november, "ed_attendance") == {"2025-08": 1, "2025-09": 2, "2025-10": 1}
    notes = [note for note in november.intake.notes if "restates" in note]
    assert len(notes) == 2 and "restates Aug 2025: 1 of 2 sent before no longer sent" in notes[0]
    assert "restates Sep 2025: 1 new" in notes[1]
    assert place.published_folder(MONTHS[1]) == october.published
    again = run(place, MONTHS[1], at=NOW + timedelta(hours=9))
    assert not again.changed and counted(again, "ed_attendance")["2025-08"] == 2, "October's list stays as it was"


@pytest.mark.slow
def test_one_run_of_the_last_month_counts_the_same_and_undo_brings_the_month_before_back(tmp_path: Path) -> None:
    place = to_date(tmp_path / "site")
    [november] = runs(place, MONTHS[2])
    assert counted(november, "ed_attendance") == {"2025-08": 1, "2025-09": 2, "2025-10": 1}
    undo(place, "2025-11/ed_ytd.csv", reason="sent in error", by="operator", now=NOW + timedelta(hours=1))
    after = run(place, MONTHS[2], at=NOW + timedelta(hours=2))
    assert counted(after, "ed_attendance") == {"2025-08": 2, "2025-09": 1, "2025-10": 1}
    assert "ed: nothing supplied for Nov 2025; shown as missing" in after.warnings


@pytest.mark.parametrize(("more", "months"), [("", [8, 10, 11]), ('empty = "no events"\n', [8, 9, 10, 11])])
def test_a_history_supplies_each_of_its_months_with_a_row_or_all_if_none_is_no_event(
    more: str, months: list[int], tmp_path: Path
) -> None:
    files = {"2025-11/ed_back.csv": ed(("A", "05/08/2025"), ("B", "20/10/2025"), ("C", "02/11/2025"))}
    sources = {"ed": f'extends = "ed"\n[file]\ncovers = "from rows"\n{more}'}
    found = taken(files, tmp_path / "site", MONTHS[2], sources)
    assert counted(found, "ed_attendance") == {"2025-08": 1, "2025-10": 1, "2025-11": 1}
    there = of(found, "coverage").filter(pl.col("dataset") == "ed_attendance", "supplied")
    assert there["month"].dt.month().sort().to_list() == months


def test_a_file_under_the_wrong_month_is_said_and_filed_rightly_it_loads(tmp_path: Path) -> None:
    files = {
        "2025-09/police.csv": police("04/09/2025"),
        "2025-11/police.csv": police("03/10/2025", "20/10/2025"),
        "2025-11/ed_.csv": ed(("A", "05/11/2025")),
    }
    place = make_site(Trap(files=files, exit=0), tmp_path / "site")
    [before] = runs(place, MONTHS[2])
    [said] = [line for line in before.warnings if "filed under Nov 2025" in line]
    assert before.exit_code == 3 and "2 of 2 rows are of Oct 2025" in said and said.endswith("2025-10, hiu run 2025-11")
    page = (before.published or tmp_path).joinpath("quality.html").read_text(encoding="utf-8")
    assert "Fit to publish with care" in page and page.count("2 of 2 rows are of Oct 2025") == 2, "verdict and delivery"
    assert counted(before, "police_incident") == {"2025-09": 1}
    assert "No row is of Nov 2025, so this file does not supply it" in said
    assert supplied(before, "police_incident") == {"2025-09": True, "2025-10": False, "2025-11": False}

    wrong = place.raw / "2025-11" / "police.csv"
    (place.raw / "2025-10").mkdir()
    (place.raw / "2025-10" / "police.csv").write_bytes(wrong.read_bytes())
    wrong.write_text(police("09/11/2025"), encoding="utf-8")
    after = take(place.home, MONTHS[2])
    assert counted(after, "police_incident") == {"2025-09": 1, "2025-10": 2, "2025-11": 1}
    assert not [line for line in after.intake.warnings if "same bytes" in line or "filed under" in line]


def test_a_misfiled_file_of_an_earlier_month_is_said_by_every_run_page_and_status_until_it_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows counted nowhere; the run spoke of a remark on the page, which had none, and the next was quiet."""
    files = {
        "2025-08/ed_.csv": ed(("A", "05/08/2025")),
        "2025-09/ed_.csv": ed(("B", "07/07/2025"), ("C", "08/07/2025")),
        "2025-10/ed_.csv": ed(("D", "02/10/2025")),
        "2025-11/ed_.csv": ed(("E", "02/11/2025")),
    }
    place = make_site(Trap(files=files, exit=0), tmp_path / "site")
    said = "2 of 2 rows are of Jul 2025, but the file is filed under Sep 2025"
    monkeypatch.setattr("pipelines.commands.month.now", lambda: NOW + timedelta(hours=9))
    site = ["--site", str(place.home)]
    for outcome in runs(place, MONTHS[1], MONTHS[2]):
        [line] = [line for line in outcome.warnings if said in line]
        assert outcome.exit_code == 3 and "move it to a folder 2025-07" in line
        page = (outcome.published or tmp_path).joinpath("quality.html").read_text(encoding="utf-8")
        assert page.count(said) == 3, "in the verdict, beside the file, and in the list of all"
        assert "Fit to publish with care" in page and "Earlier months, with a warning" in page
    assert said in CliRunner().invoke(app, ["check", str(place.raw / "2025-09/ed_.csv"), *site]).output
    assert said in CliRunner().invoke(app, ["status", *site]).output
    schedule = CliRunner().invoke(app, ["unattended", "2025-11", *site])
    assert said in schedule.output, schedule.output

    (place.raw / "2025-07").mkdir()
    (place.raw / "2025-09/ed_.csv").rename(place.raw / "2025-07/ed_.csv")
    after = run(open_place(place.home), MONTHS[2], at=NOW + timedelta(hours=5))
    assert counted(after, "ed_attendance") == {"2025-07": 2, "2025-08": 1, "2025-10": 1, "2025-11": 1}
    page = (after.published or tmp_path).joinpath("quality.html").read_text(encoding="utf-8")
    assert "filed under" not in "".join(after.warnings) + page + CliRunner().invoke(app, ["status", *site]).output


def test_a_late_row_that_counts_is_said_with_its_own_month_and_then_no_more(tmp_path: Path) -> None:
    """Alone in its file it was taken for a misfiled one: every later run ended with 3, though nothing was uncounted."""
    quiet = 'extends = "police"\n[file]\nempty = "no events"\n'
    files = {
        "2025-09/police.csv": police("04/09/2025"),
        "2025-10/police.csv": police("05/09/2025"),
        "2025-11/police.csv": police("02/11/2025"),
    }
    place = make_site(Trap(files=files, sources={"police": quiet}, exit=0), tmp_path / "site")
    first = take(place.home, MONTHS[1])
    [said] = [line for line in first.intake.warnings if "1 of 1 rows are of Sep 2025, where they count" in line]
    assert "filed under Oct 2025" in said and "move it to a folder 2025-09" in said
    [second] = runs(place, MONTHS[2])
    assert second.exit_code == 0 and not second.warnings, second.warnings
    assert counted(second, "police_incident") == {"2025-09": 2, "2025-11": 1}


def test_of_two_copies_the_one_in_the_folder_of_its_rows_is_read(tmp_path: Path) -> None:
    """A copy under an earlier month was read first and kept the right file out, and its month passed for supplied."""
    october = police("03/10/2025", "20/10/2025")
    files = {"2025-08/police.csv": police("04/08/2025"), "2025-09/police.csv": october, "2025-10/police.csv": october}
    first = taken(files, tmp_path / "site", MONTHS[1])
    assert counted(first, "police_incident") == {"2025-08": 1, "2025-10": 2}
    assert supplied(first, "police_incident") == {"2025-08": True, "2025-09": False, "2025-10": True}
    assert any("2025-10/police.csv is read: take 2025-09/police.csv away" in line for line in first.intake.warnings)
    again, _, _ = take_in(open_place(tmp_path / "site"), MONTHS[1])
    assert not again.loaded


def test_a_month_sent_again_in_place_of_the_next_supplies_nothing(tmp_path: Path) -> None:
    """November exported again for December, a row fewer: December was shown as supplied, with no contacts."""
    files = {
        "2025-09/police.csv": police("04/09/2025"),
        "2025-10/police.csv": police("03/10/2025", "20/10/2025", "21/10/2025"),
        "2025-11/police.csv": police("03/10/2025", "20/10/2025"),
        "2025-11/ed_.csv": ed(("A", "05/11/2025")),
    }
    found = taken(files, tmp_path / "site", MONTHS[2])
    assert supplied(found, "police_incident") == {"2025-09": True, "2025-10": True, "2025-11": False}
    assert counted(found, "police_incident") == {"2025-09": 1, "2025-10": 3}
    assert any("No row is of Nov 2025" in line for line in found.intake.warnings)


@pytest.mark.slow
def test_taken_back_it_is_free_to_be_filed_again_and_the_months_to_run_are_named(tmp_path: Path) -> None:
    files = {
        "2025-09/police.csv": police("04/09/2025"),
        "2025-10/police.csv": police("03/09/2025"),
        "2025-10/ed_.csv": ed(("A", "05/10/2025")),
        "2025-11/police.csv": police("09/11/2025"),
    }
    place = make_site(Trap(files=files, exit=0), tmp_path / "site")
    runs(place, *MONTHS)
    line = ["undo", "2025-10/police.csv", "--reason", "wrong", "--by", "operator", "--site", str(place.home)]
    assert "hiu run 2025-10, hiu run 2025-11" in CliRunner().invoke(app, line).stdout
    (place.raw / "2025-09" / "police_more.csv").write_bytes((place.raw / "2025-10" / "police.csv").read_bytes())
    after = run(place, MONTHS[2], at=NOW + timedelta(hours=5))
    assert counted(after, "police_incident") == {"2025-09": 2, "2025-11": 1}
    assert any("hiu run 2025-09, hiu run 2025-10" in note for note in after.intake.notes)


def test_a_corrected_file_under_a_new_name_beside_the_old_one_is_said_until_that_is_taken_back(tmp_path: Path) -> None:
    """What the sender had taken out went on counting, and of the rows in both the old ones could hold."""
    days = [f"{day:02}/09/2025" for day in range(1, 13)]
    both_at_once = {"2025-09/police A.csv": police(*days), "2025-09/police B.csv": police(*days[:9])}
    intake, _, _ = take_in(make_site(Trap(files=both_at_once, exit=0), tmp_path / "new"), MONTHS[0])
    [said] = [line for line in intake.warnings if "hiu undo" in line]
    assert said.count("hiu undo 'FILE' --reason WHY --by NAME") == 1, "one whole command, whichever is the old one"
    place = make_site(Trap(files={"2025-09/police FINAL.csv": police(*days)}, exit=0), tmp_path / "site")
    assert not [line for line in run(place, MONTHS[0]).warnings if "hiu undo" in line]
    (place.raw / "2025-09" / "police FINAL v2 corrected.csv").write_text(
        police(*days[:8], "20/09/2025"), encoding="utf-8"
    )
    for hour in (1, 2):  # said again by every run until it is put right
        both = run(open_place(place.home), MONTHS[0], at=NOW + timedelta(hours=hour))
        [said] = [line for line in both.warnings if "hiu undo" in line]
        assert both.exit_code == 3 and "police: 8 rows of 2025-09/police FINAL.csv are in" in said
        assert "1 more of 2025-09/police FINAL v2 corrected.csv and 4 more of 2025-09/police FINAL.csv" in said
        assert "the earlier one back: hiu undo '2025-09/police FINAL.csv'" in said
    page = (both.published or tmp_path).joinpath("quality.html").read_text(encoding="utf-8")
    assert page.count("1 more of 2025-09/police FINAL v2 corrected.csv") == 2, "verdict and delivery"
    shown = CliRunner().invoke(app, ["status", "--site", str(place.home)])
    assert "hiu undo '2025-09/police FINAL.csv'" in shown.stdout
    undo(place, "2025-09/police FINAL.csv", reason="corrected", by="operator", now=NOW + timedelta(hours=3))
    after = run(open_place(place.home), MONTHS[0], at=NOW + timedelta(hours=4))
    assert counted(after, "police_incident") == {"2025-09": 9}
    assert not [line for line in after.warnings if "hiu undo" in line]


def test_a_file_of_a_few_rows_sent_again_is_no_correction_of_the_whole(tmp_path: Path) -> None:
    days = [f"{day:02}/09/2025" for day in range(1, 13)]
    files = {"2025-09/police.csv": police(*days), "2025-09/police late.csv": police(*days[:4], "20/09/2025")}
    intake, _, _ = take_in(make_site(Trap(files=files, exit=0), tmp_path / "site"), MONTHS[0])
    assert not [line for line in intake.warnings if "hiu undo" in line]
