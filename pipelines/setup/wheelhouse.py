"""A wheelhouse: a folder with every wheel that a machine without internet needs, and their pins.

`python -m pipelines.setup.wheelhouse windows --extras run,notebooks` makes it on any machine that reaches the package
index, for another as well: what is downloaded is for the platform named, by hash, and never built here.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from hiu.errors import HiuError
from hiu.extras import DISTRIBUTION
from pipelines.common.progress import out
from pipelines.setup.platforms import PLATFORMS, PYTHONS, ROOT, pins, platform

PINS = "requirements.txt"
INSTALL = f"python -m pip install --no-index --find-links . --require-hashes -r {PINS}"


def make_wheelhouse(name: str, python: str, extras: str, folder: Path) -> Path:
    """Make the folder anew: wheels of the platform, the product's own, and `requirements.txt` with all their hashes.

    Raises UsageError for a platform there is not, HiuError where a wheel is missing or cannot be downloaded.
    """
    tags = platform(name).tags
    wanted = pins(name, python, extras)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / PINS).write_text(wanted, encoding="utf-8", newline="\n")
    kinds = [part for tag in tags for part in ("--platform", tag)]
    of = [*kinds, "--python-version", python, "--implementation", "cp", "--only-binary", ":all:", "--no-deps"]
    _pip("download", *of, "--require-hashes", "-r", str(folder / PINS), "-d", str(folder))
    _pip("wheel", "-w", str(folder), "--no-deps", "--no-build-isolation", "--no-index", str(ROOT))
    (own,) = folder.glob(f"{DISTRIBUTION.replace('-', '_')}-*.whl")
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    head = f"# {name}, Python {python}, extras: {extras or 'none'}. In this folder:\n# {INSTALL}\n"
    line = f"{DISTRIBUTION}=={own.name.split('-')[1]} --hash=sha256:{digest}\n"
    (folder / PINS).write_text(f"{head}{line}{wanted}", encoding="utf-8", newline="\n")
    return folder


def _pip(*line: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *line]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise HiuError(f"pip {line[0]}: {done.stderr.strip()}")


def main() -> None:
    """Read the command line, make the folder, and say what is in it and how it is installed."""
    parser = argparse.ArgumentParser(prog="make wheelhouse", description="Wheels for a machine without internet")
    parser.add_argument("platform", choices=sorted(PLATFORMS))
    parser.add_argument("--extras", default="run", help="by comma; '' is the core alone")
    parser.add_argument("--python", default=f"{sys.version_info.major}.{sys.version_info.minor}", choices=PYTHONS)
    parser.add_argument("--out", type=Path, help="default: dist/wheelhouse-PLATFORM")
    given = parser.parse_args()
    folder = make_wheelhouse(
        given.platform, given.python, given.extras, given.out or ROOT / "dist" / f"wheelhouse-{given.platform}"
    )
    wheels = list(folder.glob("*.whl"))
    size = sum(wheel.stat().st_size for wheel in wheels) / 1e6
    out(f"{folder}: {len(wheels)} wheels, {size:,.0f} MB, for Python {given.python}. There: {INSTALL}")


if __name__ == "__main__":
    main()
