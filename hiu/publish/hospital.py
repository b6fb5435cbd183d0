"""Where what agencies sent of somebody's time in hospital does not agree: a detention or an admission without bed days,
a stay under a section without an assessment, and police or ambulance contacts on days on which the bed data has the
person on the ward.

Only months of which bed data was supplied are looked at. On the days on which a stay begins and ends, and on days of
leave, somebody may be met elsewhere.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

import polars as pl

from hiu.month import Month
from hiu.publish.rows import Tables
from hiu.publish.words.text import count_of, day, join_words

DETAINED = r"(?i)\b(detained|admitted|admission)\b|^\s*(sec(tion|t)?|s)?[ .]*[234]\b"
"""Outcomes of an assessment or of a section 136 detention that put somebody into a bed."""
NOT_DETAINED = r"(?i)\bnot (detained|admitted)|\bno (bed|admission)|discharg|declined|\bcto\b|commun"
WAIT = 7
"""Days within which the bed is looked for: some people wait for one."""
MONTHS = 12
SECTION = r"(?i)^\s*s(ec(tion|t)?)?[ .]*[234]\b"
"""Legal status of a stay that a Mental Health Act assessment comes before."""
SPAN = 6
"""Months before such a stay in which its assessment is looked for: a section 3 may have begun on another ward."""
CODES = ("no_bed_days", "met_elsewhere", "no_assessment")
_LOST = "an assessment or detention {days} ended in hospital by its record, and no bed days were supplied for it"
_MET = "{n} while the bed data has the person in hospital {days}: compare the dates with the senders'"
_UNASSESSED = "a stay under a section began {days}, and no Mental Health Act assessment was supplied for it"
_WORDS = dict(zip(CODES, (_LOST, _MET, _UNASSESSED), strict=True))
_SETS = ("police_incident", "ambulance_deployment")


def disagreements(tables: Tables, month: Month, people: Collection[str] | None = None) -> pl.DataFrame:
    """person_id, code (`CODES`) and day, once a day, of the 12 months to `month`; of everybody, or of some `people`.

    `tables`: timeline, stay and coverage; empty without the first two, of a month published before there were any.
    """
    columns = {"person_id": pl.String, "code": pl.String, "day": pl.Date}
    if (timeline := tables.get("timeline")) is None or (stay := tables.get("stay")) is None:
        return pl.DataFrame(schema=columns)
    given = tables["coverage"].filter("supplied", dataset="mh_bed_day")["month"]
    dated = pl.col("start").dt.date()
    recent = (pl.col("counted"), pl.col("ended").is_null(), dated.is_between((month - (MONTHS - 1)).start, month.end))
    own = timeline if people is None else timeline.filter(pl.col("person_id").is_in(list(people)))
    events = own.filter(*recent, dated.dt.truncate("1mo").is_in(given.implode())).with_columns(day=dated)
    stays = stay.filter(pl.col("person_id").is_in(events["person_id"].unique().implode()))
    stays = stays.select("person_id", "first_night", "day_out", "leave_start", "leave_end")
    mha = set(tables["coverage"].filter("supplied", dataset="mha_assessment")["month"])
    found = [_without_bed(events, stays), _met_elsewhere(events, stays), _without_assessment(own, mha, month)]
    return pl.concat(found).sort("person_id", "code", "day")


def remarks(found: pl.DataFrame) -> dict[str, list[tuple[str, str, str]]]:
    """By person: code, the remark with its days, and the same with the months alone."""
    out: dict[str, list[tuple[str, str, str]]] = {}
    for (person, code), rows in found.sort("code", "day").group_by(["person_id", "code"], maintain_order=True):
        days = rows["day"].to_list()
        n = count_of(len(days), "day with a police or ambulance contact", "days with a police or ambulance contact")
        latest = join_words(day(one) for one in days[-3:])
        dated = _WORDS[code].format(n=n, days=f"({'the latest ' if len(days) > 3 else ''}{latest})")
        months = dict.fromkeys(Month.of(one).title for one in days)
        bare = _WORDS[code].format(n=n, days=f"in {join_words(months)}")
        out.setdefault(str(person), []).append((str(code), dated, bare))
    return out


def counts(found: pl.DataFrame) -> list[str]:
    """For the quality page: of how many people each is so, without a name."""
    people = dict(found.group_by("code").agg(pl.col("person_id").n_unique()).iter_rows())
    words = (
        "a detention or admission to hospital recorded in the last 12 months, and no bed days supplied for it",
        "police or ambulance contacts on days on which the bed data has the person in hospital, leave excluded",
        "a stay under a section of the Mental Health Act, and no assessment supplied for it",
    )
    return [
        f"{count_of(people[code], 'person', 'people')}: {text}. Ask the senders which holds."
        for code, text in zip(CODES, words, strict=True)
        if people.get(code)
    ]


def missing_stays(tables: Tables, month: Month, people: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """By person the months of records of a detention or an admission without bed days: of those of whom nothing was
    recorded since, who may be in hospital still; and of the others, of whom a stay seems to be missing."""
    found = disagreements(tables, month, people).filter(code=CODES[0])
    days = {str(one): rows["day"] for (one,), rows in found.partition_by("person_id", as_dict=True).items()}
    months = {one: join_words(dict.fromkeys(Month.of(on).title for on in days[one])) for one in people if one in days}
    seen = [tables["timeline"].select("person_id", on=pl.col("start").dt.date())] if months else []
    if "team_contact" in tables and months:
        seen.append(tables["team_contact"].select("person_id", on="at"))
    last = found.group_by("person_id").agg(pl.max("day"))
    met = {
        one
        for rows in seen
        for one in rows.join(last, on="person_id").filter(pl.col("on") > pl.col("day"))["person_id"]
    }
    still, others = ({one: words for one, words in months.items() if (one in met) is later} for later in (False, True))
    return still, others


def _without_bed(events: pl.DataFrame, stays: pl.DataFrame) -> pl.DataFrame:
    outcome = pl.col("outcome")
    detained = (
        events.filter(
            pl.col("dataset").is_in(["s136", "mha_assessment"]),
            outcome.str.contains(DETAINED) & ~outcome.str.contains(NOT_DETAINED),
        )
        .select("person_id", "day")
        .unique()
    )
    until = pl.col("day") + timedelta(days=WAIT)
    bed = detained.join(stays, on="person_id").filter(pl.col("first_night") <= until, pl.col("day_out") > pl.col("day"))
    return detained.join(bed, on=["person_id", "day"], how="anti").select("person_id", code=pl.lit(CODES[0]), day="day")


def _met_elsewhere(events: pl.DataFrame, stays: pl.DataFrame) -> pl.DataFrame:
    met = events.filter(pl.col("dataset").is_in(_SETS)).select("person_id", "day").unique()
    inside = met.join(stays, on="person_id").filter(
        pl.col("first_night") < pl.col("day"), pl.col("day") < pl.col("day_out")
    )
    away = pl.col("day").is_between(pl.col("leave_start"), pl.col("leave_end")).fill_null(False).any()
    days = inside.group_by("person_id", "day").agg(away=away).filter(~pl.col("away"))
    return days.select("person_id", code=pl.lit(CODES[1]), day="day")


def _without_assessment(own: pl.DataFrame, given: Collection[date], month: Month) -> pl.DataFrame:
    """Stays of the 12 months under a section; `given` = the months of which assessments were supplied."""
    dated = own.with_columns(day=pl.col("start").dt.date())
    since = pl.col("day").is_between((month - (MONTHS - 1)).start, month.end - timedelta(days=WAIT))
    stays = dated.filter(pl.col("ended").is_not_null(), pl.col("reason").str.contains(SECTION), since)
    stays = stays.select("person_id", "day").unique()
    made = dated.filter(dataset="mha_assessment").select("person_id", on="day")
    near = pl.col("on").is_between(pl.col("day").dt.offset_by(f"-{SPAN}mo"), pl.col("day") + timedelta(days=WAIT))
    stays = stays.join(stays.join(made, on="person_id").filter(near), on=["person_id", "day"], how="anti")
    whole = [all((Month.of(on) - k).start in given for k in range(SPAN + 1)) for on in stays["day"]]
    return stays.filter(pl.Series(whole, dtype=pl.Boolean)).select("person_id", code=pl.lit(CODES[2]), day="day")


def sentences(remarked: Iterable[tuple[str, str, str]], *, dated: bool) -> str:
    """The remarks of one person as a text; empty without any."""
    return " ".join(
        f"{(words if dated else bare)[:1].upper()}{(words if dated else bare)[1:]}." for _, words, bare in remarked
    )
