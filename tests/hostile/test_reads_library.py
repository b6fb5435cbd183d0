"""Every public method of the library that shows a person writes one line of the read log; one that does not, none."""

from __future__ import annotations

import importlib
import inspect
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import hiu
from hiu.errors import HiuError
from hiu.govern.audit import read
from hiu.govern.pseudonym import PERSON_ID
from hiu.site.published import Published
from hiu.site.review.desk import Review
from hiu.site.tables import Tables
from hiu.site.views.cohort import Cohort
from hiu.site.views.definitions import Definitions
from hiu.site.views.linkage import Linkage
from hiu.site.views.person import Person
from hiu.site.views.places import Places
from hiu.site.views.quality import Quality
from hiu.site.views.ranked import Ranked
from pipelines.access.bound import accept
from pipelines.common.place import open_place
from pipelines.run import Outcome

Call = Callable[[object], object]
ARGUMENTS: dict[str, tuple[object, ...]] = {
    "Cohort.around": ("ed_attendance",),
    "Published.table": ("people",), "Published.sql": ("select person_id, name_text from people limit 3",),
    "Published.person": (1,), "Published.why": (1,), "Review.decision": (0,),
    "Ranked.why": (1,), "Ranked.compare": (1, 2), "Published.tables": ("traits",),
    "Published.compare": ("2026-03",), "Published.groups": ("sex",),
}  # fmt: skip
HOLDERS = (Published, Ranked, Person, Linkage, Quality, Cohort, Places, Definitions, Review)
AGGREGATES = {
    "Cohort.around", "Cohort.gaps", "Cohort.nights", "Cohort.reasons", "Cohort.hour_of_week",
    "Cohort.together", "Cohort.concentration", "Cohort.next_contact", "Published.hour_of_week",
    "Published.deliveries", "Published.not_supplied", "Published.quality", "Published.linkage", "Published.cohort",
    "Published.definitions", "Published.pathway", "Published.groups", "Published.lists",
    "Ranked.equality", "Ranked.uncertain", "Linkage.weights", "Linkage.thresholds",
    "Linkage.sure", "Linkage.quality", "Cohort.trend", "Cohort.evaluate", "Cohort.backtest", "Cohort.equality",
    "Review.progress", "Review.decision", "Published.places", "Places.demand", "Places.shared", "Places.coverage",
}  # fmt: skip
"""Figures, rows by file, or words: nobody. All of Quality and Definitions too."""
UNTRIED = {
    "Cohort.beside",
    "Review.decide",
    "Review.undo",
    "Review.widget",
    "Ranked.to_polars",
    "Ranked.to_pandas",
    "Ranked.all_rows",
}
"""Figures of some people beside others, which everybody has not; acts, which the audit log has; the widget,
which asks `Review.pair`; and what is in hand already."""


def public(kind: type) -> list[str]:
    """Methods that a class, or the month's tables below it, defines itself."""
    own = {**vars(Tables), **vars(kind)} if issubclass(kind, Tables) else vars(kind)
    return sorted(name for name, one in own.items() if inspect.isfunction(one) and not name.startswith("_"))


METHODS = [f"{kind.__name__}.{name}" for kind in HOLDERS for name in public(kind)]
TRIED = [name for name in METHODS if name not in UNTRIED]


def shows(name: str) -> bool:
    if name == "Definitions.sensitivity":
        return True
    return name not in AGGREGATES and not name.startswith(("Quality.", "Definitions."))


ELSEWHERE = {
    "Site": "opens months; shows their numbers", "Sortable": "in hand", "Drawn": "in hand",
    "Draft": "headers and counts of a file that nobody has taken in",
    "Tables": "below Published and the views", "OfMonth": "below the views", "Opened": "writes the lines",
    "Pairs": "below Review", "Queue": "below Review", "Desk": "asks Review", "ReviewWidget": "asks Review",
    "Verdict": "an answer", "Answers": "an answer", "Ask": "a pair in hand", "Line": "a pair in hand",
    **dict.fromkeys(("Place", "ManifestFile", "Manifest", "Part", "PairRecord", "PairField", "PairShown"), "in hand"),
    "Names": "in hand", "Card": "in hand", "Chart": "in hand",
    "Finding": "in hand", "Listing": "in hand", "Sentence": "in hand",
    "Refused": "an error", "NoSuchName": "an error", "Suggests": "of a name that is not there",
}  # fmt: skip
"""Classes of the library that are not walked, and why."""


def test_every_class_of_the_library_is_walked_or_said_not_to_be() -> None:
    """A new object of a notebook fails here until somebody has decided whether it shows a person."""
    found: dict[str, type] = {}
    for path in sorted(Path(hiu.__file__).parent.joinpath("site").rglob("*.py")):
        name = ".".join(path.relative_to(Path(hiu.__file__).parents[1]).with_suffix("").parts).removesuffix(".__init__")
        module = importlib.import_module(name)
        own = vars(module).values()
        found |= {one.__name__: one for one in own if inspect.isclass(one) and one.__module__ == name}
    public_ = {name for name in found if not name.startswith("_")}
    walked = {kind.__name__ for kind in HOLDERS}
    assert public_ - walked - set(ELSEWHERE) == set() and not walked & set(ELSEWHERE)
    for kind in HOLDERS:
        ours = [base for base in kind.__mro__ if base.__module__.startswith("hiu.")]
        values = {name for base in ours for name, one in vars(base).items() if isinstance(one, property)}
        values = {name for name in values if not name.startswith("_")}
        assert values <= {"manifest", "opened", "settings", "breaks", "tables", "title", "columns"}, (
            f"{kind.__name__}: a value is no look"
        )


