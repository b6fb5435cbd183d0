"""The board paper as a tagged PDF, from a Board and its charts."""

from collections.abc import Mapping

from hiu.publish import pdf
from hiu.publish.board.charts import alts
from hiu.publish.board.paper import MARKING, Board, Grid
from hiu.publish.board.variation import KEY
from hiu.publish.words.text import day

TITLE = "Paper for commissioners"
_WORDS = {
    "Months supplied",
    "More than chance?",
    "Finding",
    "Group",
    "Data set",
    "What it is",
    "Source of the rule",
    "Prices of",
}


def board_pdf(board: Board, svgs: Mapping[str, str]) -> bytes:
    """The paper; `svgs` from board_charts. Raises HiuError if it can't be set."""
    described = alts(board)
    data = {
        "title": TITLE,
        "site": board.site,
        "marking": MARKING,
        "synthetic": board.synthetic,
        "stamp": [board.site, board.month.title, f"built {day(board.built.date())}"],
        "foot": f"Run {board.run_id}; settings {board.settings_version}",
        "month": board.month.title,
        "about": about(board),
        "charts": {name: {"file": f"{name}.svg", "alt": described[name]} for name in svgs},
        "trends": [f"trend-{line.dataset}" for line in board.lines if f"trend-{line.dataset}" in svgs],
        "key": KEY,
        "sections": board.sections,
        "coverage": None,
        **{name: _grid(grid) for name, grid in board.grids.items()},
    }
    pictures = {f"{name}.svg": svg for name, svg in svgs.items()}
    return pdf.paper("board.typ", data, pictures, created=board.built)


def about(board: Board) -> str:
    """What the figures are of, in a sentence."""
    return (
        f"{board.site}, data to {day(board.month.end)}. Totals of adults in the agencies' records: "
        f"nobody is named. Built {day(board.built.date())}, settings {board.settings_version}. {board.basis}"
    )


def _grid(grid: Grid) -> dict[str, object]:
    """A table and which of its columns are words, not figures."""
    words = [at for at, title in enumerate(grid.columns) if title in _WORDS]
    return {"title": grid.title, "columns": grid.columns, "rows": grid.rows, "note": grid.note, "words": words}
