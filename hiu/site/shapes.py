"""What the library hands over as a dict: which keys it has, and what each holds."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Place(TypedDict):
    """A person's row of the table ranked, key for key; docs/data-dictionary.md says what each holds."""

    rank: int
    person_id: str
    intensity: float
    expected_points: float
    points_3: float | None
    points_12: float | None
    contacts_3: int | None
    contacts_12: int | None
    risk: float
    risk_source: str
    risk_band: str | None
    rank_if_low: int | None
    rank_if_high: int | None
    certainty: str | None
    rank_low: int | None
    rank_high: int | None
    label: str
    label_sentence: str
    sentence: str
    presets: str
    estimated: bool
    access: str
    list: str


class ManifestFile(TypedDict):
    """A file of a published month: its digest, its size, and of a table its rows."""

    sha256: str
    bytes: int
    rows: NotRequired[int]


class Manifest(TypedDict):
    """What was published: the site and month, the run, its settings, and every file by name.

    `manifest` is the version of this form, `built` when it was made (UTC), `data_to` the last day covered, `audit_head`
    the last line of the audit log at the time, `working` the files of rows that are kept apart.
    """

    manifest: int
    site: str
    month: str
    run_id: str
    built: str
    data_to: str
    settings_version: str
    synthetic: bool
    audit_head: str
    files: dict[str, ManifestFile]
    working: NotRequired[dict[str, ManifestFile]]


class Part(TypedDict):
    """A run of characters of a value: `t` the text, `d` whether it differs from what it is held against."""

    t: str
    d: bool


class PairRecord(TypedDict):
    """The head of one description beside a pair: its letter and person, and below it place, rows and sources."""

    head: str
    sub: str


class PairField(TypedDict):
    """A field of a pair: what each description has, how the two agree, and what that adds (log2; above 0 = one person).

    `cells` has a list of parts for each description, or none for a line that is about the evidence alone.
    """

    title: str
    cells: list[list[Part]]
    level: str
    weight: float | None


class PairShown(TypedDict):
    """What a reviewer sees of a pair: `records` and `fields` side by side, why it is asked, what a decision would do.

    `chance` = probability that both are one person (null for a second opinion); `masked` = somebody's name is not
    shown; `past` = decisions so far, a line each; `decision` = what is in force, null if nothing is.
    """

    records: list[PairRecord]
    fields: list[PairField]
    why: str
    chance: float | None
    effect: str
    masked: bool
    past: list[str]
    decision: str | None
