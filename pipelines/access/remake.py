"""A published folder made anew under its own name, without some people: by an erasure, and once somebody forbids it.

Objections, restrictions and withdrawn leave hold for the files that were published before them as well: every run that
is kept, the one shown and those that could be rolled back to, is made again from its own tables without these people.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from hiu.disk import move, write_whole
from hiu.errors import HiuError
from hiu.govern import records
from hiu.govern.audit import vouched
from hiu.govern.rights import make_private
from hiu.model import PUBLISHED, RELEASED
from hiu.model.govern import EVERY, HOLDS
from hiu.month import Month
from hiu.publish.release.counted import unnumbered
from hiu.publish.release.folder import (
    BUILDING,
    FORM,
    MANIFEST,
    conform,
    digest,
    inside,
    parquet,
    read_manifest,
    seal,
    stamp_in,
    sweep,
    verify_release,
    working_folder,
)
from hiu.publish.release.pointer import drop_current
from hiu.publish.release.working import keep_whole, whole_table, without
from hiu.publish.words.text import count_of
from pipelines.access.basis import allowed, basis_of, called_since, hidden, last_aliases
from pipelines.access.mart.kept import renew
from pipelines.access.pages import pages
from pipelines.access.papers.withdraw import withdraw_papers
from pipelines.common.fingerprint import build
from pipelines.common.journal import record
from pipelines.common.lock import hold, require_no_erasure
from pipelines.common.place import Paths, Place, published_table
from pipelines.common.progress import Reporter

NOTE = "REWRITTEN.txt"
OLD = ".erasing-"
REMAKING = "remaking"
"""The event before a folder is made anew: what it says until `rewritten` follows may be half done."""
KEPT = "withdrawn"
"""Folder under the curated one for runs that a legal hold keeps; nothing shows or reads them."""
TOO_OLD = "every page and chart: they can't be made of tables this old"
Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Remaking:
    """How a folder is made anew: `tells` says of a file that it may not be kept (None: pages are, no other file is),
    `note` what is said of it all, given the names of what was withdrawn."""

    tells: Callable[[str, bytes], bool] | None
    note: Callable[[list[str]], str]
    report: Reporter
    now: datetime


def whole_tables(folder: Path) -> dict[str, pl.DataFrame]:
    """Every table of a published folder with every row there is."""
    return {path.stem: published_table(whole_table(folder, path.stem)) for path in sorted(folder.glob("*.parquet"))}


def remake(place: Place, folder: Path, before: Tables, tables: Tables, how: Remaking) -> None:
    """Write a folder anew of these tables (`before` = as they were): who may not be shown is left out, pages are drawn
    again, other files stay if they may. What can't be made again is named in the note. Entered before it takes effect.
    """
    manifest, on = read_manifest(folder), how.now.date()
    stamp, gone = stamp_in(manifest), withheld(place, tables, on)
    plain = unnumbered(tables)
    apart = bool(place.settings.roles)
    shown = without(plain, gone, stamp.month, apart=apart)
    record(place, how.now, REMAKING, folder=folder.name)
    aside = folder.with_name(f"{BUILDING}{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    today = _of_today(manifest, before)
    # the gate of pages knows people by the ids of that month; whoever had another id since is taken out before it
    paged = without(plain, gone - hidden(place, tables, on), stamp.month, apart=apart) if today else {}
    made = pages(place, paged, shown, stamp, how.report, on=on) if today else {}
    kept, lost = _others(folder, made, how.tells)
    kept |= {name: content for name, content in made.items() if not (how.tells and how.tells(name, content))}
    note = how.note(sorted({*lost, *([] if today else [TOO_OLD])}))
    for name, content in {**kept, NOTE: note.encode()}.items():
        write_whole(inside(aside, name), content)
    rows = {name: _write(aside, name, frame) for name, frame in shown.items()}
    seal(aside, stamp, rows, keep_whole(folder, tables, shown))
    record(place, how.now, "rewritten", folder=folder.name, manifest=digest(aside / MANIFEST), build=build())
    old = folder.with_name(f"{OLD}{folder.name}")
    move(folder, old)
    move(aside, folder)
    shutil.rmtree(old)


def finish_moves(paths: Paths) -> None:
    """What was cut off between two names: the old folder is put back if the new one has not taken its name."""
    for old in sorted(paths.published.glob(f"{OLD}*")) if paths.published.is_dir() else []:
        final = paths.published / old.name.removeprefix(OLD)
        if final.exists():
            shutil.rmtree(old)
        else:
            move(old, final)


def clear_halves(paths: Paths) -> None:
    """Remove what a killed run or meeting left half built, and working tables of runs that are not there. Only for who
    holds the site's lock: nobody else is building then."""
    finish_moves(paths)
    sweep(paths.published)
    for folder in sorted(paths.working.iterdir()) if paths.working.is_dir() else []:
        if not (paths.published / folder.name).is_dir():
            shutil.rmtree(folder)


