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
DENIALS = re.compile(
    r"\bno (field|rule|field or rule) for sanctions"
    r"|more than frequent callers|Frequent Caller National Network|use of sanctions \(criminal or otherwise\)",
    re.IGNORECASE,
)
"""Saying that there is none is allowed; so are a source's own name or title, and what NHS England wants eradicated."""

PATTERN = re.compile(rf"\b({'|'.join(BANNED)})\b", re.IGNORECASE)

TURNS = (
    r"New on the list",
    r"Left the list",
    r"\bSTEADY\b",
    r"\bown demand[,.]",
    r"others' demand",
    r"data restated",
    r"plausible rank \d+-\d+",
    r"the middle of those who are",
    r"described in (\{[^}]*\}|\d+) ways",
    r"was parted",
    r"stands alone:",
    r"weakest joint",
    r"by likeness",
    r"in the \S+ before\. Not causal",
    r"Power first",
    r"expected anyway",
    r"would be detected (\{|\d|less)",
    r"falls within the comparison",
    r"starts too early in the history",
    r"lists that overlap would tell",
    r"who is in the first places",
    r"Agencies shown",
    r"outside usual variation",
    r"highest change by about",
    r"(picked|chosen|people) at a peak",
    r"can(no|')t be told",
    r"decision is somebody's",
    r"Say what of",
    r"(more|fewer) (contacts|nights in a bed or severe events): severity",
    r"score, reached (longer ago|more recently)",
    r"12 months, or set apart",
    r"In hospital now",
    r"(?<!\d )\b100% likely",
    r"risk [\d.]+ \((clinical|public safety): likelihood",
    r"Made because the person",
    r"Discharged in \d+ days",
    r"points expected in",
    r"certainty [ABC]\b(?! *,)",
    r"review, review overdue",
    r"received since no longer",
    r": the descriptions agree",
    r"without the others on the record",
    r"\d(st|nd|rd|th) if (Low|High)",
    r"\d times? in \d+ months",
    r"Gates and dates",
    r"\bL x I\b",
)
"""Phrases that readers had to read twice, each replaced by one that is read once."""
TURN = re.compile("|".join(TURNS))


def turns(text: str) -> list[str]:
    """Phrases in a text that have to be read twice."""
    return [match[0] for match in TURN.finditer(" ".join(text.split()))]


def found(text: str) -> list[str]:
    """Banned words in a text."""
    return [match[0] for match in PATTERN.finditer(DENIALS.sub("", " ".join(text.split())))]
