"""No month is published that nobody meant, one that is taken back stays away, and the log has when it was done."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from areakit import LAST, NOW, run
from hostile_kit import Site

import hiu
from hiu.errors import HiuError, UsageError
from hiu.govern.audit import read
from pipelines.back import withdraw as job
from pipelines.back.withdraw import KEPT, withdraw, withdrawn_month
from pipelines.common.journal import record, start_clock
from pipelines.common.place import Place
from pipelines.govern.retain import record_hold
from pipelines.govern.verify import problems_of


def kept(place: Place) -> dict[Path, bytes]:
    """Every file of the curated folder, locks apart."""
    return {path: path.read_bytes() for path in place.curated.rglob("*") if path.is_file() and path.suffix != ".lock"}


def taken_back(place: Place) -> list[str]:
    return withdraw(place, LAST, reason="the wrong file", by="Officer", now=NOW)


@pytest.mark.parametrize("ahead", [1, 12, 600])
def test_a_month_that_has_not_begun_is_refused_and_nothing_is_done(ahead: int, site: Site) -> None:
    before = kept(site.place)
    with pytest.raises(UsageError, match="has not begun"):
        run(site.place, LAST + ahead + 1)
    assert kept(site.place) == before
    month = str(LAST + 12 * 40)
    assert site.hiu("run", month).code == UsageError.exit_code and kept(site.place).keys() == before.keys()


def test_a_month_of_which_nothing_was_delivered_is_not_published(site: Site) -> None:
    later = NOW + timedelta(days=31)
    before = site.place.months()
    with pytest.raises(HiuError, match=r"nothing in force was delivered for Apr 2026.*--again"):
        run(site.place, LAST + 1, at=later)
    assert site.place.months() == before and problems_of(site.place) == []


def test_a_month_that_is_taken_back_is_shown_nowhere_and_published_by_no_run(site: Site) -> None:
    folder = site.place.published_folder(LAST)
    assert folder
    said = site.hiu("withdraw", str(LAST), "--reason", "the wrong file", "--by", "Officer")
    assert said.code == 0 and folder.name in said.out
    assert not folder.exists() and site.place.months() == {} and problems_of(site.place) == []
    assert [one["folders"] for one in site.events("month_withdrawn")] == [[folder.name]]
    with pytest.raises(HiuError, match="nothing is published"):
        hiu.open(site.place.home, curated=site.place.curated).latest.ranked()
    with pytest.raises(HiuError, match=r"taken back for good.*--again"):
        run(site.place, LAST)
    assert site.hiu("withdraw", str(LAST), "--reason", "x", "--by", "Officer").code == UsageError.exit_code
    assert site.hiu("withdraw", str(LAST - 1), "--reason", "x", "--by", "Officer").code == UsageError.exit_code


def test_under_a_legal_hold_it_is_kept_and_shown_nowhere(site: Site) -> None:
    folder = site.place.published_folder(LAST)
    assert folder
    people = hiu.open(site.place.home, curated=site.place.curated).latest.ranked(1)["person_id"]
    record_hold(site.place, str(people[0]), reason="inquest", by="Officer", lift=False, now=NOW)
    assert "a legal hold keeps it as withdrawn/" in " ".join(taken_back(site.place))
    assert not folder.exists() and (site.place.curated / KEPT / folder.name / "pack.html").is_file()
    with pytest.raises(UsageError, match="is not published"):
        taken_back(site.place)
    record_hold(site.place, str(people[0]), reason="over", by="Officer", lift=True, now=NOW)
    assert [line for line in taken_back(site.place) if f"{KEPT}/{folder.name}: removed, since the legal hold" in line]
    assert not (site.place.curated / KEPT).exists() and site.events("withdrawn_removed")


@pytest.mark.parametrize("cut", ["record", "drop_current", "move"])
def test_cut_off_the_same_command_ends_it(cut: str, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(job, cut, stop)
        taken_back(site.place)
    assert withdrawn_month(site.place, LAST), "recorded before anything goes"
    taken_back(site.place)
    assert site.place.months() == {} and not list(site.place.published.glob("2026-*")) and problems_of(site.place) == []


@pytest.mark.parametrize("line", [("--reason", " ", "--by", "Officer"), ("--reason", "x", "--by", "who decided it")])
def test_it_is_somebodys_act_for_a_reason(line: tuple[str, ...], site: Site) -> None:
    before = site.place.months()
    assert site.hiu("withdraw", str(LAST), *line).code == UsageError.exit_code and site.place.months() == before


def test_the_log_has_when_it_was_done_and_not_when_the_command_began(site: Site) -> None:
    began = start_clock(datetime.now(UTC))
    record(site.place, began, "first")
    time.sleep(0.01)
    record(site.place, began, "second")
    first, second = (datetime.fromisoformat(entry["at"]) for entry in read(site.place.audit)[-2:])
    assert began <= first < second <= datetime.now(UTC) + timedelta(seconds=1)


def test_a_month_that_is_not_over_is_published_with_a_warning(site: Site) -> None:
    """It said 'data to' a day that had not come, and nothing else."""
    early = run(site.place, LAST, at=NOW - timedelta(days=10))
    [said] = [line for line in early.warnings if "is not over" in line]
    assert early.exit_code == 3 and "today is 2026-03-29" in said and f"hiu withdraw {LAST}" in said
    assert not [line for line in run(site.place, LAST).warnings if "is not over" in line]
