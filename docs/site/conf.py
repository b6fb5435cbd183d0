"""How the pages of docs become a site that works from a folder, without a network: `make docs`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from hiu.version import VERSION

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project, author, release, language = "hiu", "The hiu contributors", VERSION, "en-GB"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "docs/adr/*.md"]
myst_heading_anchors = 5
highlight_language = "text"
suppress_warnings = ["misc.highlighting_failure"]  # blocks of cron and CSV have no colours

html_theme, html_title = "furo", f"hiu {VERSION}"
html_static_path, html_css_files = ["static"], ["site.css"]
html_js_files = [("search.js", {"defer": "defer"})]
html_search_scorer = str(Path(__file__).with_name("scorer.js"))
html_theme_options = {"enable_search_shortcuts": True}
html_copy_source = html_show_sourcelink = html_use_index = html_show_copyright = False
html_show_search_summary = False  # a page opened from a folder may not read another to quote from it

TREE = "\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n"
FIRST = (
    '<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>hiu</title>'
    '<meta http-equiv="refresh" content="0; url={page}">'
)

MADE_CLEAR = {
    'role="heading"><span class="caption-text"': 'role="heading" aria-level="2"><span class="caption-text"',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    '<div id="search-results">': '<h1>Search</h1>\n<div id="search-results">',
    "<pre>": '<pre tabindex="0">',
}
"""What the theme leaves out and a screen reader or a keyboard needs: levels, names of landmarks, blocks that scroll."""


def trees(text: str) -> str:
    """The lists of links of the first page, each under its heading, as the site's navigation."""
    parts = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    found = ((caption, re.findall(r"^- \[(.+?)\]\((.+?)\)", part, re.MULTILINE)) for caption, part in parts)
    return "".join(
        TREE.format(caption=caption, pages="\n".join(f"{title} <{page}>" for title, page in pages))
        for caption, pages in found
        if pages
    )


def read(_: Sphinx, page: str, text: list[str]) -> None:
    """The navigation stands once, in the first page's lists; decisions hang below their own list."""
    if page == root_doc:
        text[0] += trees(text[0])
    elif page == "docs/adr/README":
        text[0] += "\n```{toctree}\n:hidden:\n:glob:\n\n0*\n```\n"


def finish(app: Sphinx, failed: Exception | None) -> None:
    """Put in what MADE_CLEAR names; and whoever opens the folder finds index.html."""
    if failed is not None:
        return
    for page in app.outdir.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for theirs, ours in MADE_CLEAR.items():
            text = text.replace(theirs, ours)
        page.write_text(text, encoding="utf-8", newline="\n")
    (app.outdir / "index.html").write_text(FIRST.format(page=f"{root_doc}.html"), encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    """What Sphinx calls."""
    app.connect("source-read", read)
    app.connect("build-finished", finish)
