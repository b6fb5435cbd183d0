"""What tests of the mart share: how one is asked for, and where it lies."""

from __future__ import annotations

import shutil
from pathlib import Path

from areakit import LAST

from pipelines.common.place import Place, open_place
from pipelines.fetch.mart import Wanted


def wanted(**about: object) -> Wanted:
    plain = {"month": None, "recipient": "analyst", "tokens_of": None, "months": 12, "to": None, "connection": "mart"}
    return Wanted(**{**plain, "csv": False, "names": False, **about})  # type: ignore[arg-type]


def copied(made: Place, tmp_path: Path) -> Place:
    shutil.copytree(made.curated, tmp_path / "curated")
    return open_place(made.home, curated=tmp_path / "curated")


def folder_of(place: Place, recipient: str = "analyst") -> Path:
    return place.curated / "mart" / recipient / str(LAST)
