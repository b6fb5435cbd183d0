"""Pages of docs that are made of data: definitions, bibliography, the impact assessment's draft, agencies' columns.

`python -m pipelines.setup.references` writes them.
"""

from pathlib import Path

from hiu.govern.release.disclosure import BASE, FEWEST
from hiu.publish.assurance.content import Line, document
from hiu.publish.assurance.render import markdown
from hiu.publish.pack.words import definitions_version
from hiu.publish.words.bibliography import GUIDE, REFERENCES, Reference
from hiu.publish.words.definitions import BOARD, LABELS, NUMBERS, PACK
from hiu.rank.listing.presets import PRESETS
from hiu.settings import Settings
from pipelines.setup.pages import extracts

DOCS = Path(__file__).resolve().parents[2] / "docs"

_MADE = (
    "Made from `hiu/publish/words/{}` by `python -m pipelines.setup.references`; a test compares the page with it.\n"
)


def definitions() -> str:
    """Every definition under its number: the term, what it means, and whose rule it is."""
    meanings = {term: f"{meaning[:1].upper()}{meaning[1:]}" for term, meaning in (*PACK, *LABELS.items())}
    rules = {term: (what, source) for term, what, source in BOARD}
    presets = {one.name: "A published definition of frequent use: see [ranking.md]" for one in PRESETS}
    link = "(ranking.md#published-definitions-of-frequent), with its source."
    version = definitions_version()
    lines = [
        "# Definitions",
        "",
        _MADE.format("definitions.toml"),
        f"Version **{version}**: the number that every pack prints. It changes with any definition here. Cite one with",
        f'both numbers, as "hiu definition D9, version {version}". A number is never given to another definition.',
        "",
        "The rules behind the figures are in [counting.md](counting.md) and [ranking.md](ranking.md); what is cited as",
        "B2 or G18 is in the [bibliography](bibliography.md).",
    ]
    for term, number in NUMBERS.items():
        what, source = rules.get(term, ("", ""))
        text = meanings.get(term) or (f"{presets[term]}{link}" if term in presets else f"{what}.")
        also = f"In the board paper: {what}." if what and term in meanings else ""
        whose = f"Rule: {source}." if source else ""
        lines += ["", f"## {number}", "", f"**{term}.** " + " ".join(part for part in (text, also, whose) if part)]
    return "\n".join(lines) + "\n"


def bibliography() -> str:
    """Every source with its edition, its date and how far it was read; every paragraph of the Guide that is cited."""
    lines = [
        "# Bibliography",
        "",
        _MADE.format("bibliography.toml"),
        "What a rule, a paper or a page cites as `B2` or `G18` is here, with how far it was read. **Where the text was",
        "not to hand the citation is taken from others: read the source before you rely on it.**",
    ]
    for key, source in REFERENCES.items():
        lines += ["", f"## {key}", "", *_entry(source)]
    lines += ["", "## Paragraphs of the Guide", "", "What is taken from each paragraph of [B1](#b1), and no more:"]
    for paragraph, what in GUIDE.items():
        lines += ["", f"### {paragraph}", "", f"{what}."]
    return "\n".join(lines) + "\n"


def _entry(source: Reference) -> list[str]:
    where = f"<{source.where}>" if source.where.startswith("https://") else source.where
    return [
        f"**{source.title}.** {source.author}.",
        "",
        f"- Edition: {source.edition}",
        f"- Date: {source.date}",
        f"- Where: {where}",
        f"- {source.reading}" + (f" {source.note}" if source.note else ""),
    ]


def impact_assessment() -> str:
    """The draft of the impact assessment with the shipped settings, and where a site's own words and figures stand."""
    settings = Settings(name="your site")
    site = {name: [Line(kind="figures", text=text)] for name, text in _SITE.items()}
    facts: dict[str, object] = {"made": _MADE.format("*.toml").replace("words", "assurance/documents").strip()}
    facts |= settings.rank.model_dump() | settings.governance.model_dump() | {"most_hidden": FEWEST - 1, "base": BASE}
    return markdown(document("06-dpia", facts, site, {}), facts)


_SITE = {
    "agreements": "`hiu assurance` writes the sharing agreements of your site here.",
    "basis": "`hiu assurance` writes the basis of each purpose and recipient here, from `[[basis]]` of site.toml.",
    "requests": "`hiu assurance` writes the requests that were received, and what waits, here.",
}


def what_agencies_send() -> str:
    """The columns that each agency is asked for."""
    return extracts.page(_MADE.replace("hiu/publish/words/{}", "hiu/sources/*.toml"))


PAGES = {
    "definitions.md": definitions,
    "bibliography.md": bibliography,
    "dpia-template.md": impact_assessment,
    "extracts.md": what_agencies_send,
}
"""Name of the page -> what makes it."""

if __name__ == "__main__":
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8", newline="\n")
