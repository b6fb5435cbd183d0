"""A paper packed: the same tags, descriptions, text and pages in fewer bytes."""

from __future__ import annotations

import io
import json
from typing import Any

import pypdf
import pytest
import typst

from hiu.govern.erase.unpack import texts
from hiu.govern.release.canary import people, sweep
from hiu.publish import pdf
from hiu.publish.pdf import packed

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


def plain(value: Any) -> Any:
    """A value of a PDF without the order of its keys, which says nothing."""
    value = value.get_object()
    if isinstance(value, dict):
        return {key: plain(value[key]) for key in value}
    return [plain(one) for one in value] if isinstance(value, list) else str(value)


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
            tags.append({key: plain(node[key]) for key in ("/S", "/Alt", "/T", "/A") if key in node})
            todo += [node["/K"]] if "/K" in node and "/S" in node else []
    about = (reader.metadata, root["/Lang"], root["/MarkInfo"], root["/Metadata"].get_object().get_data())
    return [page.extract_text() for page in reader.pages], tags, about


@pytest.mark.slow
def test_it_says_the_same_in_a_third_of_the_bytes(made: bytes) -> None:
    less = packed(made)
    assert told(less) == told(made) and len(told(made)[1]) > 1200
    assert len(less) * 3 < len(made)
    assert packed(made) == less, "the same paper gives the same bytes"


def test_papers_are_packed() -> None:
    assert b"/ObjStm" in pdf.compile('#set document(title: "T")\n#set text(lang: "en")\n= Head\n', {})


def test_a_name_in_a_description_is_found_in_a_packed_paper_too(made: bytes) -> None:
    less = packed(made)
    assert NAME.encode() not in less
    assert any(": name, " in hit for hit in sweep("a.pdf", less, people([NAME], [])))


@pytest.mark.parametrize("name", ["Zoë Ångström", "Łukasz (Luke) Wójcik", "Dvořák-O\\Neill Novák"])
def test_a_name_with_other_letters_is_found_in_a_description(name: str) -> None:
    files = {"main.typ": SOURCE, "a.svg": SVG, "data.json": json.dumps({"alt": f"Of {name}, 24 months"}).encode()}
    whole: bytes = typst.compile(files, format="pdf", pdf_standards=["ua-1"], timestamp=0)  # type: ignore[call-overload]
    for content in (whole, packed(whole)):
        said = b"".join(text for _, text in texts("a.pdf", content))
        assert f"Of {name}, 24 months".encode() in said
