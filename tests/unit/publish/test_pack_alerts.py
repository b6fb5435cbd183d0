"""Alerts of the pack: in hospital, discharged, lost from care, left before treatment, impossible dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pack_area
import polars as pl
import publish_frames as frames

from hiu.model import PUBLISHED
from hiu.publish.pack.alert_words import alerted, dead
from hiu.publish.pack.alerts import beside
from hiu.publish.pack.page import pack_view
from hiu.publish.words.text import day

LAST = frames.LAST
IDS = [pack_area.person_id(k) for k in range(6)]


def area(**more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Six people, the first and the fourth supported, without a gap in what was supplied, none high or steeply up."""
    tables = pack_area.tables(pack_area.plain_names(6), minors=0)
    calmer = (pl.col("label").replace("ESCALATING", "RISING"), pl.col("risk_band").replace("High", "Medium"))
    tables["ranked"] = tables["ranked"].with_columns(*calmer)
    calm = tables["monthly_demand"].filter(~pl.col("dataset").is_in(["s136", "mha_assessment"]))
    empty = {"review_queue": tables["review_queue"].head(0), "monthly_demand": calm}
    return {**tables, "coverage": frames.coverage(24), **empty, **more}


def alerts(tables: dict[str, pl.DataFrame]) -> dict[str, list[tuple[str, str]]]:
    return {one: found for one, found in beside(tables, tables["ranked"], LAST).alerts.items() if found}


def stay(person: str, start: datetime, end: datetime | None, ended: str) -> dict[str, Any]:
    empty = dict.fromkeys(PUBLISHED["stay"].names)
    about = {"source": "mh_beds", "person_id": person, "start": start, "end": end, "ended": ended}
    return {**empty, "nobody": False, "delivery_id": "d", "source_row": start.day + start.hour, **about}


def test_who_is_in_hospital_and_who_was_discharged_in_the_last_30_days() -> None:
    stays = [
        stay(IDS[0], datetime(2026, 3, 20, 9), None, "open"),
        stay(IDS[1], datetime(2026, 2, 1, 9), datetime(2026, 3, 2, 9), "sent"),
        stay(IDS[2], datetime(2026, 1, 1, 9), datetime(2026, 3, 1, 9), "sent"),
        stay(IDS[3], datetime(2026, 1, 1, 9), None, "open_not_resent"),
        stay(IDS[4], datetime(2026, 3, 1, 9), datetime(2026, 4, 9, 9), "sent"),
        stay(IDS[5], datetime(2026, 4, 2, 9), None, "open"),
    ]
    found = alerts(area(stay=frames.frame(PUBLISHED["stay"], stays)))
    assert found == {
        IDS[0]: [("in_hospital", "In hospital on the last day, 31 Mar 2026, since 20 Mar 2026")],
        IDS[1]: [("discharged", "Discharged from a mental-health bed in the last 30 days")],
        IDS[4]: [("in_hospital", "In hospital on the last day, 31 Mar 2026")],
    }, "of a candidate without the date; a stay that was not sent again says nothing"


def test_detentions_and_assessments_are_an_alert_of_adults_and_under_18s() -> None:
    tables = area()
    months = [date(2026, 3, 1), date(2026, 2, 1), date(2025, 12, 1)]
    told = [
        {"person_id": one, "month": month, "dataset": name, "n": n}
        for one in (IDS[1], IDS[5])
        for month, name, n in zip(months, ("s136", "mha_assessment", "s136"), (2, 3, 9), strict=True)
    ]
    tables["monthly_demand"] = frames.frame(PUBLISHED["monthly_demand"], told)
    young = pl.when(person_id=IDS[5]).then(pl.lit("under_18")).otherwise("list")
    tables["ranked"] = tables["ranked"].with_columns(list=young)
    words = [
        ("detained", "2 section 136 detentions in the last 3 months"),
        ("assessed", "3 Mental Health Act assessments in the last 3 months"),
    ]
    assert alerts(tables) == dict.fromkeys((IDS[1], IDS[5]), words)
    tables["monthly_demand"] = tables["monthly_demand"].filter(dataset="mha_assessment")
    assert alerts(tables) == dict.fromkeys((IDS[1], IDS[5]), words[1:]), "assessed is not detained"


