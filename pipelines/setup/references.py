"""Pages of docs that are made of data: definitions, bibliography, the documents of the pack, agencies' columns.

`python -m pipelines.setup.references` writes them.
"""

import re
from datetime import date
from pathlib import Path

from hiu.govern.release.disclosure import BASE, FEWEST
from hiu.link.model.adopted import in_force
from hiu.publish.assurance.content import Line, document, documents, notice_facts
from hiu.publish.assurance.render import NO_CLAIM, markdown
from hiu.publish.pack.words import definitions_version
from hiu.publish.words.bibliography import GUIDE, REFERENCES, Reference
from hiu.publish.words.definitions import BOARD, LABELS, NUMBERS, PACK, police_rule
from hiu.rank.listing.presets import PRESETS
from hiu.settings import Settings
from hiu.version import VERSION
from pipelines.setup.pages import extracts

ROOT = Path(__file__).resolve().parents[2]
DOCS, DOCUMENTS = ROOT / "docs", ROOT / "hiu" / "publish" / "assurance" / "documents"

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
    facts = _facts()
    return markdown(document("06-dpia", facts, _site(), {}), facts)


def assurance_pack() -> str:
    """Every document of the pack with the shipped settings, on one page, to be read before anything is installed."""
    facts = _facts()
    parts = [_within(n, markdown(one, facts | {"made": ""})) for n, one in enumerate(documents(facts, _site(), {}), 1)]
    about = (
        "An example, of no site and with the shipped settings: `hiu assurance` writes yours, seventeen documents, each "
        f"a file\n([assurance.md](assurance.md)). {NO_CLAIM}\nB2 and the like are entries of the "
        "[bibliography](bibliography.md), which says how far each was read."
    )
    head = ["# The assurance pack, before your site fills it in", str(facts["made"]), about]
    return "\n\n".join([*head, *parts]) + "\n"


def _within(number: int, text: str) -> str:
    """A document as a part of the page: without its sources, which are in the bibliography, and one rank lower."""
    body = text.replace("# ", f"# Document {number}. ", 1).split("\n## Sources\n")[0].replace(f"{NO_CLAIM}\n\n", "")
    body = re.sub(r"^## ", f"## {number}.", body.replace(". \n", ".\n").rstrip(), flags=re.MULTILINE)
    return re.sub(r"^#", "##", body, flags=re.MULTILINE)


def _facts() -> dict[str, object]:
    """What the documents are filled with where there is no site."""
    own = Settings(name="your site")
    facts: dict[str, object] = dict.fromkeys(("settings_version", "basis_version", "on", "roles"), "(of your site)")
    facts |= own.rank.model_dump() | own.governance.model_dump() | own.linking.model_dump()
    facts |= {"made": _MADE.format("*.toml").replace("words", "assurance/documents").strip(), "version": VERSION}
    facts |= {"fewest": FEWEST, "most_hidden": FEWEST - 1, "base": BASE, "definitions_version": definitions_version()}
    facts |= notice_facts(own, date.min) | {"police_rule": police_rule(own.counting), "no_basis": ""}
    facts |= {"own_model": "the shipped model", "model": in_force(ROOT, own.linking).version, "site": own.name}
    return facts | {"double_review": f"{own.linking.double_review:.0%}"}


def _site() -> dict[str, list[Line]]:
    """Where a site's own words and figures stand in the documents: that they are written there."""
    texts = (path.read_text(encoding="utf-8") for path in DOCUMENTS.glob("*.toml"))
    names = {name for text in texts for name in re.findall(r'figures = "([^"]+)"', text)}
    says = "`hiu assurance` writes here what your site has ({})."
    return {name: [Line(kind="figures", text=says.format(name))] for name in names}


def what_agencies_send() -> str:
    """The columns that each agency is asked for."""
    return extracts.page(_MADE.replace("hiu/publish/words/{}", "hiu/sources/*.toml"))


PAGES = {
    "definitions.md": definitions,
    "bibliography.md": bibliography,
    "dpia-template.md": impact_assessment,
    "assurance-pack.md": assurance_pack,
    "extracts.md": what_agencies_send,
}
"""Name of the page -> what makes it."""

if __name__ == "__main__":
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8", newline="\n")
