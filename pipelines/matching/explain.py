"""Why a person is where they are, and who someone is, on the terminal; names are masked unless asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.errors import Busy, LookRefused, UsageError
from hiu.govern.pseudonym import described, description
from hiu.govern.release.outputs import put
from hiu.link.review.explain import PairExplanation, conflicts, holding_links
from hiu.link.review.explain import explain_pair as compare_pair
from hiu.link.review.find import find as find_people
from hiu.link.site_rules import with_site_names
from hiu.publish.release.working import whole_table
from hiu.site import Published
from hiu.site.looks import one_look
from hiu.site.review.decide import earlier
from hiu.site.show.mask import initials
from pipelines.access.disclose import show_names as names_shown
from pipelines.access.looks import enter_look, may_look, require_look
from pipelines.common.model import model_of
from pipelines.common.place import Place, open_warehouse
from pipelines.common.progress import out
from pipelines.matching.month import published_month


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asks, what for, whether names are wanted, and when."""

    purpose: str
    by: str | None
    show_names: bool
    now: datetime

    def enter(self, place: Place, what: str, whom: Collection[str], month: str, refused: str | None = None) -> None:
        """Enter the look."""
        enter_look(place, self.now, what, whom, purpose=self.purpose, by=self.by, month=month, refused=refused)


def explain_person(place: Place, person_id: str, month: str | None, asked: Asked) -> None:
    """Print rank, sentence, months and source rows of a person.

    Raises LookRefused, which tells nothing of them, unless a basis lets an analyst look at them for the purpose.
    """
    with one_look():
        _explain_person(place, person_id, published_month(place, month, asked.now, purpose=asked.purpose), asked)


def _explain_person(place: Place, person_id: str, published: Published, asked: Asked) -> None:
    show_names, now, month = asked.show_names, asked.now, str(published.month)
    try:
        person = published.person(person_id)
    except LookRefused as refused:
        asked.enter(place, "explain", refused.people, month, refused="no basis")
        raise
    asked.enter(place, "explain", [person.person_id], month)
    about = _people(published).filter(pl.col("person_id") == person.person_id).to_dicts()[0]
    show_names = show_names and _names_allowed(place, [person.person_id], published, now)
    out(f"{person.person_id}  {_name(about['name_text'], show_names)}  ({published.month.title})")
    out(person.why())
    if about["two_nhs_numbers"] or about["two_dobs"]:
        out("Conflict: more than one NHS number or date of birth. Look at the rows before relying on this.")
    _print_months(person.months())
    links = person.links()
    _print_rows(links)
    _print_links(place, links["identity_id"].drop_nulls().unique().sort().to_list())


def explain_pair(place: Place, pair: str, *, chart: Path | None, asked: Asked) -> None:
    """Print how the matcher compares two descriptions (identity ids joined by a comma): level and weight by field.

    `chart`: an SVG or PNG of the same. Reads the working warehouse. Raises Busy while a run is going on, UsageError
    for another kind of file; LookRefused for a description that is unknown, or of somebody whom no basis lets an
    analyst look at: which of the two it is, is not said.
    """
    if pair.count(",") != 1:
        raise UsageError(f"'{pair}': expected two ids of descriptions joined by a comma, as 'hiu review' shows them")
    typed, key = [part.strip().removeprefix("id-") for part in pair.split(",")], place.key_for("description")
    with open_warehouse(place) as warehouse:
        people = dict(warehouse.rows("cluster", "identity_id", "person_id").iter_rows())
        ids = {description(one, key): one for one in people}
        left, right = (ids.get(one, "") for one in typed)
        who = [people.get(ids.get(one, ""), one) for one in typed]
        what = "explain of a pair"
        require_look(place, asked.now, what, who, purpose=asked.purpose, by=asked.by, month="warehouse")
        settings, events = place.settings.linking, warehouse.read("identity_event")
        identity, model = with_site_names(warehouse.read("identity"), settings), model_of(place)
        found = compare_pair(identity, left, right, settings=settings, events=events, model=model)
    if show_names := asked.show_names:
        shown = names_shown(place, who, month="warehouse", now=asked.now, identities=[left, right])
        show_names = not shown.withheld
        out(shown.withheld_message if shown.withheld else "names are shown; it is logged")
    _print_pair(found, show_names=show_names)
    for text in earlier(place.records, left, right).iter_rows(named=True):
        out(f"decided {text['decision']} by {text['reviewer']}{', undone' if text['undone_at'] else ''}")
    if chart is not None:
        _draw_pair(found, chart)
        out(f"drawn in {chart}")


