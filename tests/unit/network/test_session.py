"""The steps of an exchange as functions: both sites find the same, and a letter that is not as expected is refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from hiu.errors import InputRefused
from hiu.network import letters, session
from hiu.network.letters import Ask, Encodings, Release, Result, Return
from hiu.network.session import Keys
from hiu.network.subjects import SLOTS, SUBJECT, slot_values, subjects

pytest.importorskip("rbcl")
pytest.importorskip("pprl_core")
A, B = Keys(b"p" * 32, b"a" * 32), Keys(b"p" * 32, b"b" * 32)
BORN = date(1970, 1, 2)

NO_POINTS = np.random.default_rng(1).integers(0, 256, (112, len(SLOTS), 32), dtype=np.uint8)
NO_POINTS[..., 31] = 255  # larger than any point of the group


def person(one: int, **changed: object) -> dict[str, object]:
    letters_of = f"{one:03}".translate(str.maketrans("0123456789", "BCDFGHJKLM"))
    row: dict[str, object] = {
        "person_id": f"HIU-{one}", "given": f"G{letters_of}", "family": f"F{letters_of}", "other": None,
        "dob": date(1940 + one % 60, 1 + one % 12, 1 + one % 28), "sex": "F", "nhs_number": None, "postcode": "BS1 4ND",
    }  # fmt: skip
    return {**row, **changed}


def people(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SUBJECT)


NUMBER, OTHER_NUMBER, AWAY = {"nhs_number": "9990000018"}, {"nhs_number": "9990000026"}, {"postcode": "HR2 6XX"}
ON = {"dob": BORN}
SAME = {
    "same in everything": ({}, {}),
    "moved, without a number": (ON, {**ON, **AWAY}),
    "another family name and home, the number": (NUMBER, {**NUMBER, **AWAY, "family": "NEW"}),
    "names swapped": ({"given": "ANNA", "family": "ROSE"}, {"given": "ROSE", "family": "ANNA"}),
    "a nickname": ({"given": "WILLIAM", **ON}, {"given": "BILL", **ON}),
    "another name that one area knows": (
        {"given": "GXXX", "family": "OLD", **ON},
        {"given": "GXXX", "family": "NEW", "other": "GXXX OLD", **ON, **AWAY},
    ),
    "no birth at the same home": ({}, {"dob": None, **NUMBER}),
    "a slip in the given name": (
        {"given": "DEBORAH", "family": "HAMHURST"},
        {"given": "DEBORH", "family": "HAMHURST", **NUMBER},
    ),
}
"""How somebody is described in two areas -> they are found."""
JACK = {"given": "JACK", "family": "EDWARDS"}
APART = {
    "namesakes born on one day with a number each": ({**NUMBER, **ON}, {**OTHER_NUMBER, **ON, **AWAY}),
    "twins": ({"given": "ANNA", **ON}, {"given": "GRETA", **ON}),
    "namesakes of one year": ({**JACK, "dob": date(1995, 6, 28)}, {**JACK, **AWAY, "dob": date(1995, 4, 23)}),
}


def exchanged(one: dict[str, object], other: dict[str, object]) -> tuple[session.Memory, session.Memory]:
    mine = people([person(7, **one), *(person(k) for k in range(10, 90))])
    theirs = people([person(7, **other), *(person(k) for k in range(110, 190))])
    at_a, ask = session.ask(mine, A, purpose="support", agreement="x")
    at_b, answer = session.answer(theirs, B, ask, agreement="x")
    at_a, back = session.give_back(at_a, A, answer)
    at_b, near = session.encode_near(at_b, theirs, B, back)
    at_a, result = session.decide(at_a, mine, A, near)
    at_b = session.finish(at_b, result)
    (at_a, from_a), (at_b, from_b) = session.release(at_a, None, "Dr A"), session.release(at_b, None, "Dr B")
    return session.hear(at_a, from_b), session.hear(at_b, from_a)


@pytest.mark.parametrize("how", sorted(SAME))
def test_both_areas_find_somebody_who_is_in_both(how: str) -> None:
    at_a, at_b = exchanged(*SAME[how])
    assert at_a.revealed() == at_b.revealed() and set(at_a.revealed().values()) == {"HIU-7"}


@pytest.mark.parametrize("how", sorted(APART))
def test_neither_takes_two_people_for_one(how: str) -> None:
    at_a, at_b = exchanged(*APART[how])
    assert at_a.pairs == at_b.pairs == 0


def test_a_reviewer_releases_some_pairs_alone() -> None:
    at_a, _ = exchanged({}, {})
    ref = next(iter(at_a.decided))
    assert session.release(at_a, [], "Dr A")[1].places == {} and session.release(at_a, [ref], "Dr A")[1].places
    with pytest.raises(InputRefused, match="no such pair"):
        session.release(at_a, ["0" * 12], "Dr A")


def test_letters_that_are_not_as_they_should_be_are_refused() -> None:
    mine, theirs = people([person(k) for k in range(90)]), people([person(k) for k in range(85, 175)])
    at_a, ask = session.ask(mine, A, purpose="support", agreement="x")
    no_points = ask.mine.model_copy(update={"points": letters.pack(NO_POINTS), "numbered": "0" * 112})
    with pytest.raises(InputRefused, match="no point of the group"):
        session.answer(theirs, B, ask.model_copy(update={"mine": no_points}), agreement="x")
    short = ask.mine.model_copy(
        update={"points": letters.pack(np.zeros((2, len(SLOTS), 32), np.uint8)), "numbered": "00"}
    )
    with pytest.raises(InputRefused, match="too short"):
        session.answer(theirs, B, ask.model_copy(update={"mine": short}), agreement="x")
    with pytest.raises(InputRefused, match="fewer than 100"):
        session.ask(mine.head(3), A, purpose="support", agreement="x")
    at_b, answer = session.answer(theirs, B, ask, agreement="x")
    at_a, back = session.give_back(at_a, A, answer)
    with pytest.raises(InputRefused, match="other entries than those that are near"):
        session.encode_near(at_b, theirs, B, Return(yours=back.yours, near=[*back.near, 1, 2, 3, 4, 5]))
    at_b, near = session.encode_near(at_b, theirs, B, back)
    with pytest.raises(InputRefused, match="does not have"):
        session.decide(at_a, mine, A, Encodings(bits=near.bits, numbered=near.numbered, near=[9999]))
    with pytest.raises(InputRefused, match="counts other pairs"):
        session.finish(at_b, Result(decided=len(at_b.decided) + 1, alike={}))
    with pytest.raises(InputRefused, match="that there are not"):
        session.hear(at_a, Release(reviewer="Dr B", places={"0" * 12: 9999}, alike=[]))


def test_more_pairs_than_an_exchange_may_find_are_refused() -> None:
    """The whole of the other area's list, put in by somebody who has it from elsewhere."""
    mine = people([person(k) for k in range(90)])
    at_a, ask = session.ask(mine, A, purpose="support", agreement="x")
    _, answer = session.answer(mine, B, ask, agreement="x")
    with pytest.raises(InputRefused, match="90 pairs are more than the 50"):
        session.give_back(at_a, A, answer)


