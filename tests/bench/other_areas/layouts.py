"""How agencies lay out their files: headers, delimiters and forms of dates, and the mapping that says so."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .dice import Dice
from .truth import Entry

HEADERS: dict[str, dict[str, list[str]]] = tomllib.loads(
    (Path(__file__).parent / "layouts.toml").read_text(encoding="utf-8")
)
"""Of each field two headers, of which an area's agency has one."""
DATES = ("%d/%m/%Y", "%d-%b-%Y", "%Y-%m-%d", "%d.%m.%Y")
PLAIN = ("nhs_number", "family", "given", "aliases", "dob", "sex", "address", "postcode")
TYPES = dict(zip(PLAIN, PLAIN, strict=True)) | {"mh_id": "local_id", "middle": "given"}
"""Types of the register's fields; a shipped source has its own."""
Row = dict[str, str]
FILES = {
    "police": "police parties {0:%b-%y}.csv",
    "ambulance": "ambulance_{0:%Y-%m}.csv",
    "ed": "ed_attendances_{0:%Y%m}.csv",
    "mh_beds": "mh_wards_{0:%Y-%m}.csv",
    "s136": "s136 suite {0:%B %Y}.csv",
    "mh_register": "patients_{0:%Y-%m}.csv",
}
"""How each agency calls the file of a month."""


@dataclass(kw_only=True)
class Layout:
    """One source's file in one area."""

    source: str
    headers: dict[str, str]
    delimiter: str
    dates: str
    births: str
    encoding: str
    name_style: str = ""  # how a whole name stands in one cell
    spaced: bool = False  # NHS numbers as 999 000 0000
    extra: dict[str, str] = field(default_factory=dict)

    def cells(self, entry: Entry) -> Row:
        """What the file's columns hold of a description."""
        given = f"{entry.given} {entry.middle}".strip() if "middle" not in self.headers else entry.given
        at = ", ".join(filter(None, (f"{entry.house} {entry.street}".strip(), "")))
        nhs = f"{entry.nhs[:3]} {entry.nhs[3:6]} {entry.nhs[6:]}" if self.spaced and entry.nhs else entry.nhs
        whole = self._whole(given, entry.family) if entry.family or entry.given else ""
        return {
            "family": entry.family.upper() if self.name_style == "upper" else entry.family,
            "given": given,
            "middle": entry.middle,
            "aliases": entry.aliases,
            "name": whole,
            "dob": entry.born.strftime(self.births) if entry.born else "",
            "age": "" if entry.age is None else str(entry.age),
            "sex": entry.sex,
            "nhs_number": nhs,
            "postcode": entry.postcode,
            "address": at,
            **dict.fromkeys(("police_id", "hospital_id", "mh_id"), entry.number),
        }

    def _whole(self, given: str, family: str) -> str:
        if not given or self.name_style == "given first":
            return f"{given} {family}".strip()
        return f"{family.upper()}, {given}"

    def day(self, day: date) -> str:
        """A day as this source writes it."""
        return day.strftime(self.dates)

    def mapping(self) -> str:
        """The source's TOML: where this file differs from the shipped source."""
        lines = [] if self.source == "mh_register" else [f'extends = "{self.source}"']
        lines += [
            self.extra.get("top", ""),
            "[file]",
            f'delimiter = "{self.delimiter}"',
            f'encodings = ["{self.encoding}"]',
        ]
        lines += [self.extra.get("file", ""), self.extra.get("key", "")]
        for name, header in self.headers.items():
            if name not in ("time", "death"):
                lines += [f"[fields.{name}]", f'columns = ["{header}"]', *self._more(name)]
        return "\n".join([*(line for line in lines if line), self.extra.get("end", "")]) + "\n"

    def _more(self, name: str) -> list[str]:
        made = []
        if self.source == "mh_register" and name in TYPES:
            made.append(f'type = "{TYPES[name]}"')
        if name in ("start", "end", "extract_date"):
            joined = "" if "time" in self.headers and name == "start" else " %H:%M"
            made += [f'formats = ["{self.dates}{joined}"]']
            made += ['zone = "local"'] if self.source == "ambulance" else []
        if name == "start" and "time" in self.headers:
            made.append(f'time_columns = ["{self.headers["time"]}"]')
        if name == "dob":
            made.append(f'formats = ["{self.births}"]')
        if name == "name":
            made.append(f'order = "{"given_first" if self.name_style == "given first" else "family_first"}"')
        scheme = {"mh_id": "rio", "hospital_id": "pas"}.get(name)
        return made + ([f'scheme = "{scheme}"'] if scheme else [])


REGISTER = {
    "top": 'title = "People open to the mental health trust"\nkind = "register"\nagency = "mh"',
    "file": 'pattern = "patients*.csv"',
    "key": '[key]\nevent = ["ref"]',
}


def layouts(dice: Dice) -> dict[str, Layout]:
    """One layout for each source of an area."""
    made = {}
    for source, fields in HEADERS.items():
        column = dice.below(2)
        headers = {name: both[column] for name, both in fields.items()}
        style = dice.pick(("upper", "given first", "family first"))
        if source == "police":
            split = dice.falls(0.4)
            headers = {
                name: text
                for name, text in headers.items()
                if name not in (("name",) if split else ("family", "given"))
            }
        dates = dice.pick(DATES)
        births = dice.pick((*DATES, "%d/%m/%y")) if source == "police" else dates
        made[source] = Layout(
            source=source,
            headers=headers,
            delimiter=dice.pick((",", ",", "|", ";")),
            dates=dates,
            births=births,
            encoding="utf-8-sig" if source.startswith("mh") else "cp1252",
            name_style=style,
            spaced=dice.falls(0.4),
        )
    register = made["mh_register"]
    register.extra = dict(REGISTER)
    death = f'columns = ["{register.headers["death"]}"]\npattern = "(?P<at>.+)"\nformats = ["{register.dates}"]'
    register.extra["end"] = f'[[facts]]\nfact = "death"\n{death}'
    return made
