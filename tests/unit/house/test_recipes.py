"""The recipes of CONTRIBUTING.md, each followed on a copy of the project: it names at most three files, and they do."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).resolve().parents[3]
PARTS = (
    "hiu",
    "pipelines",
    "docs",
    "expectations",
    "tests/spec",
    "tests/kits",
    "tests/unit/house",
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "Makefile",
)
MADE = (
    "docs/data-dictionary.md",
    "docs/definitions.md",
    "docs/bibliography.md",
    "docs/dpia-template.md",
    "docs/assurance-pack.md",
    "docs/api.md",
    "docs/records-of-processing.md",
    "expectations/*.json",
)
"""What a command writes: a recipe says to run it."""
RECIPES = dict(
    re.findall(r"^### (.+)\n\nFiles: ((?:.+\n)+?)Test: ", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
)


def files_of(recipe: str) -> list[str]:
    """The files a recipe names, <...> as a pattern; what it says in brackets is of a site, not of the project."""
    named = re.findall(r"`([^`]+)`", re.sub(r"\(.*?\)", "", RECIPES[recipe]))
    return [re.sub(r"<[^>]+>", "*", name) for name in named]


class Copy:
    """A copy of the project that a recipe is followed on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, root / part)  # with what is compiled, which compiling anew takes seconds
            else:
                (root / part).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / part, root / part)
        self.before = self.digests()

    def write(self, path: str, text: str) -> None:
        """A file as new."""
        (self.root / path).write_text(text, encoding="utf-8", newline="\n")

    def append(self, path: str, text: str) -> None:
        """Add to the end of a file."""
        self.write(path, (self.root / path).read_text(encoding="utf-8") + text)

    def edit(self, path: str, old: str, new: str) -> None:
        """Put `new` in place of the one place that matches the pattern `old`; groups may be used as in re.sub."""
        text = (self.root / path).read_text(encoding="utf-8")
        changed, places = re.subn(old, new, text)
        assert places == 1, f"{path}: {places} places like {old}"
        self.write(path, changed)

    def python(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """What Python, run on the copy, prints; it must end with one of the codes."""
        env = {**os.environ, "PYTHONPATH": str(self.root), "NO_COLOR": "1", "COLUMNS": "200", "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )
        assert done.returncode in codes, done.stdout + done.stderr
        return done.stdout

    def hiu(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """What a command of the copy prints."""
        return self.python("-m", "pipelines.cli", *arguments, codes=codes)

    def touched(self, recipe: str) -> list[str]:
        """Files changed or added that the recipe does not name; those of tests and what commands make left out."""
        after, allowed = self.digests(), [*files_of(recipe), *MADE, "tests/*"]
        changed = sorted(path for path, digest in after.items() if self.before.get(path) != digest)
        assert changed
        return [path for path in changed if not any(fnmatch(path, name) for name in allowed)]

    def digests(self) -> dict[str, str]:
        """The digest of every file but those of the site that a recipe is tried on."""
        files = (p for p in self.root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        files = (p for p in files if p.relative_to(self.root).parts[0] != "site")
        return {p.relative_to(self.root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture
def project(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "project")


def test_every_recipe_names_at_most_three_files_that_exist_and_a_test() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(RECIPES) == set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    for recipe in RECIPES:
        alternatives = RECIPES[recipe].count("` or `")
        assert 1 <= len(files_of(recipe)) - alternatives <= 3, recipe
        assert [name for name in files_of(recipe) if not list(ROOT.glob(name))] == [], recipe
    tests = re.findall(r"^Test: (.+)$", text, re.MULTILINE)
    assert len(tests) == len(RECIPES)
    for named in tests:
        names = [re.sub(r"<[^>]+>", "*", name) for name in re.findall(r"`([^`]+)`", named)]
        assert names and all(list((ROOT / "tests").rglob(name)) for name in names), named


def test_every_recipe_is_followed_here() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert [recipe for recipe in RECIPES if not re.search(rf'(touched\(|beside\[)"{recipe}"[\])] == \[\]', here)] == []


@pytest.mark.slow
def test_a_source(project: Copy) -> None:
    guide = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    project.write("hiu/sources/fire.toml", re.findall(r"```toml\n# sources/fire.toml\n(.*?)```", guide, re.DOTALL)[0])
    assert "fire.json" in project.hiu("suites")
    project.hiu("suites", "--check")
    project.hiu("init", "site", "--synthetic")
    project.write("site/fire_2026-03.csv", FIRE)
    assert "1 row may count as fire_incident" in project.hiu("check", "site/fire_2026-03.csv", "--site", "site")
    assert project.touched("A source") == []


FIRE = """Incident number,Time of call,Person,DOB,Home postcode,Type
F1,02/03/2026 21:40,"NOVAK, Jana",05/06/1980,BS1 4ND,Secondary fire
"""


def test_a_counting_rule_of_one_row(project: Copy) -> None:
    project.edit(
        "hiu/sources/ed.toml",
        r'(ed_attendance = \{ measures = \["ed_requiring_treatment")',
        r'\1, "ed_left_during_treatment"',
    )
    project.edit("docs/counting.md", r"So 1066321000000107 is a toggle", "So 1066321000000107 counts")
    words = "leaving during treatment counts, leaving before it is counted apart"
    project.edit("hiu/publish/words/definitions.toml", r"leaving before treatment is counted apart", words)
    assert "ed_left_during_treatment" in project.python("-c", COUNTED_IN_ED)
    assert project.touched("A counting rule") == []


COUNTED_IN_ED = """
from hiu.engine.inputs import counting
from hiu.sources import load_sources

print(counting(load_sources(), {}).filter(dataset="ed_attendance")["measure"].to_list())
"""


@pytest.mark.slow
def test_a_counting_rule_that_relates_rows(project: Copy) -> None:
    project.edit("tests/spec/address_demand.md", r"\| 4 HIGH STREET, BS1 4ND \| 2025-03-01 \| 3 \| 2 \|\n", "")
    project.edit(
        "hiu/sql/address_demand.sql", r">= \$communal_calls", ">= $communal_calls AND count(DISTINCT person_id) > 2"
    )
    project.edit("docs/counting.md", r"calls in a month that make an address communal", "calls to three people")
    project.python("-c", run_spec("address_demand", "latest", "record"))
    assert project.touched("A counting rule") == []


def run_spec(table: str, *inputs: str) -> str:
    """A program that holds a table's SQL to its specification."""
    return f"""
import sys
from pathlib import Path

sys.path += ["tests/spec", "tests/kits"]
from spec_tables import cases, run
from hiu.engine.duckdb import Warehouse

for case in cases(Path("tests/spec/{table}.md")):
    made, expected = run(case, {set(inputs)}, Warehouse(None, memory_limit="500MB", threads=1))
    assert made == expected, (made, expected)
"""


@pytest.mark.slow
def test_a_matching_level(project: Copy) -> None:
    numbers = "hiu/link/compare/numbers.py"
    project.edit("hiu/link/levels.py", r'("local_id": \([^)]*?"typo")(,?\s*\))', r'\1, "same_phone"\2')
    project.edit(numbers, r"(describe.hashes import Hashes)\n", r"\1, hash_values\n")
    project.edit(numbers, r"(_SLIP = 2\n)", r'\1_PHONES = hash_values(pl.Series(["phone"]))[0]\n')
    phone = r'\1\2\1out[equal[ids.scheme[a[equal]] == _PHONES]] = code["same_phone"]\n'
    project.edit(numbers, r"( +)(out\[equal\] = .*\n)", phone)
    model = project.root / "hiu" / "link" / "model" / "model.json"
    values = json.loads(model.read_text(encoding="utf-8"))
    values["weights"]["local_id"]["same_phone"], values["version"] = 3.25, "weights-phone"
    project.write("hiu/link/model/model.json", json.dumps(values, indent=1) + "\n")
    phone, number, sentence = json.loads(project.python("-c", SAME_PHONE))
    assert phone == ["same phone", 3.25] and number[0] == "same"
    assert "local identifiers (same phone)" in sentence
    assert project.touched("A matching level") == []


SAME_PHONE = """
import json, sys

sys.path += ["tests/kits"]
from link_kit import table, who
from hiu.link.review.explain import explain_pair
from hiu.settings import Linking

rows = [
    who("a", "ANNA NOVAK", "1980-06-05", ids="phone:07700900123"),
    who("b", "ANA NOVAK", None, ids="phone:07700900123"),
    who("c", "MARY SMITH", "1970-01-02", ids="rio:1"),
    who("d", "MARY SMITH", None, ids="rio:1"),
]
pairs = [explain_pair(table(rows), *pair, settings=Linking()) for pair in ("ab", "cd")]
levels = [pair.fields.filter(field="local_id").select("level", "weight").row(0) for pair in pairs]
print(json.dumps([*levels, pairs[0].sentence]))
"""


@pytest.mark.slow
def test_a_command(project: Copy) -> None:
    project.write("pipelines/setup/months.py", MONTHS_JOB)
    project.edit("pipelines/commands/reports.py", r"\n\ndef cost\(", f"{MONTHS_COMMAND}\n\ndef cost(")
    project.edit(
        "pipelines/commands/reports.py", r"(backtest, evaluate, sensitivity, equality, trend, cost)", r"\1, months"
    )
    project.append("docs/operator.md", "\n`hiu months` says where they are.\n")
    assert re.search(r"^\W*months +Where the published months are\.", project.hiu("--help"), re.MULTILINE)
    project.hiu("init", "site", "--synthetic")
    assert "months are in" in project.hiu("months", "--site", "site")
    said = {word for page in project.root.rglob("docs/*.md") for word in page.read_text("utf-8").split()}
    assert "months`" in said
    assert project.touched("A command") == []


MONTHS_JOB = '''"""Which months are published."""

from pipelines.common.place import Place
from pipelines.common.progress import out


def say_months(place: Place) -> None:
    """Print where published months are."""
    out(f"months are in {place.published}")
'''
MONTHS_COMMAND = '''

def months(site: Site = None) -> None:
    """Where the published months are."""
    from pipelines.common.place import open_place
    from pipelines.setup.months import say_months

    say_months(open_place(site))
'''


@pytest.mark.slow
def test_a_labels_words(project: Copy) -> None:
    project.edit("hiu/publish/words/terms.py", "NO RECENT CONTACTS", "NO CONTACT LATELY")
    project.edit("hiu/rank/listing/reasons.py", r"\} would be usual, going by", "} is usual, going by")
    project.edit("docs/ranking.md", r"would be usual, going by Jan", "is usual, going by Jan")
    words = "from hiu.publish.words.terms import label_words; print(label_words('QUIET'), '', sep='.')"
    assert "NO CONTACT LATELY." in project.python("-c", words)
    assert " is usual, going by " in project.python("-c", LABELLED)
    assert project.touched("A label's words") == []


@pytest.mark.slow
def test_a_labels_code(project: Copy) -> None:
    project.edit("hiu/model/words.py", r'"QUIET"', '"NO CONTACT"')
    project.edit("docs/ranking.md", r"\| QUIET, shown", "| NO CONTACT, shown")
    words = (project.root / "hiu/publish/words/definitions.toml").read_text(encoding="utf-8")
    assert len(re.findall(r"^QUIET =", words, re.MULTILINE)) == 2, "its words and its number"
    project.write("hiu/publish/words/definitions.toml", re.sub(r"(?m)^QUIET =", '"NO CONTACT" =', words))
    project.python("-m", "pipelines.setup.dictionary")
    project.python("-m", "pipelines.setup.references")
    assert "NO CONTACT" in (project.root / "docs" / "definitions.md").read_text(encoding="utf-8")
    assert "NO CONTACT" in (project.root / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert "NO CONTACT" in project.python("-c", LABELLED)
    assert project.touched("A label's code") == []


LABELLED = """
import sys

sys.path += ["tests/kits"]
import polars as pl
from rank_area import MARCH, coverage, demand
from hiu.rank.listing.history import history
from hiu.rank.listing.labels import labels
from hiu.settings import Labels

for counts in ({"police_incident": [1] * 12 + [0] * 3}, {"mh_bed_day": [0] * 14 + [20]}):
    found = labels(history(pl.Series(["A"]), MARCH, demand({"A": counts}), coverage()), Labels(), 1.5)
    print(found.label[0], found.sentence[0])
"""


@pytest.mark.slow
def test_a_settings_default(project: Copy) -> None:
    project.edit("hiu/settings.py", r"s136: float = Field\(3,", "s136: float = Field(4,")
    project.edit("hiu/govern/site_template.toml", r"# s136 = 3.0", "# s136 = 4.0")
    project.edit("docs/ranking.md", r"\| `rank.weights.s136` \| 3 \|", "| `rank.weights.s136` | 4 |")
    project.hiu("init", "site", "--synthetic")
    assert "# s136 = 4.0" in (project.root / "site" / "site.toml").read_text(encoding="utf-8")
    assert project.python("-c", WEIGHT_OF_S136).split() == ["4.0", "2.5"]
    assert project.touched("A setting's default") == []


WEIGHT_OF_S136 = """
from pathlib import Path
from hiu.settings import load

path = Path("site/site.toml")
print(float(load(path).rank.weights.s136))
path.write_text(path.read_text("utf-8") + "\\n[rank.weights]\\ns136 = 2.5\\n", encoding="utf-8")
print(float(load(path).rank.weights.s136))
"""


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Copy, dict[str, list[str]], Path]]:
    """A copy on which three recipes were followed before its month was run; what each touched besides; the folder."""
    project = Copy(tmp_path_factory.mktemp("grown") / "project")
    beside = {}
    for follow in (column_of_a_published_table, an_output, a_published_table):
        project.before = project.digests()
        recipe = follow(project)
        beside[recipe] = project.touched(recipe)
    project.python("-m", "pipelines.setup.dictionary")
    project.hiu("synth", "site", "--people", "40", "--months", "1")
    project.append("site/site.toml", "\n[rank]\ncharts = 1\ntop = 1\ndraws = 100\n")
    last = project.hiu("run", "2026-03", "--site", "site", "--json", codes=(0, 3)).splitlines()[-1]
    yield project, beside, project.root / json.loads(last)["published"]


def column_of_a_published_table(project: Copy) -> str:
    contacts = (
        '  { name = "contacts_6", type = "integer", meaning = "Contacts in the last 6 months", unit = "contacts" },'
    )
    project.edit("hiu/model/tables/listed.toml", r'(  \{ name = "contacts_3".*\n)', rf"\1{contacts}\n")
    project.edit("hiu/rank/listing/ranking.py", r"(contacts\(months\).* for months in) \(3, 12\)", r"\1 (3, 6, 12)")
    return "A column of a published table"


@pytest.mark.slow
def test_a_column_of_a_published_table(grown: tuple[Copy, dict[str, list[str]], Path]) -> None:
    project, beside, folder = grown
    ranked = pl.read_parquet(folder / "ranked.parquet")
    assert ranked.columns.index("contacts_6") == ranked.columns.index("contacts_3") + 1
    assert ranked.filter(pl.col("contacts_6").is_null() | (pl.col("contacts_6") < pl.col("contacts_3"))).is_empty()
    assert "`contacts_6`" in (project.root / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert beside["A column of a published table"] == []


def an_output(project: Copy) -> str:
    project.write("hiu/publish/quality/supply.py", SUPPLY)
    pages = "pipelines/access/pages.py"
    project.edit(pages, r'( +)("quality\.html": .*\n)', r'\1\2\1"supply.csv": supply(tables),\n')
    project.edit(pages, r"(from hiu\.publish\.stamp)", r"from hiu.publish.quality.supply import supply\n\1")
    project.append("docs/operator.md", "\n`supply.csv` lists which months each source supplied.\n")
    return "An output"


SUPPLY = '''"""Which months each source supplied, as a CSV."""

from collections.abc import Mapping

import polars as pl


def supply(tables: Mapping[str, pl.DataFrame]) -> bytes:
    """The published `coverage` as a file."""
    return tables["coverage"].write_csv().encode("utf-8")
'''


@pytest.mark.slow
def test_an_output(grown: tuple[Copy, dict[str, list[str]], Path]) -> None:
    _, beside, folder = grown
    assert (folder / "supply.csv").read_text(encoding="utf-8").startswith("month,dataset,source,supplied")
    assert "supply.csv" in (folder / "MANIFEST.json").read_text(encoding="utf-8")
    assert beside["An output"] == []


def a_published_table(project: Copy) -> str:
    project.append("hiu/model/tables/demand.toml", SOURCE_MONTH)
    project.write("hiu/sql/source_month.sql", SOURCE_MONTH_SQL)
    project.edit("hiu/engine/steps.py", r'(    "address_demand",\n)', r'\1    "source_month",\n')
    project.write("tests/spec/source_month.md", SOURCE_MONTH_SPEC)
    project.python("-c", run_spec("source_month", "event"))
    return "A published table"


SOURCE_MONTH = """
[source_month]
meaning = "Counted events by source and month."
later = true
key = ["source", "month"]
columns = [
  "source", "month",
  { name = "events", type = "integer", meaning = "Counted events of everybody", unit = "events", nullable = false },
]
"""
SOURCE_MONTH_SQL = """-- Counted events by source and month.
SELECT source, month, count(*) AS events
FROM event
WHERE counted
GROUP BY source, month
"""
SOURCE_MONTH_SPEC = """# source_month: counted events by source and month

## What is not counted is left out

given `event`

| dataset | source | event_id | month | counted |
|---|---|---|---|---|
| police_incident | police | L1 | 2025-03-01 | yes |
| police_incident | police | L2 | 2025-03-01 | yes |
| police_incident | police | L3 | 2025-03-01 | no |

then

| source | month | events |
|---|---|---|
| police | 2025-03-01 | 2 |
"""


@pytest.mark.slow
def test_a_published_table(grown: tuple[Copy, dict[str, list[str]], Path]) -> None:
    project, beside, folder = grown
    made = pl.read_parquet(folder / "source_month.parquet")
    assert made.columns == ["source", "month", "events"] and made["events"].sum() > 0
    assert "### source_month" in (project.root / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert "source_month.parquet" in (folder / "MANIFEST.json").read_text(encoding="utf-8")
    assert beside["A published table"] == []


def test_a_column_on_the_workbooks_list(project: Copy) -> None:
    listing = "hiu/publish/workbook/listing.py"
    project.edit(
        listing, r'( +)("contacts_12": "Contacts, 12 months",\n)', r'\1\2\1"points_12": "Points, 12 months",\n'
    )
    project.edit(listing, r'( +)("certainty": row.*\n)', r"""\1\2\1"points_12": f"{row['points_12']:.1f}",\n""")
    project.edit("hiu/publish/workbook/write.py", r'("contacts_12": 10,)', r'\1 "points_12": 10,')
    project.edit("hiu/publish/workbook/book.py", r"FORMAT = \d+\n", "FORMAT = 99\n")
    assert "Points, 12 months" in project.python("-c", WORKBOOK_WORDS)
    assert project.touched("A column on the workbook's list") == []


WORKBOOK_WORDS = """
import io, sys, zipfile

sys.path += ["tests/kits"]
from workbook_kit import made

print(zipfile.ZipFile(io.BytesIO(made())).read("xl/sharedStrings.xml").decode("utf-8"))
"""
