"""Bundles of figures between sites: signed and handed over under an agreement, and read as what a stranger sent."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from hiu.disk import flush_folder, move, write_whole
from hiu.errors import HiuError, InputRefused, UsageError
from hiu.govern.release.cells import Cell
from hiu.publish.pack.words import definitions_version
from hiu.publish.release.folder import BUILDING
from hiu.version import VERSION
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.access.releases import Export, enter_release
from pipelines.common.journal import record
from pipelines.common.place import Place
from pipelines.network.partners import agreed, enter, partner_of, seed_of

if TYPE_CHECKING:
    from hiu.network.bundle import Bundle

PURPOSE = "planning"
HANDED = Disclosure(
    what="figures for another area",
    recipient="partner",
    purpose=PURPOSE,
    necessity="Areas that count alike learn from how they differ.",
    proportionality="Aggregates only, decided by the release solver",
)


@dataclass(frozen=True, kw_only=True)
class Handing:
    """A bundle that is ready: its name, its files, and whom it is for."""

    name: str
    files: Mapping[str, bytes]
    to: Sequence[str]


def require_agreements(place: Place, to: Sequence[str], on: date) -> None:
    """Raises UsageError without a site to send to, HiuError without an agreement for planning with one of them."""
    if not to:
        raise UsageError(
            "name the sites that the figures are for, each by --to; 'hiu cross' lists those that are known"
        )
    for one in to:
        agreed(place, partner_of(place, one).name, PURPOSE, on)


def prepare(
    place: Place, to: Sequence[str], cells: Sequence[Cell], table: bytes, *, month: str, counting: str, now: datetime
) -> Handing:
    """Sign the figures of a month for other sites. Raises HiuError if there is no agreement for planning with one."""
    require_agreements(place, to, now.date())
    seed = seed_of(place)
    from hiu.network.bundle import TABLE, Adults, Bundle, Figure, signed

    at = now.astimezone(UTC)
    given = place.settings.population
    bundle = Bundle(
        hiu="figures",
        format=1,
        version=VERSION,
        definitions=definitions_version(place.settings.counting),
        counting=counting,
        site=place.settings.name,
        to=sorted(set(to)),
        month=month,
        name=f"compare-{month}-{at:%Y%m%dT%H%M%SZ}",
        made=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        synthetic=place.settings.synthetic,
        population=Adults(**given.model_dump()) if given else None,
        figures=[
            Figure.model_validate(
                {name: getattr(cell, name) for name in ("measure", "dataset", "group", "shown")}
                | {"months": list(cell.months)}
            )
            for cell in cells
        ],
        table=sha256(table).hexdigest(),
    )
    return Handing(name=bundle.name, files={**signed(bundle, seed), TABLE: table}, to=bundle.to)


def hand_over(
    place: Place, made: Handing, export: Export, *, basis: tuple[str, ...], checker: str, by: str, now: datetime
) -> Path:
    """Enter a bundle as released, and put it where it can be taken from; the folder."""
    final = place.curated / "releases" / made.name
    if final.exists():
        raise HiuError(f"{final}: released already")
    for half in final.parent.glob(f"{BUILDING}compare-*"):
        shutil.rmtree(half)  # what a hand-over that was cut off left
    aside = final.with_name(f"{BUILDING}{final.name}")
    for name, content in made.files.items():
        write_whole(aside / name, content)
    flush_folder(aside)
    register = enter_release(place, export, made.name)
    digest = sha256(made.files["bundle.json"]).hexdigest()
    record(place, now, "released", folder=made.name, checker=checker, by=by, seal=digest, register=register)
    for one in made.to:
        reference = agreed(place, one, PURPOSE, now.date()).reference
        enter(
            place,
            f"B:{one}:{export.month}:sent",
            now,
            kind="bundle",
            partner=one,
            purpose=PURPOSE,
            stage="sent",
            agreement=reference,
            by=by,
        )
    about = HANDED._replace(proportionality=f"{HANDED.proportionality}, checked by {checker}")
    enter_disclosure(place, now, about, basis=basis, by=by, people=None, file=f"releases/{made.name}")
    move(aside, final)
    return final


def receive(place: Place, folder: Path, *, by: str, now: datetime) -> "Bundle":
    """Read a bundle, ours or of another site under an agreement. Raises InputRefused, or HiuError without one."""
    seed = seed_of(place)
    from hiu.network.bundle import MOST_BYTES, SIGNATURE, TABLE, TEXT, read, site_of
    from hiu.network.envelope import public_key

    text, signature, table = (_content(folder, name, MOST_BYTES) for name in (TEXT, SIGNATURE, TABLE))
    site, own = site_of(text, folder.name), place.settings.name
    public = public_key(seed) if site == own else partner_of(place, site).public
    bundle = read(text, signature, table, folder.name, public=public)
    if site == own:
        return bundle
    if own not in bundle.to:
        raise InputRefused("compare_other", "was written for other sites", file=folder.name)
    agreement = agreed(place, site, PURPOSE, now.date())
    enter(
        place,
        f"B:{site}:{bundle.month}:received",
        now,
        kind="bundle",
        partner=site,
        purpose=PURPOSE,
        stage="received",
        agreement=agreement.reference,
        by=by,
    )
    return bundle


def _content(folder: Path, name: str, most: int) -> bytes:
    path = folder / name
    if folder.is_symlink() or path.is_symlink() or not path.is_file():
        raise UsageError(f"{path}: expected a folder that holds a bundle of figures, as 'hiu compare export' writes it")
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise InputRefused("compare_size", f"larger than {most:,} bytes; no bundle of figures is", file=path.name)
    return content
