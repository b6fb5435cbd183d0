"""A synthetic area: invented people, what happened to them, and the drops four agencies send about it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from hiu.errors import UsageError
from hiu.month import Month
from hiu.synth.agencies import ambulance, beds, caseload, ed, police, sections
from hiu.synth.agencies.extracts import Extract, Span, System
from hiu.synth.agencies.files import write_drops
from hiu.synth.lists import Words, read
from hiu.synth.pathway.desk import make_desk
from hiu.synth.pathway.drops import Ground, Sent, Supported, write
from hiu.synth.pathway.meetings import make_meetings
from hiu.synth.pathway.missing import make_missing
from hiu.synth.pathway.offers import make_offers
from hiu.synth.pathway.plans import make_plans
from hiu.synth.pathway.s136 import make_s136_pathway
from hiu.synth.people.clerk import Clerk
from hiu.synth.people.demand import Demand, make_demand, weights
from hiu.synth.people.episodes import Episodes, Spells, make_episodes, make_spells, outside
from hiu.synth.people.numbers import digits
from hiu.synth.people.people import People, make_people
from hiu.synth.people.slips import Slips
from hiu.synth.truth.nights import nights
from hiu.synth.truth.truth import counts_table, persons_table, rows_table, write_truth

RATE = 1.05


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The area as it was written: people, rows by source, rows or things of each kind of mess, people supported."""

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
    pathway: bool = False,
) -> Summary:
    """Writes `folder`/raw (drops by month, caseload.csv) and `folder`/truth; the same arguments give the same bytes.

    people: how many are known to any agency. rate: multiplies demand. effect: mean fall in crises while supported
    (0.3 = 30% less). wide: a region's postcodes in place of an area's. pathway: the sources of the crisis pathway too,
    which change no other file. At the default rate 6,000 people over 24
    months make about 25,000 rows. Raises UsageError for fewer than 20 people, a span under 1 month, or a folder
    that already holds drops.
    """
    _checked(folder, people, months)
    span, mess = Span(last_month - (months - 1), last_month), Counter[str]()
    demand, everyone = _population(seed, people, span, rate * RATE, effect, wide)
    extracts, stays, ground = _extracts(seed, demand, everyone, span, mess)
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
    for sent in make_pathway(ground) if pathway else ():
        write(folder, sent, span)
        by_source[sent.source] = len(sent.text)
    supported = int((demand.support_from >= 0).sum())
    paths = {"raw": folder / "raw", "truth": folder / "truth"}
    return Summary(**paths, people=people, rows=by_source, mess=dict(sorted(mess.items())), supported=supported)


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
) -> tuple[dict[str, Extract], beds.Stays, Ground]:
    episodes, spells = _happenings(seed, demand, people, span)
    stays = beds.make_stays(_stream(seed, 6), spells, span, mess)
    clerks = _clerks(seed, people, mess)

    def system(stage: int, name: str) -> System:
        own = tuple(clerk for whose, clerk in clerks.items() if whose.startswith(name))
        return System(rng=_stream(seed, stage), span=span, episodes=episodes, clerks=own, mess=mess)

    incidents, urn = police.make_police(system(7, "police"))
    calls, number = ambulance.make_ambulance(system(8, "ambulance"))
    s136, ref = sections.make_s136(system(10, "sections"), urn)
    extracts = {
        "police": incidents,
        "ambulance": calls,
        "ed": ed.make_ed(system(9, "ed"), number),
        "mh_beds": beds.make_beds(system(12, "beds"), stays),
        "s136": s136,
        "mha": sections.make_mha(system(11, "sections"), ref),
        "caseload": caseload.make_caseload(system(13, "caseload"), demand),
    }
    wards, cared_for = beds.wards_of(stays, extracts["mh_beds"]), _supported(extracts["caseload"])
    about = {"span": span, "episodes": episodes, "urn": urn, "stays": stays, "wards": wards, "supported": cared_for}
    return extracts, stays, Ground(system=system, **about)  # type: ignore[arg-type]


def _supported(caseload: Extract) -> Supported:
    """Who the team's own list says was supported, and when."""
    days = pl.col("Support From", "Support To").str.to_date("%d/%m/%Y")
    own = caseload.text.select(days).with_columns(caseload.truth["who"]).drop_nulls("Support From")
    start, end = (own[name].to_numpy().astype("datetime64[D]") for name in ("Support From", "Support To"))
    return Supported(own["who"].to_numpy(), start, end)


def make_pathway(ground: Ground) -> list[Sent]:
    """Every source of the crisis pathway, made after all others: its chance is its own."""
    before = [*make_desk(ground), *make_s136_pathway(ground), make_missing(ground), make_offers(ground)]
    return [*before, *make_plans(ground), *make_meetings(ground)]


def _happenings(seed: int, demand: Demand, people: People, span: Span) -> tuple[Episodes, Spells]:
    episodes = make_episodes(_stream(seed, 4), demand, people, span.first)
    spells = make_spells(_stream(seed, 5), episodes, people, span.first)
    return outside(_stream(seed, 14), episodes, spells), spells


def _clerks(seed: int, people: People, mess: Counter[str]) -> dict[str, Clerk]:
    """A system each; every one numbers people its own way, and has a second number for some."""

    def clerk(stage: int, system: str, numbers: tuple[Words, Words]) -> Clerk:
        rng, first, second = _stream(seed, 100 + stage), *numbers
        return Clerk(rng, people, Slips.of(system), mess, ids=first, second=second, trusted=system != "ed")

    def ids(stage: int, prefix: str) -> tuple[Words, Words]:
        number = 100_000 + _stream(seed, 200 + stage).permutation(2 * len(people)).astype(np.int64)
        return digits(number[: len(people)], prefix), digits(number[len(people) :], prefix)

    mental = ids(3, "MH")
    numbers = {"police": ids(1, "PR"), "ambulance": ids(2, ""), "beds": mental, "sections": mental, "caseload": mental}
    clerks = {system: clerk(stage, system, own) for stage, (system, own) in enumerate(numbers.items(), 1)}
    hospitals = range(10, 10 + len(read("area.toml")["services"]["hospitals"]))
    return clerks | {f"ed{k}": clerk(k, "ed", ids(k, "ABCDEFGH"[k - 10])) for k in hospitals}
