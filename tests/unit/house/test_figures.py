"""A figure that stands on several pages is one: whoever links to where it was measured says what stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from evidence import MEASURED, ROOT, numbers, section

PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
LINK = re.compile(r"\]\((?:docs/)?((?:benchmarks|reliability)\.md)?#([\w-]+)\)")
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def passages(text: str) -> list[str]:
    """Paragraphs, items of lists and rows of tables, one by one."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [part for part in re.split(r"\n\n+|\n(?=[-|] ?)|\n(?=\d+\. )", prose) if part.strip()]


def stale(page: Path) -> list[tuple[str, list[str]]]:
    """Passages that link to measured figures and have a number that does not stand there."""
    out = []
    for passage in passages(page.read_text(encoding="utf-8")):
        links = [(file or page.name, place) for file, place in LINK.findall(passage)]
        links = [(file, place) for file, place in links if f"docs/{file}" in MEASURED]
        measured = " ".join(section(f"docs/{file}", place) for file, place in links)
        said = numbers(re.sub(r"\]\([^)]*\)|`[^`]*`", "", passage))
        wrong = [number for number in said if number not in measured]
        out += [(passage[:80], wrong)] if links and wrong else []
    return out


def test_a_page_that_links_to_a_measurement_says_its_figures() -> None:
    assert {page.name: found for page in PAGES if (found := stale(page))} == {}


def test_a_stale_figure_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_text("A month takes 999.9 s ([b](benchmarks.md#the-monthly-run-on-a-million-rows)).\n", encoding="utf-8")
    assert [wrong for _, wrong in stale(page)] == [["999.9"]]


@pytest.mark.parametrize(("what", "count"), [("notebooks", len([*(ROOT / "notebooks").glob("*.py")]))])
def test_things_that_are_counted_in_words_are_as_many(what: str, count: int) -> None:
    said = [
        (page.name, word)
        for page in PAGES
        for word in re.findall(rf"\b({'|'.join(WORDS[3:])}|\d+) {what}\b", page.read_text(encoding="utf-8"))
        if page.name not in ("benchmarks.md", "reliability.md")
    ]
    assert [one for one in said if one[1] not in (WORDS[count], str(count))] == []


WIDER = (
    r"sends? nothing to anybody",
    r"nothing is sent over a network",
    r"nothing is sent or fetched",
    r"others are never named",
    r"(each|every) look at a person is recorded",
    r"[Ee]very dependency is pinned by its hash[;.]",
    r"every extra included",
    r"no protected characteristic enters",
    r"criminal offence data is not asked for",
    r"shown to nobody from that moment",
    r"[Ee]very command in the docs is run",
    r"a child is never set beside adults",
    r"2099-",
    r"by a query that cannot write,",
    r"and every look is logged",
    r"by token, never by name",
    r"copy without names",
    r"refusing it changes nothing",
)
"""What a page once said and the product does not keep: it is wider than what is so."""


def test_no_page_claims_more_than_is_so() -> None:
    texts = [*PAGES, ROOT / "SECURITY.md", *sorted((ROOT / "hiu" / "publish" / "assurance").rglob("*.toml"))]
    texts += sorted((ROOT / "pipelines" / "govern").rglob("*.py")) + sorted(
        (ROOT / "pipelines" / "commands").rglob("*.py")
    )
    claims = re.compile("|".join(WIDER))
    found = {one.name: claims.findall(" ".join(one.read_text(encoding="utf-8").split())) for one in texts}
    wide = {name: said for name, said in found.items() if said}
    assert wide == {}, "say what is so, and for whom"
    assert claims.search("The program sends nothing to anybody over a network.")
