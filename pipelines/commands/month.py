"""The commands of the month: run it, now or from a schedule; see where a site stands; and the demonstration."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from hiu.month import Month
from pipelines.commands.options import AsJson, Curated, Quiet, Raw, Site, ThisMonth, now, open_site
from pipelines.common.progress import Reporter, out

DEMO_MONTH = Month(2026, 3)


def run(
    month: ThisMonth,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    again: Annotated[
        bool, typer.Option("--again", help="The month is meant, though it was taken back or nothing was delivered")
    ] = False,
    engine: Annotated[
        Literal["duckdb", "spark"], typer.Option(help="Where the tables are kept and counted")
    ] = "duckdb",
    remote: Annotated[
        str | None, typer.Option(envvar="SPARK_REMOTE", help="Spark Connect server: sc://host:port")
    ] = None,
    lake: Annotated[str | None, typer.Option(help="Folder that the Spark cluster reads and writes")] = None,
) -> int:
    """Load, match, count, rank and publish a month. Steps whose inputs have not changed are not run again.

    With `--engine spark` the tables are in a folder of the cluster (`--lake`, once); later commands find them there.
    """
    from pipelines.commands.messages import print_run
    from pipelines.common.model import model_advice
    from pipelines.common.place import use_lake
    from pipelines.run import run_month

    wanted = Month.parse(month)
    place, report = open_site(site, curated, raw), Reporter(quiet=quiet or as_json)
    if engine == "spark":
        use_lake(place, remote, lake)
    outcome = run_month(place, wanted, now=now(), report=report, again=again)
    if as_json:
        out(json.dumps(outcome.as_json()))
    elif not quiet:
        print_run(outcome)
        if outcome.changed and len(place.months()) == 1:
            out(model_advice(place))
    return outcome.exit_code


def unattended(
    month: Annotated[str | None, typer.Argument(help="The month, as 2026-03 (default: the last one)")] = None,
    wait_until: Annotated[
        int, typer.Option(help="Day of the next month on which it runs with what is there", min=1, max=28)
    ] = 12,
    backup_to: Annotated[
        Path | None, typer.Option(help="Folder, which must exist, for a backup of each month", readable=False)
    ] = None,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
) -> int:
    """Run the month from a schedule, every day: wait for late files, back up, and end with 0 only if all is well.

    What has to be read or done is printed and ends with the code of 'hiu run': 3 once, 4 and others every day.
    """
    from pipelines.back.withdraw import withdrawn_month
    from pipelines.commands.messages import print_run
    from pipelines.run import REFUSED, WARNINGS, run_month
    from pipelines.unattended import awaited, back_up, outdated_lines, require_disk, unfit

    at, place = now(), open_site(site, curated, raw)
    wanted = Month.parse(month) if month else Month.of(at.date()) - 1
    until = (wanted + 1).start.replace(day=wait_until)
    require_disk(backup_to)
    if why := withdrawn_month(place, wanted):
        out(
            f"{wanted.title} was taken back for good {why}. Nothing was run, and the schedule never publishes it. "
            f"If it is to be published after all: hiu run {wanted} --again"
        )
        return 0
    waits, shown = awaited(place, wanted, at, until), place.published_folder(wanted)
    early = shown is None and at.date() < until
    refused, doubtful, lacking = unfit(place, wanted, at) if waits or early else ([], [], [])
    if waits := waits + lacking * early:
        late = any(each.startswith("a file of ") for each in waits)
        then = f"from {until} on it runs without late files" if late else "the next start of the schedule takes them"
        state = " is published already, and" if shown else ""
        out(f"{wanted.title}{state} waits for {'; '.join(waits)}. Nothing was run; {then}.")
        for line in refused:
            out(f"a run would refuse: {line}")
        for line in doubtful:
            out(f"warning: {line}")
        return REFUSED if refused else WARNINGS if doubtful else 0
    outcome = run_month(place, wanted, now=at, report=Reporter(quiet=True))
    print_run(outcome)
    for copy in back_up(place, backup_to, at):
        out(f"backup {copy.path}: {copy.files} files, read back and compared. SHA-256 {copy.sha256}")
    again = outdated_lines(place)
    for line in [] if outcome.changed else again:
        out(f"note: {line}")
    if not outcome.changed and outcome.exit_code == WARNINGS:
        out("These warnings were reported when the month was published; the code is 0.")
        return 0
    return outcome.exit_code or (WARNINGS if outcome.changed and again else 0)


def status(site: Site = None, raw: Raw = None, curated: Curated = None, as_json: AsJson = False) -> None:
    """Show what is published, what is waiting in the raw folder, and whether a run is in progress."""
    from pipelines.commands.messages import print_status

    print_status(open_site(site, curated, raw), as_json=as_json, now=now())


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put it")] = Path("demo"),
    people: Annotated[int, typer.Option(help="Invented people")] = 2000,
    months: Annotated[int, typer.Option(help="Months of drops")] = 42,
    seed: Annotated[int, typer.Option(help="The same seed gives the same area")] = 1,
    quiet: Quiet = False,
) -> int:
    """Make a small synthetic area, run everything on it, and print where the outputs are."""
    from hiu.synth.groups import write_groups, write_population
    from pipelines.commands.messages import print_demo, print_run
    from pipelines.common.place import published_tables
    from pipelines.run import run_month
    from pipelines.setup.area import make_area

    month, at, report = DEMO_MONTH, now(), Reporter(quiet=quiet)
    with report.stage("synth"):
        make_area(folder, people=people, months=months, seed=seed, last=str(month), now=at)
    place = open_site(folder)
    if place.published_folder(month) is None:
        report.say(f"{(month - 1).title}, so that the pack can say what changed since:")
        run_month(place, month - 1, now=at, report=report)
    report.say(f"{month.title}:")
    outcome = run_month(place, month, now=at, report=report)
    if outcome.published:
        tables = published_tables(outcome.published, ("people", "event_place"))
        write_groups(folder / "groups.csv", tables["people"]["person_id"])
        write_population(folder / "population.csv", tables["event_place"].filter(area="home")["borough"])
    if outcome.intake.refused or not quiet:
        print_run(outcome)
    if not quiet:
        print_demo(outcome, folder)
    return 1 if outcome.intake.refused else 0


COMMANDS = (demo, run, unattended, status)
