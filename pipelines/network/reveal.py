"""What is kept and sent of a session; a reviewer's release of pairs, and our people in those that both released."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.errors import UsageError
from hiu.govern import records
from hiu.govern.login import login, require_other
from hiu.govern.placeholder import same_person
from hiu.model.govern import CROSSINGS
from hiu.network import session as steps
from hiu.network.letters import REVIEWER, Letter
from pipelines.access.basis import allowed
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.access.guard import require_named
from pipelines.common.place import Place
from pipelines.network import store
from pipelines.network.partners import Partner, enter, exchanged, partner_of, seed_of
from pipelines.network.store import Session

_STAGE = {
    "ask": "asked",
    "answer": "answered",
    "return": "returned",
    "encodings": "encoded",
    "result": "compared",
    "release": "released",
}
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
    agreement = exchanged(place, session.partner, session.purpose, now.date()).reference
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
    Raises UsageError before the pairs are counted, and for a reviewer who took a step or reviewed at the other site;
    HiuError for the login that began it where there are roles.
    """
    who = require_named(reviewer, "--reviewer")
    if len(who) not in REVIEWER:
        raise UsageError(f"--reviewer: give {REVIEWER.start} to {REVIEWER.stop - 1} letters, not {len(who)}")
    session = store.load(place, name)
    if session.expects != "release":
        raise UsageError(f"{name}: the next file is '{session.expects}'; pairs are released once they are counted")
    exchanged(place, session.partner, session.purpose, now.date())
    if not independent(place, session, who, "there"):
        raise UsageError(
            f"--reviewer {who}: whoever took a step of this exchange, or reviewed it at the other site, can't review "
            "it here. Have another person look at the count, and give their own name"
        )
    partner = partner_of(place, session.partner)
    maker = records.history(place.records, CROSSINGS).filter(pl.col("crossing_id") == name)["login"][0]
    require_other(place.settings, login(), maker, f"the exchange {name}")
    ours = {**session.memory.alike, **session.memory.disclosed}
    may = _may(place, ours.values(), session, now)
    not_released = {ref for ref, person in ours.items() if person not in may}
    every = {*session.memory.decided, *session.memory.alike}
    memory, letter = steps.release(session.memory, (every if refs is None else set(refs)) - not_released, who)
    then = replace(session, memory=memory).reviewed("here", who)
    enter_released(place, session, then, now=now)
    return send(place, partner, then, "release", letter, by=who, now=now), len(not_released)


def revealed(place: Place, name: str, now: datetime) -> tuple[Session, dict[str, str], int]:
    """A session, the pairs that both released with our person in each, and how many may not be shown today."""
    session = store.load(place, name)
    exchanged(place, session.partner, session.purpose, now.date())
    found = session.memory.revealed()
    may = _may(place, found.values(), session, now)
    return (
        session,
        {ref: one for ref, one in found.items() if one in may},
        sum(one not in may for one in found.values()),
    )


def independent(place: Place, session: Session, who: str, other: str, *more: str) -> bool:
    """Whether a reviewer took no step of a session here, and did not review it at the `other` site; `more` names."""
    rows = records.history(place.records, CROSSINGS).filter(
        pl.col("crossing_id") == session.name, pl.col("stage") != "released"
    )
    return not any(same_person(who, one) for one in (*rows["by"], *session.reviewers.get(other, []), *more))


def enter_released(place: Place, before: Session, after: Session, *, now: datetime) -> None:
    """Enter what a release tells the other site, by who reviewed it: how many, and each person whom we can tell.

    Of a pair of the first stage we can tell who it is once the other site has released it too: it is entered then.
    """
    new = {ref: one for ref, one in after.memory.given().items() if ref not in before.memory.given()}
    for ref, person in new.items():
        _entered(place, after, [person], by=after.memory.released[ref], now=now, person_id=person)
    if unnamed := after.memory.released.keys() - before.memory.released.keys() - new.keys():
        people = [one for one in after.memory.people if one]
        by = after.memory.released[min(unnamed)]
        _entered(place, after, people, by=by, now=now, count=len(unnamed))


def _entered(
    place: Place,
    session: Session,
    people: Collection[str],
    *,
    by: str,
    now: datetime,
    count: int = 1,
    person_id: str | None = None,
) -> None:
    codes = allowed(place, people, purpose=session.purpose, recipient="partner", on=now.date()).codes
    what, file = REVEALED._replace(purpose=session.purpose), f"network/{session.name}"
    enter_disclosure(
        place, now, what, basis=codes, by=by, people=count, person_id=person_id, file=file, automatic=False
    )


def _may(place: Place, people: Collection[str], session: Session, now: datetime) -> frozenset[str]:
    return allowed(place, people, purpose=session.purpose, recipient="partner", on=now.date()).ids
