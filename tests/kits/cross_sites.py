"""Two areas that exchange by files, as commands are given in each."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from cross_kit import AreaPeople, areas, make_site
from hostile_kit import Said, Site

from pipelines.common.place import open_place
from pipelines.network import store

NORTH, SOUTH = "North area", "South area"
LETTERS = ("ask", "answer", "return", "encodings", "result")


@dataclass(frozen=True)
class Two:
    """Two sites that know each other's key, and their people."""

    north: Site
    south: Site
    people: tuple[AreaPeople, AreaPeople]

    def hiu(self, name: str, *line: object) -> Said:
        said = (self.north if name == NORTH else self.south).hiu("cross", *line)
        assert said.code == 0, said.err
        return said

    def written(self, name: str, step: str) -> Path:
        """The file of a step that a site wrote last."""
        place = (self.north if name == NORTH else self.south).place
        return sorted(store.folder(place).glob(f"out/*-{step}.hiucross"))[-1]

    def exchange(self, upto: str = "result") -> str:
        """An exchange as far as the other site has read a step; its session."""
        self.hiu(NORTH, SOUTH, "--ask", "--by", "Analyst")
        reader, writer = SOUTH, NORTH
        for step in LETTERS[: LETTERS.index(upto) + 1]:
            self.hiu(reader, "--take", self.written(writer, step), "--by", "Analyst")
            reader, writer = writer, reader
        return store.sessions(self.north.place)[-1]

    def copy(self, to: Path) -> Two:
        """The same in folders of a test's own."""
        sites = []
        for site in (self.north, self.south):
            shutil.copytree(site.place.home, to / site.place.home.name)
            sites.append(Site(open_place(to / site.place.home.name)))
        return Two(sites[0], sites[1], self.people)


def two_sites(home: Path) -> Two:
    """Two areas of about 150 people, some in both, whose keys were compared."""
    pytest.importorskip("rbcl")
    pytest.importorskip("nacl")
    pytest.importorskip("pprl_core")
    one, other = areas(150, sites=2, shared=0.14, seed=3)
    sites = Site(make_site(home / "north", NORTH, one, [SOUTH])), Site(make_site(home / "south", SOUTH, other, [NORTH]))
    for mine, theirs in (sites, sites[::-1]):
        card = home / f"{mine.place.home.name}.json"
        carded = mine.hiu("cross", "--card", card)
        assert carded.code == 0, carded.err
        shown = carded.out
        read_out = shown.split("telephone: ")[1].strip()
        said = theirs.hiu("cross", "--trust", card, "--fingerprint", read_out, "--by", "Officer")
        assert said.code == 0, said.err
    return Two(sites[0], sites[1], (one, other))


def ids(text: str) -> set[str]:
    """Person ids in a text."""
    return set(re.findall(r"HIU-[A-Z2-7]{8}", text))


def truth(two: Two) -> set[int]:
    """Who is in both areas."""
    one, other = (area.truth.values() for area in two.people)
    return set(one) & set(other)
