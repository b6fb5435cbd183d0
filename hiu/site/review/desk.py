"""Match review: doubtful pairs in the order that helps the list most, and a named reviewer's decisions about them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import polars as pl

from hiu.errors import HiuError, UsageError
from hiu.extras import installed, require
from hiu.site.looks import look, people_in
from hiu.site.review import decide as desk
from hiu.site.review.pairs import Pairs
from hiu.site.shapes import PairShown
from hiu.site.show.cards import Card
from hiu.site.show.listing import Listing, Names, Row, cell_text
from hiu.site.show.suggest import Suggests
from hiu.site.tables import Tables

if TYPE_CHECKING:
    import pandas as pd

    from hiu.site.review.widget import ReviewWidget

C = pl.col
PAIR = ["identity_a", "identity_b"]
QUEUE_COLUMNS = ("place", "priority", "chance", "match_probability", "why", "person_a", "person_b", "decided")


class Review(Suggests):
    """The review queue, and where the reviewer is in it. In a notebook it is shown side by side, to decide by key.

    What is decided is kept in the site's records at once, so nothing is lost by a reload, and the next `hiu run`
    honours it. `.reviewer` decides, `.at` is the pair they are at; `.second` is true where they are asked about pairs
    that others decided, without being told what those said.

    >>> review = run.review()
    >>> review.progress()["decided"]
    0
    >>> review["priority"].is_sorted(descending=True)
    True
    """

    def __init__(
        self,
        published: Tables,
        queue: pl.DataFrame,
        *,
        reviewer: str | None = None,
        second: bool = False,
        shown: Collection[str] = (),
    ) -> None:
        # with tables in hand whose numbers are those of a pair, its initials would lead to the person
        self._published, self.reviewer, self.second = published, reviewer, second
        order = ["place"] if "place" in queue.columns else ["priority", "match_probability", *PAIR]
        self._queue = queue.sort(order, descending=[name in ("priority", "match_probability") for name in order])
        self._pairs = Pairs(published, shown)
        if second:
            self._queue = self._sample()
        self._rows = self._queue.to_dicts()
        self.at = self._first()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, column: str) -> pl.Series:
        found: pl.Series = self.listing()[column]
        return found

    @look
    def listing(self) -> Listing:
        """The queue as it is shown, with what was decided since it was published."""
        decided = self._in_force().select(*PAIR, decided="decision").unique(PAIR, keep="last")
        found = self._queue.join(decided, on=PAIR, how="left", maintain_order="left")
        columns = [name for name in QUEUE_COLUMNS if name in found.columns]
        title = f"{found.height:,} pairs to look at, those that change the list most first"
        return Listing(found.select(columns), title, empty={"decided": "not yet"}, kind="queue")

    @property
    def columns(self) -> Names:
        """The names of the queue's columns; `.columns()` says what each of them means."""
        return self.listing().columns

    @look
    def head(self, n: int = 10) -> Listing:
        """The first pairs."""
        return self.listing().head(min(n, self._queue.height))

    @look
    def to_polars(self) -> pl.DataFrame:
        """The queue, as a plain polars frame: all columns of the table review_queue, as run.tables() explains them."""
        return self._queue

    @look
    def to_pandas(self) -> pd.DataFrame:
        """The queue, as a pandas frame."""
        return self._published._handed(self._queue, people_in(self._queue)).to_pandas()

    def progress(self) -> dict[str, int]:
        """How many `pairs` are in the queue, and how many of them are `decided`."""
        answers = self._answers()
        return {"pairs": len(self._rows), "decided": sum(_key(row) in answers for row in self._rows)}

    @look
    def pair(self, at: int | None = None) -> PairShown:
        """What is shown of a pair (counted from 0; the current one by default), as a PairShown."""
        at = self.at if at is None else at
        row = self._row(at)
        past = [] if self.second else [_past(one) for one in self._about(row).iter_rows(named=True)]
        return self._pairs.view(row, past=past, decision=self.decision(at), blind=self.second)

    def decision(self, at: int) -> str | None:
        """What is in force about a pair; of a second opinion, the reviewer's own."""
        return self._answers().get(_key(self._row(at)))

    def decide(self, decision: str, at: int | None = None, *, note: str | None = None) -> None:
        """Record what the reviewer says of a pair: same, different or unsure; it replaces what was in force.

        Raises UsageError without a reviewer, ContradictoryDecision if earlier decisions about others rule it out.
        """
        row, opened, who = self._row(self.at if at is None else at), self._published.opened, self._who()
        opened.require_role("review.decide")
        a, b = row["identity_a"], row["identity_b"]
        if self.second:
            desk.second_opinion(opened, [desk.Verdict(a, b, decision, note)], reviewer=who, at=opened.now())
        else:
            replaced = self.decision(self.at if at is None else at)
            if replaced is not None:
                desk.undo(opened, a, b, reviewer=who, at=opened.now())
            try:
                desk.decide(opened, a, b, decision, reviewer=who, at=opened.now(), note=note)
            except HiuError:
                if replaced is not None:  # what held before holds again
                    desk.decide(opened, a, b, replaced, reviewer=who, at=opened.now())
                raise
        kind = "second_opinion" if self.second else "decision"
        opened.log({"type": kind, "identity_a": a, "identity_b": b, "decision": decision, "at": str(opened.now())})

    def undo(self, at: int | None = None) -> None:
        """Undo what is in force about a pair; it stays on record. Raises UsageError if nothing is."""
        if self.second:
            raise UsageError("a second opinion is replaced by answering again; it binds nothing")
        row, opened = self._row(self.at if at is None else at), self._published.opened
        opened.require_role("review.undo")
        a, b = row["identity_a"], row["identity_b"]
        desk.undo(opened, a, b, reviewer=self._who(), at=opened.now())
        opened.log({"type": "decision_undone", "identity_a": a, "identity_b": b, "at": str(opened.now())})

    def widget(self) -> ReviewWidget:
        """The side-by-side view for a notebook, a ReviewWidget: what `run.review(name)` shows by itself.

        Raises UsageError without a reviewer or the extra 'notebooks'."""
        require("notebooks")
        from hiu.site.review.widget import ReviewWidget

        self._who()
        return ReviewWidget(self)

    def _sample(self) -> pl.DataFrame:
        """Pairs others decided that two people look at: a fixed share of them, the same in every run."""
        from hiu.link.review.queue import second_sample

        share = self._published.settings.linking.double_review
        mine = C("reviewer") == " ".join(self._who().split())
        others = self._in_force().filter(~mine).unique(PAIR, maintain_order=True)
        chosen = others.filter(second_sample(others, share))
        ids = self._published._table("descriptions").select("identity_id", "person_id")
        people = {side: ids.rename({"identity_id": f"identity_{side}", "person_id": f"person_{side}"}) for side in "ab"}
        with_people = chosen.select(PAIR).join(people["a"], on="identity_a").join(people["b"], on="identity_b")
        drop = [name for name in ("person_a", "person_b") if name in self._queue.columns]
        return with_people.join(self._queue.drop(drop), on=PAIR, how="left").sort(PAIR)

    def _first(self) -> int:
        """The first pair that is not decided, else the first."""
        answers = self._answers()
        return next((at for at, row in enumerate(self._rows) if _key(row) not in answers), 0)

    def _answers(self) -> dict[tuple[str, str], str]:
        """Pair -> what is in force about it; of second opinions, the reviewer's own."""
        decided = self._opinions() if self.second else self._in_force()
        return {(a, b): what for a, b, what in decided.select(*PAIR, "decision").iter_rows()}

    def _row(self, at: int) -> Row:
        if not 0 <= at < len(self._rows):
            raise UsageError(f"no pair {at}: the queue has {len(self._rows)}, counted from 0")
        return self._rows[at]

    def _in_force(self) -> pl.DataFrame:
        return desk.in_force(self._published.opened.records)

    def _opinions(self) -> pl.DataFrame:
        from hiu.govern.records import read
        from hiu.model import SECOND_OPINIONS

        mine = C("reviewer") == " ".join(self._who().split())
        return read(self._published.opened.records, SECOND_OPINIONS).filter(mine)

    def _about(self, row: Row) -> pl.DataFrame:
        return desk.earlier(self._published.opened.records, row["identity_a"], row["identity_b"])

    def _who(self) -> str:
        if not (self.reviewer or "").strip():
            raise UsageError("give the reviewer's name: run.review('your name')")
        return str(self.reviewer)

    def _card(self) -> Card:
        done = self.progress()
        named = f"decisions are {self.reviewer}'s" if self.reviewer else "to decide: run.review('your name')"
        return Card(
            f"Match review, {self._published.month.title}",
            {
                "pairs": f"{done['pairs']:,}, {done['decided']:,} decided",
                "reviewer": named,
                "two reviewers": self._agreement(),
            },
            "run.review('your name', show_names=True)",
        )

    def _agreement(self) -> str:
        """How often two people who looked at the same pair said the same, as the month's quality has it."""
        found = self._published._table("link_quality").filter(C("measure") == "reviewers_agree").to_dicts()
        if not found or not found[0]["n"]:
            return "nobody has looked at a decided pair again: run.review('another name', second=True)"
        one = found[0]
        interval = f"95% interval {one['low']:.0%} to {one['high']:.0%}"
        return f"they agree on {one['value']:.0%} of the {one['n']:,} pairs that two people looked at ({interval})"

    def _repr_mimebundle_(self, **_: Any) -> Any:
        still = {"text/plain": repr(self), "text/html": self._card().html() + self.head(20)._repr_html_()}
        if not (self.reviewer or "").strip() or not self._rows or not installed("notebooks"):
            return still
        whole = self.widget()._repr_mimebundle_()
        data, about = whole if isinstance(whole, tuple) else (whole or {}, {})
        return {**still, **{kind: what for kind, what in data.items() if "widget" in kind}}, about

    def __repr__(self) -> str:
        return self._card().text()


def _key(row: Row) -> tuple[str, str]:
    return row["identity_a"], row["identity_b"]


def _past(row: Row) -> str:
    what = f"{cell_text(row['decided_at'])}: {row['decision']}, {row['reviewer']}"
    return what + (f"; undone {cell_text(row['undone_at'])} by {row['undone_by'] or '?'}" if row["undone_at"] else "")
