"""Five rights recorded after a backup stand after a restore of it, under a new key, and after a rebuild from files."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run
from hostile_kit import told
from typer.testing import CliRunner

from hiu.errors import HiuError
from hiu.govern import records
from hiu.model import DECISIONS, TABLES
from hiu.publish.release.working import whole_table
from pipelines.access.basis import allowed
from pipelines.back.backup import backup
from pipelines.cli import app
from pipelines.common.place import Place, open_place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.erase.erase import erase
from pipelines.erase.find import ErasureScope, find
from pipelines.govern.record_basis import BasisChange, record_change
from pipelines.govern.rekey import copy_key, rekey
from pipelines.govern.retain import record_consent, record_hold
from pipelines.run import Outcome

LATER = NOW + timedelta(days=1)
QUIET = Reporter(quiet=True)
OBJECTION = BasisChange(allow=None, deny="objection", end=None, purpose=None, recipient=None, until=None)
WAYS = ("a restore", "a new key", "a rebuild")
RIGHTS = ("objection", "hold", "erasure", "consent", "decision")


@dataclass(frozen=True)
class Stood:
    """The site after one of the ways and a run; whom the rights are of; each former id and today's."""

    place: Place
    folder: Path
    people: Mapping[str, str]
    became: Mapping[str, str]
    erased: ErasureScope
    aside: int

    def now(self, who: str) -> str:
        """The id today of somebody of `people`."""
        return self.became[self.people[who]]


def chosen(place: Place) -> dict[str, str]:
    """Five people whom one file of the last month tells, each by one description."""
    folder = place.which(None)[1]
    links = pl.read_parquet(folder / "links.parquet").filter(status="counted")
    single = links.group_by("person_id").agg(n=pl.col("identity_id").n_unique()).filter(n=1)
    sent = links.filter(pl.col("source_file").str.contains(r"2026-03.*csv$")).join(single, on="person_id", how="semi")
    named = pl.read_parquet(folder / "people.parquet").filter("named").join(sent, on="person_id", how="semi")
    found = named.sort("rows", "person_id", descending=[True, False])["person_id"][:5]
    return dict(zip(("objector", "held", "doomed", "one", "other"), found, strict=True))


def record_all(place: Place, people: Mapping[str, str]) -> ErasureScope:
    """Record the five rights; what was to be looked for of the one erased."""
    record_change(place, people["objector"], OBJECTION, evidence="letter", by="Officer", now=NOW)
    record_hold(place, people["held"], reason="inquest", by="Officer", lift=False, now=NOW)
    record_consent(place, people["held"], "sister", given=False, on=None, by="Dr A", until=None, now=NOW)
    links = pl.read_parquet(place.which(None)[1] / "links.parquet")
    two = sorted(str(links.filter(person_id=people[who])["identity_id"].drop_nulls()[0]) for who in ("one", "other"))
    row = {"identity_a": two[0], "identity_b": two[1], "decision": "same", "reviewer": "R"}
    records.add(place, DECISIONS, [{**row, "decided_at": NOW.replace(tzinfo=None)}])
    with open_warehouse(place) as warehouse:
        scope = find(warehouse, people["doomed"], place.key_for("tombstone"))
    erase(place, people["doomed"], reason="upheld", by="Officer", now=NOW, report=QUIET, say=lambda _: None)
    return scope


def go(way: str, place: Place, kept: Path, folder: Path) -> Place:
    """Do what might lose a right; the site as it is then."""
    if way == "a restore":
        said = CliRunner().invoke(app, ["restore", str(kept), str(place.home), "--replace"])
        assert said.exit_code in (0, 3), said.output
    elif way == "a new key":
        (folder / "safe").mkdir()
        copied = copy_key(place, folder / "safe", by="Officer", now=NOW)
        rekey(place, old=copied, reason="it was seen", by="Officer", now=LATER)
    else:
        place.warehouse.unlink()
    return open_place(place.home, raw=place.raw)


@pytest.fixture(scope="module", params=WAYS)
def stood(
    request: pytest.FixtureRequest, area: Path, published: Outcome, tmp_path_factory: pytest.TempPathFactory
) -> Stood:
    """A site with a backup, five rights recorded since, one of the ways, and a run."""
    assert published.published
    folder = tmp_path_factory.mktemp("rights")
    home = folder / "home"
    shutil.copytree(area, home, ignore=shutil.ignore_patterns("raw", "curated", "truth"))
    shutil.copytree(area / "data" / "curated", home / "data" / "curated")
    place = open_place(home, raw=area / "data" / "raw")
    people, was = chosen(place), pl.read_parquet(place.which(None)[1] / "links.parquet")
    made = backup(place, folder / "copies", now=NOW)
    kept = Path(shutil.copy2(made.path, folder / "kept.zip"))
    scope = record_all(place, people)
    place = go(request.param, place, kept, folder)
    outcome = run(place, LAST, at=LATER)
    assert outcome.published
    after = pl.read_parquet(whole_table(outcome.published, "links"))
    both = after.join(was.select("source_file", "source_row", former="person_id"), on=["source_file", "source_row"])
    became = dict(both.select("former", "person_id").drop_nulls().unique().rows())
    aside = pl.read_parquet(outcome.published / "links.parquet").filter(pl.col("status") != "counted").height
    return Stood(place, outcome.published, people, became, scope, aside)


@pytest.mark.slow
@pytest.mark.parametrize("right", RIGHTS)
def test_it_stands(right: str, stood: Stood) -> None:
    place = stood.place
    if right == "objection":
        who = [stood.now("objector"), stood.now("held")]
        found = allowed(place, who, purpose="support", recipient="group", on=LATER.date())
        assert found.ids == {stood.now("held")}
        assert stood.now("objector") not in (stood.folder / "pack.html").read_text(encoding="utf-8")
        assert stood.now("objector") not in set(pl.read_parquet(stood.folder / "people.parquet")["person_id"])
    elif right == "hold":
        with pytest.raises(HiuError, match="on hold"):
            erase(place, stood.now("held"), reason="x", by="O", now=LATER, report=QUIET, say=lambda _: None)
    elif right == "erasure":
        assert stood.people["doomed"] not in stood.became and stood.aside >= stood.erased.rows.height
        assert list(told(stood.folder, stood.erased)) == []
        with open_warehouse(place) as warehouse:
            numbers = set(warehouse.rows("record", "nhs_number")["nhs_number"])
        assert not stood.erased.traces.numbers & numbers
    elif right == "consent":
        consents = records.read(place.records, TABLES["family_consents"])
        assert consents["given"].to_list() == [False] and consents["person_id"].to_list() == [stood.people["held"]]
    else:
        assert stood.now("one") == stood.now("other"), "still one person by the decision"
        assert records.read(place.records, DECISIONS).height == 1


@pytest.mark.slow
def test_after_erasing_somebody_with_files_outside_the_exit_code_says_so(area: Path, place_after: Place) -> None:
    """The agencies' files still hold the rows: the code is 3, and each file is named with its rows."""
    doomed = chosen(place_after)["doomed"]
    links = pl.read_parquet(place_after.which(None)[1] / "links.parquet").filter(person_id=doomed)
    line = ["erase", doomed, "--reason", "request of 3 April, upheld", "--by", "Officer", "--yes"]
    at = ["--site", str(place_after.home), "--curated", str(place_after.curated)]
    said = CliRunner().invoke(app, [*line, *at])
    files = set(links["source_file"])
    assert said.exit_code == 3 and files and all(name in said.output for name in files)
