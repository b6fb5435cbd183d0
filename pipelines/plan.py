"""The steps of a month as data: what each depends on, and the job that does it."""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.common.fingerprint import code_digest, digest
from pipelines.common.work import Work
from pipelines.steps import count, link, rank


@dataclass(frozen=True)
class Step:
    """A step: its job, the packages whose code it runs, and the settings that bear on it."""

    name: str
    job: Callable[[Work], None]
    code: tuple[str, ...]
    settings: tuple[str, ...] = ()


def steps() -> tuple[Step, ...]:
    """Every step after intake, in order; each depends on all before it."""
    return (
        Step("identify", count.identify, ("hiu.engine", "hiu.sql", "hiu.model", "pipelines.steps.count")),
        Step("link", link.link_people, ("hiu.link", "pipelines.steps.link"), ("linking", "synthetic")),
        Step("count", count.count_demand, ("hiu.sql", "hiu.engine", "pipelines.steps.count"), ("counting",)),
        Step("rank", rank.rank_people, ("hiu.rank", "pipelines.steps.rank"), ("rank", "labels")),
    )


def fingerprints(work: Work) -> dict[str, str]:
    """Each step's fingerprint: the inputs, the month, its code and settings, and the step before."""
    out: dict[str, str] = {}
    before = digest(work.inputs, str(work.month))
    values = work.place.settings.model_dump(mode="json")
    for step in steps():
        before = digest(before, step.name, code_digest(*step.code), {key: values[key] for key in step.settings})
        out[step.name] = before
    return out
