"""A drawn chart: a notebook shows it as SVG, on white, offline."""

from __future__ import annotations

import html
from typing import Any

from hiu.site.show.suggest import Suggests


class Chart(Suggests):
    """A drawn chart. `svg` is the picture, `text` says in words what it shows."""

    def __init__(self, svg: str, text: str) -> None:
        self.svg, self.text = svg, text

    @classmethod
    def of(cls, spec: dict[str, Any]) -> Chart:
        """A chart from a Vega-Lite specification of hiu.publish."""
        from hiu.publish.charts.draw import to_svg

        return cls(to_svg(spec), str(spec["description"]))

    def _repr_html_(self) -> str:
        from hiu.publish.charts.draw import inline_svg

        card = "background:#fff;color:#000;padding:8px;display:inline-block;max-width:100%"
        return f'<div role="img" aria-label="{html.escape(self.text)}" style="{card}">{inline_svg(self.svg)}</div>'

    def __repr__(self) -> str:
        return self.text
