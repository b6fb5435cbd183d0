"""What is due, what is to be reviewed, the check after a death, and tombstones: by cases written out."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import polars as pl
import pytest

from hiu.errors import SettingsError
from hiu.govern.basis.due import due, months_after
from hiu.govern.basis.retention import retention_due
from hiu.govern.erase.tombstone import erased_rows, set_aside, tokens
from hiu.govern.keys import SERVICE, keep_in_keyring, keyring_key, site_key
from hiu.govern.pseudonym import key_id, mask, pseudonym, recipient_key
from hiu.model import PEOPLE, QUARANTINE, RECORD, TABLES, Table
from hiu.model.frames import schema
from hiu.model.govern import BASIS, FAMILY_CONSENTS, OVERRIDES, REVIEWS
from hiu.settings import Basis, Governance, Settings

SUPPORT, TEAM_CONTACT = TABLES["support"], TABLES["team_contact"]

ON = date(2026, 4, 8)
P, Q = "HIU-AAAA2222", "HIU-BBBB3333"
WHOLE = {
    "person_id": P,
    "offered": date(2026, 1, 5),
    "consent": "given",
    "consent_at": date(2026, 1, 9),
    "permission": "granted",
    "capacity_at": date(2026, 3, 1),
    "notice_at": date(2026, 1, 5),
    "start": date(2026, 1, 10),
    "plan_at": date(2026, 2, 1),
    "plan_review_at": date(2026, 8, 1),
    "contacts": 4,
}
KEY = b"k" * 32


def frame(table: Table, *rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in table.names} for row in rows], schema=schema(table))


def listed(support: dict[str, Any], settings: Settings | None = None, **more: pl.DataFrame) -> list[tuple[str, int]]:
    rows = due(
        settings or Settings(name="A"),
        frame(SUPPORT, support),
        more.get("families", frame(FAMILY_CONSENTS)),
        more.get("basis", frame(BASIS)),
        more.get("overrides", frame(OVERRIDES)),
        [],
        ON,
    )
    return list(rows.select("what", "days").iter_rows())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"notice_at": None}, [("privacy notice", 93)]),
        ({"consent": "withdrawn", "consent_at": date(2026, 4, 1)}, [("consent", 7)]),
        ({"consent": None, "consent_at": None}, [("consent", 88)]),
        ({"permission": "not granted"}, [("permission", 88)]),
        ({"capacity_at": None}, [("capacity", 88)]),
        ({"capacity_at": date(2025, 9, 30)}, [("capacity", 9)]),
        ({"capacity_at": date(2025, 11, 1)}, [("capacity", -23)]),
        ({"plan_at": None, "plan_review_at": None}, [("plan", 88)]),
        ({"plan_at": date(2025, 3, 31), "plan_review_at": None}, [("plan", 8)]),
        ({"plan_review_at": date(2026, 4, 30)}, [("plan", -22)]),
        ({"end": date(2026, 4, 8), "consent": "withdrawn"}, []),
        ({"start": None, "notice_at": None}, [("privacy notice", 93)]),
        ({"start": None, "consent": None, "permission": None}, []),
    ],
)
def test_what_is_due_for_somebody(change: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    assert listed({**WHOLE, **change}) == expected


def test_what_runs_out() -> None:
    end = {"start": date(2026, 1, 1), "end": date(2026, 5, 1)}
    one = Basis.model_validate(
        {
            "purpose": "support",
            "recipient": "group",
            "code": "c",
            "decided_by": "d",
            "evidence": "e",
            **end,
            "confidentiality": "implied consent",
        }
    )
    from hiu.govern.basis.gate import basis_table

    settings = Settings(name="A", basis=(one,))
    families = frame(
        FAMILY_CONSENTS,
        {"person_id": P, "member": "sister", "given": True, "at": ON, "until": date(2026, 4, 1), "by": "x"},
        {"person_id": P, "member": "brother", "given": False, "at": ON, "until": date(2026, 4, 1), "by": "x"},
    )
    overrides = frame(OVERRIDES, {"person_id": P, "reason": "r", "by": "b", "until": date(2026, 4, 20)})
    found = listed(WHOLE, settings, families=families, basis=basis_table(settings, frame(BASIS)), overrides=overrides)
    assert found == [("family consent", 7), ("override", -12), ("leave to share", -23)]


def test_months_after_ends_in_the_month() -> None:
    assert months_after(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert months_after(date(2026, 3, 31), -1) == date(2026, 2, 28)


def person(**more: Any) -> dict[str, Any]:
    return {
        "person_id": P,
        "named": True,
        "two_dobs": False,
        "two_nhs_numbers": False,
        "last_seen": date(2026, 3, 1),
        "postcode": "BS1 4ND",
        **more,
    }


def reviewed(
    people: dict[str, Any],
    *,
    support: dict[str, Any] | None = None,
    reviews: list[dict[str, Any]] | None = None,
    governance: Governance | None = None,
    held: list[str] | None = None,
) -> list[tuple[str, bool]]:
    rows = retention_due(
        frame(PEOPLE, people),
        frame(SUPPORT, *([support] if support else [])),
        frame(TEAM_CONTACT),
        frame(REVIEWS, *(reviews or [])),
        held or [],
        governance or Governance(),
        ON,
    )
    return list(rows.select("event", "held").iter_rows())


@pytest.mark.parametrize(
    ("people", "support", "expected"),
    [
        ({}, None, []),
        ({"last_seen": date(2023, 4, 8)}, None, []),
        ({"last_seen": date(2023, 4, 7)}, None, ["age"]),
        ({"last_seen": date(2020, 1, 1), "named": False}, None, []),
        ({}, {"end": date(2025, 4, 8)}, ["exit"]),
        ({}, {"end": date(2025, 4, 9)}, []),
        ({"died": date(2026, 3, 3)}, None, ["death"]),
        ({"postcode": "M1 1AA"}, None, []),
    ],
)
def test_what_is_to_be_reviewed(people: dict[str, Any], support: dict[str, Any] | None, expected: list[str]) -> None:
    given = {"person_id": P, "contacts": 3, **support} if support else None
    assert [event for event, _ in reviewed(person(**people), support=given)] == expected


def test_a_move_is_seen_where_the_area_is_known() -> None:
    area = Governance(area_postcodes=("BS", "BA"))
    assert reviewed(person(postcode="M1 1AA"), governance=area, held=[P]) == [("move", True)]
    assert reviewed(person(postcode="BA2"), governance=area) == [] == reviewed(person(postcode=None), governance=area)


def test_what_was_decided_is_not_asked_again_until_its_day() -> None:
    said = {"person_id": P, "event": "death", "decision": "keep", "reason": "r", "by": "b"}
    dead = person(died=date(2026, 3, 3))
    assert reviewed(dead, reviews=[said]) == [] == reviewed(dead, reviews=[{**said, "next_on": date(2026, 4, 9)}])
    assert reviewed(dead, reviews=[{**said, "next_on": ON}]) == [("death", False)]
    assert reviewed(dead, reviews=[{**said, "event": "age"}]) == [("death", False)]


@pytest.mark.parametrize(
    ("day", "police", "flagged"),
    [
        (date(2026, 3, 3), True, "consider referral"),
        (date(2026, 3, 1), True, "consider referral"),
        (date(2026, 2, 28), True, None),
        (date(2026, 3, 4), True, None),
        (date(2026, 3, 2), None, "find out"),
        (date(2026, 3, 2), False, None),
    ],
)
def test_contact_with_police_in_the_48_hours_before_death(day: date, police: bool | None, flagged: str | None) -> None:
    contacts = [{"person_id": P, "at": day, "position": 1, "police_present": police}]
    rows = retention_due(
        frame(PEOPLE, person(died=date(2026, 3, 3))),
        frame(SUPPORT),
        frame(TEAM_CONTACT, *contacts),
        frame(REVIEWS),
        [],
        Governance(),
        ON,
    )
    found = rows.filter(pl.col("event") == "contact before death")["sentence"].to_list()
    assert (flagged in found[0]) if flagged else found == []


def row(n: int, **more: Any) -> dict[str, Any]:
    return {
        "delivery_id": "d",
        "source": "police",
        "source_file": "f.csv",
        "source_row": n,
        "quarantined": False,
        "deleted": False,
        "nobody": False,
        "measures": [],
        "record_id": f"r{n}",
        **more,
    }


ANN = {"name_text": "Ann Lee", "given": "ANN", "family": "LEE", "dob": date(1980, 1, 2)}


@pytest.mark.parametrize(
    ("erased", "sent", "met"),
    [
        ({**ANN, "nhs_number": "9990000123"}, {"nhs_number": "9990000123"}, True),
        ({**ANN, "local_ids": "pnc:1|urn:7"}, {"local_ids": "urn:7"}, True),
        (ANN, {"given": "LEE", "family": "ANN", "dob": date(1980, 1, 2), "postcode": "BS1 4ND"}, True),
        ({**ANN, "aliases": "ANNIE LEE"}, {"given": "ANNIE", "family": "LEE", "dob": date(1980, 1, 2)}, True),
        (ANN, {**ANN, "dob": date(1980, 1, 3)}, False),
        (ANN, {"name_text": "Ann Lee", "given": "ANN", "family": "LEE"}, False),
        ({"given": "ANN", "family": "LEE"}, {"given": "ANN", "family": "LEE", "record_id": "r2"}, False),
        (
            {"given": "ANN", "family": "LEE", "record_id": "x"},
            {"given": "ANN", "family": "LEE", "record_id": "x"},
            True,
        ),
        ({"given": "ANN", "postcode": "BS1 4ND"}, {"given": "ANN", "postcode": "BS1 4ND"}, True),
        ({"given": "ANN", "postcode": "BS1 4ND"}, {"given": "BOB", "postcode": "BS1 4ND"}, False),
    ],
)
def test_a_row_meets_a_tombstone_by_what_tells_the_person(
    erased: dict[str, Any], sent: dict[str, Any], met: bool
) -> None:
    stones = tokens(frame(RECORD, row(1, **erased)), KEY)["token"].to_list()
    new = frame(RECORD, row(2, **sent), row(3, given="CAZ", family="ELSE", nhs_number="9990000999"))
    assert erased_rows(new, stones, [KEY])["source_row"].to_list() == ([2] if met else [])
    assert erased_rows(new, stones, [b"x" * 32]).is_empty(), "another site's tombstones say nothing"
    assert not any(word in stone for stone in stones for word in ("ANN", "999", "LEE"))


def test_a_row_set_aside_has_one_reason_and_no_value() -> None:
    before = frame(
        QUARANTINE,
        {
            "delivery_id": "d",
            "source": "police",
            "source_file": "f.csv",
            "source_row": 1,
            "code": "date_unreadable",
            "reason": "x",
        },
    )
    records = frame(RECORD, row(1, **ANN), row(2, **ANN))
    out = set_aside(before, records, records.select("delivery_id", "source_row"))
    assert out.sort("source_row").select("source_row", "code").rows() == [(1, "erased"), (2, "erased")]
    assert "Lee" not in str(out.to_dicts())


def test_tokens_for_recipients_and_turns_cannot_be_joined() -> None:
    keys = [recipient_key(KEY, "board"), recipient_key(KEY, "board", 2), recipient_key(KEY, "audit")]
    made = {pseudonym(P, key) for key in keys}
    assert len(made) == 3 and {one[:5] for one in made} == {f"P{key_id(key)}" for key in keys}
    assert recipient_key(KEY, "board", 1) == keys[0]
    told = mask({"person": P, "list": [P, 3], "identities": ["abc"], "delivery": "abc"}, keys[2])
    assert P not in str(told) and told["delivery"] == "abc" and told["identities"] != ["abc"]


def test_the_site_key_in_a_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    import keyring
    from keyring.backend import KeyringBackend
    from keyring.backends import fail

    class Memory(KeyringBackend):
        priority = 1  # type: ignore[assignment]
        kept: ClassVar[dict[tuple[str, str], str]] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

    before = keyring.get_keyring()
    try:
        keyring.set_keyring(Memory())
        settings = Settings(name="A", governance=Governance(key_store="keyring"))
        with pytest.raises(SettingsError, match="no key of this site"):
            site_key(settings, tmp_path)
        keep_in_keyring(str(tmp_path.resolve()), KEY)
        assert site_key(settings, tmp_path) == KEY == keyring_key(str(tmp_path.resolve()))
        Memory.kept[SERVICE, "broken"] = "zz"
        with pytest.raises(SettingsError, match="no key of this site"):
            keyring_key("broken")
        keyring.set_keyring(fail.Keyring())
        with pytest.raises(SettingsError, match="no keyring"):
            keyring_key("any")
    finally:
        keyring.set_keyring(before)
