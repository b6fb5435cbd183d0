"""What a source's codes say in words: chief complaints and discharge statuses of ECDS, sites and call codes."""

import re
from functools import lru_cache

from hiu.publish.rows import Row
from hiu.publish.words.text import clean

CODES = {
    "248062006": "self-injurious behaviour",
    "6471006": "feeling suicidal",
    "55680006": "poisoning or overdose",
    "48694002": "anxiety",
    "366979004": "depressed mood",
    "272022009": "depressed mood",
    "7011001": "hallucinations",
    "248020004": "unusual behaviour",
    "29857009": "chest pain",
    "21522001": "abdominal pain",
    "267036007": "breathlessness",
    "82271004": "head injury",
    "127279002": "injury of the leg",
    "262525000": "chest injury",
    "422400008": "vomiting",
    "25064002": "headache",
    "386661006": "fever",
    "161891005": "back pain",
    "91175000": "seizure",
    "271807003": "rash",
    "182992009": "treatment completed",
    "1066301000000103": "left before initial assessment",
    "1066311000000101": "left after initial assessment",
    "1066321000000107": "left before treatment was completed",
    "63238001": "dead on arrival",
    "75004002": "died in the department",
    "1077031000000103": "streamed elsewhere",
    "1077781000000101": "streamed elsewhere",
}
"""Chief complaints and discharge statuses of ECDS in words; any other code is called one."""
CARDS = {"23": "overdose or poisoning call", "25": "mental health call"}
"""What an ambulance's call code is about, by the number that it begins with (AMPDS); another stays a code."""
_BARE = {"reason": "complaint", "outcome": "status"}
"""What a code in figures alone is called, by its column; of a place or a part it tells a reader nothing."""
KINDS = {
    "site": ("site", re.compile(r"[A-Z][A-Z0-9]{2,5}")),
    "reason": ("call code", re.compile(r"\d{1,2}[A-Z]\d{1,2}")),
}
"""A code that a reader takes for nothing, by its column: what it is called, and how it looks (ODS, AMPDS)."""
NOT_SHOWN = "outcome withheld"
"""In place of a police outcome under criminal law."""
SUICIDE = re.compile(r"suicid|self[- ]?(harm|injur)", re.IGNORECASE)
DANGER = re.compile(rf"{SUICIDE.pattern}|overdose|^{CARDS['25']}$", re.IGNORECASE)
"""What of a record's own words is put before everything else."""
OTHER_PARTS = ("this person as the caller", "named in it, perhaps about somebody else", "role not stated")
"""Parts of which the police's record does not say that this person is at risk."""


def named(row: Row, name: str) -> list[str]:
    """What a source coded, in words: a code that no table here has is called what it is."""
    text = row.get(name)
    return list(_named(name, str(text))) if text else []


@lru_cache(maxsize=4096)  # few texts are sent of many contacts
def _named(name: str, text: str) -> tuple[str, ...]:
    words = [CODES.get(one, one) for one in clean(text).split("|")]
    kind, looks = KINDS.get(name, ("", None))
    coded = {one: CARDS.get(one[:2], f"{kind} {one}") for one in words if looks and looks.fullmatch(one)}
    shown = [coded.get(one, one) for one in words if one]
    bare = _BARE.get(name)
    return tuple(f"{bare} code {one}" if one.isdigit() else one for one in shown if bare or not one.isdigit())


def part(row: Row) -> str:
    """The person's part in a police incident or a detention about suicide, self-harm or overdose, in words that accuse
    nobody; empty of any other contact."""
    texts = (*named(row, "reason"), *named(row, "outcome"))
    if row["dataset"] not in ("police_incident", "s136") or not any(map(DANGER.search, texts)):
        return ""
    if row["dataset"] == "s136":
        return "about this person"
    roles = set(filter(None, str(row.get("role") or "").split("|")))
    if roles & {"subject", "victim", "missing"}:
        return "about this person"
    return OTHER_PARTS[0 if "caller" in roles else 1 if roles else 2]
