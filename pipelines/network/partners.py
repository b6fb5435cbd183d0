"""Other sites: their public keys, compared by two people and kept, and the agreement that every exchange needs."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from hiu.errors import HiuError, InputRefused, UsageError
from hiu.extras import require
from hiu.fuzzy import did_you_mean
from hiu.govern import records
from hiu.govern.basis.agreements import agreement_block, in_force
from hiu.govern.login import login
from hiu.govern.placeholder import is_placeholder, require_signature
from hiu.model.govern import CROSSINGS, PURPOSES
from hiu.network.blind import keyed
from hiu.settings import Agreement
from pipelines.common.journal import record, utc
from pipelines.common.place import Paths, Place

_CARD_BYTES = 2_000


@dataclass(frozen=True)
class Partner:
    """Another site as this one knows it: its name and its public key in hexadecimal."""

    name: str
    public: str


def seed_of(place: Place) -> bytes:
    """The 32 secret bytes of which the site's keys for exchanges are made; another site key makes another."""
    require("network")
    return place.key_for("network")


def card(place: Place) -> tuple[bytes, str]:
    """What another site needs to know this one by, as JSON; and the fingerprint of its name and key, to be read out."""
    from hiu.network.envelope import FORMAT, fingerprint, public_key
    from hiu.version import VERSION

    public = public_key(seed_of(place))
    about = {"hiu": "site", "format": FORMAT, "version": VERSION, "site": place.settings.name, "key": public}
    return json.dumps(about, indent=1).encode() + b"\n", fingerprint(place.settings.name.strip(), public)


def read_card(path: Path) -> Partner:
    """Another site's card. Raises InputRefused for anything else."""
    try:
        with path.open("rb") as file:
            about = json.loads(file.read(_CARD_BYTES + 1)[:_CARD_BYTES])
        name, public = about["site"], about["key"]
        fit = about["hiu"] == "site" and isinstance(name, str) and 0 < len(name.strip()) <= 80 and name.isprintable()
        if not fit or len(bytes.fromhex(public)) != 32:
            raise ValueError
    except FileNotFoundError:
        raise UsageError(f"{path}: not found") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputRefused(
            "network_card", "not the card of a site ('hiu cross --card' writes one)", file=path.name
        ) from None
    return Partner(name.strip(), public.lower())


def trust(place: Place, path: Path, read_out: str | None, *, by: str, now: datetime) -> Partner:
    """Keep another site's public key, once its fingerprint was read out by somebody there.

    read_out: the fingerprint as it was read out. Raises UsageError for another one, InputRefused for what is no card.
    """
    require_signature(by, "--by")
    require("network")
    from hiu.network.envelope import fingerprint

    found = read_card(path)
    shown = fingerprint(found.name, found.public)
    if "".join((read_out or "").split()).upper() != "".join(shown.split()):
        raise UsageError(
            f"{path.name}: the card says it is of '{found.name}'. Telephone that site, on a number you know, and have "
            "its fingerprint read out: 'hiu cross --card' shows it there. Then give it as --fingerprint. What was "
            "given is not that of the card"
        )
    if found.name.casefold() == place.settings.name.casefold():
        raise UsageError(
            f"{path.name}: is a card of a site called '{found.name}', as this one is; one of them needs another name"
        )
    sites = register(place, "site").filter(pl.col("public_key") == found.public, pl.col("partner") != found.name)
    if not sites.is_empty():
        raise UsageError(
            f"{path.name}: the key of '{found.name}' is kept here as that of '{sites['partner'][0]}'. Ask that site: "
            "under another name it needs a key of its own"
        )
    enter(
        place, f"P:{found.name}", now, kind="site", partner=found.name, stage="trusted", public_key=found.public, by=by
    )
    return found


def enter(place: Place, crossing: str, now: datetime, **about: object) -> None:
    """A row of the register and a line of the audit log. Neither names a person."""
    logged = {name: value for name, value in about.items() if name not in ("by", "public_key") and value is not None}
    logged["about"] = logged.pop("kind")
    record(place, now, "crossing", crossing=crossing, **logged)
    row = {"crossing_id": crossing, "login": login(), "recorded_at": utc(now), **about}
    records.add(place, CROSSINGS, [row])


