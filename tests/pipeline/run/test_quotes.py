"""A quoted log that no police row has is said by check and by run, in forms without a number of anybody."""

import contextlib
import io
from datetime import date
from pathlib import Path

import polars as pl
from areakit import run

from hiu.govern.init import init_site
from hiu.month import Month
from hiu.publish.quality.quotes import unfound_quotes
from hiu.sources import load_sources
from pipelines.common.place import open_place
from pipelines.steps.intake.check import check_file

QUOTES = pl.DataFrame(
    {
        "source": ["s136", "s136", "s136", "ed"],
        "quoted": ["police", "police", "police", "ambulance"],
        "form": ["found", "A 9", "9", "found"],
        "usual": ["A-9", "A-9", "A-9", "A9"],
        "rows": [5, 1, 3, 7],
        "found": [5, 0, 0, 7],
    }
)


def test_what_is_not_found_is_said_in_counts_and_forms() -> None:
    assert unfound_quotes(QUOTES) == [
        "s136: 4 of 9 quoted police numbers match no row of police (forms such as '9', 'A 9'; its own numbers look "
        "like 'A-9'): what both agencies saw may count twice; ask s136 to quote the number as police writes it"
    ]


def test_few_of_many_are_not_said_and_a_month_of_before_has_no_such_table() -> None:
    few = QUOTES.with_columns(rows=pl.when(pl.col("form") == "found").then(100).otherwise(1))
    few = few.with_columns(found=pl.when(pl.col("form") == "found").then(100).otherwise(0))
    assert unfound_quotes(few) == []
    assert unfound_quotes(None) == []


def test_check_and_run_say_the_same_of_a_file(tmp_path: Path) -> None:
    init_site(tmp_path / "site", name="Quotes", synthetic=True, today=date(2026, 4, 8), sources=sorted(load_sources()))
    place = open_place(tmp_path / "site")
    logs = [f"GS-202603{day:02d}-00{day}" for day in range(10, 19)]
    quoted = [*logs[:5], "GS–20260315–0015", "Log 16", "L17.0 / L18", "GS2026031800018"]
    people = [f"Lowe{letter}x,Rose,05/06/1980" for letter in "abcdefghi"]
    police = [f"{log},1,{log[9:11]}/03/2026 10:00,subject,{who},Y" for log, who in zip(logs, people, strict=True)]
    health = [f"D{at},{at + 10}/03/2026,14:00,{who},{quoted[at]},admitted" for at, who in enumerate(people)]
    folder = place.raw / "2026-03"
    folder.mkdir(parents=True)
    head = "Log no,Person seq,Created,Role,Surname,Forename,DOB,S136"
    (folder / "police.csv").write_text("\n".join([head, *police]) + "\n", encoding="utf-8")
    head = "Ref,Date of detention,Time of detention,Surname,First name,DOB,Police log,Outcome"
    (folder / "s136.csv").write_text("\n".join([head, *health]) + "\n", encoding="utf-8")
    said = "s136: 3 of 9 quoted police numbers match no row of police (forms such as 'A 9"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert check_file(place, folder / "s136.csv", None, as_json=False, today=date(2026, 4, 8)) == 3
    assert said in printed.getvalue()
    outcome = run(place, Month.parse("2026-03"))
    assert outcome.exit_code == 3
    assert [line for line in outcome.warnings if line.startswith(said)]
    assert not [line for line in outcome.warnings if "0015" in line]
