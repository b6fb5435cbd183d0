"""The documentation as a site: where its first page is."""

from pathlib import Path

import pipelines
from hiu.errors import UsageError

PACKAGE = Path(pipelines.__file__).parent
PLACES = (PACKAGE / "docs", PACKAGE.parent / "dist" / "docs")
"""In an installed wheel, and in a checkout after `make docs`."""


def first_page(places: tuple[Path, ...] = PLACES) -> Path:
    """The first page of the site that was installed or made. Raises UsageError if there is none."""
    for place in places:
        if (page := place / "index.html").exists():
            return page
    raise UsageError(
        f"no documentation was built (looked in {' and '.join(map(str, places))}): run 'make docs' in the project's "
        "folder, or read the pages in its folder docs"
    )
