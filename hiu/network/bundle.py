"""A site's figures for other sites to compare: a signed text that anybody can check, in an open form.

A bundle is hostile until it is read: its size, its form and the signature of the site that it names are looked at
before anything of it is used, and of each field its type, its length and its characters. The table beside it, in
Parquet, is for other programs; here nothing but its digest is read. docs/network.md describes each field.
"""

import json
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Literal

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from hiu.errors import InputRefused
from hiu.govern.release.disclosure import BASE, FEWEST, HIDDEN

FORMAT = 1
"""The version of the form of bundles."""
TEXT, SIGNATURE, TABLE = "bundle.json", "bundle.sig", "figures.parquet"
"""The files of a bundle."""
MOST_BYTES = 4_000_000
_WITHHELD = "not shown"


def _printable(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("must be printable, without spaces at its ends")
    return text


def _rounded(text: str) -> str:
    """Figures are multiples of 5 that round 8 or more, or 0."""
    if text.isdigit() and (int(text) % BASE or 0 < int(text) < FEWEST or str(int(text)) != text):
        raise ValueError("must be rounded")
    return text


Words = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_printable)]
Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z.+-]{1,40}$")]
Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
When = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Figure(_Strict):
    """One figure: what it counts, of whom and in which months, and the text that may be shown of it."""

    measure: Literal["events", "nights", "people"]
    dataset: Code
    group: Words
    months: Annotated[list[When], Field(min_length=1, max_length=600)]
    shown: Annotated[str, Field(pattern=rf"^(\{HIDDEN}|{_WITHHELD}|[0-9]{{1,9}})$"), AfterValidator(_rounded)]

    @property
    def key(self) -> tuple[str, str, str, tuple[str, ...]]:
        """What the figure is of."""
        return self.measure, self.dataset, self.group, tuple(self.months)


class Adults(_Strict):
    """How many adults live in the area, as the site gives it."""

    adults: Annotated[int, Field(gt=0, lt=100_000_000)]
    year: Annotated[int, Field(ge=2000, le=2100)]
    source: Words


class Bundle(_Strict):
    """What a site says of a month. `definitions` and `counting` are digests: figures of others aren't compared."""

    hiu: Literal["figures"]
    format: Literal[1]
    version: Version
    definitions: Version
    counting: Version
    site: Words
    to: Annotated[list[Words], Field(min_length=1, max_length=50)]
    month: When
    name: Annotated[str, Field(pattern=r"^compare-[0-9TZ-]{7,40}$")]
    made: Annotated[str, Field(pattern=r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$")]
    synthetic: bool
    population: Adults | None
    figures: Annotated[list[Figure], Field(max_length=20_000)]
    table: Digest

    @model_validator(mode="after")
    def _sound(self) -> "Bundle":
        """Each figure once, its months in order, and none after the bundle's month."""
        keys = {figure.key for figure in self.figures}
        ordered = all(one.months == sorted(set(one.months)) and one.months[-1] <= self.month for one in self.figures)
        datetime.fromisoformat(self.made)
        if len(keys) != len(self.figures) or not ordered:
            raise ValueError("must hold each figure once, its months in order")
        return self

    def text(self, measure: str, dataset: str, group: str, months: tuple[str, ...]) -> str | None:
        """A figure's text; None if the bundle doesn't have it."""
        return self._texts.get((measure, dataset, group, months))

    @cached_property
    def _texts(self) -> dict[tuple[str, str, str, tuple[str, ...]], str]:
        return {figure.key: figure.shown for figure in self.figures}


def signed(bundle: Bundle, seed: bytes) -> dict[str, bytes]:
    """The text of a bundle and its signature, by file name; the table is beside them."""
    text = bundle.model_dump_json(indent=1).encode() + b"\n"
    return {TEXT: text, SIGNATURE: SigningKey(seed).sign(text).signature.hex().encode() + b"\n"}


def site_of(text: bytes, name: str) -> str:
    """Which site a bundle says it is of; nothing of it is proved yet. Raises InputRefused, also for another form."""
    try:
        about = json.loads(text) if len(text) <= MOST_BYTES else None
        form, site = about["format"], about["site"]  # type: ignore[index]
        if about["hiu"] != "figures":  # type: ignore[index]
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputRefused(
            "compare_form", "not a bundle of figures ('hiu compare export' writes one)", file=name
        ) from None
    if type(form) is not int or form != FORMAT:
        shown = str(form)[:12] if isinstance(form, int) else "unknown"
        raise InputRefused(
            "compare_format",
            f"has form {shown}, and this version reads form {FORMAT}: bring the older site up to date",
            file=name,
        )
    if not isinstance(site, str) or not 0 < len(site) <= 120 or not site.isprintable():
        raise InputRefused("compare_form", "names no site", file=name)
    return site


def read(text: bytes, signature: bytes, table: bytes, name: str, *, public: str) -> Bundle:
    """A bundle that the site with the public key signed. Raises InputRefused for anything else."""
    try:
        VerifyKey(bytes.fromhex(public)).verify(text, bytes.fromhex(signature.strip().decode("ascii")))
    except (CryptoError, ValueError):
        raise InputRefused(
            "compare_seal",
            "was not signed by the site that it names, or was changed since; ask for it again",
            file=name,
        ) from None
    try:
        bundle = Bundle.model_validate_json(text)
    except (ValidationError, RecursionError):
        raise InputRefused(
            "compare_form", "holds something else than a bundle of figures does; nothing of it was used", file=name
        ) from None
    if sha256(table).hexdigest() != bundle.table:
        raise InputRefused("compare_seal", f"its {TABLE} is not the one that was signed with it", file=name)
    return bundle


def schema() -> dict[str, Any]:
    """A bundle as JSON Schema."""
    return TypeAdapter(Bundle).json_schema()
