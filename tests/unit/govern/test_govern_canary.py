"""The sweep finds planted names, numbers and ids in any packing, and nothing where there is nothing."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
import typst
import xlsxwriter
from pptx import Presentation

from hiu.govern.erase.residue import Traces, trace_places
from hiu.govern.erase.unpack import texts
from hiu.govern.release.canary import people, sweep

NAME, NUMBER, PERSON = "Siân O'Hara-Lee", "9990000123", "HIU-AAAA2222"
KNOWN = people([NAME, "LEE, Ann", "Madonna", None], [NUMBER, None])


def kinds(name: str, content: bytes) -> set[str]:
    return {hit.split(": ")[1].split(",")[0] for hit in sweep(name, content, KNOWN)}


def workbook(text: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, text)
    return out.getvalue()


def slides(text: str) -> bytes:
    deck, out = Presentation(), io.BytesIO()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = text
    deck.save(out)
    return out.getvalue()


def zipped(text: str) -> bytes:
    inner, out = workbook(text), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/book.xlsx", inner)
    return out.getvalue()


def parquet(text: str) -> bytes:
    out = io.BytesIO()
    pl.DataFrame({"n": [1], "said": [text], "many": [[text, "x"]]}).write_parquet(out, compression="zstd")
    return out.getvalue()


def pdf(text: str, folder: Path) -> bytes:
    source = folder / "a.typ"
    source.write_text(f'#set page(width: 20cm)\n#"{text}"\n', encoding="utf-8")
    made = typst.compile(str(source), format="pdf")
    assert isinstance(made, bytes) and text.encode() not in made, "the text is packed"
    return made


PLANTED = f"seen: {NAME}, {NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]}, {PERSON}"


def packed(text: str, folder: Path) -> dict[str, bytes]:
    return {
        "a.txt": text.encode(),
        "b.csv": text.encode("utf-16"),
        "c.xlsx": workbook(text),
        "d.pptx": slides(text),
        "e.zip": zipped(text),
        "f.parquet": parquet(text),
        "g.pdf": pdf(text, folder),
        "h.gz": gzip.compress(text.encode()),
        "i.html": f"<td>{text.replace(' ', '</b> <b>')}</td>".encode(),
    }


def test_what_is_planted_is_found_in_every_packing(tmp_path: Path) -> None:
    for name, content in packed(PLANTED, tmp_path).items():
        wanted = {"name", "nhs_number", "person_id"} - ({"nhs_number"} if name == "i.html" else set())
        assert kinds(name, content) >= wanted, name


def test_nothing_is_found_where_there_is_nothing(tmp_path: Path) -> None:
    clean = "seen: 1234567890 people, Ann and Lee in Siân, HIU-, O'Hara, 99900001234, Madonna"
    for name, content in packed(clean, tmp_path).items():
        assert sweep(name, content, KNOWN) == [], name


@pytest.mark.parametrize(
    "text",
    ["siân o'hara-lee", "O'Hara-Lee Siân", "Siân Mary O'Hara-Lee", "SIÂN  O'HARA-LEE", "Ann Lee", "LEE Ann", "lee,ann"],
)
def test_a_name_is_found_in_any_order_and_case(text: str) -> None:
    assert kinds("a.txt", f"x {text} y".encode()) == {"name"}


def test_a_files_own_name_is_read_too_and_the_value_is_never_said() -> None:
    assert kinds(f"charts/{PERSON}.svg", b"") == {"person_id"}
    hits = sweep("a.txt", PLANTED.encode(), KNOWN)
    assert len(hits) == 3 and not any(word in " ".join(hits) for word in (NAME, NUMBER, "Hara", PERSON))


@pytest.mark.parametrize(
    "text",
    [
        "Ｓｉâｎ Ｏ'Ｈａｒａ-Ｌｅｅ",
        "Madоnna Zed",
        "Madonna\u00ad Zed",
        "M a d o n n a  Z e d",
        "M.a.d.o.n.n.a.Z.e.d",
        "9 9 9 0 0 0 0 1 2 3",
        "９９９００００１２３",
        "mh100077",
    ],
)
def test_nobody_hides_in_other_letters_or_groups(text: str) -> None:
    known = people([NAME, "Madonna Zed"], [NUMBER], ["MH100077", "40412"])
    assert sweep("a.txt", f"x {text} y".encode(), known)
    assert not sweep("a.txt", b"MH1000777 of 40412, m a d o n n a, Madonna and Zed, 1 2 3 4 5 6 7 8 9 0", known)


def test_only_what_is_asked_for(tmp_path: Path) -> None:
    assert sweep("a.txt", PLANTED.encode(), KNOWN, ("name",)) == ["a.txt: name, once"]


def test_a_broken_archive_is_read_as_bytes() -> None:
    broken = zipped(PLANTED)[:-40] + PERSON.encode()
    assert kinds("a.zip", broken) == {"person_id"}
    assert list(texts("a.gz", b"\x1f\x8bnot gzip")) == [("a.gz", b"\x1f\x8bnot gzip")]


def test_one_persons_traces_are_found_in_every_packing(tmp_path: Path) -> None:
    traces = Traces(frozenset({PERSON}), frozenset({NUMBER}), frozenset({NAME}))
    for word in (PERSON, NUMBER, NAME):
        for name, content in packed(f"x {word} y", tmp_path).items():
            if not (name == "i.html" and " " in word):
                assert trace_places(name, content, traces), (word, name)
