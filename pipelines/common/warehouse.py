"""The warehouse opened: the one place that says which engine a site has."""

from pathlib import Path

from hiu.engine import Engine
from hiu.engine.connection import rewrite
from hiu.engine.duckdb import Warehouse
from pipelines.common.place import Place

__all__ = ["open_warehouse", "rewrite"]


def open_warehouse(place: Place, path: Path | None = None) -> Engine:
    """The site's warehouse, or a copy of it at `path`. Raises Busy while another process has it open."""
    return Warehouse(path or place.warehouse, memory_limit=place.settings.memory_limit, spill=place.spill)