def _print_pair(found: PairExplanation, *, show_names: bool) -> None:
    out(f"{found.sentence} (model {found.model})")
    for row in found.fields.iter_rows(named=True):
        values = f"{row['left'] or '-'} | {row['right'] or '-'}" if show_names else ""
        bar = ("+" if row["weight"] > 0 else "-") * round(abs(row["weight"]))
        out(f"  {row['weight']:+7.2f}  {row['title']:<22} {row['level']:<26} {bar:<18} {values}".rstrip())
    out(f"  {found.weight:+7.2f}  all together (log2 odds; 0 is even)")
    for text in found.rarity:
        out(f"  {text}")


def _draw_pair(found: PairExplanation, to: Path) -> None:
    from hiu.publish.charts.matching import to_png, waterfall

    kind = to.suffix.lower()
    if kind not in (".svg", ".png"):
        raise UsageError(f"{to}: expected a name that ends in .svg or .png")
    svg = waterfall(found.fields, found.sentence)
    put(to, to_png(svg) if kind == ".png" else svg.encode("utf-8"))


def _print_links(place: Place, members: list[str]) -> None:
    """What joined the descriptions of a person, the weakest link, and what contradicts itself."""
    try:
        with open_warehouse(place) as warehouse:
            pairs, identity = warehouse.read("pair_score"), warehouse.read("identity")
    except Busy:
        out("What joined the descriptions cannot be shown while a run is going on.")
        return
    links = holding_links(pairs, members)
    out(f"{len(members)} descriptions, held together by {len(links)} links (those alike in all but spelling need none)")
    if links.height:
        weak = links.row(-1, named=True)
        sure = 1 / (1 + 2 ** -min(max(weak["match_weight"], -60), 60))
        pair = described(f"{weak['identity_a']},{weak['identity_b']}", place.key_for("description"))
        out(
            f"  weakest: {pair}  weight {weak['match_weight']:+.1f}, probability "
            f"{sure:.3f}; 'hiu explain' with that pair says why"
        )
    for column, values in conflicts(identity, members).items():
        out(f"  conflict: {len(values)} {TITLES[column]}")


TITLES = {"nhs_number": "NHS numbers", "dob": "dates of birth", "sex": "sexes recorded"}


def find(place: Place, query: str, month: str | None, asked: Asked) -> None:
    """Print the people nearest to a query, of those whom a basis lets an analyst look at for the purpose.

    Of the others nothing is printed, not even how many there are: who asks by name knows whom they mean.
    """
    with one_look():
        published = published_month(place, month, asked.now, purpose=asked.purpose)
        found = find_people(query, _people(published))
        every = found["person_id"].to_list()
        may = may_look(place, every, asked.purpose, asked.now)
        asked.enter(
            place, "find", every, str(published.month), refused=None if set(every) == may else "no basis for all"
        )
        _print_found(place, published, found.filter(pl.col("person_id").is_in(sorted(may))), asked)


def _print_found(place: Place, published: Published, found: pl.DataFrame, asked: Asked) -> None:
    month, seen = str(published.month), frozenset[str]()
    if asked.show_names:
        seen = names_shown(place, found["person_id"], month=month, now=asked.now).ids
    ranks = published.table("ranked").select("person_id", "rank", "list")
    for row in found.join(ranks, on="person_id", how="left", maintain_order="left").to_dicts():
        place_of = f"rank {row['rank']}" if row["rank"] else "not ranked"
        out(f"{row['person_id']}  {_name(row['name_text'], row['person_id'] in seen):<30} {place_of}")
    if found.is_empty():
        out(f"nobody like that in {published.month.title} whom you may look at for purpose '{asked.purpose}'")


def _names_allowed(place: Place, ids: list[str], published: Published, now: datetime) -> bool:
    """Whether the names asked for may be shown; it is logged, and said if not."""
    found = names_shown(place, ids, month=str(published.month), now=now)
    if found.withheld:
        out(found.withheld_message)
    return not found.withheld


def _people(published: Published) -> pl.DataFrame:
    return pl.read_parquet(whole_table(published.folder, "people"))


def _name(name: str | None, show: bool) -> str:
    return (name or "(no name)") if show else initials(name)


def _print_months(months: pl.DataFrame) -> None:
    wide = months.with_columns(
        pl.col("month").dt.strftime("%Y-%m"), n=pl.col("n").cast(pl.String).fill_null("not supplied")
    )
    table = wide.pivot("dataset", index="month", values="n").sort("month")
    out(" ".join(f"{name:>20}" for name in table.columns))
    for row in table.iter_rows():
        out(" ".join(f"{cell or '0':>20}" for cell in row))


def _print_rows(links: pl.DataFrame) -> None:
    out(f"{links.height} source rows:")
    for row in links.iter_rows(named=True):
        sure = "" if row["match_probability"] is None else f" {row['match_probability']:.3f}"
        out(f"  {row['source']:<10} {row['source_file']} row {row['source_row']}: {row['status']}, {row['how']}{sure}")
