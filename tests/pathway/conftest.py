"""A tiny site with a desk, run once: read it; copy it to change it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from areakit import run
from once import once
from pathway_kit import (
    BEDS,
    DESK,
    ESCALATIONS,
    GOVERNED,
    GOVERNING,
    MISSING,
    OFFERS,
    POLICE,
    REFERRAL,
    S136,
    pathway_site,
)

from pipelines.common.place import open_place


@pytest.fixture(scope="session")
def desk_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, its month run in its own curated folder."""

    def make(folder: Path) -> Path:
        files = {"police": POLICE, "desk": DESK, "referral": REFERRAL, "s136_pathway": S136, "escalation": ESCALATIONS}
        files |= {"missing": MISSING, "mh_beds": BEDS, "offers": OFFERS, **GOVERNING}
        extended = ["desk", "referral", "s136_pathway", "place_escalation", "missing_episode", "offer", *GOVERNED]
        home = pathway_site(folder / "site", files, extended=extended)
        run(open_place(home))
        return home

    return once(tmp_path_factory, "desk site", make)


@pytest.fixture(scope="session")
def desk_month(desk_home: Path) -> Iterator[Path]:
    """Its published folder."""
    (folder,) = (desk_home / "data" / "curated" / "published").iterdir()
    yield folder
