"""Records due for review: by age, and after an exit, a death or a move. A list for people; nothing is destroyed.

Also the check after a death (G63): whether a contact with a police member of the team came within 48 hours before.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from hiu.govern.basis.due import months_after
from hiu.settings import Governance

DUE = {"person_id": pl.String, "event": pl.String, "since": pl.Date, "held": pl.Boolean, "sentence": pl.String}
HOURS = 48
_PRESENT = (
    "contact with police present within 48 hours before death or near it (no hours are recorded): consider referral"
)
_PERHAPS = (
    "contact within 48 hours before death that does not say whether police were present: find out, consider referral"
)


def retention_due(
    people: pl.DataFrame,
    support: pl.DataFrame,
    contacts: pl.DataFrame,
    reviews: pl.DataFrame,
    on_hold: Sequence[str],
    governance: Governance,
    on: date,
) -> pl.DataFrame:
    """DUE columns, a row for each person and event that nobody has decided on, or that is to be looked at again.

    `people`, `support`, `contacts` (team_contact) are published tables; `reviews` the decisions in force; `on_hold` the
    ids on hold, which may not be erased whatever is decided.
    """
    by_rule = [_by_age(people, governance, on), _by_exit(support, governance, on), _by_move(people, governance)]
    found = pl.concat([*by_rule, _by_death(people, on), before_death(people, contacts)])
    settled = reviews.filter(pl.col("next_on").is_null() | (pl.col("next_on") > on)).select("person_id", "event")
    open_ = found.join(settled, on=["person_id", "event"], how="anti")
    marked = open_.with_columns(held=pl.col("person_id").is_in(list(on_hold)))
    return marked.select(list(DUE)).sort("event", "since", "person_id")


def _by_age(people: pl.DataFrame, governance: Governance, on: date) -> pl.DataFrame:
    limit = months_after(on, -governance.retention_months)
    old = people.filter("named", pl.col("last_seen") < limit)
    words = f"no agency has sent anything for {governance.retention_months} months"
    return _rows(old, "age", pl.col("last_seen"), words)


def _by_exit(support: pl.DataFrame, governance: Governance, on: date) -> pl.DataFrame:
    limit = months_after(on, -governance.exit_months)
    left = support.filter(pl.col("end").is_not_null(), pl.col("end") <= limit)
    return _rows(left, "exit", pl.col("end"), f"support ended {governance.exit_months} months ago or longer")


def _by_move(people: pl.DataFrame, governance: Governance) -> pl.DataFrame:
    """Whose latest postcode lies in none of the site's areas; nobody, if the site names none."""
    area = pl.col("postcode").str.extract(r"^([A-Z]{1,2})")
    away = people.filter("named", area.is_not_null(), ~area.is_in(list(governance.area_postcodes)))
    away = away if governance.area_postcodes else away.clear()
    return _rows(away, "move", pl.col("last_seen"), "the latest address lies outside the area")


def _by_death(people: pl.DataFrame, on: date) -> pl.DataFrame:
    dead = people.filter(pl.col("died").is_not_null(), pl.col("died") <= on)
    return _rows(dead, "death", pl.col("died"), "recorded as died: off lists and letters; hold until it is reviewed")


def before_death(people: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Deaths with a contact of the team in the 48 hours before at which police were present, or may have been.

    Registers give days, not hours, so the day of death and the two before it are taken: what may have been within 48
    hours is flagged. A contact that does not say whether police were present is flagged as well.
    """
    dead = people.filter(pl.col("died").is_not_null()).select("person_id", "died")
    near = contacts.join(dead, on="person_id").filter(
        pl.col("at") <= pl.col("died"),
        pl.col("at") >= pl.col("died") - timedelta(hours=HOURS),
        pl.col("police_present").fill_null(True),
    )
    deaths = near.group_by("person_id", "died").agg(sure=pl.col("police_present").fill_null(False).any())
    sentence = pl.when("sure").then(pl.lit(_PRESENT)).otherwise(pl.lit(_PERHAPS))
    return deaths.select("person_id", event=pl.lit("contact before death"), since=pl.col("died"), sentence=sentence)


def _rows(frame: pl.DataFrame, event: str, since: pl.Expr, sentence: str) -> pl.DataFrame:
    return frame.select("person_id", event=pl.lit(event), since=since, sentence=pl.lit(sentence))
