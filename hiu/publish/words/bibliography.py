"""What is cited, as read from bibliography.toml: each source with its edition and date, and the Guide's paragraphs."""

import re
import tomllib
from dataclasses import dataclass
from importlib import resources

_FOUND = tomllib.loads((resources.files("hiu.publish.words") / "bibliography.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A source: `seen` says whether its text was read ("read"), its abstract alone ("abstract"), or neither."""

    title: str
    author: str
    edition: str
    date: str
    where: str
    seen: str
    on: str = ""
    note: str = ""

    @property
    def reading(self) -> str:
        """How far whoever entered it has read it, in words."""
        if self.seen == "not read":
            return "Not to hand when this entry was made: read it before you rely on it."
        part = "Read" if self.seen == "read" else "Its summary or abstract was read"
        return f"{part} on {self.on}."


GUIDE: dict[str, str] = _FOUND["guide"]
"""Paragraph of the Guide -> what is taken from it."""

REFERENCES: dict[str, Reference] = {key: Reference(**one) for key, one in _FOUND.items() if key != "guide"}
"""Key, such as B2 -> the source."""

_PARAGRAPHS = re.compile(r"\bG(\d{1,2})(?:\s*(?:-|–|to)\s*G?(\d{1,2}))?\b")


def paragraphs(text: str) -> list[str]:
    """Every paragraph of the Guide that a text cites, those inside a range such as G20-G33 or G48-52 too."""
    ranges = [(int(first), int(last or first)) for first, last in _PARAGRAPHS.findall(text)]
    return [f"G{n}" for first, last in ranges for n in range(first, last + 1)]
