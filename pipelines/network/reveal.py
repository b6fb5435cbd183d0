"""What is kept and sent of a session; a reviewer's release of pairs, and our people in those that both released."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.errors import UsageError
from hiu.govern import records
from hiu.govern.login import login
from hiu.model.govern import CROSSINGS
from hiu.network import session as steps
from hiu.network.letters import Letter
from pipelines.access.basis import allowed
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.access.guard import require_named
from pipelines.access.roles import require_other
from pipelines.common.place import Place
from pipelines.network import store
from pipelines.network.partners import Partner, agreed, enter, partner_of, require_invented, seed_of
from pipelines.network.store import Session

_STAGE = {
    "ask": "asked", "answer": "answered", "return": "returned", "encodings": "encoded", "result": "compared",
    "release": "released",
}  # fmt: skip
"""Step whose file is written -> the stage that the register has."""
REVEALED = Disclosure(
    what="pair revealed with another area",
    recipient="partner",
    purpose="support",
    necessity="Both areas support the person, and need to know it to do so together.",
    proportionality="That the person is in both areas; a named reviewer of each area released the pair.",
)


def keep(place: Place, session: Session, stage: str, *, by: str, now: datetime) -> None:
    """Write what is remembered of a session, and enter its step."""
    agreement = agreed(place, session.partner, session.purpose, now.date()).reference
    store.keep(place, session)
    people = sum(one is not None for one in session.memory.people)
    pairs = session.memory.pairs if session.expects == "release" else None
    about = {"partner": session.partner, "purpose": session.purpose, "agreement": agreement, "by": by}
    enter(place, session.name, now, kind="session", stage=stage, people=people, pairs=pairs, **about)


def send(
    place: Place, partner: Partner, session: Session, step: str, letter: Letter, *, by: str, now: datetime
) -> Path:
    """Remember a session, enter its step, and write the file for the other site; its path."""
    from hiu.network.envelope import header, seal

    head = header(place.settings.name, partner.name, session.name, step)
    content = seal(head, letter, seed=seed_of(place), public=partner.public)
    keep(place, session, _STAGE[step], by=by, now=now)
    return store.put(place, session.name, step, content)


def release(place: Place, name: str, refs: Collection[str] | None, *, reviewer: str, now: datetime) -> tuple[Path, int]:
    """Let the other site know whose pairs are (None: all of which our person, where we know it, may be in an exchange).

    The file for the other site, and how many pairs are kept back: the person may not be in an exchange today.
    Raises UsageError before the pairs are counted, HiuError for the login that began it where there are roles.
    """
    require_invented(place)
    who = require_named(reviewer, "--reviewer")
    session = store.load(place, name)
    if session.expects != "release":
        raise UsageError(f"{name}: the next file is '{session.expects}'; pairs are released once they are counted")
    partner = partner_of(place, session.partner)
    maker = records.history(place.records, CROSSINGS).filter(pl.col("crossing_id") == name)["login"][0]
    require_other(place.settings, login(), maker, f"the exchange {name}")
    ours = {**session.memory.alike, **session.memory.disclosed}
    may = _may(place, ours.values(), session, now)
    not_released = {ref for ref, person in ours.items() if person not in may}
    every = {*session.memory.decided, *session.memory.alike}
    memory, letter = steps.release(session.memory, (every if refs is None else set(refs)) - not_released, who)
    then = replace(session, memory=memory, reviewers={**session.reviewers, "here": who})
    enter_revealed(place, session, then, by=who, now=now)
    return send(place, partner, then, "release", letter, by=who, now=now), len(not_released)


def revealed(place: Place, name: str, now: datetime) -> tuple[Session, dict[str, str], int]:
    """A session, the pairs that both released with our person in each, and how many may not be shown today."""
    session = store.load(place, name)
    agreed(place, session.partner, session.purpose, now.date())
    found = session.memory.revealed()
    may = _may(place, found.values(), session, now)
    return (
        session,
        {ref: one for ref, one in found.items() if one in may},
        sum(one not in may for one in found.values()),
    )


def enter_revealed(place: Place, before: Session, after: Session, *, by: str, now: datetime) -> None:
    """Enter a disclosure of each person in a pair that both reviewers have released now."""
    for ref, person in after.memory.revealed().items():
        if ref not in before.memory.revealed():
            found = allowed(place, [person], purpose=after.purpose, recipient="partner", on=now.date())
            what = REVEALED._replace(purpose=after.purpose)
            about = f"network/{after.name}"
            enter_disclosure(
                place, now, what, basis=found.codes, by=by, people=1, person_id=person, file=about, automatic=False
            )


def _may(place: Place, people: Collection[str], session: Session, now: datetime) -> frozenset[str]:
    return allowed(place, people, purpose=session.purpose, recipient="partner", on=now.date()).ids
