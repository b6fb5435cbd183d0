"""Rows of erased people sent again with slips, made without the matcher's lists and without those of the invented area.

A slip is one a person makes who types a name in a hurry. Each row loses its numbers, so that only the name, the birth
and the place are left to know it by.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

Row = dict[str, Any]
"""Column of RECORD -> value."""

SHORT_NAMES = {
    "MARGARET": "MAGGIE", "PATRICIA": "PAT", "SUSAN": "SUE", "CHRISTINE": "CHRIS", "BARBARA": "BARB",
    "LINDA": "LYN", "JACQUELINE": "JACKIE", "DOROTHY": "DOT", "SANDRA": "SANDY", "KATHLEEN": "KATH",
    "VALERIE": "VAL", "JUDITH": "JUDY", "PAMELA": "PAM", "ROSEMARY": "ROSE", "GILLIAN": "GILL", "JOHN": "JACK",
    "DAVID": "DAVE", "MICHAEL": "MICK", "ROBERT": "BOB", "WILLIAM": "BILL", "JAMES": "JIM", "ANTHONY": "TONY",
    "KENNETH": "KEN", "RICHARD": "RICK", "RONALD": "RON", "RAYMOND": "RAY", "TERENCE": "TERRY", "GEOFFREY": "GEOFF",
    "THOMAS": "TOM", "FREDERICK": "FRED", "CHRISTOPHER": "CHRIS", "DONALD": "DON", "LESLIE": "LES",
    "STANLEY": "STAN", "GERALD": "GERRY", "ALBERT": "BERT", "NICOLA": "NICKY", "MICHELLE": "SHELL", "JOANNE": "JO",
    "DEBORAH": "DEBBIE", "SAMANTHA": "SAM", "AMANDA": "MANDY", "REBECCA": "BECKY", "ELIZABETH": "LIZ",
    "VICTORIA": "VICKY", "JENNIFER": "JENNY", "TERESA": "TESS", "ANGELA": "ANGIE", "CATHERINE": "CATHY",
    "KATHERINE": "KATE", "ANDREW": "ANDY", "STEPHEN": "STEVE", "STEVEN": "STEVE", "MATTHEW": "MATT", "KEVIN": "KEV",
    "MARTIN": "MART", "PHILIP": "PHIL", "JONATHAN": "JON", "STUART": "STU", "NICHOLAS": "NICK", "TIMOTHY": "TIM",
    "DANIEL": "DAN", "BENJAMIN": "BEN", "JESSICA": "JESS", "CHARLOTTE": "LOTTIE", "OLIVIA": "LIV",
    "BETHANY": "BETH", "ABIGAIL": "ABBY", "ISABELLA": "BELLA", "DANIELLE": "DANI", "ELEANOR": "ELLIE",
    "JOSHUA": "JOSH", "OLIVER": "OLLIE", "SAMUEL": "SAM", "JOSEPH": "JOE", "ALEXANDER": "ALEX", "LEWIS": "LEW",
    "CHARLES": "CHARLIE", "EDWARD": "TED", "NATHAN": "NATE", "BRADLEY": "BRAD", "ZACHARY": "ZAC", "DOMINIC": "DOM",
}  # fmt: skip


def mistyped(word: str, dice: random.Random) -> str:
    """One slip of the fingers: a letter left out, doubled, put in, put wrong, or two the wrong way round."""
    if len(word) < 4:
        return word + word[-1]
    at = dice.randrange(1, len(word) - 1)
    other = dice.choice("ABCDEFGHIJKLMNOPRSTUVWY")
    return dice.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + other + word[at:],
            word[:at] + other + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def nickname(row: Row, dice: random.Random) -> Row:
    given = row["given"] or ""
    return {**row, "given": SHORT_NAMES.get(given) or (given[:3] if len(given) > 4 else mistyped(given, dice))}


def given_mistyped(row: Row, dice: random.Random) -> Row:
    return {**row, "given": mistyped(row["given"], dice)}


def family_mistyped(row: Row, dice: random.Random) -> Row:
    return {**row, "family": mistyped(row["family"], dice)}


def names_swapped(row: Row, dice: random.Random) -> Row:
    return {**row, "given": row["family"], "family": row["given"]}


def day_and_month_swapped(row: Row, dice: random.Random) -> Row:
    born = row["dob"]
    if not isinstance(born, date) or born.day > 12:
        return family_mistyped(row, dice)
    return {**row, "dob": born.replace(month=born.day, day=born.month)}


def digit_of_the_birth_wrong(row: Row, dice: random.Random) -> Row:
    born = row["dob"]
    if not isinstance(born, date):
        return given_mistyped(row, dice)
    digit = dice.choice([one for one in range(10) if one != born.year % 10])
    leap = born.month == 2 and born.day == 29
    return {**row, "dob": born.replace(year=born.year // 10 * 10 + digit, day=28 if leap else born.day)}


def nickname_and_swapped(row: Row, dice: random.Random) -> Row:
    return names_swapped(nickname(row, dice), dice)


def only_the_numbers_gone(row: Row, dice: random.Random) -> Row:
    return row


SLIPS: dict[str, Callable[[Row, random.Random], Row]] = {
    one.__name__.replace("_", " "): one
    for one in (
        nickname, given_mistyped, family_mistyped, names_swapped, day_and_month_swapped, digit_of_the_birth_wrong,
        nickname_and_swapped, only_the_numbers_gone,
    )
}  # fmt: skip


def sent_again(row: Row, slip: str, dice: random.Random) -> Row:
    """The row with one kind of slip, without any number, and with no text in which the old name would stand."""
    changed = SLIPS[slip](row, dice)
    text = f"{changed['given']} {changed['family']}".title()
    return {**changed, "nhs_number": None, "local_ids": None, "aliases": None, "middle": None, "name_text": text}
