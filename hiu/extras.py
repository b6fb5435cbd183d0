"""The optional parts of the package: which modules an extra brings, and what is said where one is not installed.

An extra is loaded only inside a function that uses it, so that everything else works without it. A command that cannot
do without one says so before it does anything (`pipelines/commands/needs.py`).
"""

from importlib.util import find_spec

from hiu.errors import SettingsError

DISTRIBUTION = "hiu-groups"
EXTRAS = {
    "gate": ("great_expectations", "pandas"),
    "papers": ("PIL", "pikepdf", "pptx", "typst"),
    "notebooks": ("anywidget", "jupyterlab", "jupytext", "nbconvert", "nbformat", "papermill", "traitlets"),
    "keyring": ("keyring",),
    "postgres": ("adbc_driver_manager", "adbc_driver_postgresql"),
    "odbc": ("arrow_odbc",),
    "network": ("bitarray", "nacl", "pprl_core", "rbcl"),
    "spark": ("pyspark",),
}
"""Extra -> the modules of it that are imported here."""


class MissingExtra(SettingsError):
    """What was asked for needs an extra that is not installed; `extras` names it, or several."""

    def __init__(self, *extras: str) -> None:
        self.extras, one = extras, len(extras) == 1
        names = ", ".join(f"'{name}'" for name in extras)
        super().__init__(
            f"this needs the extra{'' if one else 's'} {names} of {DISTRIBUTION}, which {'is' if one else 'are'} not "
            f"installed. Add {DISTRIBUTION}[{','.join(extras)}] from a wheelhouse or the lock, by hash: docs/install.md"
        )


def installed(extra: str) -> bool:
    """Whether every module of an extra can be imported; none is loaded by asking."""
    return all(find_spec(module) for module in EXTRAS[extra])


def require(*extras: str) -> None:
    """Raises MissingExtra naming those that are not installed."""
    if missing := [extra for extra in extras if not installed(extra)]:
        raise MissingExtra(*missing)


def missing_extra(error: ModuleNotFoundError) -> MissingExtra | None:
    """The extra that would have brought a module which was not found; None if no extra brings it."""
    top = (error.name or "").partition(".")[0]
    found = [extra for extra, modules in EXTRAS.items() if top in modules]
    return MissingExtra(*found) if found else None
