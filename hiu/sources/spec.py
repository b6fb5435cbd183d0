"""What a source's TOML may say, key by key: the models that a definition is validated against."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from hiu.fuzzy import did_you_mean
from hiu.model import PATHWAY, FactKind
from hiu.settings import NEVER_COUNTS
from hiu.sources.conditions import Condition, column_regex, in_every_measure, regex
from hiu.sources.file import FileSpec, Frozen
from hiu.sources.keep import Kept

FieldType = Literal[
    "text", "code", "integer", "boolean", "date", "timestamp", "name", "given", "family", "aliases",
    "dob", "age", "sex", "nhs_number", "postcode", "address", "local_id", "related",
]  # fmt: skip

_BRACES = re.compile(r"\{(\w+)\}")


_READ_AS = {type: (type,) for type in ("name", "family", "aliases", "dob", "age", "sex", "nhs_number")} | {
    "given": ("given", "middle")
}
"""Types of field that describe a person -> the names under which they are read."""


class Expect(Frozen):
    """What a delivery must reach to be loaded without a word, or at all."""

    read: float = Field(0.95, ge=0, le=1, description="share of a field's filled cells that is read, else a warning")
    refuse: float = Field(
        0.5, ge=0, le=1, description="the same of key, start, or all of name, birth and number: the file is refused"
    )
    count_limit: int = Field(
        1000, ge=1, description="counts: a larger number of one person and month is not believed and set aside"
    )
    count_unusual: int = Field(100, ge=1, description="counts: of a larger number a person is told")
    names: bool = Field(True, description="the rows name people: without name, number or local number it is refused")


AS_WRITTEN = "auto"


class PeriodSpec(Frozen):
    """The month a delivery is for: from its path, else a column, else asked for. Registers have none."""

    path: Annotated[str, AfterValidator(regex)] | None = Field(
        AS_WRITTEN,
        description="auto: the usual ways of writing a month; else a regex searched in the path relative to raw, with "
        "groups year and month. The last month named counts",
    )
    financial_year: bool = Field(
        False, description="auto reads months of a financial year from April too: 2025-26 M12, 2025-26 Q4"
    )
    field: str | None = Field(None, description="field whose most frequent month is the period")


class FieldSpec(Frozen):
    """One field: the headers it may have, its type and how its text is read."""

    columns: tuple[str, ...] = Field(description="accepted headers, compared without case, spaces or punctuation")
    type: FieldType = "text"
    required: bool = Field(False, description="the column must exist")
    filled: bool = Field(False, description="an empty cell quarantines the row")
    time_columns: tuple[str, ...] = Field((), description="a column with the time of day for a date column")
    formats: tuple[str, ...] = Field((), description="strptime formats, tried in order; default by type")
    otherwise: tuple[str, ...] = Field(
        (),
        description="headers read, with a warning, where none of columns is in the file; of a source that extends "
        "a shipped one those that its columns replace",
    )
    time_otherwise: tuple[str, ...] = Field((), description="the same of time_columns")
    zone: Literal["local", "offset", "utc"] = Field(
        "local",
        description="stamps without zone are local or utc; stamps with an offset or Z are always converted to UK local",
    )
    codes: dict[str, str] = Field({}, description="text as sent (any case) -> our code")
    accepts: tuple[Annotated[str, AfterValidator(regex), AfterValidator(column_regex)], ...] = Field(
        (), description="regexes, any case, of words that are as good as listed: those that conditions read by patterns"
    )
    unlisted: Literal["keep", "null", "quarantine"] = Field("keep", description="a code not in codes")
    order: Literal["auto", "family_first", "given_first"] = Field("auto", description="of a composite name")
    separator: str = Field("", description="what parts a name of this field: '/' in SURNAME/FORENAME, ' - '")
    several: str = Field("", description="what parts two people in one cell, each a row: ';' or ' and '")
    scheme: str = Field(
        "",
        description="local_id: which numbering it is, shared between sources that share it; "
        "{field} stands for that field's value: 'ed:{provider}'",
    )
    drop: Annotated[str, AfterValidator(regex), AfterValidator(column_regex)] = Field(
        "", description="local_id: a regex of what is taken off each number, once: '^0+', '^P'"
    )
    source: str = Field("", description="related: the source whose event is quoted")
    home_if: tuple[str, ...] = Field(
        (),
        description="address: taken as the home address only in rows where these "
        "postcode fields hold the same full postcode",
    )

    @property
    def coded(self) -> bool:
        """Whether its words are held against a list; of other types `codes` are what a cell stands for, then read."""
        return self.type in ("code", "boolean") or bool(self.codes and self.type in ("text", "related"))


class KeySpec(Frozen):
    """What is counted (event), what a later load supersedes (record), and resend markers; all name fields."""

    event: tuple[str, ...]
    record: tuple[str, ...] = ()
    version: str | None = Field(
        None, description="field; the highest wins, then the later delivery, then the later row"
    )
    deleted: dict[str, tuple[str, ...]] = Field({}, description="field -> values that mean deleted")
    duplicate: dict[str, tuple[str, ...]] = Field({}, description="field -> values that mean 'duplicate of'")
    duplicate_of: str | None = Field(None, description="field holding the parent's event key")
    resend: Literal["rows", "period"] = Field(
        "rows", description="period: a later file for the same month replaces it whole"
    )


class Measure(Frozen):
    """A name a row earns when every condition holds."""

    name: str
    where: dict[str, Condition] = Field({})


class Count(Frozen):
    """How a data set (or side measure) is counted from measures: distinct events, or nights."""

    measures: tuple[str, ...]
    unit: Literal["event", "net_night", "gross_night", "leave_night", "zero_night_stay"] = "event"


class Packed(Frozen):
    """A cell that holds several dated facts, taken apart by a pattern with named groups."""

    columns: tuple[str, ...]
    fact: FactKind
    split: str = Field("", description="separator between facts; empty = one fact in the cell")
    pattern: Annotated[str, AfterValidator(regex), AfterValidator(column_regex)] = Field(
        r"(?P<value>.+)", description="named groups: at, value, likelihood, impact, grade, police"
    )
    formats: tuple[str, ...] = ("%d/%m/%Y", "%Y-%m-%d")
    at_columns: tuple[str, ...] = Field((), description="column with the date, when it is not in the cell")
    codes: dict[str, str] = Field({}, description="value as sent (any case) -> our word; others are kept")
    value: str = Field("", description="what a cell means that holds a date and no word: 'given' of a consent")
    role: Literal["clinical", "public_safety"] | None = None
    police: bool | None = Field(None, description="contact: police were present; when the cell doesn't say")


class Fills(Frozen):
    """The table of the crisis pathway that the rows fill: they are about people, and never demand."""

    table: str = Field(description="a table of the crisis pathway; its columns are filled by the fields of their name")
    start: str = Field(description="the column of that table that takes the field start")
    undated: bool = Field(False, description="rows without a start are kept; other times of theirs say when it was")

    @model_validator(mode="after")
    def _table_is_there(self) -> Fills:
        if self.table not in PATHWAY:
            raise ValueError(f"'{self.table}' is no table of the pathway.{did_you_mean(self.table, PATHWAY)}")
        if self.start not in (names := PATHWAY[self.table].names):
            raise ValueError(f"'{self.table}' has no column '{self.start}'.{did_you_mean(self.start, names)}")
        return self


Detail = Literal["role", "reason", "outcome", "site", "ward"]
"""What a contact's row may say beside when it was: columns of the timeline."""


