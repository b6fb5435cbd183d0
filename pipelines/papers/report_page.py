"""An executed notebook as one page: words, tables and charts; no script, nothing fetched."""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hiu.month import Month
from hiu.plain import seen
from hiu.publish.stamp import MARKING
from hiu.publish.words.text import moment

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
body { font: 16px/1.5 Arial, sans-serif; color: #0b0c0c; background: #fff; max-width: 1100px; margin: 0 auto;
  padding: 16px; }
header, footer { border: 1px solid #b1b4b6; padding: 8px 12px; font-size: 14px; }
table { border-collapse: collapse; font-size: 14px; margin: 8px 0; }
th, td { border-bottom: 1px solid #d5d8da; }
pre { background: #f3f2f1; padding: 8px; overflow-x: auto; font-size: 13px; }
svg { max-width: 100%; height: auto; }
details { margin: 8px 0; } summary { cursor: pointer; }
@media print { details.code { display: none; } header { border: 0; } }
"""
_ANCHOR = re.compile(r'<a class="anchor-link"[^>]*>.*?</a>', re.DOTALL)
_KINDS = ("text/html", "image/svg+xml", "text/markdown", "text/plain")


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What the page says about itself."""

    site: str
    month: Month
    run: str
    built: datetime
    settings: str
    synthetic: bool = False

    def html(self) -> str:
        """The first lines: marking, month, run, settings."""
        invented = " Every person is invented." if self.synthetic else ""
        about = f"{self.site}, {self.month.title}. Run {self.run}, settings {self.settings}. Made {moment(self.built)}."
        return (
            f"<header><p><strong>{MARKING}</strong>. For analysts: names are masked, counts are exact and must not "
            f"leave them.{invented}</p><p>{html.escape(about)}</p></header>"
        )


def page(cells: list[Any], heading: Heading, *, code: bool = False) -> str:
    """The whole page; `code` shows the cells' code, else it is folded under each result."""
    body = seen("".join(_cell(cell, code) for cell in cells))  # a program that shows the file may act on the rest
    found = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
    title = re.sub(r"<[^>]+>", "", found[1]) if found else "Report"
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}, {html.escape(heading.month.title)}</title><style>{_STYLE}</style></head><body>"
        f"{heading.html()}<main>{body}</main></body></html>\n"
    )


def _cell(cell: Any, code: bool) -> str:
    if cell.cell_type == "markdown":
        return _words(cell.source)
    if cell.cell_type != "code":
        return ""
    shown = "".join(_output(output) for output in cell.outputs)
    text = f"<pre>{html.escape(cell.source)}</pre>"
    folded = text if code else f'<details class="code"><summary>Code</summary>{text}</details>'
    return f"<section>{shown}{folded}</section>"


def _words(source: str) -> str:
    from nbconvert.filters.markdown import markdown2html

    return _ANCHOR.sub("", str(markdown2html(source)))


def _output(output: Any) -> str:
    """The best form of a result that needs no script: a widget is shown as its table."""
    if output.output_type == "stream":
        return f"<pre>{html.escape(output.text)}</pre>"
    data = output.get("data", {})
    kind = next((kind for kind in _KINDS if kind in data), None)
    if kind is None:
        return ""
    text = str(data[kind])
    if kind == "text/plain":
        return f"<pre>{html.escape(text)}</pre>"
    return _words(text) if kind == "text/markdown" else text
