"""What people write about one person names nobody else, however it comes in; each person's changes are confirmed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW
from hostile_kit import Site
from workbook_kit import Edited, at

from hiu.govern import records
from hiu.govern.pseudonym import description
from hiu.model import DECISIONS, MEETING_ENTRY
from hiu.publish.workbook.back.returned import read_back
from hiu.site.review.csv_file import COLUMNS
from pipelines.access.wording import REVEALING, others_named
from pipelines.papers.import_workbook import import_workbook


@pytest.fixture
def people(site: Site) -> list[dict[str, object]]:
    """Those with a number and a name of two words."""
    frame = pl.read_parquet(site.place.which(None)[1] / "people.parquet").drop_nulls("nhs_number")
    return frame.filter(pl.col("name_text").str.contains(r"^[A-Za-z]{3,} [A-Za-z]{3,}$")).sort("person_id").to_dicts()


@pytest.fixture
def copy(site: Site) -> Edited:
    """The month's workbook, as it came back."""
    folder = site.place.published_folder(LAST)
    assert folder
    [file] = folder.glob("risk-and-demand-*.xlsx")
    return Edited(file.read_bytes())


def listed(site: Site, copy: Edited) -> dict[str, int]:
    """Each person of the list and their row."""
    found = read_back(copy.file(), "back.xlsx", site.place.key_for("workbook"))
    return {one.person_id: one.number for one in found.rows}


def taken(site: Site, copy: Edited, tmp_path: Path, no: str = "") -> tuple[int, pl.DataFrame, list[str]]:
    """The code, what was recorded, and what was asked; `no` = a question with these words is answered so."""
    file, asked = tmp_path / "back.xlsx", list[str]()
    file.write_bytes(copy.file())

    def ask(question: str) -> bool:
        asked.append(question)
        return not (no and no in question)

    code = import_workbook(site.place, file, by="Chair", now=NOW, dry_run=False, older=False, ask=ask)
    return code, records.history(site.place.records, MEETING_ENTRY), asked


