"""The gate: whose data may go to a recipient for a purpose on a day. What no row allows is withheld.

Rows come from site.toml (`[[basis]]`, for everybody) and from records (`hiu basis`, for one person). On a day,
a row that forbids wins over every row that allows, but for a national opt-out of somebody who agreed to that very use;
nothing is built in, so an empty table lets nobody through.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import product

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern.placeholder import is_placeholder, require_signature
from hiu.model.frames import schema
from hiu.model.govern import BASIS, DENIALS, EVERY, PURPOSES, RECIPIENTS
from hiu.settings import Settings

_SCHEMA = schema(BASIS)
NAMED_TO = ("group", "clinician", "analyst")
"""Recipients who see people, each one as the basis lets them; a commissioner sees figures alone."""
Uses = Collection[tuple[str, str]]
"""Pairs of a purpose and a recipient."""
PLANNING = frozenset(product(("planning",), RECIPIENTS))
"""What a national data opt-out forbids unless a site sets something else, or a basis rests on section 251."""


@dataclass(frozen=True)
class GateResult:
    """Who may be shown, how many may not, the codes of the basis it rests on, and of the rows that forbid somebody."""

    ids: frozenset[str]
    withheld: int
    codes: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()

    @property
    def withheld_message(self) -> str:
        """What an output says of those it leaves out."""
        return f"withheld: {self.withheld} (no basis to share them, or an objection, opt-out or death forbids it)"


def basis_table(settings: Settings, recorded: pl.DataFrame) -> pl.DataFrame:
    """Every row of the basis, with BASIS's columns: the site's own for everybody, and those recorded of people.

    A row of site.toml in which the template's words still stand was decided by nobody, and allows nothing.
    """
    common = {"person_id": EVERY, "allow": True}
    site = [
        {**one.model_dump(exclude={"confidentiality"}), **common, "recorded_at": datetime.combine(one.start, time.min)}
        for one in settings.basis
        if not any(map(is_placeholder, (one.code, one.decided_by, one.evidence)))
    ]
    return pl.concat([pl.DataFrame(site, schema=_SCHEMA), recorded.select(list(_SCHEMA)).cast(_SCHEMA)])  # type: ignore[arg-type]


def unsigned(settings: Settings, *, purpose: str, recipient: str) -> str:
    """What to add if a row of site.toml for the purpose and recipient still holds words of the template; else empty."""
    own = [one for one in settings.basis if (one.purpose, one.recipient) == (purpose, recipient)]
    fields = ("code", "decided_by", "evidence")
    still = [field for field in fields if any(is_placeholder(str(getattr(one, field))) for one in own)]
    if not still:
        return ""
    return (
        f" (site.toml has one, but the words of the template still stand in its {', '.join(still)}, so nobody has "
        "decided it: say who did, and by what)"
    )


def opt_out_of(settings: Settings, on: date) -> frozenset[tuple[str, str]]:
    """What a national data opt-out forbids on a day: the purposes that are set, and what rests on section 251."""
    rows = (one for one in settings.basis if one.confidentiality == "section 251" and one.start <= on <= one.end)
    set_ = product(settings.governance.opt_out_purposes, RECIPIENTS)
    return frozenset({*set_, *((one.purpose, one.recipient) for one in rows)})


def opt_out_words(settings: Settings, on: date) -> str:
    """The same in words: `planning, to everybody; support, to the group (section 251)`."""
    set_ = settings.governance.opt_out_purposes
    rest = sorted(use for use in opt_out_of(settings, on) if use[0] not in set_)
    words = [f"{one}, to everybody" for one in set_] + [f"{one}, to the {to} (section 251)" for one, to in rest]
    return "; ".join(words) or "nothing here"


def standing(settings: Settings, recorded: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Every row of the basis under the ids people have now; `aliases` as published."""
    if recorded.is_empty():
        return basis_table(settings, recorded)
    return basis_table(settings, follow(recorded, aliases))


def require_use(purpose: str, recipient: str) -> None:
    """Raises UsageError, naming the nearest, for a purpose or a recipient that there is not."""
    for kind, word, terms in (("purpose", purpose, PURPOSES), ("recipient", recipient, RECIPIENTS)):
        if word not in terms:
            raise UsageError(f"'{word}' is not a {kind}.{did_you_mean(word, terms)} There are: {', '.join(terms)}.")


def in_force(basis: pl.DataFrame, *, purpose: str, recipient: str, on: date, opt_out: Uses = PLANNING) -> pl.DataFrame:
    """The rows that bear on a purpose and a recipient on a day, both ends included.

    `opt_out` = what a national data opt-out forbids (`opt_out_of`); leave that was recorded of the person for this
    very use, such as explicit consent, ends it for that use. Raises UsageError.
    """
    require_use(purpose, recipient)
    rows = basis.filter(
        pl.col("purpose").is_in([purpose, EVERY]),
        pl.col("recipient").is_in([recipient, EVERY]),
        pl.col("start") <= on,
        pl.col("end").is_null() | (pl.col("end") >= on),
    )
    very_use = "allow", pl.col("purpose") == purpose, pl.col("recipient") == recipient, pl.col("person_id") != EVERY
    agreed = rows.filter(*very_use)["person_id"]
    holds = pl.lit((purpose, recipient) in opt_out) & ~pl.col("person_id").is_in(agreed.implode())
    return rows.filter((pl.col("code") != "national_opt_out") | pl.col("allow") | holds)


