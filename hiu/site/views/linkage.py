"""Linkage: how rows became people, what each agreement is worth, where it is odd, and how sure it is."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from hiu.site.looks import look
from hiu.site.show.cards import Card
from hiu.site.show.listing import Listing
from hiu.site.show.suggest import Suggests
from hiu.site.tables import Tables
from hiu.site.views.quality import Quality

C = pl.col
_BANDS = [0.5, 0.8, 0.95, 0.99]
_NAMED = ["under 0.50", "0.50 to 0.80", "0.80 to 0.95", "0.95 to 0.99", "0.99 and over"]


class Linkage(Suggests):
    """How the month's rows (`.published`) were joined into people.

    >>> linkage = run.linkage()
    >>> set(linkage.sure()["how"]) <= {"number", "model", "decision", "event", "single", "nobody"}
    True
    >>> linkage.weights("nhs_number")["level"].to_list()
    ['same', 'typo', 'different']
    """

    def __init__(self, published: Tables) -> None:
        self.published = published

    def weights(self, field: str | None = None) -> Listing:
        """What each agreement is worth in the model in force: log2, +1 doubles the odds that two are one person."""
        import numpy as np

        from hiu.errors import UsageError
        from hiu.fuzzy import not_among
        from hiu.link.levels import FIELDS, NAMES
        from hiu.link.model.adopted import in_force

        if field is not None and field not in FIELDS:
            raise UsageError(not_among(f"no field '{field}'", field, NAMES))
        opened = self.published.opened
        model = in_force(opened.home, opened.settings.linking)
        rows = []
        for k, name in enumerate(NAMES):
            codes = np.zeros((len(FIELDS[name]), len(NAMES)), dtype=np.uint8)
            codes[:, k] = np.arange(len(FIELDS[name]))
            worth = zip(FIELDS[name], model.contributions(codes)[:, k], strict=True)
            rows += [(name, level.replace("_", " "), float(weight)) for level, weight in worth][1:]
        found = pl.DataFrame(rows, schema=["field", "level", "weight"], orient="row")
        kept = found if field is None else found.filter(C("field") == field)
        return Listing(kept, f"What each agreement is worth (model {model.version})", kind="weights")

    def thresholds(self) -> Listing:
        """How many doubtful pairs lie in each band of probability, and what is done with them."""
        linking = self.published.settings.linking
        edges = sorted({linking.review_from, 0.2, linking.link_at, 0.8, 0.95})
        names = [f"under {edges[0]:g}", *(f"{low:g} to {high:g}" for low, high in pairwise([*edges, 1]))]
        band = C("match_probability").bin_intervals(edges, labels=names).cast(pl.String)
        chance, bear = C("match_probability"), (C("priority") > 0).sum()
        queue = self.published._table("review_queue").group_by(probability=band, why=C("why"))
        found = queue.agg(pairs=pl.len(), least=chance.min(), most=chance.max(), bear_on_the_list=bear)
        title = f"Doubtful pairs: joined from {linking.link_at:g}, asked about from {linking.review_from:g}"
        return Listing(found.sort("least", "why"), title, kind="thresholds")

    def sure(self) -> Listing:
        """How many counted rows were joined how, and how surely: their best link's probability."""
        band = C("match_probability").bin_intervals(_BANDS, labels=_NAMED).cast(pl.String)
        rows = self.published._scan("links").filter(C("status") == "counted", C("how").is_not_null())
        found = rows.group_by("how", probability=band.fill_null("no link")).agg(rows=pl.len()).collect()
        share = (C("rows") / C("rows").sum()).alias("share")
        title = "How counted rows were joined, how surely"
        return Listing(found.with_columns(share).sort("how", "probability"), title, kind="sure")

    @look
    def oddities(self) -> Listing:
        """People to look at: several NHS numbers, dates of birth or sexes, very many descriptions, a weak link."""
        people = self.published._table("people")
        weak = (
            self.published._scan("links")
            .filter(C("how").is_in(["model", "number"]))
            .group_by("person_id")
            .agg(weakest=C("match_probability").min())
            .collect()
        )
        each = self.published._scan("descriptions").filter(C("sex").is_in(["F", "M"])).group_by("person_id")
        sexes = each.agg(two_sexes=C("sex").n_unique() > 1).filter("two_sexes").collect()
        many = max(2.0, people.filter(C("identities") > 1)["identities"].quantile(0.99) or 2.0)
        ranks = self.published._scan("ranked").filter(C("list") == "adult").select("person_id", "rank").collect()
        odd = {
            "two NHS numbers": C("two_nhs_numbers"),
            "two dates of birth": C("two_dobs"),
            "two sexes": C("two_sexes").is_not_null(),
            "very many descriptions": C("identities") > many,
            "a weak link": C("weakest") < 0.8,
        }
        reasons = [pl.when(fact).then(pl.lit(words)) for words, fact in odd.items()]
        people = people.join(sexes, on="person_id", how="left")
        found = people.join(weak, on="person_id", how="left").filter(pl.any_horizontal(*odd.values()))
        found = found.with_columns(odd=pl.concat_str(reasons, separator="|", ignore_nulls=True)).join(
            ranks, on="person_id", how="left"
        )
        columns = ("person_id", "rank", "name_text", "birth_year", "identities", "rows", "weakest", "odd")
        title = f"{found.height:,} people whose record may be two people's, the highest on the list first"
        found = found.select(columns).sort("rank", "person_id", nulls_last=True)
        return Listing(found, title, empty={"rank": "not ranked", "weakest": "one description"}, kind="oddities")

    @look
    def two_numbers(self) -> Listing:
        """People with more than one valid NHS number: two people joined, or a number typed wrongly."""
        found = self.oddities().to_polars().filter(C("odd").str.contains("two NHS numbers"))
        title = "People with more than one valid NHS number"
        return Listing(found.drop("odd"), title, empty={"rank": "not ranked"}, kind="oddities")

    @look
    def decisions(self) -> Listing:
        """What reviewers decided, as the run of this month knew it."""
        decisions = self.published._table("decisions")
        title = "Decisions that this month's matching honoured"
        return Listing(decisions, title, empty={"undone_at": "in force"}, kind="decisions")

    @look
    def moves(self) -> Listing:
        """Merges and splits since earlier months: which id became which, and why."""
        title = "People joined and parted"
        return Listing(self.published._table("aliases").sort("month", descending=True), title, kind="aliases")

    def quality(self) -> Listing:
        """Estimates of how good the matching is, with intervals, for everybody and by group."""
        return Quality(self.published).linkage_quality()

    def _card(self) -> Card:
        people = self.published._table("people")
        links = self.published._scan("links").select(pl.len()).collect().item()
        facts = {
            "rows traced": f"{links:,}, to {people.filter('named').height:,} people",
            "people with more than one NHS number": f"{people['two_nhs_numbers'].sum():,}",
            "people with more than one date of birth": f"{people['two_dobs'].sum():,}",
            "pairs in doubt": f"{self.published._table('review_queue').height:,}",
        }
        next_calls = ".sure(), .oddities(), .two_numbers(), .weights(), .thresholds(), .moves()"
        return Card(f"Linkage, {self.published.month.title}", facts, next_calls)

    def _repr_html_(self) -> str:
        return self._card().html()

    def __repr__(self) -> str:
        return self._card().text()
