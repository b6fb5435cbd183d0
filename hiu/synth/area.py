"""A synthetic area: invented people, what happened to them, and the drops four agencies send about it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from hiu.errors import UsageError
from hiu.month import Month
from hiu.synth.agencies import ambulance, beds, caseload, ed, police, sections
from hiu.synth.agencies.extracts import Extract, Span
from hiu.synth.agencies.files import write_drops
from hiu.synth.lists import Words, read
from hiu.synth.people.demand import Demand, make_demand, weights
from hiu.synth.people.described import Clerk
from hiu.synth.people.episodes import Episodes, Spells, make_episodes, make_spells, outside
from hiu.synth.people.numbers import digits
from hiu.synth.people.people import People, make_people
from hiu.synth.people.slips import Slips
from hiu.synth.truth.nights import nights
from hiu.synth.truth.truth import counts_table, persons_table, rows_table, write_truth

RATE = 1.05


@dataclass(frozen=True)
class Summary:
    """What was made: people, rows by source, rows or things of each kind of mess, people supported."""

    raw: Path
    truth: Path
    people: int
    rows: dict[str, int]
    mess: dict[str, int]
    supported: int


def synthesise(
    folder: Path,
    *,
    people: int,
    months: int,
    seed: int,
    last_month: Month,
    wide: bool = False,
    rate: float = 1.0,
    effect: float = 0.3,
) -> Summary:
    """Writes `folder`/raw (drops by month, caseload.csv) and `folder`/truth; the same arguments give the same bytes.

    people: how many are known to any agency. rate: multiplies demand. effect: mean fall in crises while supported
    (0.3 = 30% less). wide: a region's postcodes in place of an area's. At the default rate 6,000 people over 24
    months make about 25,000 rows. Raises UsageError for fewer than 20 people, a span under 1 month, or a folder
    that already holds drops.
    """
    _checked(folder, people, months)
    span, mess = Span(last_month - (months - 1), last_month), Counter[str]()
    demand, everyone = _population(seed, people, span, rate * RATE, effect, wide)
    extracts, stays = _extracts(seed, demand, everyone, span, mess)
    rows = write_drops(folder / "raw", extracts, span, mess)
    kinds = pl.DataFrame({"kind": sorted(mess), "rows": [mess[kind] for kind in sorted(mess)]})
    write_truth(
        folder / "truth",
        rows=rows_table(rows, everyone, span),
        persons=persons_table(rows, everyone, demand, span),
        monthly_counts=counts_table(rows, nights(stays, span), everyone, span),
        mess=kinds,
    )
    by_source = {name: len(extract.text) for name, extract in extracts.items()}
    return Summary(
        folder / "raw",
        folder / "truth",
        people,
        by_source,
        dict(sorted(mess.items())),
        int((demand.support_from >= 0).sum()),
    )


def _checked(folder: Path, people: int, months: int) -> None:
    if people < 20:
        raise UsageError(f"{people} people: an area needs at least 20")
    if months < 1:
        raise UsageError(f"{months} months: a span needs at least 1")
    if (folder / "raw").exists() and any((folder / "raw").iterdir()):
        raise UsageError(f"{folder / 'raw'} already holds files: choose an empty folder")


def _stream(seed: int, stage: int) -> np.random.Generator:
    """Random numbers of one stage: a change in one stage leaves the others' numbers alone."""
    return np.random.default_rng([seed, stage])


def _population(seed: int, people: int, span: Span, rate: float, effect: float, wide: bool) -> tuple[Demand, People]:
    weight = weights(_stream(seed, 1), people, rate)
    everyone = make_people(_stream(seed, 2), weight, span.first, span.last, wide=wide)
    adult = everyone.dob < np.datetime64((span.first - 12 * 18).start)
    alive = np.isnat(everyone.death)
    return make_demand(_stream(seed, 3), weight, adult & alive, span.first, span.last, effect), everyone


def _extracts(
    seed: int, demand: Demand, people: People, span: Span, mess: Counter[str]
) -> tuple[dict[str, Extract], beds.Stays]:
    episodes, spells = _happenings(seed, demand, people, span)
    stays = beds.make_stays(_stream(seed, 6), spells, span, mess)
    clerks = _clerks(seed, people, mess)
    found, urn = police.make_police(_stream(seed, 7), episodes, people, clerks["police"], span, mess)
    sent, incident = ambulance.make_ambulance(_stream(seed, 8), episodes, people, clerks["ambulance"], span, mess)
    hospitals = [clerks[f"ed{k}"] for k in range(_hospitals())]
    s136, ref = sections.make_s136(_stream(seed, 10), episodes, urn, clerks["sections"], span, mess)
    return {
        "police": found,
        "ambulance": sent,
        "ed": ed.make_ed(_stream(seed, 9), episodes, people, hospitals, span, incident, mess),
        "mh_beds": beds.make_beds(_stream(seed, 12), stays, clerks["beds"], span, mess),
        "s136": s136,
        "mha": sections.make_mha(_stream(seed, 11), episodes, ref, clerks["sections"], span, mess),
        "caseload": caseload.make_caseload(_stream(seed, 13), demand, people, clerks["caseload"], span, mess),
    }, stays


def _happenings(seed: int, demand: Demand, people: People, span: Span) -> tuple[Episodes, Spells]:
    episodes = make_episodes(_stream(seed, 4), demand, people, span.first)
    spells = make_spells(_stream(seed, 5), episodes, people, span.first)
    return outside(_stream(seed, 14), episodes, spells), spells


def _hospitals() -> int:
    return len(read("area.toml")["services"]["hospitals"])


def _clerks(seed: int, people: People, mess: Counter[str]) -> dict[str, Clerk]:
    """A system each; every one numbers people its own way, and has a second number for some."""

    def clerk(stage: int, slips: Slips, first: Words, second: Words) -> Clerk:
        trusted = not 10 <= stage < 20
        return Clerk(_stream(seed, 100 + stage), people, slips, mess, first, second, trusted=trusted)

    def ids(stage: int, prefix: str) -> tuple[Words, Words]:
        number = 100_000 + _stream(seed, 200 + stage).permutation(2 * len(people)).astype(np.int64)
        return digits(number[: len(people)], prefix), digits(number[len(people) :], prefix)

    mental = ids(3, "MH")
    made = {"police": clerk(1, police.SLIPS, *ids(1, "PR")), "ambulance": clerk(2, ambulance.SLIPS, *ids(2, ""))}
    made |= {
        "beds": clerk(3, beds.SLIPS, *mental),
        "sections": clerk(4, sections.SLIPS, *mental),
        "caseload": clerk(5, caseload.SLIPS, *mental),
    }
    return made | {f"ed{k}": clerk(10 + k, ed.SLIPS, *ids(10 + k, "ABCDEFGH"[k])) for k in range(_hospitals())}
