"""Puts the site of the documentation into a wheel, for `hiu docs`, and the record of test runs."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LINE = ("-q", "-W", "--keep-going", "-b", "html", "-c", "docs/site", "-d", "build/doctrees", ".", "dist/docs")
"""As `make docs` builds it: a warning, such as a link to nothing, ends it."""


class SiteOfDocs(BuildHookInterface):  # type: ignore[type-arg]
    """An editable install reads the checkout; without the tools a wheel is built, and says that it has no pages."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        if (record := Path(self.root) / "tests" / "results.json").is_file():
            build_data["force_include"][str(record)] = "pipelines/results.json"
        if absent := [name for name in ("sphinx", "furo", "myst_parser") if find_spec(name) is None]:
            self.app.display_warning(
                f"this wheel has no documentation for 'hiu docs': {', '.join(absent)} not installed"
            )
            return
        subprocess.run([sys.executable, "-m", "sphinx", *LINE], cwd=self.root, check=True)
        build_data["force_include"][str(Path(self.root) / "dist" / "docs")] = "pipelines/docs"