def test_danger_that_the_records_mention_is_given_with_its_days_and_to_those_who_may_see_dates() -> None:
    names = ("dataset", "start", "reason", "outcome")
    told = [
        ("police_incident", datetime(2026, 1, 2, 3), "Suicide - Threat or Attempt", "Advised"),
        ("police_incident", datetime(2026, 3, 5, 3), "Concern for Safety|Suicide - Threat or Attempt", "Advised"),
        ("ed_attendance", datetime(2026, 3, 6, 3), "6471006", "182992009"),
        ("police_incident", datetime(2025, 12, 31, 3), "Overdose", "Advised"),
        ("ambulance_call", datetime(2026, 3, 7, 3), "25B03", "conveyed"),
    ]
    rows = [
        {"person_id": one, "source": "s", "event_id": str(k), **dict(zip(names, row, strict=True))}
        for one in IDS[:2]
        for k, row in enumerate(told)
    ]
    words = {
        "danger": "Recorded since 1 Jan 2026: feeling suicidal (6 Mar 2026)",
        "danger_call": "Mental health call (7 Mar 2026)",
        "danger_other": "Suicide - threat or attempt, role not stated (5 Mar 2026 and 2 Jan 2026)",
    }
    tables = area(timeline=frames.frame(PUBLISHED["timeline"], rows))
    assert alerts(tables) == {IDS[0]: list(words.items())}
    own = tables["ranked"].with_columns(risk_source=pl.lit("public_safety"), risk_band=pl.lit("Low"))
    about = {"role": "public_safety", "grade": "Low", "source": "caseload"}
    contact = {"source": "s", "event_id": "9", "dataset": "ed_attendance", "counted": True}
    for at, start, later in (
        (date(2026, 3, 6), datetime(2026, 3, 7), ", before the latest contact, {}"),
        (date(2026, 2, 7), datetime(2026, 3, 9), ", before the latest contact, {}"),
        (date(2026, 3, 7), datetime(2026, 3, 7), ""),
    ):
        last = [{**contact, "person_id": one, "start": start} for one in IDS[:2]]
        tables["timeline"] = frames.frame(PUBLISHED["timeline"], [*rows, *last])
        grading = frames.frame(PUBLISHED["risk_grading"], [{**about, "at": at, "person_id": one} for one in IDS[:2]])
        graded = {**tables, "ranked": own, "risk_grading": grading}
        people = pack_view(graded, stamp=pack_area.stamp(), settings=pack_area.settings(6))["people"]
        month = "in the month of the latest contact" if at.month == 3 else "before the latest contact, Mar 2026"
        assert f"public: low ({day(at)}{later.format(day(start.date()))})" in people[0]["risk_note"]
        assert f"public: low ({day(at)}, {month})" in people[1]["risk_note"], "of a candidate the month is told"
        assert people[0]["risk_at"] == f"by police, {at:%b %y}"


def test_danger_that_only_reports_of_others_mention_is_told_apart() -> None:
    about = {"person_id": IDS[0], "source": "s", "dataset": "police_incident", "reason": "Suicide - Threat or Attempt"}
    rows = [{**about, "event_id": "1", "start": datetime(2026, 3, 5, 3), "role": "caller"}]
    found = alerts(area(timeline=frames.frame(PUBLISHED["timeline"], rows)))
    words = "suicide - threat or attempt, this person as the caller (5 Mar 2026)"
    assert found == {IDS[0]: [("danger_other", f"Recorded since 1 Jan 2026: {words}")]}
    rows.append({**about, "event_id": "2", "start": datetime(2026, 3, 6, 3), "role": "subject|caller"})
    found = alerts(area(timeline=frames.frame(PUBLISHED["timeline"], rows)))
    assert [code for code, _ in found[IDS[0]]] == ["danger", "danger_other"]
    for code, text in (("23C02", "overdose or poisoning call"), ("25D02", "mental health call")):
        call = {**about, "dataset": "ambulance_call", "event_id": "3", "reason": code, "start": datetime(2026, 3, 7)}
        found = alerts(area(timeline=frames.frame(PUBLISHED["timeline"], [rows[0], call])))
        assert found[IDS[0]][0][0] == "danger_call", "a code that need not be of suicide is not called so"
        assert text in found[IDS[0]][0][1]


def test_whoever_a_row_has_as_dead_is_checked_before_anybody_writes_or_calls() -> None:
    row = {**dict.fromkeys(PUBLISHED["conflicts"].names), "what": "death_to_check", "sources": "ed|police"}
    conflicts = frames.frame(PUBLISHED["conflicts"], [{**row, "rows": n, "person_id": IDS[n]} for n in (1, 2)])
    words = "that this person is dead, and no register does: check with the sender before anybody writes or calls"
    assert alerts(area(conflicts=conflicts)) == {
        IDS[1]: [("death", f"1 row from ED, police says {words}")],
        IDS[2]: [("death", f"2 rows from ED, police say {words}")],
    }
    people = pack_view(area(conflicts=conflicts), stamp=pack_area.stamp(), settings=pack_area.settings(6))["people"]
    first = "First whether this person is alive. Then"
    assert [one["decide"].startswith(first) for one in people] == [False, True, True, False, False, False]
    assert not any("dead" in one["sources"] for one in people), "the alert says it once"


