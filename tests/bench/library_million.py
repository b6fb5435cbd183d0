"""Every documented call of the analyst's library on a site of a million rows: seconds and peak memory, a process each.

    python tests/bench/library_million.py SITE [--least 0.25] [--only cohort]

SITE is what `tests/bench/run_million.py --folder` leaves, with the month before run too, or any other. In each process
the site is opened and the object is there; then the call is timed, with what a notebook would show of it, and once
more. A call that shows a chart is timed in a process that has drawn one: what the first costs is a line of its own.
Memory is the most that the whole fresh process held after the first call, with the chart library's where it draws.
Calls that take less than `--least` seconds, and no more than 300 MB, are counted only.
Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from pipelines.setup.api import CLASSES, public

GIVEN = {
    "site.draft": '"ambulance", file',
    "run.sql": '"select count(*) from links"',
    "run.person": "1",
    "run.why": "1",
    "run.what_if": 'drop_roles=["caller"]',
    "run.table": '"monthly_demand"',
    "ranked.why": "1",
    "ranked.compare": "1, 2",
    "cohort.around": '"s136", hours=168',
    "finding.table": '"agencies"',
    "review.decision": "0",
    "chart.save": 'folder + "/chart.svg"',
}
"""What is given to a call that needs something."""

MORE = {
    "run.people of an area": ("run", 'run.people(area="borough")'),
    "cohort(20).trend": ("run", "run.cohort(run.ranked(20)).trend()"),
    "cohort(20).beside": ("run", "run.cohort(run.ranked(20)).beside()"),
    "cohort(20).beside of everybody": ("run", "run.cohort(run.ranked(20)).beside(run.people())"),
    "run.admissions of a night": ("run", 'run.admissions(on="2026-03-10")'),
    "review.decide, review.undo": ("review", '(review.decide("unsure", 0), review.undo(0))'),
    "listing.sortable of the whole list": ("ranked", "ranked.sortable()"),
    "cohort.together, its chart drawn": ("cohort", "cohort.together().charts[0].svg"),
    "cohort.flow, its chart drawn": ("cohort", "cohort.flow().charts[0].svg"),
    "listing.to_pandas of the whole list": ("ranked", "ranked.to_pandas()"),
}
"""Calls that are asked otherwise, too."""

FLOW = ("a chart of everybody", ".cohort().concentration()")

READY = {
    "site": "",
    "run": "",
    "ranked": "ranked = run.ranked()",
    "person": "person = run.person(1)",
    "cohort": "cohort = run.cohort()",
    "quality": "quality = run.quality()",
    "linkage": "linkage = run.linkage()",
    "places": "places = run.places()",
    "definitions": "definitions = run.definitions()",
    "review": 'review = run.review("Bench")',
    "draft": 'draft = site.draft("ambulance", file)',
    "finding": "finding = run.cohort().together()",
    "listing": "listing = run.people()",
    "chart": "chart = run.person(1).chart()",
}
"""What is there before the call is timed."""

ONE = """
import json, resource, sys, tempfile, time
import hiu
import polars as pl
if {drawn}:
    from hiu.publish.charts.cohorts import lorenz_chart
    lorenz_chart(pl.DataFrame({{"people": [0.0, 1.0], "contacts": [0.0, 1.0]}}), "")
from hiu.site.show.chart import Chart
site = hiu.open({site!r}, by="Bench")
run = site.latest
folder, file = tempfile.mkdtemp(), {file!r}
{ready}
def ask():
    wall, cpu = time.perf_counter(), time.process_time()
    shown = {call}
    if hasattr(shown, "_repr_html_"):
        shown._repr_html_()
    return time.process_time() - cpu, time.perf_counter() - wall
first, memory = ask(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
print(json.dumps([*first, ask()[1], memory, "altair" in sys.modules]))
"""

FIRST = """
import json, resource, time
wall, cpu = time.perf_counter(), time.process_time()
import hiu
hiu.open({site!r}).latest{then}._repr_html_()
took = time.process_time() - cpu, time.perf_counter() - wall
print(json.dumps([*took, None, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000]))
"""


def calls() -> dict[str, tuple[str, str]]:
    """Name of each documented call -> the object that is there, and the call."""
    found = {}
    for called, one in CLASSES:
        for name, what in public(one):
            if inspect.getdoc(getattr(what, "fget", None) or getattr(what, "func", None) or what):
                plain = not (inspect.isfunction(what) or isinstance(what, classmethod))
                given = GIVEN.get(key := f"{called}.{name}", "")
                found[key] = (called, key if plain else f"{key}({given})")
    for name in ("chart.of", "cohort.beside", "review.decide", "review.undo"):
        del found[name]  # a chart of the caller's own; everybody has no others; the two are asked together
    return found | MORE


def measured(script: str) -> list[float | None]:
    """CPU seconds, seconds on the clock, seconds again, MB, and of a call whether it drew, of a script in a process of
    its own. Raises RuntimeError with what the process said, if it failed."""
    own = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}  # a job's, not a library's
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=own)
    if done.returncode:
        raise RuntimeError(f"{script}\n{done.stderr}")
    numbers: list[float | None] = json.loads(done.stdout.strip().splitlines()[-1])
    return numbers


def line(name: str, cpu: float | None, wall: float | None, again: float | None, memory: float | None) -> str:
    """A line of the table."""
    once_more = "" if again is None else f"{again:.2f}"
    return f"| {name} | {cpu:.2f} | {wall:.2f} | {once_more} | {memory:.0f} |"


def main() -> None:
    """Time each, print the table."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("site", type=Path)
    ask.add_argument("--least", type=float, default=0.25)
    ask.add_argument("--only", default="")
    given = ask.parse_args()
    site, file = str(given.site.resolve()), str(next((given.site / "data" / "raw").glob("*/amb_incidents.csv")))
    print("| what | CPU s | clock s | again, clock s | peak MB |\n|---|---|---|---|---|", flush=True)
    if not given.only:
        for name, then in (("the first 20 places", ".ranked(20)"), ("a person's chart", ".person(1).chart()"), FLOW):
            print(line(f"`import hiu` to {name}, shown", *measured(FIRST.format(site=site, then=then))), flush=True)
    less, most, failed = 0, 0.0, []
    for name, (ready, call) in calls().items():
        if given.only in name:
            script = partial(ONE.format, site=site, file=file, ready=READY[ready], call=call)
            try:
                cpu, wall, once_more, memory, drew = measured(script(drawn=False))
                if drew:
                    cpu, wall, once_more, *_ = measured(script(drawn=True))
            except RuntimeError as why:  # the others are timed all the same
                failed.append(f"{name}: {why}")
                continue
            if max(cpu or 0, wall or 0) < given.least and (memory or 0) <= 300:
                less, most = less + 1, max(most, memory or 0)
            else:
                print(line(f"`{name}`", cpu, wall, once_more, memory), flush=True)
    print(f"| {less} others, each | < {given.least} | < {given.least} | | {most:.0f} at most |")
    if failed:
        raise SystemExit("\n".join(["Not timed:", *failed]))


if __name__ == "__main__":
    main()
