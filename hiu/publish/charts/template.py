"""The one chart template, designed and validated beforehand (chart_design), read here and filled as a dict."""

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def _designs() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (resources.files("hiu.publish") / "templates" / "chart.json").read_text(encoding="utf-8")
    )
    return found


def template(split: bool) -> dict[str, Any]:
    """The validated specification without data: one panel, or two with bed days in their own."""
    found: dict[str, Any] = _designs()["split" if split else "stacked"]
    return found


def schema_version() -> str:
    """The Vega-Lite version the template was validated with; the renderer must use the same."""
    return str(_designs()["vega_lite"])


def fill(node: Any, values: dict[str, Any]) -> Any:
    """A copy of a template with every placeholder replaced by its value."""
    if isinstance(node, dict):
        return {key: fill(value, values) for key, value in node.items()}
    if isinstance(node, list):
        if len(node) == 1 and isinstance(node[0], str) and node[0].startswith("@"):
            return values[node[0][1:]]
        return [fill(value, values) for value in node]
    return node
