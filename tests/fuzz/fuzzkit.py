"""Seeded inputs nobody would send on purpose, and what must be true of each: a refusal that is ours, or every row told.

Each `one_*` takes a seed, makes one input of it, gives it to the product and returns a word for the tally. It raises
AssertionError where rows were lost or read otherwise than a control reading, and lets every other fault through.
"""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

from hiu.errors import HiuError, InputRefused
from hiu.extract.files.csv_text import find_delimiter
from hiu.extract.files.decode import UNREADABLE, decode
from hiu.extract.files.header import known_headers, squash
from hiu.extract.files.read import RawTable, read_table
from hiu.extract.standardise import standardise
from hiu.model import FACT, QUARANTINE, RECORD
from hiu.month import Month
from hiu.sources import Source, load_sources

MAX_BYTES, MAX_RATIO = 20_000_000, 200.0
MONTH = Month(2026, 3)
CELLS = (
    "",
    " ",
    "a",
    "NOVAK, Jana",
    "O'NEIL",
    'say "hi"',
    "Ó Ceallaigh",
    "李",
    "🙂",
    "01/02/1980",
    "31/02/1980 25:61",
    "2026-03-08T14:00:00Z",
    "9990000018",
    "9.99E+09",
    "0000000000",
    "#N/A",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "NULL",
    "-",
    "1e400",
    "-0",
    "45000",
    "999999999",
    "BS1 4ND",
    "ZZ99 3VZ",
    "subject",
    "y",
    "N",
    "true",
    "Total",
    "End of report",
    "line\nbreak",
    "tab\there",
    "a,b;c|d",
    "\u2028",
    "\u202e",
    "x" * 300,
    "\x1f",
    "'",
    "%s%n",
    "../../etc/passwd",
    "<script>",
    "{{7*7}}",
    "\ufeff",
    "12:00",
    "1899-12-31",
    "9999-12-31",
    "٠١٢",
    "½",
)
"""What a cell may hold."""
BYTES = (
    b'"',
    b'""',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x81",
    b"\xe9",
    b"\xc3",
    b"\xf0\x9f\x99",
    b"\xed\xa0\x80",
    b";",
    b"|",
    b"\t",
    b"\x1a",
    b"\x0c",
    b'"\n"',
    b"=",
    b"\\",
    b"'",
)
"""What is put among the bytes of a file."""


@cache
def shipped() -> dict[str, Source]:
    """The shipped sources."""
    return load_sources()


def header_of(source: Source, random_: random.Random) -> list[str]:
    """Column names that a partner might use: one of each field's."""
    return [random_.choice(list(field.columns)) for field in source.fields.values() if field.columns]


def table(source: Source, random_: random.Random) -> list[list[str]]:
    """A header and some rows of cells of all kinds."""
    head = header_of(source, random_)
    likely = [random_.choice(CELLS) for _ in range(6)]
    rows = [
        [random_.choice(CELLS if random_.random() < 0.3 else likely) for _ in head] for _ in range(random_.randrange(9))
    ]
    for n, row in enumerate(rows):
        row[0] = f"R{n}" if random_.random() < 0.8 else row[0]
    if random_.random() < 0.2:
        rows.insert(0, ["Report of March"])
    if random_.random() < 0.1:
        rows.append(["Total", str(len(rows))])
    return [head, *rows] if random_.random() < 0.9 else [["Title"], head, *rows]


def csv_bytes(rows: list[list[str]], random_: random.Random) -> bytes:
    """The rows as text, quoted as partners do: well mostly, badly sometimes."""
    mark, end = random_.choice(",,,;|\t"), random_.choice(["\n", "\r\n", "\r\n", "\r"])
    careless = random_.random() < 0.15

    def cell(text: str) -> str:
        if careless or not set(text) & set(f'"{mark}\n\r'):
            return text
        return '"' + text.replace('"', '""') + '"'

    text = end.join(mark.join(map(cell, row)) for row in rows) + random_.choice(["", end, end * 2])
    code = random_.choice(["utf-8"] * 8 + ["utf-8-sig", "cp1252", "cp1252", "utf-16", "utf-16-le", "utf-32", "latin-1"])
    return text.encode(code, errors="replace")


def mutate(data: bytes, random_: random.Random, most: int = 6) -> bytes:
    """A few bytes turned, cut out, doubled, moved or put in; or none."""
    out = bytearray(data)
    for _ in range(random_.choice([0, 1, 1, 2, most])):
        at = random_.randrange(len(out) + 1)
        length = min(len(out) - at, random_.choice([1, 1, 4, 40, 400]))
        what = random_.randrange(6)
        if what == 0 and at < len(out):
            out[at] ^= 1 << random_.randrange(8)
        elif what == 1:
            del out[at : at + length]
        elif what == 2:
            out[at:at] = out[at : at + length] * random_.choice([1, 2, 50])
        elif what == 3:
            out[at:at] = random_.choice(BYTES)
        elif what == 4:
            del out[at:]
        else:
            other = random_.randrange(len(out) + 1)
            out[at:at] = out[other : other + length]
    return bytes(out)


