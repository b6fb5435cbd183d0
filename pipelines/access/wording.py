"""Free text that is recorded: refused, before anything is written, if it names whom it is about.

The audit log can't forget, so it never learns who. Every command's text passes here (`guard.guarded`). Of a command
about one person that person's name, number, birth and postcode are looked for; and of every command, about nobody too,
whole names and numbers of everybody else on record. Texts that come in a file, such as the notes of a workbook, are
about the person of their row, and may name nobody else (`refused_texts`).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import polars as pl

from hiu.errors import UsageError
from hiu.fold import folded, holds_number, in_runs, spaced_out
from hiu.govern.basis import gate
from hiu.govern.erase.person_forms import initialled, person_form
from hiu.govern.erase.residue import Traces
from hiu.govern.erase.tombstone import local_numbers
from hiu.govern.erase.words import SIGNED, redact, telling, tells_person
from hiu.govern.login import login
from hiu.govern.pseudonym import PERSON_ID
from hiu.govern.reads import folder_of, looks
from hiu.govern.release.canary import People
from hiu.govern.release.canary import people as called
from hiu.publish.release.working import whole_table
from pipelines.access.basis import last_aliases
from pipelines.access.looks import RIGHTS, enter_look
from pipelines.common.place import Paths, Place, published_tables

TEXTS = (
    *("reason", "by", "checker", "reviewer", "note", "evidence", "necessity", "proportionality", "override"),
    *("what", "allow", "new", "member", "asked_by", "outcome", "source", "unsigned"),
)
"""Options that a person fills in with words of their own."""

AS_TYPED = {"asked_by": "--for", "member": "MEMBER"}
"""What is typed for those that are not typed as they are called here."""
SIGNED_FIELDS = (*SIGNED, "owner", "action_owner")
"""Options and fields that say who did or does something: staff may be called as somebody on record is."""

REVEALING = "a text that may tell somebody"
"""Why nothing was written, in the read log."""
MOST, WITHIN = 5, timedelta(hours=1)
NAMED = "holds what could be a name or number of somebody else"
LOCKED = (
    "is not taken, and no other free text beside it is: too many texts of this login within the hour could hold a name "
    "or number of somebody else, and which of them do is not said. Write them without, and try again after an hour"
)
"""Why texts that came together are refused: one by itself, or all of them."""
RIGHTS_OF = ("basis", "hold", "breaches", "requests", "erase")
"""Commands by which somebody's right is recorded: no earlier refusal keeps it waiting."""
UNREAD = "not kept: texts of this login were not taken for an hour; to be entered again"
"""What stands for a text of theirs meanwhile: it was not looked at, so it may name anybody."""
_DESCRIBED = ("person_id", "name_text", "aliases", "dob", "nhs_number", "postcode")


def require_plain(
    place: Place, given: Mapping[str, object], name: str, now: datetime, *, by_form: bool = False
) -> dict[str, str]:
    """Raises UsageError, naming the option and the words to use instead, for a text that may tell who somebody is.

    The words are the same whether or not anybody whom it tells is on record. What its form shows is refused without a
    look at the record; where the record alone can tell, the refusal is entered as a refused look, and a login that is
    refused so `MOST` times within the hour is refused whatever it writes; of a right that is recorded meanwhile
    (`RIGHTS_OF`) what stands for its texts is returned. `by_form`: no look at the record can be entered, so none is
    had.
    """
    typed = {name: text for name in TEXTS if isinstance(text := given.get(name), str) and text.strip()}
    texts = {AS_TYPED.get(name, f"--{name}"): text for name, text in typed.items()}
    if formed := [option for option, text in texts.items() if person_form(text, now.date())]:
        raise UsageError(telling(formed[0]))
    if by_form or not texts or not place.months():
        return {}
    if name in RIGHTS_OF and (name != "basis" or given.get("deny")) and _refused_lately(place, now) >= MOST:
        kept = [option for option in typed if (name, option) != ("requests", "new")]  # a code
        return {option: login() if f"--{option}" in SIGNED else UNREAD for option in kept}
    require_few(place, now)
    if (found := _revealing(place, given, texts)) is not None:
        option, whom = found
        enter_refused_text(place, now, name, whom)
        raise UsageError(telling(option))
    return {}


def enter_refused_text(place: Place, now: datetime, what: str, whom: Collection[str] = ()) -> None:
    """Enter that a text was refused because the record tells somebody of it: that answer is a look at the record."""
    enter_look(place, now, what, whom, purpose=RIGHTS, refused=REVEALING)


