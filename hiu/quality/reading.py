"""What a delivery's read rates mean: sentences for a person, or a refusal (docs/sources.md, [expect])."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.draft.columns.idle import says_utc
from hiu.extract.draft.lines import array
from hiu.extract.files.header import quoted
from hiu.extract.files.numbering import Numbering
from hiu.extract.values.people.instead import callers
from hiu.extract.values.text import in_words
from hiu.sources import FieldSpec, Source

Row = dict[str, Any]
FLOOD = 0.5
"""Share of the filled cells that say 'not known' from which a person is told."""

_AHEAD = ("plan", "plan_review", "end")
"""Facts whose date may lie ahead."""
_OFFSET = r"(?i)(Z|UTC|GMT|BST|[+-][0-9]{2}:?[0-9]{2})\s*$"  # how a time ends that says its own zone
_NO_YEAR = r"(A,? )?99?A?( |/|-|\.)(99?|A)( 99?[:.]99.*)?"
"""How dates without a year look: 3/10, Sat 03/10, Mon 3rd Oct."""
_AGE = r"A? ?9{1,3}( ?A)?( A)?"  # how an age looks in a column of births: about 35, 35ish, c 40, 35 years old
_FEWEST, _FEWEST_NAMES = 5, 10
_NAMES = ("name", "given", "family")
_NAMED = (*_NAMES, "nhs_number")
_IDENTIFYING = (*_NAMED, "local_id", "dob", "age")
_WHO = {"name": _NAMES, "birth": ("dob", "age"), "number": ("nhs_number", "local_id")}
_AGAIN = "'hiu check FILE' shows how each field is read"


def require_names(columns: Mapping[str, str], source: Source, name: str) -> None:
    """Raises InputRefused 'names_nobody' if a source that names people sent no name, NHS number or local number.

    `columns` as match_columns.
    """
    types = {source.fields[field].type for field in columns if field in source.fields}
    if not source.expect.names or types & {*_NAMED, "local_id"}:
        return
    wanted = [word for spec in source.fields.values() if spec.type in _NAMED for word in spec.columns]
    raise InputRefused(
        "names_nobody",
        "no column names a person: none is read as a name, an NHS number or a local number"
        f"{f'; expected one such as {quoted(wanted, 8)}' if wanted else ''}. Read are "
        f"{quoted(list(dict.fromkeys(columns.values())), 40)}. Totals without people can't be used: ask for rows of "
        f"people, or name the column in sources/{source.name}.toml; "
        "if the rows name nobody by design, write there: [expect] names = false",
        file=name,
    )


def require_somebody(records: pl.DataFrame, source: Source, name: str) -> None:
    """Raises InputRefused 'names_nobody' if of ten rows or more none has a name or number that says who it is about."""
    sound = records.filter(~pl.col("quarantined"))
    silent = all(sound[one].count() == 0 for one in ("given", "family", "nhs_number", "local_ids"))
    if source.expect.names and sound.height >= _FEWEST_NAMES and silent:
        raise InputRefused(
            "names_nobody",
            f"none of {sound.height:,} rows says whom it is about, by a name or a number. Look whether a column was "
            f"renamed; if the rows name nobody by design, write [expect] names = false in sources/{source.name}.toml",
            file=name,
        )


def names_alone(records: pl.DataFrame) -> list[str]:
    """A sentence if rows say no more of a person than a name that other such rows have too: each is a person apart."""
    named = pl.any_horizontal(pl.col("given", "family").is_not_null())
    more = ("dob", "birth_year", "nhs_number", "local_ids", "postcode", "house", "street")
    alone = records.filter(~pl.col("quarantined"), named, pl.all_horizontal(pl.col(more).is_null()))
    again = alone.group_by(pl.col("given", "family").str.to_lowercase()).len().filter(pl.col("len") > 1)
    if again.is_empty():
        return []
    n, names = int(again["len"].sum()), f"{again.height:,} name{'s' * (again.height > 1)}"
    return [
        f"{n:,} rows give {names} several times and nothing else of the person. Two people may share a name, so each "
        "of these rows is a person of its own, whose contacts are not added up. Ask for a date of birth, an age or a "
        "number beside the name"
    ]


def standing_once(frame: pl.DataFrame, columns: Mapping[str, str], source: Source) -> list[str]:
    """A sentence if the first row says whom it is about and a third of the rows or more do not; `columns` as
    match_columns.

    Such rows name nobody, unless `fill_down` says that a value stands once for the rows below it.
    """
    who = [h for field, h in columns.items() if field in source.fields and source.fields[field].type in _IDENTIFYING]
    if frame.height < _FEWEST:
        return []
    blocks = _once_a_block(frame, columns, source)
    if not who or source.file.fill_down:
        return blocks
    cells = frame.select(pl.all_horizontal((pl.col(h).fill_null("").str.strip_chars() == "") for h in set(who)))
    empty = cells.to_series()
    if empty[0] or 3 * int(empty.sum()) < frame.height:
        return blocks
    fill = f"If a value stands once for the rows below it, write under [file] in sources/{source.name}.toml: fill_down"
    advice = f"{fill} = {array(dict.fromkeys(who))}"
    if beside := callers(frame.columns):
        advice = f"They may be about the caller, in {quoted(beside)}, whose name is not taken: ask the sender"
    n = int(empty.sum())
    return [*blocks, f"{n:,} of {frame.height:,} rows do not say whom they are about, and so name nobody. {advice}"]


def _once_a_block(frame: pl.DataFrame, columns: Mapping[str, str], source: Source) -> list[str]:
    """A sentence if a part of the key, or the date, is filled in the first row and empty in most of the others."""
    parts = [*source.key.event, *["start"] * source.dated]
    heads = dict.fromkeys(columns[field] for field in parts if field in columns)
    filled = frame.select((pl.col(h).fill_null("").str.strip_chars() != "") for h in heads)
    once = [h for h in heads if h not in source.file.fill_down and filled[h][0] and 2 * filled[h].sum() < frame.height]
    return [
        f"{quoted(once)}: empty in most rows below a filled one, and those rows are set aside. If a value stands once "
        f"for the rows below it, write under [file] in sources/{source.name}.toml: fill_down = {array(once)}"
    ] * bool(once)


def in_utc(frame: pl.DataFrame, columns: Mapping[str, str], source: Source) -> list[str]:
    """A sentence for each column whose header says UTC and whose times are read as UK time: in summer an hour off."""
    local = [field for field, spec in source.fields.items() if spec.type == "timestamp" and spec.zone == "local"]
    utc = {key: h for key, h in columns.items() if key.partition("@")[0] in local and says_utc(h)}
    return [
        f"'{header}' says UTC, and its times are read as UK time, an hour off in summer: write zone = \"utc\" under "
        f'[fields.{key.partition("@")[0]}] in sources/{source.name}.toml, or "offset" if that is not meant'
        for key, header in utc.items()
        if not frame[header].fill_null("").str.contains(_OFFSET).any()
    ]


def facts_to_come(facts: pl.DataFrame, numbering: Numbering, today: date) -> list[str]:
    """A sentence for each kind of fact of the past that is dated after today: until that day it says nothing."""
    late = facts.filter((pl.col("at") > today) & ~pl.col("fact").is_in(_AHEAD)).sort("fact", "source_row")
    return [
        f"{len(rows):,} date{'s' * (len(rows) > 1)} of {str(fact).replace('_', ' ')} "
        f"{'are' if len(rows) > 1 else 'is'} after today ({numbering.named(rows['source_row'])}), so until then it "
        "holds for nobody; ask whether the year is right"
        for (fact,), rows in late.group_by("fact", maintain_order=True)
    ]


def _with_scheme(rows: list[Row], source: Source) -> list[Row]:
    """The rows of field quality, with whether every field that a number's scheme names is read in every row."""
    whole = {row["field"] for row in rows if row["read"] == row["rows"]}

    def named(row: Row) -> bool:
        spec = source.fields.get(row["field"])
        return bool(spec) and set(re.findall(r"\{(\w+)\}", spec.scheme or "")) <= whole if spec else False

    return [row | {"scheme_read": named(row)} for row in rows]


