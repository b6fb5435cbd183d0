"""Where the product stands: what a meeting can enter, and that each refusal of the page has a test behind it."""

from __future__ import annotations

import re

from evidence import ROOT, leads_nowhere, references

from hiu.model import TABLES
from hiu.model.meeting import ACTION_FIELDS, CHOICES, MEETING_FIELDS

PAGE = (ROOT / "docs" / "position.md").read_text(encoding="utf-8")
PUNITIVE = re.compile(
    r"arrest|(?<!dis)charge(?!d_from)|prosecut|penalt|punish|sanction|caution(?!s)|injunction|warning_notice|banned|barred"
    r"|exclu|behaviour_order|breach(?!es)|convey(?!ance)|withh(?:old|eld)_care|refuse_(?:care|treatment)|do_not",
    re.IGNORECASE,
)


def test_a_meeting_can_enter_nothing_punitive() -> None:
    """Fields and choices are closed lists; whoever adds to one answers for it here."""
    assert set(CHOICES["decision"]) == {
        "Offer support", "Start support", "Continue support", "Wait and review", "Refer to another service",
        "Person does not want support", "Support ended by the person", "Support ended by agreement",
    }  # fmt: skip
    assert {name for name in (*MEETING_FIELDS, *ACTION_FIELDS) if name not in CHOICES} == {
        "permission_at", "consent_at", "capacity_at", "notice_at", "plan_at", "plan_review_at", "owner",
        "next_review", "notes", "action", "action_owner", "action_due",
    }  # fmt: skip
    words = " ".join((*MEETING_FIELDS, *ACTION_FIELDS, *(word for words in CHOICES.values() for word in words)))
    assert PUNITIVE.search(words) is None


def test_no_column_of_any_table_is_punitive() -> None:
    names = [f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns]
    codes = [code for table in TABLES.values() for column in table.columns for code in column.codes or ()]
    assert len(names) > 300
    assert [one for one in (*names, *codes) if PUNITIVE.search(one) and not one.startswith("breaches")] == []
    assert PUNITIVE.search("support.arrested_at") and PUNITIVE.search("do_not_attend")
    assert PUNITIVE.search("charged") and PUNITIVE.search("do_not_convey") and not PUNITIVE.search("discharged")


def test_each_refusal_has_a_test_that_holds_it() -> None:
    table = PAGE.split("## What is refused, and what holds it")[1].split("##")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 9 and all(references(row) for row in rows)
    assert [one for one in references(PAGE) if leads_nowhere(one)] == []


def test_a_reference_that_leads_nowhere_is_seen() -> None:
    for wrong in ("test:tests/unit/house/test_position.py::test_none", "test:tests/kits/evidence.py::places",
                  "figure:docs/benchmarks.md#none", "figure:docs/ranking.md#risk", "table:none"):  # fmt: skip
        assert references(f"`{wrong}`") == [wrong] and leads_nowhere(wrong)
