"""A source as data: one TOML says how an agency's file is found, read, understood and counted.

Shipped TOMLs lie beside this file; a site adds its own or `extends` a shipped one in its sources/ folder.
Adding a source is adding a TOML: no code changes.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from hiu.errors import SettingsError
from hiu.fuzzy import did_you_mean
from hiu.model import FactKind
from hiu.settings import explain
from hiu.sources.conditions import Condition, column_regex, regex

FieldType = Literal[
    "text", "code", "integer", "boolean", "date", "timestamp", "name", "given", "family", "aliases", "dob", "age",
    "sex", "nhs_number", "postcode", "address", "local_id", "related",
]  # fmt: skip

_BRACES = re.compile(r"\{(\w+)\}")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileSpec(_Frozen):
    """Where a delivery is and how its bytes become text."""

    pattern: str = Field(description="file name with * and ?, any case: 'police*.csv'")
    encodings: tuple[str, ...] = ("utf-8-sig", "cp1252")
    delimiter: str = Field("auto", description="one character, or auto: comma, pipe, tab, semicolon")
    sheet: str | None = Field(None, description="XLSX sheet; fuzzy-matched; needed if the workbook has several")
    header_row: int | None = Field(None, ge=1, description="physical row of the header; None = found by its names")
    footers: tuple[str, ...] = Field(
        ("total", "grand total", "end of report", "end of file"),
        description="a row whose first cell starts so, at the end, is not data",
    )


class PeriodSpec(_Frozen):
    """The month a delivery is for: from its path, else a column, else asked for. Registers have none."""

    path: Annotated[str, AfterValidator(regex)] | None = Field(
        r"(?P<year>20\d\d)[-_]?(?P<month>0[1-9]|1[0-2])(?!\d)",
        description="searched in the path relative to raw, the last match counts",
    )
    field: str | None = Field(None, description="field whose most frequent month is the period")


class FieldSpec(_Frozen):
    """One field: the headers it may have, its type and how its text is read."""

    columns: tuple[str, ...] = Field(description="accepted headers, compared without case, spaces or punctuation")
    type: FieldType = "text"
    required: bool = Field(False, description="the column must exist")
    filled: bool = Field(False, description="an empty cell quarantines the row")
    time_columns: tuple[str, ...] = Field((), description="a column with the time of day for a date column")
    formats: tuple[str, ...] = Field((), description="strptime formats, tried in order; default by type")
    zone: Literal["local", "offset", "utc"] = Field(
        "local",
        description="stamps without zone are local or utc; stamps with an offset or Z are always converted to UK local",
    )
    codes: dict[str, str] = Field({}, description="text as sent (any case) -> our code")
    unlisted: Literal["keep", "null", "quarantine"] = Field("keep", description="a code not in codes")
    order: Literal["auto", "family_first", "given_first"] = Field("auto", description="of a composite name")
    scheme: str = Field(
        "",
        description="local_id: which numbering it is, shared between sources that share it; "
        "{field} stands for that field's value: 'ed:{provider}'",
    )
    source: str = Field("", description="related: the source whose event is quoted")
    home_if: tuple[str, ...] = Field(
        (),
        description="address: taken as the home address only in rows where these "
        "postcode fields hold the same full postcode",
    )


class KeySpec(_Frozen):
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


class Measure(_Frozen):
    """A name a row earns when every condition holds."""

    name: str
    where: dict[str, Condition] = {}


class Count(_Frozen):
    """How a data set (or side measure) is counted from measures: distinct events, or nights."""

    measures: tuple[str, ...]
    unit: Literal["event", "net_night", "gross_night", "leave_night", "zero_night_stay"] = "event"


class Packed(_Frozen):
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
    role: Literal["clinical", "public_safety"] | None = None
    police: bool | None = Field(None, description="contact: police were present; when the cell doesn't say")


class Source(_Frozen):
    """All that is known about one source."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    kind: Literal["events", "stays", "register"]
    agency: str = Field(description="police, ambulance, ed, mh or another team whose demand this is")
    file: FileSpec
    period: PeriodSpec = PeriodSpec()
    key: KeySpec
    fields: dict[str, FieldSpec]
    unknown_names: tuple[Annotated[str, AfterValidator(regex)], ...] = Field(
        (), description="regexes, any case, for words that name nobody"
    )
    measures: tuple[Measure, ...] = ()
    counts: dict[str, Count] = Field({}, description="data set -> how it is counted")
    extra: dict[str, Count] = Field({}, description="side measure -> how it is counted; never added to a data set")
    facts: tuple[Packed, ...] = ()
    keep: tuple[str, ...] = Field((), description="fields kept in details, for the record view")
    earliest: int = Field(1900, description="years before this are not believed")

    @model_validator(mode="after")
    def _names_exist(self) -> Source:
        key, used = self.key, list[str]()
        used += [*key.event, *key.record, *key.deleted, *key.duplicate, *self.keep]
        used += filter(None, (key.version, key.duplicate_of, self.period.field))
        used += [field for measure in self.measures for field in measure.where]
        used += [field for spec in self.fields.values() for field in spec.home_if]
        used += [field for spec in self.fields.values() for field in _BRACES.findall(spec.scheme)]
        for name in used:
            if name not in self.fields:
                raise ValueError(f"'{name}' is not one of the fields.{did_you_mean(name, self.fields)}")
        named = {measure.name for measure in self.measures}
        for dataset, count in {**self.counts, **self.extra}.items():
            for measure in count.measures:
                if measure not in named:
                    hint = did_you_mean(measure, named)
                    raise ValueError(f"'{dataset}' counts '{measure}', which is no measure.{hint}")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the whole definition: part of the fingerprint of everything loaded by it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def shipped() -> dict[str, dict[str, Any]]:
    """The shipped definitions, unvalidated, by name."""
    items = sorted(resources.files(__name__).iterdir(), key=lambda item: item.name)
    tomls = [item for item in items if item.name.endswith(".toml")]
    return {item.name[:-5]: tomllib.loads(item.read_text(encoding="utf-8")) for item in tomls}


def load_sources(folder: Path | None = None) -> dict[str, Source]:
    """Every source of a site by name: those shipped, overlaid by the site's sources/*.toml.

    A site file with `extends = "police"` changes only what it says: tables merge key by key, other
    values replace. `enabled = false` leaves a shipped source out. Raises SettingsError.
    """
    stock = shipped()
    raw = dict(stock)
    origin = {name: Path(f"{name}.toml") for name in raw}
    for path in sorted(folder.glob("*.toml")) if folder and folder.is_dir() else ():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: not readable as TOML: {error}") from None
        name = _word(path, "name", values.get("name", path.stem))
        if base := values.pop("extends", None):
            if _word(path, "extends", base) not in stock:
                raise SettingsError(f"{path}: extends '{base}', which is no shipped source.{did_you_mean(base, stock)}")
            values = merge(stock[base], values)
        raw[name] = {"name": name, **values}
        origin[name] = path
    taken = {name: values for name, values in sorted(raw.items()) if values.pop("enabled", True)}
    return {name: _validate(origin[name], name, values) for name, values in taken.items()}


def _word(path: Path, key: str, value: object) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{path}: '{key}': found {value!r}; expected a name in quotes")
    return value


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with `over` laid on it: tables merge key by key, everything else is replaced."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        out[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return out


def _validate(path: Path, name: str, values: dict[str, Any]) -> Source:
    try:
        return Source.model_validate({"name": name, **values})
    except ValidationError as error:
        raise SettingsError(explain(path, error, Source)) from None
