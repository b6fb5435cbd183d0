"""Words of rows that add up other rows: totals, averages, counts, all residents."""

import re

_OF = r"(?: (?:of|per|for|in|by|across|over|this|each)\b.*)?"
_GROUP = (
    "residents|patients|clients|people|persons|service users|users|tenants|wards|sites|months|rows|cases|customers|"
    "visitors|members|guests|individuals|records|referrals|visits|contacts|attendances|incidents|calls|teams|areas|"
    "units|agencies|services|categories|ages|others?|combined|the above"
)
_ADDED = r"(?:.* )?(?:(?:sub|grand) ?)?(?:totals?|cyfanswm)\b.*"
_EVERYBODY = rf"everyone|everybody|all (?:the |our )?(?:{_GROUP})\b.*"
_WORKED_OUT = (
    r"all|"
    rf"(?:sum|average|avg|mean|median|maximum|minimum|per ?cent(?:age)?|overall|(?:(?:row|record|head) ?)?count){_OF}|"
    rf"(?:number|no|nos) of (?:{_GROUP})\b.*|(?:whole|entire) (?:service|caseload|cohort|group)"
)
TOTAL = re.compile(_ADDED)
"""A row's word that it adds other rows up, in small letters without punctuation."""
TOTAL_OR_EVERYBODY = re.compile(f"{_ADDED}|{_EVERYBODY}")
"""Words that no person is called by, also where nothing else stands beside them."""
ANY_TOTAL = re.compile(f"{_ADDED}|{_EVERYBODY}|{_WORKED_OUT}")
"""The same, and words that are surnames too where something says whom the row is about (Mean, Count)."""


def plain(text: str | None) -> str:
    """A cell in small letters, without the punctuation round its words."""
    return " ".join(re.sub(r"[^\w%/]+|_+", " ", (text or "").casefold()).split())
