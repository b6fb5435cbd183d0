"""A paper packed: the same tags, descriptions, text and pages in fewer bytes; another layout is left alone."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pypdf
import pytest
import typst

from hiu.govern.canary import people, sweep
from hiu.govern.unpack import texts
from hiu.publish import pdf, pdf_small
from hiu.publish.pdf_small import smaller

NAME = "Ottoline Marmaduke"
SOURCE = b"""
#set document(title: "T")
#set text(lang: "en")
= Head
#image("a.svg", alt: json("data.json").alt)
#table(columns: 3, table.header([A], [B], [C]), ..range(900).map(n => [#n]))
"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


@pytest.fixture(scope="module")
def made() -> bytes:
    files = {"main.typ": SOURCE, "a.svg": SVG, "data.json": json.dumps({"alt": f"A chart of {NAME}"}).encode()}
    out: bytes = typst.compile(files, format="pdf", pdf_standards=["ua-1"], timestamp=0)  # type: ignore[call-overload]
    return out


def told(content: bytes) -> tuple[list[str], list[Any], Any]:
    """Each page's text, every structure element with what it says, and the document's own words."""
    reader = pypdf.PdfReader(io.BytesIO(content), strict=True)
    root: Any = reader.trailer["/Root"]
    tags: list[Any] = []
    todo = [root["/StructTreeRoot"]["/K"]]
    while todo:
        node = todo.pop().get_object()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            tags.append({key: str(node[key]) for key in ("/S", "/Alt", "/T", "/A") if key in node})
            todo += [node["/K"]] if "/K" in node and "/S" in node else []
    about = (reader.metadata, root["/Lang"], root["/MarkInfo"], root["/Metadata"].get_object().get_data())
    return [page.extract_text() for page in reader.pages], tags, about


def test_it_says_the_same_in_a_third_of_the_bytes(made: bytes) -> None:
    packed = smaller(made)
    assert told(packed) == told(made) and len(told(made)[1]) > 1200
    assert len(packed) * 3 < len(made)
    assert smaller(made) == packed and smaller(packed) == packed


def test_several_packs_are_read_as_one(made: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_small, "TOGETHER", 7)
    packed = smaller(made)
    assert packed.count(b"/Type/ObjStm") > 100 and told(packed) == told(made)


def test_papers_are_packed() -> None:
    assert b"/Type/ObjStm" in pdf.compile('#set document(title: "T")\n#set text(lang: "en")\n= Head\n', {})


def test_a_name_in_a_description_is_found_in_a_packed_paper_too(made: bytes) -> None:
    packed = smaller(made)
    assert NAME.encode() not in packed
    assert any(": name, " in hit for hit in sweep("a.pdf", packed, people([NAME], [])))


@pytest.mark.parametrize("name", ["Zoë Ångström", "Łukasz (Luke) Wójcik", "Dvořák-O\\Neill Novák"])
def test_a_name_with_other_letters_is_found_in_a_description(name: str) -> None:
    files = {"main.typ": SOURCE, "a.svg": SVG, "data.json": json.dumps({"alt": f"Of {name}, 24 months"}).encode()}
    whole: bytes = typst.compile(files, format="pdf", pdf_standards=["ua-1"], timestamp=0)  # type: ignore[call-overload]
    for content in (whole, smaller(whole)):
        said = b"".join(text for _, text in texts("a.pdf", content))
        assert f"Of {name}, 24 months".encode() in said


def test_what_is_laid_out_otherwise_is_given_back_as_it_is(made: bytes) -> None:
    comment = re.sub(rb"\nendobj\n", b"\nendobj\n% a comment\n", made, count=1)
    for other in (
        b"", b"no pdf", made[:-200], comment, made.replace(b"trailer\n<<", b"trailer\n<</Prev 9"),
        made.replace(b"trailer\n<<", b"trailer\n<</Encrypt 9 0 R"), made.replace(b"\nxref\n0 ", b"\nxref\n1 "),
    ):  # fmt: skip
        assert smaller(other) == other
