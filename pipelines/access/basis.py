"""The basis of a site, as jobs use it: who may be shown to whom today, and whose support stands on which gates."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

import polars as pl

from hiu.errors import HiuError
from hiu.extract.files.find import find_deliveries
from hiu.govern import records
from hiu.govern.basis import gate
from hiu.govern.basis.gate import GateResult
from hiu.govern.basis.start import gates_on_record, lacking, support_ended
from hiu.model import MEETING_ENTRY
from hiu.model.govern import BASIS, EVERY
from hiu.model.meeting import NEEDED_TO_START
from hiu.publish.access import gated
from hiu.publish.people import gate_words
from hiu.publish.release.working import whole_table
from hiu.publish.rows import Tables
from hiu.publish.words.terms import ENTERED
from hiu.publish.words.text import count_of, join_words
from pipelines.common.fingerprint import digest
from pipelines.common.journal import utc
from pipelines.common.place import Paths, Place, published_tables

_NO_ALIASES = pl.DataFrame(schema={"old_id": pl.String, "person_id": pl.String, "kind": pl.String})


def basis_of(place: Place, aliases: pl.DataFrame | None = None) -> pl.DataFrame:
    """Every row of the site's basis, under the ids people have now (`aliases`: default, those last published)."""
    recorded = records.read(place.records, BASIS)
    return gate.standing(place.settings, recorded, last_aliases(place) if aliases is None else aliases)


def sources_in_use(place: Place) -> list[str]:
    """Sources whose agreement matters: before the first published month all, then those with one, or with a file."""
    if not place.months():
        return sorted(place.sources)
    found = find_deliveries(place.raw, place.sources).deliveries if place.raw.is_dir() else ()
    sent = published_tables(place.which(None)[1], ("deliveries",))["deliveries"]["source"]
    used = {*sent, *(one.source for one in found), *(one.source for one in place.settings.agreements)}
    return sorted(used & place.sources.keys())


def denial(person_id: str, code: str, *, by: str, evidence: str, start: date, now: datetime) -> dict[str, object]:
    """A row that forbids everything about a person, without an end."""
    about = {"purpose": EVERY, "recipient": EVERY, "decided_by": by, "evidence": evidence}
    return gate.row(person_id, code=code, allow=False, start=start, end=None, recorded_at=utc(now), **about)


def last_aliases(paths: Paths) -> pl.DataFrame:
    """The former ids as the latest published month has them; none before the first."""
    months = paths.months()
    path = whole_table(paths.published / months[max(months)], "aliases") if months else Path()
    return pl.read_parquet(path).sort("month", "old_id") if months and path.exists() else _NO_ALIASES


def called_since(ids: pl.Series, aliases: pl.DataFrame) -> pl.DataFrame:
    """People of a month by their id there (`was`), beside every id that they have had since (`person_id`)."""
    return gate.follow(pl.DataFrame({"person_id": ids.unique()}).with_columns(was="person_id", allow=True), aliases)


def allowed(
    place: Place, ids: Iterable[str], *, purpose: str, recipient: str, on: date, aliases: pl.DataFrame | None = None
) -> GateResult:
    """Who of the people may be shown to a recipient for a purpose on a day, and how many are withheld."""
    rows, opt_out = basis_of(place, aliases), gate.opt_out_of(place.settings, on)
    return gate.permitted(ids, rows, purpose=purpose, recipient=recipient, on=on, opt_out=opt_out)


def refusal(found: GateResult, person: str, *, purpose: str, recipient: str, on: date) -> str:
    """Why `found`, which `allowed` said of one person, shows nobody: the codes that forbid it, or that none allows."""
    shows = f"'hiu basis {person}' shows what is recorded"
    if found.denials:
        codes = join_words(f"'{code}'" for code in found.denials)
        return f"{codes} on record keeps {person} from the {recipient} for {purpose} on {on}; {shows}, and by whom"
    return f"no basis lets the {recipient} see {person} for {purpose} on {on}; {shows}"


def for_group(place: Place, tables: Tables, on: date, recipient: str = "group") -> Tables:
    """Published tables as an output with names in it may use them: `access.visible` needs this."""
    ids = {person for name in ("ranked", "support", "changes") for person in tables[name]["person_id"].drop_nulls()}
    found = allowed(place, ids, purpose="support", recipient=recipient, on=on, aliases=tables["aliases"])
    return gated(tables, found.ids)


def hidden(place: Place, tables: Mapping[str, pl.DataFrame], on: date) -> frozenset[str]:
    """Who of a month's people may be shown to nobody by name on a day: they are in no published table."""
    rows, opt_out = basis_of(place, tables["aliases"]), gate.opt_out_of(place.settings, on)
    # somebody without a row of their own is shown as anybody is: then only those with one are looked up
    of_all = bool(gate.hidden([""], rows, on=on, opt_out=opt_out))
    own = rows["person_id"].unique()
    if not of_all and own.to_list() in ([], [EVERY]):
        return frozenset()
    ids = [frame["person_id"].drop_nulls() for frame in tables.values() if "person_id" in frame.columns]
    found = pl.concat(ids).unique() if of_all else pl.concat([one.filter(one.is_in(own.implode())) for one in ids])
    return gate.hidden(found, rows, on=on, opt_out=opt_out)


def still_named(place: Place, on: date) -> list[str]:
    """A sentence for each other published month whose files hold people who may be shown to nobody since."""
    out = []
    for month, folder in sorted(place.months().items()):
        path = place.published / folder / "people.parquet"
        people = pl.read_parquet(path, columns=["person_id"]) if path.exists() else pl.DataFrame({"person_id": []})
        gone = hidden(place, {"people": people, "aliases": last_aliases(place)}, on)
        if n := len(gone.intersection(people["person_id"])):  # a former id alone is nobody of the month
            out.append(
                f"{month} was published before {count_of(n, 'person', 'people')} could no longer be shown to anybody: "
                f"'hiu run {month}' publishes it again without them"
            )
    return out