def test_a_note_that_names_somebody_else_is_left_out_with_its_row(
    site: Site, copy: Edited, people: list[dict[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = listed(site, copy)
    one, other, third = list(rows)[:3]
    stranger = next(row for row in people if row["person_id"] not in (one, other, third))
    copy.put(at("notes", rows[one]), f"see {stranger['name_text']}").put(at("owner", rows[one]), "Ann")
    copy.put(at("notes", rows[other]), "Ring first").put(at("notes", rows[third]), f"as {stranger['nhs_number']}")
    before = records.history(site.place.records, MEETING_ENTRY).height
    code, after, asked = taken(site, copy, tmp_path)
    assert code == 3 and set(after[before:]["person_id"]) == {other}
    said = capsys.readouterr().out
    assert said.count("could be a name or number of somebody else") == 3 and str(stranger["name_text"]) not in said
    assert len(asked) == 2 and asked[0].startswith(other), "one question a person, then the last"
    looks = [look for look in site.looks() if look.get("refused") == REVEALING]
    assert [look["what"] for look in looks] == ["import-workbook"] * 2, "that somebody is on record is an answer"


def test_what_is_not_confirmed_for_its_person_is_not_taken_in(site: Site, copy: Edited, tmp_path: Path) -> None:
    rows = listed(site, copy)
    one, other = list(rows)[:2]
    copy.put(at("owner", rows[one]), "Ann").put(at("owner", rows[other]), "Sam")
    before = records.history(site.place.records, MEETING_ENTRY).height
    code, after, _ = taken(site, copy, tmp_path, no=one)
    assert code == 3 and set(after[before:]["person_id"]) == {other}
    code, again, _ = taken(site, copy, tmp_path, no="Was this")
    assert code == 1 and again.equals(after)


def test_their_own_name_and_staff_may_be_written(site: Site, people: list[dict[str, object]]) -> None:
    one, other = people[:2]
    name, number = str(other["name_text"]), str(other["nhs_number"])
    about = [str(one["person_id"])]
    texts = [
        (about, "notes", str(one["name_text"])),
        (about, "owner", name),
        (about, "notes", name.upper()),
        (about, "notes", f"{name.split()[1]}, {name.split()[0]}"),
        (about, "owner", f"{number[:3]} {number[3:6]} {number[6:]}"),
        ((), "note", "met at the gate"),
    ]
    assert list(map(bool, others_named(site.place, texts))) == [False, False, True, True, True, False]


def test_a_command_about_one_person_names_nobody_else(site: Site, people: list[dict[str, object]]) -> None:
    one, other = people[:2]
    for text in (f"complaint by {other['name_text']}", f"as {other['nhs_number']}"):
        said = site.hiu("hold", one["person_id"], "--reason", text, "--by", "Officer")
        assert said.code == 2 and "may tell who somebody is" in said.err and str(other["name_text"]) not in said.err
    assert site.hiu("hold", one["person_id"], "--reason", "a neighbour's complaint", "--by", "Officer").code == 0
    signed = site.hiu("hold", one["person_id"], "--lift", "--reason", "over", "--by", str(other["name_text"]))
    assert signed.code == 0 and "on record" not in signed.err, "whether staff are called as somebody is, is not told"


def test_a_csv_of_decisions_names_nobody(site: Site, people: list[dict[str, object]], tmp_path: Path) -> None:
    queue = pl.read_parquet(site.place.which(None)[1] / "review_queue.parquet").sort("place")
    key = site.place.key_for("description")
    a, b = (description(one, key) for one in queue.select("identity_a", "identity_b").row(0))
    file = tmp_path / "queue.csv"

    def decided(note: str) -> int:
        cells = {"identity_a": f"id-{a}", "identity_b": f"id-{b}", "decision": "same", "note": note}
        file.write_text(
            ",".join(COLUMNS) + "\n" + ",".join(cells.get(name, "") for name in COLUMNS) + "\n", encoding="utf-8"
        )
        return site.hiu("decide", "--from", file, "--by", "Asha Rao").code

    assert decided(f"she is {people[0]['name_text']}") == 1 and decided(f"her number {people[1]['nhs_number']}") == 1
    assert records.read(site.place.records, DECISIONS).is_empty()
    assert decided("same birth and home") == 0 and records.read(site.place.records, DECISIONS).height == 1


def test_a_note_of_a_decision_does_not_name_whose_the_descriptions_are(site: Site) -> None:
    """By the ids as they are shown, or the start of one, it is known whom the note is about."""
    folder, key = site.place.which(None)[1], site.place.key_for("description")
    pair = pl.read_parquet(folder / "review_queue.parquet").sort("place").row(0, named=True)
    named = pl.read_parquet(folder / "people.parquet").filter(person_id=pair["person_a"])["name_text"][0]
    a, b = (description(pair[name], key) for name in ("identity_a", "identity_b"))
    for typed in ((a, b), (f"id-{a}", b), (a[:12].upper(), b)):
        said = site.hiu("decide", *typed, "same", "--note", f"as {named.split()[-1]} said", "--by", "Asha Rao")
        assert said.code == 2 and "may tell who somebody is" in said.err
    assert records.read(site.place.records, DECISIONS).is_empty()


def test_others_are_found_in_whatever_form_they_are_typed(site: Site, people: list[dict[str, object]]) -> None:
    described = pl.read_parquet(site.place.which(None)[1] / "descriptions.parquet").select("person_id", "local_ids")
    numbers = described.drop_nulls().with_columns(pl.col("local_ids").str.split("|")).explode("local_ids")
    numbers = numbers.with_columns(own=pl.col("local_ids").str.split(":").list.last())
    whose = numbers.filter(pl.col("own").str.len_chars() >= 5).sort("own").row(0, named=True)
    other = next(row for row in people if len(str(row["name_text"])) > 8)
    one = next(row for row in people if row["person_id"] not in (whose["person_id"], other["person_id"]))
    name, number, local = str(other["name_text"]), str(other["nhs_number"]), str(whose["own"])
    wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
    typed = [
        " ".join(name.replace(" ", "")),
        "  ".join(" ".join(part) for part in name.split()),
        name.translate(wide),
        name[:2] + "\u200b" + name[2:],
        number.translate(wide),
        " ".join(number),
        str(other["person_id"]),
        f"{local[:2]} {local[2:]}",
        local.lower(),
    ]
    about = [str(one["person_id"])]
    named = others_named(site.place, [(about, "reason", f"see {text}, please") for text in typed])
    expected = [*[other["person_id"]] * 7, *[whose["person_id"]] * 2]
    assert all(who in found for who, found in zip(expected, named, strict=True))
    fine = [str(one["person_id"]), "request of 3 April 2026, upheld", "a b c d e f", "room 12345 B, at 10:30", "Zoë's"]
    assert not any(others_named(site.place, [(about, "reason", text) for text in fine]))
    assert not any(others_named(site.place, [([whose["person_id"]], "reason", f"as {local}")]))
