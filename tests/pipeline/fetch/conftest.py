"""A mart made once, for the tests of its tables and of the databases that it is loaded into."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from areakit import NOW
from mart_kit import wanted
from once import once

from pipelines.common.place import Place, open_place
from pipelines.fetch.mart import make_mart
from pipelines.run import Outcome


@pytest.fixture(scope="session")
def made(area: Path, published: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The area with a mart in every form, a copy of it in the folder `mart`, and one for another recipient."""

    def make(folder: Path) -> str:
        shutil.copytree(area / "data" / "curated", folder / "curated")
        place = open_place(area, curated=folder / "curated")
        make_mart(place, wanted(to="duckdb", csv=True, names=True), now=NOW)
        make_mart(place, wanted(to=str(folder / "mart"), csv=True, names=True), now=NOW)
        make_mart(place, wanted(recipient="trust-bi", months=2), now=NOW)
        return str(folder)

    return open_place(area, curated=Path(once(tmp_path_factory, "marts", make)) / "curated")
