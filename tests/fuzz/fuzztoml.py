"""Damaged mappings and settings: refused by us, or believed and then used on a file without a fault."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

from fuzzkit import csv_bytes, mutate, shipped, table, taken

from hiu.errors import HiuError, SettingsError
from hiu.extract.files.find import find_deliveries
from hiu.settings import load
from hiu.sources import Source, load_sources


def one_toml(seed: int, folder: Path) -> str:
    """A mapping or a site.toml, damaged as text or with values of other kinds in it; read, and used on a file."""
    random_ = random.Random(f"toml {seed}")
    sources = folder / "sources"
    sources.mkdir(exist_ok=True)
    (folder / "drops" / "2026-03").mkdir(parents=True, exist_ok=True)
    (folder / "drops" / "2026-03" / "x 26-3 Mar.csv").touch()
    name = random_.choice(sorted(shipped()))
    path, site = sources / f"{name}.toml", random_.random() < 0.2
    if site:
        path = folder / "site.toml"
        text = _site_text()
    else:
        text = _source_text(name) if random_.random() < 0.7 else f'extends = "{name}"\n[file]\npattern = "x*"\n'
    for _ in range(random_.randrange(4)):
        text = reworded(text, random_)
    data = text.encode("utf-8", errors="surrogatepass")
    path.write_bytes(mutate(data, random_, most=2) if random_.random() < 0.4 else data)
    try:
        if site:
            load(path)
            return "settings read"
        source = load_sources(sources).get(name)
        find_deliveries(folder / "drops", {name: source} if source else {})
    except SettingsError as error:
        assert name in str(error) or path.name in str(error), "a refusal that does not say which source"
        return "refused: settings"
    finally:
        path.unlink()
    if source is None:
        return "mapping read, under another name or switched off"
    return f"mapping read, {used(source, random_, folder)}"


def used(source: Source, random_: random.Random, folder: Path) -> str:
    """A damaged mapping that was believed: a file read by it is refused, or every row told; never a fault."""
    path = folder / "fuzz.csv"
    path.write_bytes(csv_bytes(table(shipped().get(source.name, source), random_), random_))
    try:
        return taken(path, source, path.read_bytes())
    except HiuError as error:
        return f"refused: {type(error).__name__}"


@cache
def _source_text(name: str) -> str:
    from importlib import resources

    return resources.files("hiu.sources").joinpath(f"{name}.toml").read_text(encoding="utf-8")


@cache
def _site_text() -> str:
    from datetime import date

    from hiu.govern.init import site_toml

    text = site_toml(name="Fuzz", synthetic=True, today=date(2026, 4, 8), sources=sorted(shipped()))
    return re.sub(r"^# (?=[a-z_]+ = |\[)", "", text, flags=re.MULTILINE)


VALUES = (
    "0",
    "-1",
    "1e400",
    "nan",
    "inf",
    '""',
    '"("',
    '"(?P<year>"',
    '"[\\\\d+"',
    "[]",
    "{}",
    "true",
    "2026-03-01",
    '"%Q"',
    '["a", 1]',
    '[["a"]]',
    '"\\u0000"',
    "99999999999999999999",
    '"../x"',
    '"**"',
    '"utf-7"',
    '"idna"',
    '"{x}"',
    '"\\n"',
    '";"',
    '"ab"',
    '{ a = "b" }',
    "[{}]",
)
"""What is put in place of a value."""


def reworded(text: str, random_: random.Random) -> str:
    """One line of a TOML with another value, another key, twice, or gone."""
    lines = text.splitlines()
    at = random_.randrange(len(lines))
    key, equals, _ = lines[at].partition("=")
    what = random_.randrange(5)
    if what in (0, 1) and equals:
        lines[at] = f"{key}= {random_.choice(VALUES)}"
    elif what == 2:
        lines.insert(at, lines[random_.randrange(len(lines))])
    elif what == 3:
        del lines[at]
    elif equals:
        lines[at] = f"{random_.choice(['name', 'extends', 'enabled', 'x', 'kind', 'type'])} = {random_.choice(VALUES)}"
    return "\n".join(lines) + "\n"
