"""What a step depends on is read from its imports: one byte changed anywhere it reaches, and it is done again."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grimp
import polars as pl
import pytest
from areakit import LAST

from hiu.settings import Settings
from hiu.sources import load_sources
from pipelines import plan
from pipelines.common import fingerprint
from pipelines.common.fingerprint import BEHIND, CARRIERS, Files, digest_of, reached, shipped
from pipelines.run import PUBLISH_CODE
from pipelines.steps.intake import ingest

MATCHER = "hiu.link.site_rules"
STEPS = {step.name: step.job.__module__ for step in plan.steps()}
ROOTS = {"intake": ingest.CODE, "publish": PUBLISH_CODE, "matcher's memory": MATCHER, **STEPS}
KNOWN = {
    "intake": ("hiu/extract/standardise.py", "hiu/quality/check.py", "hiu/sources/ed.toml", "hiu/month.py"),
    "identify": ("hiu/sql/identity.sql", "hiu/engine/duckdb.py", "hiu/model/tables/people.toml", "hiu/settings.py"),
    "link": ("hiu/link/match.py", "hiu/link/model/model.json", "pipelines/common/model.py"),
    "count": ("hiu/sql/event.sql", "hiu/engine/inputs.py"),
    "rank": ("hiu/rank/listing/labels.py", "hiu/sql/restated.sql"),
    "publish": ("hiu/publish/templates/pack.js", "pipelines/access/draw.py", "pipelines/access/basis.py"),
    "matcher's memory": ("hiu/link/compare/pairs.py", "hiu/extract/values/people/data/given_names.txt"),
}


def module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def changed(files: Files, path: str) -> Files:
    """The same files with one byte more at the end of one."""
    return {**files, path: files[path] + b"\n"}


def prints(files: Files, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The fingerprint of every step, a recipe, and what publishing and the matcher's memory ask for."""
    recorded = SimpleNamespace(rows=lambda *_, **__: pl.DataFrame())
    work: Any = SimpleNamespace(
        inputs="x", month=LAST, place=SimpleNamespace(settings=Settings(name="A")), warehouse=recorded
    )
    with monkeypatch.context() as patch:
        for asks in (plan, ingest):
            patch.setattr(asks, "code_digest", lambda root: digest_of(files, root))
        steps, recipe = plan.fingerprints(work), ingest.recipe(load_sources()["ed"], False)
    others = {name: digest_of(files, ROOTS[name]) for name in ("publish", "matcher's memory")}
    return {**steps, **others, "intake": recipe}


