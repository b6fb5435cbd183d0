"""The one chart template, designed and validated beforehand (charts.design), read here and filled as a dict."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from hiu.publish.pages import asset

Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one."""


@cache
def _designs() -> Spec:
    designs: Spec = json.loads(asset("chart.json"))
    return designs


def template(split: bool) -> Spec:
    """The validated specification without data: one panel, or two with bed days in their own."""
    design: Spec = _designs()["split" if split else "stacked"]
    return design


def schema_version() -> str:
    """The Vega-Lite version the template was validated with; the renderer must use the same."""
    return str(_designs()["vega_lite"])


def fill(node: Any, values: Mapping[str, object]) -> Any:
    """A copy of a template with every placeholder replaced by its value."""
    if isinstance(node, dict):
        return {key: fill(value, values) for key, value in node.items()}
    if isinstance(node, list):
        if len(node) == 1 and isinstance(node[0], str) and node[0].startswith("@"):
            return values[node[0][1:]]
        return [fill(value, values) for value in node]
    return node
