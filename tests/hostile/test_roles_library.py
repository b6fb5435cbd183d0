"""Roles bind the library as they bind the commands, and every decision has the login that recorded it."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from hostile_kit import Site

import hiu
from hiu.errors import HiuError, LookRefused
from hiu.govern.login import LIBRARY, login, may
from hiu.govern.pseudonym import PERSON_ID
from hiu.govern.records import read
from hiu.model import DECISIONS, SECOND_OPINIONS
from hiu.settings import Role
from hiu.site.published import Published

Edited = Callable[[Callable[[str], str]], Site]


def as_role(own_settings: Edited, role: str) -> Site:
    given = f'"{login()}" = "{role}"' if role != "nobody" else '"another" = "officer"'
    return own_settings(lambda text: f"{text}\n[roles]\n{given}\n")


@pytest.mark.parametrize("role", [role for role in (*get_args(Role), "nobody") if role != "analyst"])
def test_a_login_without_the_role_opens_no_site(role: str, own_settings: Edited) -> None:
    """The finding: an operator, whom `hiu explain` refused, had names and a history by three lines of Python."""
    site = as_role(own_settings, role)
    for show_names in (False, True):
        with pytest.raises(HiuError, match=r"'hiu\.open' is for analyst"):
            hiu.open(site.place.home, show_names=show_names)
    assert [(one["command"], one["by"]) for one in site.events("role_refused")] == [("hiu.open", login())] * 2
    assert not [what for what in LIBRARY if may(site.place.settings, login(), what)]


def test_an_analyst_opens_it_and_a_role_taken_away_ends_names_and_decisions(own_settings: Edited) -> None:
    site = as_role(own_settings, "analyst")
    run = hiu.open(site.place.home).latest
    review = run.review("Asha Rao")
    review.decide("different", 0)
    for one in (run.opened, review._published.opened):
        object.__setattr__(one, "settings", one.settings.model_copy(update={"roles": {login(): ("operator",)}}))
    acts: dict[str, Callable[[], object]] = {
        "review.decide": lambda: review.decide("same", 1),
        "review.undo": lambda: review.undo(0),
        "show_names": lambda: run.table("people", show_names=True),
    }
    assert acts.keys() | {"hiu.open"} == LIBRARY.keys()
    for what, act in acts.items():
        with pytest.raises(HiuError, match=f"'{what}' is for analyst"):
            act()
    assert [one["command"] for one in site.events("role_refused")] == list(acts)
    assert read(site.place.records, DECISIONS)["decision"].to_list() == ["different"]


def test_a_decision_has_the_login_beside_the_name(site: Site) -> None:
    """A decision signed by an invented reviewer had no login in it."""
    run = hiu.open(site.place.home, curated=site.place.curated).latest
    review = run.review("Op Erator")
    review.decide("unsure", 0)
    run.review("Asha Rao", second=True)
    kept = read(site.place.records, DECISIONS).row(0, named=True)
    assert (kept["reviewer"], kept["login"]) == ("Op Erator", login())
    from hiu.site.review import decide as desk

    said = desk.Verdict(kept["identity_a"], kept["identity_b"], "same")
    desk.second_opinion(site.place, [said], reviewer="Asha Rao", at=kept["decided_at"])
    assert read(site.place.records, SECOND_OPINIONS)["login"].to_list() == [login()]


@pytest.fixture
def closed(own_settings: Edited) -> tuple[Site, Published]:
    """A site whose basis lets an analyst ask for nobody, and its month."""
    site = own_settings(lambda text: text.replace('recipient = "analyst"', 'recipient = "clinician"'))
    return site, hiu.open(site.place.home).latest


def known_in(site: Site) -> str:
    import polars as pl

    from hiu.publish.release.working import whole_table

    ranked = pl.read_parquet(whole_table(site.place.which(None)[1], "ranked"))
    return str(ranked.filter(list="adult").sort("rank")["person_id"][0])


ASKS: dict[str, Callable[[Published, str], object]] = {
    "person": lambda run, who: run.person(who),
    "why": lambda run, who: run.why(who),
    "cohort": lambda run, who: run.cohort([who]),
    "cohort of one": lambda run, who: run.cohort(who),
    "sql": lambda run, who: run.sql(f"select * from people where person_id = '{who}'"),
}


@pytest.mark.parametrize("kind", ASKS)
def test_a_refusal_is_one_wording_and_one_line_whether_or_not_there_is_somebody(
    kind: str, closed: tuple[Site, Published]
) -> None:
    """`person` told that an id is nobody's, and neither `person` of such an id nor `cohort` wrote a line."""
    site, run = closed
    said, lines = [], []
    for who in (known_in(site), "HIU-AAAAAAAA"):
        before = len(site.looks())
        with pytest.raises(LookRefused, match="no basis") as refused:
            ASKS[kind](run, who)
        [line] = site.looks()[before:]
        said.append(str(refused.value))
        lines.append({name: line.get(name) for name in ("what", "people", "refused", "purpose", "month")})
    assert said[0] == said[1] and lines[0] == lines[1] and lines[0]["refused"] == "no basis"


