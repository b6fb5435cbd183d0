"""Names given to invented people: by origin, sex and generation, in about the frequencies of the United Kingdom."""

import numpy as np

from hiu.synth.lists import Days, Generator, Ints, Words, blank, read, some, within, words, zipf


def surnames(rng: Generator, origin: Words, sex: Words, household: Ints, place_in: Ints) -> tuple[Words, Words]:
    """Family names, shared by most of a household, and maiden names (empty where none)."""
    size, lists = len(origin), read("names.toml")
    own = blank(size)
    for name in np.unique(origin.astype(str)):
        at = origin == name
        own[at] = zipf(rng, words(lists[name]["surnames"]), int(at.sum()))
    british = lists["british"]
    rare = some(rng, origin == "british", british["tail_share"])
    heads, tails = (zipf(rng, words(british[part]), int(rare.sum()), 0.3) for part in ("heads", "tails"))
    own[rare] = heads + tails
    lead = np.arange(size) - place_in
    shares = (place_in > 0) & (rng.random(size) < np.where(place_in == 1, 0.62, 0.85)) & (origin == origin[lead])
    surname = np.where(shares, own[lead], own)
    both = some(rng, within(origin, ["british", "welsh", "caribbean"]), 0.018)
    surname[both] = surname[both] + "-" + np.roll(own, 3)[both]
    wed = shares & (place_in == 1) & (sex == "F") | some(rng, (sex == "F") & (place_in == 0), 0.3)
    maiden = np.where(wed, np.roll(own, 5), blank(size))
    maiden[maiden == surname] = ""
    gendered = lists["polish_eastern"]["gendered"]
    at = np.flatnonzero((origin == "polish_eastern") & (sex == "F"))
    surname[at] = [_feminine(name, gendered) for name in surname[at]]
    men = np.flatnonzero(within(surname, list(lists["masculine"])) & (sex == "M"))
    surname[men] = [lists["masculine"][name] for name in surname[men]]
    return surname, maiden


def _feminine(name: str, endings: dict[str, str]) -> str:
    for ending, other in endings.items():
        if name.endswith(ending):
            return name[: len(name) - len(ending)] + other
    return name


def forenames(rng: Generator, origin: Words, sex: Words, dob: Days) -> Words:
    """A forename each, from the lists of their origin, sex and generation."""
    lists = read("names.toml")
    out = blank(len(origin))
    year = dob.astype("datetime64[Y]").astype(np.int64) + 1970
    generation = np.where(year < 1960, "old", np.where(year < 1990, "mid", "young"))
    group = origin.copy()
    for name, part in ((name, group_["english"]) for name, group_ in lists.items() if "english" in group_):
        group[some(rng, origin == name, part)] = "british"
    for name in np.unique(group.astype(str)):
        for key, pool in lists[name]["forenames"].items():
            letter, _, age = key.partition("_")
            at = (group == name) & (sex == letter) & ((generation == age) if age else True)
            out[at] = zipf(rng, words(pool), int(at.sum()))
    return out


def religious_names(rng: Generator, origin: Words, sex: Words, middle: Words, surname: Words) -> None:
    """Gives Sikhs Kaur or Singh, in place: mostly between the names, sometimes as the family name."""
    names = read("names.toml")["sikh"]["religious"]
    for letter, name in names.items():
        at = (origin == "sikh") & (sex == letter)
        middle[some(rng, at, 0.55)] = name
        surname[some(rng, at, 0.15)] = name
