"""The note of an erasure that is going on: whom it is about and what to look for, so that a cut one searches again.

It lies beside the warehouse, for its owner alone, and goes with the erasure's last line.
"""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from hiu.disk import replace
from hiu.errors import HiuError
from hiu.govern.erase.residue import Traces
from pipelines.common.place import Paths
from pipelines.erase.find import ErasureScope

_ROWS = {"delivery_id": pl.String, "source_row": pl.Int64, "source_file": pl.String}
_SETS = ("ids", "identities", "addresses", "near", "spared")


def write_note(paths: Paths, asked: Mapping[str, object], scope: ErasureScope) -> None:
    """Write what was asked, and what was found of the person."""
    sets = {name: sorted(getattr(scope, name)) for name in _SETS}
    lists = {"stones": list(scope.stones), "shared": list(scope.shared), "rows": [list(row) for row in _rows(scope)]}
    replace(paths.erasing, json.dumps({**asked, "scope": {**sets, **lists, "traces": scope.traces.as_json()}}).encode())


def _rows(scope: ErasureScope) -> list[tuple[object, ...]]:
    return scope.rows.select(*_ROWS).rows()


def scope_of(asked: Mapping[str, Any]) -> ErasureScope | None:
    """What was found of the person when the erasure began; None in a note that has not got so far.

    Raises HiuError for a note that is damaged.
    """
    if "scope" not in asked:
        return None
    try:
        found = asked["scope"]
        traces = found["traces"]
        return ErasureScope(
            person_id=asked["person_id"],
            **{name: frozenset(found.get(name, ())) for name in _SETS},
            rows=pl.DataFrame(found["rows"], schema=_ROWS, orient="row"),
            stones=tuple(found["stones"]),
            shared=tuple(found["shared"]),
            traces=Traces.from_json(traces, traces["homes"]),
        )
    except (KeyError, TypeError, ValueError):
        raise HiuError(
            "the note of the erasure (erasing.json) is damaged; restore it, or the site, from a copy"
        ) from None
