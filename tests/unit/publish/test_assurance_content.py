"""The documents of the assurance pack: every statement is traced, every place has one form, answers are never lost."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter

import pytest
from assurance_kit import FACTS
from evidence import ROOT, leads_nowhere, numbers, references, section
from parsed import nodes, tree

from hiu.errors import UsageError
from hiu.publish.assurance.answers import read_answers, table
from hiu.publish.assurance.content import DONE, OPEN, Document, _document, documents
from hiu.publish.assurance.render import markdown, page
from hiu.publish.words.bibliography import REFERENCES


def made(answers: dict[str, str] | None = None) -> list[Document]:
    return documents(FACTS, {}, answers or {})


LINES = [(document.name, line) for document in made() for line in document.lines]
SAYS = [(name, line) for name, line in LINES if line.kind == "says"]
HAZARDS = (
    "wrong merge",
    "missed link",
    "misread file",
    "wrong rank",
    "stale list",
    "leak",
    "misread chart",
    "missing alert",
    "withheld in support",
    "crisis pathway",
    "death",
    "assessments, places and exchanges",
    "punitive use",
    "unequal ranking",
)


def test_the_pack_has_every_document() -> None:
    titles = " ".join(document.title for document in made())
    for word in (
        "Intended purpose", "Hazard log (DCB0129)", "safety case", "DCB0160", "Automated decisions",
        "Data protection impact",
        "Law enforcement", "Privacy notice", "Equality impact", "DTAC", "Accessibility", "DSPT", "RAP",
        "Linkage quality",
        "Model card: the matcher", "Model card: the ranking", "Algorithmic transparency",
    ):  # fmt: skip
        assert word in titles


def test_every_statement_leads_to_a_test_or_a_figure() -> None:
    assert len(SAYS) > 150
    wrong = [
        (name, one) for name, line in SAYS for one in line.evidence if references(one) != [one] or leads_nowhere(one)
    ]
    assert wrong == [] and all(line.evidence for _, line in SAYS)


OWN_WORDS = {"08-privacy-notice"}
"""It speaks to the person in words that no test has."""
IDLE = frozenset(
    re.findall(
        r"\w+",
        "all and are can did does each every for from has have into its most not one only other said says than that "
        "the them these they this those two what when where which who with after before people person "
        "being about docs hostile pipeline test tests unit",
    )
)


def stems(text: str) -> set[str]:
    return {word[:4] for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in IDLE}


def test_a_test_that_a_statement_rests_on_has_a_word_of_it() -> None:
    """A test of something else is no evidence, though it is there; figures are held to their numbers."""
    strange = []
    for name, line in SAYS:
        if name not in OWN_WORDS and not any(one.startswith("figure:") for one in line.evidence):
            evidence = re.sub(r"[/_-]", " ", " ".join(one.partition(":")[2] for one in line.evidence))
            strange += [] if stems(f"{line.label} {line.text}") & stems(evidence) else [(name, line.text)]
    assert strange == []


@pytest.mark.slow
def test_pytest_collects_every_test_that_is_named() -> None:
    named = {one.removeprefix("test:") for _, line in SAYS for one in line.evidence if one.startswith("test:")}
    named |= {
        one.removeprefix("test:") for one in references((ROOT / "docs" / "position.md").read_text(encoding="utf-8"))
    }
    files = sorted({one.split("::")[0] for one in named})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-o", "addopts=", *files]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=600).stdout
    assert len(files) > 50 and named - {line.split("[")[0] for line in said.splitlines()} == set()


def slow(test: str) -> bool:
    """Whether a quick run leaves a test out, by its own mark or its file's."""
    path, name = test.split("::")
    marks = [
        node.value
        for node in tree(ROOT / path).body
        if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node)
    ]
    own = [node for node in nodes(ROOT / path) if isinstance(node, ast.FunctionDef) and node.name == name]
    marks += [mark for node in own for mark in node.decorator_list]
    return any(re.search(r"mark\.slow$|mark\.slow[,\]]", ast.unparse(mark)) for mark in marks)


def test_the_page_names_the_evidence_that_a_quick_run_leaves_out() -> None:
    named = {one.removeprefix("test:") for _, line in SAYS for one in line.evidence if one.startswith("test:")}
    files = sorted({one.split("::")[0] for one in named if slow(one)})
    page_ = (ROOT / "docs" / "assurance.md").read_text(encoding="utf-8")
    assert len(files) > 5 and re.findall(r"^- `(tests/[\w/]+\.py)`", page_, re.M) == files


def test_every_number_of_a_statement_stands_in_its_figure() -> None:
    """A figure that is measured anew makes the statement wrong: this test says which."""
    stale = []
    for name, line in SAYS:
        figures = [one.removeprefix("figure:") for one in line.evidence if one.startswith("figure:")]
        measured = " ".join(section(*one.split("#")) for one in figures)
        stale += [(name, number) for number in numbers(line.text) if figures and number not in measured]
    assert stale == []