def withhold(place: Place, now: datetime, report: Reporter, only: Path | None = None) -> list[str]:
    """Make every kept run anew (or `only` one) that shows people who forbade it afterwards; a sentence for each.

    The site's lock is to be held. Runs that name people who died, or whose basis ran out, are not made
    anew: see `basis.still_named`.
    """
    finish_moves(place)
    done = []
    for folder in [only] if only else folders(place):
        if n := len(refused_since(place, folder, now.date())):
            people = count_of(n, "person", "people")
            if not as_published(place, folder):  # to make it anew would seal whatever was changed in it
                done.append(f"It showed {people} who forbade it afterwards. {take_away(place, folder, now)}")
                continue
            before = whole_tables(folder)
            remake(place, folder, before, before, Remaking(tells=None, note=_note(people, now), report=report, now=now))
            done.append(f"published/{folder.name} was made anew without {people} who forbade it afterwards")
    return [*done, *renew(place, now), *withdraw_papers(place, now)]


def as_published(place: Place, folder: Path) -> bool:
    """Whether a run is what lines of the audit log that the key proves have of it; of one whose remaking was cut off,
    but for its working tables."""
    path, kinds = folder / MANIFEST, ("published", "rewritten", REMAKING)
    manifest = digest(path) if path.is_file() else None
    logged = vouched(place.audit, place.key_for("audit"))
    own = [one for one in logged if one.get("folder") == folder.name and one.get("type") in kinds]
    if manifest is None or manifest not in {one.get("manifest") for one in own}:
        return False
    if not verify_release(folder):
        return True
    cut_off = own[-1]["type"] == REMAKING or own[-1].get("manifest") != manifest
    return cut_off and not verify_release(folder, apart=False)


def take_away(place: Place, folder: Path, now: datetime, *, keep: bool = True) -> str:
    """Take away a run that is not as it was published, since nobody can say what is in it; a sentence.

    Under a legal hold it is set aside, unless it may not be kept (`keep`). The log has what differed.
    """
    problems = verify_release(folder) or ["its manifest is not the one in the audit log"]
    record(place, now, "altered_run_removed", folder=folder.name, problems=problems)
    shown = [month for month, path in place.months().items() if path == folder.name]
    for month in shown:
        drop_current(place.current, Month.parse(month))
    if keep and any_hold(place):
        move(folder, make_private(place.curated / KEPT) / folder.name)
        done = f"so a legal hold keeps it as {KEPT}/{folder.name}, where nothing shows it"
    else:
        aside = folder.with_name(f"{BUILDING}gone-{folder.name}")
        move(folder, aside)  # a cut leaves a name that the next run sweeps
        shutil.rmtree(aside)
        done = "so it was removed"
    shutil.rmtree(working_folder(folder), ignore_errors=True)
    again = f". No run of {shown[0]} is shown now: 'hiu run {shown[0]}' publishes it again" if shown else ""
    return f"published/{folder.name} was not as it was published ({problems[0]}), {done}{again}"


def any_hold(paths: Paths) -> bool:
    """Whether any record is on legal hold: then nothing published is removed."""
    return not records.read(paths.records, HOLDS).filter("held").is_empty()


