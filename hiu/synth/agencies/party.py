"""How the police write down a party to an incident: name, date of birth and gender, as clerks vary them."""

from collections import Counter

import numpy as np

from hiu.synth.agencies.extracts import stamps, upper
from hiu.synth.lists import Words
from hiu.synth.people.clerk import Descriptions


def party_names(seen: Descriptions, mess: Counter[str]) -> Words:
    """'SURNAME, Forename' as clerks vary it: reversed, without the comma, titled, with AKA or nee."""
    style = (seen.style * 1000).astype(np.int64) % 100
    real = seen.named & (seen.given != "")
    kinds = {
        "name_reversed": real & (style < 4),
        "comma_missing": real & (style >= 4) & (style < 7),
        "title": real & (style >= 7) & (style < 9),
        "comma_unspaced": real & (style >= 9) & (style < 15),
        "name_upper": real & (style >= 15) & (style < 22),
    }
    for kind, rows in kinds.items():
        mess[kind] += int(rows.sum())
    family = upper(seen.family, (style < 85) | ~seen.named)
    given = upper(seen.given + np.where(seen.middle != "", " ", "") + seen.middle, kinds["name_upper"])
    out = np.where(given == "", family, family + ", " + given)
    out = np.where(kinds["name_reversed"], given + " " + family, out)
    out = np.where(kinds["comma_missing"], family + " " + given, out)
    out = np.where(kinds["comma_unspaced"], family + "," + given, out)
    out = np.where(kinds["title"], np.where(seen.sex == "F", "MS ", "MR ") + out, out)
    further = np.where(
        np.char.startswith(seen.other.astype(str), "nee"),
        " (" + seen.other + ")",
        np.where(seen.other == "", "", " " + seen.other),
    )
    return (out + further).astype(object)


def births(seen: Descriptions, mess: Counter[str]) -> Words:
    """dd/mm/yyyy; some clerks write two-digit years."""
    brief = (seen.style > 0.955) & (seen.dob > np.datetime64("1945-01-01"))
    mess["two_digit_year"] += int(brief.sum())
    return np.where(brief, stamps(seen.dob, "%d/%m/%y"), stamps(seen.dob, "%d/%m/%Y"))


def sexes(seen: Descriptions) -> Words:
    """Female, Male or Unspecified."""
    return np.select([seen.sex == "F", seen.sex == "M"], ["Female", "Male"], "Unspecified").astype(object)
