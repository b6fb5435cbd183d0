"""Offline pages: templates with everything escaped, what may run or style allowed by its digest, nothing fetched."""

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from hiu.plain import seen
from hiu.publish.stamp import MARKING


def render(template: str, **values: object) -> str:
    """A page from a template and values: all escaped but our own style sheet and charts; unknown names are errors.

    Without a `marking` it has that of patients' data, without `css` the style sheet of pages.
    """
    css = str(values.pop("css", "") or asset("page.css"))
    return environment().get_template(template).render(css=css, policy=policy(css), **{"marking": MARKING, **values})


@cache
def environment() -> Environment:
    """The templates of this package."""
    loader = PackageLoader("hiu.publish", "templates")
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: seen(value) if type(value) is str else value,
    )


def policy(css: str, script: str = "", *, served: bool = False) -> str:
    """The page's content security policy: this style sheet, this script or none, and no request of any kind.

    A page that is `served` may ask the program that serves it, and nobody else.
    """
    allowed = f"script-src '{content_digest(script)}'" if script else "img-src data:"
    allowed += "; connect-src 'self'" if served else ""
    return f"default-src 'none'; style-src '{content_digest(css)}'; {allowed}; base-uri 'none'; form-action 'none'"


@cache
def asset(name: str) -> str:
    """The text of a file among this package's templates."""
    return (resources.files("hiu.publish") / "templates" / name).read_text(encoding="utf-8")


def content_digest(text: str) -> str:
    """How a policy names a script or a style sheet that stands in the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"
