"""The command line. Heavy imports are inside the commands, so that `hiu --help` answers at once."""

import json
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from hiu.errors import HiuError
from hiu.govern.rights import close_new_files
from pipelines.commands.back import add_back
from pipelines.commands.govern import add_govern
from pipelines.commands.matching import add_matching
from pipelines.commands.notebooks import add_notebooks
from pipelines.commands.options import AsJson, Curated, OnMonth, Quiet, Raw, Site
from pipelines.commands.outputs import add_outputs
from pipelines.commands.papers import add_papers
from pipelines.commands.reports import add_reports
from pipelines.common.progress import Reporter, out

app = typer.Typer(
    help="Ranked lists and charts for High Intensity User Groups, from four agencies' extracts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def command(**options: Any) -> Callable[[Callable[..., int | None]], Callable[..., None]]:
    """A command whose errors end with their exit code and one clear message; a bug is named by type only."""

    def register(job: Callable[..., int | None]) -> Callable[..., None]:
        @app.command(**options)
        @wraps(job)
        def run(*args: Any, **kwargs: Any) -> None:
            close_new_files()
            try:
                code = job(*args, **kwargs) or 0
            except HiuError as error:
                _fail(str(error), error.exit_code, kwargs.get("as_json", False))
            except BrokenPipeError:
                # the reader of a pipe (head, more) has seen enough
                sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
                raise typer.Exit(0) from None
            except KeyboardInterrupt:
                _fail("stopped by the keyboard; run the same command again to go on", 1, False)
            except Exception as error:
                if os.environ.get("HIU_DEBUG"):
                    raise
                # the text of an unexpected error may hold a patient's values
                where = _where(error)
                _fail(
                    f"a fault in hiu: {type(error).__name__} at {where}. Set HIU_DEBUG=1 to see it whole "
                    "(it may show patients' values).",
                    1,
                    kwargs.get("as_json", False),
                )
            else:
                raise typer.Exit(code)

        return run

    return register


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "an unknown place"


def _fail(message: str, code: int, as_json: bool) -> None:
    sys.stderr.write(f"hiu: {message}\n")
    if as_json:
        out(json.dumps({"exit": code, "error": message}))
    raise typer.Exit(code)


def _reporter(quiet: bool, as_json: bool = False) -> Reporter:
    logging.getLogger("py4j").setLevel(logging.ERROR)
    return Reporter(quiet=quiet or as_json)


@command()
def init(
    folder: Annotated[Path, typer.Argument(help="A folder to make")],
    name: Annotated[str, typer.Option(help="The area's name")] = "Our area",
    synthetic: Annotated[bool, typer.Option(help="For invented people only")] = False,
) -> None:
    """Make a site: folders with owner-only rights, site.toml, a key, and agreements to fill in."""
    from hiu.govern.init import init_site
    from hiu.sources import load_sources

    for path in init_site(folder, name=name, synthetic=synthetic, today=_now().date(), sources=sorted(load_sources())):
        out(f"made {path}")
    out(f"Next: fill in the agreements in {folder / 'site.toml'}, then 'hiu check FILE --site {folder}'.")


@command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put it")] = Path("demo"),
    people: Annotated[int, typer.Option(help="Invented people")] = 2000,
    months: Annotated[int, typer.Option(help="Months of drops")] = 42,
    seed: Annotated[int, typer.Option(help="The same seed gives the same area")] = 1,
    quiet: Quiet = False,
) -> int:
    """Invent a small area, run everything on it, and say where the outputs are."""
    from pipelines.setup.demo import run_demo

    return run_demo(folder, people=people, months=months, seed=seed, now=_now(), report=_reporter(quiet))


