"""The documents as Markdown, and all of them as one offline page that a browser shows and a word processor opens."""

from collections.abc import Mapping, Sequence

from hiu.publish.assurance.content import DONE, OPEN, Document, Line
from hiu.publish.pages import asset, render
from hiu.publish.words.bibliography import REFERENCES

NO_CLAIM = (
    "It claims no compliance, certification or approval: the organisation's named persons decide. A statement about "
    "the product names the test or the figure it rests on, in the source of this version."
)


def markdown(document: Document, about: Mapping[str, object]) -> str:
    """A document: sections, and under each line what it rests on."""
    parts = [
        f"# {document.title}",
        "",
        f"For: {document.reader}. {about['made']}",
        "",
        document.intro,
        "",
        NO_CLAIM,
        "",
        *((document.tested, "") if document.tested else ()),
    ]
    for number, section in enumerate(document.sections, 1):
        parts += [f"## {number}. {section.heading}", "", *(part for line in section.lines for part in _item(line)), ""]
    parts += [*_sources(document)]
    return "\n".join(parts).rstrip() + "\n"


def _item(line: Line) -> list[str]:
    head = f"**{line.heading}**: " if line.heading else ""
    rests = f"`{'`, `'.join(line.evidence)}`" if line.evidence else ", ".join(line.cites)
    below = [f"  - Rests on: {rests}"] if rests else []
    return [f"- {head}{line.text}", *([f"  - {line.answer}"] if line.answer else []), *below]


def _sources(document: Document) -> list[str]:
    cited = [key for key in REFERENCES if any(key in line.cites for line in document.lines)]
    return ["## Sources", "", *(f"- {key}: {source_of(key)}" for key in cited)] if cited else []


def source_of(key: str) -> str:
    """A source in a line: title, edition, date and how far it was read."""
    one = REFERENCES[key]
    return f"{one.title}. {one.author}. {one.edition}. {one.date}. {one.reading}"


def page(documents: Sequence[Document], about: Mapping[str, object]) -> bytes:
    """All documents on one page, with contents and what is left to complete."""
    lines = [line for document in documents for line in document.lines]
    css = asset("page.css").replace("OFFICIAL-SENSITIVE: patient data", "Assurance pack") + asset("assurance.css")
    return render(
        "assurance.html.j2",
        css=css,
        documents=documents,
        about=about,
        no_claim=NO_CLAIM,
        open_form=OPEN,
        done_form=DONE,
        statements=sum(line.kind == "says" for line in lines),
        places=sum(bool(line.key) for line in lines),
        completed=sum(bool(line.answer) for line in lines),
        sources={key: source_of(key) for key in REFERENCES if any(key in line.cites for line in lines)},
    ).encode("utf-8")