def for_board(
    place: Place, tables: Mapping[str, pl.DataFrame], on: date, recipient: str = "commissioner"
) -> tuple[dict[str, pl.DataFrame], int, tuple[str, ...]]:
    """Published tables without the people whom the law lets leave even the figures, how many, and the basis codes.

    Raises HiuError unless there is a basis for planning figures to go to the recipient.
    """
    basis = basis_of(place, tables.get("aliases"))
    governance = place.settings.governance
    found = gate.permitted(["*"], basis, purpose="planning", recipient=recipient, on=on)
    if not found.ids:
        raise HiuError(
            f"{place.home / 'site.toml'}: no [[basis]] for purpose 'planning' and recipient '{recipient}' "
            f"is in force on {on}{gate.unsigned(place.settings, purpose='planning', recipient=recipient)}; "
            "nothing may leave for them. See docs/governance.md."
        )
    out = gate.left_out(basis, governance.left_out_of_counts, on, gate.opt_out_of(place.settings, on))
    kept = {
        name: frame.filter(~pl.col("person_id").is_in(sorted(out)) | pl.col("person_id").is_null())
        if "person_id" in frame.columns
        else frame
        for name, frame in tables.items()
    }
    ids = set(tables["people"]["person_id"]) if "people" in tables else set(tables["ranked"]["person_id"])
    return kept, len(out & ids), found.codes


def digest_of(place: Place, on: date) -> str:
    """Digest of the rows that hold on a day: while it stays the same, the same people may be shown.

    Deaths are left out: they come from the deliveries, which the run compares itself.
    """
    rows = basis_of(place, _NO_ALIASES).filter(
        pl.col("start") <= on, pl.col("end").is_null() | (pl.col("end") >= on), pl.col("code") != "died"
    )
    columns = ["person_id", "purpose", "recipient", "code", "allow"]
    return digest(rows.select(columns).sort(columns).rows(), sorted(gate.opt_out_of(place.settings, on)))


def unpermitted(place: Place, on: date) -> list[str]:
    """If no basis lets the group see anybody: that, and what to put into site.toml."""
    rows = gate.in_force(basis_of(place, _NO_ALIASES), purpose="support", recipient="group", on=on)
    if not rows.filter("allow").is_empty():
        return []
    return [
        f"nobody may be shown to the group, so its list is empty: no [[basis]] for purpose 'support' and recipient "
        f"'group' is in force on {on}{gate.unsigned(place.settings, purpose='support', recipient='group')}. "
        "When each controller has decided, advised by its data protection officer (docs/governance.md), add to "
        f"{place.home / 'site.toml'} and run the month again:\n"
        f"{gate.basis_block('support', 'group', on)}"
    ]


def supported_withheld(place: Place, on: date, folder: Path | None = None) -> list[str]:
    """A sentence if people whom the register of a run (default: the latest) supports are withheld from the group by a
    row that forbids: how many, by which code. Their support may be going on unseen. Who died is not among them."""
    if not folder and not place.months():
        return []
    support = pl.read_parquet(whole_table(folder or place.which(None)[1], "support"))
    going = support.filter(pl.col("start") <= on, pl.col("end").is_null() | (pl.col("end") > on))["person_id"]
    opt_out = gate.opt_out_of(place.settings, on)
    rows = gate.in_force(basis_of(place), purpose="support", recipient="group", on=on, opt_out=opt_out)
    denied = rows.filter(~pl.col("allow"), pl.col("person_id").is_in(going.implode()))
    dead = denied.filter(code="died")["person_id"]
    denied = denied.filter(~pl.col("person_id").is_in(dead.implode())).unique(["person_id", "code"])
    if denied.is_empty():
        return []
    people = count_of(denied["person_id"].n_unique(), "person in support is", "people in support are")
    why = join_words(f"{code} {n}" for code, n in denied.group_by("code").len().sort("code").rows())
    return [
        f"{people} withheld from the group: {why}. Whoever supports them has to know it: 'hiu basis PERSON' shows the "
        "row, and who may still be shown them"
    ]


def gates_of(place: Place, person: str, on: date) -> tuple[str, dict[str, str]]:
    """A person's gates in a line, each with its day and where it is written; and why support may not start on a day."""
    support = _support(place)
    if support.is_empty():
        return "", lacking({}, ended=None, on=on)
    entries = records.history(place.records, MEETING_ENTRY)
    own, ended = gates_on_record(support).get(person, {}), support_ended(support, entries, on).get(person)
    return gate_words(own, ended), lacking(own, ended=ended, on=on)


def gates_lacking(place: Place, on: date) -> list[str]:
    """A sentence if people are being supported without a gate, or on one without its day: how many, of which."""
    support = _support(place)
    if support.is_empty():
        return []
    going = support.filter(pl.col("start") <= on, pl.col("end").is_null() | (pl.col("end") > on))
    own = gates_on_record(going)
    found = [lacking(own.get(person, {}), ended=None, on=on) for person in going["person_id"]]
    counts = {gate: sum(gate in one for one in found) for gate in NEEDED_TO_START}
    words = join_words(f"{ENTERED[gate].lower()} of {n}" for gate, n in counts.items() if n)
    if not words:
        return []
    people = count_of(going.height, "person is", "people are")
    return [f"{people} being supported; lacking, or without its day: {words}. 'hiu basis --due' names them"]


def _support(place: Place) -> pl.DataFrame:
    if not place.months():
        return pl.DataFrame()
    return published_tables(place.which(None)[1], ("support",)).get("support", pl.DataFrame())
