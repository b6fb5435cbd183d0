"""Workbooks of shipped sources: whole, their bytes damaged, or a part damaged in a sound archive."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import xlsxwriter
from fuzzkit import mutate, shipped, table, taken


def one_xlsx(seed: int, folder: Path) -> str:
    """A workbook of a shipped source: its bytes damaged, a part of it damaged and packed again, or whole."""
    random_ = random.Random(f"xlsx {seed}")
    source = random_.choice(list(shipped().values()))
    rows = table(source, random_)
    data, how = workbook(rows, random_), random_.randrange(4)
    if how == 0:
        data = mutate(data, random_)
    elif how in (1, 2):
        data = repacked(data, random_)
    path = folder / "fuzz.xlsx"
    path.write_bytes(data)
    return ("whole " if how == 3 else "") + taken(path, source, data)


def workbook(rows: list[list[str]], random_: random.Random) -> bytes:
    """The rows as a workbook, with numbers, dates, formulas, merged and hidden things here and there."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_urls": False, "nan_inf_to_errors": True})
    sheet = book.add_worksheet(random_.choice(["Sheet1", "Log", "Ünïcode 1", "a'b"]))
    day = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    for at, row in enumerate(rows):
        for place, text in enumerate(row):
            kind = random_.randrange(12) if at else 11
            if kind == 0:
                sheet.write_number(at, place, random_.choice([0, -1, 45000.5, 9990000018, 1e15, 1e300, 60, 2958466]))
            elif kind == 1:
                sheet.write_number(at, place, random_.choice([0, -1, 45000.5, 60, 1e9]), day)
            elif kind == 2:
                sheet.write_formula(at, place, "=1/0", None, random_.choice(["", "#DIV/0!", 7, "text"]))
            elif kind == 3:
                sheet.write_boolean(at, place, True)
            else:
                sheet.write_string(at, place, text)
    if random_.random() < 0.1:
        sheet.merge_range(0, 0, 0, 2, "merged")
    if random_.random() < 0.1:
        book.add_worksheet("Hidden").hide()
    book.close()
    return stream.getvalue()


def repacked(data: bytes, random_: random.Random) -> bytes:
    """A part damaged inside an archive that is itself sound."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    inner = [
        name for name in parts if "sheet" in name or "shared" in name.lower() or "workbook" in name or "style" in name
    ]
    name = random_.choice(inner if random_.random() < 0.8 else list(parts))
    for old, new in random_.sample(XML, 2):
        parts[name] = parts[name].replace(old, new, random_.choice([1, 1, 100]))
    if random_.random() < 0.5:
        parts[name] = mutate(parts[name], random_, most=3)
    if random_.random() < 0.05:
        del parts[name]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", random_.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return out.getvalue()


XML = (
    (b't="s"', b't="n"'),
    (b"<v>0</v>", b"<v>999999</v>"),
    (b"<v>1</v>", b"<v>-1</v>"),
    (b'r="A2"', b'r="XFD1048576"'),
    (b'r="B2"', b'r="A2"'),
    (b'r="A', b'r="'),
    (b"<row ", b'<row r="1048577" '),
    (b"</row>", b""),
    (b"<c ", b"<c><c "),
    (b"<t>", b"<t>&bomb;"),
    (b"?>", b'?><!DOCTYPE x [<!ENTITY bomb "aaaaaaaaaa">]>'),
    (b"<v>", b"<v>1e999"),
    (b's="1"', b's="4294967295"'),
    (b'ref="A1', b'ref="A1:XFD1048576" x="'),
    (b"<si>", b"<si/><si>"),
    (b"utf-8", b"utf-7"),
    (b"UTF-8", b"UTF-16"),
    (b'spans="', b'spans="99999999:'),
    (b'count="', b'count="4294967296'),
    (b"<sheetData>", b"<sheetData/><sheetData>"),
    (b"/xl/", b"/../"),
    (b'sheetId="1"', b'sheetId="0"'),
)
"""Words of a workbook's parts, and what is put in their place."""
