"""A folder of records with a key of its own, for tests that need no whole site."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Signed:
    """What records are added to."""

    records: Path

    @property
    def audit(self) -> Path:
        return self.records.with_name(f"{self.records.name}-audit.jsonl")

    def key_for(self, purpose: str) -> bytes:
        return purpose.encode().ljust(32, b".")