def test_the_alert_of_a_death_says_of_when_it_is_and_how_many_contacts_came_after_it() -> None:
    row = {**dict.fromkeys(PUBLISHED["conflicts"].names), "what": "death_to_check", "sources": "ed"}
    rows = [{**row, "rows": n, "person_id": one, "detail": "2026-02-03"} for one, n in ((IDS[0], 1), (IDS[1], 2))]
    event = {"source": "police", "dataset": "police_incident", "counted": True, "person_id": IDS[0]}
    times = ((2026, 2, 3, 9), (2026, 2, 4), (2026, 3, 1), (2025, 3, 1))
    told = [{**event, "event_id": str(at), "start": datetime(*at)} for at in times]
    told += [{**told[2], "event_id": "call", "dataset": "ambulance_call"}]
    tables = area(
        conflicts=frames.frame(PUBLISHED["conflicts"], rows), timeline=frames.frame(PUBLISHED["timeline"], told)
    )
    then = "check with the sender before anybody writes or calls"
    correct = "1 row from ED of 3 Feb 2026 has this person as dead; {} came after it: ask the sender to correct it"
    none = "2 rows from ED, the latest of Feb 2026, say that this person is dead, and no register does; no contact"
    assert alerts(tables) == {
        IDS[0]: [("seen", correct.format("2 contacts"))],
        IDS[1]: [("death", f"{none} after it: {then}")],
    }, "of a candidate by its month"
    people = pack_view(tables, stamp=pack_area.stamp(), settings=pack_area.settings(6))["people"]
    assert not alerted(people) and dead(people) == people[1:2] and dead(people, "seen") == people[:1], "each said once"
    assert ["alive" in one["decide"] for one in people][:2] == [False, True], "nobody asks whether he lives who was met"
    days = [{"person_id": one, "at": date(2026, 3, k), "position": k} for one in IDS[:2] for k in (1, 2)]
    tables["team_contact"] = frames.frame(PUBLISHED["team_contact"], days)
    assert alerts(tables)[IDS[0]] == [("seen", correct.format("2 contacts and 2 visits and calls by the team"))]
    assert alerts(tables)[IDS[1]][0][0] == "death", "the team's dates are not told of a candidate"
    tables["timeline"] = tables["timeline"].filter(pl.col("start") < datetime(2026, 2, 11))
    del tables["team_contact"]
    words = alerts(tables)[IDS[0]][0]
    assert words[0] == "death" and words[1].endswith(f"does; 1 contact after it: {then}"), "it may be about the death"


def test_two_who_are_alike_but_for_their_nhs_number_are_an_alert_to_the_chair() -> None:
    tables = area()
    twins, tens = pl.col("person_id").is_in(IDS[1:3]), pl.col("person_id").is_in([IDS[1], IDS[4]])
    alike = {"name_text": "JACOB DALE", "dob": date(2012, 3, 4), "sex": "M", "postcode": "GL1 1AA"}
    alike = {name: pl.when(twins).then(pl.lit(value)).otherwise(name) for name, value in alike.items()}
    number = pl.when(tens).then(pl.lit("9990000018")).otherwise(pl.lit("9990000026"))
    tables["people"] = tables["people"].with_columns(**alike, nhs_number=number)
    words = "Perhaps here twice, as {} too: same name, birth, sex and postcode, and another NHS number; decide"
    tables["people"] = tables["people"].with_columns(two_dobs=pl.col("person_id") == IDS[1])
    found = alerts(tables)
    assert {one: [code for code, _ in own] for one, own in found.items()} == {
        IDS[1]: ["twice", "conflict"],
        IDS[2]: ["twice"],
    }
    for one, place in zip(IDS[1:3], (3, 2), strict=True):
        assert dict(found[one])["twice"].startswith(words.format(place))
    view = pack_view(tables, stamp=pack_area.stamp(), settings=pack_area.settings(6))
    told = view["matches"]
    assert told["total"] == 1 and [{one["a"], one["b"]} for one in told["pairs"]] == [{IDS[1], IDS[2]}]
    assert told["pairs"][0]["doubt"].endswith("decide who checks whether they are one person")
    people = view["people"]
    assert [one["decide"].startswith("First who checks") for one in people] == [False, True, True, False, False, False]
    tables["people"] = tables["people"].with_columns(nhs_number=pl.lit("9990000018"), two_dobs=pl.lit(False))
    assert not alerts(tables), "two records with one number are joined by it"


