"""Nothing of one operating system: no POSIX-only module or call, no encoding or line end left to the system."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from parsed import tree as tree_of

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted([*(ROOT / "hiu").rglob("*.py"), *(ROOT / "pipelines").rglob("*.py")])
MODULES = {"fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "curses", "syslog", "spwd", "crypt", "readline"}
CALLS = {
    "os.fork",
    "os.forkpty",
    "os.getuid",
    "os.geteuid",
    "os.getgid",
    "os.getpgid",
    "os.setsid",
    "os.killpg",
    "os.kill",
    "os.chown",
    "os.mkfifo",
    "os.uname",
    "os.symlink",
    "os.link",
    "os.system",
    "os.popen",
    "signal.SIGKILL",
    "signal.alarm",
    "signal.SIGHUP",
    "time.tzset",
    "os.path.join",
    "os.sep",
}
LAST = {call.rpartition(".")[2] for call in CALLS}
TEXT = {"read_text", "write_text"}


def problems(tree: ast.AST) -> list[str]:
    """What of a module would not do elsewhere, with its line."""
    found, elsewhere = [], _elsewhere(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (what := _text(node)):
            found.append(f"{node.lineno}: {what}")
        if node in elsewhere:
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            found += [f"{node.lineno}: import {name}" for name in names if name.split(".")[0] in MODULES]
        elif isinstance(node, ast.Attribute) and node.attr in LAST and ast.unparse(node) in CALLS:
            found.append(f"{node.lineno}: {ast.unparse(node)}")
    return found


def _elsewhere(tree: ast.AST) -> set[ast.AST]:
    """What Windows never reaches: of a function that begins by returning there, all that follows."""
    rest: set[ast.AST] = set()
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        first, *after = function.body[ast.get_docstring(function) is not None :] or [ast.Pass()]
        if not isinstance(first, ast.If) or not isinstance(first.body[-1], ast.Return):
            continue
        if ast.unparse(first.test) == "sys.platform == 'win32'":
            rest |= {node for statement in after for node in ast.walk(statement)}
    return rest


def _text(call: ast.Call) -> str | None:
    """A text file opened without saying its encoding, or written without saying its line end."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    said = {word.arg for word in call.keywords}
    if name in TEXT and not {"encoding"} <= said:
        return f"{name} without encoding"
    if name == "write_text" and "newline" not in said:
        return "write_text without newline"
    if name == "open" and "encoding" not in said and not _not_text(call):
        return "open without encoding"
    return None


def _not_text(call: ast.Call) -> bool:
    """Opened as bytes (a mode with b), or an `open` that is not a file's (a module's function of that name)."""
    modes = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    modes += [
        str(word.value.value) for word in call.keywords if word.arg == "mode" and isinstance(word.value, ast.Constant)
    ]
    of = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    return any("b" in mode for mode in modes) or of in ("os", "hiu", "zipfile", "archive", "webbrowser", "pikepdf")


def test_every_module_is_portable() -> None:
    assert len(FILES) > 400
    found = {path.relative_to(ROOT).as_posix(): problems(tree_of(path)) for path in FILES}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import fcntl",
        "from os import path\nos.fork()",
        "p.write_text('x', encoding='utf-8')",
        "p.read_text()",
        "open('x')",
        "p.open('w')",
        "os.path.join(a, b)",
        "def f():\n    if sys.platform == 'linux':\n        return\n    os.fork()",
        "def f():\n    if sys.platform == 'win32':\n        g()\n    os.fork()",
        "def f():\n    if sys.platform == 'win32':\n        return\n    open('x')",
    ],
)
def test_what_is_not_portable_would_be_found(code: str) -> None:
    assert problems(ast.parse(code)) != []


def test_what_windows_never_reaches_is_portable() -> None:
    code = "def f():\n    'Who.'\n    if sys.platform == 'win32':\n        return g()\n    import pwd\n    os.getuid()"
    assert problems(ast.parse(code)) == []


def test_no_file_name_is_one_that_windows_refuses() -> None:
    names = [
        path.relative_to(ROOT).as_posix()
        for folder in ("hiu", "pipelines", "docs", "expectations", "tests")
        for path in (ROOT / folder).rglob("*")
    ]
    reserved = re.compile(r'(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.|/|$)|[<>:"|?*\\]|[. ](/|$)', re.IGNORECASE)
    assert [name for name in names if reserved.search(name)] == []
    folded: dict[str, str] = {}
    clash = [name for name in names if folded.setdefault(name.casefold(), name) != name]
    assert clash == []


def locked(name: str) -> list[str]:
    """The packages of a lock, a line each with its hashes."""
    lines = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    assert [line for line in lines if "://" in line or line.startswith(("-i", "--index", "--extra", "-e"))] == []
    return [line for line in lines if line and not line.lstrip().startswith("#")]


def test_the_lock_pins_every_package_by_hash_and_names_no_server() -> None:
    develop, run = locked("requirements.lock"), locked("requirements-runtime.lock")
    form = re.compile(r"[\w.\[\],-]+==\S+ .*--hash=sha256:[0-9a-f]{64}")
    assert len(develop) > 150 and [line[:60] for line in (*develop, *run) if not form.match(line)] == []
    pins = [{line.split()[0] for line in packages} for packages in (develop, run)]
    assert pins[1] < pins[0], "what runs is what was tested"
    assert {pin.partition("==")[0] for pin in pins[1]}.isdisjoint({"pytest", "mypy", "ruff", "playwright", "uv"})
