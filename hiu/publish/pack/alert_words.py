"""The alerts of the pack in words, and who stands under them in which order."""

from collections.abc import Iterable, Sequence

from hiu.publish.danger import MENTIONS
from hiu.publish.pack.view import Person

_ALERTS = {
    "death": ("An entry says dead, no register does", "an entry says dead: check first"),
    "danger": ("Suicide or self-harm, last 3 months", "suicide or self-harm"),
    "danger_call": ("Overdose or mental health call, last 3 months", "overdose or mental health call"),
    "danger_other": (
        "Suicide or self-harm, perhaps of others, last 3 months",
        "suicide or self-harm, perhaps of others",
    ),
    "detained": ("Detained under section 136, last 3 months", "detained (s136)"),
    "assessed": ("Assessed under the Mental Health Act, last 3 months", "MHA assessment"),
    "rising": ("Steep rise in contacts", "steep rise"),
    "high": ("High risk grading", "risk High"),
    "in_hospital": ("In hospital on the last day", "in hospital"),
    "perhaps_inside": ("Perhaps in hospital", "perhaps in hospital"),
    "discharged": ("Discharged from a mental-health bed in the last 30 days", "discharged"),
    "lost": ("Lost from mental-health care", "lost from care"),
    "left": ("Left before treatment, last 3 months", "left before treatment"),
    "seen": ("An entry says dead, and later contacts show otherwise", "an entry to correct"),
    "dates": ("Impossible dates", "check dates"),
    "match": ("Match in doubt", "match in doubt"),
    "twice": ("Perhaps here twice", "perhaps here twice"),
    "conflict": ("More than one NHS number or date of birth", "check identity"),
}
ALERTS = {code: name for code, (name, _) in _ALERTS.items()}
"""Code of an alert and its name, in the order in which people stand under them."""
SHORT = {code: short for code, (_, short) in _ALERTS.items()}
"""The same in a word or two, beside a name in the list."""
SUPPORTED_ONLY = (
    "By kind, and then by place: suicide and self-harm, detention, a steep rise, High risk, hospital, leaving before "
    f"treatment, doubts about the records. {MENTIONS} are shown for supported people only: of anybody else the person "
    "sheet, made with a reason, shows them. Safeguarding concerns and risks to staff are in no data set here; police "
    "at the team's visits are."
)
"""How the alerts are ordered, and why most people have none of danger: episodes are for those whose dates may be shown
(docs/chair.md)."""

ONCE = {
    "death": "Before anybody writes or calls, check with the sender: an entry has {these} as dead, no register does:",
    "seen": "An entry says that {these} died, and later contacts show otherwise; ask the sender to correct it:",
    "conflict": "More than one NHS number or date of birth; whoever approaches them checks which is right, and the "
    "sender corrects it:",
}
"""Alerts that are said once of everybody who has them (`these`), before the others."""


def dead(people: Iterable[Person], code: str = "death") -> list[Person]:
    """People with the alert of a death to check, or with that of another `code`, in list order."""
    return [one for one in people if code in dict(one["alerts"])]


def said_once(people: Sequence[Person]) -> list[tuple[str, str, list[Person]]]:
    """The alerts said once of all who have them: code, words, and who they are."""
    found = [(code, words, dead(people, code)) for code, words in ONCE.items()]
    these = {True: "this person", False: "these people"}
    return [(code, words.format(these=these[len(own) == 1]), own) for code, words, own in found if own]


def others_of(person: Person) -> list[tuple[str, str]]:
    """A person's alerts but those said once of all."""
    return [alert for alert in person["alerts"] if alert[0] not in ONCE]


def in_short(alerts: Iterable[tuple[str, str]]) -> str:
    """Alerts in a word or two each; what may be of somebody else is not named beside suicide or self-harm."""
    codes = [code for code, _ in alerts]
    return ", ".join(SHORT[code] for code in codes if code != "danger_other" or "danger" not in codes)


def alerted(people: Iterable[Person]) -> list[Person]:
    """People with such an alert, the most pressing first, then in list order."""
    order = list(ALERTS)
    return sorted(filter(others_of, people), key=lambda one: order.index(others_of(one)[0][0]))


def risk_sentence(person: Person) -> str:
    """The band, and in short whose it is and when: beside an alert of suicide it must not read as the risk of that."""
    what = "Risk to the public" if person["risk_police"] else "Risk"
    return f"{what}: {person['risk'].lower()}{f' ({at})' if (at := person['risk_at']) else ''}."
