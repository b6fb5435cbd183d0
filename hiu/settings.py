"""A site's settings: folders, weights, cut-offs and toggles, read from its site.toml.

Every constant of the rank and the labels is here, versioned by `Settings.version` and printed on every
output. Unknown keys are refused with the nearest known one.
"""

import errno
import hashlib
import stat
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, field_validator

from hiu.errors import SettingsError
from hiu.plain import one_line
from hiu.toml_words import Frozen, explain, parse, shown, toml_text


class Weights(Frozen):
    """Severity points for one unit of each data set (docs/ranking.md); `extra`: a site's own (else hiu.model.units)."""

    police_incident: float = Field(1, ge=0)
    ambulance_deployment: float = Field(1, ge=0)
    ed_attendance: float = Field(1, ge=0)
    mh_bed_day: float = Field(0.25, ge=0)
    s136: float = Field(3, ge=0)
    mha_assessment: float = Field(3, ge=0)
    extra: dict[str, float] = Field({})

    def by_dataset(self) -> dict[str, float]:
        """Points per unit, by data set."""
        return {**self.model_dump(exclude={"extra"}), **self.extra}


class Rank(Frozen):
    """Constants of intensity and certainty (docs/ranking.md)."""

    weights: Weights = Weights()
    half_life: float = Field(3, gt=0, description="months")
    top: int = Field(20, ge=1, description="places the meeting discusses (N)")
    charts: int = Field(100, ge=0, description="people whose charts are drawn each month")
    candidate_charts: bool = Field(True, description="false: only supported people's charts are in the pack")
    draws: int = Field(1000, ge=100, le=100_000)
    seed: int = 20260101
    minimum_age: Literal[18] = 18  # a child is under 18 (Children Act 1989): every paper says so, nothing moves it
    police_a_year: int | None = Field(None, ge=1, description="local threshold of 'frequent'; there is no national one")


class Labels(Frozen):
    """Constants of the change labels (docs/ranking.md)."""

    escalating_3: float = 0.99
    escalating_1: float = 0.998
    deescalating: float = 0.01
    deescalating_6_unless_3: float = 0.5
    rising_3: float = 0.95
    rising_1: float = 0.99
    falling: float = 0.05
    least_difference: float = 2
    least_baseline: int = 6
    hospital_days: int = 15
    quiet_months: int = 3


NEVER_COUNTS = "police_witness"  # to have seen an incident says nothing about a person's own need


