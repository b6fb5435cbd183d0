"""Offline pages: templates with everything escaped, one style sheet allowed by its digest, nothing fetched."""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hiu.publish.stamp import MARKING
from hiu.publish.words.text import day, number, shown_name


def render(template: str, **values: Any) -> str:
    """A page from a template and values: all escaped but our own style sheet and charts; unknown names are errors."""
    css = style()
    return environment().get_template(template).render(css=css, policy=policy(css), marking=MARKING, **values)


@cache
def environment() -> Environment:
    """The templates of this package."""
    made = Environment(
        loader=PackageLoader("hiu.publish", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": day, "number": number, "shown_name": shown_name}
    return made


def policy(css: str) -> str:
    """The page's content security policy: no script, no request, this one style sheet."""
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


@cache
def style() -> str:
    """The style sheet of every page."""
    return resources.files("hiu.publish").joinpath("templates", "page.css").read_text(encoding="utf-8")
