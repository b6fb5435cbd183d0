"""Work: what a run hands from job to job."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hiu.engine import Engine
from hiu.month import Month
from pipelines.common.place import Place

if TYPE_CHECKING:
    from pipelines.common.progress import Reporter

Row = dict[str, Any]
"""A row of a table, or an object of JSON."""


@dataclass
class Work:
    """What a job is handed: the site, the month, the open warehouse, and what earlier jobs left."""

    place: Place
    month: Month
    run_id: str
    now: datetime
    warehouse: Engine
    report: "Reporter"
    inputs: str
    notes: Row = field(default_factory=dict)
