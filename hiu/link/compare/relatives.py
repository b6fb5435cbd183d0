"""Kin: patterns that look like one person and may be two (twins, namesakes, bare names), and numbers alone.

Agreement on family name, date of birth and address is what relatives share; only the pattern as a whole
says 'two people', so it is a field of its own.
"""

import numpy as np

from hiu.link.compare.birth import GENERATION
from hiu.link.levels import CODE, Codes, Flags, Reals

_AGES = ("age_same_year", "age_agrees", "age_near", "age_loose")


def _is(levels: dict[str, Codes], field: str, *names: str) -> Flags:
    table = np.array([name in names for name in CODE[field]])
    found: Flags = table[levels[field]]
    return found


def kin_level(levels: dict[str, Codes], year_a: Reals, year_b: Reals, one_each: Flags) -> Codes:
    """The kin level of each pair, from the other fields' levels and the years of birth (NaN if unknown).

    one_each: whether both have a number of an agency that gives a person one.
    """
    code = CODE["kin"]
    family = ~_is(levels, "family", "missing", "different", "close", "swapped")
    other_given = _is(levels, "given", "different", "close")
    same_given = _is(
        levels, "given", "exact_frequent", "exact_common", "exact", "exact_rare", "nickname", "typo", "sound"
    )
    dob = _is(levels, "dob", "exact", "exact_estimated")
    home = _is(levels, "place", "house", "street", "postcode")
    apart = ~_is(levels, "place", "house", "street", "postcode", "postcode_typo", "shared")
    generation = np.nan_to_num(np.abs(year_a - year_b), nan=0) >= GENERATION
    out = np.zeros(len(family), dtype=np.uint8)
    out[family & other_given & ~dob & home & ~_is(levels, "dob", "missing")] = code["household"]
    other_number = family & same_given & _is(levels, "nhs_number", "different")
    vague = _is(levels, "dob", "missing", *_AGES) & ~home
    out[other_number & (dob & apart | vague)] = code["namesake"]
    out[family & same_given & generation & home & ~_is(levels, "dob", "decade_slip")] = code["parent_child"]
    out[_another_generation(levels, one_each)] = code["generations"]
    out[family & other_given & dob] = code["twin"]
    near = _is(levels, "given", "nickname", "typo", "sound", "close", "middle", "initial")
    out[family & near & dob & home & _is(levels, "nhs_number", "different")] = code["twin_alike"]
    bare = ~_is(levels, "nhs_number", "same") & ~_is(levels, "local_id", "same", "same_crowded")
    bare &= ~_is(levels, "event", "shared") & _is(levels, "dob", "missing", *_AGES)
    bare &= _is(levels, "place", "missing", "different", "district", "sector")
    out[bare & (out == 0)] = code["name_only"]
    out[_number_alone(levels)] = code["number_only"]
    return out


def _another_generation(levels: dict[str, Codes], one_each: Flags) -> Flags:
    """Names that may be one, and one day and month of years that no slip of a digit explains; or that a slip explains,
    while something else contradicts: the home, the sex, a middle name or the numbers of one agency. Or one home, no
    birth to compare, and unlike numbers of an agency that gives a person one."""
    named = ~_is(levels, "given", "different", "close") & ~_is(levels, "family", "missing", "different", "close")
    against = _is(levels, "place", "same_postcode_other_house", "sector", "district", "different")
    against |= _is(levels, "sex", "different") | _is(levels, "middle", "different")
    unlike = _is(levels, "local_id", "different", "typo")
    slip = _is(levels, "dob", "decade_slip") & (against | unlike)
    unborn = _is(levels, "dob", "missing") & unlike & one_each & _is(levels, "place", "house", "street", "postcode")
    found: Flags = named & (slip | unborn | _is(levels, "dob", "other_generation"))
    return found


def _number_alone(levels: dict[str, Codes]) -> Flags:
    """The same number, and nothing else to compare: where a source sends no more than it, nothing can contradict."""
    silent = np.all([_is(levels, field, "missing") for field in ("given", "family", "middle", "dob")], axis=0)
    silent &= _is(levels, "place", "missing", "shared") & ~_is(levels, "sex", "different")
    numbers = [levels["nhs_number"], levels["local_id"]]
    same = [_is(levels, "nhs_number", "same"), _is(levels, "local_id", "same")]
    either: Flags = silent & (same[0] | same[1])
    for code, agrees in zip(numbers, same, strict=True):
        either &= agrees | (code == 0)
    return either