def require_few(place: Place, now: datetime) -> None:
    """Raises UsageError while a login was refused too often, so that nobody finds out who is on record by trying."""
    if _refused_lately(place, now) >= MOST:
        raise UsageError(
            f"{MOST} texts of this login were refused within the hour, since they may tell who somebody is. No text of "
            "this login is taken until an hour after the first of them. Another login can record what can't wait"
        )


def _refused_lately(place: Place, now: datetime) -> int:
    """Texts of this login refused within the hour; what a clock that was once ahead wrote does not count."""
    found = looks(folder_of(place.settings, place.curated), place.key_for("reads"))
    hour = pl.col("at").is_between(now - WITHIN, now, closed="right")
    return found.filter(hour, pl.col("login") == login(), pl.col("refused") == REVEALING).height


def refused_texts(
    place: Place, texts: Sequence[tuple[Collection[str], str, str]], now: datetime, what: str
) -> list[str]:
    """Of texts that came together (as `others_named` takes them) why each is not taken; empty for one that is.

    Each that names somebody is a look, entered here, whether or not anything is written. Once more than `MOST` are
    refused within the hour all are, so that no list of names can be tried at once.
    """
    every = [LOCKED if text.strip() else "" for _, _, text in texts]
    if not any(every):
        return every
    if (before := _refused_lately(place, now)) >= MOST:
        return every
    found = others_named(place, texts)
    for whom in filter(None, found):
        enter_refused_text(place, now, what, whom)
    return every if before + sum(map(bool, found)) > MOST else [NAMED if whom else "" for whom in found]


def _revealing(place: Place, given: Mapping[str, object], texts: Mapping[str, str]) -> tuple[str, set[str]] | None:
    """The first option that tells somebody on record, and whom the command is about; None if none does."""
    people, asked = _everybody(place), _asked(place, given)
    if asked:
        own = people.filter(pl.col("person_id").is_in(sorted(asked)))
        names = {name for row in own.iter_rows(named=True) for name in _names(row)}
        homes = frozenset((born, home) for born, home in own.select("dob", "postcode").drop_nulls().rows())
        births: Iterable[date] = own["dob"].drop_nulls().to_list()
        traces = Traces(frozenset(asked), _numbers(own), frozenset(" ".join(name) for name in names), homes)
        named = tells_person(texts, traces, births, {name[-1] for name in names})
        if named is not None:
            return named, asked
    hits = zip(texts, others_named(place, [(asked, *one) for one in texts.items()]), strict=True)
    return next(((option, asked | whom) for option, whom in hits if whom), None)


def others_named(place: Place, texts: Sequence[tuple[Collection[str], str, str]]) -> list[frozenset[str]]:
    """Of each text the ids of everybody on record whom it names, by number or whole name, and is not about.

    A text is given with the ids of whom it is about and its option or field: in one that says who did something
    (`SIGNED_FIELDS`) a name may be that of staff, and counts only as a number.
    """
    people, plain = _everybody(place), [folded(text) for _, _, text in texts]
    numbers = {digits for text in plain for digits in _digits(text)}
    words = [text for text, (_, option, _) in zip(plain, texts, strict=True) if option not in SIGNED_FIELDS]
    own = [_now(place, about) for about, _, _ in texts]
    near = [row for row in people.iter_rows(named=True) if row["nhs_number"] in numbers]
    called, ours = list(_in_words(people, words)), _local_numbers(place, plain)
    initials = list(_initials(people, words))
    found = []
    for (_, option, _), text, about in zip(texts, plain, own, strict=True):
        signed = option in SIGNED_FIELDS
        forms = [(one, "ids", one) for one in {one.upper() for one in PERSON_ID.findall(text)}]
        forms += [(str(row["person_id"]), "numbers", str(row["nhs_number"])) for row in near]
        forms += [(who, "names", " ".join(name)) for who, name in called if not signed]
        forms += [(who, "locals", number) for number, whose in ours.items() if not whose & about for who in whose]
        forms = [one for one in forms if one[0] not in about]
        whom = {
            who for who, one, family in initials if not signed and who not in about and initialled(one, family, text)
        }
        if redact(text, _traces(forms), "\0") != text:
            whom |= {one[0] for one in forms if redact(text, _traces([one]), "\0") != text}
        found.append(frozenset(whom))
    return found


def _traces(forms: Iterable[tuple[str, str, str]]) -> Traces:
    """Of forms (whose, kind and what) what to look for."""
    kinds: dict[str, set[str]] = {"ids": set()}
    for _, kind, form in forms:
        kinds.setdefault(kind, set()).add(form)
    return Traces(**{kind: frozenset(found) for kind, found in kinds.items()})  # type: ignore[arg-type]


