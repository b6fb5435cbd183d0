"""The jobs: what runs, in which order, under which lock, and the command line that starts it.

Each layer imports only from those after it: `cli`, `commands`, `run` and `plan` (which put jobs together), the folders
of jobs (which know nothing of each other), `access`, `common`. An import contract holds it.
"""

import sys

# jsonschema, which charts and the gate load, would build 39 grammars of web addresses at its import (1.3 s of each
# process); no schema here has an address in it, and jsonschema does without when the package is not there
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