@pytest.mark.parametrize("root", sorted(set(ROOTS.values())))
def test_one_byte_in_anything_reached_is_seen(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = shipped()
    before, reach = digest_of(files, root), reached(files, root)
    monkeypatch.setattr(fingerprint, "reached", lambda *_: reach)  # an empty line more reaches nothing else
    assert [path for path in sorted(reach) if digest_of(changed(files, path), root) == before] == []


@pytest.mark.parametrize("name", sorted(ROOTS))
def test_what_it_reaches_and_every_step_after_it_is_done_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = shipped()
    before = prints(files, monkeypatch)
    for path in KNOWN[name]:
        after = prints(changed(files, path), monkeypatch)
        due = {other for other, root in ROOTS.items() if path in reached(files, root)}
        due |= set(list(STEPS)[min((list(STEPS).index(step) for step in due & set(STEPS)), default=len(STEPS)) :])
        assert name in due and {other for other in before if after[other] != before[other]} == due, path


def test_what_is_not_reached_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    files = shipped()
    before = prints(files, monkeypatch)
    for path in ("pipelines/cli.py", "pipelines/common/progress.py", "hiu/synth/area.py", "hiu/site/opened.py"):
        assert prints(changed(files, path), monkeypatch) == before, path


@pytest.mark.parametrize("name", sorted(ROOTS))
def test_what_a_job_plainly_needs_is_reached_and_the_command_line_is_not(name: str) -> None:
    reach = reached(shipped(), ROOTS[name])
    assert set(KNOWN[name]) <= reach
    assert not [
        path for path in reach if path.startswith(("pipelines/cli", "pipelines/commands", "hiu/site", "hiu/synth"))
    ]


def test_every_import_is_followed_that_another_reader_finds() -> None:
    """Import-linter's graph, made from the whole tree of every module, knows no import that is missed."""
    graph = grimp.build_graph("hiu", "pipelines", exclude_type_checking_imports=True, cache_dir=None)
    files, missed = shipped(), []
    carriers = {f"{folder}.{last}" for folder, names in CARRIERS.items() for last in names}
    engines = {one for several in BEHIND.values() for one in several}
    behind = engines.union(*(graph.find_upstream_modules(one) for one in engines))
    for root in ROOTS.values():
        reach = reached(files, root)
        modules = {module(path) for path in reach if path.endswith(".py")}
        for one in modules:
            if f"{one.replace('.', '/')}/__init__.py" in files:
                continue
            for other in graph.find_modules_directly_imported_by(one) - modules - carriers:
                if f"{other.replace('.', '/')}/__init__.py" not in files:
                    missed.append(f"{one} imports {other}")
        assert modules <= graph.find_upstream_modules(root, as_package=False) | behind | {root} | {"hiu.model"}
    assert missed == []


def test_every_import_names_its_module_in_full() -> None:
    assert not [path for path, source in shipped().items() if re.search(rb"^\s*from \.", source, re.MULTILINE)]


def test_a_name_taken_from_a_package_leads_to_where_it_comes_from() -> None:
    files = {
        "hiu/__init__.py": b"",
        "hiu/job.py": b"def job():\n    from hiu.room import (\n        one,\n    )\n",
        "hiu/room/__init__.py": b"from hiu.room.first import one\nfrom hiu.room.other import other\n",
        "hiu/room/first.py": b"import a\n\nif TYPE_CHECKING:\n    from hiu import types\n\none = 1\n",
        "hiu/room/other.py": b"from importlib import resources\n\nresources.files(__package__)\n",
        "hiu/room/data/words.txt": b"words",
        "hiu/room/data.txt": b"data",
        "hiu/types.py": b"",
        "hiu/whole.py": b"import hiu.room.other\n",
        "hiu/part.py": b'from importlib import resources\n\nresources.files("hiu.room.data")\n',
        "hiu/room/below/__init__.py": b"",
        "hiu/room/below/theirs.txt": b"",
    }
    assert reached(files, "hiu.job") == {"hiu/job.py", "hiu/room/__init__.py", "hiu/room/first.py"}
    data = {"hiu/room/data/words.txt", "hiu/room/data.txt"}
    assert reached(files, "hiu.whole") == {"hiu/whole.py", "hiu/room/other.py", *data}
    assert reached(files, "hiu.part") == {"hiu/part.py", "hiu/room/data/words.txt"}


def test_all_data_is_opened_by_a_module_in_a_way_that_is_seen() -> None:
    files = shipped()
    opened = {name for path in files if path.endswith(".py") for name in fingerprint._data(files, path)}
    assert {path for path in files if not path.endswith((".py", "py.typed"))} - opened == set()


def test_carriers_are_there() -> None:
    assert all(f"{folder.replace('.', '/')}/{last}.py" in shipped() for folder in CARRIERS for last in CARRIERS[folder])


def test_a_checkout_with_other_line_ends_and_a_wheel_left_packed_are_the_same(tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "hiu"), "zip", Path(fingerprint.__file__).parents[2], "hiu/link")
    files = dict(fingerprint._files(zipfile.Path(packed, "hiu/link/"), "hiu/link"))
    assert files == {path: text for path, text in shipped().items() if path.startswith("hiu/link/")}
    (tmp_path / "a.py").write_bytes(b"one\r\ntwo\r\n")
    assert (
        fingerprint._files(tmp_path, "hiu").__next__
        and dict(fingerprint._files(tmp_path, "x"))["x/a.py"] == b"one\ntwo\n"
    )