def withhold_now(place: Place, now: datetime) -> list[str]:
    """The same at once, if nothing else goes on; else what does it. A sentence for each folder."""
    if not folders(place):
        return []
    try:
        with hold(place.lock, "hiu basis", now):
            require_no_erasure(place.erasing)
            return withhold(place, now, Reporter(quiet=True))
    except HiuError as error:
        return [f"what was published before may still show them ({error}). The next 'hiu run' makes it anew"]


def folders(paths: Paths) -> list[Path]:
    """Every published run that is there: those shown, and those kept."""
    found = paths.published.iterdir() if paths.published.is_dir() else ()
    return sorted(path for path in found if path.is_dir() and not path.name.startswith("."))


def refused_since(place: Place, folder: Path, on: date) -> frozenset[str]:
    """People whom a folder shows in its tables or its pack though they forbade it, by their id in that folder."""
    path, pack = folder / "people.parquet", folder / "pack.html"
    aliases = last_aliases(place)
    denials = basis_of(place, aliases).filter(~pl.col("allow"), pl.col("code") != "died", pl.col("person_id") != EVERY)
    if denials.is_empty() or not path.is_file():
        return frozenset()
    try:
        there = pl.read_parquet(path, columns=["person_id"])
    except (OSError, pl.exceptions.PolarsError):
        text = pack.read_text(encoding="utf-8", errors="replace") if pack.is_file() else ""
        return frozenset(person for person in denials["person_id"] if person in text)
    called = called_since(there["person_id"], aliases).join(denials, on="person_id", how="semi")
    seen = allowed(place, called["person_id"], purpose="support", recipient="group", on=on, aliases=aliases).ids
    text = pack.read_text(encoding="utf-8") if pack.is_file() else ""
    in_pack = {was for now, was in called.select("person_id", "was").rows() if now not in seen and was in text}
    return frozenset(set(called["was"]) & withheld(place, {"people": there, "aliases": aliases}, on) | in_pack)


def withheld(place: Place, tables: Tables, on: date) -> frozenset[str]:
    """Who of a month's people may be shown to nobody on a day, under whatever id they have had since."""
    kinds = ["old_id", "person_id", "kind"]
    last = last_aliases(place)
    every = pl.concat([tables.get("aliases", last).select(kinds), last.select(kinds)])
    called = called_since(tables["people"]["person_id"], every)
    gone = hidden(place, {"people": called, "aliases": every}, on)
    return frozenset(called.filter(pl.col("person_id").is_in(sorted(gone)))["was"])


def _note(people: str, now: datetime) -> Callable[[list[str]], str]:
    first = f"Written anew on {now:%Y-%m-%d} without {people} who may no longer be shown here.\n"
    return lambda lost: first + withdrawn(lost)


def withdrawn(lost: list[str]) -> str:
    """What a note says of files that could not be made again."""
    if not lost:
        return ""
    return "Withdrawn, because they held the record and can't be made again:\n" + "".join(f"  {n}\n" for n in lost)


def _others(
    folder: Path, made: Mapping[str, bytes], tells: Callable[[str, bytes], bool] | None
) -> tuple[dict[str, bytes], list[str]]:
    """Files of a folder that are neither tables nor made anew: those that may be kept, and what is withdrawn."""
    kept, lost = {}, []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet"):
        name = path.relative_to(folder).as_posix()
        if name in made or name in (MANIFEST, NOTE):
            continue
        content = path.read_bytes()
        if tells is None or name.startswith("charts/") or tells(name, content):
            lost.append("a chart" if name.startswith("charts/") else name)
        else:
            kept[name] = content
    return kept, lost


def _of_today(manifest: Mapping[str, object], tables: Tables) -> bool:
    """Whether today's pages can be made of a run: it has the form and every published column that this version has."""
    whole = all(name in tables and set(ours.names) <= set(tables[name].columns) for name, ours in PUBLISHED.items())
    return whole and manifest.get("manifest") == FORM


def _write(folder: Path, name: str, frame: pl.DataFrame) -> int:
    ours = RELEASED.get(name)
    out = conform(ours, frame) if ours and set(ours.names) <= set(frame.columns) else frame
    write_whole(folder / f"{name}.parquet", parquet(out))
    return out.height
