"""Match review in headless JupyterLab, by keyboard and mouse; and the next runs honour what was decided there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from areakit import LAST, NOW, REPOSITORY, run
from lab_kit import browsing, run_all, running

from hiu.model import DECISIONS
from hiu.site.review import decide as desk
from pipelines.common.place import Place, open_place
from pipelines.run import Outcome
from pipelines.setup.area import make_area

pytestmark = pytest.mark.slow
WIDGET = ".hiu-review >> nth=0"
Pair = tuple[str, str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A synthetic area whose last month but one is published."""
    folder = tmp_path_factory.mktemp("review") / "area"
    make_area(folder, people=500, months=6, seed=5, last=str(LAST), now=NOW)
    found = open_place(folder)
    assert run(found, LAST - 1).published
    return found


@pytest.fixture(scope="module")
def queue(place: Place) -> pl.DataFrame:
    folder = place.published_folder(LAST - 1)
    assert folder
    return pl.read_parquet(folder / "review_queue.parquet").sort("place")


@pytest.fixture(scope="module")
def address(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(REPOSITORY / "notebooks", folder / "notebooks")
    with running(folder / "notebooks", place.home, folder) as found:
        yield found


def pair(queue: pl.DataFrame, at: int) -> Pair:
    return queue["identity_a"][at], queue["identity_b"][at]


def held(place: Place) -> dict[Pair, str]:
    rows = desk.in_force(place.records).select("identity_a", "identity_b", "decision").iter_rows()
    return {(a, b): what for a, b, what in rows}


def told(page: Any, text: str) -> None:
    page.wait_for_function(
        "text => document.querySelector('.hiu-review .hiu-status').textContent.startsWith(text)", arg=text
    )


def go_to(page: Any, place: int) -> None:
    """Press N or B until the pair of that place (from 1) is shown."""
    for _ in range(200):
        at = int(page.inner_text(f"{WIDGET} >> .hiu-head strong").split()[1])
        if at == place:
            return
        page.keyboard.press("n" if at < place else "b")
        page.wait_for_function(
            "at => !document.querySelector('.hiu-head strong').textContent.startsWith(at)", arg=f"Pair {at} of"
        )
    pytest.fail(f"pair {place} never came")


def test_decided_by_key_and_mouse_undone_and_there_after_a_reload(
    place: Place, queue: pl.DataFrame, address: str
) -> None:
    apart = queue["together"].to_list().index(False)
    joined = queue["together"].to_list().index(True)
    outside: list[str] = []
    with browsing(outside) as page:
        run_all(page, address, "match_review")
        cells = page.locator(".jp-Cell").count()
        page.click(f"{WIDGET} >> .hiu-head strong")
        page.focus(WIDGET)
        go_to(page, apart + 1)
        page.keyboard.press("s")
        told(page, "Recorded: same")
        assert held(place) == {pair(queue, apart): "same"}
        go_to(page, joined + 1)
        page.click(f"{WIDGET} >> text=Different people (D)")
        told(page, "Recorded: different")
        assert held(place)[pair(queue, joined)] == "different"
        page.focus(WIDGET)
        page.keyboard.press("z")
        told(page, "Undone")
        assert held(place) == {pair(queue, apart): "same"}
        page.focus(WIDGET)
        page.keyboard.press("d")
        told(page, "Recorded: different")
        other = next(at for at in range(queue.height - 1) if at not in (apart, joined))
        go_to(page, other + 1)
        page.keyboard.press("u")
        told(page, "Recorded: unsure")
        assert held(place)[pair(queue, other)] == "unsure"
        page.keyboard.press("b")
        page.wait_for_selector(".hiu-review button[data-do=unsure][aria-pressed=true]")
        assert page.locator(".jp-Cell").count() == cells, "JupyterLab heard a key that was the widget's"

        run_all(page, address, "match_review")
        assert f"{len(held(place))} decided" in page.inner_text(f"{WIDGET} >> .hiu-head")
        shown = int(page.inner_text(f"{WIDGET} >> .hiu-head strong").split()[1]) - 1
        assert pair(queue, shown) not in held(place)
        assert accessible(page) == []
    assert outside == []
    assert desk.history(place.records, DECISIONS).height > len(held(place)), "an undone decision stays on record"


def accessible(page: Any) -> list[str]:
    """What axe-core finds wrong in the widget."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=".hiu-review").response["violations"]
    return [f"{one['id']}: {one['help']}" for one in found]


def person_of(outcome: Outcome, identity: str) -> str:
    assert outcome.published
    links = pl.read_parquet(outcome.published / "links.parquet")
    return str(links.filter(pl.col("identity_id") == identity)["person_id"][0])


@pytest.mark.parametrize("month", [LAST - 1, LAST], ids=["the month again", "a month later"])
def test_the_next_runs_honour_it(place: Place, queue: pl.DataFrame, month: Any) -> None:
    decided = held(place)
    assert set(decided.values()) >= {"same", "different"}
    outcome = run(place, month)
    assert outcome.changed
    for (a, b), what in decided.items():
        if what == "same":
            assert person_of(outcome, a) == person_of(outcome, b)
        if what == "different":
            assert person_of(outcome, a) != person_of(outcome, b)
