"""Words we never use about people ("people to offer support to"), and how a text is searched for them."""

from __future__ import annotations

import re

BANNED = (
    r"offenders?",
    r"frequent[ -]?flyers?",
    r"frequent callers?",
    r"nuisances?",
    r"time[ -]?wast\w+",
    r"attention[ -]?seek\w+",
    r"bed[ -]?block\w+",
    r"revolving[ -]?door",
    r"malinger\w+",
    r"manipulative",
    r"abus\w+ of services?",
    r"heavy users?",
    r"service abusers?",
    r"repeat callers?",
    r"problem (people|patients?|families|family)",
    r"drain on",
    r"sanction(s|ed|ing)?",
    r"criminal behaviour orders?",
    r"behaviour orders?",
    r"boundary breach\w*",
    r"do not (convey|attend)",
    r"non-?complian\w+",
    r"service refusers?",
    r"will become (a )?high intensity",
    r"because of (the )?(support|mentoring)",
)
DENIALS = re.compile(r"\bno (field|rule|field or rule) for sanctions", re.IGNORECASE)
"""Saying that there is none is allowed."""

PATTERN = re.compile(rf"\b({'|'.join(BANNED)})\b", re.IGNORECASE)


def found(text: str) -> list[str]:
    """Banned words in a text."""
    return [match[0] for match in PATTERN.finditer(DENIALS.sub("", " ".join(text.split())))]