def register(paths: Paths, kind: str, partner: str | None = None) -> pl.DataFrame:
    """Rows of the register that are about sites, sessions or withdrawals, as they stand."""
    rows = records.read(paths.records, CROSSINGS).filter(pl.col("kind") == kind)
    return rows if partner is None else rows.filter(pl.col("partner") == partner)


def partner_of(place: Place, name: str) -> Partner:
    """A site whose key is kept. Raises UsageError."""
    sites = register(place, "site")
    found = sites.filter(pl.col("partner") == name)
    if found.is_empty():
        hint = did_you_mean(name, sites["partner"])
        raise UsageError(
            f"no site '{name}' is known here.{hint} 'hiu cross --trust FILE' takes in its card, once it was compared"
        )
    return Partner(name, str(found["public_key"][0]))


def agreed(place: Place, name: str, purpose: str, on: date) -> Agreement:
    """The agreement with a site for a purpose on a day. Raises HiuError if there is none, or it was withdrawn."""
    if purpose not in PURPOSES:
        raise UsageError(
            f"'{purpose}' is not a purpose.{did_you_mean(purpose, PURPOSES)} There are: {', '.join(PURPOSES)}"
        )
    source = source_of(name, purpose)
    found = in_force(place.settings, source, on)
    ended = register(place, "withdrawal", name).filter(pl.col("purpose") == purpose)
    if found and not ended.is_empty() and ended["recorded_at"][0].date() >= found.start:
        day = ended["recorded_at"][0].date()
        raise HiuError(
            f"the agreement with '{name}' for {purpose} was withdrawn on {day}. A new one, that starts later, "
            "has to be signed"
        )
    if found and not (found.reference.isprintable() and len(found.reference) <= 200):
        raise HiuError(f"the reference of '{source}' in site.toml is over 200 letters, or one of them can't be seen")
    if found:
        return found
    raise HiuError(
        f"no agreement with '{name}' for {purpose} is in force on {on}: nothing is exchanged. When one is signed, add "
        f"to {place.home / 'site.toml'}:\n{agreement_block(source, on)}"
    )


def exchanged(place: Place, name: str, purpose: str, on: date) -> Agreement:
    """The agreement under which people are exchanged with a site. Raises HiuError as `agreed` does.

    At a site of real people, HiuError too unless somebody accepted the risk: the protocol does not hold against a
    partner who changes the program.
    """
    found = agreed(place, name, purpose, on)
    accepted = found.risk_accepted_by.strip() and not is_placeholder(found.risk_accepted_by)
    if place.settings.synthetic or (accepted and found.largest_list is not None):
        return found
    raise HiuError(
        f"nobody has accepted the risk of an exchange of real people with '{name}': a partner who changes the program "
        "can learn which people of a list that it guesses are in your area (docs/network.md, 'What is known not to "
        "hold'). Nothing was sent, and nothing was taken in. Once the controller, advised by its data protection "
        f"officer, has accepted it, add to the block of '{found.source}' in {place.home / 'site.toml'}: "
        'risk_accepted_by = "name and post" and '
        "largest_list = the most entries of the other site's list that you answer"
    )


def require_length(agreement: Agreement, entries: int) -> None:
    """Raises InputRefused for a list that is longer than was agreed: a guessed list has to be long to find many."""
    if agreement.largest_list is not None and entries > agreement.largest_list:
        raise InputRefused(
            "network_long",
            f"holds a list of {entries:,} entries; expected at most {agreement.largest_list:,} (largest_list of "
            f"'{agreement.source}' in site.toml). Nothing was answered",
        )


def source_of(name: str, purpose: str) -> str:
    """What an agreement with a site is called in site.toml."""
    return f"cross:{name}:{purpose}"


def session_key(place: Place, partner: Partner, session: str) -> bytes:
    """The key of both sites for one session: 32 bytes of the pair's own key and the session's name."""
    from hiu.network.envelope import shared_key

    return keyed(shared_key(seed_of(place), partner.public), "session", session)[:32]
