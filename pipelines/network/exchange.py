"""The steps of an exchange: ask, and take in a file of the other site and write the next."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from hiu.errors import HiuError, InputRefused, UsageError
from hiu.govern import records
from hiu.govern.placeholder import is_placeholder, same_person
from hiu.model.govern import CROSSINGS
from hiu.network import session as steps
from hiu.network.letters import Answer, Ask, Encodings, Letter, Release, Result, Return, Withdrawal
from hiu.network.session import Memory
from hiu.network.subjects import subjects
from pipelines.access.basis import allowed
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.common.journal import utc
from pipelines.common.place import Place, published_tables
from pipelines.network import store
from pipelines.network.partners import Partner, exchanged, partner_of, register, require_length, seed_of
from pipelines.network.reveal import enter_released, independent, keep, send
from pipelines.network.store import Session, Taken
from pipelines.network.withdraw import withdrawn_there

APART = timedelta(days=20)
"""Between two exchanges with a site for a purpose: many of them, with lists that differ, could tell of one person."""
_COUNTED = ("answered", "returned")
"""Stages by which the other site can count pairs."""
LIST_SENT = Disclosure(
    what="list in an exchange with another area",
    recipient="partner",
    purpose="support",
    necessity="Two areas can only find whom both support by comparing all.",
    proportionality="Blinded values and encodings of invented people; docs/network.md says what these do not hide.",
)


def ask(place: Place, name: str, purpose: str, *, by: str, now: datetime) -> Path:
    """Begin an exchange; the file for the other site. HiuError: no agreement or risk not accepted, too soon."""
    partner = partner_of(place, name)
    agreement = exchanged(place, name, purpose, now.date())
    _not_too_soon(place, partner, purpose, now)
    label, secret = f"X{now.astimezone(UTC):%Y%m%d}-{secrets.token_hex(6).upper()}", secrets.token_hex(32)
    session = Session(label, name, purpose, "answer", secret, Memory([], ""), {})
    people, codes, kept_back = permitted(place, purpose, now)
    memory, letter = steps.ask(people, session.keys(place, partner), purpose=purpose, agreement=agreement.reference)
    _disclosed(place, people, codes, kept_back, purpose, by=by, now=now)
    return send(place, partner, replace(session, memory=memory), "ask", letter, by=by, now=now)


def take(place: Place, path: Path, *, by: str, now: datetime) -> Taken:
    """Take in a file of another site, and write the next one. Raises InputRefused for a file that is not expected."""
    seed = seed_of(place)
    from hiu.network.envelope import MOST_BYTES, open_sealed, read_header

    if not path.is_file() or path.is_symlink():
        raise UsageError(f"{path}: expected a file of another site")
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    head = read_header(content, path.name)
    if head.recipient != place.settings.name:
        raise InputRefused("network_other", "was written for another site", file=path.name)
    partner = partner_of(place, head.sender)
    letter = open_sealed(content, path.name, seed=seed, public=partner.public)
    if isinstance(letter, Withdrawal):
        return withdrawn_there(place, partner, letter, head.session, by=by, now=now)
    try:
        if isinstance(letter, Ask):
            return _answer(place, partner, head.session, letter, by=by, now=now)
        session = store.load(place, head.session)
        agreement = exchanged(place, partner.name, session.purpose, now.date())
        _expected(session, head.step, partner)
        if any(same_person(by, one) for one in session.reviewers.get("here", [])):
            raise UsageError(f"--by {by}: who reviewed an exchange can't take its steps; have somebody else do it")
        if isinstance(letter, Answer):
            require_length(agreement, len(letter.mine.numbered))
        return _next(place, partner, session, letter, by, now)
    except InputRefused as refused:
        raise InputRefused(refused.code, refused.problem, file=path.name) from None


def permitted(place: Place, purpose: str, now: datetime) -> tuple[pl.DataFrame, tuple[str, ...], int]:
    """Who may be in an exchange today (SUBJECT's columns), the codes of the basis, and how many may not."""
    tables = published_tables(place.which(None)[1], ("people", "descriptions", "aliases"))
    people = tables["people"].filter("named")
    found = allowed(
        place, people["person_id"], purpose=purpose, recipient="partner", on=now.date(), aliases=tables["aliases"]
    )
    if not found.ids:
        raise HiuError(
            f"nobody may be in an exchange: no [[basis]] for purpose '{purpose}' and recipient 'partner' is in force "
            f"on {now.date()}. Each controller decides it, advised by its data protection officer (docs/governance.md)"
        )
    mine = people.filter(pl.col("person_id").is_in(sorted(found.ids)))
    return subjects(mine, tables["descriptions"]), found.codes, found.withheld


def _answer(place: Place, partner: Partner, name: str, letter: Ask, *, by: str, now: datetime) -> Taken:
    agreement = exchanged(place, partner.name, letter.purpose, now.date())
    require_length(agreement, len(letter.mine.numbered))
    if not register(place, "session").filter(pl.col("crossing_id") == name).is_empty():
        raise InputRefused("network_again", "was taken in before; an exchange begins once")
    _not_too_soon(place, partner, letter.purpose, now)
    session = Session(name, partner.name, letter.purpose, "return", secrets.token_hex(32), Memory([], ""), {})
    people, codes, kept_back = permitted(place, letter.purpose, now)
    memory, own = steps.answer(people, session.keys(place, partner), letter, agreement=agreement.reference)
    _disclosed(place, people, codes, kept_back, letter.purpose, by=by, now=now)
    wrote = send(place, partner, replace(session, memory=memory), "answer", own, by=by, now=now)
    return Taken(name, partner.name, "ask", wrote)


def _give_back(place: Place, partner: Partner, session: Session, letter: Answer, by: str, now: datetime) -> Taken:
    memory, own = steps.give_back(session.memory, session.keys(place, partner), letter)
    then = replace(session, memory=memory, expects="encodings")
    return Taken(session.name, partner.name, "answer", send(place, partner, then, "return", own, by=by, now=now))


def _encode(place: Place, partner: Partner, session: Session, letter: Return, by: str, now: datetime) -> Taken:
    people = permitted(place, session.purpose, now)[0]
    memory, own = steps.encode_near(session.memory, people, session.keys(place, partner), letter)
    then = replace(session, memory=memory, expects="result")
    return Taken(session.name, partner.name, "return", send(place, partner, then, "encodings", own, by=by, now=now))


def _decide(place: Place, partner: Partner, session: Session, letter: Encodings, by: str, now: datetime) -> Taken:
    people = permitted(place, session.purpose, now)[0]
    memory, own = steps.decide(session.memory, people, session.keys(place, partner), letter)
    then = replace(session, memory=memory, expects="release")
    wrote = send(place, partner, then, "result", own, by=by, now=now)
    return _counted(then, "encodings", wrote)


def _finish(place: Place, partner: Partner, session: Session, letter: Result, by: str, now: datetime) -> Taken:
    memory = steps.finish(session.memory, letter)
    then = replace(session, memory=memory, expects="release")
    keep(place, then, "compared", by=by, now=now)
    return _counted(then, "result")


def _hear(place: Place, partner: Partner, session: Session, letter: Release, by: str, now: datetime) -> Taken:
    memory = steps.hear(session.memory, letter)
    if memory == session.memory and session.reviewers.get("there"):
        raise InputRefused("network_again", "was taken in before: it releases nothing more")
    if is_placeholder(letter.reviewer) or not independent(place, session, letter.reviewer, "here", by):
        raise InputRefused(
            "network_reviewer",
            f"names '{letter.reviewer}' as reviewer there, who is nobody, reviewed here too, or took a step of this "
            "exchange here. Ask that site to have it reviewed and released by another person",
        )
    heard = replace(session, memory=memory).reviewed("there", letter.reviewer)
    enter_released(place, session, heard, now=now)
    keep(place, heard, "released_there", by=by, now=now)
    return _counted(heard, "release")


def _counted(session: Session, step: str, wrote: Path | None = None) -> Taken:
    memory = session.memory
    left = len({*memory.decided, *memory.alike} - memory.released.keys())
    return Taken(session.name, session.partner, step, wrote, memory.pairs, left)


def _next(place: Place, partner: Partner, session: Session, letter: Letter, by: str, now: datetime) -> Taken:
    """The step that a letter is for."""
    match letter:
        case Answer():
            return _give_back(place, partner, session, letter, by, now)
        case Return():
            return _encode(place, partner, session, letter, by, now)
        case Encodings():
            return _decide(place, partner, session, letter, by, now)
        case Result():
            return _finish(place, partner, session, letter, by, now)
        case Release():
            return _hear(place, partner, session, letter, by, now)
        case _:
            raise InputRefused("network_step", "is no step of an exchange that is going on")


def _expected(session: Session, step: str, partner: Partner) -> None:
    if session.partner != partner.name or session.expects != step:
        raise InputRefused(
            "network_step",
            f"is step '{step}' of an exchange in which the next file is '{session.expects}': it was taken in before, "
            "or another has to come first",
        )


def _not_too_soon(place: Place, partner: Partner, purpose: str, now: datetime) -> None:
    """Raises HiuError if the other site, under whatever name, learned a count from this one within the last days
    (stages of `_COUNTED`)."""
    every, name = records.history(place.records, CROSSINGS), partner.name
    names = [name, *every.filter(pl.col("public_key") == partner.public)["partner"]]
    rows = every.filter(pl.col("partner").is_in(names), pl.col("purpose") == purpose, pl.col("stage").is_in(_COUNTED))
    last = max(rows["recorded_at"], default=None)
    if last is not None and last + APART > utc(now):
        raise HiuError(
            f"the last exchange with '{name}' for {purpose} was on {last:%Y-%m-%d}; the next may begin {APART.days} "
            "days after it, since many exchanges with changed lists could find out about one person"
        )


def _disclosed(
    place: Place, people: pl.DataFrame, codes: tuple[str, ...], kept_back: int, purpose: str, *, by: str, now: datetime
) -> None:
    what = LIST_SENT._replace(purpose=purpose)
    enter_disclosure(place, now, what, basis=codes, by=by, people=people.height, withheld=kept_back, automatic=False)
