"""Errors a person can put right, each with the exit code the command line ends with.

Anything else that is raised is a bug. Messages name file, row, column, what was found and what was
expected; they never hold a patient's value unless the caller is shown that value anyway.
"""

from collections.abc import Collection, Sequence

from hiu.plain import plain


class HiuError(Exception):
    """A problem that a person can put right. Exit code 1."""

    exit_code = 1

    def __str__(self) -> str:
        return plain(super().__str__())


class UsageError(HiuError):
    """The command, a name or a setting was wrong. Exit code 2."""

    exit_code = 2


class SettingsError(UsageError):
    """A site.toml or source TOML that can't be used: names the file, the key, and what was expected."""


class InputRefused(HiuError):
    """A delivery that may not or cannot be loaded as a whole. Exit code 4.

    `code` is a short stable word for logs (they hold codes, never values); file, row and column
    say where, as far as known; `problem` is the message without them.
    """

    exit_code = 4

    def __init__(
        self, code: str, message: str, *, file: str | None = None, row: int | None = None, column: str | None = None
    ) -> None:
        where = ", ".join(
            part for part in (file, None if row is None else f"row {row}", column and f"column '{column}'") if part
        )
        super().__init__(f"{where}: {message}" if where else message)
        self.code, self.file, self.row, self.column, self.problem = code, file, row, column, message


class LookRefused(HiuError):
    """No basis lets the asker see the person for the purpose they named; it is logged."""

    def __init__(self, message: str, people: Collection[str] = ()) -> None:
        super().__init__(message)
        self.people = frozenset(people)


class ContradictoryDecision(HiuError):
    """A decision that earlier ones rule out; `chain` holds the identities that say so."""

    def __init__(self, message: str, chain: list[str]) -> None:
        super().__init__(message)
        self.chain = chain


def grouped(refused: Sequence[InputRefused]) -> list[str]:
    """Each refusal as a sentence, in order; those that differ in the file alone as one, with the names of the files."""
    alike: dict[tuple[object, ...], list[InputRefused]] = {}
    for one in refused:
        alike.setdefault((one.code, one.problem, one.row, one.column), []).append(one)
    return [_as_one(group) for group in alike.values()]


def _as_one(group: list[InputRefused]) -> str:
    first, *more = group
    if not more or first.file is None:
        return str(first)
    files = ", ".join(str(one.file) for one in group)
    return f"{len(group)} files for the same reason ({files}): {str(first).removeprefix(first.file).lstrip(':, ')}"


class Busy(HiuError):
    """Another run holds the site. Exit code 5."""

    exit_code = 5
