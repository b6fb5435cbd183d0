"""The pack before a browser sees it: who is in it, what is said of whom, what is embedded, and in which words."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pack_area
import polars as pl
import publish_frames as frames
import pytest
from banned import found

from hiu.errors import HiuError
from hiu.model import PUBLISHED
from hiu.month import Month
from hiu.publish.access import gated
from hiu.publish.pack import front as pack_front
from hiu.publish.pack import reviews as pack_reviews
from hiu.publish.pack.page import embedded, pack_page, pack_view
from hiu.publish.pack.words import definitions_version, settings_list
from hiu.publish.pages import asset
from hiu.settings import Agreement, Rank, Settings

NAMES = pack_area.plain_names(9)
LAST = frames.LAST


def view(tables: dict[str, pl.DataFrame] | None = None, top: int = 9, **more: Any) -> dict[str, Any]:
    found_tables = tables or pack_area.tables(NAMES)
    settings = pack_area.settings(top).model_copy(update=more)
    return pack_view(found_tables, stamp=pack_area.stamp(), settings=settings)


def page(tables: dict[str, pl.DataFrame] | None = None, **more: Any) -> str:
    used = tables or pack_area.tables(NAMES)
    return pack_page(view(used, **more), pack_area.series(used))


def data_of(text: str) -> dict[str, Any]:
    raw = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert raw
    return dict(json.loads(raw[1]))


def test_only_people_who_may_be_shown_are_in_it() -> None:
    tables = pack_area.tables(NAMES, minors=0)
    text = page(tables, top=2)
    shown = {person["id"] for person in data_of(text)["people"]}
    assert shown == {pack_area.person_id(k) for k in (0, 1, 3, 6)}, "supported, and candidates in the first two places"
    assert NAMES[0] in text and NAMES[2] in text, "the second has an open action, by which the meeting knows them"
    silent = pack_area.tables(NAMES, minors=0)
    silent["meeting_entry"] = silent["meeting_entry"].head(0)
    assert NAMES[2] not in page(silent, top=2) and NAMES[4] not in text


def test_what_the_gate_holds_back_is_counted_and_nowhere_else() -> None:
    tables = pack_area.tables(NAMES)
    ids = [pack_area.person_id(k) for k in range(1, 9)]
    text = page(gated(tables, ids))
    assert "Withheld: 1, of them 1 in support" in text and NAMES[0] not in text and pack_area.person_id(0) not in text
    assert pack_area.SECRET in text, "the note of somebody else's action"


def test_a_list_that_did_not_pass_the_gate_is_refused() -> None:
    tables = pack_area.tables(NAMES)
    with pytest.raises(HiuError, match="did not pass the gate"):
        view({**tables, "ranked": tables["ranked"].drop("permitted")})


def test_gates_and_clinical_dates_of_candidates_are_not_embedded() -> None:
    tables = pack_area.tables(NAMES)
    everybody = [{**row, "lead_clinician": f"Dr {row['person_id'][-4:]}"} for row in tables["support"].to_dicts()]
    candidate = {
        **everybody[0],
        "person_id": pack_area.person_id(1),
        "lead_clinician": "Dr Marmaduke",
        "cmht": "Hidden team",
    }
    tables["support"] = frames.support([*everybody, candidate])
    text = page(tables)
    assert f"Dr {pack_area.person_id(0)[-4:]}" in text and "Marmaduke" not in text and "Hidden team" not in text


def test_only_what_is_shown_is_embedded() -> None:
    text = page()
    person = data_of(text)["people"][0]
    assert set(person) == {
        "id",
        "name",
        "rank",
        "low",
        "high",
        "certainty",
        "risk",
        "risk_note",
        "risk_at",
        "risk_police",
        "contacts",
        "contacts_12",
        "nights",
        "mha",
        "lacks",
        "alerts",
        "short",
        "estimated",
        "label",
        "intensity",
        "supported",
        "was",
        "decide",
        "who",
        "minor",
        "why",
        "label_why",
        "last",
        "presets",
        "changes",
        "gates",
        "recorded",
        "sources",
        "episodes",
        "all_episodes",
        "which",
        "age",
        "week",
        "own",
    }
    assert set(person["own"]) == {"f", "t", "s", "n", "alt"}
    for unseen in ("1980", "nhs_number", "postcode", "delivery_id", "identity_id"):
        assert unseen not in json.dumps(data_of(text))


def test_charts_of_candidates_can_be_withheld() -> None:
    tables = pack_area.tables(NAMES)
    supported = [one for one in pack_area.series(tables) if one.person_id in set(tables["support"]["person_id"])]
    people = data_of(pack_page(view(tables), supported))["people"]
    assert {person["supported"] for person in people if person["own"]} == {True}
    assert not [person for person in people if not person["supported"] and person["own"]]


def test_the_policy_lets_in_its_own_script_and_style_and_nothing_else() -> None:
    text = page()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].replace("&#39;", "'").split(";"))

    def digest(found_text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(found_text.encode()).digest()).decode()}'"

    style, script = re.search(r"<style>(.*?)</style>", text, re.S), re.search(r"<script>(.*?)</script>", text, re.S)
    assert style and script
    assert rules == {
        "default-src": "'none'",
        "style-src": digest(style[1]),
        "script-src": digest(script[1]),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert "unsafe" not in policy[1] and text.count("<script") == 2 and text.count("<style") == 1
    assert not re.search(r"\b(src|href)=(?!\"#pane\")", text) and "url(" not in text and "@import" not in text
    assert "http" not in re.sub(r"http-equiv|http://www.w3.org/2000/svg", "", text), "no address of any kind"


def test_no_embedded_text_can_end_its_element() -> None:
    raw = embedded({"name": "</script><!-- & \u2028\u2029"})
    assert not set("<>&\u2028\u2029") & set(raw)
    assert json.loads(raw) == {"name": "</script><!-- & \u2028\u2029"}


def test_the_script_makes_no_markup_of_text_and_reaches_for_nothing() -> None:
    script = asset("pack.js") + asset("pack_chart.js")
    words = "innerHTML outerHTML insertAdjacentHTML document.write eval( Function( fetch( XMLHttpRequest WebSocket"
    for word in f"{words} sendBeacon sessionStorage cookie import(".split():
        assert word not in script, word
    kept = re.findall(r"localStorage\.\w+\([^)]*", script)
    assert kept == ['localStorage.setItem(REMEMBERED, chosen.join(" "', "localStorage.getItem(REMEMBERED"], (
        "columns alone"
    )


def test_what_a_meeting_recorded_about_this_list_is_beside_its_person_and_opens_the_next_pack() -> None:
    shown = {person["id"]: person["recorded"] for person in view()["people"]}
    own = {one for one, recorded in shown.items() if any("not yet seen" in row for row in recorded)}
    assert len(own) == 1 and ("Decision", "not yet seen", "Mar 2026 list, A. Chair") in shown[own.pop()]
    assert [one["decision"] for one in view()["decisions"]] == ["offer support"]
    entries = pack_area.tables(NAMES)["meeting_entry"]
    assert [one["decision"] for one in pack_front.decisions(entries, LAST)] == ["not yet seen"]


def test_actions_are_open_overdue_or_done() -> None:
    actions = view()["actions"]
    assert [(one["late"], one["done"], one["due"]) for one in actions] == [
        (True, False, "15 Mar 2026"),
        (False, False, "1 May 2026"),
        (False, True, "1 Mar 2026"),
    ]


def test_without_meetings_changes_or_matches_it_says_so() -> None:
    tables = pack_area.tables(NAMES)
    bare = {name: tables[name].clear() for name in ("meeting_entry", "changes", "review_queue", "support")}
    said = page({**tables, **bare})
    for words in ("None is entered", "There is no list of last month to compare with", "<b>0</b> matches to review"):
        assert words in said
    assert "<b>–</b> into the first 9" in said and "<b>0</b> into" not in said and "Nobody." not in said
    empty = {name: frames.frame(table, []) for name, table in PUBLISHED.items()}
    assert (
        data_of(pack_page(pack_view(empty, stamp=pack_area.stamp(), settings=pack_area.settings(5)), []))["people"]
        == []
    )


def review(**row: Any) -> dict[str, str]:
    whole = {
        "person_id": "HIU-AAAAAAAA",
        "offered": None,
        "consent": "given",
        "consent_at": None,
        "permission": "granted",
        "permission_at": None,
        "capacity": "has capacity",
        "capacity_at": date(2025, 12, 1),
        "notice_at": date(2025, 1, 1),
        "end": None,
        "start": date(2025, 1, 1),
        "plan_at": date(2026, 1, 1),
        "plan_review_at": date(2026, 6, 1),
    }
    return pack_reviews.overdue_of({**whole, **row}, LAST, pack_area.settings(5))


@pytest.mark.parametrize(
    ("row", "late"),
    [
        ({}, {}),
        ({"plan_review_at": date(2026, 3, 30)}, {"plan_review"}),
        ({"plan_review_at": date(2026, 3, 31)}, set()),
        ({"plan_review_at": date(2026, 4, 1)}, set()),
        ({"capacity_at": date(2025, 9, 30)}, {"capacity"}),
        ({"capacity_at": date(2025, 10, 1)}, set()),
        (
            {"capacity_at": None, "notice_at": None, "plan_at": None, "plan_review_at": None},
            {"capacity", "notice", "plan"},
        ),
        ({"plan_at": date(2025, 3, 30), "plan_review_at": None}, {"plan"}),
        ({"plan_at": date(2025, 3, 31), "plan_review_at": None}, set()),
        ({"plan_at": date(2025, 4, 1), "plan_review_at": None}, set()),
        ({"consent": "withdrawn", "permission": "not granted"}, {"consent", "permission"}),
        ({"start": None, "plan_review_at": date(2025, 1, 1)}, set()),
        ({"end": date(2026, 3, 31), "plan_review_at": date(2025, 1, 1)}, set()),
        ({"end": date(2026, 4, 1), "plan_review_at": date(2025, 1, 1)}, {"plan_review"}),
    ],
)
def test_what_is_late_is_reckoned_at_the_month_s_end_and_only_while_support_goes_on(row: Any, late: set[str]) -> None:
    assert set(review(**row)) == set(late)


def test_reviews_the_meeting_set_are_overdue_or_due() -> None:
    found_view = view()
    overdue = found_view["overdue"]
    kind = overdue["kinds"].index("Review set by the meeting, was due")
    own = next(one for one in overdue["rows"] if one["id"] == pack_area.person_id(0))
    assert (own["lead"], own["cells"][kind]) == ("Dr Oakes", "20 Mar 2026")
    assert overdue["all"] == "" and not any(one["late"] for one in found_view["due"])


def test_what_everybody_supported_has_overdue_is_said_once() -> None:
    tables = pack_area.tables(NAMES)
    late = tables["support"].with_columns(capacity_at=pl.lit(date(2025, 1, 2)), plan_review_at=pl.lit(date(2025, 2, 3)))
    overdue = view({**tables, "support": late})["overdue"]
    both = "an overdue capacity review and an overdue plan review"
    assert overdue["all"].startswith(f"By the team's list all {late.height} people in support have {both}; what was")
    assert overdue["kinds"][:2] == ["Capacity review, last", "Plan review, was due"]
    assert {tuple(one["cells"][:2]) for one in overdue["rows"]} == {("2 Jan 2025", "3 Feb 2025")}


def test_matches_are_those_that_could_change_the_list_and_are_not_decided() -> None:
    tables = pack_area.tables(NAMES)
    assert [(one["a"], one["b"]) for one in view(tables)["matches"]["pairs"]] == [
        (pack_area.person_id(0), pack_area.person_id(1)),
        (pack_area.person_id(2), pack_area.person_id(9999)),
    ]
    assert next(one["doubt"] for one in view(tables)["matches"]["pairs"]).endswith("% likely one person")
    text = page(tables)
    assert "somebody not on the list" in text and pack_area.person_id(9998) not in text
    by = {"reviewer": "R", "decided_at": datetime(2026, 4, 1)}
    decided = [
        {"identity_a": "b0", "identity_b": "a0", "decision": "same", **by},
        {"identity_a": "a1", "identity_b": "b1", "decision": "unsure", **by},
    ]
    tables["decisions"] = frames.frame(PUBLISHED["decisions"], decided)
    assert view(tables)["matches"]["total"] == 1


def test_two_descriptions_of_one_person_are_not_called_two_people() -> None:
    tables = pack_area.tables(NAMES)
    one = pl.lit(pack_area.person_id(0))
    of_one = tables["review_queue"].with_columns(
        person_a=one, person_b=one, why=pl.lit("one person with two dates of birth"), match_probability=pl.lit(0.004)
    )
    tables["review_queue"] = of_one.head(1)
    said = (
        "one person with two dates of birth; these two entries alone look like two people (less than 1% likely the "
        "same person) and are joined through others of this record: check before anybody relies on it"
    )
    assert [pair["doubt"] for pair in view(tables)["matches"]["pairs"]] == [said]
    assert f": {said}</li>" in page(tables)


def test_supported_people_who_are_not_listed_are_given_by_id() -> None:
    tables = pack_area.tables(NAMES)
    going = [
        {"person_id": "HIU-ZZZZ2222", "start": date(2025, 1, 1), "consent": "given"},
        {"person_id": "HIU-YYYY3333", "start": date(2025, 1, 1), "end": date(2025, 6, 1), "consent": "given"},
    ]
    said = page({**tables, "support": frames.support(going)})
    assert "HIU-ZZZZ2222" in said and "HIU-YYYY3333" not in said


def test_a_change_of_definition_or_setting_shows_in_the_header() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}", definitions_version()) and f"Definitions {definitions_version()}" in page()
    signed = Agreement(source="police", start=date(2024, 1, 1), end=date(2027, 1, 1), reference="R", signed_by="S")
    site = Settings(name="A", raw=Path("secret/raw"), rank=Rank(top=2), agreements=(signed,))
    listed = settings_list(site)
    flat = {name: value for name, value, _ in listed}
    assert [name for name, _, words in listed if words == name] == [], "each setting has words in definitions.toml"
    assert flat["rank.top"] == "2" and flat["labels.escalating_3"] == "0.99"
    assert not [key for key in flat if key.startswith(("raw", "curated", "key_file", "agreements", "linking", "basis"))]


def test_a_synthetic_area_says_so_and_another_does_not() -> None:
    made = pack_view(pack_area.tables(NAMES), stamp=pack_area.stamp(synthetic=True), settings=pack_area.settings(9))
    assert "every person in this pack is invented" in pack_page(made, [])
    assert "invented" not in page()


def test_no_banned_word_is_in_a_rendered_pack() -> None:
    text = re.sub(r"<style>.*?</style>", "", page(), flags=re.S)
    assert found(text) == [] and found("an offender") == ["offender"]


def test_the_same_tables_give_the_same_bytes() -> None:
    assert page() == page()


def test_dates_are_written_out() -> None:
    shown = json.dumps(data_of(page())["people"]) + re.sub(r"<script.*", "", page(), flags=re.S)
    assert "20 Mar 2026" in shown
    assert not re.search(r"\b\d{4}-\d{2}-\d{2}\b", re.sub(r"Run [\w-]+", "", shown))


def test_a_month_is_the_same_whenever_it_is_made_again() -> None:
    early, late = (
        pack_view(
            pack_area.tables(NAMES), stamp=pack_area.stamp(built=datetime(year, 4, 8)), settings=pack_area.settings(9)
        )
        for year in (2026, 2031)
    )
    assert early["overdue"] == late["overdue"] and early["due"] == late["due"]
    assert Month(2026, 3) == LAST
