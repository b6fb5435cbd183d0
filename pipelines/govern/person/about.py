"""What article 15 asks a person to be told beside their data: purposes, sources, recipients, how long, their rights."""

from collections import Counter
from collections.abc import Mapping, Sequence

from hiu.publish.words.terms import source_words
from hiu.publish.words.text import count_of, day
from pipelines.common.place import Place
from pipelines.common.work import Row
from pipelines.govern.person.collect import PersonRows

PURPOSES = {
    "support": "to find the people in most need of support across agencies, to offer it, and to review it",
    "planning": "to plan services with figures in which nobody can be recognised",
}


def about(place: Place, found: Sequence[PersonRows], received: Sequence[Row]) -> Mapping[str, Sequence[str]]:
    """Heading -> sentences."""
    return {
        "What this is": [
            "This is everything that this site holds about you: what agencies sent, how their rows were matched, "
            "what was counted, what people decided and recorded, and with whom it was shared.",
            "The JSON file beside this page holds the same for a program, and each earlier published month as well.",
        ],
        "What it is used for, and on what lawful basis": _purposes(place),
        "Where it comes from": _sources(found),
        "With whom it was shared": _recipients(received),
        "How long it is kept": [
            f"It is reviewed after {place.settings.governance.retention_months} months in which nothing was sent, and "
            f"{place.settings.governance.exit_months} months after support ended. People decide whether it is kept."
        ],
        "How a place on the list comes about": [
            "The list orders people by how often agencies met them and how great their risk was graded, by rules that "
            "are published. It makes no decision: named people decide whom to offer support to, and you may say no."
        ],
        "Your rights": [
            "You may have what is wrong put right, ask for it to be erased or its use restricted, and object to its "
            "use. You may complain to us about how your data are used: we acknowledge that within 30 days and answer "
            "without undue delay. You may also complain to the Information Commissioner (ico.org.uk)."
        ],
    }


def _purposes(place: Place) -> list[str]:
    rows = [
        f"{one.purpose}: {PURPOSES.get(one.purpose, one.purpose)}; shown to the {one.recipient}; lawful basis: "
        f"{one.code} (decided by {one.decided_by}, until {day(one.end)})"
        for one in place.settings.basis
    ]
    return rows or ["No lawful basis is recorded, so nothing of it is shown to anybody."]


def _sources(found: Sequence[PersonRows]) -> list[str]:
    counts = Counter(str(row["source"]) for part in found if part.table == "record" for row in part.rows)
    sources = [f"{source_words(source)}: {count_of(n, 'row')}" for source, n in sorted(counts.items())]
    return sources or ["No agency's row is held."]


def _recipients(received: Sequence[Row]) -> list[str]:
    sure = Counter((row["recipient"], row["purpose"]) for row in received if row["certain"])
    unsure = sum(not row["certain"] for row in received)
    lines = [
        f"the {who.removeprefix('the ')}, for {purpose}: {'once' if n == 1 else f'{n} times'}"
        for (who, purpose), n in sorted(sure.items())
    ]
    if unsure:
        lines.append(
            f"You may also have been on {count_of(unsure, 'list')} whose pages are no longer here to look into."
        )
    return lines or ["Nobody: the log of disclosures has no entry about you."]
