"""Figures of three areas, exported, exchanged and compared by the command; and bundles that nobody should have sent."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import compare_kit as kit
import polars as pl
import pytest
from compare_kit import NORTH, SITES, SOUTH, WEST
from hostile_kit import Site

from hiu.govern import records
from hiu.model.govern import CROSSINGS, DISCLOSURES
from pipelines.access.releases import past
from pipelines.common.place import open_place
from pipelines.network.partners import seed_of
from pipelines.papers.commissioner.board import board

Json = dict[str, object]


@pytest.fixture(scope="module")
def exchanged(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Site], list[Path]]:
    """Three areas and the bundle of each for the two others. Read them; copy them to change them."""
    sites = kit.three(tmp_path_factory.mktemp("compare"))
    return sites, [
        kit.export(one, kit.LAST, [name for name in SITES if name != one.place.settings.name]) for one in sites
    ]


@pytest.fixture
def north(exchanged: tuple[list[Site], list[Path]], tmp_path: Path) -> Site:
    """The first area in a folder of a test's own."""
    shutil.copytree(exchanged[0][0].place.home, tmp_path / "north")
    return Site(open_place(tmp_path / "north"))


def forged(exchanged: tuple[list[Site], list[Path]], to: Path, change: Callable[[Json], object]) -> Path:
    """South's bundle, changed and signed again with South's own key: what a malicious partner can send."""
    from nacl.signing import SigningKey

    from hiu.network.bundle import SIGNATURE, TEXT

    shutil.copytree(exchanged[1][1], to)
    about = json.loads((to / TEXT).read_bytes())
    change(about)
    text = json.dumps(about).encode()
    (to / TEXT).write_bytes(text)
    key = SigningKey(seed_of(exchanged[0][1].place))
    (to / SIGNATURE).write_bytes(key.sign(text).signature.hex().encode())
    return to


def pages(site: Site) -> dict[str, bytes]:
    """The comparison's files by kind."""
    folder = site.place.curated / "exports" / "compare" / str(kit.LAST)
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


def test_a_bundle_holds_what_may_be_shown_and_is_entered_before_it_leaves(
    exchanged: tuple[list[Site], list[Path]],
) -> None:
    site, bundle = exchanged[0][0], exchanged[1][0]
    about = json.loads((bundle / "bundle.json").read_bytes())
    table = pl.read_parquet(io.BytesIO((bundle / "figures.parquet").read_bytes()))
    assert table.to_dicts() == [{key: one[key] for key in table.columns} for one in about["figures"]]
    texts = set(table["shown"])
    assert {"*"} < texts and all(text in ("*", "not shown") or int(text) % 5 == 0 for text in texts)
    assert not {"value", "people", "most"} & set(about["figures"][0]), "nothing that is behind a figure"
    before = past(site.place, "commissioner")
    assert {cell.shown for cell in before.cells if cell.shown is not None} == texts
    assert site.events("released")[-1]["folder"] == bundle.name
    assert records.read(site.place.records, DISCLOSURES)["recipient"].to_list() == ["partner"]
    sent = records.read(site.place.records, CROSSINGS).filter(pl.col("kind") == "bundle")
    assert set(sent["partner"]) == {SOUTH, WEST} and set(sent["stage"]) == {"sent"}


def test_a_paper_for_the_board_is_made_after_the_bundle_and_repeats_it(
    exchanged: tuple[list[Site], list[Path]],
) -> None:
    place = exchanged[0][0].place
    shown = {cell.key: cell.shown for cell in past(place, "commissioner").cells}
    made = board(place, str(kit.LAST), kit.NOW)
    common = [cell for cell in made.cells if cell.key in shown]
    assert len(common) > 100 and all(cell.shown == shown[cell.key] for cell in common)
    assert made.past.head == past(place, "commissioner").head != "none"


