"""What two sites write to each other in an exchange: the open form of every letter, strict and with limits.

docs/network.md describes each field; `schema()` gives all of it as JSON Schema. A field that is not here, one that is
missing, and one of another type are refused.
"""

import base64
import binascii
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from hiu.network.blind import POINT, Points
from hiu.network.encode import BYTES, Bits
from hiu.network.subjects import SLOTS

ENTRIES = 250_000
"""The most entries of one list that are read."""


def _legible(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("must be text of one line, without characters that can't be seen")
    return text


Words = Annotated[str, AfterValidator(_legible)]
REVIEWER = range(2, 121)
"""How long the name of a reviewer may be."""
Place = Annotated[int, Field(ge=0, lt=ENTRIES)]
Ref = Annotated[str, Field(pattern=r"^[0-9A-F]{12}$")]


class _Letter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _packed(size: int) -> AfterValidator:
    def check(text: str) -> str:
        try:
            length = len(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            raise ValueError("must be base64") from None
        if length % size:
            raise ValueError(f"must hold entries of {size} bytes")
        return text

    return AfterValidator(check)


GROUP = len(SLOTS) * POINT
PackedPoints = Annotated[str, Field(max_length=ENTRIES * GROUP * 4 // 3 + 4), _packed(GROUP)]
PackedBits = Annotated[str, Field(max_length=ENTRIES * BYTES * 4 // 3 + 4), _packed(BYTES)]
Flags = Annotated[str, Field(max_length=ENTRIES, pattern=r"^[01]*$")]


class Entries(_Letter):
    """A list as its site's blinded points (base64; one for each of SLOTS), and who has an NHS number (1) or not (0)."""

    points: PackedPoints
    numbered: Flags


class Ask(_Letter):
    """The first letter: the list of the site that asks, blinded by its own secret."""

    purpose: Annotated[Words, Field(max_length=40)]
    agreement: Annotated[Words, Field(max_length=200)]
    mine: Entries


class Answer(_Letter):
    """The list of the other site, blinded by its secret; and that of the first letter, blinded by both, reordered."""

    agreement: Annotated[Words, Field(max_length=200)]
    mine: Entries
    yours: Entries


class Return(_Letter):
    """The second list blinded by both, reordered; and which of its entries are near somebody without being decided."""

    yours: Entries
    near: Annotated[list[Place], Field(max_length=ENTRIES)]


class Encodings(_Letter):
    """Encodings of the near ones among invented ones; and which of the reader's own entries are near."""

    bits: PackedBits
    numbered: Flags
    near: Annotated[list[Place], Field(max_length=ENTRIES)]


class Result(_Letter):
    """Pairs: how many the points decided, and of each that the encodings decided its name and place among these."""

    decided: Place
    alike: Annotated[dict[Ref, Place], Field(max_length=ENTRIES)]


class Release(_Letter):
    """A named reviewer tells the other site which of its entries are in pairs; `alike`: pairs of the second stage."""

    reviewer: Annotated[Words, Field(min_length=REVIEWER.start, max_length=REVIEWER.stop - 1)]
    places: Annotated[dict[Ref, Place], Field(max_length=ENTRIES)]
    alike: Annotated[list[Ref], Field(max_length=ENTRIES)]


class Withdrawal(_Letter):
    """The agreement has ended: what was exchanged in these sessions is to be deleted."""

    purpose: Annotated[Words, Field(max_length=40)]
    sessions: Annotated[list[Annotated[Words, Field(max_length=40)]], Field(max_length=10_000)]


LETTERS: dict[str, type[_Letter]] = {
    "ask": Ask,
    "answer": Answer,
    "return": Return,
    "encodings": Encodings,
    "result": Result,
    "release": Release,
    "withdrawal": Withdrawal,
}
"""Step -> its letter, in the order in which they are written."""
Letter = Ask | Answer | Return | Encodings | Result | Release | Withdrawal


def schema() -> dict[str, Any]:
    """Every letter as JSON Schema, by step."""
    return {step: TypeAdapter(letter).json_schema() for step, letter in LETTERS.items()}


def pack(entries: Points | Bits) -> str:
    """Bytes as letters hold them."""
    return base64.b64encode(entries.tobytes()).decode("ascii")


def flags(numbered: list[bool]) -> str:
    """Who has an NHS number, as letters hold it."""
    return "".join("1" if one else "0" for one in numbered)


def unpack(text: str, *shape: int) -> Points:
    """The entries that a letter holds, each of a shape."""
    return np.frombuffer(base64.b64decode(text), dtype=np.uint8).reshape(-1, *shape)
