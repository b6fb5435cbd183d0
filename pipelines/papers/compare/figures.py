"""The figures of a month for other areas: the board paper's cells and the flow of the caseload, decided together.

All figures that leave the site are entered in one register, whoever has them: a bundle is checked against every
earlier bundle and every earlier release, and repeats what these showed.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from hiu.errors import HiuError
from hiu.govern.release.cells import SUPPORTED, Cell
from hiu.govern.release.solver import JOINED, LEFT, ON_LIST
from hiu.model import DATASETS, PUBLISHED
from hiu.month import Month
from hiu.settings import Settings
from pipelines.access.basis import for_board
from pipelines.access.releases import Export, Past, forget, past, unlogged
from pipelines.common.journal import record
from pipelines.common.place import Place, published_tables
from pipelines.papers.commissioner.cells import YEAR, Released, count_of_people, decide, names, supported_adults
from pipelines.papers.export import refusal

REGISTER = "commissioner"
"""The register of all figures that leave: papers for commissioners and bundles for other areas."""
PARTNER, PREFIX = "partner", "compare-"


@dataclass(frozen=True, kw_only=True)
class MonthFigures:
    """Figures as they may leave, what a release of them enters, and who is left out of them on which basis."""

    month: Month
    export: Export
    share: float
    left_out: int
    basis: tuple[str, ...]

    @property
    def cells(self) -> list[Cell]:
        """What is printed, and the caseload of earlier bundles and releases, as these had it."""
        return [cell for cell in self.export.cells if cell.shown is not None]

    def table(self) -> bytes:
        """The figures as Parquet: measure, dataset, group, months, shown."""
        rows = [{name: getattr(cell, name) for name in _COLUMNS} | {"months": list(cell.months)} for cell in self.cells]
        out = io.BytesIO()
        pl.DataFrame(rows, schema=pl.Schema(_COLUMNS)).write_parquet(out)
        return out.getvalue()


_COLUMNS: dict[str, type[pl.String] | pl.List] = {
    "measure": pl.String,
    "dataset": pl.String,
    "group": pl.String,
    "months": pl.List(pl.String),
    "shown": pl.String,
}


def figures(place: Place, month: str | None, now: datetime) -> MonthFigures:
    """Decide the figures of a published month (the latest if not named) after all that was released before.

    Raises HiuError without a basis for planning figures to go to partners, if a later month was released already, and
    where no figures can be added to those released without giving somebody away.
    """
    wanted, folder = place.which(month)
    for name in unlogged(place, REGISTER, PREFIX):
        forget(place, REGISTER, name)  # a hand-over that was cut off before anybody had it
    before = past(place, REGISTER)
    if before.ground and str(wanted) < before.ground.month:
        raise HiuError(
            f"{wanted}: figures of {before.ground.month} were released already, and months are released in order; what "
            f"can be exchanged is {before.ground.month} or a later month"
        )
    tables, left_out, basis = for_board(place, published_tables(folder, PUBLISHED), now.date(), PARTNER)
    released = decided(wanted, tables, place.settings, before)
    if released.solved.refused:
        record(place, now, "export_refused", month=str(wanted), problems=len(released.solved.refused))
        raise HiuError(refusal(wanted, released.solved.refused))
    export = Export(
        recipient=REGISTER,
        month=str(wanted),
        head=before.head,
        files={},
        cells=[*released.solved.cells, *_earlier_caseload(before, released.solved.cells)],
        ground=released.ground,
        answers=before.answers,
    )
    return MonthFigures(month=wanted, export=export, share=released.solved.share, left_out=left_out, basis=basis)


def decided(month: Month, tables: Mapping[str, pl.DataFrame], settings: Settings, before: Past) -> Released:
    """The cells of a bundle as they may be shown. Groups of the list are in papers for commissioners alone."""
    sets = (*DATASETS, *sorted(set(tables["coverage"]["dataset"]) - set(DATASETS)))
    without = replace(before, answers={**before.answers, "equality": str(month)})
    return decide(month, tables, sets, settings, without, flow(month, tables, settings, before.cells))


def flow(month: Month, tables: Mapping[str, pl.DataFrame], settings: Settings, earlier: Sequence[Cell]) -> list[Cell]:
    """Adults supported at the month's end who were not a year before; and who left, once both ends were released."""
    at = {cell.key: cell for cell in earlier}
    year = tuple(names(month - (YEAR - 1), month))
    since = supported_adults(month, tables, settings).group_by("person_id").agg(pl.col("start").min())
    new = since.filter(pl.col("start") >= (month - (YEAR - 1)).start).height
    now, before = (at.get(("people", ON_LIST, SUPPORTED, (str(when),))) for when in (month, month - YEAR))
    supported = now.value if now else since.height
    joined = at.get(("people", ON_LIST, JOINED, year)) or count_of_people(ON_LIST, JOINED, year, min(new, supported))
    if before is None:
        return [joined]
    left = before.value + joined.value - supported
    # records that were put right since can make more people stay than there were: a reader who took one from the other
    # would read something untrue of those few, so neither is given
    return [joined, count_of_people(ON_LIST, LEFT, year, left)] if left >= 0 else []


def _earlier_caseload(before: Past, new: Sequence[Cell]) -> list[Cell]:
    """People supported at earlier months' ends, as they were released."""
    there = {cell.key for cell in new}
    own = [cell for cell in before.cells if (cell.dataset, cell.group) == (ON_LIST, SUPPORTED) and cell.less is None]
    return [cell for cell in own if cell.key not in there and cell.shown is not None]


def counting(settings: Settings) -> str:
    """Eight hex digits of the settings by which figures are counted: sites with others can't be compared."""
    text = f"{settings.counting.model_dump_json()}{settings.rank.minimum_age}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]