def test_a_letter_with_a_field_too_many_or_of_another_type_is_refused() -> None:
    mine = people([person(k) for k in range(90)])
    good = session.ask(mine, A, purpose="support", agreement="x")[1].model_dump()
    for changed in ({**good, "more": 1}, {**good, "purpose": 5}, {**good, "mine": {**good["mine"], "points": "@@"}}):
        with pytest.raises(ValueError, match="validation error"):
            Ask.model_validate(changed)
    assert set(letters.schema()) == set(letters.LETTERS)


def test_what_is_sent_differs_in_every_session_and_from_every_secret() -> None:
    mine = people([person(k) for k in range(90)])
    sent = [
        session.ask(mine, keys, purpose="support", agreement="x")[1].mine.points
        for keys in (A, B, Keys(b"q" * 32, b"c" * 32))
    ]
    points = [{one.tobytes() for one in letters.unpack(text, 32)} for text in sent]
    assert not points[0] & points[1] and not points[0] & points[2]


def test_people_are_read_from_what_is_published() -> None:
    none = pl.lit(None, pl.String)
    known = pl.DataFrame({"person_id": ["HIU-1", "HIU-2"], "dob": [BORN, None]})
    known = known.with_columns(sex=none, nhs_number=none, postcode=none)
    said = pl.DataFrame({"person_id": ["HIU-1", "HIU-1", "HIU-2"], "given": ["ANN", "ANNE", "BO"], "rows": [1, 4, 2]})
    said = said.with_columns(family=pl.lit("ROE"), aliases=none)
    found = subjects(known, said)
    assert found["person_id"].to_list() == ["HIU-1"], "a name alone can be anybody's"
    assert found.row(0, named=True)["given"] == "ANNE" and found.row(0, named=True)["other"] == "ANN ROE"
    assert slot_values(found).width == len(SLOTS)