def one_csv(seed: int, folder: Path) -> str:
    """A delimited file of a shipped source, damaged."""
    random_ = random.Random(f"csv {seed}")
    source = random_.choice(list(shipped().values()))
    data = mutate(csv_bytes(table(source, random_), random_), random_)
    path = folder / "fuzz.csv"
    path.write_bytes(data)
    return taken(path, source, data)


def taken(path: Path, source: Source, data: bytes) -> str:
    """Read a file as the product does; hold what it says of the rows against the control reading."""
    try:
        raw = read_table(path, source, name=path.name, max_bytes=MAX_BYTES, max_ratio=MAX_RATIO)
    except InputRefused as refusal:
        assert refusal.file == path.name and len(str(refusal)) > 20, "a refusal that does not say which file and why"
        return f"refused: {refusal.code}"
    accounted(raw)
    compared = "compared" if path.suffix == ".csv" and controlled(raw, source, data) else "counted"
    try:
        done = standardise(raw, source, delivery_id="d", source_file=path.name, period=MONTH, synthetic=True)
    except HiuError as error:
        assert isinstance(error, InputRefused), type(error).__name__
        return f"refused: {error.code}"
    staged = done.records.height - int(done.records["quarantined"].sum())
    assert raw.received == staged + done.quarantine.height, "rows received are not rows staged and set aside"
    assert done.records.height == raw.frame.height and done.records["source_row"].is_unique().all()
    assert done.quarantine["source_row"].is_unique().all() and (done.quarantine["reason"].str.len_chars() > 5).all()
    for frame, model in ((done.records, RECORD), (done.facts, FACT), (done.quarantine, QUARANTINE)):
        assert frame.columns == model.names
    return f"rows {compared}" if raw.received else "no rows"


def accounted(raw: RawTable) -> None:
    """Every row received is kept or set aside, once, and numbered from 1."""
    numbers = sorted([*raw.frame["source_row"].to_list(), *raw.refused["source_row"].to_list()])
    assert numbers == list(range(1, raw.received + 1)), "rows are not numbered from 1 without a gap"
    assert raw.frame.columns == [*raw.headers, "source_row"]


def control(text: str, mark: str) -> list[list[str]]:
    """RFC 4180 by hand, a character at a time: a third reading that shares no code with the two of the product."""
    rows: list[list[str]] = []
    row: list[str] = []
    cell: list[str] = []
    inside = begun = False
    at = 0
    while at < len(text):
        letter = text[at]
        if inside:
            if letter == '"' and text[at + 1 : at + 2] == '"':
                cell.append('"')
                at += 1
            elif letter == '"':
                inside = False
            else:
                cell.append(letter)
        elif letter == '"' and not begun:
            inside = begun = True
        elif letter == mark:
            row.append("".join(cell))
            cell, begun = [], False
        elif letter == "\n":
            row.append("".join(cell))
            rows.append(row)
            row, cell, begun = [], [], False
        else:
            cell.append(letter)
            begun = True
        at += 1
    if row or cell or begun:
        rows.append([*row, "".join(cell)])
    return rows


def controlled(raw: RawTable, source: Source, data: bytes) -> bool:
    """Hold every kept row against the control reading; False when the header is merged, so that it can't be found."""
    text = decode(data, source.file.encodings, "fuzz.csv").text
    given = source.file.delimiter
    mark = find_delimiter(text, known_headers(source)) if given == "auto" else given
    rows = control(text, mark)
    wanted = [squash(re.sub(r" \(column \d+\)$", "", name)) for name in raw.headers]
    tops = [n for n, row in enumerate(rows[:40]) if _heads([squash(cell) for cell in row], wanted)]
    if not tops:
        return False
    width = len(raw.headers)
    below = [row for row in rows[tops[0] + 1 :] if any(cell.strip() for cell in row) or (len(row) > width and any(row))]
    for number, *cells in raw.frame.select("source_row", *raw.headers).iter_rows():
        theirs = [cell or None for cell in below[number - 1]][:width]
        ours = [None if cell is not None and not cell else cell for cell in cells]
        assert UNREADABLE not in "".join(cell or "" for cell in ours), "an unreadable byte was let through"
        assert ours == theirs + [None] * (width - len(theirs)), f"row {number} was read otherwise than by the control"
    skipped = sum(int(note.split()[0]) for note in raw.notes if "trailing row" in note)
    assert len(below) == raw.received + skipped, "rows of the control reading are not all accounted for"
    return True


def _heads(row: list[str], wanted: list[str]) -> bool:
    return [cell for cell in row if cell] == [name for name in wanted if name and not name.startswith("column ")]