def _local_numbers(place: Place, texts: Iterable[str]) -> dict[str, set[str]]:
    """Agencies' own numbers that stand in folded texts, and whose each is; a text without a digit has none."""
    numbered = [text for text in texts if re.search(r"\d", text)]
    if not numbered:
        return {}
    described = published_tables(place.which(None)[1], ("descriptions",)).get("descriptions")
    if described is None:
        return {}
    found: dict[str, set[str]] = {}
    for (person,), own in described.select("person_id", "local_ids").drop_nulls().group_by("person_id"):
        for number in local_numbers(own):
            found.setdefault(number, set()).add(str(person))
    return {number: whose for number, whose in found.items() if any(holds_number(text, [number]) for text in numbered)}


def people_of(paths: Paths) -> People:
    """Everybody in the published months."""
    names: set[str | None] = set()
    numbers: set[str | None] = set()
    local: set[str] = set()
    columns = ["name_text", "nhs_number", "aliases", "named"]
    for folder in sorted(set(paths.months().values())):
        # a row that names nobody is called 'Not Known', which is no name
        frame = pl.read_parquet(whole_table(paths.published / folder, "people"), columns=columns).filter("named")
        names |= set(frame["name_text"])
        names |= {name for many in frame["aliases"].drop_nulls() for name in many.split("|")}
        numbers |= set(frame["nhs_number"])
        if (described := whole_table(paths.published / folder, "descriptions")).exists():
            local |= local_numbers(pl.read_parquet(described, columns=["local_ids"]))
    return called(names, numbers, local)


def _now(place: Place, ids: Collection[str]) -> set[str]:
    """Ids, and those that these people have had since."""
    rows = pl.DataFrame({"person_id": sorted(ids)}, schema={"person_id": pl.String}).with_columns(allow=True)
    return set(ids) | set(gate.follow(rows, last_aliases(place))["person_id"]) if ids else set()


def _asked(place: Place, given: Mapping[str, object]) -> set[str]:
    """The person a command is about; of a decision on two descriptions, whose these are."""
    ids = {str(given[name]).strip() for name in ("person", "which", "a", "b") if isinstance(given.get(name), str)}
    if not ids:
        return set()
    links = published_tables(place.which(None)[1], ("links",))["links"].select("identity_id", "person_id").unique()
    whose = links.filter(pl.col("identity_id").is_in(sorted(ids)))["person_id"].drop_nulls()
    return {one.upper() for one in ids} | set(whose)


def _everybody(place: Place) -> pl.DataFrame:
    found = published_tables(place.which(None)[1], ("people",)).get("people")
    return pl.DataFrame(schema=dict.fromkeys(_DESCRIBED, pl.String)) if found is None else found.select(_DESCRIBED)


def _numbers(people: pl.DataFrame) -> frozenset[str]:
    return frozenset(people["nhs_number"].drop_nulls())


def _digits(text: str) -> Iterator[str]:
    """Numbers of ten digits, in whatever groups they are written."""
    plain = re.sub(r"(?<=\d)[\s.\-]+(?=\d)", "", text)
    yield from (plain[at : at + 10] for at in range(len(plain) - 9) if plain[at : at + 10].isdigit())


def _names(row: Mapping[str, object]) -> Iterator[tuple[str, ...]]:
    """Names of two words and more, both ways round, the family name last in the first of the two."""
    for text in (str(row["name_text"] or ""), *str(row["aliases"] or "").split("|")):
        family, comma, given = text.partition(",")
        words = re.findall(r"[^\W_]+", folded(f"{given} {family}" if comma else text))
        if len(words) > 1:
            yield tuple(words)
            yield (words[0], words[-1])
            yield (*words[1:], words[0]) if len(words) == 2 else (words[-1], *words[:-1])


def _initials(people: pl.DataFrame, texts: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Of everybody the id, an initial and the family name, of which both are words of the texts."""
    there = {word.casefold() for text in texts for word in re.findall(r"[^\W_]+", text)}
    for row in people.iter_rows(named=True):
        for first, *_, last in {name for name in _names(row) if name[-1].casefold() in there}:
            if first[0].casefold() in there:
                yield str(row["person_id"]), first[0], last


def _in_words(people: pl.DataFrame, texts: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Of everybody the id and names of which every word is in the texts, or that stand there letter by letter: few."""
    there = {word.casefold() for text in texts for word in re.findall(r"[^\W_]+", text)}
    runs = [run for text in texts for run in spaced_out(text)]
    for row in people.iter_rows(named=True):
        names = (
            name
            for name in _names(row)
            if there.issuperset(word.casefold() for word in name) or in_runs(" ".join(name), runs)
        )
        yield from ((str(row["person_id"]), name) for name in names)
