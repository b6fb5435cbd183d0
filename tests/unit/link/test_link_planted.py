"""Planted cases: small tables with their right answer; what can't be known goes to review and is not guessed."""

from __future__ import annotations

from typing import Any

import pytest
from link_kit import asked_of, groups, matched, people, table, who

from hiu.settings import Linking

A, B = "9994110567", "9997828302"
OAK, ELM, ASH = "12, OAK ROAD, BS3 1AB", "7, ELM CLOSE, TA1 2CD", "40, ASH LANE, BA2 3EF"

CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "twins with their own numbers": (
        "ab cd",
        [
            who("a", "LUCY HARTNELL", "1994-10-16", sex="F", nhs=A, home=OAK, rows=3),
            who("b", "LUCY HARTNELL", "1994-10-16", sex="F", home=OAK),
            who("c", "HELEN HARTNELL", "1994-10-16", sex="F", nhs=B, home=OAK, rows=3),
            who("d", "HELEN HARTNELL", "1994-10-16", sex="F", home=OAK),
        ],
    ),
    "twins with alike names and their own numbers": (
        "ab cd",
        [
            who("a", "LUKE HIGHMOOR", "1990-05-10", sex="M", nhs=A, home=OAK, rows=9),
            who("b", "LUKE HIGHMOOR", "1990-05-10", sex="M", home=OAK),
            who("c", "LUCAS HIGHMOOR", "1990-05-10", sex="M", nhs=B, home=OAK, rows=9),
            who("d", "LUCAS HIGHMOOR", "1990-05-10", sex="M", home=OAK),
        ],
    ),
    "twins without numbers": (
        "a b",
        [
            who("a", "AMIRA SELWOOD", "2001-02-03", sex="F", home=OAK),
            who("b", "JANE SELWOOD", "2001-02-03", sex="F", home=OAK),
        ],
    ),
    "siblings": (
        "a b",
        [
            who("a", "OLIVIA DITHAM", "2009-04-05", sex="F", home=OAK),
            who("b", "JESSICA DITHAM", "2012-11-21", sex="F", home=OAK),
        ],
    ),
    "parent and child of one name": (
        "a b",
        [
            who("a", "PETER GARROD", "1958-03-04", sex="M", home=OAK),
            who("b", "PETER GARROD", "1986-09-17", sex="M", home=OAK),
        ],
    ),
    "married couple": (
        "a b",
        [
            who("a", "TOMASZ ZIELINSKI", "1979-08-08", sex="M", home=OAK),
            who("b", "ANNA ZIELINSKA", "1981-01-30", sex="F", home=OAK),
        ],
    ),
    "namesakes with one date of birth in one town": (
        "ab cd",
        [
            who("a", "PAUL TAYLOR", "1966-06-03", sex="M", nhs=A, home=OAK, rows=5),
            who("b", "PAUL TAYLOR", "1966-06-03", sex="M", nhs=A, postcode="BS3 1AB", rows=2),
            who("c", "PAUL TAYLOR", "1966-06-03", sex="M", nhs=B, home="3, LOW STREET, BS3 9XY", rows=5),
            who("d", "PAUL TAYLOR", "1966-06-03", sex="M", nhs=B, postcode="BS3 9XY", rows=2),
        ],
    ),
    "one number shared by two people": (
        "a b",
        [
            who("a", "GRACE OKAFOR", "1988-03-18", sex="F", nhs=A, home=OAK),
            who("b", "DENNIS PARFITT", "1951-12-07", sex="M", nhs=A, home=ELM),
        ],
    ),
    "one person with a stray second number": (
        "abc",
        [
            who("a", "SIMON TREGARTHEN", "1977-07-19", sex="M", nhs=A, home=OAK, rows=9),
            who("b", "SIMON TREGARTHEN", "1977-07-19", sex="M", nhs=B, home=OAK),
            who("c", "SIMON TREGARTHEN", "1977-07-19", sex="M", home=OAK, rows=4),
        ],
    ),
    "a married name and a move, with the number": (
        "ab",
        [
            who("a", "RUTH PENROSE", "1985-05-05", sex="F", nhs=A, home=OAK),
            who("b", "RUTH CALLOWAY", "1985-05-05", sex="F", nhs=A, home=ELM),
        ],
    ),
    "a married name told by 'nee'": (
        "ab",
        [
            who("a", "SAGAL SESAY", "1985-05-05", sex="F", home=OAK),
            who("b", "SAGAL ABDI", "1985-05-05", sex="F", home=OAK, aka="SAGAL SESAY"),
        ],
    ),
    "given and family name swapped": (
        "ab",
        [
            who("a", "CAITLIN BARMOOR", "1993-02-03", sex="F", home=OAK),
            who("b", "BARMOOR CAITLIN", "1993-02-03", sex="F", postcode="BS3 1AB"),
        ],
    ),
    "transliterations": (
        "ab",
        [
            who("a", "MOHAMMED HUSSAIN", "1964-12-05", sex="M", postcode="BS3 1AB"),
            who("b", "MUHAMMAD HUSSEIN", "1964-12-05", sex="M", home=OAK),
        ],
    ),
    "an alias with another name altogether": (
        "ab",
        [
            who("a", "IONUT KOWALCZYK", "1990-05-26", sex="M", home=OAK, aka="PIOTR NOWAK"),
            who("b", "PIOTR NOWAK", "1990-05-26", sex="M", postcode="BS3 1AB"),
        ],
    ),
    "a nickname": (
        "ab",
        [
            who("a", "WILLIAM CHARLWOOD", "1980-11-07", sex="M", home=OAK),
            who("b", "BILL CHARLWOOD", "1980-11-07", sex="M", postcode="BS3 1AB"),
        ],
    ),
    "an initial only": (
        "ab",
        [
            who("a", "DANIEL GRANTLEY", "1973-12-10", sex="M", home=OAK),
            who("b", "D GRANTLEY", "1973-12-10", sex="M", home=OAK),
        ],
    ),
    "a double-barrelled name, half of it": (
        "ab",
        [
            who("a", "CHRISTOPHER, DAVIS BINMEAD", "1998-04-20", sex="M", home=OAK),
            who("b", "CHRISTOPHER BINMEAD", "1998-04-20", sex="M", postcode="BS3 1AB"),
        ],
    ),
    "the same name shown with and without its accents": (
        "ab",
        [
            who("a", "SIAN WOJCIK", "1962-04-02", sex="F", name_text="Siân Wójcik", postcode="BS3 1AB"),
            who("b", "SIAN WOJCIK", "1962-04-02", sex="F", name_text="SIAN WOJCIK", postcode="BS3 1AB"),
        ],
    ),
    "day and month swapped, same home": (
        "ab",
        [
            who("a", "KHADIJA ANWAR", "1995-03-04", sex="F", home=OAK),
            who("b", "KHADIJA ANWAR", "1995-04-03", sex="F", home=OAK),
        ],
    ),
    "one digit of the date of birth mistyped": (
        "ab",
        [
            who("a", "LESLEY WELCOMBE", "1984-11-10", sex="F", nhs=A, home=OAK),
            who("b", "LESLEY WELCOMBE", "1984-11-18", sex="F", nhs=A, home=OAK),
        ],
    ),
    "a date of birth guessed as 1 January": (
        "ab",
        [
            who("a", "CHRISTINE RYECROFT", "1957-07-25", sex="F", home=OAK),
            who("b", "CHRISTINE RYECROFT", "1958-01-01", sex="F", home=OAK),
        ],
    ),
    "an age and an address": (
        "ab",
        [
            who("a", "JAMES WHITLOW", "1990-06-01", sex="M", home=OAK),
            who("b", "JAMES WHITLOW", born=1990, sex="M", home=OAK),
        ],
    ),
    "a common name and an age, nothing else": (
        "a b",
        [who("a", "JOHN SMITH", "1990-06-01", sex="M", home=OAK), who("b", "JOHN SMITH", born=1990, sex="M")],
    ),
    "a name and nothing else, twice": ("a b", [who("a", "MERVYN TANCOCK"), who("b", "MERVYN TANCOCK")]),
    "unknown male, twice, same place": (
        "a b",
        [who("a", nobody=True, sex="M", home=OAK), who("b", nobody=True, sex="M", home=OAK)],
    ),
    "a test record and a real person of that home": (
        "a b",
        [
            who("a", nobody=True, name_text="TEST PATIENT", home=OAK),
            who("b", "PATIENCE MENSAH", "1990-02-05", sex="F", home=OAK),
        ],
    ),
    "baby of, and the mother": (
        "a b",
        [
            who("a", "FREYA LANGMEAD", "1999-09-06", sex="F", nhs=A, home=OAK),
            who("b", "LANGMEAD", "2025-03-01", sex="F", nhs=B, home=OAK),
        ],
    ),
    "slips of the keyboard": (
        "ab",
        [
            who("a", "ELIZABETH HATHERLEIGH", "1996-07-01", sex="F", postcode="BS3 1AB"),
            who("b", "ELIZBAETH HATHERLIEGH", "1996-07-01", sex="F", home=OAK),
        ],
    ),
    "sex recorded wrongly": (
        "ab",
        [
            who("a", "ROBIN FAIRWEATHER", "1986-01-09", sex="F", nhs=A, home=OAK),
            who("b", "ROBIN FAIRWEATHER", "1986-01-09", sex="M", nhs=A, postcode="BS3 1AB"),
        ],
    ),
    "one police nominal used for two people": (
        "a b",
        [
            who("a", "GRACE OKAFOR", "1988-03-18", sex="F", ids="niche:AS1", home=OAK),
            who("b", "DENNIS PARFITT", "1951-12-07", sex="M", ids="niche:AS1", home=ELM),
        ],
    ),
    "no fixed abode, same name and date of birth": (
        "ab c",
        [
            who("a", "TYRONE BLACKMORE", "1971-10-07", sex="M"),
            who("b", "TYRONE BLACKMORE", "1971-10-07", sex="M", ids="rio:77"),
            who("c", "TYRELL WAINWRIGHT", "1971-10-07", sex="M"),
        ],
    ),
    "moved home, same police nominal": (
        "ab",
        [
            who("a", "SCOTT KENGATE", "1969-12-30", sex="M", ids="niche:AS2", home=OAK),
            who("b", "SCOTT KENGATE", "1969-12-30", sex="M", ids="niche:AS2", home=ASH),
        ],
    ),
    "a name in one family, another home and date of birth": (
        "a b",
        [
            who("a", "LAURA HOUSEGO", "1998-04-06", sex="F", home=OAK),
            who("b", "LAURA HOUSEGO", "1962-09-14", sex="F", home=ELM),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_planted_case(case: str) -> None:
    expected, rows = CASES[case]
    assert people(matched(rows)) == groups(expected)


def test_a_hostel_of_sixty_stays_sixty_people_and_knows_its_own() -> None:
    names = [
        f"{g} {f}"
        for g in ("JOHN", "MARK", "ALI", "SEAN", "TOM", "IAN")
        for f in ("SMITH", "JONES", "KHAN", "BYRNE", "DAY", "PRICE", "OSEI", "NOWAK", "REES", "FRY")
    ]
    home = "1, KINGS STREET, BS30 8JH"
    rows = [
        who(f"p{k:02}", name, f"19{50 + k % 50}-0{1 + k % 9}-1{k % 10}", sex="M", home=home)
        for k, name in enumerate(names)
    ]
    rows.append(who("again", "JOHN SMITH", "1950-01-10", sex="M", postcode="BS30 8JH"))
    found = people(matched(rows))
    assert frozenset({"p00", "again"}) in found
    assert len(found) == 60


def test_a_hostel_named_by_the_site_is_weak_evidence() -> None:
    rows = [
        who("a", "JANE MARTIN", born=1976, sex="F", home="1, KINGS STREET, BS30 8JH"),
        who("b", "JANE MARTIN", born=1970, sex="F", home="1, KINGS STREET, BS30 8JH"),
    ]
    named = Linking(shared_addresses=("1 Kings Street, BS30 8JH",))
    at_hostel = matched(rows, named).pairs["match_weight"].to_list()
    at_home = matched(rows).pairs["match_weight"].to_list()
    assert people(matched(rows, named)) == groups("a b")
    assert at_home
    assert not at_hostel or max(at_hostel) < max(at_home)


def test_a_row_between_two_rival_namesakes_is_left_alone_and_sent_to_review() -> None:
    rows = [
        who("a", "DAVID JONES", "1962-04-14", sex="M", nhs=A, home=OAK, rows=4),
        who("b", "DAVID JONES", "1962-04-14", sex="M", nhs=B, home=ELM, rows=4),
        who("c", "DAVID JONES", "1962-04-14", sex="M"),
    ]
    linked = matched(rows)
    assert people(linked) == groups("a b c")
    asked = asked_of(linked, table(rows)).select("identity_a", "identity_b").rows()
    assert ("a", "c") in asked
    assert ("b", "c") in asked


@pytest.mark.parametrize("said", ["HIGHMOOR", "E HIGHMOOR"])
@pytest.mark.parametrize("number", [{"ids": "niche:A1"}, {"nhs": A}], ids=["local", "nhs"])
@pytest.mark.parametrize("rows", [1, 4, 12])
def test_a_row_that_names_neither_twin_joins_neither_whatever_number_it_carries(
    said: str, number: dict[str, str], rows: int
) -> None:
    twins = [
        who("a", "EMILY HIGHMOOR", "1990-05-10", sex="F", home=OAK, rows=rows),
        who("b", "EDNA HIGHMOOR", "1990-05-10", sex="F", home=OAK, rows=rows),
        who("c", said, "1990-05-10", sex="F", home=OAK, **number),
    ]
    linked = matched(twins)
    assert people(linked) == groups("a b c")
    asked = asked_of(linked, table(twins))
    assert {("a", "c"), ("b", "c")} <= set(asked.select("identity_a", "identity_b").rows())


def test_name_and_sex_and_number_all_changed_is_not_guessed() -> None:
    rows = [
        who("a", "STEPHEN ROWBOTHAM", "1958-06-26", sex="M", nhs=A, home=OAK),
        who("b", "DIANE ROWBOTHAM", "1958-06-26", sex="F", nhs=B, home=OAK),
    ]
    assert people(matched(rows)) == groups("a b")