def test_three_areas_are_side_by_side_on_page_workbook_and_pdf(
    exchanged: tuple[list[Site], list[Path]], north: Site
) -> None:
    said = north.hiu("compare", *exchanged[1], "--by", "Ann Maker")
    assert said.code == 0, said.err
    made = pages(north)
    page = made[".html"].decode()
    assert all(name in page for name in SITES) and "Section 136 detentions per 100,000" in page
    assert "Caseload flow" in page and "Invented estimate" in page and page.count("<svg") >= 3
    assert made[".pdf"].startswith(b"%PDF") and made[".xlsx"].startswith(b"PK")
    with zipfile.ZipFile(io.BytesIO(made[".xlsx"])) as book:
        sheet, styles = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet2", "styles"))
    # 7.2 is a number that Excel shows so, and no text that it can't add up
    assert re.search(r'<c r="B6" s="\d+"><v>[\d.]+</v>', sheet) and 'formatCode="0.0"' in styles
    received = records.read(north.place.records, CROSSINGS).filter(pl.col("stage") == "received")
    assert set(received["partner"]) == {SOUTH, WEST}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("definitions", "0ther", "has other definitions (0ther"),
        ("version", "9.9", "counts by version 9.9"),
        ("counting", "0ther", "other rules of counting"),
        ("synthetic", False, "has real people"),
        ("month", "2026-04", "sent figures of 2026-04"),
    ],
)
def test_an_area_that_counts_otherwise_is_named_and_none_of_its_figures_is_compared(
    exchanged: tuple[list[Site], list[Path]], north: Site, tmp_path: Path, field: str, value: object, words: str
) -> None:
    south = forged(exchanged, tmp_path / "south", lambda about: about.update({field: value}))
    said = north.hiu("compare", exchanged[1][0], south, exchanged[1][2], "--by", "Ann Maker")
    assert said.code == 0 and words in said.out, said.err
    page = pages(north)[".html"].decode()
    assert words in page and f'<th scope="row">{SOUTH}' not in page and f'<th scope="row">{WEST}' in page


def test_without_a_number_of_adults_a_rate_is_not_known(
    exchanged: tuple[list[Site], list[Path]], north: Site, tmp_path: Path
) -> None:
    south = forged(exchanged, tmp_path / "south", lambda about: about.update(population=None))
    said = north.hiu("compare", exchanged[1][0], south, "--by", "Ann Maker")
    assert said.code == 0, said.err
    assert f"No rates of {SOUTH}: no number of adults was given" in pages(north)[".html"].decode()


def _figure(**changes: object) -> Callable[[Json], object]:
    return lambda about: about["figures"][0].update(changes)  # type: ignore[index]


