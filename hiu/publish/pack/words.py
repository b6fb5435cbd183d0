"""What the pack's words mean: definitions of what is counted and ranked, with a version that changes with them."""

import hashlib
from datetime import date
from typing import Any

from hiu.govern.basis.gate import basis_block
from hiu.publish.words.text import counted
from hiu.rank.listing.presets import PRESETS
from hiu.settings import Settings

DEFINITIONS = (
    ("Police incidents", "distinct incidents of any type in which the person is involved in any role but witness."),
    ("Ambulance deployments", "distinct incidents to which at least one resource came; calls alone are not counted."),
    (
        "ED attendances",
        "attendances requiring treatment; leaving before treatment is counted apart, as a safety signal.",
    ),
    ("MH bed days", "nights in a mental-health bed, transfers and overlaps counted once, leave nights left out."),
    ("Section 136 detentions", "police and health records of one detention count once."),
    ("MHA assessments", "completed Mental Health Act assessments; assessed is not detained."),
    ("Contacts", "police incidents, ambulance deployments and ED attendances together."),
    (
        "Not supplied",
        "an agency sent nothing for that month: missing, never zero. Only the rank fills it, and says so.",
    ),
    (
        "Intensity",
        "severity points expected in the next 3 months, times risk. Risk is the square root of likelihood x impact "
        "(1 to 5), the higher of the clinical and the public-safety grading; the two are never averaged. A person not "
        "assessed takes the median of those assessed.",
    ),
    (
        "Plausible rank",
        "where 95 of 100 simulated draws put the person. People whose plausible ranks overlap are not reliably "
        "different.",
    ),
    (
        "Change",
        "against the person's own months before. Rising, falling and steady are for watching only. A fall after a peak "
        "is what usually happens by itself.",
    ),
)
"""Term and meaning, in the order they are printed."""

PRIVATE = {"raw", "curated", "key_file", "agreements", "memory_limit", "linking", "basis", "governance"}
"""Folders, keys, local addresses and decisions about people: no bearing on a reader, and not for a page."""


def certainty(settings: Settings) -> tuple[str, str]:
    """What A, B and C say, for the site's number of places."""
    top = settings.rank.top
    return (
        "Certainty",
        f"A: in the first {top} in at least 8 of 10 simulated draws. B: in 2 to 8 of 10; no reliable difference "
        "between these people. C: in fewer.",
    )


def nobody_shown(left_out: int, on: date) -> dict[str, str]:
    """Of a list with nobody in it because all are withheld: why, and what to put into site.toml."""
    return {
        "said": f"Nobody is shown: {counted(left_out, 'person', 'people')} would be, but nothing permits it. If no "
        "basis is in force ('hiu status' says so): when the data protection officer has decided (docs/governance.md), "
        "whoever runs the product adds this to site.toml and runs the month again:",
        "block": basis_block("support", "group", on),
    }


def definitions_version() -> str:
    """Eight hex digits over the definitions printed and the published definitions of frequent that are tried."""
    words = [*(" ".join(pair) for pair in DEFINITIONS), *(repr(preset) for preset in PRESETS)]
    return hashlib.sha256("\n".join(words).encode("utf-8")).hexdigest()[:8]


def settings_list(settings: Settings) -> list[tuple[str, str]]:
    """Every setting that bears on a figure, as dotted name and value."""

    def walk(prefix: str, value: Any) -> list[tuple[str, str]]:
        if isinstance(value, dict) and value:
            return [pair for key, inner in value.items() for pair in walk(f"{prefix}.{key}" if prefix else key, inner)]
        return [(prefix, "none" if value in (None, {}, []) else str(value))]

    return walk("", settings.model_dump(mode="json", exclude=PRIVATE))
