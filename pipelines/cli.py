"""The command line: the application, made of the commands in pipelines/commands, and how each of them ends.

Heavy imports are inside the commands, so that `hiu --help` answers at once.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from hiu.errors import HiuError
from hiu.extras import missing_extra, require
from hiu.govern.rights import close_new_files
from hiu.plain import plain
from hiu.version import VERSION
from pipelines.commands import back, matching, month, network, outputs, pathway, reports, setup
from pipelines.commands.govern import basis, looks, person, registers, safeguards
from pipelines.commands.needs import NEEDS
from pipelines.common.progress import out

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

SUBJECTS = {
    "Set up and try": setup,
    "Each month": month,
    "Who is who": matching,
    "What people are handed": outputs,
    "Reports on a published month": reports,
    "The crisis pathway": pathway,
    "Ways back": back,
    "Basis, consent, disclosure, retention": basis,
    "Safeguards": safeguards,
    "Who looked, and what was done": looks,
    "One person's rights": person,
    "Registers and assurance": registers,
    "Other areas": network,
}
"""Title -> commands about one subject, in the order in which `hiu --help` shows them."""
COMMANDS: tuple[Callable[..., int | None], ...] = tuple(job for part in SUBJECTS.values() for job in part.COMMANDS)
"""Every command; it is called as its function is."""


def _called(job: Callable[..., int | None]) -> str:
    return job.__name__.replace("_", "-")


class _BySubject(TyperGroup):
    """The help of the whole: commands under the titles of their subjects, each on a line of its own."""

    def format_commands(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write the commands of each subject under its title."""
        widest = max(map(len, self.commands))
        for title, part in SUBJECTS.items():
            names = [_called(job).ljust(widest) for job in part.COMMANDS]
            room = formatter.width - widest - 6
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name.strip()].get_short_help_str(room)) for name in names])


app = typer.Typer(
    cls=_BySubject,
    help="Ranked lists and charts for High Intensity User Groups, from four agencies' extracts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from pipelines.common.fingerprint import build

        out(f"hiu {VERSION}, build {build()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and the build", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """The options that stand before any command."""


def _ends_with_code(job: Callable[..., int | None]) -> Callable[..., None]:
    """A command whose errors end with their exit code and one clear message; a bug is named by type only."""

    @wraps(job)
    def run(**kwargs: object) -> None:
        close_new_files()
        as_json = bool(kwargs.get("as_json"))
        try:
            code = _guarded(job, kwargs) or 0
        except HiuError as error:
            _fail(str(error), error.exit_code, as_json)
        except BrokenPipeError:
            # the reader of a pipe (head, more) has seen enough
            sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
            raise typer.Exit(0) from None
        except KeyboardInterrupt:
            _fail("stopped by the keyboard; run the same command again to go on", 1, False)
        except typer.Abort:
            _fail("stopped: a question was not answered", 1, False)
        except BaseException as error:  # a panic of Polars is no Exception
            if os.environ.get("HIU_DEBUG") or isinstance(error, SystemExit):
                raise
            # the text of an unexpected error may hold a patient's values
            fault = f"a fault in hiu: {type(error).__name__} at {_where(error)}."
            _fail(f"{fault} Set HIU_DEBUG=1 to see it whole (it may show patients' values).", 1, as_json)
        else:
            raise typer.Exit(code)

    return run


def _guarded(job: Callable[..., int | None], given: dict[str, object]) -> int | None:
    from pipelines.access.guard import guarded
    from pipelines.commands.options import now
    from pipelines.common.lock import disk_error

    name = _called(job)
    require(*NEEDS.get(name, ()))
    try:
        return guarded(job, name, given, now())
    except PermissionError as error:
        raise disk_error(error, Path("a file of the site")) from None
    except ModuleNotFoundError as error:
        raise missing_extra(error) or error from None


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "an unknown place"


def _fail(message: str, code: int, as_json: bool) -> None:
    sys.stderr.write(f"hiu: {plain(message)}\n")
    if as_json:
        out(json.dumps({"exit": code, "error": message}))
    raise typer.Exit(code)


for _command in COMMANDS:
    app.command(_called(_command))(_ends_with_code(_command))

if __name__ == "__main__":
    app()