def test_a_match_in_doubt_says_which_rows_and_what_hangs_on_them() -> None:
    tables = area()
    pair = {"identity_a": "a", "identity_b": "b", "person_a": IDS[1], "person_b": IDS[1], "together": True, "moved": 2}
    numbers = {
        "match_weight": 1.0,
        "match_probability": 0.7,
        "priority": 0.8,
        "place": 1,
        "chance": 0.7,
        "double": False,
    }
    tables["review_queue"] = frames.frame(PUBLISHED["review_queue"], [{**pair, **numbers, "why": "weak evidence"}])
    link = {**dict.fromkeys(PUBLISHED["links"].names), "person_id": IDS[1], "source": "police", "status": "counted"}
    rows = [{**link, "event_id": str(k), "identity_id": "a" if k < 2 else "b", "source_row": k} for k in range(5)]
    tables["links"] = frames.frame(PUBLISHED["links"], rows)
    sent = {**dict.fromkeys(PUBLISHED["descriptions"].names), "person_id": IDS[1], "given": "EVE", "rows": 2}
    tables["descriptions"] = frames.frame(PUBLISHED["descriptions"], [{**sent, "identity_id": one} for one in "ab"])
    event = {"person_id": IDS[1], "source": "police", "dataset": "police_incident", "counted": True}
    starts = [datetime(2026, 2, 1), datetime(2025, 5, 1), *[datetime(2026, 3, 1)] * 3]
    told = [{**event, "event_id": str(k), "start": start} for k, start in enumerate(starts)]
    tables["timeline"] = frames.frame(PUBLISHED["timeline"], told)
    tables["ranked"] = tables["ranked"].with_columns(contacts_3=pl.lit(8), contacts_12=pl.lit(21))
    words = (
        "Match in doubt: weak evidence (70% likely one person); it is about 2 rows from police, May 2025 to Feb 2026, "
        "with no date of birth and no NHS number; contacts without them: 7 (not 8) in 3 months and 19 (not 21) "
        "in 12 months"
    )
    assert alerts(tables) == {IDS[1]: [("match", words)]}


def lost_area(label: str, **coverage: Any) -> dict[str, pl.DataFrame]:
    beds = {"mh_bed_day": [9, *[0] * 23], "police_incident": [5] * 24}
    tables = area(monthly_demand=frames.demand({IDS[1]: beds}), coverage=frames.coverage(24, coverage))
    return {**tables, "ranked": tables["ranked"].with_columns(label=pl.lit(label))}


def test_lost_from_care_needs_a_past_no_contact_and_more_contacts_with_nothing_missing() -> None:
    words = "Lost from mental-health care: a bed or assessment before, none in 12 months, and contacts rising"
    assert alerts(lost_area("RISING")) == {IDS[1]: [("lost", words)]}
    assert alerts(lost_area("QUIET")) == {}
    assert alerts(lost_area("RISING", mh_bed_day=(20,))) == {}, "a month not supplied is not a month without a bed"
    contact = [{**dict.fromkeys(PUBLISHED["team_contact"].names), "person_id": IDS[1], "at": date(2026, 1, 9)}]
    seen = {**lost_area("RISING"), "team_contact": pl.DataFrame(contact)}
    assert alerts(seen) == {}


def test_left_before_treatment_and_impossible_dates() -> None:
    left = [
        {"person_id": IDS[2], "month": date(2026, 2, 1), "measure": "left_before_treatment", "n": 2},
        {"person_id": IDS[3], "month": date(2025, 12, 1), "measure": "left_before_treatment", "n": 2},
    ]
    found = [
        {"person_id": IDS[2], "what": "contact_after_death", "sources": "ed", "rows": 1, "detail": None},
        {"person_id": IDS[2], "what": "ends_before_start", "sources": "caseload", "rows": 1, "detail": None},
        {"person_id": IDS[2], "what": "consent", "sources": "caseload", "rows": 1, "detail": None},
    ]
    extra, conflicts = (frames.frame(PUBLISHED[n], rows) for n, rows in (("monthly_extra", left), ("conflicts", found)))
    assert alerts(area(monthly_extra=extra, conflicts=conflicts)) == {
        IDS[2]: [
            ("left", "Left the emergency department before treatment twice in the last 3 months"),
            ("dates", "Impossible dates: a contact after the death"),
        ]
    }


