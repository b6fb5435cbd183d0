"""The jobs: what runs, in which order, under which lock, and the command line that starts it."""

import sys

# jsonschema, which charts and the gate load, would build 39 grammars of web addresses at its import (1.3 s of each
# process); no schema here has an address in it, and jsonschema does without when the package is not there
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