class Source(Kept):
    """All that is known about one source."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    kind: Literal["events", "stays", "register", "counts"]
    agency: str = Field(description="police, ambulance, ed, mh or another team whose demand this is")
    file: FileSpec
    period: PeriodSpec = PeriodSpec()
    key: KeySpec
    fields: dict[str, FieldSpec]
    unknown_names: tuple[Annotated[str, AfterValidator(regex)], ...] = Field(
        (), description="regexes, any case, for words that name nobody"
    )
    measures: tuple[Measure, ...] = ()
    where: dict[str, Condition] = Field({}, description="conditions that a row must meet to earn any measure")
    counts: dict[str, Count] = Field({}, description="data set -> how it is counted")
    extra: dict[str, Count] = Field({}, description="side measure -> how it is counted; never added to a data set")
    expect: Expect = Expect()
    facts: tuple[Packed, ...] = ()
    shown: dict[Detail, str] = Field(
        {}, description="what a kept field says of a contact -> the field, for the timeline"
    )
    earliest: int = Field(1900, description="years before this are not believed")
    fills: Fills | None = Field(
        None, description="a table of the crisis pathway that the rows fill; they count nothing"
    )

    @model_validator(mode="before")
    @classmethod
    def _fields_of_its_table_are_kept(cls, values: dict[str, object]) -> dict[str, object]:
        """What a table of the pathway has a column for is kept, whatever else is."""
        fills, fields, keep = (values.get(name) for name in ("fills", "fields", "keep"))
        table = PATHWAY.get(str(fills.get("table"))) if isinstance(fills, dict) else None
        if table is None or not isinstance(fields, dict):
            return values
        before = list(keep) if isinstance(keep, list | tuple) else []
        return {**values, "keep": [*before, *(name for name in fields if name in table.names and name not in before)]}

    _common = model_validator(mode="before")(in_every_measure)

    @model_validator(mode="before")
    @classmethod
    def _key_of_counts(cls, values: dict[str, object]) -> dict[str, object]:
        """Counts without a key are keyed by who a row describes, and its month."""
        counts = isinstance(values, dict) and values.get("kind") == "counts"
        return {"key": {"event": ("month",)}, **values} if counts else values

    @model_validator(mode="after")
    def _counts_have_their_fields(self) -> Source:
        if self.kind == "counts" and "n" not in self.fields:
            raise ValueError("kind = 'counts' needs the field 'n': the column with the number")
        if self.kind == "counts" and "month" not in self.fields and self.covers != "month":
            raise ValueError(
                "kind = 'counts' needs the field 'month': the column with the month of its number. Where each file is "
                'one month\'s and its path names it, write covers = "month" under [file] instead'
            )
        return self

    @model_validator(mode="after")
    def _pathway_is_no_demand(self) -> Source:
        if self.fills and self.counts:
            raise ValueError(f"[counts]: rows that fill '{self.fills.table}' are never demand; leave [counts] out")
        return self

    @model_validator(mode="after")
    def _names_exist(self) -> Source:
        key, used = self.key, list[str]()
        used += [*key.event, *key.record, *key.deleted, *key.duplicate, *self.kept]
        used += [*self.shown.values()]
        used += filter(None, (key.version, key.duplicate_of, self.period.field))
        used += [field for measure in self.measures for field in measure.where]
        used += [field for spec in self.fields.values() for field in spec.home_if]
        used += [field for spec in self.fields.values() for field in _BRACES.findall(spec.scheme)]
        for name in used:
            if name not in self.fields and not (name == "month" and self.kind == "counts"):
                raise ValueError(f"'{name}' is not one of the fields.{did_you_mean(name, self.fields)}")
        if unkept := sorted(set(self.shown.values()) - set(self.keep)):
            raise ValueError(f"shown: '{unkept[0]}' is not kept: add it to keep")
        for name, field in self.fields.items():
            if name not in (wanted := _READ_AS.get(field.type, (name,))):
                raise ValueError(f"field '{name}' of type {field.type} is read by nothing: call it {wanted[0]}")
        named = {measure.name for measure in self.measures} - {NEVER_COUNTS}
        for dataset, count in {**self.counts, **self.extra}.items():
            for measure in count.measures:
                if measure not in named:
                    hint = f"is no measure.{did_you_mean(measure, named)}"
                    why = "never counts" if measure == NEVER_COUNTS else hint
                    raise ValueError(f"'{dataset}' counts '{measure}', which {why}")
        return self

    @property
    def dated(self) -> bool:
        """Whether a row without a start is set aside."""
        return self.kind != "register" and not (self.fills and self.fills.undated)

    @property
    def decisive(self) -> frozenset[str]:
        """Fields that name the event, or on which it depends whether a row counts."""
        return frozenset((*self.key.event, *(field for rule in self.measures for field in rule.where)))

    @property
    def reports(self) -> bool:
        """Whether a row of a stay says for which month it was reported, as its version."""
        return self.kind == "stays" and self.key.version == "reporting_period"

    @property
    def covers(self) -> Literal["month", "from rows", "cumulative"]:
        """What a delivery supplies: as the file says, and of counts by default the months of its rows."""
        unsaid = "covers" not in self.file.model_fields_set
        return "from rows" if unsaid and self.kind == "counts" else self.file.covers

    @property
    def digest(self) -> str:
        """SHA-256 of the whole definition: part of the fingerprint of everything loaded by it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
