"""The documents of the pack, read from documents/*.toml and filled with a site's facts and answers.

A line is of one kind: `says` is a statement about the product and names the tests or figures it rests on; `law` is what
a source says and cites the bibliography; `fill` is what only the organisation can say; `open` what nobody checked; and
`figures` stands for lines that are made from the site's own configuration, records and published tables. A line with
`to` (a purpose and a recipient) says `otherwise` where the site has no basis for it.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from typing import Any

from hiu.model.govern import PURPOSES, RECIPIENTS
from hiu.publish.words.text import join_words
from hiu.settings import Governance, Settings

_FOLDER = resources.files("hiu.publish.assurance") / "documents"
KINDS = ("says", "law", "fill", "open", "figures")
OPEN = "To be completed by the organisation"
"""The one form by which a place to complete is known."""
DONE = "Completed by the organisation"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a document; `evidence` and `cites` by reference, `key` and `who` of a place to complete."""

    kind: str
    text: str
    label: str = ""
    evidence: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    who: str = ""
    key: str = ""
    answer: str = ""

    @property
    def heading(self) -> str:
        """The words before the text: what a place to complete is called, or the label."""
        form = f"{DONE if self.answer else OPEN} ({self.who})" if self.kind == "fill" else ""
        return ". ".join(part for part in (self.label, form) if part)

    @property
    def rests_on(self) -> str:
        """What the line is traced to, in words: tests are named as sentences."""
        return "; ".join((*map(_in_words, self.evidence), *self.cites)) or self.key


def _in_words(reference: str) -> str:
    """A reference as people read it: `Test "no name is shown" (tests/x/test_y.py)`."""
    kind, _, what = reference.partition(":")
    path, _, place = what.partition("::" if kind == "test" else "#")
    if kind == "test":
        return f'Test "{place.removeprefix("test_").replace("_", " ")}" ({path})'
    if kind == "figure":
        return f'Figures under "{place.replace("-", " ")}" ({path})'
    return f"Table {what} of the month shown" if kind == "table" else reference


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading and its lines."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document of the pack: `name` is that of its file, `reader` for whom it is, `tested` how its tests went."""

    name: str
    title: str
    reader: str
    intro: str
    sections: tuple[Section, ...]
    tested: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line, in order."""
        return tuple(line for section in self.sections for line in section.lines)


Figures = Mapping[str, Sequence[Line]]
"""Name under `figures` -> the lines of a site."""


def documents(facts: Mapping[str, object], figures: Figures, answers: Mapping[str, str]) -> list[Document]:
    """Every document in order, with a site's facts in its texts, its figures in their places and its answers."""
    names = sorted(path.name[:-5] for path in _FOLDER.iterdir() if path.name.endswith(".toml"))
    return [document(name, facts, figures, answers) for name in names]


def document(name: str, facts: Mapping[str, object], figures: Figures, answers: Mapping[str, str]) -> Document:
    """The document of that name."""
    text = (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    return _document(name, text, facts, figures, answers)


def notice_facts(settings: Settings, on: date) -> dict[str, str]:
    """For the privacy notice: uses without a basis (`support group; ...`), and what an opt-out keeps out of. For the
    impact assessment: the months of retention as they are shipped."""
    there = {(one.purpose, one.recipient) for one in settings.basis if one.start <= on <= one.end}
    words = {"support": "the list and the offer of support", "planning": "planning"}
    out = [text for purpose, text in words.items() if purpose in settings.governance.opt_out_purposes]
    others = " It does not keep you from those who see them on another basis, such as the clinician who supports you."
    shipped = Governance()
    return {
        "shipped_retention": str(shipped.retention_months),
        "shipped_exit": str(shipped.exit_months),
        "no_basis": "; ".join(f"{one} {to}" for one in PURPOSES for to in RECIPIENTS if (one, to) not in there),
        "opt_out_of": f"out of {join_words(out)}, and " if out else "",
        "opt_out_others": "" if words["support"] in out else others,
    }


def _document(
    name: str, text: str, facts: Mapping[str, object], figures: Figures, answers: Mapping[str, str]
) -> Document:
    found = tomllib.loads(text)
    sections = []
    for section in found.pop("sections"):
        lines = [made for raw in section.pop("lines") for made in _lines(name, raw, facts, figures)]
        answered = tuple(replace(line, answer=answers.get(line.key, "")) if line.key else line for line in lines)
        sections.append(Section(heading=section.pop("heading"), lines=answered))
    intro = found.pop("intro").format_map(facts)
    return Document(name=name, intro=intro, sections=tuple(sections), **found)


def _lines(name: str, raw: dict[str, Any], facts: Mapping[str, object], figures: Figures) -> list[Line]:
    """The lines that an entry stands for. Raises ValueError for one of no kind, or that lacks what its kind needs."""
    (kind,) = [kind for kind in KINDS if kind in raw] or [""]
    text = raw.pop(kind, "")
    needs = {"says": "by", "law": "cites", "fill": "key", "open": "label", "figures": ""}.get(kind)
    if needs is None or (needs and not raw.get(needs)):
        raise ValueError(f"{name}: a line needs one of {', '.join(KINDS)}, and says what it rests on: {text or raw}")
    instead = raw.pop("otherwise", text)
    text = instead if raw.pop("to", None) in str(facts["no_basis"]).split("; ") else text
    if kind == "figures":
        return list(figures.get(text, ()))
    return [
        Line(
            kind=kind,
            text=text.format_map(facts),
            label=raw.pop("label", ""),
            evidence=tuple(raw.pop("by", ())),
            cites=tuple(raw.pop("cites", ())),
            key=f"{name}.{raw.pop('key')}" if "key" in raw else "",
            **raw,
        )
    ]
