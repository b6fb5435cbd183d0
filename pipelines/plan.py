"""The steps of a month as data: what each depends on, and the job that does it."""

from collections.abc import Callable
from dataclasses import dataclass

from hiu.engine import Scalar
from hiu.model import RECORDED
from pipelines.common.fingerprint import code_digest, digest
from pipelines.common.work import Work
from pipelines.steps import count, link, rank


@dataclass(frozen=True)
class Step:
    """A step: its job, whose code it depends on, the settings that bear on it, and the tables that people record of
    which it reads any (`SEEN` says which rows)."""

    name: str
    job: Callable[[Work], None]
    settings: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()


SEEN = {"meeting_entry": "month <"}
"""Of these tables a step reads rows before the month alone: what is recorded about this month's list changes its pack,
and no figure before the next month's."""


def steps() -> tuple[Step, ...]:
    """Every step after intake, in order; each depends on all before it."""
    return (
        Step("identify", count.identify),
        Step("link", link.link_people, ("linking", "synthetic", "counting"), ("decisions",)),
        Step("count", count.count_demand, ("counting",), ("meeting_entry",)),
        Step("rank", rank.rank_people, ("rank", "labels")),
    )


def fingerprints(work: Work) -> dict[str, str]:
    """Each step's fingerprint: the inputs, the month, its code, settings and records, and the step before."""
    out: dict[str, str] = {}
    before = digest(work.inputs, str(work.month))
    values = work.place.settings.model_dump(mode="json")
    for step in steps():
        code, bearing = code_digest(step.job.__module__), {key: values[key] for key in step.settings}
        before = digest(before, step.name, code, bearing, [_recorded(work, name) for name in step.recorded])
        out[step.name] = before
    return out


def _recorded(work: Work, name: str) -> list[tuple[object, ...]]:
    """The rows of a table that people record, as far as a step reads them."""
    where: dict[str, Scalar] = {SEEN[name]: work.month.start} if name in SEEN else {}
    return work.warehouse.rows(name, where=where, order=RECORDED[name].names).rows()
