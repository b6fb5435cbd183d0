"""The one chart template, designed and validated beforehand (charts.design), read here and filled as a dict."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from hiu.publish.pages import asset

Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one."""


_OF_MAIN = ("swatches", "diamonds")
"""Layers that the main panel alone has: the key, and the diamonds above the bars."""


@cache
def _stored() -> Spec:
    stored: Spec = json.loads(asset("chart.json"))
    return stored


@cache
def template(split: bool) -> Spec:
    """The validated specification without data: one panel, or two with bed days in their own."""
    whole: Spec = _stored()["stacked"]
    if not split:
        return whole
    main = {name: whole[name] for name in ("height", "layer", "title", "width")}
    layers = [_of_bed_days(layer) for layer in main["layer"] if layer["data"]["name"] not in _OF_MAIN]
    bed = {"height": main["height"], "layer": layers, "width": main["width"]}
    return {"$schema": whole["$schema"], "config": whole["config"], "spacing": 4, "vconcat": [main, bed]}


def _of_bed_days(layer: Spec) -> Spec:
    """A layer of the main panel with its own data and, if it is the bars', its own scale, named `bed_...`."""
    own = re.sub(r'"@(domain|range|ticks)"', r'"@bed_\1"', json.dumps(layer))
    return {**json.loads(own), "data": {"name": f"bed_{layer['data']['name']}"}}


def schema_version() -> str:
    """The Vega-Lite version the template was validated with; the renderer must use the same."""
    return str(_stored()["vega_lite"])


def fill(node: Any, values: Mapping[str, object]) -> Any:
    """A copy of a template with every placeholder replaced by its value."""
    if isinstance(node, dict):
        return {key: fill(value, values) for key, value in node.items()}
    if isinstance(node, list):
        if len(node) == 1 and isinstance(node[0], str) and node[0].startswith("@"):
            return values[node[0][1:]]
        return [fill(value, values) for value in node]
    return node
