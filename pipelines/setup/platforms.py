"""The platforms and Pythons that the product is installed on, and what is pinned for each of them.

`python -m pipelines.setup.platforms` asks the package index whether each has a wheel of everything: nothing may need a
compiler. It stands on uv, which `make env` installs, and on the lock of what runs.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from hiu.errors import HiuError, UsageError
from pipelines.common.progress import out

ROOT = Path(__file__).resolve().parents[2]
LOCK = "requirements-runtime.lock"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
EVERYTHING = "all"


@dataclass(frozen=True)
class Platform:
    """A kind of machine: its name for uv, and the tags of wheels that it takes."""

    uv: str
    tags: tuple[str, ...]


def _linux(machine: str) -> Platform:
    """From glibc 2.28 on (Debian 10, RHEL 8, Ubuntu 20.04)."""
    tags = tuple(f"manylinux_2_{minor}_{machine}" for minor in range(28, 4, -1))
    return Platform(f"{machine}-manylinux_2_28", (*tags, f"manylinux2014_{machine}"))


PLATFORMS = {
    "windows": Platform("x86_64-pc-windows-msvc", ("win_amd64",)),
    "macos": Platform("aarch64-apple-darwin", ("macosx_15_0_arm64",)),
    "linux": _linux("x86_64"),
    "linux-arm": _linux("aarch64"),
}
"""Name -> platform. macOS is 15 or later on Apple silicon: papers need pikepdf, which has wheels for no other."""

_MACOS = "15.0"


def platform(name: str) -> Platform:
    """Raises UsageError naming those there are."""
    if name not in PLATFORMS:
        raise UsageError(f"'{name}' is no platform. There are: {', '.join(PLATFORMS)}")
    return PLATFORMS[name]


def pins(name: str, python: str, extras: str = EVERYTHING) -> str:
    """Requirements of the product with extras, pinned by the lock of what runs, with hashes, for one platform alone.

    Raises UsageError for a platform there is not, HiuError in uv's words where something has no wheel there.
    """
    chosen = [part for extra in extras.split(",") if extra for part in ("--extra", extra.strip())]
    asked = ["--python-platform", platform(name).uv, "--python-version", python, "--only-binary", ":all:"]
    form = ["--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", "--quiet"]
    command = ["uv", "pip", "compile", "pyproject.toml", *chosen, *asked, *form, "--constraint", LOCK]
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": _MACOS},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise HiuError(f"{name}, Python {python}: {done.stderr.strip()}")
    return done.stdout


def resolve(names: tuple[str, ...] = tuple(PLATFORMS), pythons: tuple[str, ...] = PYTHONS) -> list[str]:
    """Ask for each platform and Python in turn, saying how many packages it takes; what could not be resolved."""
    failed = []
    for name in names:
        for python in pythons:
            try:
                count = pins(name, python).count("==")
                out(f"{name}, Python {python}: {count} packages, each with a wheel")
            except HiuError as error:
                failed.append(str(error))
                out(str(error))
    return failed


if __name__ == "__main__":
    sys.exit(1 if resolve() else 0)
