"""What the rows of a delivery may count as: sentences where a row counts or does not for want of a column or a
condition (docs/sources.md, Measures and counts)."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from hiu.extract.draft.columns.idle import by_form, counted, left_early, nothing_happened
from hiu.extract.files.header import quoted
from hiu.extract.measures import holds
from hiu.settings import NEVER_COUNTS
from hiu.sources import Source
from hiu.sources.conditions import Condition

_FEWEST = 5
_OF_NUMBERS = "A row's number is of all its contacts: if some are none, ask for the number without them"


def idle_flags(frame: pl.DataFrame, columns: Mapping[str, str], unused: Sequence[str], source: Source) -> Iterator[str]:
    """A sentence for each column that decides nothing though its words say that rows are no contacts: 'Cancelled?'
    with Y, 'Outcome' with 'stood down'; and for one that leaves rows out, which such words it lets count. `columns` as
    match_columns, `unused` the headers that nothing reads.
    """
    if not source.measures:
        return
    decided = {*source.key.deleted, *source.key.duplicate, *(field for rule in source.measures for field in rule.where)}
    coded = {field for field, spec in source.fields.items() if spec.type in ("code", "text")} - decided
    idle = {header: field for field, header in columns.items() if field in coded and field not in source.key.event}
    for header in (*unused, *idle):
        texts = counted(frame[header]) if header in frame.columns else {}
        found = nothing_happened(header, texts) or {word: sum(each.values()) for word, each in by_form(texts).items()}
        if found:
            yield (
                f"'{header}' has {_rows(found)}; no rule looks at it, so those rows count as the others do. "
                f"{_OF_NUMBERS if source.kind == 'counts' else _how(idle.get(header))}"
            )
    for field in sorted(decided & columns.keys()):
        if columns[field] in frame.columns:
            yield from _left_counting(frame[columns[field]], columns[field], field, source)


def _rows(found: Mapping[str, int]) -> str:
    return ", ".join(f"{word} in {n:,} row{'s' * (n != 1)}" for word, n in [*found.items()][:8])


def _left_counting(cells: pl.Series, header: str, field: str, source: Source) -> Iterator[str]:
    """What a condition of a site's own, that leaves rows out by some words, lets count of other such words."""
    rules = [rule for rule in source.measures if _leaves_out(rule.where.get(field, "present"))]
    texts = counted(cells)
    able = {word for each in by_form(texts).values() for word in each} | set(nothing_happened(header, texts))
    if not rules or source.fields[field].codes or not able:
        return
    rest = pl.DataFrame({field: sorted(word for word in able if not left_early(word))}, schema={field: pl.String})
    passing = rest.filter(pl.any_horizontal(holds({field: rule.where[field]}, [field]) for rule in rules))[field]
    if found := {word: texts[word] for word in passing}:
        yield (
            f"'{header}' leaves rows out, and other words in it still count: {_rows(found)}. If they are no contacts, "
            f"add them to {field} under [where]"
        )


def _how(field: str | None) -> str:
    """What to write if rows are no contacts; `field` is what the column is read as, None if nothing reads it."""
    before = f"name its words for {field}" if field else "make it a field and name its words"
    return f"If they are no contacts, {before} under [where], or in [key] deleted"


def uncounted(records: pl.DataFrame, source: Source) -> list[str]:
    """A sentence if no sound row of a delivery (of five or more) earns a measure: a condition that nothing meets."""
    sound = records.filter(~pl.col("quarantined") & ~pl.col("deleted"))
    if not source.measures or source.kind == "register" or sound.height < _FEWEST:
        return []
    if sound["measures"].list.len().sum():
        return []
    names = quoted(sorted({field for rule in source.measures for field in rule.where}))
    return [f"none of {sound.height:,} rows counts as anything: no [[measures]] where is met by what {names} hold"]


def parts_unread(records: pl.DataFrame, quality: pl.DataFrame, source: Source) -> list[str]:
    """A warning if no row says what part a person had, though the source leaves out who is only a witness: how many
    rows and people count. `records` and `quality` as standardised.
    """
    tells = sorted({field for rule in source.measures if rule.name == NEVER_COUNTS for field in rule.where})
    counts = records.filter(~pl.col("quarantined") & ~pl.col("deleted") & (pl.col("measures").list.len() > 0))
    if not tells or counts.is_empty() or quality.filter(pl.col("field").is_in(tells), pl.col("read") > 0).height:
        return []
    people = counts.select("nhs_number", "local_ids", "family", "given", "dob").n_unique()
    return [
        f"no {_named(tells, source)} is read, so that witnesses and professionals count as if the contact were about "
        f"them: {counts.height:,} row{'s' * (counts.height != 1)} count, of at most {people:,} by what names them. "
        "Ask for the column, or have the sender leave them out and say so in the source (docs/governance.md)"
    ]


def cannot_count(columns: Mapping[str, str], source: Source) -> tuple[list[str], list[str]]:
    """Warnings and notes of what a file without some columns can't say: no row counts in a data set whose condition
    needs one, and every row does where one would leave rows out. `columns` as match_columns.
    """
    needed = {name: _lacking(source, name, columns, _needs) for name in source.counts}
    never = [
        f"no row can count as {name}: no column is read as {_named(fields, source)}, which it depends on"
        for name, fields in needed.items()
        if fields
    ]
    leaving = {name: _lacking(source, name, columns, _leaves_out) for name, fields in needed.items() if not fields}
    always = [
        f"no row is left out of {name} by {_named(fields, source)}: no column is read as that"
        for name, fields in leaving.items()
        if fields
    ]
    whole = len(never) == len(source.counts)
    return (never, always) if whole else ([], [*never, *always])


def _lacking(source: Source, name: str, columns: Mapping[str, str], kind: object) -> list[str]:
    """Fields that are not in the file and on which each measure of a data set has a condition of the kind."""
    rules = [rule for rule in source.measures if rule.name in source.counts[name].measures]
    each = [
        {f for f, test in rule.where.items() if f not in columns and callable(kind) and kind(test)} for rule in rules
    ]
    return sorted(set.union(*each)) if each and all(each) else []


def _needs(test: Condition) -> bool:
    return test == "present" or (isinstance(test, dict) and bool({"in", "matches"} & test.keys()))


def _leaves_out(test: Condition) -> bool:
    return isinstance(test, dict) and not _needs(test)


def _named(fields: Sequence[str], source: Source) -> str:
    accepted = [header for field in fields for header in source.fields[field].columns]
    return f"{' or '.join(fields)} (accepted: {quoted(accepted, 6)})"
