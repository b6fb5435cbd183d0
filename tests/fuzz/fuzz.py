"""A process that tries seeds one after another: `python fuzz.py KIND FIRST MANY`. Ends with one JSON object.

{"tried": n, "tally": {word: n}, "faults": [{"seed", "what", "where"}], "peak_mb": most memory the process ever held}
"""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fuzzkit import one_csv
from fuzztoml import one_toml
from fuzzxlsx import one_xlsx

KINDS: dict[str, Callable[[int, Path], str]] = {"csv": one_csv, "xlsx": one_xlsx, "toml": one_toml}


def main(kind: str, first: int, many: int) -> None:
    """Try the seeds; say what became of them."""
    tally: Counter[str] = Counter()
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + many):
            try:
                tally[KINDS[kind](seed, Path(folder))] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                frames = traceback.extract_tb(error.__traceback__)
                where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-4:]]
                faults.append({"seed": seed, "what": f"{type(error).__name__}: {str(error)[:300]}", "where": where})
    print(json.dumps({"tried": many, "tally": dict(tally), "faults": faults, "peak_mb": peak()}))


def peak() -> float:
    """The most memory this process ever held, in MB; 0 where the system can't say."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage counts what the process held that started this one, before this one was begun
        return round(int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024 / 1e6, 1)
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


if __name__ == "__main__":
    for name in sys.argv[1].split(","):
        main(name, int(sys.argv[2]), int(sys.argv[3]))
