"""Papers made before an objection are withdrawn by it, and what still holds somebody is found."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from areakit import NOW
from hostile_kit import Site, forbid

from pipelines.access.papers.withdraw import papers_with_refused
from pipelines.access.remake import withhold_now
from pipelines.common.place import Place


@pytest.fixture
def people(site: Site) -> list[tuple[str, str, str]]:
    """The first three of the list: id, name and NHS number."""
    folder = site.place.which(None)[1]
    ranked = pl.read_parquet(folder / "ranked.parquet").filter(pl.col("list") == "adult").select("person_id", "rank")
    named = pl.read_parquet(folder / "people.parquet").drop_nulls(["name_text", "nhs_number"])
    return ranked.join(named, on="person_id").sort("rank").select("person_id", "name_text", "nhs_number").rows()[:3]


def papers(place: Place, people: list[tuple[str, str, str]]) -> dict[str, Path]:
    """What is written about the first, in every folder and form; and about others alone."""
    (one, name, number), (other, other_name, _) = people[:2]
    made = {
        "exports/pathway/2026-03/missing-list.html": f"<td>{name} ({one})</td><td>{other_name}</td>",
        "exports/pathway/2026-03/s136-list.csv": f"{name.upper()},1",
        "exports/places-people/2026-03/places-people.html": f"{number[:3]} {number[3:6]} {number[6:]}",
        f"exports/charts/2026-03/{one}.svg": "<svg/>",
        "reports/2026-03-run/person.html": f"{one}: why",
        "reports/2026-03-run/cohort.html": f"{other}: why",
        f"exports/charts/2026-03/{other}.svg": "<svg/>",
        f"subject/{one}-1/file.html": one,
        "exports/board/2026-03/board.csv": "figures",
    }
    for file, text in made.items():
        path = place.curated / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return {file: place.curated / file for file in made}


def test_an_objection_withdraws_what_was_written_before(site: Site, people: list[tuple[str, str, str]]) -> None:
    """The pathway's lists, charts and person.html kept who objected, against docs/governance.md."""
    made = papers(site.place, people)
    assert papers_with_refused(site.place, NOW.date()) == []
    forbid(site.place, people[0][0])
    found = {path.relative_to(site.place.curated).as_posix() for path in papers_with_refused(site.place, NOW.date())}
    assert found == set(list(made)[:5])
    said = site.hiu("verify").out
    assert said.count("may not be shown any more") == 5 and people[0][0] not in said and people[0][1] not in said
    lines = withhold_now(site.place, NOW)
    assert any("reports/2026-03-run: 1 file withdrawn" in line for line in lines) and "--out" in lines[-1], lines
    assert [file for file, path in made.items() if not path.exists()] == list(made)[:5]
    assert site.events("papers_withdrawn")[0]["files"] == 5
    assert "may not be shown any more" not in site.hiu("verify").out


def test_a_file_that_is_open_stops_nothing(
    site: Site, people: list[tuple[str, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows keeps a paper that Excel has open: the others go, and the next run looks again."""
    made = papers(site.place, people)
    forbid(site.place, people[0][0])
    held, remove = made["exports/pathway/2026-03/s136-list.csv"], Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path == held:
            raise PermissionError(13, "in use", str(path))
        remove(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    lines = withhold_now(site.place, NOW)
    assert any("exports/pathway/2026-03: 1 file could not be removed" in line for line in lines), lines
    assert [file for file, path in made.items() if not path.exists()] == [
        file for file in list(made)[:5] if made[file] != held
    ]
    assert site.events("papers_withdrawn")[0]["files"] == 4


def test_the_command_withdraws_them(site: Site, people: list[tuple[str, str, str]]) -> None:
    made = papers(site.place, people)
    said = site.hiu("basis", people[0][0], "--deny", "objection", "--by", "J. Patel", "--evidence", "letter of 2 April")
    assert said.code == 0 and "withdrawn" in said.out, said.err
    assert not made["exports/pathway/2026-03/missing-list.html"].exists()