def judge(quality: pl.DataFrame, source: Source, name: str) -> list[str]:
    """What to say of a delivery's read rates (model.FIELD_QUALITY), in the order of its fields.

    Raises InputRefused 'not_read' where the key, the start, or all that says who a row is about was hardly read (one
    cell alone sets its row aside, and no file).
    """
    rows = _with_scheme(quality.to_dicts(), source)
    _refuse(rows, source, name)
    return [sentence for row in rows for sentence in _sentences(row, source)]


def _share(row: Row) -> float:
    """Of the cells that do not say 'not known' the share that was read; 1 if there are none."""
    sent = row["filled"] - row["missing"]
    return float(row["read"] / sent) if sent else 1.0


def _not_read(row: Row) -> int:
    return int(row["filled"] - row["missing"] - row["read"])


def _refuse(rows: list[Row], source: Source, name: str) -> None:
    for row in rows:
        vital = row["field"] in source.key.event or (row["field"] == "start" and source.kind != "register")
        if vital and _not_read(row) > 1 and _share(row) < source.expect.refuse:
            raise InputRefused("not_read", f"{_unread(row, source)}. {_AGAIN}", file=name, column=row["header"])
    who = {part: [row for row in rows if _type(row, source) in types] for part, types in _WHO.items()}
    sent = {part: [row for row in own if row["filled"] > row["missing"]] for part, own in who.items()}
    poor = [
        min(own, key=_share) for own in sent.values() if own and all(_share(row) < source.expect.refuse for row in own)
    ]
    if any(_not_read(row) > 1 for row in poor) and len(poor) == sum(map(bool, sent.values())):
        found = "; ".join(_unread(row, source) for row in poor)
        raise InputRefused(
            "not_read", f"nothing that says whom a row is about can be read. {found}. {_AGAIN}", file=name
        )


