"""Writes docs/api.md from the docstrings of what an analyst holds: `python -m pipelines.setup.api`."""

import inspect
import re
from pathlib import Path

import polars as pl

from hiu.site import Site, open
from hiu.site.published import Published
from hiu.site.review.desk import Review
from hiu.site.shapes import Manifest, ManifestFile, PairField, PairRecord, PairShown, Part, Place
from hiu.site.show.chart import Chart
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from hiu.site.tables import Tables
from hiu.site.views.cohort import Cohort
from hiu.site.views.definitions import Definitions
from hiu.site.views.draft import Draft
from hiu.site.views.linkage import Linkage
from hiu.site.views.person import Person
from hiu.site.views.places import Places
from hiu.site.views.quality import Quality
from hiu.site.views.ranked import Ranked
from pipelines.common.place import REPOSITORY
from pipelines.common.progress import out

TARGET = REPOSITORY / "docs" / "api.md"
CLASSES: tuple[tuple[str, type], ...] = (
    ("site", Site),
    ("run", Published),
    ("ranked", Ranked),
    ("person", Person),
    ("cohort", Cohort),
    ("quality", Quality),
    ("linkage", Linkage),
    ("places", Places),
    ("definitions", Definitions),
    ("review", Review),
    ("draft", Draft),
    ("finding", Finding),
    ("listing", Listing),
    ("chart", Chart),
)
"""How each is called in the notebooks, in the order in which they are met."""

_INNER = {"Listing": pl.DataFrame, "Ranked": Listing}
"""Classes whose base has methods of its own, documented where it belongs."""

DICTS: tuple[type, ...] = (Place, Manifest, ManifestFile, PairShown, PairRecord, PairField, Part)
SHAPES = "## What comes as a dict\n"

HEAD = """# The analyst's library

Made from the docstrings by `python -m pipelines.setup.api`; a test holds it, and runs every example. Names are masked
unless `show_names=True`, which is written to the audit log. A mistyped name is answered with the nearest right one.
The classes below are `hiu.Published`, `hiu.Finding` and so on, `run.month` is a `hiu.Month` (`(run.month - 11).start`),
and errors are in `hiu.errors`: `from hiu.errors import UsageError`. Every one of them is a `HiuError`.

```python
import hiu

site = hiu.open("demo")
run = site.latest
```
"""


def api() -> str:
    """The whole page."""
    first = f"## `hiu.open{_signature(open)}`\n\n{_prose(open)}"
    shapes = "\n".join([SHAPES, *(_shape(one) for one in DICTS)])
    whole = "\n".join([HEAD, first, *(_class(called, one) for called, one in CLASSES), shapes])
    return re.sub(r"\n{3,}", "\n\n", whole)


def _shape(one: type) -> str:
    """A dict: what it is, and its keys with their types."""
    keys = "\n".join(f"- `{key}`: `{kind.__forward_arg__}`" for key, kind in inspect.get_annotations(one).items())
    return f"### `{one.__name__}`\n\n{_prose(one)}\n{keys}\n"


def public(one: type) -> list[tuple[str, object]]:
    """Methods and properties a class defines, in the order of its text."""
    inherited = set(dir(_INNER[one.__name__])) if one.__name__ in _INNER else set()
    bases = (one, Tables) if issubclass(one, Tables) else (one,)
    own = [(name, what) for base in bases for name, what in vars(base).items() if not name.startswith("_")]
    return [(name, what) for name, what in own if name not in inherited or name in ("sql", "columns")]


def _class(called: str, one: type) -> str:
    lines = [f"## {one.__name__}: `{called}`", "", _prose(one)]
    for name, what in public(one):
        target = what.fget if isinstance(what, property) else getattr(what, "func", what)
        if isinstance(what, classmethod):
            target = what.__func__
        if not inspect.getdoc(target):
            continue
        shown = f"{called}.{name}" + (_signature(target) if inspect.isfunction(target) and target is what else "")
        given = getattr(target, "__annotations__", {}).get("return")
        shown += f" -> {given}" if given not in (None, "None") else ""
        lines += ["", f"### `{shown}`", "", _prose(target)]
    return "\n".join(lines) + "\n"


def _signature(job: object) -> str:
    """Parameters with their defaults; types are in the text where they matter."""
    found = inspect.signature(job)  # type: ignore[arg-type]
    parts, star = [], False
    for parameter in found.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            parts.append("*")
            star = True
        plain = parameter.default is parameter.empty or callable(parameter.default)
        parts.append(parameter.name if plain else f"{parameter.name}={parameter.default!r}")
    return f"({', '.join(parts)})"


def _prose(what: object) -> str:
    """A docstring, its examples as code."""
    text = inspect.getdoc(what) or ""
    words, _, code = text.partition(">>>")
    words = re.sub(r"(?<!\n)\n(?!\n)", " ", words.strip())
    return f"{words}\n" + (f"\n```python\n>>>{code.rstrip()}\n```\n" if code else "")


def main(target: Path = TARGET) -> None:
    """Write the page."""
    target.write_text(api(), encoding="utf-8", newline="\n")
    out(f"wrote {target}")


if __name__ == "__main__":
    main()