def permitted(
    person_ids: Iterable[str], basis: pl.DataFrame, *, purpose: str, recipient: str, on: date, opt_out: Uses = PLANNING
) -> GateResult:
    """Who of the people may be shown to a recipient for a purpose on a day; the one place where that is decided."""
    asked = frozenset(person_ids)
    rows = in_force(basis, purpose=purpose, recipient=recipient, on=on, opt_out=opt_out)
    # a row that allows must name its purpose and recipient, however it came into the file
    allow = rows.filter("allow", pl.col("purpose") == purpose, pl.col("recipient") == recipient)
    forbids = rows.filter(~pl.col("allow")).select("person_id", "code").iter_rows()
    forbid = [(person, code) for person, code in forbids if person == EVERY or person in asked]
    allowed, denied = set(allow["person_id"]), {person for person, _ in forbid}
    ids = asked if EVERY in allowed else asked & allowed
    ids = frozenset() if EVERY in denied else ids - denied
    used = {code for person, code in allow.select("person_id", "code").iter_rows() if person == EVERY or person in ids}
    codes, denials = tuple(sorted(used)) if ids else (), tuple(sorted({code for _, code in forbid}))
    return GateResult(ids, len(asked) - len(ids), codes, denials)


def hidden(person_ids: Iterable[str], basis: pl.DataFrame, *, on: date, opt_out: Uses = PLANNING) -> frozenset[str]:
    """Who of the people may be shown on a day to none of those who see people by name (`NAMED_TO`): in no published
    table, page or notebook."""
    left = frozenset(person_ids)
    for one in NAMED_TO:
        left -= permitted(left, basis, purpose="support", recipient=one, on=on, opt_out=opt_out).ids
    return left


def left_out(basis: pl.DataFrame, codes: Collection[str], on: date, opt_out: Uses) -> frozenset[str]:
    """People who are not in aggregates that leave, either: a row with one of `codes` forbids planning on the day."""
    rows = in_force(basis, purpose="planning", recipient="commissioner", on=on, opt_out=opt_out)
    found = rows.filter(~pl.col("allow"), pl.col("code").is_in(list(codes)), pl.col("person_id") != EVERY)
    return frozenset(found["person_id"])


def basis_block(purpose: str, recipient: str, start: date) -> str:
    """What to put into site.toml, with the parts only people know left to fill."""
    return (
        f'[[basis]]\npurpose = "{purpose}"\nrecipient = "{recipient}"\n'
        'code = "the lawful basis, as your privacy notice cites it"\ndecided_by = "who decided it"\n'
        'evidence = "reference of the impact assessment"\n'
        '# confidentiality = "implied consent"  # or explicit consent, required by law, best interests, '
        "public interest, section 251\n"
        f"start = {start}\nend = YYYY-MM-DD\n"
    )


def follow(rows: pl.DataFrame, aliases: pl.DataFrame, *, forbids: str = "allow") -> pl.DataFrame:
    """The rows under the ids people have now.

    A row follows a merge. After a split, one that forbids (`forbids` column false) holds for every part; one that
    allows stays with the id it was given to. `aliases` = old_id, person_id, kind, in any order.
    """
    steps = aliases.select("old_id", "person_id", "kind").unique(maintain_order=True)
    out = rows
    for _ in range(steps.height):
        became = out.join(steps, left_on="person_id", right_on="old_id", how="inner", suffix="_now")
        became = became.filter((pl.col("kind") == "merge") | ~pl.col(forbids))
        moved = became.with_columns(person_id=pl.col("person_id_now")).select(out.columns)
        grown = pl.concat([out, moved]).unique(maintain_order=True)
        if grown.height == out.height:
            break
        out = grown
    return out


def row(
    person_id: str,
    *,
    purpose: str,
    recipient: str,
    code: str,
    allow: bool,
    decided_by: str,
    evidence: str,
    start: date,
    end: date | None,
    recorded_at: datetime,
) -> dict[str, object]:
    """A row for the record. Raises UsageError for a word that is not known, or leave that names no purpose."""
    require_signature(decided_by, "--by")
    words = (("purpose", purpose, PURPOSES), ("recipient", recipient, RECIPIENTS))
    for kind, word, terms in words:
        may_be_any = word == EVERY and not allow
        if word not in terms and not may_be_any:
            raise UsageError(
                f"'{word}' is not a {kind}.{did_you_mean(word, terms)} There are: {', '.join(terms)}"
                f"{'' if allow else f', and {EVERY!r} for any'}."
            )
    if not allow and code not in DENIALS:
        raise UsageError(
            f"'{code}' is no reason to forbid.{did_you_mean(code, DENIALS)} There are: {', '.join(DENIALS)}."
        )
    if allow and code in DENIALS:
        raise UsageError(f"'{code}' forbids; it is no basis to share on")
    if end is not None and end < start:
        raise UsageError(f"it would end on {end}, before it starts on {start}")
    values = (person_id, purpose, recipient, code, allow, decided_by, evidence, start, end, recorded_at)
    return dict(zip(BASIS.names, values, strict=True))