HOSTILE: dict[str, Callable[[Json], object]] = {
    "a figure that is not rounded": _figure(shown="13"),
    "a figure below 8": _figure(shown="5"),
    "a formula": _figure(shown="=1+1"),
    "a control character": _figure(group="every\u202ebody"),
    "a line break": lambda about: about.update(to=["North area\n"]),
    "a long text": _figure(group="x" * 200),
    "a number for a text": _figure(shown=15),
    "a field too many": lambda about: about.update(note="hello"),
    "a figure twice": lambda about: about["figures"].append(about["figures"][0]),  # type: ignore[attr-defined]
    "a month to come": _figure(months=["2099-01"]),
    "another format": lambda about: about.update(format=2),
    "true for a format": lambda about: about.update(format=True),
    "a site nobody knows": lambda about: about.update(site="East area"),
    "a site of a list": lambda about: about.update(site=["South area"]),
    "somebody else's bundle": lambda about: about.update(site=WEST),
    "one for others": lambda about: about.update(to=[WEST]),
    "a path for a name": lambda about: about.update(name="compare-../../x"),
    "nobody's adults": lambda about: about.update(population={"adults": 0, "year": 2024, "source": "abc"}),
    "another table": lambda about: about.update(table="0" * 64),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_bundle_is_left_out_in_words(
    exchanged: tuple[list[Site], list[Path]], north: Site, tmp_path: Path, what: str
) -> None:
    south = forged(exchanged, tmp_path / "south", HOSTILE[what])
    said = north.hiu("compare", exchanged[1][0], south, "--by", "Ann Maker")
    assert said.code != 0 and "there are no two areas to compare. Left out: " in said.err and "fault" not in said.err
    assert not (north.place.curated / "exports" / "compare").exists()


@pytest.mark.parametrize("content", [b"", b"null", b"[" * 200_000, b'{"hiu":"figures"}', b"\xff\xfe", b" " * 5_000_000])
def test_what_is_no_bundle_is_left_out_in_words(
    exchanged: tuple[list[Site], list[Path]], north: Site, tmp_path: Path, content: bytes
) -> None:
    shutil.copytree(exchanged[1][1], tmp_path / "south")
    (tmp_path / "south" / "bundle.json").write_bytes(content)
    said = north.hiu("compare", exchanged[1][0], tmp_path / "south", "--by", "Ann Maker")
    assert said.code != 0 and "Left out: " in said.err and "fault" not in said.err


def test_a_changed_table_and_a_link_are_left_out(
    exchanged: tuple[list[Site], list[Path]], north: Site, tmp_path: Path
) -> None:
    shutil.copytree(exchanged[1][1], tmp_path / "south")
    table = tmp_path / "south" / "figures.parquet"
    table.write_bytes(table.read_bytes() + b"x")
    (tmp_path / "link").symlink_to(exchanged[1][2])
    said = north.hiu("compare", exchanged[1][0], tmp_path / "south", tmp_path / "link", "--by", "Ann Maker")
    assert said.code != 0 and "not the one that was signed" in said.err and "expected a folder" in said.err


def test_a_site_that_withdraws_is_left_out_at_once_and_what_was_exchanged_is_listed(
    exchanged: tuple[list[Site], list[Path]], north: Site
) -> None:
    assert north.hiu("compare", *exchanged[1], "--by", "Ann Maker").code == 0
    said = north.hiu("cross", SOUTH, "--purpose", "planning", "--withdraw", "--by", "Officer")
    assert f"to delete here: the bundle of figures of {kit.LAST}" in said.out, said.err
    assert f"to delete at {SOUTH}: the bundle of figures of {kit.LAST}" in said.out
    again = north.hiu("compare", *exchanged[1], "--by", "Ann Maker")
    assert again.code == 0 and "was withdrawn on" in again.out
    page = pages(north)[".html"].decode()
    assert f'<th scope="row">{SOUTH}' not in page and f'<th scope="row">{WEST}' in page
    refused = north.hiu("compare", "export", "--to", SOUTH, "--checker", "Cee", "--by", "Ann Maker")
    assert refused.code != 0 and "was withdrawn on" in refused.err
    assert f"to delete at {SOUTH}: the bundle of figures of {kit.LAST}" in north.hiu("cross").out


def test_a_card_says_which_agreements_are_in_force(north: Site, tmp_path: Path) -> None:
    """Sites that only compare figures have no agreement to find people, and need none."""
    shown = north.hiu("cross", "--card", tmp_path / "card.json").out.split("telephone: ")[1].strip()
    other = Site(kit.make_site(tmp_path / "other", "Other", [NORTH], {}, []))
    line = ("cross", "--trust", tmp_path / "card.json", "--fingerprint", shown, "--by", "Officer")
    assert f"Agreements in force: cross:{NORTH}:planning" in other.hiu(*line).out
    bare = Site(kit.make_site(tmp_path / "bare", "Bare", [], {}, []))
    assert f"cross:{NORTH}:support to find people, cross:{NORTH}:planning to compare" in bare.hiu(*line).out


def test_an_export_needs_a_checker_of_its_own_a_site_and_a_basis(north: Site) -> None:
    line = ("compare", "export", "--to", SOUTH, "--by", "Ann Maker")
    assert "not who made it" in north.hiu(*line, "--checker", "Maker, Ann").err
    assert "name the sites" in north.hiu("compare", "export", "--checker", "Cee", "--by", "Ann").err
    assert "no site 'East'" in north.hiu("compare", "export", "--to", "East", "--checker", "Cee", "--by", "Ann").err
    path = north.place.home / "site.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"partner"', '"analyst"'), encoding="utf-8")
    assert "recipient 'partner' is in force" in north.hiu(*line, "--checker", "Cee").err
    assert len(list((north.place.curated / "releases").glob("compare-*"))) == 1


def test_an_export_that_was_cut_off_before_its_line_in_the_log_is_undone(
    north: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.network import bundles

    line = ("compare", "export", "--to", SOUTH, "--by", "Ann Maker", "--checker", "Cee")

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bundles, "record", cut)
        assert north.hiu(*line).code != 0
    assert len(list((north.place.curated / "releases").glob("compare-*"))) == 1
    said = north.hiu(*line)
    assert said.code == 0, said.err
    left = [path.name for path in (north.place.curated / "releases").iterdir()]
    assert len([name for name in left if "compare-" in name]) == 2
    board(north.place, str(kit.LAST), kit.NOW)
