"""Citations: each leads to a source with its edition and date; the pages made of the sources are current."""

from __future__ import annotations

import re

from evidence import places
from test_words import ROOT, TEXTS

from hiu.publish.words.bibliography import GUIDE, REFERENCES, paragraphs
from hiu.publish.words.definitions import BOARD, LABELS, NUMBERS, PACK
from hiu.rank.listing.presets import PRESETS
from hiu.sources import load_sources
from pipelines.setup.pages.extracts import needed
from pipelines.setup.pages.licences import TARGET, UNREAD, licence, licences, pins
from pipelines.setup.platforms import LOCK
from pipelines.setup.references import DOCS, PAGES

WORKS = re.compile(r"\b(10\.\d{4,}/[\w.()/-]*\w|PMC\d+|NG\d{2,3}\b)")
YEAR = re.compile(r"\((?:19|20)\d\d\b")
AUTHORS = re.compile(r"[A-Z][a-z]+(?:, [A-Z][a-z]+)* and [A-Z][a-z]+(?='s model \($| \($)")
KEY = re.compile(r"(?:\[|\()(B\d{1,2})\b")


def works(text: str) -> set[str]:
    """Works that a text cites otherwise than by a key: DOIs, PubMed Central and NICE numbers, authors with a year."""
    found = set(WORKS.findall(text))
    for year in YEAR.finditer(text):
        before = " ".join(text[max(0, year.start() - 80) : year.start() + 1].split())
        found |= {f"{names} {year[0][1:]}" for names in AUTHORS.findall(before)}
    return found


def entered(work: str) -> bool:
    """Whether a source of the bibliography is that work: its number, or all its authors and its year."""
    parts = re.findall(r"[A-Z][a-z]+|\d{4}$", work) if " " in work else [work]
    entries = (" ".join((one.title, one.author, one.edition, one.where)) for one in REFERENCES.values())
    return any(all(part in entry for part in parts) for entry in entries)


def test_every_citation_leads_to_a_source() -> None:
    unknown = set()
    for path in [*TEXTS, *(ROOT / "tests" / "unit").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        if path.name in ("test_references.py", "bibliography.toml", "bibliography.md", "references.py"):
            continue
        cited = {(path.name, one) for one in paragraphs(text) if one not in GUIDE}
        cited |= {(path.name, one) for one in KEY.findall(text) if one not in REFERENCES}
        cited |= {(path.name, one) for one in works(text) if not entered(one)}
        unknown |= cited
    assert unknown == set()


def test_the_search_sees_each_form() -> None:
    assert paragraphs("see (G20-G33) and G48-52; G7 to G9, 12GB") == [
        *(f"G{n}" for n in (*range(20, 34), *range(48, 53), 7, 8, 9))
    ]
    said = "10.1186/s12913-022-08415-2, PMC4762102, NG94, of Fellegi and Sunter's model (1969); Cox, Box and Fox (1971)"
    assert works(said) == {
        "10.1186/s12913-022-08415-2",
        "PMC4762102",
        "NG94",
        "Fellegi and Sunter 1969",
        "Cox, Box and Fox 1971",
    }
    assert entered("Fellegi and Sunter 1969") and not entered("Fellegi and Sunter 1970") and not entered("PMC1")
    assert KEY.findall("as in [B2](x), (B99)") == ["B2", "B99"]


def test_every_source_has_its_edition_date_place_and_how_far_it_was_read() -> None:
    assert len(REFERENCES) >= 25 and list(REFERENCES) == [f"B{n}" for n in range(1, len(REFERENCES) + 1)]
    for key, one in REFERENCES.items():
        assert all((one.title, one.author, one.edition, one.date, one.where)), key
        assert one.seen in ("read", "abstract", "not read") and bool(one.on) == (one.seen != "not read"), key
    assert all(what for what in GUIDE.values())


def test_every_definition_has_a_number_of_its_own() -> None:
    terms = [*(term for term, *_ in (*PACK, *BOARD)), *LABELS, *(one.name for one in PRESETS)]
    assert set(terms) == set(NUMBERS)
    assert list(NUMBERS.values()) == [f"D{n}" for n in range(1, len(NUMBERS) + 1)]


def test_the_pages_are_made_of_them_and_have_a_place_for_each() -> None:
    for name, make in PAGES.items():
        assert (DOCS / name).read_text(encoding="utf-8") == make(), "python -m pipelines.setup.references"
    assert {one.lower() for one in (*REFERENCES, *GUIDE)} <= places(DOCS / "bibliography.md")
    assert {one.lower() for one in NUMBERS.values()} <= places(DOCS / "definitions.md")


def test_what_agencies_send_says_what_is_refused_and_what_counts() -> None:
    """Each kind of need, of sources whose rules are known."""
    sources = load_sources()
    needs = {name: {field: needed(source, field) for field in source.fields} for name, source in sources.items()}
    assert needs["police"]["log"] == needs["police"]["start"] == needs["mh_beds"]["end"] == "must"
    assert needs["police"]["role"] == needs["ed"]["discharge_status"] == needs["ambulance"]["nhs_number"] == "wanted"
    assert needs["police"]["grade"] == needs["ed"]["acuity"] == "may" and needs["caseload"]["sex"] == "wanted"
    page = (DOCS / "extracts.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == [*sources]


def test_the_licences_are_those_of_the_lock() -> None:
    stated = licences(TARGET.read_text(encoding="utf-8"))
    assert list(stated) == pins(ROOT / LOCK), "python -m pipelines.setup.pages.licences"
    # which versions are installed depends on Python's own: a page made with another one is not wrong here
    wrong = {
        pin: licence(*pin) for pin, text in stated.items() if licence(*pin) not in (text, UNREAD) and text != UNREAD
    }
    assert wrong == {} and sum(text != UNREAD for text in stated.values()) > 100