def test_records_that_do_not_fit_the_age_say_to_check_the_birth_first() -> None:
    tables = area()
    births = {IDS[2]: date(2022, 7, 19), IDS[3]: date(2026, 6, 1), IDS[4]: None}
    born = pl.col("person_id").replace_strict(births, default=date(1980, 1, 2), return_dtype=pl.Date)
    tables["people"] = tables["people"].with_columns(dob=born, birth_year=pl.lit(None, pl.Int64))
    found = [
        {"person_id": IDS[k], "what": what, "sources": "police", "rows": 1, "detail": None}
        for k, what in (
            (2, "contact_after_death"),
            (2, "age_against_records"),
            (3, "born_after_contact"),
            (4, "born_after_contact"),
        )
    ]
    tables["conflicts"] = frames.frame(PUBLISHED["conflicts"], found)
    age_3 = "Age 3: 1 row from police does not fit this age. Check the date of birth before anything else"
    assert alerts(tables) == {
        IDS[2]: [("dates", age_3)],
        IDS[3]: [("dates", "Impossible dates: a birth after a contact")],
        IDS[4]: [("dates", "Impossible dates: a birth after a contact")],
    }


def test_a_match_in_doubt_stands_at_the_person_and_not_at_others() -> None:
    queue = pack_area.tables(pack_area.plain_names(6), minors=0)["review_queue"]
    found = alerts(area(review_queue=queue))
    words = "Match in doubt: likely the same, kept apart (62% likely one person)"
    assert found == {one: [("match", words)] for one in IDS[:3]}


def test_nights_are_told_of_who_is_in_hospital_under_a_label_about_contacts() -> None:
    stays = [stay(IDS[0], datetime(2026, 3, 25, 9), None, "open")]
    own = {"mh_bed_day": [0] * 23 + [7]}
    tables = area(stay=frames.frame(PUBLISHED["stay"], stays), monthly_demand=frames.demand({IDS[0]: own}))
    for label, nights in (("WITHIN USUAL RANGE", " (7 nights in Mar 2026)"), ("IN HOSPITAL", "")):
        tables["ranked"] = tables["ranked"].with_columns(label=pl.lit(label))
        words = f"In hospital on the last day, 31 Mar 2026, since 25 Mar 2026{nights}"
        assert alerts(tables)[IDS[0]] == [("in_hospital", words)]
    shown = pack_view(tables, stamp=pack_area.stamp(), settings=pack_area.settings(6))["people"][0]
    assert shown["label"] == "MOSTLY IN HOSPITAL"


def test_counts_beside_contacts_say_what_is_missing_and_only_what_is() -> None:
    own = {"mh_bed_day": [0] * 21 + [4, 5, 6], "s136": [1] * 24, "mha_assessment": [0] * 23 + [2]}
    tables = area(monthly_demand=frames.demand({IDS[0]: own}), coverage=frames.coverage(24, {"s136": (20,)}))
    found = beside(tables, tables["ranked"], LAST)
    assert (found.count("nights", IDS[0]), found.count("nights", IDS[1])) == (15, 0)
    assert found.count("mha", IDS[0]) == 14 and found.lacks(IDS[0]) == ["mha"]
    never = frames.coverage(24, {"mh_bed_day": tuple(range(24))})
    assert beside({**tables, "coverage": never}, tables["ranked"], LAST).count("nights", IDS[0]) is None


def test_who_is_out_of_the_first_places_is_named_and_others_without_a_row_are_not() -> None:
    tables = pack_area.tables(pack_area.plain_names(9), minors=0)
    gone = pl.DataFrame([{"kind": "left", "person_id": IDS[2], "what": "Down.", "rank_before": 2, "rank_now": 7}])
    tables["changes"] = tables["changes"].vstack(gone.match_to_schema(tables["changes"].schema, integer_cast="upcast"))
    joined = {"kind": "merged", "person_id": IDS[5], "what": "Joined.", "rank_before": None, "rank_now": None}
    both = pl.concat([tables["changes"], frames.frame(PUBLISHED["changes"], [joined])])
    nobody = tables["meeting_entry"].head(0)
    refused = tables["support"].head(1).with_columns(person_id=pl.lit(IDS[5]), consent=pl.lit("refused"))
    for support in (tables["support"].head(0), refused):
        alone = {**tables, "meeting_entry": nobody, "changes": both, "support": support}
        found = pack_view(alone, stamp=pack_area.stamp(), settings=pack_area.settings(2))["others"]
        assert IDS[5] not in found and found[IDS[2]] == pack_area.plain_names(9)[2]
    met = pack_view(tables, stamp=pack_area.stamp(), settings=pack_area.settings(2))
    spoken_of = {one["id"] for one in (*met["actions"], *met["decisions"])} - {one["id"] for one in met["people"]}
    assert spoken_of and spoken_of & set(IDS) <= set(met["others"])
