"""How a name, a birth, a number or a postcode comes out wrong: by ear, by hand, by scanner and by form."""

from __future__ import annotations

import unicodedata
from datetime import date

from .dice import Dice

Table = tuple[tuple[str, str], ...]


def _pairs(text: str) -> Table:
    return tuple((one.split(":")[0], one.split(":")[1]) for one in text.split())


HEARD = _pairs("""
ph:f f:ph ck:k c:k k:c ie:y y:ie ey:y ea:ee ee:ea ou:ow ow:ou ai:ay ay:ai i:y y:i s:z z:s ks:x x:ks
son:sen sh:ch ch:sh th:t t:th mac:mc mc:mac e$: er$:a a$:er ah$:a oo:u u:oo w:v v:w j:y cz:ch sz:sh
wi:vi mb$:m gh: qu:kw dg:g g:j j:g ei:ie ham:am ough:uff""")
"""What a call handler writes for what a caller says."""
VOICED = _pairs(
    """moh:muh muh:moh ammed:amed ammad:amad ussain:ussein ss:s ll:l mm:m nn:n tt:t rr:r pp:p l:ll n:nn t:tt r:rr"""
)
SCANNED = _pairs("""m:rn rn:m cl:d d:cl l:i i:l e:c h:b u:v vv:w g:q n:ri o:c f:t""")
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEAR = {
    key: row[max(0, at - 1) : at]
    + row[at + 1 : at + 2]
    + "".join(other[at : at + 1] for other in KEYS if other is not row)
    for row in KEYS
    for at, key in enumerate(row)
}
PLAIN = str.maketrans("łŁøØđĐßı", "lLoOdDsi")


def _swapped_sound(dice: Dice, text: str, table: Table) -> str:
    """One of the sounds or shapes of the table in place of another; those with a dollar stand at the end alone."""
    low = text.lower()
    able = [
        (sound.rstrip("$"), other, low.rfind(sound.rstrip("$")))
        for sound, other in table
        if (low.endswith(sound[:-1]) if sound[-1] == "$" else sound in low)
    ]
    if not able:
        return by_hand(dice, text)
    sound, other, at = dice.pick(able)
    made = text[:at] + other + text[at + len(sound) :]
    return made[:1].upper() + made[1:]


def by_ear(dice: Dice, text: str) -> str:
    """As somebody writes who only hears it."""
    return _swapped_sound(dice, text, VOICED if dice.falls(0.35) else HEARD)


def by_scanner(dice: Dice, text: str) -> str:
    """As a scanner reads it from a form."""
    return _swapped_sound(dice, text, SCANNED)


def by_hand(dice: Dice, text: str) -> str:
    """A slip of the fingers: a neighbouring key, a letter left out, doubled, or two turned round."""
    if len(text) < 3:
        return text
    at, kind = 1 + dice.below(len(text) - 1), dice.below(4)
    letter = text[at]
    if kind == 0:
        return text[:at] + dice.pick(NEAR.get(letter.lower(), "e")) + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + letter + text[at:]
    return (
        text[: at - 1] + letter.lower() + text[at - 1].lower() + text[at + 1 :]
        if at > 1
        else text[:at] + text[at + 1 :]
    )


def wrong(dice: Dice, text: str, heard: float) -> str:
    """One slip of whichever kind."""
    if not text:
        return text
    if dice.falls(heard):
        return by_ear(dice, text)
    return by_scanner(dice, text) if dice.falls(0.2) else by_hand(dice, text)


def bare(text: str) -> str:
    """Without the marks that an old system can't hold."""
    return "".join(
        one for one in unicodedata.normalize("NFKD", text.translate(PLAIN)) if not unicodedata.combining(one)
    )


def marred(text: str) -> str:
    """With a question mark for each letter that an old system can't hold."""
    return "".join(one if ord(one) < 128 else "?" for one in text)


def birth(dice: Dice, born: date) -> date:
    """A wrong date of birth: day and month turned round, another century, one figure off, or only the year right."""
    kind = dice.share()
    if kind < 0.3 and born.day <= 12 and born.day != born.month:
        return born.replace(month=born.day, day=born.month)
    if kind < 0.36:
        return born.replace(month=1, day=1)
    if kind < 0.4 and born.day < 29:
        return born.replace(year=born.year - 100 if born.year >= 2000 else born.year + 100)
    if kind < 0.6:
        return born.replace(day=1 + (born.day + dice.pick((0, 1, 9, 26))) % 28)
    if kind < 0.8:
        return born.replace(day=min(born.day, 28), month=1 + (born.month + dice.pick((0, 1, 9, 10))) % 12)
    return born.replace(day=min(born.day, 28), year=born.year + dice.pick((-10, -2, -1, -1, 1, 1, 2, 10)))


def number(dice: Dice, nhs: str) -> str:
    """An NHS number with one figure off, or two turned round."""
    at = 3 + dice.below(6)
    if dice.falls(0.4):
        return nhs[:at] + nhs[at + 1] + nhs[at] + nhs[at + 2 :]
    return nhs[:at] + str((int(nhs[at]) + 1 + dice.below(9)) % 10) + nhs[at + 1 :]


def postcode(dice: Dice, code: str) -> str:
    """A postcode with one letter or figure off."""
    at = len(code) - 1 - dice.below(3)
    return (
        code[:at]
        + (dice.pick("0123456789") if code[at].isdigit() else dice.pick("ABDEFGHJLNPQRSTUWXYZ"))
        + code[at + 1 :]
    )


def age(dice: Dice, years: int) -> int:
    """An age as it is guessed: to the nearest five, or a few years off."""
    kind = dice.share()
    return max(
        0, 5 * round(years / 5) if kind < 0.25 else years + dice.pick((-3, -2, -1, 1, 2, 3)) if kind < 0.5 else years
    )