def _type(row: Row, source: Source) -> str:
    spec = source.fields.get(row["field"])
    return spec.type if spec else ""


def _sentences(row: Row, source: Source) -> Iterator[str]:
    spec = source.fields.get(row["field"])
    decisive = row["field"] in {*source.key.deleted, *(field for rule in source.measures for field in rule.where)}
    if spec and row["unknown"] and spec.coded and (decisive or _share(row) < source.expect.read):
        yield _unlisted(row, spec, counted=decisive)
        row = row | {"filled": row["filled"] - row["unknown"]}
    elif row["unknown"] and not spec:
        found = f"{row['unknown']:,} of {row['filled']:,} filled"
        yield f"{row['header']}: {found} are not in the codes of [[facts]] {row['field']}, so they say nothing"
        row = row | {"filled": row["filled"] - row["unknown"]}
    if _share(row) < source.expect.read:
        yield _unread(row, source)
    fewest = _FEWEST_NAMES if spec and spec.type in _NAMES else _FEWEST
    if row["missing"] >= fewest and row["missing"] > FLOOD * row["filled"]:
        how = "by a word, or by a date or number that stands for it"
        yield f"{_counts(row)}: {row['missing']:,} say 'not known', {how}. Ask the sender whether that is meant"


def _unlisted(row: Row, spec: FieldSpec, *, counted: bool) -> str:
    found = row["words"] or f"{row['unknown']:,} cell{'s' * (row['unknown'] > 1)}"
    are = "is" if row["unknown"] == 1 else "are"
    what = "neither yes nor no" if spec.type == "boolean" else "not in the list"
    then = "; until then their rows are loaded, and what depends on it is not counted" if counted else ""
    return f"{row['header']}: {found} {are} {what}: add them to [fields.{row['field']}.codes]{then}"


def _counts(row: Row) -> str:
    return f"{row['header']}: {row['filled']:,} filled, {row['read']:,} read"


def _unread(row: Row, source: Source) -> str:
    """How many were read, how the others look, and what to do."""
    parts = [f"{_not_read(row):,} not read"]
    if row["looks"]:
        parts.append(f"most {in_words(row['looks'])}")
    if row["out_of_range"]:
        parts.append(f"{row['out_of_range']:,} are not believed: {_range(row, source)}")
    if row["missing"]:
        parts.append(f"{row['missing']:,} more say 'not known'")
    return f"{_counts(row)} ({', '.join(parts)}){_advice(row, source)}"


def _range(row: Row, source: Source) -> str:
    return "after the contact, or too long ago" if _type(row, source) == "dob" else "out of order or out of range"


def _advice(row: Row, source: Source) -> str:
    type_, key, looks = _type(row, source), row["field"], row["looks"] or ""
    if "A+9" in looks:
        return (
            ". A spreadsheet probably saved it as 9.99E+09, which loses digits: ask the sender for the column as text"
        )
    if len(looks) > 15 and set(looks) == {"9"}:
        return ". All end in 0, because a spreadsheet keeps fifteen digits of a number: ask for the column as text"
    if type_ == "nhs_number":
        return ". They have a wrong check digit or length, or are of the test range 999, which a live site does not use"
    if type_ == "local_id" and row["scheme_read"]:
        return (
            ". Values shorter than three characters, or that stand for none, are ignored, because they cannot identify "
            "a person. Is this column really a person's number?"
        )
    if type_ == "local_id" and "{" in source.fields[key].scheme:
        return f". Its scheme '{source.fields[key].scheme}' needs the value of that field in the same row"
    if type_ in ("date", "timestamp") and re.fullmatch(_NO_YEAR, looks):
        return (
            ". They lack a year, so they can't be loaded: add the year to each date in the sheet, or ask the sender "
            "for whole dates, such as 31/03/2026"
        )
    if type_ == "dob" and re.fullmatch(_AGE, looks):
        return '. If they are ages, send them in a column of type = "age", or as about 35'
    if type_ in ("dob", "date", "timestamp") and row["unreadable"] > row["out_of_range"]:
        return (
            f'. Add the form that it is written in to formats = ["..."] of [fields.{key}] in sources/{source.name}.toml'
        )
    return ""