def test_every_law_leads_to_a_source() -> None:
    laws = [line for _, line in LINES if line.kind == "law"]
    assert len(laws) >= 10 and all(line.cites and set(line.cites) <= set(REFERENCES) for line in laws)


def test_every_place_has_a_key_of_its_own_and_somebody_to_complete_it() -> None:
    filled = [line for _, line in LINES if line.kind == "fill"]
    assert len(filled) > 60 and all(line.who for line in filled)
    assert [key for key, n in Counter(line.key for line in filled).items() if n > 1] == []
    assert all(line.heading.endswith(f"{OPEN} ({line.who})") for line in filled)


def test_no_statement_claims_compliance() -> None:
    claim = re.compile(
        r"\b(is|are|fully) (compliant|certified|accredited|approved)|complies with|conforms to|meets WCAG", re.I
    )
    assert [(name, line.text) for name, line in LINES if claim.search(line.text)] == []
    assert claim.search("The product is compliant.") and claim.search("It complies with DCB0129")


def test_every_hazard_has_cause_effect_controls_and_a_place_to_score_it() -> None:
    (log,) = (one for one in made() if one.name == "02-hazard-log")
    hazards = [section for section in log.sections if re.match(r"H\d+ ", section.heading)]
    assert [any(word in section.heading.lower() for section in hazards) for word in HAZARDS] == [True] * len(HAZARDS)
    for number, hazard in enumerate(hazards, 1):
        labels = [line.label for line in hazard.lines]
        assert labels[:2] == ["Cause", "Effect"] and labels[-1] == f"H{number}" == hazard.heading.split(" ")[0]
        controls = labels[2:-1]
        assert controls == [f"Control H{number}.{n}" for n in range(1, len(controls) + 1)] and len(controls) >= 3
        assert "risk" in hazard.lines[-1].text and hazard.lines[-1].kind == "fill"


def test_the_hazards_and_the_purpose_cover_the_parts_that_ship() -> None:
    """The clock of section 136 and who is missing from hospital were in no document on safety."""
    text = {one.name: " ".join(line.text for line in one.lines).lower() for one in made()}
    for part in (
        "section 136",
        "missing from hospital",
        "desk",
        "death",
        "assessment",
        "places",
        "areas have in common",
    ):
        assert part in text["01-intended-purpose"], part
    log = text["02-hazard-log"]
    for part in ("detention", "goes missing", "desk", "death", "assessment", "places", "exchange"):
        assert part in log, part


@pytest.mark.parametrize(
    "line", ['says = "It is fast."', 'law = "The Act says so."', 'fill = "Who?", who = "x"', 'claims = "It is safe."']
)
def test_a_line_that_rests_on_nothing_is_refused(line: str) -> None:
    text = f'title = "t"\nreader = "r"\nintro = ""\n[[sections]]\nheading = "h"\nlines = [{{ {line} }}]'
    with pytest.raises(ValueError, match="rests on"):
        _document("t", text, {}, {}, {})


def test_an_answer_is_in_the_papers_and_stays_a_text() -> None:
    key = "03-safety-case.cso"
    hostile = '=HYPERLINK("http://x")<script>alert(1)</script>'
    answered = made({key: hostile})
    (document,) = (one for one in answered if one.name == "03-safety-case")
    text = markdown(document, FACTS)
    assert f"**{DONE} (publisher of this copy)**" in text and hostile in text
    shown = page(answered, FACTS).decode()
    assert "<script" not in shown and "Anywhere &lt;b&gt;" in shown and "completed: 1." in shown
    assert f"'{hostile[:6]}" in table(answered, {}).decode("utf-8-sig")


def test_answers_come_back_as_they_were_written_however_a_spreadsheet_saved_them() -> None:
    answers = {
        "02-hazard-log.h1": '=1+1, "quoted"\nin two lines',
        "03-safety-case.cso": "Dr Zoë Ó, GMC 1",
        "gone.key": "kept",
    }
    data = table(made(answers), {"gone.key": "kept"})
    assert read_answers(data, "x.csv") == answers
    text = data.decode("utf-8-sig")
    assert read_answers(text.encode("cp1252"), "x.csv") == answers
    simple = "key;document;who;to complete;answer\r\n03-safety-case.cso;d;w;q;Dr A\r\n"
    assert read_answers(simple.encode("utf-8-sig"), "x.csv") == {"03-safety-case.cso": "Dr A"}


def test_a_table_that_can_not_be_meant_is_refused_with_its_row() -> None:
    with pytest.raises(UsageError, match="no columns 'key' and 'answer'"):
        read_answers(b"a,b\r\n1,2\r\n", "x.csv")
    with pytest.raises(UsageError, match="row 3: 'k' is there twice"):
        read_answers(b"key,answer\r\nk,1\r\nk,2\r\n", "x.csv")
