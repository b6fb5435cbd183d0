"""Agreements: no delivery without one in force, on the day it is taken in."""

from datetime import date

import pytest

from hiu.errors import InputRefused
from hiu.govern.basis.agreements import expiring, in_force, require_agreement
from hiu.settings import Agreement, Settings


def agreement(source: str, start: str, end: str, reference: str = "DSA-1") -> Agreement:
    return Agreement(
        source=source,
        start=date.fromisoformat(start),
        end=date.fromisoformat(end),
        reference=reference,
        signed_by="A Signatory",
    )


SITE = Settings(
    name="A",
    agreements=(
        agreement("police", "2025-01-01", "2025-12-31"),
        agreement("police", "2025-10-01", "2026-06-30", "DSA-2"),
        agreement("ed", "2026-04-01", "2027-03-31", "DSA-3"),
    ),
)


@pytest.mark.parametrize(
    ("day", "reference"),
    [
        ("2024-12-31", None),
        ("2025-01-01", "DSA-1"),
        ("2025-09-30", "DSA-1"),
        ("2025-11-01", "DSA-2"),
        ("2026-06-30", "DSA-2"),
        ("2026-07-01", None),
    ],
)
def test_both_ends_count_and_the_longest_holds(day: str, reference: str | None) -> None:
    found = in_force(SITE, "police", date.fromisoformat(day))
    assert (found.reference if found else None) == reference


def test_the_agreement_is_returned() -> None:
    assert require_agreement(SITE, "ed", date(2026, 4, 1)).reference == "DSA-3"


@pytest.mark.parametrize(
    ("source", "day", "found"),
    [
        ("police", "2026-07-01", "DSA-2 ended on 2026-06-30"),
        ("ed", "2026-03-31", "DSA-3 starts on 2026-04-01"),
        ("mh_beds", "2026-01-01", "site.toml has none for it"),
        ("polise", "2026-01-01", "Did you mean 'police'?"),
    ],
)
def test_refused_with_what_there_is_and_what_to_add(source: str, day: str, found: str) -> None:
    with pytest.raises(InputRefused) as caught:
        require_agreement(SITE, source, date.fromisoformat(day))
    assert caught.value.code == "no_agreement"
    assert caught.value.exit_code == 4
    assert found in str(caught.value)
    assert f'[[agreements]]\nsource = "{source}"' in str(caught.value)


@pytest.mark.parametrize(
    ("purpose", "last", "asked"), [("support", 31, True), ("planning", 31, False), ("support", 14, False)]
)
def test_section_251_for_support_is_doubted_while_it_is_in_force(purpose: str, last: int, asked: bool) -> None:
    basis = {"purpose": purpose, "recipient": "group", "code": "6(1)(e)", "decided_by": "A", "evidence": "B"}
    days = {"start": date(2026, 1, 1), "end": date(2026, 5, last), "confidentiality": "section 251"}
    said = expiring(Settings.model_validate({"name": "A", "basis": [basis | days]}), [], date(2026, 5, 15))
    assert ["Confidentiality Advisory Group" in one for one in said] == [True] * asked


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({}, True),
        ({"confidentiality": "implied consent"}, False),
        ({"recipient": "commissioner"}, False),
        ({"end": date(2026, 5, 14)}, False),
    ],
)
@pytest.mark.parametrize("synthetic", [False, True])
def test_a_basis_without_the_duty_of_confidentiality_is_said(
    change: dict[str, object], asked: bool, synthetic: bool
) -> None:
    """It names people all the same, and a national data opt-out holds there only by purpose."""
    basis = {"purpose": "support", "recipient": "group", "code": "6(1)(e)", "decided_by": "A", "evidence": "B"}
    days = {"start": date(2026, 1, 1), "end": date(2026, 5, 31)}
    site = Settings.model_validate({"name": "A", "synthetic": synthetic, "basis": [basis | days | change]})
    said = expiring(site, [], date(2026, 5, 15))
    assert ["national data opt-out holds" in one for one in said] == [True] * (asked and not synthetic)


def test_expiring_and_missing_agreements_are_said() -> None:
    assert expiring(SITE, ["police", "ed", "mha"], date(2026, 5, 15)) == [
        "police: agreement DSA-2 ends on 2026-06-30",
        "mha: no agreement in force on 2026-05-15; its deliveries are refused",
    ]
    assert expiring(SITE, ["police"], date(2026, 5, 15), days=30) == []