@command()
def run(
    month: Annotated[str, typer.Argument(help="The month, as 2026-03")],
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Take in, match, count, rank and publish a month; what is unchanged is not done again."""
    from hiu.month import Month
    from pipelines.common.place import open_place
    from pipelines.govern.told import tell
    from pipelines.run import run_month

    wanted = Month.parse(month)
    place = open_place(site, raw=raw, curated=curated)
    outcome = run_month(place, wanted, now=_now(), report=_reporter(quiet, as_json))
    if as_json:
        out(json.dumps(outcome.as_json()))
    elif not quiet:
        tell(outcome)
    return outcome.exit_code


@command()
def check(
    file: Annotated[Path, typer.Argument(help="A delivery")],
    source: Annotated[str | None, typer.Option(help="Its source (default: by its name)")] = None,
    site: Site = None,
    as_json: AsJson = False,
) -> int:
    """Say what of a file would load, what would not, and why. Nothing is loaded."""
    from pipelines.common.place import open_place
    from pipelines.setup.check import check_file

    return check_file(open_place(site), file, source, as_json=as_json)


@command()
def new(
    source: Annotated[str, typer.Argument(help="A shipped source, or a new name")],
    file: Annotated[Path, typer.Argument(help="An extract to look at")],
    site: Site = None,
    save: Annotated[bool, typer.Option(help="Write it to the site's sources/ folder")] = False,
) -> None:
    """Draft the mapping of a source from a file: headers are matched by likeness and by their values."""
    from pipelines.common.place import open_place
    from pipelines.setup.check import draft_source

    draft_source(open_place(site), source, file, save=save)


@command()
def status(site: Site = None, raw: Raw = None, curated: Curated = None, as_json: AsJson = False) -> int:
    """What is published, what waits in the raw folder, and whether a run is going on."""
    from pipelines.common.place import open_place
    from pipelines.govern.told import tell_status

    return tell_status(open_place(site, raw=raw, curated=curated), as_json=as_json, now=_now())


@command()
def explain(
    what: Annotated[str, typer.Argument(help="A person id, or two identity ids joined by a comma")],
    month: OnMonth = None,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    show_names: Annotated[bool, typer.Option(help="Show names; it is logged")] = False,
    chart: Annotated[Path | None, typer.Option(help="Of a pair: draw it to this .svg or .png")] = None,
) -> None:
    """Why a person is where they are: rank, months, the source rows, and what joined them."""
    from pipelines.common.place import open_place
    from pipelines.matching.explain import explain as tell
    from pipelines.matching.explain import explain_two

    if "," in what:
        explain_two(open_place(site, raw=raw, curated=curated), what, show_names=show_names, chart=chart, now=_now())
        return
    tell(open_place(site, raw=raw, curated=curated), what, month, show_names=show_names, now=_now())


@command()
def find(
    query: Annotated[str, typer.Argument(help="Name, alias, part of a date of birth, postcode or id")],
    month: OnMonth = None,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    show_names: Annotated[bool, typer.Option(help="Show names; it is logged")] = False,
) -> None:
    """Find people by a rough name, alias, date of birth, postcode or id."""
    from pipelines.common.place import open_place
    from pipelines.matching.explain import find as search

    search(open_place(site, raw=raw, curated=curated), query, month, show_names=show_names, now=_now())


@command()
def verify(
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    canary: Annotated[bool, typer.Option("--canary", help="Sweep for names and numbers where none may be")] = False,
) -> int:
    """Check the audit chain, every published file, records, releases, and the rows of every delivery."""
    from pipelines.common.place import open_place
    from pipelines.govern.verify import tell_verified

    return tell_verified(open_place(site, raw=raw, curated=curated), canary=canary)


@command()
def suites(
    check: Annotated[bool, typer.Option("--check", help="Only say whether they are current")] = False, site: Site = None
) -> int:
    """Write the expectation suites from the model and the sources, or prove the committed ones current."""
    from pipelines.setup.check import suites_of

    return suites_of(site, check=check)


@command()
def synth(
    folder: Annotated[Path, typer.Argument(help="Where to put it")],
    people: Annotated[int, typer.Option(help="Invented people")] = 2000,
    months: Annotated[int, typer.Option(help="Months of drops")] = 24,
    seed: Annotated[int, typer.Option(help="The same seed gives the same area")] = 1,
    last: Annotated[str, typer.Option(help="The last month")] = "2026-03",
) -> None:
    """Invent an area: a site with its drops and the truth about them."""
    from pipelines.setup.demo import make_area

    made = make_area(folder, people=people, months=months, seed=seed, last=last, now=_now())
    out(f"made {folder}: {made}")


@command()
def lab(site: Site = None) -> int:
    """Open JupyterLab on the notebooks, with everything that calls out switched off."""
    from pipelines.setup.lab import start_lab

    return start_lab(site)


def _now() -> datetime:
    return datetime.now(UTC)


add_reports(command)
add_papers(command)
add_outputs(command)
add_matching(command)
add_back(command)
add_notebooks(command)
add_govern(command)


if __name__ == "__main__":
    app()
