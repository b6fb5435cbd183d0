"""The steps of a month as data: what each depends on, and the job that does it."""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.common.fingerprint import code_digest, digest
from pipelines.common.work import Work
from pipelines.steps import count, link, rank


@dataclass(frozen=True)
class Step:
    """A step: its job, whose code it depends on, and the settings that bear on it."""

    name: str
    job: Callable[[Work], None]
    settings: tuple[str, ...] = ()


def steps() -> tuple[Step, ...]:
    """Every step after intake, in order; each depends on all before it."""
    return (
        Step("identify", count.identify),
        Step("link", link.link_people, ("linking", "synthetic", "counting")),
        Step("count", count.count_demand, ("counting",)),
        Step("rank", rank.rank_people, ("rank", "labels")),
    )


def fingerprints(work: Work) -> dict[str, str]:
    """Each step's fingerprint: the inputs, the month, its code and settings, and the step before."""
    out: dict[str, str] = {}
    before = digest(work.inputs, str(work.month))
    values = work.place.settings.model_dump(mode="json")
    for step in steps():
        code, bearing = code_digest(step.job.__module__), {key: values[key] for key in step.settings}
        before = digest(before, step.name, code, bearing)
        out[step.name] = before
    return out
