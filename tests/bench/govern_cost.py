"""What governance costs a run: the gate, tombstones at intake, the audit lines, and the sweep. CPU seconds.

Run: python tests/bench/govern_cost.py
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from hiu.govern.audit import append
from hiu.govern.basis.gate import basis_table, follow, permitted
from hiu.govern.erase.tombstone import erased_rows
from hiu.govern.release.canary import people, sweep
from hiu.model import RECORD
from hiu.model.frames import schema
from hiu.model.govern import BASIS
from hiu.settings import Basis, Settings

SEED, IDS, DENIED, ROWS, STONES = 1, 300_000, 3_000, 1_000_000, 5_000
ON, KEY = date(2026, 4, 8), b"k" * 32


def cpu(name: str, job: Callable[[], object]) -> None:
    """Print how long a job takes."""
    before = time.process_time()
    job()
    print(f"{name}: {time.process_time() - before:.2f} s CPU")


def main() -> None:
    """Each part at the size of a large area."""
    dice = random.Random(SEED)
    ids = [f"HIU-{number:08d}" for number in range(IDS)]
    start = date(2026, 1, 1)
    rows = [
        {
            "person_id": one,
            "purpose": "*",
            "recipient": "*",
            "code": "objection",
            "allow": False,
            "decided_by": "d",
            "evidence": "e",
            "start": start,
            "end": None,
            "recorded_at": datetime(2026, 1, 1),
        }
        for one in dice.sample(ids, DENIED)
    ]
    leave = Basis.model_validate(
        {
            "purpose": "support",
            "recipient": "group",
            "code": "c",
            "decided_by": "d",
            "evidence": "e",
            "start": start,
            "end": date(2026, 12, 31),
        }
    )
    recorded = pl.DataFrame(rows, schema=schema(BASIS))
    merged = pl.DataFrame({"old_id": ids[:1000], "person_id": ids[1000:2000], "kind": ["merge"] * 1000})

    def gate() -> None:
        basis = basis_table(Settings(name="A", basis=(leave,)), follow(recorded, merged))
        assert permitted(ids, basis, purpose="support", recipient="group", on=ON).withheld >= DENIED

    cpu(f"gate, {IDS:,} people, {DENIED:,} objections, 1,000 merges", gate)
    described = [
        {
            "delivery_id": "d",
            "source": "ed",
            "source_file": "f",
            "source_row": n,
            "quarantined": False,
            "deleted": False,
            "nobody": False,
            "measures": [],
            "given": f"G{n % 9000}",
            "family": f"F{n % 7000}",
            "dob": start,
            "nhs_number": f"{9990000000 + n % 200_000}",
            "local_ids": f"pas:{n % 300_000}",
            "postcode": "BS1 4ND",
        }
        for n in range(ROWS // 10)
    ]
    records = pl.DataFrame([{name: row.get(name) for name in RECORD.names} for row in described], schema=schema(RECORD))
    stones = [f"{n:032d}" for n in range(STONES)]
    cpu(f"tombstones, {ROWS // 10:,} rows, none kept", lambda: erased_rows(records, [], KEY))
    cpu(f"tombstones, {ROWS // 10:,} rows, {STONES:,} kept", lambda: erased_rows(records, stones, KEY))
    with tempfile.TemporaryDirectory() as folder:
        log, at = Path(folder) / "audit.jsonl", datetime(2026, 1, 1, tzinfo=UTC)
        cpu("audit log, 1,000 lines", lambda: [append(log, KEY, {"type": "x"}, at) for _ in range(1000)])
    known = people((f"Given{n} Family{n}" for n in range(IDS)), (str(9990000000 + n) for n in range(IDS)))
    text = " ".join(f"word{n % 5000}" for n in range(1_000_000)).encode()
    cpu(f"canary sweep of {len(text) / 1e6:.0f} MB for {IDS:,} people", lambda: sweep("a.txt", text, known))


if __name__ == "__main__":
    main()
