"""Sharing agreements: a source's deliveries are taken in only while one is in force."""

from collections.abc import Iterable
from datetime import date, timedelta

from hiu.errors import InputRefused
from hiu.fuzzy import did_you_mean
from hiu.govern.placeholder import is_placeholder
from hiu.settings import Agreement, Settings


def in_force(settings: Settings, source: str, as_of: date) -> Agreement | None:
    """The agreement that covers a source on a day, both its ends included; of several, the one that ends last.

    One that nobody signed, since the template's words still stand in it, is none.
    """
    found = [one for one in settings.agreements if one.source == source and one.start <= as_of <= one.end]
    found = [one for one in found if not is_placeholder(one.signed_by) and not is_placeholder(one.reference)]
    return max(found, key=lambda one: (one.end, one.start, one.reference)) if found else None


def require_agreement(settings: Settings, source: str, as_of: date) -> Agreement | None:
    """The agreement in force for a source on the day its delivery is taken in.

    A synthetic site is asked for none where its site.toml names none: the people are invented.
    Raises InputRefused 'no_agreement', saying what there is and what site.toml lacks.
    """
    if found := in_force(settings, source, as_of):
        return found
    if settings.synthetic and all(one.source != source for one in settings.agreements):
        return None
    raise InputRefused(
        "no_agreement",
        f"no sharing agreement for '{source}' is in force on {as_of}: {_instead(settings, source, as_of)}. "
        f"When one is signed, add to site.toml:\n{agreement_block(source, as_of)}",
    )


def expiring(settings: Settings, sources: Iterable[str], as_of: date, days: int = 60) -> list[str]:
    """A sentence for every source whose agreement is missing or ends within `days`, for a basis of support that rests
    on section 251, and for one of real people that leaves confidentiality out: for status and what is due."""
    sentences = []
    for source in sources:
        one = in_force(settings, source, as_of)
        if one is None and settings.synthetic and all(own.source != source for own in settings.agreements):
            continue
        if one is None:
            own = any(own.source == source for own in settings.agreements)
            why = f": {_instead(settings, source, as_of)}" if own else ""
            sentences.append(f"{source}: no agreement in force on {as_of}; its deliveries are refused{why}")
        elif one.end <= as_of + timedelta(days=days):
            sentences.append(f"{source}: agreement {one.reference} ends on {one.end}")
    bases = [one for one in settings.basis if one.start <= as_of <= one.end]
    sentences += [
        f"{one.purpose} for the {one.recipient}: its [[basis]] has no confidentiality, so nobody said how the common "
        "law duty is met, and a national data opt-out holds there only by purpose: write it into site.toml"
        for one in bases
        if not (one.confidentiality or settings.synthetic) and one.recipient != "commissioner"
    ]
    return sentences + [
        f"support for the {one.recipient} rests on section 251, which is not for deciding the care of particular "
        "people (subsection 6): ask the Confidentiality Advisory Group"
        for one in bases
        if (one.purpose, one.confidentiality) == ("support", "section 251")
    ]


def agreement_block(source: str, start: date) -> str:
    """What to put into site.toml, with the parts only people know left to fill."""
    return (
        f'[[agreements]]\nsource = "{source}"\nstart = {start}\nend = YYYY-MM-DD\n'
        'reference = "reference of the signed agreement"\nsigned_by = "who signed it"\n'
    )


def _instead(settings: Settings, source: str, as_of: date) -> str:
    own = [one for one in settings.agreements if one.source == source]
    if not own:
        return "site.toml has none for it" + did_you_mean(source, (one.source for one in settings.agreements))
    if unsigned := [one for one in own if is_placeholder(one.signed_by) or is_placeholder(one.reference)]:
        return f"the one that starts on {unsigned[0].start} is not filled in (signed_by, reference)"
    ended = [one for one in own if one.end < as_of]
    if ended:
        last = max(ended, key=lambda one: one.end)
        return f"{last.reference} ended on {last.end}"
    first = min(own, key=lambda one: one.start)
    return f"{first.reference} starts on {first.start}"