@pytest.fixture(scope="module")
def home(area: Path, published: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic area, to be looked at."""
    assert published.published
    folder = tmp_path_factory.mktemp("reads") / "site"
    shutil.copytree(area, folder, ignore=shutil.ignore_patterns("raw"))
    return folder


@pytest.fixture(scope="module")
def holders(home: Path) -> dict[str, object]:
    """One object of each class."""
    run = hiu.open(home, by="Ann Lyst").latest
    found = (
        run,
        run.ranked(),
        run.person(1),
        run.linkage(),
        run.quality(),
        run.cohort(),
        run.places(),
        run.definitions(),
    )
    return {type(one).__name__: one for one in (*found, run.review("Ann Lyst"))}


def looks(home: Path) -> list[dict[str, object]]:
    files = sorted((home / "data" / "curated" / "reads").glob("*.jsonl"))
    return [entry["event"] for path in files for entry in read(path)]


@pytest.mark.parametrize("name", TRIED)
def test_a_method_that_shows_a_person_writes_one_line(name: str, holders: dict[str, object], home: Path) -> None:
    kind, method = name.split(".")
    before = len(looks(home))
    found = getattr(holders[kind], method)(*ARGUMENTS.get(name, ()))
    new = looks(home)[before:]
    nobody = kind != "Person" and isinstance(found, pl.DataFrame) and found.is_empty()
    if shows(name) and not nobody:
        assert len(new) == 1 and new[0]["name"] == "Ann Lyst" and new[0]["month"] == "2026-03"
        assert int(str(new[0]["people"])) > 0 and not PERSON_ID.search(str(new))
        return
    assert new == [], "nobody is shown, so nothing is entered"
    assert not PERSON_ID.search(str(found if not hasattr(found, "to_pandas") else found.to_pandas().to_string()))


def test_no_public_door_leads_to_whole_names(holders: dict[str, object]) -> None:
    """`whole`, `scan` and `rows` gave a month's names unmasked and without a line."""
    for name in ("whole", "scan", "rows", "common"):
        with pytest.raises(HiuError):
            getattr(holders["Published"], name)


def test_without_a_basis_a_person_is_not_shown_even_masked(home: Path, tmp_path: Path) -> None:
    site = tmp_path / "closed"
    shutil.copytree(home, site)
    text = (site / "site.toml").read_text(encoding="utf-8")
    (site / "site.toml").write_text(re.sub('recipient = "analyst"', 'recipient = "clinician"', text), encoding="utf-8")
    run = hiu.open(site).latest
    first = hiu.open(home).latest.ranked(1)["person_id"][0]
    before = len(looks(site))
    asks: tuple[Callable[[], object], ...] = (
        lambda: run.person(first), lambda: run.person(1), lambda: run.why(first), lambda: run.ranked().why(1),
        lambda: Person(first, run), lambda: run.cohort([first]), lambda: run.ranked().compare(1, 2),
    )  # fmt: skip
    for ask in asks:
        with pytest.raises(HiuError, match="no basis") as refused:
            ask()
        assert first not in str(refused.value)
    assert sum("refused" in one for one in looks(site)[before:]) >= 5


@pytest.fixture(scope="module")
def closed(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """One object of each class but `Person`, of a site whose basis lets an analyst ask for nobody."""
    site = tmp_path_factory.mktemp("closed") / "site"
    shutil.copytree(home, site)
    text = (site / "site.toml").read_text(encoding="utf-8")
    (site / "site.toml").write_text(re.sub('recipient = "analyst"', 'recipient = "clinician"', text), encoding="utf-8")
    run = hiu.open(site, by="Ann Lyst", show_names=True).latest
    found = (run, run.ranked(), run.linkage(), run.quality(), run.cohort(), run.places(), run.definitions())
    return {type(one).__name__: one for one in (*found, run.review("Ann Lyst"))}


@pytest.fixture(scope="module")
def forbidden(home: Path) -> frozenset[str]:
    """Every name and NHS number of somebody on record."""
    people = hiu.open(home).latest._scan("people").select("name_text", "nhs_number").collect()
    names = people["name_text"].drop_nulls().filter(people["name_text"].drop_nulls().str.contains(" "))
    return frozenset({*names, *people["nhs_number"].drop_nulls()})


@pytest.mark.parametrize("name", [one for one in TRIED if not one.startswith("Person.")])
def test_without_a_basis_no_method_gives_a_true_id_or_name(
    name: str, closed: dict[str, object], forbidden: frozenset[str]
) -> None:
    """The finding: `admissions`, `what_if`, `compare` and `flow` gave true ids after `person` was refused."""
    kind, method = name.split(".")
    try:
        found = getattr(closed[kind], method)(*ARGUMENTS.get(name, ()))
    except HiuError as refused:
        found = str(refused)
        assert name in ("Published.person", "Published.why", "Ranked.why", "Ranked.compare"), found
    told = everything_in(found)
    assert not PERSON_ID.search(told) and not [one for one in forbidden if one in told]


def everything_in(found: object) -> str:
    """All that somebody can read of an answer: cells, sentences, pages, pictures, and what hangs on it openly."""
    tables = getattr(found, "tables", None)
    frames = [found, *(tables.values() if isinstance(tables, dict) else [])]
    cells = [str(one.to_dicts()) for one in frames if isinstance(one, pl.DataFrame)]
    more = [str(getattr(found, name, "")) for name in ("title", "sentences", "queue", "rows", "people")]
    page = found._repr_html_() if hasattr(found, "_repr_html_") else ""  # type: ignore[attr-defined]
    told = found.to_csv() if hasattr(found, "to_csv") else repr(found)  # type: ignore[attr-defined]
    return "\n".join([*cells, *more, str(page), told])


def test_without_a_basis_a_doubtful_pair_leads_to_nobody_on_the_list(
    closed: dict[str, object], holders: dict[str, object]
) -> None:
    """A pair shows initials and a year: beside them no place on the list and no number of rows, which tables have."""
    shut, open_ = closed["Review"], holders["Review"]
    assert isinstance(shut, Review) and isinstance(open_, Review) and len(shut) == len(open_) > 0
    for at in range(len(shut)):
        pair = shut.pair(at)
        told = pair["effect"] + str(pair["records"])
        assert "withheld-" in told and "rank" not in told and not re.search(r"(; |\()\d+ rows?", told)
    assert "rank" in open_.pair(0)["effect"] and " row" in str(open_.pair(0)["records"])
    run = closed["Published"]
    assert isinstance(run, Published) and not hasattr(shut, "published")
    pairs, people = shut.listing().to_polars(), run.table("people").to_polars()["person_id"]
    assert not pairs["person_a"].equals(run.sql("select * from review_queue order by place")["person_a"]), people.len()


def test_without_a_basis_a_list_under_other_definitions_is_right(
    closed: dict[str, object], holders: dict[str, object]
) -> None:
    """Masked ids were joined with true ones: nobody stayed on the list."""
    for ask in (
        lambda run: run.what_if(drop_roles=["caller"]),
        lambda run: run.cohort().flow(),
        lambda run: run.cohort().cost(),
    ):
        shut, open_ = ask(closed["Published"]), ask(holders["Published"])
        assert shut.sentences == open_.sentences
        for table, other in zip(shut.tables.values(), open_.tables.values(), strict=True):
            assert table.to_polars().drop("person_id", "name", strict=False).height == other.height
    compared = [one["Published"].compare("2026-03")["moved_up"].sum() for one in (closed, holders)]  # type: ignore[attr-defined]
    assert compared[0] == compared[1]


def test_where_a_look_can_t_be_recorded_nothing_is_shown(home: Path, tmp_path: Path) -> None:
    """A read-only copy of what is published, or a full disk."""
    site = tmp_path / "closed"
    shutil.copytree(home, site, ignore=shutil.ignore_patterns("reads"))
    (site / "data" / "curated" / "reads").write_text("in the way", encoding="utf-8")
    run = hiu.open(site).latest
    for ask in (lambda: run.person(1), run.ranked, lambda: run.table("people"), run.review):
        with pytest.raises(HiuError, match="nothing is shown"):
            ask()
    (tmp_path / "elsewhere").mkdir()
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write('\n[governance]\nread_log = "../elsewhere"\n')
    with pytest.raises(HiuError, match="not where the last run had it"):
        hiu.open(site).latest.person(1)
    accept(open_place(site), reason="the log moved", by="Data protection officer", now=datetime.now(UTC))
    assert hiu.open(site).latest.person(1).person_id and list((tmp_path / "elsewhere").glob("*.jsonl"))


def test_who_lacks_the_site_key_looks_with_the_read_log_s_own(home: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(home, site)
    text = (site / "site.toml").read_text(encoding="utf-8").replace("synthetic = true", "synthetic = false")
    (site / "site.toml").write_text(text, encoding="utf-8")
    shutil.rmtree(site / "keys")
    before = len(looks(site))
    assert hiu.open(site).latest.person(1).person_id and len(looks(site)) == before + 1
    (site / "data" / "curated" / "reads.key").unlink()
    with pytest.raises(HiuError, match="nothing is shown"):
        hiu.open(site).latest.person(1)


def test_a_month_without_its_site_shows_nobody(holders: dict[str, object]) -> None:
    run = holders["Published"]
    assert isinstance(run, Published)
    with pytest.raises(HiuError, match="without its site"):
        Published(run.month, run.folder).person(1)
