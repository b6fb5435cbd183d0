"""Where the words of a PDF of ours stand: no two runs of a page may overlap, and none may leave the page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pdf_text import letters_of

Matrix = tuple[float, float, float, float, float, float]
WHOLE: Matrix = (1, 0, 0, 1, 0, 0)
SLACK = 1.5
"""Points by which two runs may touch: kerning, and the rounding of widths."""
EDGE = 20.0
"""Points at each side of a page that stay empty."""
USED = "q Q gs cm BT Tm Td Tf Tj TJ Do"
"""What places or draws text: of everything else a page is drawn with, nothing is made into objects."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run of text: its box in points from the lower left corner, from the baseline to the height of an x."""

    left: float
    right: float
    foot: float
    head: float
    text: str


def faults(content: bytes, *, every: int = 1) -> list[str]:
    """Pairs of runs that overlap, and runs outside the margins, page by page; of a long paper, every so many pages."""
    found: list[str] = []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        fonts: dict[Any, tuple[dict[int, str], dict[int, float]]] = {}
        for number, page in list(enumerate(pdf.pages, 1))[::every]:
            wide = float(page.mediabox[2])
            runs = sorted(_runs(page, page, WHOLE, fonts), key=lambda run: (run.foot, run.left))
            found += [f"page {number}: '{one.text}' over '{other.text}'" for one, other in _overlapping(runs)]
            outside = (run for run in runs if run.left < EDGE or run.right > wide - EDGE or run.foot < EDGE / 2)
            found += [f"page {number}: '{run.text}' leaves the page" for run in outside]
    return found


def _overlapping(runs: list[Run]) -> Iterator[tuple[Run, Run]]:
    for at, one in enumerate(runs):
        for other in runs[at + 1 :]:
            if other.foot >= one.head - SLACK:
                break
            if min(one.right, other.right) - max(one.left, other.left) > SLACK:
                yield one, other


def _runs(holder: Any, page: Any, at: Matrix, fonts: dict[Any, Any]) -> Iterator[Run]:
    """The runs of a page or of a form within it, under the matrix that is in force where it is drawn."""
    stack, now, text, font, size, seen = [], at, WHOLE, None, 0.0, 1.0
    for operands, operator in pikepdf.parse_content_stream(holder, USED):
        match str(operator):
            case "q":
                stack.append((now, font, size, seen))
            case "Q":
                now, font, size, seen = stack.pop()
            case "gs":  # a chart hides labels that have no room by making them transparent
                seen = float(holder.Resources.ExtGState[str(operands[0])].get("/ca", seen))
            case "cm":
                now = _times(tuple(map(float, operands)), now)  # type: ignore[arg-type]
            case "BT":
                text = WHOLE
            case "Tm":
                text = tuple(map(float, operands))  # type: ignore[assignment]
            case "Td":
                text = _times((1, 0, 0, 1, float(operands[0]), float(operands[1])), text)
            case "Tf":
                font, size = _font(holder.Resources.Font[str(operands[0])], fonts), float(operands[1])
            case "Tj" | "TJ":
                parts = operands[0] if str(operator) == "TJ" else operands
                if font and seen and (run := _run(parts, font, size, _times(text, now))):
                    yield run
            case "Do":
                form = holder.Resources.XObject[str(operands[0])]
                if form.Subtype == "/Form" and seen:
                    own = tuple(map(float, form.get("/Matrix", WHOLE)))
                    yield from _runs(form, page, _times(own, now), fonts)  # type: ignore[arg-type]


def _run(parts: Any, font: Any, size: float, at: Matrix) -> Run | None:
    letters, widths = font
    x, ends, text = 0.0, 0.0, ""
    for part in parts:
        if not isinstance(part, pikepdf.String):
            x -= float(part) / 1000 * size
            continue
        codes = bytes(part)
        for glyph in (int.from_bytes(codes[k : k + 2]) for k in range(0, len(codes), 2)):
            x += widths.get(glyph, 1000.0) / 1000 * size
            text += letters.get(glyph, "")
            ends = ends if letters.get(glyph, "").isspace() else x
    if not text.strip() or at[1] or at[2] * at[1]:
        return None
    scale, lift = abs(at[0]), abs(at[3])
    return Run(left=at[4], right=at[4] + ends * scale, foot=at[5], head=at[5] + 0.5 * size * lift, text=text.strip())


def _font(font: Any, fonts: dict[Any, Any]) -> tuple[dict[int, str], dict[int, float]]:
    if font.objgen not in fonts:
        widths: dict[int, float] = {}
        row = list(font.DescendantFonts[0].W)
        while row:
            first, own, *row = row
            if isinstance(own, pikepdf.Array):
                widths |= {int(first) + k: float(one) for k, one in enumerate(own)}
            else:
                width, *row = row
                widths |= dict.fromkeys(range(int(first), int(own) + 1), float(width))
        fonts[font.objgen] = (letters_of(font), widths)
    return fonts[font.objgen]  # type: ignore[no-any-return]


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)
