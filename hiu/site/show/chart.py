"""A drawn chart: a notebook shows it as SVG, on white, offline."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.site.show.suggest import Suggests


class Chart(Suggests):
    """A drawn chart. `svg` is the picture, `text` says in words what it shows."""

    def __init__(self, svg: str | Callable[[], str], text: str) -> None:
        self._svg, self.text = svg, text

    @cached_property
    def svg(self) -> str:
        """The picture, drawn when it is first shown or saved: whoever wants figures alone does not wait for it."""
        return self._svg if isinstance(self._svg, str) else self._svg()

    @classmethod
    def of(cls, spec: Mapping[str, object]) -> Chart:
        """A chart from a Vega-Lite specification of hiu.publish."""
        from hiu.publish.charts.draw import to_svg

        return cls(to_svg(dict(spec)), str(spec["description"]))

    def save(self, file: str | Path) -> Path:
        """Write the chart to a file, by the ending of its name: .svg, .png or .pdf. Raises UsageError for another.

        The file shows what the chart shows: the id of a person, and exact counts. It is not to leave the analysts.
        """
        from hiu.publish.charts.export import FORMATS, picture

        path = Path(file)
        form = path.suffix.lower().removeprefix(".")
        if form not in FORMATS:
            raise UsageError(not_among(f"a chart is not saved as '{path.suffix or path.name}'", form, FORMATS))
        try:
            path.write_bytes(picture(self.svg, form))
        except OSError as error:
            raise UsageError(f"{path}: the chart could not be written there ({error.strerror})") from None
        return path

    def _repr_html_(self) -> str:
        from hiu.publish.charts.draw import inline_svg

        card = "background:#fff;color:#000;padding:8px;display:inline-block;max-width:100%"
        return f'<div role="img" aria-label="{html.escape(self.text)}" style="{card}">{inline_svg(self.svg)}</div>'

    def __repr__(self) -> str:
        return self.text
