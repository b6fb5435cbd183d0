"""The login that a process runs under, as the system has it (no variable of the environment can change it), and what
its roles let it do, where `[roles]` of site.toml gives it any.

Roles are a guard against mistakes and against signing for oneself, not a wall: whoever owns the site's files can edit
site.toml. Between accounts of a server the rights of its files are the wall.
"""

import os
import sys
from collections.abc import Mapping

from hiu.errors import HiuError
from hiu.settings import Settings


def login() -> str:
    """The name of the account; `uid-1000` where the system has no name for it."""
    if sys.platform == "win32":
        return _windows()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def _windows() -> str:
    import ctypes

    size = ctypes.c_ulong(257)  # the longest name Windows allows, and its end
    name = ctypes.create_unicode_buffer(size.value)
    ask = ctypes.windll.advapi32.GetUserNameW  # type: ignore[attr-defined]
    return name.value if ask(name, ctypes.byref(size)) else "unknown"


EVERYBODY = ("status", "init", "demo", "synth", "suites")
"""Commands that show and change nothing of anybody's."""

COMMANDS_OF: Mapping[str, tuple[str, ...]] = {
    "analyst": (
        "check", "new", "explain", "find", "review", "decide", "train", "export", "report", "lab", "backtest",
        "evaluate", "sensitivity", "equality", "trend", "cost", "places", "desk", "s136", "missing", "offers",
        "mart",
    ),
    "chair": ("meet", "import-workbook", "trend", "evaluate", "desk", "s136", "missing", "offers", "senior"),
    "clinician": ("sheet", "meet", "import-workbook"),
    "operator": (
        "run", "unattended", "check", "new", "connect", "fetch", "undo", "rollback", "withdraw", "backup", "restore",
        "verify", "export",
    ),
    "officer": (
        "basis", "consent", "disclose", "hold", "retain", "erase", "key", "verify", "audit", "reads", "equality",
        "withdraw", "restore", "backup", "subject", "rectify", "requests", "breaches", "governance",
        "assurance", "cross", "compare",
    ),
    "checker": ("release", "verify", "cross", "compare"),
}  # fmt: skip
"""Role -> the commands it may give; a command that no role names is the officer's."""

LIBRARY: Mapping[str, str] = {
    "hiu.open": "explain",
    "show_names": "explain",
    "review.decide": "decide",
    "review.undo": "decide",
}
"""What the library does -> the command that does the same, and so is for the same roles. Every look (people, timeline,
sql ...) hangs on what `hiu.open` gives."""


def roles_of(settings: Settings, who: str) -> tuple[str, ...]:
    """The roles of a login; none where it has none. Windows writes a login in any case."""
    named = {login.casefold(): roles for login, roles in settings.roles.items()}
    return named.get(who.casefold(), ())


def may(settings: Settings, who: str, command: str) -> bool:
    """Whether a login may give a command: always where the site has no roles."""
    if not settings.roles or command in EVERYBODY:
        return True
    return bool(set(roles_of(settings, who)) & set(needed(command)))


def needed(command: str) -> tuple[str, ...]:
    """The roles of which one is needed for a command, or for what the library does."""
    asked = LIBRARY.get(command, command)
    return tuple(role for role, commands in COMMANDS_OF.items() if asked in commands) or ("officer",)


def require_role(settings: Settings, who: str, command: str) -> None:
    """Raises HiuError naming the role that is needed."""
    if not may(settings, who, command):
        own = ", ".join(roles_of(settings, who)) or "none"
        what = command if command in LIBRARY else f"hiu {command}"
        raise HiuError(
            f"'{what}' is for {' or '.join(needed(command))}; the login '{who}' has the role: {own}. The "
            "refusal is in the audit log. Roles are under [roles] in site.toml (docs/governance.md)"
        )


def require_other(settings: Settings, who: str, maker: str | None, what: str) -> None:
    """Raises HiuError if the login that made something is to check it too; where the site has no roles names decide."""
    if settings.roles and maker is not None and who.casefold() == maker.casefold():
        raise HiuError(f"{what} was made by the login '{maker}', so another login has to check it")