def test_an_objection_and_an_id_of_nobody_are_refused_alike(site: Site) -> None:
    """With an id of an old pack anybody could ask, untraced, who had objected or was erased since."""
    person = known_in(site)
    deny = ("basis", person, "--deny", "objection", "--by", "J. Patel", "--evidence", "letter of 2 April")
    assert site.hiu(*deny).code == 0
    run = hiu.open(site.place.home, curated=site.place.curated).latest
    for ask in ASKS.values():
        said = set()
        for who in (person, "HIU-AAAAAAAA"):
            before = len(site.looks())
            with pytest.raises(LookRefused) as refused:
                ask(run, who)
            assert len(site.looks()) == before + 1
            said.add(str(refused.value))
        assert len(said) == 1
    explained = [site.hiu("explain", who) for who in (person, "HIU-AAAAAAAA")]
    assert explained[0] == explained[1] and explained[0].code == 1


def test_a_refusal_by_rank_gives_no_id(closed: tuple[Site, Published]) -> None:
    """The id of the first of the list stood in the error, and in the steps that led to it."""
    _, run = closed
    for ask in (lambda: run.person(1), lambda: run.cohort([1]), lambda: run.ranked().why(1)):
        try:
            ask()
        except LookRefused as refused:
            assert not refused.people and refused.__context__ is None
            steps = [frame.f_locals for frame, _ in traceback.walk_tb(refused.__traceback__)][1:]
            assert steps and not PERSON_ID.search(str(steps))
        else:
            pytest.fail("it was shown")


def test_no_open_attribute_or_pickle_has_the_ids_of_withheld_people(closed: tuple[Site, Published]) -> None:
    """`run.manifest` listed 50 ids, and a pickle of the review had every id with the number that stood for it."""
    _, run = closed
    review = run.review("Asha Rao")
    assert run.ranked(3)["person_id"].str.starts_with("withheld-").all() and review.listing().height
    assert run.manifest["files"] and not PERSON_ID.search(str(run.manifest))
    for one in (run, review._published):
        assert not PERSON_ID.search(str(vars(one)))
    for one in (run, review, run.cohort(), run.linkage(), run.quality()):
        with pytest.raises(HiuError, match="can't be pickled"):
            pickle.dumps(one)
    assert not PERSON_ID.search(str(pickle.dumps(run.ranked(3))))


def test_a_table_can_be_pickled(closed: tuple[Site, Published], tmp_path: Path) -> None:
    _, run = closed
    (tmp_path / "table").write_bytes(pickle.dumps(run.table("ranked").to_polars()))
    assert pickle.loads((tmp_path / "table").read_bytes()).height
