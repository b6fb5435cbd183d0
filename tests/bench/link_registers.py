"""Two invented registers without numbers, unlike FEBRL, with the truth, for `link_public.py`.

`historical`: people of 1650 to 1920 in some ten versions each, as a crowd of editors would leave them: names with and
without titles, shortened, respelled or another name altogether, years where nobody knew the day, a birth place as an
area code near or far, an occupation in other words. Nobody has a relative in it but by chance of a common name.
`voters`: a name, a suburb and a five-digit area of residents on up to five lists, with no date of birth; households
share a family name and an area. Each column is text; `true` is the person. The same for the same seed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hiu.link.describe.names import members, shares

Row = dict[str, str | None]
TRADES = (
    "painter artist", "politician statesman", "writer author poet", "officer soldier", "cleric priest", "botanist",
    "physician doctor surgeon", "engineer inventor", "actor", "cricketer sportsman", "merchant", "judge lawyer",
    "composer musician", "historian", "mathematician", "architect", "publisher printer", "landowner",
)  # fmt: skip
HEARD = (("PH", "F"), ("Y", "IE"), ("CK", "K"), ("C", "K"), ("S", "Z"), ("EE", "EA"), ("OU", "OW"), ("T", "TT"))
SYLLABLES = (
    "BAR", "BEN", "BRAD", "CAL", "CAR", "DEN", "DUN", "EL", "FAR", "FEN", "GAR", "GLEN", "HAL", "HAR", "KEN", "KIR",
    "LAN", "LOCK", "MAR", "MER", "NOR", "OAK", "PEN", "RAD",
)  # fmt: skip
ENDS = (
    "TON", "LEY", "FORD", "WELL", "MAN", "SON", "WOOD", "BY", "HAM", "WORTH", "FIELD", "DALE", "BURY", "COTT", "STONE",
    "GATE", "LAND", "WICK",
)  # fmt: skip


def historical(seed: int, people: int = 4000) -> pd.DataFrame:
    """first_name, surname, dob, postcode, gender, occupation: about nine rows a person."""
    made = _Maker(seed)
    rows: list[Row] = []
    for person in range(people):
        origin, versions = made.origin(person), 1 + min(int(made.rng.gamma(2.2, 4.0)), 30)
        rows += [made.noble(origin, k) for k in range(versions)]
    return _shuffled(rows, made.rng)


def voters(seed: int, people: int = 12000) -> pd.DataFrame:
    """given_name, surname, suburb, postcode: one to five rows a person, a third of the copies changed."""
    made = _Maker(seed)
    rows: list[Row] = []
    while len(rows) < 3 * people:
        home, family = made.area(), made.family()
        for _ in range(int(made.rng.choice([1, 1, 2, 2, 3, 4]))):
            own = {"true": str(len(rows)), "given_name": made.given(), "surname": family, **home}
            rows += [made.listed(own) for _ in range(int(made.rng.integers(1, 6)))]
    return _shuffled(rows, made.rng)


def _shuffled(rows: list[Row], rng: np.random.Generator) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    table = table.iloc[rng.permutation(len(table))].reset_index(drop=True)
    table.index = pd.Index([f"r{k:06}" for k in range(len(table))], name="rec_id")
    return table


class _Maker:
    """Names, places and mistakes from one stream of chance."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.common = {kind: self._listed(kind) for kind in ("given", "family")}
        self.variants = {name: sorted(groups) for name, groups in members("given").items()}
        self.in_group: dict[int, list[str]] = {}
        for name, groups in self.variants.items():
            for group in groups:
                self.in_group.setdefault(group, []).append(name)
        places = 900
        self.areas = [f"{self._letters(1 + k % 2)}{1 + k % 19}" for k in range(places)]
        self.suburbs = [
            self.rare() + " " + str(self.rng.choice(["PARK", "HILL", "HEIGHTS", "BAY"])) for _ in range(300)
        ]

    def _listed(self, kind: str) -> tuple[list[str], np.ndarray]:
        share = shares(kind)
        weight = np.array(list(share.values()))
        return list(share), weight / weight.sum()

    def _letters(self, n: int) -> str:
        return "".join(self.rng.choice(list("ABCDEGHKLMNPRSTW"), n))

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def given(self) -> str:
        names, weight = self.common["given"]
        return str(self.rng.choice(names, p=weight)) if self.chance(0.85) else self.rare()

    def family(self) -> str:
        names, weight = self.common["family"]
        return str(self.rng.choice(names, p=weight)) if self.chance(0.3) else self.rare()

    def rare(self) -> str:
        middle = str(self.rng.choice(["", "", "ING", "ER", "ES"]))
        return str(self.rng.choice(SYLLABLES)) + middle + str(self.rng.choice(ENDS))

    def area(self) -> dict[str, str]:
        k = int(self.rng.integers(0, 300))
        return {"suburb": self.suburbs[k], "postcode": str(27000 + 7 * k)}

    def origin(self, person: int) -> Row:
        """A notable of whom versions are made."""
        year, month, day = (int(self.rng.integers(low, high)) for low, high in ((1650, 1920), (1, 13), (1, 29)))
        vague = self.chance(0.2)
        return {
            "true": str(person),
            "first_name": self.given() + (f" {self.given()}" if self.chance(0.5) else ""),
            "surname": self.family() + (f" {self.rare()}" if self.chance(0.06) else ""),
            "dob": f"{year}-01-01" if vague else f"{year}-{month:02}-{day:02}",
            "postcode": f"{self.rng.choice(self.areas)} {self.rng.integers(1, 10)}{self._letters(2)}",
            "gender": "F" if self.chance(0.15) else "M",
            "occupation": str(self.rng.choice(TRADES)),
            "pseudonym": f"{self.given()} {self.family()}" if self.chance(0.08) else None,
        }

    def noble(self, origin: Row, k: int) -> Row:
        """One version of a notable; the first is as it was."""
        row = dict(origin)
        alias, trade, first = row.pop("pseudonym"), str(row["occupation"]).split(), str(row["first_name"])
        row["occupation"] = None if self.chance(0.35) else str(self.rng.choice(trade))
        if k == 0:
            return row
        first = first.split()[0] if self.chance(0.4) else first
        if self.chance(0.18):
            first = self._nickname(first)
        if self.chance(0.06):
            first = first[0]
        row["first_name"] = f"SIR {first}" if self.chance(0.04) else first
        row["first_name"] = None if self.chance(0.04) else self._slip(str(row["first_name"]), 0.1)
        row["surname"] = self._slip(str(row["surname"]).split()[-1 if self.chance(0.5) else 0], 0.14)
        if alias and self.chance(0.4):
            row["first_name"], row["surname"] = alias.split(maxsplit=1)
        row["dob"] = self._date(str(row["dob"]))
        row["postcode"] = self._near(str(row["postcode"]))
        row["gender"] = None if self.chance(0.25) else row["gender"]
        return row

    def _date(self, dob: str) -> str | None:
        if self.chance(0.22):
            return None
        if self.chance(0.08):
            return f"{dob[:4]}-01-01"
        if self.chance(0.03):
            return f"{dob[:5]}{self.rng.integers(13, 40)}-{dob[8:]}"
        if self.chance(0.12):
            at = int(self.rng.choice([2, 3, 6, 8, 9]))
            return dob[:at] + str(self.rng.integers(0, 10)) + dob[at + 1 :]
        return dob

    def _near(self, code: str) -> str | None:
        if self.chance(0.2):
            return None
        if self.chance(0.12):
            return f"{self.rng.choice(self.areas)} {self.rng.integers(1, 10)}{self._letters(2)}"
        if self.chance(0.2):
            return f"{code.split()[0]} {self.rng.integers(1, 10)}{self._letters(2)}"
        return self._slip(code, 0.05)

    def listed(self, own: Row) -> Row:
        """One entry of a list: a third are changed in up to three places."""
        row = dict(own)
        if not self.chance(0.35):
            return row
        for _ in range(int(self.rng.integers(1, 4))):
            field = str(self.rng.choice(["given_name", "surname", "surname", "suburb", "postcode"]))
            value = row[field]
            if field == "given_name" and self.chance(0.3):
                row["given_name"], row["surname"] = row["surname"], row["given_name"]
            elif field == "given_name" and value and self.chance(0.3):
                row[field] = self._nickname(value)
            elif value:
                row[field] = None if self.chance(0.06) else self._slip(value, 1.0)
        return row

    def _nickname(self, name: str) -> str:
        head, _, rest = name.partition(" ")
        groups = self.variants.get(head)
        other = str(self.rng.choice(self.in_group[groups[0]])) if groups else head[: max(3, len(head) - 2)]
        return f"{other} {rest}".strip()

    def _slip(self, text: str, share: float) -> str:
        """A letter left out, doubled, exchanged with its neighbour or another one; or as it is heard."""
        if len(text) < 3 or not self.chance(share):
            return text
        if self.chance(0.25):
            for heard, other in HEARD:
                if heard in text:
                    return text.replace(heard, other, 1)
        at = int(self.rng.integers(0, len(text) - 1))
        letter = str(self.rng.integers(0, 10)) if text[at].isdigit() else self._letters(1)
        changed = ("", text[at] * 2, text[at + 1] + text[at], letter)[int(self.rng.integers(0, 4))]
        return text[:at] + changed + text[at + (2 if len(changed) == 2 and changed[0] != changed[1] else 1) :]
