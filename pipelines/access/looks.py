"""Looks at people on the command line: a line of the read log each, and the gate before a person who was asked for."""

from collections.abc import Collection, Iterable
from datetime import datetime
from random import SystemRandom

from hiu.govern import reads
from hiu.govern.pseudonym import PERSON_ID, WITHHELD, coded
from hiu.month import Month
from pipelines.access.basis import allowed
from pipelines.common import answer
from pipelines.common.place import Place

RIGHTS = "rights"
"""What the officer's commands look for: a person's own rights, which no basis has to allow."""


def enter_look(
    place: Place,
    now: datetime,
    what: str,
    whom: Iterable[str],
    *,
    purpose: str = "support",
    by: str | None = None,
    month: Month | str | None = None,
    people: int | None = None,
    refused: str | None = None,
) -> None:
    """Enter a look, before it is had. Raises HiuError, so that nothing is shown, if it can't be written."""
    of = str(month) if month else None
    look = reads.Look(
        what=what, whom=frozenset(whom), purpose=purpose, name=by, month=of, people=people, refused=refused
    )
    folder = reads.folder_of(place.settings, place.curated)
    reads.enter(folder, place.key_for("reads"), look, now, place.audit)
    answer.entered()


def may_look(place: Place, whom: Collection[str], purpose: str, now: datetime) -> frozenset[str]:
    """Whom an analyst may look at for a purpose today. Raises UsageError for a purpose there isn't."""
    return allowed(place, whom, purpose=purpose, recipient="analyst", on=now.date()).ids


def require_look(
    place: Place, now: datetime, what: str, whom: Collection[str], *, purpose: str, by: str | None, month: Month | str
) -> None:
    """Enter a look at people whom somebody asks for. Raises LookRefused, entered too, without a basis for each, and for
    whatever is no id of a person."""
    withheld = {one for one in whom if not PERSON_ID.fullmatch(one)} | set(whom) - may_look(place, whom, purpose, now)
    why = "no basis" if withheld else None
    enter_look(place, now, what, whom, purpose=purpose, by=by, month=month, refused=why)
    if withheld:
        raise reads.refusal(withheld, purpose, now.date())


def without_ids(place: Place, text: str, purpose: str, now: datetime, codes: dict[str, str]) -> str:
    """An analyst's answer with a number in place of the id of everybody whom no basis lets them look at for a purpose.

    `codes` has the numbers, and takes new ones: they are drawn anew for each answer.
    """
    withheld = sorted((whom := people_in(text)) - may_look(place, whom, purpose, now) - codes.keys())
    SystemRandom().shuffle(withheld)
    codes |= {person: f"{WITHHELD}{turn:03}" for turn, person in enumerate(withheld, len(codes) + 1)}
    return coded(text, codes)


def people_in(text: str) -> frozenset[str]:
    """Ids of everybody whom an answer speaks of."""
    return frozenset(PERSON_ID.findall(text))
