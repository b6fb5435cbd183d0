"""The jobs: what runs, in which order, under which lock, and the command line that starts it.

Each layer imports only from those after it: `cli`, `commands`, `run` and `plan` (which put jobs together), the folders
of jobs (which know nothing of each other), `access`, `common`. An import contract holds it.

What may enter: a path, the clock, randomness, the environment and the terminal, which nothing below knows.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("_RJEM_MALLOC_CONF", "")  # jobs keep what Polars may need again, which is faster

# jsonschema, which charts and the gate load, would build 39 grammars of web addresses at its import (1.3 s of each
# process); no schema here has an address in it, and jsonschema does without when the package is not there
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _import_nothing_from_where_we_stand() -> None:
    """Leave the working folder out of what is imported, here and in every process that is started from here.

    A site's folder may hold a `multiprocessing.py`, which Python would otherwise take for its own. The project's own
    folder stays, for who works in it, and so does what PYTHONPATH names in full.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    named = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if Path(part).is_absolute()]
    if "PYTHONPATH" in os.environ:
        os.environ["PYTHONPATH"] = os.pathsep.join(named)
    here = Path.cwd().resolve()
    if here != Path(__file__).resolve().parents[1]:
        sys.path[:] = [path for path in sys.path if path in named or Path(path).resolve() != here]


_import_nothing_from_where_we_stand()