class Counting(Frozen):
    """Toggles of counting: for each data set, the measures that count, in place of the source TOML's own.

    Example: `ed_attendance = ["ed_requiring_treatment", "ed_left_during_treatment"]`.
    """

    datasets: dict[str, tuple[str, ...]] = Field({})
    communal_calls: int = Field(15, ge=1, description="ambulance calls a month that make an address communal")
    episode_hours: int = Field(24, ge=1, le=8760)
    s136_hours: int = Field(24, ge=1, le=8760)

    @field_validator("datasets")
    @classmethod
    def _something_that_may_count(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name, measures in value.items():
            if not measures or NEVER_COUNTS in measures:
                raise ValueError(f"'{name}' must name measures, and not '{NEVER_COUNTS}', as a witness never counts")
        return value


class Linking(Frozen):
    """Local knowledge for the matcher."""

    shared_addresses: tuple[str, ...] = Field((), description="'12 High Street, BS1 4ND': hostels, custody, hospitals")
    block_limit: int = Field(400, ge=10)
    link_at: float = Field(0.5, gt=0, lt=1, description="match probability from which a pair joins")
    wrong_rows: float = Field(0.002, gt=0, le=0.05, description="rows on a wrong record that 'hiu train' may aim at")
    review_from: float = Field(0.05, ge=0, lt=1, description="match probability from which two people are a doubt")
    review_most: int = Field(3000, ge=0, description="doubts listed beside those that can move the list")
    double_review: float = Field(0.1, ge=0, le=1, description="share of doubts that two people look at")
    model: Path | None = Field(None, description="a model of this area, set by 'hiu train --adopt'")
    nicknames: tuple[str, ...] = Field((), description="given names one person may go by: 'JONTY JON JONATHAN'")
    spellings: tuple[str, ...] = Field((), description="family names written several ways: 'CHOUDHURY CHOWDHURY'")
    untrusted_ids: tuple[str, ...] = Field((), description="schemes of local numbers that are no evidence")
    never_shared: tuple[tuple[str, str], ...] = Field((), description="pairs of sources that never share a person")


class Agreement(Frozen):
    """A sharing agreement: deliveries of the source are taken only while one is in force."""

    source: str
    start: date
    end: date
    reference: str
    signed_by: str
    risk_accepted_by: str = Field("", description="who accepted what the other site could learn in an exchange")
    largest_list: int | None = Field(None, gt=0, description="the most entries of the other site's list in an exchange")


class Basis(Frozen):
    """Leave for everybody's data to go to a recipient for a purpose; none is built in (hiu.govern.basis.gate)."""

    purpose: Literal["support", "planning"]
    recipient: Literal["group", "clinician", "analyst", "commissioner", "partner"]
    code: str = Field(min_length=1, description="the lawful basis, as your privacy notice cites it")
    decided_by: str = Field(min_length=1)
    evidence: str = Field(min_length=1, description="where the decision is kept, such as the DPIA's reference")
    confidentiality: Literal[
        "", "implied consent", "explicit consent", "required by law", "best interests", "public interest", "section 251"
    ] = ""
    start: date
    end: date


class Population(Frozen):
    """How many adults live in the area, by which rates are compared with other areas; none is assumed."""

    adults: int = Field(gt=0, lt=100_000_000, description="people of 18 and over who live in the area")
    year: int = Field(ge=2000, le=2100, description="the year that the number is of")
    source: str = Field(min_length=3, max_length=120, description="who published it, such as 'ONS mid-year estimate'")


class Paper(Frozen):
    """What papers say of those who answer for them, and when the group meets; it bears on no figure."""

    owner: str = Field("", max_length=120, description="who answers for the paper, such as a post and organisation")
    contact: str = Field("", max_length=120, description="an address or a number for questions")
    made_by: str = Field("", max_length=120, description="who makes the paper")
    checked_by: str = Field("", max_length=120, description="who checks it before its release")
    decide_by: str = Field("", max_length=120, description="by when its readers are asked to decide")
    service_cost: str = Field("", max_length=120, description="what the service itself costs, with year and source")
    meetings: tuple[date, ...] = Field((), description="when the group meets: a pack names the first after its month")


class Governance(Frozen):
    """What the controllers set, advised by their data protection officers."""

    opt_out_purposes: tuple[str, ...] = Field(("planning",), description="what a national data opt-out forbids")
    left_out_of_counts: tuple[str, ...] = Field(
        ("objection", "national_opt_out", "restriction"), description="not in figures either"
    )
    retention_months: int = Field(36, ge=1, le=1200, description="age at which a record is reviewed, not destroyed")
    exit_months: int = Field(12, ge=0, le=1200, description="after support ended, when the record is reviewed")
    area_postcodes: tuple[str, ...] = Field((), description="postcode areas of the site, to notice who moved away")
    capacity_months: int = Field(6, ge=1, le=1200, description="after which a capacity review is overdue")
    plan_months: int = Field(12, ge=1, le=1200, description="after which a plan without a review date is overdue")
    due_days: int = Field(60, ge=0, le=3650, description="days ahead in which an expiry is told")
    read_log: Path | None = Field(None, description="folder of the read log; every user must be able to write there")
    key_store: Literal["file", "keyring"] = Field("file", description="where the site key is kept")
    name_staff: bool = Field(False, description="whether a person's own file ('hiu subject') names members of staff")


Role = Literal["analyst", "chair", "clinician", "operator", "officer", "checker"]


_NO_FIGURE = {
    "roles",
    "name",
    "raw",
    "curated",
    "key_file",
    "agreements",
    "keep_runs",
    "memory_limit",
    "query_seconds",
    "database_connect_seconds",
    "database_query_seconds",
    "basis",
    "governance",
    "ignored_files",
    "places",
    "population",
    "paper",
}


class Settings(Frozen):
    """Everything a site sets."""

    name: Annotated[str, AfterValidator(one_line)]
    synthetic: bool = Field(False, description="999 NHS numbers are evidence; outputs say the people are invented")
    raw: Path = Path("data/raw")
    curated: Path = Path("data/curated")
    key_file: Path | None = Field(None, description="outside the data tree; made by hiu init")
    agreements: tuple[Agreement, ...] = ()
    basis: tuple[Basis, ...] = ()
    governance: Governance = Governance()
    roles: dict[str, tuple[Role, ...]] = Field({}, description="login -> its roles; empty: every login may do all")
    population: Population | None = Field(None, description="for rates in comparisons with other areas")
    paper: Paper = Field(Paper(), description="owner, contact and the service's own cost, for the board paper")
    rank: Rank = Rank()
    labels: Labels = Labels()
    counting: Counting = Counting()
    linking: Linking = Linking()
    policy_breaks: dict[str, date] = Field({"Right Care Right Person": date(2023, 7, 26)})
    usual_shorter: float = Field(0.25, gt=0, lt=1, description="warn when a file is this much shorter than its usual")
    keep_runs: int = Field(5, ge=1, description="published runs kept of a month; older ones are removed by the run")
    memory_limit: str = Field("3GB", pattern=r"^\d+(\.\d+)? ?[KMGT]i?B$", description="such as 3GB or 800MB")
    query_seconds: float = Field(60.0, gt=0, description="after which a query of a notebook (run.sql) is stopped")
    database_connect_seconds: int = Field(60, ge=2, description="after which a database counts as out of reach")
    database_query_seconds: int = Field(600, ge=1, description="after which a statement to a database is stopped")
    max_file_bytes: int = Field(2_000_000_000, ge=1)
    max_unzip_ratio: float = Field(200, ge=1, description="unpacked size of an XLSX or archive over its size on disk")
    places: tuple[str, ...] = Field((), description="shipped crosswalks of places that are used: 'london'")
    ignored_files: tuple[str, ...] = Field((), description="files that no source takes, not named: 'notes*.docx'")

    @field_validator("roles", mode="before")
    @classmethod
    def _one_role(cls, value: object) -> object:
        """One role may be written without brackets."""
        return {k: [v] if isinstance(v, str) else v for k, v in value.items()} if isinstance(value, dict) else value

    @property
    def version(self) -> str:
        """Eight hex digits of the digest of everything that bears on a figure; printed on every output."""
        bearing = self.model_dump_json(exclude=_NO_FIGURE)
        return hashlib.sha256(bearing.encode()).hexdigest()[:8]


def load(path: Path, **overrides: Any) -> Settings:
    """Read a site.toml. Relative folders are relative to it; `overrides` (None = not given) win.

    Raises SettingsError naming the file, the key, what was found and the nearest known key.
    """
    given = tuple((key, value) for key, value in sorted(overrides.items()) if value is not None)
    settings = _validated(path, toml_text(path), given)
    home, key_file = path.parent, settings.key_file
    key = home / key_file if key_file else None
    own = {"raw": home / settings.raw, "curated": home / settings.curated, "key_file": key}
    governance = settings.governance
    if governance.read_log:
        governance = governance.model_copy(update={"read_log": home / governance.read_log})
    for name, folder in (*own.items(), ("governance.read_log", governance.read_log)):
        if folder and name != "key_file" and _other_than_folder(folder):
            found = shown(repr(str(folder)), name, 120)
            raise SettingsError(f"{path}: '{name}': must be the path of a folder; found {found}")
    return settings.model_copy(update={**own, "governance": governance})


@lru_cache(maxsize=64)
def _validated(path: Path, text: str, given: tuple[tuple[str, Any], ...]) -> Settings:
    """Of the same text once in a process: a command reads its settings several times."""
    try:
        return Settings.model_validate(parse(path, text) | dict(given))
    except ValidationError as error:
        raise SettingsError(explain(path, error, Settings, text)) from None


def _other_than_folder(path: Path) -> bool:
    """Whether something else is there, or no system could have it; what may not be looked at is left to who uses it."""
    try:
        return not stat.S_ISDIR(path.stat().st_mode)
    except OSError as error:
        return error.errno == errno.ENAMETOOLONG
