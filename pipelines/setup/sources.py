"""Mapping a source: a drafted TOML from an extract, and the expectation suites made of the sources."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shlex import quote

from hiu.errors import HiuError, InputRefused, SettingsError, UsageError
from hiu.extract.draft.mapping import checks_left, draft
from hiu.extract.draft.plan import KINDS
from hiu.extract.draft.table.sample import Query
from hiu.extract.files.find import find_deliveries, period_of, refuse_named
from hiu.extract.files.read import read_table
from hiu.extract.people_apart import one_person_a_row
from hiu.extract.standardise import standardise
from hiu.govern.basis.agreements import agreement_block, in_force
from hiu.model.units import EVENT, POINTS
from hiu.publish.words.text import count_of
from hiu.quality.suites import check_suites, site_sources, write_suites
from hiu.sources import load_sources, source_of
from hiu.sources.file import require_name
from pipelines.common.place import REPOSITORY, Place
from pipelines.common.progress import out

_SAVE_AS = "# Save as "


def draft_source(
    place: Place, name: str, file: Path, *, kind: str | None, save: bool, today: date, query: Query | None = None
) -> None:
    """Print a drafted TOML, or write it to the site's sources/ folder, never over another; then say what is left to do.

    `query` is what gave the file's rows, if a database did; `kind` what kind of table it is, if somebody says so.
    Raises UsageError for a name that no source can have and for another kind, InputRefused for a file that cannot be
    read.
    """
    require_name(name)
    if not file.is_file():
        raise UsageError(f"{file}: no such file; expected an extract to look at")
    base = load_sources().get(name)
    refuse_named("" if query else file.name, [base] if base else [])
    beside = [] if query else _beside(place, file)
    if kind is not None and (kind not in KINDS or base):
        if base:
            raise UsageError(f"the source '{name}' is shipped and is of kind {base.kind}: leave --kind out")
        raise UsageError(f"--kind {kind}: found no such kind of source; expected one of {', '.join(KINDS)}")
    text = draft(name, file, base, others=place.sources, beside=beside, query=query, kind=kind)
    text = text.replace(_SAVE_AS, f"{_set_aside(place, name, file, text)}{_SAVE_AS}", 1)
    target = place.home / "sources" / f"{name}.toml"
    if not save:
        out(text)
        out(f"# To keep it: the same command with --save writes {target}")
    else:
        _write(target, text)
        out(f"wrote {target}")
    site = f"--site {quote(str(place.home))}"  # a name that a shell would act on is pasted as a name
    looked_at = f"hiu fetch MONTH {site}" if query else f"hiu check {quote(str(file))} {site}"
    for line in _left(place, name, looked_at, text, today):
        out(line if save else f"# {line}".rstrip())


def _set_aside(place: Place, name: str, file: Path, text: str) -> str:
    """A line on how many rows a check of the draft as it stands would set aside; empty if none, and of a query."""
    from hiu.quality.check import check_delivery
    from hiu.quality.suites import suite

    called, settings = f"{file.parent.name}/{file.name}", place.settings
    try:
        source = source_of(text, name)
        bytes_, ratio = settings.max_file_bytes, settings.max_unzip_ratio
        raw = read_table(file, source, name=called, max_bytes=bytes_, max_ratio=ratio)
        raw = one_person_a_row(raw, source, name=called)
        ids = {"delivery_id": "draft", "source_file": called}
        done = standardise(raw, source, period=period_of(called, source), synthetic=settings.synthetic, **ids)
    except (InputRefused, SettingsError):
        return ""  # what is lacking is marked CHECK
    failed = check_delivery(done.records, suite(source), usual=None).failed
    codes = [*done.quarantine["code"], *failed["code"]]
    which = ", ".join(f"{n:,} for {code}" for code, n in Counter(codes).most_common())
    return f"# note: {len(codes):,} of {raw.received:,} rows would be set aside ({which})\n" if codes else ""


def _write(target: Path, text: str) -> None:
    if target.exists():
        raise HiuError(f"{target}: there already; it is not written over")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")


def _beside(place: Place, file: Path) -> list[Path]:
    """The other files that were delivered, or that lie in the same folder."""
    sweep = find_deliveries(place.raw, place.sources) if place.raw.is_dir() else None
    names = [*(each.name for each in sweep.deliveries), *sweep.unmatched] if sweep else []
    delivered = {place.raw / name for name in names}
    near = {path for path in file.parent.iterdir() if path.is_file() and not path.name.startswith((".", "~$"))}
    return sorted(path for path in delivered | near if path.resolve() != file.resolve())


def _left(place: Place, name: str, command: str, text: str, today: date) -> Iterator[str]:
    """How many lines are to be settled, what site.toml lacks for the source, and the next command."""
    checks = checks_left(text)
    marked = "is" if checks == 1 else "are"
    yield f"{count_of(checks, 'line')} of sources/{name}.toml {marked} marked CHECK: settle each."
    if not place.settings.synthetic and in_force(place.settings, name, today) is None:
        yield f"No sharing agreement for '{name}' is in force: its files are refused until site.toml has one:"
        yield from agreement_block(name, today).splitlines()
    counted = re.findall(rf"^\[counts\.({name})\]", text, re.MULTILINE)
    for dataset in counted:
        points = place.settings.rank.weights.by_dataset().get(dataset, POINTS[_unit(text, dataset)])
        worth = f"{points:g} point{'s' * (points != 1)}"
        yield f"In the ranking each {dataset} counts {worth}. To change that, write in site.toml:"
        yield from ("[rank.weights.extra]", f"{dataset} = 1.0")
    run = f": {command}" if "'" in command else f" '{command}'."
    yield f"Next: read the file, settle those lines, and run{run}"


def _unit(text: str, dataset: str) -> str:
    """What a draft counts a data set in."""
    count = tomllib.loads(text)["counts"][dataset]
    return str(count.get("unit", EVENT))


def make_suites(site: Path | None, *, check: bool) -> int:
    """Write the suites, or say which are out of date: the shipped sources', or a site's own in its folder."""
    shipped = load_sources()
    home = site or REPOSITORY
    if not (home / ("site.toml" if site else "expectations")).exists():
        raise UsageError(f"{home}: neither a site nor the repository. Name a site: 'hiu suites --site DIR'.")
    sources = site_sources(load_sources(site / "sources"), shipped) if site else shipped
    folder = home / "expectations"
    problems = check_suites(sources, folder)
    if check:
        for problem in problems:
            out(problem)
        out(f"{len(sources)} sources: {'suites are current' if not problems else 'run hiu suites'}")
        return 1 if problems else 0
    for path in write_suites(sources, folder):
        out(f"wrote {path}")
    return 0
