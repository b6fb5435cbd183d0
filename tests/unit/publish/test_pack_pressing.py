"""What the pack puts before the chair first: everyone stands under each kind of alert they have, and in which order."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import publish_frames as frames
from test_pack_alerts import IDS, alerts, area, pack_area

from hiu.model import PUBLISHED
from hiu.publish.pack.alert_words import ALERTS, SHORT, in_short
from hiu.publish.pack.page import pack_page, pack_view
from hiu.publish.pack.pdf import _front

ABOUT = {"person_id": IDS[0], "source": "s", "dataset": "police_incident", "reason": "Suicide - Threat or Attempt"}


def test_a_person_stands_under_every_kind_of_danger_that_the_records_mention() -> None:
    rows = [
        {**ABOUT, "event_id": "1", "start": datetime(2026, 3, 5, 3), "role": "caller"},
        {**ABOUT, "event_id": "2", "start": datetime(2026, 3, 6, 3), "role": "subject"},
        {**ABOUT, "event_id": "3", "start": datetime(2026, 3, 7), "dataset": "ambulance_call", "reason": "23C02"},
    ]
    found = alerts(area(timeline=frames.frame(PUBLISHED["timeline"], rows)))[IDS[0]]
    assert [code for code, _ in found] == ["danger", "danger_call", "danger_other"]
    assert found[1][1] == "Overdose or poisoning call (7 Mar 2026)"
    assert found[0][1].startswith("Recorded since 1 Jan 2026: suicide"), "the period is said once"
    assert in_short(found) == "suicide or self-harm, overdose or mental health call", "of others is not said beside it"


def test_a_steep_rise_and_a_high_grading_are_alerts_before_who_left_before_treatment() -> None:
    tables = area()
    label = pl.when(person_id=IDS[1]).then(pl.lit("ESCALATING")).otherwise("label")
    graded = pl.when(person_id=IDS[2]).then(pl.lit("High")).otherwise("risk_band")
    source = pl.when(person_id=IDS[2]).then(pl.lit("public_safety")).otherwise("risk_source")
    why = pl.when(person_id=IDS[1]).then(pl.lit("25 contacts in 3 months; 4 would be usual, going by 2025."))
    tables["ranked"] = tables["ranked"].with_columns(
        label=label, risk_band=graded, risk_source=source, label_sentence=why.otherwise("label_sentence")
    )
    assert alerts(tables) == {
        IDS[1]: [("rising", "Rise: 25 contacts in 3 months; 4 would be usual, going by 2025")],
        IDS[2]: [("high", "High risk grading")],
    }
    order = list(ALERTS)
    assert order.index("rising") < order.index("high") < order.index("left")
    assert set(SHORT) == set(ALERTS), "the list has words for every alert"
    view = pack_view(tables, stamp=pack_area.stamp(), settings=pack_area.settings(6))
    page = pack_page(view, [])
    assert (page := page.partition('id="at-alerts"')[2]).index("Rise: 25 contacts") < page.index("High risk grading")
    assert "the most pressing first" not in page, "the order is a rule, and the rule is said"


def test_the_front_says_what_there_is_to_decide_and_has_no_alert_of_an_under_18() -> None:
    tables = area()
    young = pl.when(person_id=IDS[5]).then(pl.lit("under_18")).otherwise("list")
    high = pl.when(person_id=IDS[5]).then(pl.lit("ESCALATING")).otherwise("label")
    tables["ranked"] = tables["ranked"].with_columns(list=young, label=high)
    twice = tables["people"]["person_id"].is_in([IDS[5]])
    tables["people"] = tables["people"].with_columns(two_nhs_numbers=twice)
    view = pack_view(tables, stamp=pack_area.stamp(), settings=pack_area.settings(6))
    front = _front(view, {one["id"]: one for one in view["people"]})
    assert "steep rise" not in str([front["alerts"], front["said_once"], front["notes"]])
    assert "More than one NHS number" in str(front["alerts_minors"]), "an under-18's alerts stand together"
    offers = sum("Whether support is offered" in one["decide"] for one in view["people"] if not one["minor"])
    goes_on = sum("Whether support goes on" in one["decide"] for one in view["people"])
    today = view["notes"]["today"]
    assert f"whether support is offered ({offers} people" in today
    assert f"whether it goes on ({goes_on + len(view['unlisted'])} people" in today
    assert "the under-18s (1)" in today
    assert today in pack_page(view, [])
