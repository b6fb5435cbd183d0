"""What holds once files were replaced, moved and taken back: what counts, what status asks for, and for whom."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from areakit import NOW, run
from months_kit import MONTHS, counted, ed, police, take
from traps.intake_traps import Trap, make_site
from typer.testing import CliRunner

from pipelines.access.basis import sources_in_use
from pipelines.cli import app
from pipelines.common.place import open_place
from pipelines.govern.retain import due_now


def test_what_lies_at_a_place_now_counts_though_its_bytes_were_loaded_under_another_name(tmp_path: Path) -> None:
    """A correction was put over the old file and left beside it too: the old one counted on, though no disk had it."""
    days = [f"{day:02}/09/2025" for day in range(1, 13)]
    old, new = police(*days), police(*days[:9])
    place = make_site(Trap(files={"2025-09/police FINAL.csv": old}, exit=0), tmp_path / "site")
    assert counted(take(place.home, MONTHS[0]), "police_incident") == {"2025-09": 12}
    file, beside = place.raw / "2025-09/police FINAL.csv", place.raw / "2025-09/police FINAL corrected.csv"
    file.write_text(new, encoding="utf-8")
    beside.write_text(new, encoding="utf-8")
    both = run(open_place(place.home), MONTHS[0], at=NOW + timedelta(hours=1))
    assert counted(both, "police_incident") == {"2025-09": 9}
    [said] = [line for line in both.intake.warnings if "police FINAL" in line]
    assert "the same bytes as 2025-09/police FINAL corrected.csv" in said
    assert "Take one of the two away" in said and "from rows" not in said

    file.write_text(old, encoding="utf-8")  # what was replaced comes back: it counts again, beside the other
    assert "2025-09/police FINAL.csv" in CliRunner().invoke(app, ["status", "--site", str(place.home)]).stdout
    back = take(place.home, MONTHS[0])
    assert counted(back, "police_incident") == {"2025-09": 12}

    file.write_text(new, encoding="utf-8")
    beside.unlink()
    last = take(place.home, MONTHS[0])
    assert counted(last, "police_incident") == {"2025-09": 9} and not [x for x in last.intake.warnings if "FINAL" in x]


@pytest.mark.slow
def test_a_file_moved_to_its_month_leaves_no_month_to_be_run_again_for_ever(tmp_path: Path) -> None:
    """The month it had lain under was the same with it and without, and status asked for ever to run it again."""
    files = {"2025-09/police a.csv": police("04/09/2025"), "2025-10/ed_.csv": ed(("A", "05/10/2025"))}
    place = make_site(Trap(files=files, exit=0), tmp_path / "site")
    run(place, MONTHS[0])
    wrong, right = place.raw / "2025-09/police b.csv", place.raw / "2025-10/police b.csv"
    wrong.write_text(police("03/10/2025", "20/10/2025"), encoding="utf-8")
    run(place, MONTHS[1], at=NOW + timedelta(hours=1))
    wrong.rename(right)
    run(place, MONTHS[1], at=NOW + timedelta(hours=2))
    again = run(place, MONTHS[0], at=NOW + timedelta(hours=3))
    assert not [note for note in again.intake.notes if "unchanged until run again" in note], "nothing was taken in"
    shown = CliRunner().invoke(app, ["status", "--site", str(place.home)]).stdout
    assert "until run again" not in shown, shown


def test_a_schedule_ends_with_three_on_the_day_on_which_an_older_month_has_to_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ended with 0 and a note that nobody was sent."""
    files = {"2025-09/police.csv": police("04/09/2025", "05/09/2025"), "2025-10/police.csv": police("03/10/2025")}
    place = make_site(Trap(files=files, exit=0), tmp_path / "site")
    for hour, month in enumerate(MONTHS[:2]):
        run(place, month, at=NOW + timedelta(hours=hour))
    (place.raw / "2025-09/police.csv").write_text(police("04/09/2025"), encoding="utf-8")
    os.utime(place.raw / "2025-09/police.csv", (NOW.timestamp(), NOW.timestamp()))
    monkeypatch.setattr("pipelines.commands.month.now", lambda: NOW + timedelta(hours=9))
    schedule = [CliRunner().invoke(app, ["unattended", "2025-10", "--site", str(place.home)]) for _ in range(2)]
    assert [one.exit_code for one in schedule] == [3, 0] and "warning: " not in schedule[0].output, schedule[0].output
    assert all("until run again: hiu run 2025-09" in one.output for one in schedule)


def test_what_is_named_is_what_the_site_has_months_that_are_published_and_sources_in_use(tmp_path: Path) -> None:
    """An undo advised to run a month that nobody had published, and status asked for agreements of unused sources."""
    files = {"2025-10/police.csv": police("03/10/2025"), "2025-11/police.csv": police("03/11/2025")}
    place = make_site(Trap(files=files, exit=0), tmp_path / "site")
    live = replace(place, settings=place.settings.model_copy(update={"synthetic": False, "agreements": ()}))
    wanted = {line.partition(":")[0] for line in due_now(live, NOW.date())["sentence"]}
    assert {"police", "caseload", "s136"} <= wanted, "before the first month all are asked for"
    run(place, MONTHS[2])
    wanted = {line.partition(":")[0] for line in due_now(live, NOW.date())["sentence"]}
    assert wanted & place.sources.keys() == {"police"}
    (place.raw / "2025-11/ed_.csv").write_text(ed(("A", "05/11/2025")), encoding="utf-8")
    assert sources_in_use(live) == ["ed", "police"]
    line = ["undo", "2025-10/police.csv", "--reason", "wrong", "--by", "operator", "--site", str(place.home)]
    assert "Next: hiu run 2025-11: the months" in CliRunner().invoke(app, line).stdout
