"""The review queue as a reviewer meets it: both descriptions, the evidence, and what a decision would do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern.pseudonym import description
from hiu.govern.records import read
from hiu.link.model.scorer import JOINED
from hiu.link.review.explain import side_text, title_of, titles
from hiu.link.review.queue import second_sample
from hiu.model import DECISIONS, SECOND_OPINIONS
from hiu.month import Month
from hiu.publish.release.working import whole_table
from hiu.site.show.listing import Row
from hiu.site.show.mask import initials

C = pl.col
PAIR = ["identity_a", "identity_b"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One field of two descriptions: what each says (masked or not), how far they agree, and what that weighs."""

    title: str
    left: str
    right: str
    level: str
    weight: float | None


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A pair to look at. `a` and `b` are its descriptions as they are shown (`Queue.ids`); `effect` says what a
    decision would do; `past` what was decided before."""

    place: int | None
    a: str
    b: str
    why: str
    chance: float | None
    effect: str
    lines: tuple[Line, ...]
    past: tuple[str, ...] = ()


class Queue:
    """A published month's doubtful pairs, with what was decided since. Reads the files of the run, working tables
    included, and records: people who may be shown to nobody are matched as all others.

    Of `names`, ids of people whom the gate lets through, the descriptions are shown whole; of all others masked.
    `key`: the site's for descriptions.
    """

    def __init__(self, month: Month, folder: Path, records: Path, key: bytes, *, names: Collection[str] = ()) -> None:
        self.month, self.folder, self.records, self.names = month, folder, records, frozenset(names)
        self._key = key
        self.pairs = pl.read_parquet(whole_table(folder, "review_queue")).sort("place")
        self.decisions = read(records, DECISIONS)

    def waiting(self, top: int | None = None) -> list[Ask]:
        """Pairs nobody decided yet, in order."""
        decided = self._in_force().filter(C("decision") != "unsure")
        left = self.pairs.join(decided.select(PAIR), on=PAIR, how="anti", maintain_order="left")
        return self._asks(left if top is None else left.head(top))

    def twice(self, reviewer: str, share: float, top: int | None = None) -> list[Ask]:
        """Pairs of the double-review sample that others decided and `reviewer` has yet to see, without the answer."""
        decided, name = self._in_force(), " ".join(reviewer.split())
        own = pl.concat([decided, read(self.records, SECOND_OPINIONS).select(*PAIR, "decision", "reviewer")])
        mine = own.filter(C("reviewer") == name).select(PAIR)
        left = (
            decided.filter(second_sample(decided, share))
            .unique(PAIR, maintain_order=True)
            .join(mine, on=PAIR, how="anti")
        )
        pairs = left.join(self.pairs, on=PAIR, how="left", maintain_order="left").select(self.pairs.columns)
        return self._asks(pairs if top is None else pairs.head(top), blind=True)

    @cached_property
    def ids(self) -> dict[str, str]:
        """The id in the tables of each description as it is shown."""
        links = pl.scan_parquet(whole_table(self.folder, "links")).select("identity_id").unique().collect()
        decided = (self.decisions[column] for column in PAIR)
        every = pl.concat([links["identity_id"], *decided]).drop_nulls().unique()
        return {description(one, self._key): one for one in every}

    def identity(self, text: str) -> str:
        """The id in the tables from the start of one that is shown. Raises UsageError if none, or several, begin so."""
        wanted = text.strip().removeprefix("id-").lower()
        found = [one for one in self.ids if one.startswith(wanted)] if wanted else []
        if len(found) == 1:
            return self.ids[found[0]]
        if found:
            raise UsageError(f"'{text}': {len(found)} descriptions begin so; give more of the id")
        near = did_you_mean(wanted, [description(one, self._key) for side in PAIR for one in self.pairs[side]])
        raise UsageError(f"no description '{text}' in {self.month.title}.{near}")

    def people(self, asks: Sequence[Ask]) -> list[str]:
        """Ids of the people the descriptions on show are of."""
        descriptions = self._descriptions([self.ids[one] for one in by_ids(asks)])
        return descriptions.select("person_id").unique().sort("person_id").collect()["person_id"].to_list()

    def _descriptions(self, ids: Collection[str]) -> pl.LazyFrame:
        return pl.scan_parquet(whole_table(self.folder, "descriptions")).filter(C("identity_id").is_in(list(ids)))

    def _in_force(self) -> pl.DataFrame:
        return self.decisions.filter(C("undone_at").is_null()).select(*PAIR, "decision", "reviewer")

    def _asks(self, pairs: pl.DataFrame, *, blind: bool = False) -> list[Ask]:
        ids = [*pairs["identity_a"], *pairs["identity_b"]]
        descriptions = self._descriptions(ids)
        beside = {row["identity_id"]: row for row in descriptions.collect().iter_rows(named=True)}
        people = pl.read_parquet(whole_table(self.folder, "people"), columns=["person_id", "rows"])
        ranks = pl.read_parquet(whole_table(self.folder, "ranked"), columns=["person_id", "rank", "list"])
        adults = ranks.filter(C("list") == "adult")
        about = _About(dict(people.iter_rows()), dict(adults.select("person_id", "rank").iter_rows()))
        proof = pl.read_parquet(whole_table(self.folder, "review_evidence"))
        proof = proof.join(pairs.select(PAIR), on=PAIR, how="semi")
        by_pair = {(str(a), str(b)): part for (a, b), part in proof.group_by(*PAIR)}
        out = []
        for row in pairs.iter_rows(named=True):
            pair = (row["identity_a"], row["identity_b"])
            lines = self._lines(beside.get(pair[0], {}), beside.get(pair[1], {}), by_pair.get(pair))
            past = () if blind else self._past(pair)
            effect = about.effect(row) if row["place"] else ""
            doubt = {"place": row["place"], "why": row["why"] or "", "chance": row["chance"]}
            a, b = (description(one, self._key) for one in pair)
            out.append(Ask(a=a, b=b, effect=effect, lines=lines, past=past, **doubt))
        return out

    def _lines(self, left: Row, right: Row, proof: pl.DataFrame | None) -> tuple[Line, ...]:
        rows = [] if proof is None else proof.select("field", "level", "weight").rows()
        found = {field: (level, weight) for field, level, weight in rows if level not in ("", "none", "missing")}
        out = []
        for field, title in titles():
            level, weight = found.get(field, ("", None))
            one, other = self._side(left, field), self._side(right, field)
            if one or other or level:
                out.append(Line(title=title, left=one, right=other, level=level, weight=weight))
        for field, (level, weight) in found.items():
            if JOINED in field:
                out.append(Line(title=title_of(field), left="", right="", level=level, weight=weight))
        return tuple(out)

    def _side(self, side: Row, field: str) -> str:
        text = side_text(side, field) if side else None
        return (text or "") if side.get("person_id") in self.names else masked_value(side, field, text)

    def _past(self, pair: tuple[str, str]) -> tuple[str, ...]:
        rows = self.decisions.filter(C("identity_a") == pair[0], C("identity_b") == pair[1]).sort("decided_at")
        return tuple(_decision_text(row) for row in rows.iter_rows(named=True))


@dataclass(frozen=True)
class _About:
    """Rows and ranks of people."""

    rows: dict[str, int]
    ranks: dict[str, int]

    def effect(self, row: Row) -> str:
        """What a decision would join, or part."""
        one, other = row["person_a"], row["person_b"]
        if row["together"]:
            return f"one person now: {self._who(one)}. If different, about {rows_of(row['moved'])} leave"
        return f"two people now: {self._who(one)}; {self._who(other)}. If the same, these descriptions join"

    def _who(self, person: str) -> str:
        return who_is(person, self.ranks.get(person), self.rows.get(person, 0))


def who_is(person: str, rank: int | None, rows: int) -> str:
    """A person by id, place and size: no name."""
    return f"{person} ({f'rank {rank}' if rank else 'not ranked'}, {rows_of(rows)})"


def rows_of(n: int) -> str:
    """So many rows, in words."""
    return f"{n:,} row" + ("" if n == 1 else "s")


def _decision_text(row: Row) -> str:
    what = f"{row['decided_at']:%d %b %Y}: {row['decision']}, {row['reviewer']}".lstrip("0")
    undone = f"; undone {row['undone_at']:%d %b %Y} by {row['undone_by'] or '?'}" if row["undone_at"] else ""
    return what + undone


def masked_value(side: Row, field: str, text: str | None) -> str:
    """What may be seen of a value without showing who it is: initials, the year of birth, sex, and that it is there."""
    if not text:
        return ""
    if field in ("given", "middle", "family"):
        return initials(text)
    if field == "dob":
        return text[-4:]
    if field == "place":
        return str(side["postcode"] or "").split(" ")[0] or "given"
    return text if field == "sex" else "given"


def by_ids(asks: Sequence[Ask]) -> list[str]:
    """The ids on show, for the audit log."""
    return sorted({identity for ask in asks for identity in (ask.a, ask.b)})
