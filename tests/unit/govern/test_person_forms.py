"""A text tells somebody by its form alone: however a number, a birth, an address or a postcode is written."""

from __future__ import annotations

from datetime import date

import pytest

from hiu.govern.erase.person_forms import person_form
from hiu.govern.erase.residue import Traces
from hiu.govern.erase.words import redact_loosely
from hiu.plain import inert, seen

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        *(
            (f"{words} 07{gap}01{gap}{year}", "birth")
            for words in ("seen", "j. melham")
            for gap in "./-"
            for year in (63, 1963)
        ),
        *((text, "birth") for text in ("seen 1963-01-07", "born 7 Jan 1963", "January 7, 1963", "7th of January 1963")),
        *((text, "birth") for text in ("19630107", "07 01 1963", "7-jan-63", "７ January １９６３")),
        *((text, "postcode") for text in ("MELHAM J at GL5 7ZU", "gl57zu", "B1 1AA", "OX1 2ND")),
        *(
            (text, "address")
            for text in ("99 High Street", "12 high street, again", "4 Oak Close", "12b Old Mill Rd", "3 Oak Court")
        ),
        *(
            (text, "number")
            for text in ("999 000 0018", "ring 07700 900123", "9-9-9-0-0-0-0-0-1-8", "９９９００００018")
        ),
        *(
            (text, "number")
            for text in ("INC9990000018", "1234567890", "ref 2026 123456", "999 000 0018 07 12", "+44 7700 900123")
        ),
        *((text, "number") for text in ("012345 67890", "nhs1234567890", "no-123 456 7890", "number 1234567890")),
        ("as hiu-aaaa2222", "id"),
        ("S i a n  Q u i l l", "spelt"),
    ],
)
def test_a_text_that_may_tell_somebody(text: str, form: str) -> None:
    assert person_form(text, TODAY) == form


@pytest.mark.parametrize(
    "text",
    [
        *("request of 3 April, upheld", "letter of 2026-04-03", "2026-03-01 10:00", "2026-03-01T09:30", "3 May 2026"),
        *("A & E, B. R. I.", "136 suite, 01452", "Ward 3", "2 to 4 pm", "3 people, 12 months, 2025", "log 123456789"),
        *("raw/2026-03/police.csv:12", "Sian Ward", "Elm Unit 4", "meeting of 12/06/2024 at 10:30", "SOP 3.2.1"),
        *("section 136 Health Based Place of Safety", "April 2026 Mental Health Street Triage", "136 Suite Oak Road"),
        *("3 Magistrates' Court hearings", "2 Crown Court orders", "12 month road map", "seen by s12 2nd doctor"),
        *("case INC0012345678", "see 2026/04/000123", "CAD-20260403-00123", "log 202604030012345"),
        *("agreement of 1 April 2019", "under the protocol of 12/06/2018"),
        *("2 years in a place", "case AB12", "2026-03-01 to 2026-04-01", "2 people on the road", "31/02/1963"),
    ],
)
def test_an_ordinary_text_tells_nobody(text: str) -> None:
    assert person_form(text, TODAY) is None


def test_a_text_that_is_shown_steers_nothing() -> None:
    assert seen("Mel\u202eham\x1b[2J\u2066") == "Melham[2J" and seen("Zoë\n") == "Zoë\n"
    for cell in ("=1+1", " =1", "+A1", "-A1", "@SUM", "\t=1", "\uff1d1", "\u202e=1"):
        assert inert(cell).startswith("'"), cell
    for cell in ("-5", "1,204", "+3.5%", "Elm = Oak", ""):
        assert inert(cell) == cell


def test_an_erased_person_is_taken_out_of_others_records_in_any_form() -> None:
    traces = Traces(frozenset(), names=frozenset({"jennifer melham"}), homes=frozenset({(date(1963, 1, 7), "GL5 7ZU")}))
    for text in ("Ms J Melham of GL5 7ZU", "j. melham 07.01.63", "MELHAM J at gl5 7zu", "J Melham born 7 Jan 1963"):
        left = redact_loosely(f"asked by {text} again", traces, "[erased]")
        assert person_form(left, TODAY) is None and "melham" not in left.lower() and left.startswith("asked by"), left
    assert redact_loosely("Ward B, 7 Jan 1963", traces, "[erased]") == "Ward B, [erased]", "a birth is of nobody else"
    for text in ("J. Melham", "Ward B, 7 Jan 1964", "asked by M. Jones at GL5 7ZU"):
        assert redact_loosely(text, traces, "[erased]") == text, "staff who sign, and what tells nobody, stay"
